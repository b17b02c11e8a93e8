"""A chart file and a budget become a `Chart`: categories like rows, series like columns, figures summed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from reportgen.compose.chart import NONE, NOTHING, Category, Chart, Point
from reportgen.compose.chart_spec import MANY, ChartKind, ChartSpec, Series
from reportgen.compose.heights import MM
from reportgen.compose.numbers import AMOUNTS, PERCENTS, AmountStyle, amount_text, percent_text, unit_label
from reportgen.compose.profile_spec import ProfileSpec
from reportgen.compose.rows import BuiltRow, Render, RowBuilder
from reportgen.compose.spec import Measure, recorded
from reportgen.compose.style import Page
from reportgen.compose.tables import measured
from reportgen.derive.arithmetic import rounded, share
from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import Condition, read_conditions
from reportgen.derive.selection import MEASURE_LABELS, Selection
from reportgen.model.values import YUAN_PER

SLICES = 6
"""A pie of more has slices whose shades nobody can tell apart in print; it is drawn as bars."""


@dataclass(frozen=True, slots=True)
class ChartBuilder:
    budget: Budget
    profile: ProfileSpec
    render: Render

    def build(self, id_: str, name: str, spec: ChartSpec, page: Page) -> Chart:
        """The chart for the place where it stands; raises `MissingData` where no ledger has what it asks.

        A series whose year the input does not know is left out, and a note says so.
        """
        base = self.budget.select(read_conditions(spec.where))
        known, notes = self._known(spec)
        amounts = self._amounts(spec)
        rows = self._rows(spec, base, known)
        drawn = _nothing_undrawn([self._category(spec, row, known, amounts) for row in rows])
        kind = _kind_for(spec.kind, drawn)
        if kind is ChartKind.PIE:
            drawn = self._with_shares(spec, drawn)
        series = tuple(self.render(one.label, {}) for one in known)
        return Chart(
            id=id_,
            name=name,
            title=self.render(spec.title, {}),
            unit=unit_label(amounts),
            kind=kind,
            series=series,
            categories=drawn,
            notes=(
                *notes,
                *_of_gaps(known, series, drawn),
                *(() if drawn else (self.render(spec.empty, {}),)),
            ),
            decimals=amounts.decimals or 0,
            grouped=bool(amounts.grouping),
            width=float(210 - page.left - page.right) * MM,
        )

    def _amounts(self, spec: ChartSpec) -> AmountStyle:
        """The style of the text, with as many decimals everywhere and every 0 printed as a number."""
        profile = self.profile.text.amounts.over(self.profile.amounts.over(AMOUNTS))
        return spec.amounts.over(profile).model_copy(update={"zero": None, "trim": False})

    def _known(self, spec: ChartSpec) -> tuple[tuple[Series, ...], tuple[str, ...]]:
        """The series that the input knows, and notes of those that it does not."""
        known, notes = [], []
        for series in spec.series:
            lacks = next((m for m in needs_of(series) if not self._gives(spec, series, m)), None)
            if lacks is None:
                known.append(series)
            else:
                label = self.render(series.label, {})
                notes.append(f"注：没有{MEASURE_LABELS[lacks]}，不画“{label}”。")
        return tuple(known), tuple(notes)

    def _gives(self, spec: ChartSpec, series: Series, measure: str) -> bool:
        sources = {series.source} if series.source else {c.source or spec.source for c in spec.categories}
        return measure == "amount" or any(self.budget.all.gives(source, measure) for source in sources)

    def _rows(self, spec: ChartSpec, base: Selection, known: Sequence[Series]) -> list[BuiltRow]:
        if not known:
            return []
        columns = [series.column for series in known]

        def has_figure(row: BuiltRow) -> bool:
            return any(self._value(spec, row, series) for series in known)

        builder = RowBuilder(self.budget, self.render, columns, spec.source, has_figure)
        rows = builder.build([categories.row for categories in spec.categories], base, {})
        if spec.descending:
            rows.sort(key=lambda row: -(self._value(spec, row, known[0]) or Decimal(0)))
        return self._gathered(spec, rows, known[0])

    def _gathered(self, spec: ChartSpec, rows: list[BuiltRow], first: Series) -> list[BuiltRow]:
        """The largest rows, and one for the rest, which is a selection of its own rather than a sum."""
        most = spec.most or MANY
        if not spec.has_rest or len(rows) <= most:
            return rows
        sizes = [abs(self._value(spec, row, first) or Decimal(0)) for row in rows]
        by_size = sorted(range(len(rows)), key=lambda at: -sizes[at])
        large = set(by_size[: most - 1])
        rest = [row for at, row in enumerate(rows) if at not in large]
        above = rest[0].selection.above
        assert above is not None  # a rule that makes many narrows the selection for each
        dimension = rest[0].selection.conditions[-1].dimension
        values = tuple(value for row in rest for value in row.selection.conditions[-1].values)
        together = above.where([Condition(dimension, values)])
        other = replace(rest[0], label=self.render(spec.rest, {}), selection=together)
        return [*(row for at, row in enumerate(rows) if at in large), other]

    def _category(
        self, spec: ChartSpec, row: BuiltRow, known: Iterable[Series], amounts: AmountStyle
    ) -> Category:
        points = []
        for series in known:
            value = self._value(spec, row, series)
            drawn = None if value is None else _in_unit(value, amounts)
            instead = NONE if series.measure is Measure.AMOUNT else NOTHING
            text = instead if value is None else amount_text(value, amounts)
            points.append(Point(text, drawn, value, _fact(spec, row, series)))
        return Category(row.label, tuple(points))

    def _value(self, spec: ChartSpec, row: BuiltRow, series: Series) -> Decimal | None:
        """None where nothing is concerned, and where only a part of it has been executed."""
        selection = row.selection.where(read_conditions(series.where))
        source = _source(spec, row, series)
        if series.measure is Measure.EXECUTED and not selection.comparable(source, "executed"):
            return None
        return measured(selection, source, series.measure, selection, series.against.value)

    def _with_shares(self, spec: ChartSpec, categories: Sequence[Category]) -> tuple[Category, ...]:
        percents = spec.percents.over(self.profile.text.percents.over(self.profile.percents.over(PERCENTS)))
        signed = percents.model_copy(update={"sign": True})
        whole = sum((category.points[0].value or Decimal(0) for category in categories), Decimal(0))

        def part(point: Point) -> Point:
            value = share(point.value or Decimal(0), whole) or Decimal(0)
            fact = point.fact.replace(f".{spec.series[0].measure.value}[", ".share[", 1)
            return Point(percent_text(value, signed), None, value, fact)

        return tuple(replace(category, share=part(category.points[0])) for category in categories)


def needs_of(series: Series) -> tuple[str, ...]:
    """The recorded measures that the figures of a series are made of."""
    return recorded(series.measure, series.against)


def _source(spec: ChartSpec, row: BuiltRow, series: Series) -> str:
    return series.source or row.source or spec.source


def _fact(spec: ChartSpec, row: BuiltRow, series: Series) -> str:
    conditions = row.selection.where(read_conditions(series.where)).conditions
    return f"{_source(spec, row, series)}.{series.measure.value}[{';'.join(map(str, conditions))}]"


def _in_unit(yuan: Decimal, style: AmountStyle) -> Decimal:
    return rounded(yuan / YUAN_PER[unit_label(style)], style.decimals or 0)


def _nothing_undrawn(categories: Sequence[Category]) -> tuple[Category, ...]:
    """Without any category where there is no figure other than 0 at all."""
    return tuple(categories) if any(p.value for c in categories for p in c.points) else ()


def _kind_for(kind: ChartKind, categories: Sequence[Category]) -> ChartKind:
    """A pie only of parts that make a whole, and of few."""
    if kind is not ChartKind.PIE:
        return kind
    values = [point.value for category in categories for point in category.points]
    whole = all(value is not None and value >= 0 for value in values)
    return kind if whole and len(values) <= SLICES else ChartKind.BAR


def _of_gaps(
    known: Sequence[Series], names: Sequence[str], categories: Sequence[Category]
) -> tuple[str, ...]:
    """A note for each series of what is not drawn because the input does not give it."""
    notes = []
    for at, (series, name) in enumerate(zip(known, names, strict=True)):
        without = [category.label for category in categories if category.points[at].drawn is None]
        if without and series.measure is not Measure.AMOUNT:
            notes.append(f"注：“{name}”没有{'、'.join(without)}的数据，不画。")
    return tuple(notes)
