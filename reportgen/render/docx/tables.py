"""HTML tables as Word tables: merged cells, repeated header rows, fixed widths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from lxml.html import HtmlElement

from reportgen.render.docx import styles
from reportgen.render.docx.ooxml import Element, half_points, paragraph, run, w
from reportgen.render.plain import plain
from reportgen.render.printed import is_glance

_SIZE = re.compile(r"font-size:\s*([\d.]+)pt")
_WIDTH = re.compile(r"width:\s*([\d.]+)%")
CELL_MARGIN = 50
"""Twips at each side of a cell's text, as in the table style."""
_STYLE_OF_CLASS = {"a": styles.CELL_NUMBER, "l": styles.CELL, "c": styles.CELL, "m": styles.CELL_MIDDLE}


@dataclass(frozen=True, slots=True)
class _Slot:
    """A position of the grid: the cell that starts there, or the one that reaches down to it."""

    cell: HtmlElement
    starts: bool
    columns: int


def table(source: HtmlElement, width: int, size: Decimal, *, keep_together: bool) -> Element:
    """`width` in twips; `size` is the point size that the cell styles have of themselves."""
    own = _SIZE.search(source.get("style") or "")
    direct = half_points(Decimal(own[1])) if own and Decimal(own[1]) != size else None
    rows = [row for part in source for row in ([part] if part.tag == "tr" else part.findall("tr"))]
    grid = _grid(rows)
    widths = _widths(source, len(grid[0]) if grid else 1, width)
    heads = len(source.findall("thead/tr"))
    made = [
        _row(
            slots,
            widths,
            direct,
            head=at < heads,
            keep=at < len(grid) - 1 and (keep_together or "k" in _classes(rows[at])),
            bold="total" in _classes(rows[at]),
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


def _classes(element: HtmlElement) -> list[str]:
    return (element.get("class") or "").split()


def _row(
    slots: list[_Slot | None], widths: list[int], direct: int | None, *, head: bool, keep: bool, bold: bool
) -> Element:
    cells = [
        _cell(slot, sum(widths[at : at + slot.columns]), direct, keep=keep, bold=bold)
        for at, slot in enumerate(slots)
        if slot is not None
    ]
    height = _head_height(slots, widths, direct) if head else 0
    least = w("trHeight", val=height, hRule="atLeast") if height else None
    return w("tr", w("trPr", w("cantSplit"), least, w("tblHeader") if head else None), *cells)


def _head_height(slots: list[_Slot | None], widths: list[int], direct: int | None) -> int:
    """Twips that a header row must have for the cells reaching over it: readers that repeat the
    header forget those cells' lines. Nothing for a row that no cell reaches over."""
    size = (direct or 21) * 10
    height = 0
    for at, slot in enumerate(slots):
        down = int(slot.cell.get("rowspan", 1)) if slot is not None else 1
        if slot is not None and down > 1:
            room = max(sum(widths[at : at + slot.columns]) - 2 * CELL_MARGIN, size)
            lines = -(-len(slot.cell.text_content().strip()) // (room // size))
            height = max(height, (lines * size * 3 // 2 + 60) // down)
    return height


def _cell(slot: _Slot, width: int, direct: int | None, *, keep: bool, bold: bool) -> Element:
    source = slot.cell
    down = int(source.get("rowspan", 1)) > 1
    properties = w(
        "tcPr",
        w("tcW", w=width, type="dxa"),
        w("gridSpan", val=slot.columns) if slot.columns > 1 else None,
        (w("vMerge", val="restart") if slot.starts else w("vMerge")) if down else None,
        w("vAlign", val="center"),
    )
    classes = _classes(source)
    style = styles.CELL_HEAD if source.tag == "th" else _style(classes)
    if is_glance(next(source.iterancestors("table"))):
        style = styles.GLANCE_NAME if source.tag == "th" else styles.GLANCE_FIGURE
    indent = next((int(name[1]) for name in classes if re.fullmatch(r"i\d", name)), 0)
    extra = [w("keepNext")] if keep else []
    if indent:
        extra.append(w("ind", leftChars=indent * 100, left=indent * 210))
    text = plain(source) if slot.starts else ""
    look = w(
        "rPr",
        w("b") if bold else None,
        w("sz", val=direct) if direct else None,
        w("szCs", val=direct) if direct else None,
    )
    content = [run(text, look if len(look) else None)] if text else []
    return w("tc", properties, paragraph(style, content, *extra))


def _style(classes: list[str]) -> str:
    return next((_STYLE_OF_CLASS[name] for name in classes if name in _STYLE_OF_CLASS), styles.CELL_MIDDLE)
