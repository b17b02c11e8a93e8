"""State assets held and to be bought: counts, and values where a form asks for them."""

from __future__ import annotations

from typing import Annotated

from reportgen.model.values import Amount, Count, Day, Text
from reportgen.model.words import Model, Zh


class Asset(Model):
    category: Annotated[Text, Zh("类别")]
    name: Annotated[Text, Zh("名称")]
    held: Annotated[Count, Zh("保有", "保有数量")] = 0
    opening: Annotated[Count | None, Zh("年初数", "年初数量")] = None
    """How many there were a year before."""
    bought: Annotated[Count, Zh("购置", "购置数量")] = 0
    measure: Annotated[Text, Zh("计量单位")] = "辆"
    value: Annotated[Amount | None, Zh("价值")] = None
    extra: Annotated[dict[Text, Text], Zh("附加")] = {}


class Assets(Model):
    as_of: Annotated[Day, Zh("截至", "截止日期")]
    items: Annotated[tuple[Asset, ...], Zh("明细")]
