"""How many pages a table takes, told from its cells before anything is laid out.

Near enough to see that a last page would hold two or three rows; a layout to make sure would cost more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reportgen.compose.phrases import ems, filled
from reportgen.compose.style import Style
from reportgen.compose.table import Cell, Layout, TableRow, placed

MM = 72 / 25.4
LINE, USUAL, TIGHT, RULE, SIDES, INDENT = 1.3, 4.4, 2.4, 0.5, 5.5, 1.5
"""As in the style sheet: a line in ems, padding above and below in points, a rule, padding and rule at the
sides, ems of an indent."""
TITLE, SUBTITLE, ABOVE, NOTE, HEADING = 1.4, 19.6, 1.6, 1.5, 1.0
"""Lines around a table: times the size of their type, the subtitle in points."""
FEW = 3
"""Rows that are not worth a page."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a table on its first page and its last."""

    heading: bool
    subtitle: bool
    above: bool
    notes: int

    def height(self, style: Style) -> float:
        small = float(style.table_size)
        return (
            TITLE * float(style.table_title_size)
            + (HEADING * float(style.line_pitch) if self.heading else 0)
            + (SUBTITLE if self.subtitle else 0)
            + (ABOVE * small if self.above else 0)
            + self.notes * (NOTE * small + 3)
        )


def pages(
    header: Sequence[TableRow], rows: Sequence[TableRow], layout: Layout, around: Surroundings, style: Style
) -> tuple[int, int]:
    """The number of pages, and of rows on the last one."""
    page = style.table_page
    width = 297 - page.top - page.bottom if layout.landscape else 210 - page.left - page.right
    height = 210 - page.left - page.right if layout.landscape else 297 - page.top - page.bottom
    points = [share * float(width) * MM for share in layout.widths]
    whole = float(height) * MM - sum(_heights(header, points, layout)) - RULE
    left = whole - around.height(style)
    count, on_last = 1, 0
    for row in _heights(rows, points, layout):
        if row > left and on_last:
            count, on_last, left = count + 1, 0, whole
        left -= row
        on_last += 1
    return count, on_last


def _heights(rows: Sequence[TableRow], points: Sequence[float], layout: Layout) -> list[float]:
    """Of each row; a cell over several rows asks for its share of each."""
    size = float(layout.size)
    around = (TIGHT if layout.tight else USUAL) + RULE
    found = [LINE * size + around] * len(rows)
    for at, column, cell in placed(rows):
        lines = _lines(cell, sum(points[column : column + cell.colspan]), layout.size)
        own = (lines * LINE * size + around) / cell.rowspan
        for below in range(at, min(at + cell.rowspan, len(rows))):
            found[below] = max(found[below], own)
    return found


def _lines(cell: Cell, width: float, size: Decimal) -> int:
    room = (width - SIDES) / float(size) - INDENT * cell.indent
    if not cell.kind.wraps or ems(cell.text) <= room or room < 1:
        return 1
    return len(filled(cell.text, room))
