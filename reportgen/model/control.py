"""Approved control totals (批复数): only ever compared, never printed."""

from __future__ import annotations

from typing import Annotated

from reportgen.model.values import Amount, FunctionCode
from reportgen.model.words import Model, Zh


class Control(Model):
    revenue: Annotated[Amount | None, Zh("收入总计")] = None
    expenditure: Annotated[Amount | None, Zh("支出总计")] = None
    three_public: Annotated[Amount | None, Zh("三公经费")] = None
    classes: Annotated[dict[FunctionCode, Amount], Zh("按科目", "按类")] = {}
