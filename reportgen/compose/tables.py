"""A table file and a budget become a `Table`: rows built, columns summed, widths found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from reportgen.compose.columns import BuiltColumn, ColumnBuilder
from reportgen.compose.heights import Surroundings
from reportgen.compose.numbers import AMOUNTS, PERCENTS, AmountStyle, amount_text, percent_text, unit_label
from reportgen.compose.profile_spec import ProfileSpec
from reportgen.compose.rows import BuiltRow, Render, RowBuilder, padded
from reportgen.compose.spec import Column, Measure, RowKind, Show, Side, TableSpec
from reportgen.compose.style import Page
from reportgen.compose.table import Cell, CellKind, Table, TableRow, is_empty
from reportgen.compose.values import Subject
from reportgen.compose.widths import lay_out
from reportgen.derive.arithmetic import growth, share
from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import Condition, read_conditions
from reportgen.derive.records import PIECES
from reportgen.derive.selection import Selection


@dataclass(frozen=True, slots=True)
class _Block:
    """One side of a table while it is built."""

    columns: tuple[BuiltColumn, ...]
    leaves: tuple[BuiltColumn, ...]
    about: tuple[Condition, ...]
    """Whom the table is about, if it is one of several."""
    base: Selection
    source: str
    rows: list[BuiltRow]


@dataclass(frozen=True, slots=True)
class TableBuilder:
    budget: Budget
    profile: ProfileSpec
    render: Render

    def build(self, id_: str, spec: TableSpec, page: Page, about: Subject) -> Table:
        """The table about one subject, the whole department if it names none; `page` is where it stands.

        Raises `MissingData` where no ledger has what is asked for.
        """
        blocks = [self._block(spec, side, about) for side in spec.blocks]
        header = _header(blocks, spec.index_row)
        rows = _suited(self._rows(spec, blocks))
        amounts = self.amounts(spec)
        context = {**about.names, "amount_unit": unit_label(amounts), "code": spec.code}
        notes = tuple(self.render(note, context) for note in notes_of(spec, empty=is_empty(rows)))
        style = self.profile.style
        heading, subtitle = self.render(spec.heading, about.names), self.render(spec.subtitle, about.names)
        above, above_right = self.above(spec, context), self.above_right(spec, context)
        around = Surroundings(bool(heading), bool(subtitle), bool(above or above_right), len(notes))
        alone = around if page is style.table_page else None
        return Table(
            id=id_,
            code=spec.code,
            heading=heading,
            title=self.render(spec.title, about.names),
            subtitle=subtitle,
            above=above,
            above_right=above_right,
            header=header,
            rows=rows,
            notes=notes,
            layout=lay_out(header, rows, style, spec.orientation, page, around=alone),
        )

    def _named_by(self, field: str, row: BuiltRow, block: _Block) -> Selection | None:
        """All that concerns the project or unit which the row's record names, or which the row is about."""
        subject = row.context.get(field)
        value = getattr(row.context.get("it"), field, None) or getattr(subject, "code", None)
        if value is None:
            return None
        return self.budget.select((*block.about, Condition(field, (value,))))

    def amounts(self, spec: TableSpec) -> AmountStyle:
        return spec.amounts.over(self.profile.amounts.over(AMOUNTS))

    def above(self, spec: TableSpec, context: Mapping[str, Any]) -> str:
        return self.render(self.profile.above if spec.above is None else spec.above, context)

    def above_right(self, spec: TableSpec, context: Mapping[str, Any]) -> str:
        text = self.profile.above_right if spec.above_right is None else spec.above_right
        return self.render(text, context)

    def _rows(self, spec: TableSpec, blocks: Sequence[_Block]) -> tuple[TableRow, ...]:
        abreast = padded([block.rows for block in blocks], self.budget.all)
        blocks = [replace(block, rows=rows) for block, rows in zip(blocks, abreast, strict=True)]
        return tuple(
            TableRow(
                tuple(
                    cell
                    for block, row in zip(blocks, rows, strict=True)
                    for cell in self._cells(spec, block, row, number)
                ),
                any(row.kind is RowKind.TOTAL for row in rows),
                any(row.kind is RowKind.BOLD for row in rows),
                any(row.only_empty for row in rows),
                rows[0].code if len(rows) == 1 and rows[0].tree else "",
            )
            for number, rows in enumerate(zip(*(block.rows for block in blocks), strict=True), 1)
        )

    def _block(self, spec: TableSpec, side: Side, about: Subject) -> _Block:
        base = self.budget.select((*read_conditions(spec.where), *about.conditions))
        base = base.where(read_conditions(side.where))
        source = side.source or spec.source
        columns = ColumnBuilder(self.budget, self.render, source, side.rows).build(
            side.columns, base, about.names
        )
        label = self.render(side.label or "", about.names)
        tops = (BuiltColumn(label, Column(label=label), (), columns),) if label else columns
        leaves = tuple(leaf for column in columns for leaf in column.leaves)
        block = _Block(tops, leaves, about.conditions, base, source, [])

        def has_figure(row: BuiltRow) -> bool:
            return any(cell.value for cell in self._cells(spec, block, row, 0))

        rows = RowBuilder(self.budget, self.render, [leaf.spec for leaf in leaves], source, has_figure)
        return replace(block, rows=rows.build(side.rows, base, about.names))

    def _cells(self, spec: TableSpec, block: _Block, row: BuiltRow, number: int) -> list[Cell]:
        cells = [self._cell(spec, column, row, block, number) for column in block.leaves[row.merge :]]
        merged = Cell(row.label, CellKind.LABEL, colspan=row.merge, indent=row.indent)
        return [merged, *cells] if row.merge else cells

    def _cell(self, spec: TableSpec, built: BuiltColumn, row: BuiltRow, block: _Block, number: int) -> Cell:
        column = built.spec
        if column.show is Show.NUMBER:
            return Cell(str(number), CellKind.CODE)
        if row.fill:
            return Cell("", CellKind.AMOUNT if column.is_figure else CellKind.LABEL)
        if column.text is not None:
            about = {"it": None, "unit": None, "project": None, **row.context, "row": row}
            return Cell(self.render(column.text, about), CellKind.TEXT)
        if column.show is not None:
            return _shown(column.show, row)
        if row.blank or (row.kind is RowKind.TOTAL and not column.in_totals):
            return Cell("", CellKind.AMOUNT)
        return self._figure(spec, built, row, block)

    def _figure(self, spec: TableSpec, built: BuiltColumn, row: BuiltRow, block: _Block) -> Cell:
        column = built.spec
        measure = row.measure or column.measure
        source = column.source or row.source or block.source
        chosen = row.selection if column.by is None else self._named_by(column.by, row, block)
        if chosen is None:
            return Cell("", CellKind.AMOUNT)
        selection = chosen.where(built.conditions)
        whole = block.base.where(built.conditions)
        value = measured(selection, source, measure, whole, column.against.value)
        if column.also is not None:
            also = chosen.where((*built.inherited, *read_conditions(column.also)))
            value = _joined(selection, also, source, measure)
        fact = f"{source}.{measure.value}[{';'.join(map(str, selection.conditions))}]"
        if column.also is not None:
            fact += f"+[{';'.join(map(str, also.conditions))}]"
        if measure in (Measure.GROWTH, Measure.SHARE):
            percents = column.percents.over(spec.percents.over(self.profile.percents.over(PERCENTS)))
            text = "" if value is None else percent_text(value, percents)
            return Cell(text, CellKind.PERCENT, value, fact)
        if measure.value in PIECES:
            text = "" if value is None else f"{value:f}"
            return Cell(text, CellKind.AMOUNT, value, fact)
        amounts = column.amounts.over(self.amounts(spec))
        return Cell(amount_text(value, amounts), CellKind.AMOUNT, value, fact, unit_label(amounts))


def notes_of(spec: TableSpec, *, empty: bool) -> tuple[str, ...]:
    """The notes under a table, and the statement that it has no figure (rules R4, W6)."""
    usual = () if empty and not spec.notes_when_empty else spec.notes
    return (*usual, spec.empty) if empty and spec.empty else usual


def measured(
    selection: Selection, source: str, measure: Measure, whole: Selection, against: str
) -> Decimal | None:
    """What a cell prints, unrounded: None where nothing is concerned or no percentage exists."""
    if measure not in (Measure.CHANGE, Measure.GROWTH, Measure.SHARE):
        return selection.total(source, measure.value).value
    now = selection.total(source, "amount").value
    if measure is Measure.SHARE:
        all_ = whole.total(source, "amount").value
        return None if now is None or all_ is None else share(now, all_)
    if not selection.comparable(source, against):
        return None
    before = selection.total(source, against).value
    if now is None and before is None:
        return None
    now, before = now or Decimal(0), before or Decimal(0)
    return now - before if measure is Measure.CHANGE else growth(now, before)


def _joined(one: Selection, other: Selection, source: str, measure: Measure) -> Decimal | None:
    """The sum over what either selection holds, each record once."""
    records = {r.path: r for s in (one, other) for r in s.total(source, measure.value).records}
    values = [record.measures[measure.value] for record in records.values()]
    return sum(values, Decimal(0)) if values else None


_PARTS = {Show.CLASS_PART: slice(0, 3), Show.GROUP_PART: slice(3, 5), Show.ITEM_PART: slice(5, 7)}
"""The digits that a code's own level adds to those above it."""


def _shown(show: Show, row: BuiltRow) -> Cell:
    indent = row.indent if row.stepped else 0
    if show is Show.CODE:
        return Cell(row.code, CellKind.CODE, indent=indent)
    if show is Show.NAME:
        return Cell(row.name, CellKind.LABEL, indent=indent if row.stepped else row.own_indent)
    if show in _PARTS:
        return Cell(row.code[_PARTS[show]], CellKind.CODE)
    return Cell(row.label, CellKind.LABEL, indent=row.indent)


def _suited(rows: tuple[TableRow, ...]) -> tuple[TableRow, ...]:
    """The usual rows; where they hold no figure, the rows that are meant for an empty table, if any."""
    usual = tuple(row for row in rows if not row.only_empty)
    instead = tuple(row for row in rows if row.only_empty)
    return instead if instead and is_empty(usual) else usual


def _header(blocks: Iterable[_Block], index_row: str | None) -> tuple[TableRow, ...]:
    """The header tree as rows of cells: groups span columns, leaves span down to the last row."""
    tops = [column for block in blocks for column in block.columns]
    depth = max(column.depth for column in tops)
    rows: list[list[Cell]] = [[] for _ in range(depth)]

    def place(column: BuiltColumn, level: int) -> None:
        down = 1 if column.columns else depth - level
        rows[level].append(Cell(column.label, CellKind.HEAD, colspan=len(column.leaves), rowspan=down))
        for below in column.columns:
            place(below, level + 1)

    for column in tops:
        place(column, 0)
    if index_row is not None:
        rows.append(_index_row(index_row, sum(len(column.leaves) for column in tops)))
    return tuple(TableRow(tuple(cells)) for cells in rows)


def _index_row(label: str, columns: int) -> list[Cell]:
    """The numbers of the columns, counted from the one after the label, if there is a label."""
    first = [label] if label else []
    numbers = [str(number) for number in range(1, columns - len(first) + 1)]
    return [Cell(text, CellKind.HEAD) for text in [*first, *numbers]]
