"""State assets held and to be bought: counts, and values where a form asks for them."""

from __future__ import annotations

from typing import Annotated

from reportgen.model.values import Amount, Count, Day, Key, Text
from reportgen.model.words import Model, Zh


class Asset(Model):
    unit: Annotated[Key | None, Zh("单位", "单位编码", about="单位编码，可不写")] = None
    category: Annotated[Text, Zh("类别", about="如 车辆、设备")]
    name: Annotated[Text, Zh("名称", about="名称")]
    held: Annotated[Count, Zh("保有", "保有数量", about="现有数量")] = 0
    opening: Annotated[Count | None, Zh("年初数", "年初数量", about="年初有多少")] = None
    """How many there were a year before."""
    bought: Annotated[Count, Zh("购置", "购置数量", about="本年购置数量")] = 0
    measure: Annotated[Text, Zh("计量单位", about="如 辆、台（套）")] = "辆"
    value: Annotated[Amount | None, Zh("价值", about="价值")] = None
    extra: Annotated[
        dict[Text, Text], Zh("附加", about="只有某个地区的表单才问的内容，`名: 值`；CSV 里写成列 `附加:名`")
    ] = {}


class Assets(Model):
    as_of: Annotated[Day, Zh("截至", "截止日期", about="日期，如 2023-12-31")]
    items: Annotated[tuple[Asset, ...], Zh("明细", about="每种资产一条")]
