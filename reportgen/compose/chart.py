"""A chart as printed: categories, series, their figures, and what it says in words. Knows no profile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from reportgen.compose.chart_spec import ChartKind

NONE, NOTHING = "无", "无数据"
"""Stand where a bar would: no line of this year is concerned; the input does not give the year before."""


@dataclass(frozen=True, slots=True)
class Point:
    text: str
    """As printed, without the unit, which stands above the chart."""
    drawn: Decimal | None
    """The number that is printed; None where there is nothing to draw, which is not 0."""
    value: Decimal | None
    """The exact figure behind it: 元, or an unrounded percentage."""
    fact: str


LABEL_MAX = 60
"""Characters of a name that are drawn; the alternative says it whole."""


@dataclass(frozen=True, slots=True)
class Category:
    name: str
    points: tuple[Point, ...]
    """One for each series."""
    share: Point | None = None
    """Its part of the whole, which a pie prints beside its label."""

    @property
    def label(self) -> str:
        return self.name if len(self.name) <= LABEL_MAX else self.name[: LABEL_MAX - 1] + "…"

    @property
    def full_label(self) -> str:
        return f"{self.label} {self.share.text}" if self.share else self.label


@dataclass(frozen=True, slots=True)
class Chart:
    id: str
    """Which of the document's charts it is."""
    name: str
    """Its file in the profile."""
    title: str
    unit: str
    kind: ChartKind
    series: tuple[str, ...]
    categories: tuple[Category, ...]
    notes: tuple[str, ...]
    decimals: int
    grouped: bool
    """How its amounts are printed."""
    width: float
    """Of the text that it stands in, in points."""

    @property
    def caption(self) -> str:
        return f"{self.title}（单位：{self.unit}）" if self.categories else self.title

    @property
    def legend(self) -> tuple[str, ...]:
        """The names of the series, where it takes names to tell them apart."""
        return self.series if len(self.series) > 1 else ()

    @property
    def points(self) -> Iterator[Point]:
        return (point for category in self.categories for point in category.points)

    @property
    def alternative(self) -> str:
        """Everything that is drawn, in words."""
        said = "；".join(map(self._said, self.categories))
        return f"图：{self.caption}。{said}。"

    def _said(self, category: Category) -> str:
        if len(self.series) == 1:
            share = f"，占{category.share.text}" if category.share else ""
            return f"{category.name}{_spoken(category.points[0])}{share}"
        named = zip(self.series, category.points, strict=True)
        return category.name + "：" + "，".join(f"{name}{_spoken(point)}" for name, point in named)


def _spoken(point: Point) -> str:
    """A figure behind a name; a blank parts it from a name that ends in a digit."""
    return f" {point.text}"
