"""The look as tokens that CSS and Word styles share. Defaults follow GB/T 9704-2012."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator

from reportgen.model.words import Model, Zh, reject


def _length(typed: object) -> Decimal:
    try:
        value = Decimal(str(typed))
    except ArithmeticError:
        value = Decimal(-1)
    if not (value.is_finite() and 0 < value < 500):
        raise reject(f"“{typed}”不是长度；应为大于 0 的数（页边距单位毫米，字号单位磅）")
    return value


Length = Annotated[Decimal, BeforeValidator(_length)]

NOTO_SERIF, NOTO_SANS = "Noto Serif CJK SC", "Noto Sans CJK SC"


class Fonts(Model):
    """Font families by role: names of Windows and WPS first, free ones after."""

    body: Annotated[tuple[str, ...], Zh("正文")] = (
        "仿宋_GB2312", "FangSong", "仿宋", "FandolFang", NOTO_SERIF,
    )  # fmt: skip
    kai: Annotated[tuple[str, ...], Zh("楷体")] = (
        "楷体_GB2312", "KaiTi", "LXGW WenKai", "FandolKai", NOTO_SERIF,
    )  # fmt: skip
    hei: Annotated[tuple[str, ...], Zh("黑体")] = ("黑体", "SimHei", NOTO_SANS)
    title: Annotated[tuple[str, ...], Zh("标题")] = (
        "方正小标宋简体", "FZXiaoBiaoSong-B05S", NOTO_SERIF,
    )  # fmt: skip
    table: Annotated[tuple[str, ...], Zh("表格")] = ("宋体", "SimSun", NOTO_SERIF)


class Page(Model):
    """Margins in millimetres on A4."""

    top: Annotated[Length, Zh("上")] = Decimal(37)
    bottom: Annotated[Length, Zh("下")] = Decimal(35)
    left: Annotated[Length, Zh("左")] = Decimal(28)
    right: Annotated[Length, Zh("右")] = Decimal(26)


class Style(Model):
    text_page: Annotated[Page, Zh("正文页")] = Page()
    table_page: Annotated[Page, Zh("表格页")] = Page(
        top=Decimal(25), bottom=Decimal(22), left=Decimal(20), right=Decimal(20)
    )
    fonts: Annotated[Fonts, Zh("字体")] = Fonts()
    body_size: Annotated[Length, Zh("正文字号")] = Decimal("15.75")
    """15.75 pt sets 28 characters on a line of 156 mm, which 三号 (16 pt) just misses."""
    line_pitch: Annotated[Length, Zh("行距")] = Decimal("28.95")
    title_size: Annotated[Length, Zh("标题字号")] = Decimal(22)
    table_title_size: Annotated[Length, Zh("表题字号")] = Decimal(18)
    table_size: Annotated[Length, Zh("表格字号")] = Decimal("10.5")
    """The largest size in tables; wide tables are set smaller, down to `table_size_min`."""
    table_size_min: Annotated[Length, Zh("表格最小字号")] = Decimal("5.5")
