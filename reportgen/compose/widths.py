"""How wide each column is and how large the type, from what the cells hold.

Figures and codes never wrap; labels do. A table is set as large as fits upright, then smaller,
then on a landscape page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil

from reportgen.compose.heights import FEW, MM, Surroundings, pages
from reportgen.compose.phrases import ems, filled, is_lonely
from reportgen.compose.spec import Orientation
from reportgen.compose.style import Page, Style
from reportgen.compose.table import Cell, Layout, TableRow, placed

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


LONGEST_LABEL = 40
"""Characters up to which a text in a cell is a label, whose last line should not be a single one."""
SMALLER = Decimal("0.5")
"""Points by which a table is set smaller at a time."""
KEPT = 0.5
"""Ems that a column keeps of what it could give, since letters are wider than a little over a half."""
MOST_ADDED, STEP = 2.5, 0.25
"""Ems that a column is widened by so that no character stands alone, at most and at a time."""


_CODE = re.compile("[!-~]{4,}")
"""Letters and figures that are better not broken."""


@dataclass(frozen=True, slots=True)
class _Need:
    """Of a column, in ems."""

    least: float
    easy: float
    wishes: tuple[float, float, float]
    """What its heading wants in lines of whole characters, then what suits its labels, then its heading."""
    texts: tuple[tuple[str, float], ...]
    """Those that may break, with how far each is set in."""


def lay_out(
    header: Sequence[TableRow],
    rows: Sequence[TableRow],
    style: Style,
    orientation: Orientation,
    page: Page,
    *,
    around: Surroundings | None = None,
) -> Layout:
    """`page` is the upright page that the table stands on; a landscape one is always a table page.

    `around`: what stands around a table that has its pages for itself. If the last of them would hold a few
    rows only, the table is set closer, or a little smaller, where that saves the page.
    """
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
            made = _layout(columns_least, needs, width, size, landscape=width is across)
            if around is None:
                return made
            smaller = [s for s in (size - SMALLER, size - 2 * SMALLER) if s >= floor]
            closer = (
                replace(_layout(columns_least, needs, width, s, landscape=width is across), tight=True)
                for s in (size, *smaller)
            )
            return _saving(made, closer, lambda one: pages(header, rows, one, around, style))
    landscape = orientation is not Orientation.PORTRAIT
    return _layout(least, needs, across if landscape else upright, style.table_size_min, landscape=landscape)


def _saving(usual: Layout, closer: Iterable[Layout], told: Callable[[Layout], tuple[int, int]]) -> Layout:
    """The first of the closer layouts that has a page less than the usual one, if that wastes its last."""
    count, on_last = told(usual)
    if count == 1 or on_last > FEW:
        return usual
    return next((one for one in closer if told(one)[0] < count), usual)


def _need(header: Sequence[Cell], body: Sequence[Cell]) -> _Need:
    """What one column needs, from the cells that stand in it alone."""
    labels = {(c.text, INDENT * c.indent) for c in body if c.kind.wraps}
    fixed = max((ems(c.text) + INDENT * c.indent for c in body if not c.kind.wraps), default=0.0)
    words = max((ems(text) + indent for text, indent in labels), default=0.0)
    head = max((ems(c.text) for c in header), default=0.0)
    code = max((ems(run) + KEPT for text, _ in labels for run in _CODE.findall(text)), default=0.0)
    least = max(fixed, min(max(words, code), LABEL_MIN), head / HEAD_LINES, min(head, 2.0))
    easy = max(least, min(words, LABEL_EASY), head if head <= HEAD_WHOLE else 0.0)
    lined = max(easy, float(ceil(head / HEAD_LINES)))
    suited = max(lined, min(words, LABEL_WISH))
    texts = sorted(labels | {(c.text, 0.0) for c in header})
    return _Need(least, easy, (lined, suited, max(suited, min(head, HEAD_WISH))), tuple(texts))


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
        size -= SMALLER
    return None


def _layout(
    least: Sequence[float], needs: Sequence[_Need], width: float, size: Decimal, *, landscape: bool
) -> Layout:
    """What room there is goes to one wish after another, then to all."""
    em = float(size)
    own = list(least)
    spare = (width - PADDING * len(own)) / em - sum(own)
    for wishes in zip(*(need.wishes for need in needs), strict=True):
        wanting = [max(wish - has, 0.0) for wish, has in zip(wishes, own, strict=True)]
        if spare > 0 and sum(wanting) > 0:
            given = min(1.0, spare / sum(wanting))
            own = [has + given * more for has, more in zip(own, wanting, strict=True)]
            spare -= given * sum(wanting)
    points = [has * em + PADDING for has in own]
    total = sum(points)
    if spare > 0:
        rooms = _none_alone([(p * width / total - PADDING) / em for p in points], least, needs)
        points = [room * em + PADDING for room in rooms]
        total = sum(points)
    return Layout(tuple(round(p / total, 5) for p in points), size, landscape)


def _none_alone(rooms: list[float], least: Sequence[float], needs: Sequence[_Need]) -> list[float]:
    """The rooms of columns, in ems; one with labels whose last character stands alone takes what it
    lacks from those that have more than their lines fill."""
    for at, need in enumerate(needs):
        if not _alone(need, rooms[at]):
            continue
        given = [
            0.0 if other == at else max(room - _used(needs[other], room, least[other]), 0.0)
            for other, room in enumerate(rooms)
        ]
        steps = int(min(MOST_ADDED, sum(given)) / STEP)
        tried = (STEP * number for number in range(1, steps + 1))
        more = next((more for more in tried if not _alone(need, rooms[at] + more)), 0.0)
        if more:
            rooms = [room - more * gift / sum(given) for room, gift in zip(rooms, given, strict=True)]
            rooms[at] += more
    return rooms


def _alone(need: _Need, room: float) -> bool:
    return any(
        room - indent < ems(text) and is_lonely(filled(text, room - indent))
        for text, indent in need.texts
        if len(text) <= LONGEST_LABEL
    )


def _used(need: _Need, room: float, least: float) -> float:
    """What a column cannot give away without more lines in a cell."""
    if any(len(text) > LONGEST_LABEL for text, _ in need.texts):
        return room
    lines = (ems(line) + indent for text, indent in need.texts for line in filled(text, room - indent))
    return max(least, *lines) + KEPT
