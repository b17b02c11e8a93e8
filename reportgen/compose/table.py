"""A table as printed: header tree resolved to spans, rows of cells, notes. Knows no profile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class CellKind(StrEnum):
    HEAD = "head"
    LABEL = "label"
    CODE = "code"
    TEXT = "text"
    AMOUNT = "amount"
    PERCENT = "percent"

    @property
    def wraps(self) -> bool:
        return self in (CellKind.HEAD, CellKind.LABEL, CellKind.TEXT)


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    kind: CellKind = CellKind.TEXT
    value: Decimal | None = None
    """The exact figure behind the text: 元, pieces, or an unrounded percentage."""
    fact: str = ""
    """Where the figure comes from: source, measure and conditions."""
    unit: str = ""
    """Of an amount, as printed; "" for pieces and percentages."""
    colspan: int = 1
    rowspan: int = 1
    indent: int = 0


@dataclass(frozen=True, slots=True)
class TableRow:
    cells: tuple[Cell, ...]
    total: bool = False
    bold: bool = False
    only_empty: bool = False
    code: str = ""
    """The classification code that a row of a tree sums, in a table that is no balance."""

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(cell.text for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Layout:
    """Column widths as fractions of the text width, the font size in points, the page's direction, and
    whether rows stand closer than usual, which saves a page."""

    widths: tuple[float, ...]
    size: Decimal
    landscape: bool
    tight: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    id: str
    code: str
    heading: str
    title: str
    subtitle: str
    above: str
    above_right: str
    header: tuple[TableRow, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...]
    layout: Layout

    @property
    def full_title(self) -> str:
        return self.title + self.subtitle


@dataclass(frozen=True, slots=True)
class Form:
    """A table written as an HTML fragment by the profile, one per project or unit."""

    id: str
    code: str
    heading: str
    title: str
    subtitle: str
    pages: tuple[FormPage, ...]
    landscape: bool
    new_page: bool
    """Whether each page begins on a new sheet."""
    title_once: bool
    """Whether a title is left out that repeats the one before."""
    is_empty: bool
    """Whether no page prints a figure other than 0."""

    @property
    def full_title(self) -> str:
        return self.title + self.subtitle


@dataclass(frozen=True, slots=True)
class FormPage:
    title: str
    above: str
    above_right: str
    html: str
    """A `table` element with its `colgroup`."""
    notes: tuple[str, ...]


def placed(rows: Sequence[TableRow]) -> list[tuple[int, int, Cell]]:
    """Each cell with the row and the column it starts at, spans from above taken into account."""
    taken: set[tuple[int, int]] = set()
    found = []
    for at, row in enumerate(rows):
        column = 0
        for cell in row.cells:
            while (at, column) in taken:
                column += 1
            found.append((at, column, cell))
            taken |= {(at + d, column + r) for d in range(cell.rowspan) for r in range(cell.colspan)}
    return found


def is_empty(rows: Iterable[TableRow]) -> bool:
    """Whether no cell holds a figure other than 0."""
    return not any(cell.value for row in rows for cell in row.cells)
