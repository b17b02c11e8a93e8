"""The numbers of a workbook as its cells show them, sheet by sheet; the index is one of titles."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reportgen.render.number_format import DIGITS, shown
from reportgen.render.xlsx.names import INDEX, TABLE
from reportgen.render.xlsx.references import name
from reportgen.verify.numbers import Number, excerpt, numbers_in

UNCALCULATED = "没有算过的公式（用 Excel 或 WPS 打开，保存一次再核对）"
Area = tuple[int, int, int, int]
"""First column, first row, last column, last row, from 1."""
WHOLE = (1, 1, 2**14, 2**20)


def read_xlsx(content: bytes) -> list[Number]:
    """Raises `ValueError` where the bytes are no workbook."""
    from openpyxl import load_workbook  # noqa: PLC0415  (only a workbook needs it)

    try:
        # only to be read: openpyxl takes seconds to lend merged cells their borders
        values, typed = (
            load_workbook(io.BytesIO(content), read_only=True, data_only=only) for only in (True, False)
        )
        return [number for sheet in values.worksheets for number in _of_any(sheet, typed[sheet.title])]
    except (zipfile.BadZipFile, SyntaxError, KeyError, OSError, ValueError, TypeError) as error:
        raise ValueError("不是可以读的 XLSX 文件") from error


def _of_any(sheet: Any, typed: Any) -> Iterator[Number]:
    for one in (sheet, typed):
        one.reset_dimensions()  # a sheet may have more cells than it says
    return _of_index(sheet) if sheet.title == INDEX else _of_sheet(sheet, typed)


def _of_index(sheet: Any) -> Iterator[Number]:
    """Titles; the names of the sheets beside them are not printed anywhere."""
    for row in sheet.iter_rows(max_col=1):
        for cell in row:
            yield from _of_cell(cell, cell.value, f"{sheet.title}!A")


def _of_sheet(sheet: Any, typed: Any) -> Iterator[Number]:
    left, top, right, bottom = _area(sheet)
    for at, (row, formulas) in enumerate(zip(sheet.iter_rows(), typed.iter_rows(), strict=True), 1):
        for column, (cell, formula) in enumerate(zip(row, formulas, strict=True), 1):
            inside = left <= column <= right and top <= at <= bottom
            place = f"{sheet.title}!{name((at - 1, column - 1))}"
            for number in _of_cell(cell, formula.value, place):
                yield replace(number, column=column - left if inside else -1)


def _area(sheet: Any) -> Area:
    """Where the table stands among its lines; the whole sheet where a program dropped the name of it."""
    from openpyxl.utils import range_boundaries  # noqa: PLC0415

    named = sheet.defined_names.get(TABLE)
    if named is None:
        return WHOLE
    left, top, right, bottom = range_boundaries(str(named.attr_text).rpartition("!")[2].replace("$", ""))
    return left or WHOLE[0], top or WHOLE[1], right or WHOLE[2], bottom or WHOLE[3]


def _of_cell(cell: Any, typed: Any, place: str) -> Iterator[Number]:
    if cell.value is None and typed is not None:
        yield Number(UNCALCULATED, place=place)
        return
    text = _shown(cell)
    for found, at in numbers_in(text):
        yield Number(found, place=f"{place}“{excerpt(text, at)}”")


def _shown(cell: Any) -> str:
    """What a cell shows. A program that holds numbers in binary means the shortest digits of them."""
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        return shown(Decimal(f"{cell.value:.{DIGITS}g}"), cell.number_format)
    return "" if cell.value is None else " ".join(str(cell.value).split())
