"""Codes of units and projects must be listed, once each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reportgen.derive.budget import Budget
from reportgen.faults import Fault, nearest
from reportgen.load import Loaded
from reportgen.load.nodes import PathKey

Mention = tuple[tuple[PathKey, ...], str | None]
"""Where a code is mentioned, and the code."""


def references_resolve(loaded: Loaded, budget: Budget) -> Iterator[Fault]:
    disclosure = budget.disclosure
    units = [unit.code for unit in disclosure.units]
    projects = [project.code for project in disclosure.projects]
    lines = [
        (("expenditure", name, at), line)
        for name, ledger in disclosure.expenditure.items()
        for at, line in enumerate(ledger)
    ]
    yield from _repeated(loaded, "单位", "units", units)
    yield from _repeated(loaded, "项目", "projects", projects)
    yield from _repeated_assets(loaded, budget)
    yield from _unlisted(
        loaded,
        "单位",
        [unit.code for unit in budget.units],
        [
            (("defaults", "unit"), disclosure.defaults.unit),
            *(((*path, "unit"), line.unit) for path, line in lines),
            *((("projects", at, "unit"), item.unit) for at, item in enumerate(disclosure.projects)),
            *((("procurement", at, "unit"), item.unit) for at, item in enumerate(disclosure.procurement)),
            *((("services", at, "unit"), item.unit) for at, item in enumerate(disclosure.services)),
            *((("carry_forward", at, "unit"), item.unit) for at, item in enumerate(disclosure.carry_forward)),
            *((("performance", at, "unit"), item.unit) for at, item in enumerate(disclosure.performance)),
            *((("indicators", at, "unit"), item.unit) for at, item in enumerate(disclosure.indicators)),
            *((("past", at, "unit"), item.unit) for at, item in enumerate(disclosure.past)),
        ],
    )
    yield from _unlisted(
        loaded,
        "项目",
        projects,
        [
            *(((*path, "project"), line.project) for path, line in lines),
            *((("indicators", at, "project"), item.project) for at, item in enumerate(disclosure.indicators)),
        ],
    )


def _repeated(loaded: Loaded, what: str, key: str, codes: list[str]) -> Iterator[Fault]:
    for at, code in enumerate(codes):
        if code in codes[:at]:
            yield Fault(loaded.place(key, at, "code"), f"{what}编码“{code}”重复")


def _repeated_assets(loaded: Loaded, budget: Budget) -> Iterator[Fault]:
    """Sentences name an asset and count it; of two with one name each would get the sum of both."""
    assets = budget.disclosure.assets
    seen: set[tuple[str, str]] = set()
    for at, item in enumerate(assets.items if assets else ()):
        if (item.category, item.name) in seen:
            place = loaded.place("assets", "items", at)
            yield Fault(place, f"“{item.category}”里的“{item.name}”已经列过；请合并成一条")
        seen.add((item.category, item.name))


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
