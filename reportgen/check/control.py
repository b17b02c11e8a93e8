"""Approved control totals (批复数), where the input gives them, equal what the lines sum to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reportgen.check.rule import Case, rule
from reportgen.derive.dimensions import read_conditions
from reportgen.derive.selection import MissingData
from reportgen.faults import Fault, Severity
from reportgen.load.nodes import PathKey
from reportgen.model.lines import Item

LAW = "《中华人民共和国预算法》第十四条：公开经批准的预算"


@rule("T1-control", Severity.ERROR, "批复数与明细合计一致", source=LAW)
def control_totals_hold(case: Case) -> Iterator[Fault]:
    for path, name, approved, source, where in _controls(case):
        total = _total(case, source, where)
        if total is not None and abs(total - approved) > case.tolerance("T1-control"):
            yield Fault(
                case.loaded.place("control", *path),
                f"批复数“{name}” {approved:,.2f} 元，与明细合计 {total:,.2f} 元不符，"
                f"相差 {abs(total - approved):,.2f} 元",
            )


@rule("T1-control-unknown", Severity.WARNING, "批复数能与明细比较", source=LAW)
def control_totals_can_be_compared(case: Case) -> Iterator[Fault]:
    for path, name, _, source, where in _controls(case):
        if _total(case, source, where) is None:
            try:
                case.budget.select(read_conditions(where)).total(source, "amount")
            except MissingData as error:
                place = case.loaded.place("control", *path)
                yield Fault(place, f"批复数“{name}”无从比较：明细没有写{error.what}")


Control = tuple[tuple[PathKey, ...], str, Decimal, str, dict[str, str]]
"""Where it is given, its name, the approved amount, and the source and conditions of what it approves."""


def _controls(case: Case) -> Iterator[Control]:
    control = case.budget.disclosure.control
    whole: tuple[tuple[str, str, Decimal | None, str, dict[str, str]], ...] = (
        ("revenue", "收入总计", control.revenue, "revenue", {}),
        ("expenditure", "支出总计", control.expenditure, "revenue", {}),
        (
            "three_public",
            "三公经费",
            control.three_public,
            "expenditure",
            {"fund": "general", "item": "three_public"},
        ),
    )
    for key, name, approved, source, where in whole:
        if approved is not None:
            yield (key,), name, approved, source, where
    for item, approved in control.items.items():
        where = {"fund": "general", "item": item}
        yield ("items", item), Item.read(item).label, approved, "expenditure", where
    for code, approved in control.classes.items():
        name = f"{code} {case.budget.name('function', code)}"
        yield ("classes", code), name, approved, "expenditure", {"function": code}


def _total(case: Case, source: str, where: dict[str, str]) -> Decimal | None:
    """What the lines sum to; None where they cannot tell."""
    try:
        return case.budget.select(read_conditions(where)).total(source, "amount").value or Decimal(0)
    except MissingData:
        return None
