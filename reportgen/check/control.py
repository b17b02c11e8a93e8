"""Approved control totals (批复数), where the input gives them, equal what the lines sum to."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import read_conditions
from reportgen.derive.selection import MissingData
from reportgen.faults import Fault, Severity
from reportgen.load import Loaded
from reportgen.load.nodes import PathKey


def control_totals_hold(loaded: Loaded, budget: Budget) -> Iterator[Fault]:
    control = budget.disclosure.control
    general_three = {"fund": "general", "item": "three_public"}
    compared: list[tuple[tuple[PathKey, ...], str, Decimal | None, str, dict[str, str]]] = [
        (("revenue",), "收入总计", control.revenue, "revenue", {}),
        (("expenditure",), "支出总计", control.expenditure, "revenue", {}),
        (("three_public",), "“三公”经费", control.three_public, "expenditure", general_three),
    ]
    for code, limit in control.classes.items():
        name = f"{code} {budget.name('function', code)}"
        compared.append((("classes", code), name, limit, "expenditure", {"function": code}))
    for path, name, approved, source, where in compared:
        if approved is None:
            continue
        place = loaded.place("control", *path)
        try:
            total = budget.select(read_conditions(where)).total(source, "amount").value or Decimal(0)
        except MissingData as error:
            message = f"批复数“{name}”无从比较：明细没有写{error.what}"
            yield Fault(place, message, Severity.WARNING)
            continue
        if total != approved:
            yield Fault(
                place,
                f"批复数“{name}” {approved:,.2f} 元，与明细合计 {total:,.2f} 元不符，"
                f"相差 {abs(total - approved):,.2f} 元",
            )
