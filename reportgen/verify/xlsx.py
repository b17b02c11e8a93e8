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
from reportgen.verify.numbers import Number, excerpt, numbers_in

UNCALCULATED = "没有算过的公式"
Area = tuple[int, int, int, int]
"""First column, first row, last column, last row, from 1."""


def read_xlsx(content: bytes) -> list[Number]:
    """Raises `ValueError` where the bytes are no workbook."""
    from openpyxl import load_workbook  # noqa: PLC0415  (only a workbook needs it)

    try:
        values, typed = (load_workbook(io.BytesIO(content), data_only=only) for only in (True, False))
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, TypeError) as error:
        raise ValueError("不是可以读的 XLSX 文件") from error
    found = []
    for sheet in values.worksheets:
        found += list(_of_index(sheet) if sheet.title == INDEX else _of_sheet(sheet, typed[sheet.title]))
    return found


def _of_index(sheet: Any) -> Iterator[Number]:
    """Titles; the names of the sheets beside them are not printed anywhere."""
    for (cell,) in sheet.iter_rows(max_col=1):
        yield from _of_cell(cell, cell.value)


def _of_sheet(sheet: Any, typed: Any) -> Iterator[Number]:
    left, top, right, bottom = _area(sheet)
    for row, formulas in zip(sheet.iter_rows(), typed.iter_rows(), strict=True):
        for cell, formula in zip(row, formulas, strict=True):
            inside = left <= cell.column <= right and top <= cell.row <= bottom
            column = cell.column - left if inside else -1
            for number in _of_cell(cell, formula.value):
                yield replace(number, column=column)


def _area(sheet: Any) -> Area:
    """Where the table stands among its lines; the whole sheet where a program dropped the name of it."""
    from openpyxl.utils import range_boundaries  # noqa: PLC0415

    named = sheet.defined_names.get(TABLE)
    if named is None:
        return 1, 1, sheet.max_column, sheet.max_row
    left, top, right, bottom = range_boundaries(str(named.attr_text).rpartition("!")[2].replace("$", ""))
    return left or 1, top or 1, right or sheet.max_column, bottom or sheet.max_row


def _of_cell(cell: Any, typed: Any) -> Iterator[Number]:
    place = f"{cell.parent.title}!{cell.coordinate}"
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
