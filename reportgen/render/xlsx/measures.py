"""Widths of columns and heights of rows: as printed, enlarged to the size of the sheet's type."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence

from reportgen.compose.style import Style
from reportgen.render.printed import PrintedTable

PIXELS_PER_MM, PIXELS_PER_POINT = 96 / 25.4, 96 / 72
A4 = (210, 297)
"""Millimetres."""
PADDING = 14
"""Pixels that a number keeps from its borders, some to spare."""
MARGIN = 5
"""Pixels that a text keeps from its borders."""
DIGIT = 0.58
"""Width of a bold digit, of the size of its type."""
LINE = 1.45
"""Height of a line, of the size of its type: that of the tallest fonts that may stand in for another."""
HIGHEST = 409
"""Points of a row."""


def column_pixels(table: PrintedTable, style: Style) -> list[int]:
    """Of the printed widths; never so narrow that a number is shown as ####."""
    page = style.table_page
    margins = page.top + page.bottom if table.landscape else page.left + page.right
    width = (A4[table.landscape] - float(margins)) * PIXELS_PER_MM * enlarged(table, style)
    pixels = [round(width * share) for share in table.widths]
    for cell in table.cells:
        if cell.across == 1 and (cell.figure or cell.kind in ("a", "c")):
            least = room(cell.text, float(style.table_size)) + PADDING
            pixels[cell.column] = max(pixels[cell.column], round(least))
    return pixels


def enlarged(table: PrintedTable, style: Style) -> float:
    """How much larger than printed everything on a sheet is: its cells have the usual size of type."""
    return float(style.table_size / (table.size or style.table_size))


def room(text: str, size: float) -> float:
    """Pixels that the longest line of a text takes."""
    return max(map(_units, text.split("\n"))) * size * PIXELS_PER_POINT


def _units(line: str) -> float:
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else DIGIT for char in line)


def text_height(text: str, width: float, size: float) -> float:
    """Points that a text takes when wrapped to so many pixels."""
    return sum(_lines(room(line, size) / max(width, 1)) for line in text.split("\n")) * size * LINE + 4


def _lines(widths: float) -> int:
    """Of a text so many times as long as its line: words and punctuation leave some of many lines empty."""
    return max(1, math.ceil(widths if widths <= 2 else widths * 1.05))


def row_heights(table: PrintedTable, pixels: Sequence[int], size: float) -> list[float]:
    """Points for each row: spreadsheets find no height for merged cells by themselves."""
    heights = [size * LINE + 4] * table.rows
    for cell in sorted(table.cells, key=lambda cell: cell.down):
        width = sum(pixels[cell.column : cell.column + cell.across]) - MARGIN - cell.indent * size
        needed = text_height(cell.text, width, size)
        rows = range(cell.row, cell.row + cell.down)
        lacking = needed - sum(heights[row] for row in rows)
        if lacking > 0:
            for row in rows:
                heights[row] += lacking / cell.down
    return [min(height, HIGHEST) for height in heights]
