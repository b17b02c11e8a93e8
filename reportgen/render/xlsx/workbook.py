"""The workbook: an index of the tables, then a sheet for each."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from reportgen.compose.document import Document
from reportgen.render.printed import PrintedTable, printed_tables
from reportgen.render.stable_zip import CREATED, stable
from reportgen.render.xlsx.facts import Tracing
from reportgen.render.xlsx.looks import INDEX_WIDTHS, Looks, Rule
from reportgen.render.xlsx.names import INDEX, NAMELESS, sheet_names
from reportgen.render.xlsx.sheet import write_table

if TYPE_CHECKING:
    from xlsxwriter import Workbook

PROPERTY_MAX = 255
"""Characters that a document property takes."""
A4 = 9
OPTIONS = {
    "in_memory": True,
    # a text is a text, whatever it begins with
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def to_xlsx(document: Document, trace: Tracing) -> bytes:
    """`trace` says which lines a figure sums, from which the formulas follow."""
    from xlsxwriter import Workbook  # noqa: PLC0415  (only a workbook needs it)

    buffer = io.BytesIO()
    book = Workbook(buffer, OPTIONS)
    book.set_properties(
        {
            "title": document.title[:PROPERTY_MAX],
            "author": document.author[:PROPERTY_MAX],
            "created": CREATED,
        }
    )
    tables = printed_tables(document)
    names = sheet_names(f"{table.code} {_apart(table)}" for table in tables)
    looks = Looks(book, document.style)
    _index(book, document, tables, names, looks)
    for table, name in zip(tables, names, strict=True):
        write_table(book, book.add_worksheet(name), table, trace, looks)
    book.close()
    return stable(buffer.getvalue())


def _apart(table: PrintedTable) -> str:
    """The title without the code, should it begin with it."""
    return table.title.removeprefix(table.code)


def _index(
    book: Workbook, document: Document, tables: Sequence[PrintedTable], names: Sequence[str], looks: Looks
) -> None:
    """The titles, each a link to its sheet, with the sheet's name beside it."""
    sheet = book.add_worksheet(INDEX)
    for column, width in enumerate(INDEX_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, document.title, looks.format(Rule.title(document.style)))
    link, plain = looks.format(Rule.link(document.style)), looks.format(Rule.line(document.style))
    for row, (table, name) in enumerate(zip(tables, names, strict=True), 1):
        target = name.replace("'", "''")
        sheet.write_url(row, 0, f"internal:'{target}'!A1", link, string=table.title or NAMELESS)
        sheet.write_string(row, 1, name, plain)
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
