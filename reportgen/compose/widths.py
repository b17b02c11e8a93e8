"""How wide each column is and how large the type, from what the cells hold.

Figures and codes never wrap; labels do. A table is set as large as fits upright, then smaller,
then on a landscape page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reportgen.compose.spec import Orientation
from reportgen.compose.style import Page, Style
from reportgen.compose.table import Cell, Layout, TableRow, placed

MM = 72 / 25.4
PADDING = 6.0
"""Points of padding and rule per column, both sides together."""
READABLE = Decimal("8.5")
"""Below this size a table is better turned than shrunk."""
HEAD_LINES = 3
LABEL_MIN, LABEL_EASY, LABEL_WISH, HEAD_WISH = 7.0, 11.0, 18.0, 8.0
"""A column of words, in ems: what it needs at least, what reads well, and what suits it."""
INDENT = 1.5
"""Ems of one level of indent, as in the style sheet."""
HEAD_WHOLE = 4.0
"""A heading up to this long, such as 科目编码, is better not broken."""


def ems(text: str) -> float:
    """The width of a line of text in ems: wide characters 1, others a little over a half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.56 for c in text)


@dataclass(frozen=True, slots=True)
class _Need:
    least: float
    easy: float
    wish: float


def lay_out(
    header: Sequence[TableRow],
    rows: Sequence[TableRow],
    style: Style,
    orientation: Orientation,
    page: Page,
) -> Layout:
    """`page` is the upright page that the table stands on; a landscape one is always a table page."""
    columns = sum(cell.colspan for cell in header[0].cells)
    heads, bodies = _by_column(header, columns), _by_column(rows, columns)
    needs = [_need(head, body) for head, body in zip(heads, bodies, strict=True)]
    easy, least = [n.easy for n in needs], [n.least for n in needs]
    upright = float(210 - page.left - page.right) * MM
    # a landscape page is the portrait page turned: its top margin is the portrait's left
    across = float(297 - style.table_page.top - style.table_page.bottom) * MM
    tries: list[tuple[list[float], float, Decimal]] = []
    if orientation is not Orientation.LANDSCAPE:
        tries += [(easy, upright, READABLE)]
    if orientation is Orientation.PORTRAIT:
        tries += [(least, upright, style.table_size_min)]
    else:
        tries += [(easy, across, READABLE), (least, across, style.table_size_min)]
    for columns_least, width, floor in tries:
        size = _largest(columns_least, width, style.table_size, floor)
        if size is not None:
            return _layout(columns_least, needs, width, size, landscape=width is across)
    landscape = orientation is not Orientation.PORTRAIT
    return _layout(least, needs, across if landscape else upright, style.table_size_min, landscape=landscape)


def _need(header: Sequence[Cell], body: Sequence[Cell]) -> _Need:
    """What one column needs, from the cells that stand in it alone."""
    fixed = max((ems(c.text) + INDENT * c.indent for c in body if not c.kind.wraps), default=0.0)
    words = max((ems(c.text) + INDENT * c.indent for c in body if c.kind.wraps), default=0.0)
    head = max((ems(c.text) for c in header), default=0.0)
    least = max(fixed, min(words, LABEL_MIN), head / HEAD_LINES, min(head, 2.0))
    easy = max(least, min(words, LABEL_EASY), head if head <= HEAD_WHOLE else 0.0)
    return _Need(least, easy, max(easy, min(words, LABEL_WISH), min(head, HEAD_WISH)))


def _by_column(rows: Sequence[TableRow], columns: int) -> list[list[Cell]]:
    cells: list[list[Cell]] = [[] for _ in range(columns)]
    for _, column, cell in placed(rows):
        if cell.colspan == 1:
            cells[column].append(cell)
    return cells


def _largest(least: Sequence[float], width: float, size: Decimal, floor: Decimal) -> Decimal | None:
    while size >= floor:
        if sum(least) * float(size) + PADDING * len(least) <= width:
            return size
        size -= Decimal("0.5")
    return None


def _layout(
    least: Sequence[float], needs: Sequence[_Need], width: float, size: Decimal, *, landscape: bool
) -> Layout:
    points = [own * float(size) + PADDING for own in least]
    spare = width - sum(points)
    wishes = [(n.wish - own) * float(size) for n, own in zip(needs, least, strict=True)]
    if spare > 0 and sum(wishes) > 0:
        given = min(1.0, spare / sum(wishes))
        points = [p + w * given for p, w in zip(points, wishes, strict=True)]
    total = sum(points)
    return Layout(tuple(round(p / total, 5) for p in points), size, landscape)
