"""Codes of units and projects are listed, once each; nothing is counted from two records of one thing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TypeVar

from reportgen.check.rule import Case, rule
from reportgen.faults import Fault, Severity, nearest
from reportgen.load import Loaded
from reportgen.load.nodes import PathKey
from reportgen.model.lines import Nature

K = TypeVar("K", bound=Hashable)

Mention = tuple[tuple[PathKey, ...], str | None]
"""Where a code is mentioned, and the code."""


@rule("T9-unlisted", Severity.ERROR, "用到的单位和项目都列在清单里", essential=True)
def codes_are_listed(case: Case) -> Iterator[Fault]:
    disclosure = case.budget.disclosure
    lines = [
        (("expenditure", name, at), line)
        for name, ledger in disclosure.expenditure.items()
        for at, line in enumerate(ledger)
    ]
    lists = ("projects", "procurement", "services", "carry_forward", "performance", "indicators", "past")
    yield from _unlisted(
        case.loaded,
        "单位",
        [unit.code for unit in case.budget.units],
        [
            (("defaults", "unit"), disclosure.defaults.unit),
            *(((*path, "unit"), line.unit) for path, line in lines),
            *(
                ((key, at, "unit"), item.unit)
                for key in lists
                for at, item in enumerate(getattr(disclosure, key))
            ),
        ],
    )
    yield from _unlisted(
        case.loaded,
        "项目",
        [project.code for project in disclosure.projects],
        [
            *(((*path, "project"), line.project) for path, line in lines),
            *((("indicators", at, "project"), item.project) for at, item in enumerate(disclosure.indicators)),
        ],
    )


def _unlisted(loaded: Loaded, what: str, listed: list[str], mentions: Iterable[Mention]) -> Iterator[Fault]:
    known = set(listed)
    told: set[str] = set()
    for path, code in mentions:
        if code is not None and code not in known and code not in told:
            told.add(code)
            hint = nearest(code, listed) or "；请补上，或改正编码"
            if any(word in code for word in ("合计", "小计", "总计")):
                hint = "；像是合计行，合计不要写，请删去"
            yield Fault(loaded.place(*path), f"“{what}”清单里没有“{code}”{hint}")


@rule("T9-payer", Severity.WARNING, "采购和购买服务写的项目编码列在项目清单里")
def payers_are_listed(case: Case) -> Iterator[Fault]:
    """A purchase may be paid by what is no project (日常公用经费); a code nobody has is a slip."""
    disclosure = case.budget.disclosure
    codes = [project.code for project in disclosure.projects]
    for key in ("procurement", "services"):
        for at, item in enumerate(getattr(disclosure, key)):
            typed = item.project
            if typed and typed.isascii() and typed not in codes:
                place = case.loaded.place(key, at, "project")
                hint = nearest(typed, codes) or "；请改正，或写上名称"
                yield Fault(place, f"项目清单里没有“{typed}”，表里会照样印出这个编码{hint}")


@rule("T9-no-lines", Severity.WARNING, "清单里的单位、项目都有明细")
def listed_ones_have_lines(case: Case) -> Iterator[Fault]:
    """Where lines name units or projects at all, one that none of them names was forgotten or is gone."""
    disclosure = case.budget.disclosure
    lines = [line for ledger in disclosure.expenditure.values() for line in ledger]
    for what, key, field in (("单位", "units", "unit"), ("项目", "projects", "project")):
        items = getattr(disclosure, key)
        used = {getattr(line, field) for line in lines} | {getattr(disclosure.defaults, field, None)}
        used.discard(None)
        if not used <= {item.code for item in items}:
            continue  # an unlisted code is told of, and may be the one meant here
        for at, item in enumerate(items):
            if used and item.code not in used:
                place = case.loaded.place(key, at)
                yield Fault(place, f"{what}“{item.name}”（{item.code}）没有一行明细；请补上，或从清单里删去")


@rule("T9-project-unit", Severity.WARNING, "项目清单里的单位与明细里的单位一致")
def projects_belong_to_the_units_of_their_lines(case: Case) -> Iterator[Fault]:
    """A project table would print the project under one unit, a form under another."""
    disclosure = case.budget.disclosure
    owners = {project.code: project.unit for project in disclosure.projects if project.unit}
    for ledger, lines in disclosure.expenditure.items():
        told: set[tuple[str, str]] = set()
        for at, line in enumerate(lines):
            is_basic = (line.nature or disclosure.defaults.nature) is Nature.BASIC
            owner = None if is_basic else owners.get(line.project or "")
            if owner and line.unit and line.unit != owner and (line.project or "", line.unit) not in told:
                told.add((line.project or "", line.unit))
                place = case.loaded.place("expenditure", ledger, at, "unit")
                yield Fault(
                    place, f"项目 {line.project} 在清单里是单位 {owner} 的，这里是单位 {line.unit}；请核对"
                )


@rule("T3-basic-project", Severity.WARNING, "基本支出的明细不写项目")
def basic_expenditure_has_no_project(case: Case) -> Iterator[Fault]:
    """The amount would stand in no project's figures, though the line names one."""
    disclosure = case.budget.disclosure
    for ledger, lines in disclosure.expenditure.items():
        for at, line in enumerate(lines):
            if line.project and (line.nature or disclosure.defaults.nature) is Nature.BASIC:
                place = case.loaded.place("expenditure", ledger, at, "project")
                problem = f"基本支出写了项目 {line.project}，项目的表里不会有这笔钱；请改支出性质，或删去项目"
                yield Fault(place, problem)


@rule("T9-repeated", Severity.ERROR, "每个单位、项目、资产、历年数只列一次", essential=True)
def nothing_is_listed_twice(case: Case) -> Iterator[Fault]:
    """A sentence that names a thing would get the sum of both records, or one of them."""
    disclosure, loaded = case.budget.disclosure, case.loaded
    for what, key in (("单位", "units"), ("项目", "projects")):
        codes = [item.code for item in getattr(disclosure, key)]
        for at, code in enumerate(codes):
            if code in codes[:at]:
                yield Fault(loaded.place(key, at, "code"), f"{what}编码“{code}”重复")
    assets = disclosure.assets.items if disclosure.assets else ()
    for at, (_, category, name) in _again((a.unit, a.category, a.name) for a in assets):
        place = loaded.place("assets", "items", at)
        yield Fault(place, f"“{category}”里的“{name}”已经列过；请合并成一条")
    for at, (year, name, unit) in _again((p.year, p.name, p.unit) for p in disclosure.past):
        whose = f"单位 {unit} 的" if unit else ""
        yield Fault(loaded.place("past", at), f"{whose}{year} 年“{name}”已经列过；只能有一个数")
    for at, unit in _again(p.unit for p in disclosure.performance):
        whose = f"单位 {unit}" if unit else "部门"
        yield Fault(loaded.place("performance", at), f"{whose}的整体绩效已经列过；请合并成一条")


@rule(
    "T9-unlike-assets", Severity.ERROR, "各单位同名的资产能加在一起：计量单位和附加内容相同", essential=True
)
def assets_of_units_add_up(case: Case) -> Iterator[Fault]:
    """Sentences tell one number for all units; square metres written as a text cannot be added."""
    assets = case.budget.disclosure.assets
    first: dict[tuple[str, str], int] = {}
    for at, asset in enumerate(assets.items if assets else ()):
        other = first.setdefault((asset.category, asset.name), at)
        if assets and other != at:
            before = assets.items[other]
            if (asset.measure, asset.extra) != (before.measure, before.extra):
                problem = "计量单位或附加内容不同，不能相加；请改成一样的，或改用不同的名称"
                place = case.loaded.place("assets", "items", at)
                yield Fault(place, f"“{asset.category}”里的“{asset.name}”有几个单位列了，{problem}")


def _again(keys: Iterable[K]) -> Iterator[tuple[int, K]]:
    """Those keys, with their positions, that came before."""
    seen: set[K] = set()
    for at, key in enumerate(keys):
        if key in seen:
            yield at, key
        seen.add(key)
