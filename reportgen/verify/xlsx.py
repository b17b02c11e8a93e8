"""The numbers of a workbook as its cells show them, sheet by sheet; the index is one of titles."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from lxml import etree

from reportgen.render.xlsx.names import INDEX, TABLE
from reportgen.render.xlsx.references import name
from reportgen.verify.formats import displayed
from reportgen.verify.numbers import DIGITS, Number, excerpt, numbers_in

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
UNSEEN = "（数字格式使它不显示）"
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
    value = _value(cell)
    text = displayed(value, cell.number_format) if value is not None else _text(cell)
    if value and not any(map(str.isdigit, text)):
        yield Number(f"{value:f}{UNSEEN}", place=place, value=value)
    for found, at in numbers_in(text):
        yield Number(found, place=f"{place}“{excerpt(text, at)}”", value=value)


def _value(cell: Any) -> Decimal | None:
    """Of a number. A program that holds numbers in binary means the shortest digits of them."""
    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
        return Decimal(f"{cell.value:.{DIGITS}g}")
    return None


def _text(cell: Any) -> str:
    return "" if cell.value is None else " ".join(str(cell.value).split())


def hidden(content: bytes) -> list[Number]:
    """Sheets, rows and columns that hold something and are not shown."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        book = etree.fromstring(archive.read("xl/workbook.xml"))
        targets = {
            link.get("Id"): str(link.get("Target")).removeprefix("/xl/")
            for link in etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        found = []
        for sheet in book.iterfind(f"{_MAIN}sheets/{_MAIN}sheet"):
            title = str(sheet.get("name"))
            if sheet.get("state", "visible") != "visible":
                found.append(Number("整张工作表是隐藏的", place=title))
            root = etree.fromstring(archive.read(f"xl/{targets[sheet.get(_LINK)]}"))
            found += [Number("是隐藏的", place=f"{title}!{line}") for line in _hidden_lines(root)]
    return found


def _hidden_lines(sheet: etree._Element) -> Iterator[str]:
    """Rows and columns of cells with something in them."""
    filled = [str(cell.get("r")) for cell in sheet.iter(f"{_MAIN}c") if len(cell)]
    columns = {cell.rstrip("0123456789") for cell in filled}
    rows = {cell.removeprefix(cell.rstrip("0123456789")) for cell in filled}
    for column in sheet.iterfind(f"{_MAIN}cols/{_MAIN}col"):
        if _is_hidden(column, "width"):
            first, last = (int(column.get(end, "1")) for end in ("min", "max"))
            names = (name((0, at - 1)).removesuffix("1") for at in range(first, last + 1))
            yield from (f"{letters} 列" for letters in names if letters in columns)
    for row in sheet.iterfind(f"{_MAIN}sheetData/{_MAIN}row"):
        if _is_hidden(row, "ht") and row.get("r") in rows:
            yield f"第 {row.get('r')} 行"


def _is_hidden(line: etree._Element, size: str) -> bool:
    return line.get("hidden") in ("1", "true") or float(line.get(size, "1")) == 0
