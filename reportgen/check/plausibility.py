"""What is allowed but rarely meant: hints for a person to look at again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from reportgen.check.amounts import project_amount
from reportgen.check.rule import Case, rule
from reportgen.derive.arithmetic import growth
from reportgen.derive.dimensions import Condition, read_conditions
from reportgen.derive.selection import Selection
from reportgen.faults import Fault, Severity

BIG_CHANGE = Decimal(50)
"""Percent up or down from which a change of one 项 asks for a cause of its own."""
SMALL_AMOUNT = Decimal(100000)
"""元; a change below it is not asked about."""


@rule("W2-big-change", Severity.HINT, "增减超过一半的科目写了原因")
def big_changes_have_causes(case: Case) -> Iterator[Fault]:
    general = case.budget.select(read_conditions({"fund": "general"}))
    causes = case.budget.disclosure.causes
    for code in sorted(general.values("expenditure", "function", ("amount", "prior"))):
        pair = _years(general.where([Condition("function", (code,))]))
        rate = growth(*pair) if pair else None
        if pair is None or rate is None or abs(rate) <= BIG_CHANGE or abs(pair[0] - pair[1]) < SMALL_AMOUNT:
            continue
        if code not in causes:
            name = case.budget.name("function", code)
            yield Fault(
                case.loaded.place("causes"),
                f"{code} {name} 由 {pair[1]:,.2f} 元变为 {pair[0]:,.2f} 元（{rate:+.1f}%），“原因”里没有写",
            )


@rule("T7-grows", Severity.HINT, "“三公”经费不比上年增加", source="党政机关厉行节约反对浪费条例")
def three_public_does_not_grow(case: Case) -> Iterator[Fault]:
    pair = _years(case.budget.select(read_conditions({"fund": "general", "item": "three_public"})))
    if pair and pair[0] > pair[1]:
        now, before = pair
        also = "" if "three_public" in case.budget.disclosure.causes else "，并写明原因"
        place = case.loaded.place("causes")
        yield Fault(place, f"“三公”经费由 {before:,.2f} 元增加到 {now:,.2f} 元；请确认{also}")


@rule("R2-no-goal", Severity.HINT, "有预算的项目写了绩效目标或指标")
def projects_have_goals(case: Case) -> Iterator[Fault]:
    disclosure = case.budget.disclosure
    with_indicators = {indicator.project for indicator in disclosure.indicators}
    for at, project in enumerate(disclosure.projects):
        if not project.goal and project.code not in with_indicators and project_amount(case, project.code):
            yield Fault(
                case.loaded.place("projects", at), f"项目“{project.name}”没有写年度目标，也没有绩效指标"
            )


@rule("R3-same-amount", Severity.HINT, "同一个科目没有金额相同的两行")
def amounts_differ(case: Case) -> Iterator[Fault]:
    for ledger, lines in case.budget.disclosure.expenditure.items():
        seen: dict[object, int] = {}
        for at, line in enumerate(lines):
            if not line.amount or not line.function:
                continue
            key = (line.unit, line.function, line.economic, line.project, line.fund, line.amount)
            first = seen.setdefault(key, at)
            if first != at and lines[first] != line:
                other = case.loaded.place("expenditure", ledger, first)
                yield Fault(
                    case.loaded.place("expenditure", ledger, at),
                    f"与{other.spot}科目、项目、金额（{line.amount:,.2f} 元）都相同；请确认不是重复录入",
                )


@rule("W1-blank-prior", Severity.WARNING, "写了上年预算数的台账，有金额的每行都写")
def prior_amounts_are_told(case: Case) -> Iterator[Fault]:
    """A line that lacks last year's amount counts as new, which a forgotten one is not."""
    if case.loaded.before:  # which has last year's amounts
        return
    for ledger, lines in case.budget.disclosure.expenditure.items():
        counted = [(at, line) for at, line in enumerate(lines) if line.amount and not line.carryover]
        blank = [at for at, line in counted if line.prior is None]
        if blank and len(blank) < len(counted):
            yield Fault(
                case.loaded.place("expenditure", ledger, blank[0]),
                f"{len(counted)} 行里有 {len(blank)} 行（第一行在此）没有写上年预算数，都算新增；"
                "请补上漏填的，上年确实没有的写 0",
            )


@rule("W5-date", Severity.WARNING, "日期与预算年度相符")
def dates_fit_the_year(case: Case) -> Iterator[Fault]:
    disclosure = case.budget.disclosure
    year = disclosure.year
    if disclosure.assets and disclosure.assets.as_of > date(year, 12, 31):
        place = case.loaded.place("assets", "as_of")
        yield Fault(place, f"国有资产的截止日期 {disclosure.assets.as_of} 在预算年度 {year} 年之后")
    for at, project in enumerate(disclosure.projects):
        start, end = _year(project.start), _year(project.end)
        if end and end < year:
            yield Fault(case.loaded.place("projects", at, "end"), f"项目“{project.name}”{end} 年就已结束")
        if start and start > year:
            yield Fault(case.loaded.place("projects", at, "start"), f"项目“{project.name}”{start} 年才开始")


@rule("R3-total-budget", Severity.HINT, "项目的本年预算不超过它的总预算")
def years_fit_totals(case: Case) -> Iterator[Fault]:
    for at, project in enumerate(case.budget.disclosure.projects):
        amount = project_amount(case, project.code)
        if project.total is not None and amount is not None and amount > project.total:
            yield Fault(
                case.loaded.place("projects", at, "total"),
                f"项目“{project.name}”本年 {amount:,.2f} 元，大于总预算 {project.total:,.2f} 元",
            )


def _years(selection: Selection) -> tuple[Decimal, Decimal] | None:
    """This year's and last year's expenditure; None where the input does not know last year."""
    if not selection.gives("expenditure", "prior"):
        return None
    now, before = (selection.total("expenditure", measure).value for measure in ("amount", "prior"))
    return now or Decimal(0), before or Decimal(0)


def _year(text: str | None) -> int | None:
    found = re.match(r"\s*(20\d\d)", text or "")
    return int(found[1]) if found else None
