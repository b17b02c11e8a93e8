"""The workbook inside a chart of the Word file: what Word and WPS open to edit its figures."""

from __future__ import annotations

import io

from reportgen.compose.chart import Chart
from reportgen.render.stable_zip import CREATED, stable

SHEET = "Sheet1"
WIDTH = 24


def number_format(chart: Chart) -> str:
    """Shows the figures as they are printed."""
    whole = "#,##0" if chart.grouped else "0"
    return whole + ("." + "0" * chart.decimals if chart.decimals else "")


def workbook(chart: Chart) -> bytes:
    """Categories down, series across; the same bytes for the same chart."""
    from xlsxwriter import Workbook  # noqa: PLC0415  (only a document with charts needs it)

    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": chart.title[:255], "created": CREATED})
    sheet = book.add_worksheet(SHEET)
    sheet.set_column(0, len(chart.series), WIDTH)
    figures = book.add_format({"num_format": number_format(chart)})
    for column, name in enumerate(chart.series, 1):
        sheet.write_string(0, column, name)
    for row, category in enumerate(chart.categories, 1):
        sheet.write_string(row, 0, category.full_label)
        for column, point in enumerate(category.points, 1):
            if point.drawn is not None:
                sheet.write_number(row, column, point.drawn, figures)
    book.close()
    return stable(buffer.getvalue())
