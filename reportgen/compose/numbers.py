"""How figures are printed: unit, decimals, separators, percent signs."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator

from reportgen.derive.arithmetic import rounded
from reportgen.model.disclosure import AmountUnit
from reportgen.model.values import YUAN_PER, Count, YesNo
from reportgen.model.words import Model, Zh, reject


def _few(count: int) -> int:
    if count > MAX_DECIMALS:
        raise reject(f"小数位最多 {MAX_DECIMALS} 位")
    return count


MAX_DECIMALS = 6
Decimals = Annotated[Count, AfterValidator(_few)]


class AmountStyle(Model):
    """How amounts are printed; what a table leaves out it takes from its profile."""

    unit: Annotated[AmountUnit | None, Zh("单位")] = None
    decimals: Annotated[Decimals | None, Zh("小数位")] = None
    grouping: Annotated[YesNo | None, Zh("千位分隔")] = None
    trim: Annotated[YesNo | None, Zh("去尾零")] = None
    """Drop zeros behind the decimal point: 20,004,403元."""
    zero: Annotated[str | None, Zh("零")] = None
    """What stands for 0; without it 0 is printed like any amount."""
    nothing: Annotated[str | None, Zh("无数据")] = None
    """What stands where no line is concerned; without it, what stands for 0."""

    def over(self, base: AmountStyle) -> AmountStyle:
        """This style, its gaps filled from `base`."""
        return base.model_copy(update=self.model_dump(exclude_none=True))


class PercentStyle(Model):
    decimals: Annotated[Decimals | None, Zh("小数位")] = None
    trim_hundred: Annotated[YesNo | None, Zh("整百不带小数")] = None
    """Print a whole as 100%, whatever the decimals."""
    sign: Annotated[YesNo | None, Zh("百分号")] = None

    def over(self, base: PercentStyle) -> PercentStyle:
        return base.model_copy(update=self.model_dump(exclude_none=True))


AMOUNTS = AmountStyle(unit=AmountUnit.YUAN, decimals=2, grouping=True, trim=False)
PERCENTS = PercentStyle(decimals=2, trim_hundred=False, sign=True)


def amount_text(value: Decimal | None, style: AmountStyle) -> str:
    """An amount given in 元, in the style's unit. The style must be complete (`over(AMOUNTS)`)."""
    zero = style.zero if style.zero is not None else _digits(Decimal(0), style)
    if value is None:
        return style.nothing if style.nothing is not None else zero
    return _digits(value, style) if value else zero


def _digits(yuan: Decimal, style: AmountStyle) -> str:
    unit = (style.unit or AmountUnit.YUAN).label
    value = rounded(yuan / YUAN_PER[unit], style.decimals or 0)
    text = f"{value:,f}" if style.grouping else f"{value:f}"
    if style.trim and "." in text:
        text = text.rstrip("0").rstrip(".")
    return text


def unit_label(style: AmountStyle) -> str:
    return (style.unit or AmountUnit.YUAN).label


def percent_text(value: Decimal, style: PercentStyle) -> str:
    """A percentage given unrounded (12.345 for 12.345 %)."""
    number = rounded(value, style.decimals or 0)
    text = f"{number:f}"
    if style.trim_hundred and abs(number) == 100:
        text = f"{number.to_integral_value():f}"
    return text + ("%" if style.sign else "")
