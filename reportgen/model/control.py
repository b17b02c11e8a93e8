"""Approved control totals (批复数): only ever compared, never printed."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator

from reportgen.model.lines import Item
from reportgen.model.values import Amount, FunctionCode, Text
from reportgen.model.words import Model, Zh


def _items(typed: dict[str, Decimal]) -> dict[str, Decimal]:
    return {Item.read(name).value: amount for name, amount in typed.items()}


class Control(Model):
    revenue: Annotated[Amount | None, Zh("收入总计", about="批复的收入总计")] = None
    expenditure: Annotated[Amount | None, Zh("支出总计", about="批复的支出总计")] = None
    three_public: Annotated[Amount | None, Zh("三公经费", about="批复的“三公”经费")] = None
    items: Annotated[
        dict[Text, Amount], AfterValidator(_items), Zh("三公分项", about="`公务接待费: 90000` 等，按项目")
    ] = {}
    """By item, such as 公务接待费."""
    classes: Annotated[
        dict[FunctionCode, Amount], Zh("按科目", "按类", about='按功能科目，`"204": 780739016.78`')
    ] = {}
