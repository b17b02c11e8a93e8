"""One printed table as a sheet: its lines, its cells, and how it is printed again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reportgen.compose.style import Style
from reportgen.render.number_format import Number
from reportgen.render.printed import Line, PrintedCell, PrintedTable
from reportgen.render.xlsx.facts import Tracing
from reportgen.render.xlsx.looks import Looks, Rule
from reportgen.render.xlsx.measures import MARGIN, column_pixels, enlarged, room, row_heights, text_height
from reportgen.render.xlsx.names import TABLE
from reportgen.render.xlsx.numbers import numbers, totals
from reportgen.render.xlsx.references import Place, name

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

A4 = 9
MM_PER_INCH = 25.4
LONGEST_TEXT = 32767
CUT = "……（太长，见 PDF 或 DOCX）"


def write_table(book: Workbook, sheet: Worksheet, table: PrintedTable, trace: Tracing, looks: Looks) -> None:
    pixels = column_pixels(table, looks.style)
    for column, width in enumerate(pixels):
        sheet.set_column_pixels(column, column, width)
    writer = _Writer(sheet, table, looks, pixels)
    writer.lines(table.before, 0)
    first = len(table.before)
    writer.table(first, trace)
    writer.lines(table.after, first + table.rows)
    _area(book, sheet, table, first)
    _page(sheet, table, looks.style, first)


def _area(book: Workbook, sheet: Worksheet, table: PrintedTable, first: int) -> None:
    corners = (first, 0), (first + table.rows - 1, len(table.widths) - 1)
    area = ":".join(name(corner, fixed_row=True, fixed_column=True) for corner in corners)
    owner = "'" + sheet.get_name().replace("'", "''") + "'"
    book.define_name(f"{owner}!{TABLE}", f"={owner}!{area}")
    if table.heads and table.heads < table.rows:
        sheet.freeze_panes(first + table.heads, 0)
        sheet.repeat_rows(first, first + table.heads - 1)
    # codes are texts, and not by mistake
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _page(sheet: Worksheet, table: PrintedTable, style: Style, first: int) -> None:
    page = style.table_page
    margins = (page.top, page.right, page.bottom, page.left)
    top, right, bottom, left = (float(mm) / MM_PER_INCH for mm in margins)
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    if table.landscape:
        # the upright page turned to the left, margins included
        sheet.set_landscape()
        top, right, bottom, left = left, top, right, bottom
    sheet.set_margins(left=left, right=right, top=top, bottom=bottom)
    last = first + table.rows + len(table.after) - 1
    sheet.print_area(0, 0, last, len(table.widths) - 1)


class _Writer:
    """Writes the cells of one sheet."""

    def __init__(self, sheet: Worksheet, table: PrintedTable, looks: Looks, pixels: Sequence[int]) -> None:
        self.sheet = sheet
        self.printed = table
        self.looks = looks
        self.style = looks.style
        self.pixels = pixels
        self.size = float(looks.style.table_size)
        self.enlarged = enlarged(table, looks.style)

    def lines(self, lines: Sequence[Line], first: int) -> None:
        """Titles and notes over the whole width; what stands at the right end gets cells of its own."""
        last = len(self.pixels) - 1
        for row, line in enumerate(lines, first):
            is_title = line.is_title or line.is_heading
            rule = Rule.title(self.style, self.enlarged) if is_title else self._line("left")
            cut = self._cut(line) if line.right and last else None
            alone = line.right and cut is None
            text = f"{line.text}　{line.right}".strip("　") if alone else line.text
            end = last if cut is None else cut
            self._text((row, 0), (1, end + 1), text, self.looks.format(rule))
            if cut is not None:
                right = self.looks.format(self._line("right"))
                self._text((row, cut + 1), (1, last - cut), line.right, right)
            height = text_height(text, sum(self.pixels[: end + 1]) - MARGIN, rule.size)
            self.sheet.set_row(row, height)

    def _line(self, side: str) -> Rule:
        return Rule.line(self.style, side, self.enlarged)

    def _cut(self, line: Line) -> int:
        """The last column of the left text: the right one has at least the room it takes."""
        needed, column = room(line.right, self._line("right").size) + 8, len(self.pixels) - 1
        while column > 1 and sum(self.pixels[column:]) < needed:
            column -= 1
        return column - 1

    def table(self, first: int, trace: Tracing) -> None:
        found = numbers(self.printed)
        made = totals(self.printed, found, trace, first)
        for cell in self.printed.cells:
            place = (cell.row, cell.column)
            self._cell(cell, first, found.get(place), made.get(place))
        for row, height in enumerate(row_heights(self.printed, self.pixels, self.size)):
            self.sheet.set_row(row + first, height)

    def _cell(self, cell: PrintedCell, first: int, number: Number | None, formula: str | None) -> None:
        look = self.looks.format(Rule.cell(self.style, cell, number.code if number else ""))
        place, spans = (cell.row + first, cell.column), (cell.down, cell.across)
        if number is None:
            self._text(place, spans, cell.text, look)
            return
        self._merged(place, spans, look)
        # a Decimal is written digit by digit; a float might not come back as the same number
        if formula:
            self.sheet.write_formula(*place, formula, look, number.value)
        else:
            self.sheet.write_number(*place, number.value, look)

    def _text(self, place: Place, spans: tuple[int, int], text: str, look: Format) -> None:
        self._merged(place, spans, look)
        if not text:
            self.sheet.write_blank(*place, None, look)
            return
        shown = text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - len(CUT)] + CUT
        self.sheet.write_string(*place, shown, look)

    def _merged(self, place: Place, spans: tuple[int, int], look: Format) -> None:
        if spans != (1, 1):
            (row, column), (down, across) = place, spans
            self.sheet.merge_range(row, column, row + down - 1, column + across - 1, "", look)
