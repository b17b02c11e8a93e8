"""Figures as sentences use them: a value now and a year before, printed in the text's style."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from markupsafe import Markup, escape

from reportgen.compose.numbers import AmountStyle, amount_text, unit_label
from reportgen.derive.selection import Selection


@dataclass(frozen=True, slots=True)
class Printed:
    """A number with its unit, as it stands in the text."""

    text: str
    value: Decimal
    fact: str
    amount_unit: str = ""
    """Of an amount, whether it is printed behind it or not."""

    def __str__(self) -> str:
        return self.text

    def __html__(self) -> str:
        unit = Markup(' data-unit="{}"').format(self.amount_unit) if self.amount_unit else Markup("")
        return Markup('<span class="n" data-value="{}" data-fact="{}"{}>{}</span>').format(
            f"{self.value:f}", self.fact, unit, escape(self.text)
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """A sum of one source under one selection, in this year and what it is compared with."""

    selection: Selection
    source: str
    measure: str
    against: str
    """What of the year before it is compared with: `prior` (budget) or `executed`."""
    style: AmountStyle | None
    """How amounts are printed; None for pieces."""
    unit: str
    """Printed behind the number; forms, whose unit stands above them, have none."""
    no_before: Callable[[str, str], None]
    """Told the source and what was asked of the year before, when the input does not know it."""

    @property
    def value(self) -> Decimal:
        return self.selection.total(self.source, self.measure).value or Decimal(0)

    @property
    def before_value(self) -> Decimal:
        return self.selection.total(self.source, self.against).value or Decimal(0)

    @property
    def has_before(self) -> bool:
        """Whether the input knows the year before for this source."""
        known = self.selection.comparable(self.source, self.against)
        if not known:
            self.no_before(self.source, self.against)
        return known

    @property
    def before(self) -> Printed:
        return self._printed(self.before_value, self.against)

    @property
    def change(self) -> Printed:
        """The change without its sign: the words around it say which way."""
        return self._printed(abs(self.difference), "change")

    @property
    def difference(self) -> Decimal:
        return self.value - self.before_value

    def __bool__(self) -> bool:
        return self.value != 0

    def __str__(self) -> str:
        return str(self._printed(self.value, self.measure))

    def __html__(self) -> str:
        return self._printed(self.value, self.measure).__html__()

    def _printed(self, value: Decimal, measure: str) -> Printed:
        text = amount_text(value, self.style) if self.style else f"{value:f}"
        conditions = ";".join(map(str, self.selection.conditions))
        fact = f"{self.source}.{measure}[{conditions}]"
        return Printed(text + self.unit, value, fact, unit_label(self.style) if self.style else "")


@dataclass(frozen=True, slots=True)
class Coded:
    """A classification code, or another value of a dimension, with its figure."""

    code: str
    name: str
    figure: Figure
    names: Mapping[str, str]
    """Names by level: 类, 款, 项, down to the code's own."""
