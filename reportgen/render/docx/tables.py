"""HTML tables as Word tables: merged cells, repeated header rows, fixed widths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import ceil

from lxml.html import HtmlElement

from reportgen.compose.phrases import ems
from reportgen.render.css_rules import Padding, Rules
from reportgen.render.docx import styles
from reportgen.render.docx.ooxml import Element, paragraph, run, twips, w
from reportgen.render.plain import plain
from reportgen.render.printed import is_glance, is_head
from reportgen.render.vertical import is_vertical

_SIZE = re.compile(r"font-size:\s*([\d.]+)pt")
_WIDTH = re.compile(r"width:\s*([\d.]+)%")
_STYLE_OF_CLASS = {"a": styles.CELL_NUMBER, "l": styles.CELL, "c": styles.CELL, "m": styles.CELL_MIDDLE}


@dataclass(frozen=True, slots=True)
class _Slot:
    """A position of the grid: the cell that starts there, or the one that reaches down to it."""

    cell: HtmlElement
    starts: bool
    columns: int


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all cells of a table share."""

    size: Decimal
    widths: list[int]
    """Of columns, in twips."""
    padding: Padding
    cells: styles.CellStyles


def table(
    source: HtmlElement, width: int, cells: styles.CellStyles, rules: Rules, *, keep_together: bool
) -> Element:
    """`width` in twips; `cells` gives the styles of cells, `rules` what the style sheet says of them."""
    own = _SIZE.search(source.get("style") or "")
    rows = [row for part in source for row in ([part] if part.tag == "tr" else part.findall("tr"))]
    grid = _grid(rows)
    widths = _widths(source, len(grid[0]) if grid else 1, width)
    heads = len(source.findall("thead/tr"))
    some = next(source.iter("td", "th"), None)
    padding = styles.PADDING if some is None or is_glance(source) else rules.padding(some, styles.PADDING)
    frame = _Frame(Decimal(own[1]) if own else cells.usual, widths, padding, cells)
    made = [
        _row(
            slots,
            frame,
            head=at < heads,
            keep=_is_note(source.getnext())
            if at == len(grid) - 1
            else keep_together or is_head(rows[at]) or "k" in _classes(rows[at]),
            total="total" in _classes(rows[at]),
        )
        for at, slots in enumerate(grid)
    ]
    return w(
        "tbl",
        w(
            "tblPr",
            w("tblStyle", val=styles.GLANCE if is_glance(source) else styles.GRID),
            w("tblW", w=sum(widths), type="dxa"),
            w("jc", val="center"),
            w("tblLayout", type="fixed"),
            None if padding == styles.PADDING else styles.cell_margins(padding),
            w("tblLook", val="0000"),
        ),
        w("tblGrid", *(w("gridCol", w=x) for x in widths)),
        *made,
    )


def _grid(rows: list[HtmlElement]) -> list[list[_Slot | None]]:
    """Rows of slots, one per column; None where a cell to the left covers the column."""
    grid: list[dict[int, _Slot | None]] = [{} for _ in rows]
    for at, row in enumerate(rows):
        column = 0
        for cell in row:
            while column in grid[at]:
                column += 1
            across, down = int(cell.get("colspan", 1)), int(cell.get("rowspan", 1))
            for below in range(at, min(at + down, len(rows))):
                grid[below][column] = _Slot(cell, below == at, across)
                for covered in range(column + 1, column + across):
                    grid[below][covered] = None
            column += across
    count = max((len(slots) for slots in grid), default=0)
    return [[slots.get(column) for column in range(count)] for slots in grid]


def _widths(source: HtmlElement, count: int, width: int) -> list[int]:
    given = [_WIDTH.search(col.get("style") or "") for col in source.iter("col")]
    shares = [float(found[1]) for found in given if found]
    if len(shares) != count:
        shares = [100 / count] * count
    edges = [round(width * sum(shares[:at]) / sum(shares)) for at in range(count + 1)]
    return [right - left for left, right in pairwise(edges)]


def _is_note(element: HtmlElement | None) -> bool:
    """What must not stand on a page without the table that it is about."""
    return element is not None and "note" in _classes(element)


def _classes(element: HtmlElement) -> list[str]:
    return (element.get("class") or "").split()


def _row(slots: list[_Slot | None], frame: _Frame, *, head: bool, keep: bool, total: bool) -> Element:
    cells = [
        _cell(slot, sum(frame.widths[at : at + slot.columns]), frame, keep=keep, total=total)
        for at, slot in enumerate(slots)
        if slot is not None
    ]
    height = max(_head_height(slots, frame) if head else 0, _upright_height(slots, frame))
    least = w("trHeight", val=height, hRule="atLeast") if height else None
    return w("tr", w("trPr", w("cantSplit"), least, w("tblHeader") if head else None), *cells)


def _head_height(slots: list[_Slot | None], frame: _Frame) -> int:
    """Twips that a header row must have for the cells reaching over it: readers that repeat the
    header forget those cells' lines. Nothing for a row that no cell reaches over."""
    em = twips(frame.size)
    height = 0
    for at, slot in enumerate(slots):
        down = int(slot.cell.get("rowspan", 1)) if slot is not None else 1
        if slot is not None and down > 1:
            room = _room(sum(frame.widths[at : at + slot.columns]), frame)
            lines = sum(ceil(ems(line) / max(room // em, 1)) for line in plain(slot.cell).split("\n"))
            needed = round(lines * em * styles.CELL_LINE) + twips(frame.padding.top + frame.padding.bottom)
            height = max(height, needed // down)
    return height


def _upright_height(slots: list[_Slot | None], frame: _Frame) -> int:
    """Twips that a row must have beside text that stands upright, to which Word gives no room of itself; a
    character more than there are, since LibreOffice leaves one out that only just fits."""
    return max(
        (
            round(
                ((ems(plain(slot.cell)) + 1) * float(frame.size) + frame.padding.top + frame.padding.bottom)
                * 20
                / int(slot.cell.get("rowspan", 1))
            )
            for slot in slots
            if slot is not None and is_vertical(slot.cell)
        ),
        default=0,
    )


def _cell(slot: _Slot, width: int, frame: _Frame, *, keep: bool, total: bool) -> Element:
    source = slot.cell
    down = int(source.get("rowspan", 1)) > 1
    properties = w(
        "tcPr",
        w("tcW", w=width, type="dxa"),
        w("gridSpan", val=slot.columns) if slot.columns > 1 else None,
        (w("vMerge", val="restart") if slot.starts else w("vMerge")) if down else None,
        w("textDirection", val="tbRlV") if is_vertical(source) else None,
        w("vAlign", val="center"),
    )
    extra = [w("keepNext")] if keep else []
    text = plain(source) if slot.starts else ""
    # a header is bold of itself, and in Word a character style would take that back
    look = w("rPr", w("rStyle", val=styles.TOTAL)) if total and source.tag == "td" else None
    # where all is sure to stand on one line the hyphens are those that are typed
    held = ems(text) > max(_room(width, frame) // twips(frame.size), 1)
    words = [run(text, look, held=held)] if text else []
    return w("tc", properties, paragraph(_style(source, frame), words, *extra))


def _room(width: int, frame: _Frame) -> int:
    """Twips that a cell leaves for its text."""
    return width - twips(frame.padding.left + frame.padding.right)


def _style(source: HtmlElement, frame: _Frame) -> str:
    head, classes = source.tag == "th", _classes(source)
    if is_glance(next(source.iterancestors("table"))):
        return styles.GLANCE_NAME if head else styles.GLANCE_FIGURE
    usual = next((_STYLE_OF_CLASS[name] for name in classes if name in _STYLE_OF_CLASS), styles.CELL_MIDDLE)
    indent = next((int(name[1]) for name in classes if re.fullmatch(r"i\d", name)), 0)
    return frame.cells.of(styles.CELL_HEAD if head else usual, frame.size, indent)
