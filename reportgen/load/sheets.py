"""The sheets of an .xlsx file as rows of text, every cell as its user sees it."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.text import MAX_BYTES, printable, shown

SUFFIXES = (".xlsx", ".xlsm")
OLD_SUFFIXES = (".xls", ".et", ".xlsb", ".ods")
"""Workbooks that are told how to become readable."""

MAX_UNPACKED = 512 * 2**20
MAX_CELLS = 3_000_000
"""Of a sheet's extent; a stray mark in the last row of Excel makes sixteen thousand million."""

_OLE = b"\xd0\xcf\x11\xe0"
_CONTROL = re.compile("_x(00[01][0-9A-Fa-f])_")
"""How Excel writes a control character, such as the old Mac's line end."""
_ZEROS = re.compile("0{2,}")
_EXACT = 10**15
"""A spreadsheet keeps fifteen digits."""


@dataclass(frozen=True, slots=True)
class Area:
    """A block of merged cells: only the first holds anything. Rows and columns count from 1."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    place: Place
    """The sheet as a whole."""
    rows: tuple[tuple[str, ...], ...]
    """Every row from the first, as long as the longest; blank cells are empty texts."""
    merged: tuple[Area, ...]
    hidden: tuple[int, ...] = ()
    """Numbers of rows that hold something and are not shown."""
    visible: bool = True

    @property
    def name(self) -> str:
        return self.place.sheet

    def at(self, line: int, column: int = 1) -> Place:
        return replace(self.place, line=line, column=column)


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets of a workbook, in order; formulas give their saved results.

    A number is written with the fifteen digits that a spreadsheet keeps, with the leading zeros of a
    format such as 000, as a percentage where it is shown as one; a date as 2023-12-31.
    Raises `FaultyInput` with every cell that has no value of its own.
    """
    _see_that_it_opens(path)
    values = _opened(path, results=True)
    try:
        sheets, faults = [], []
        without_result = _formulas(path) if _has_formulas(path) else {}
        for worksheet in values.worksheets:
            sheet, wrong = _read(worksheet, shown(path), without_result.get(worksheet.title, set()))
            sheets.append(sheet)
            faults += wrong
    finally:
        values.close()
    if faults:
        raise FaultyInput(map(printable, faults))
    return sheets


def _see_that_it_opens(path: Path) -> None:
    place = Place(shown(path))
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(4)
    except FileNotFoundError:
        raise FaultyInput([Fault(place, "找不到这个文件；请检查文件名和所在文件夹")]) from None
    except OSError as error:
        raise FaultyInput([Fault(place, f"读不了这个文件：{error.strerror}")]) from None
    if head == _OLE:
        problem = "是旧版 Excel 文件或加了密码；请在 Excel 或 WPS 里去掉密码，另存为 .xlsx"
        raise FaultyInput([Fault(place, problem)])
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        problem = "不是 Excel 工作簿，或者文件坏了；请在 Excel 或 WPS 里打开，另存为 .xlsx"
        raise FaultyInput([Fault(place, problem)]) from None
    if size > MAX_BYTES or unpacked > MAX_UNPACKED:
        problem = f"文件过大（最多 {MAX_BYTES // 2**20} MB，展开后 {MAX_UNPACKED // 2**20} MB），不予读取"
        raise FaultyInput([Fault(place, problem)])


def _opened(path: Path, *, results: bool, streamed: bool = False) -> Any:
    import openpyxl  # noqa: PLC0415  (only workbooks need it)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of drop-downs and the like that openpyxl leaves out
            return openpyxl.load_workbook(path, data_only=results, read_only=streamed)
    except Exception:  # openpyxl raises whatever it stumbles over in a damaged file
        problem = "读不了这个工作簿，文件可能坏了；请在 Excel 或 WPS 里打开，另存为 .xlsx"
        raise FaultyInput([Fault(Place(shown(path)), problem)]) from None


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        return any(
            b"<f>" in (xml := archive.read(name)) or b"<f " in xml
            for name in archive.namelist()
            if name.startswith("xl/worksheets/") and name.endswith(".xml")
        )


def _formulas(path: Path) -> dict[str, set[tuple[int, int]]]:
    """The cells of each sheet that hold a formula."""
    workbook = _opened(path, results=False, streamed=True)
    try:
        return {
            sheet.title: {
                (cell.row, cell.column) for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
            }
            for sheet in workbook.worksheets
        }
    finally:
        workbook.close()


def _read(worksheet: Any, file: str, formulas: set[tuple[int, int]]) -> tuple[Sheet, list[Fault]]:
    place = Place(file, sheet=worksheet.title)
    if worksheet.max_row * worksheet.max_column > MAX_CELLS:
        extent = f"{worksheet.max_row} 行、{worksheet.max_column} 列"
        return Sheet(place, (), ()), [Fault(place, f"这个工作表占了 {extent}；请删去末尾没有用的行和列")]
    faults: list[Fault] = []
    rows = []
    for line, cells in enumerate(worksheet.iter_rows(), 1):
        texts = []
        for column, cell in enumerate(cells, 1):
            problem = _problem(cell, (line, column) in formulas)
            if problem:
                faults.append(Fault(replace(place, line=line, column=column), problem))
            texts.append("" if problem or cell.value is None else _text(cell))
        rows.append(tuple(texts))
    while rows and not any(rows[-1]):
        rows.pop()
    hidden = (n for n, size in worksheet.row_dimensions.items() if size.hidden)
    told = tuple(sorted(n for n in hidden if n <= len(rows) and any(rows[n - 1])))
    visible = worksheet.sheet_state == "visible"
    return Sheet(place, tuple(rows), tuple(_merged(worksheet)), told, visible), faults


def _merged(worksheet: Any) -> Iterator[Area]:
    for area in sorted(worksheet.merged_cells.ranges, key=lambda a: (a.min_row, a.min_col)):
        yield Area(area.min_row, area.min_col, area.max_row, area.max_col)


def _problem(cell: Any, is_formula: bool) -> str | None:
    """What keeps a cell from having a value of its own."""
    value = cell.value
    if value is None:
        unsaved = "公式没有保存结果；请在 Excel 或 WPS 里打开，重新计算并保存一次"
        return unsaved if is_formula else None
    if cell.data_type == "e":
        return f"“{value}”是公式的错误值；请改正公式，或直接填写"
    if isinstance(value, (int, float)) and abs(value) >= _EXACT:
        return "超过 15 位的数字，电子表格保不住后面的位数；请把单元格设为文本格式，重新填写"
    return None


def _text(cell: Any) -> str:
    value = cell.value
    if isinstance(value, str):
        return (
            _CONTROL.sub(lambda found: chr(int(found[1], 16)), value)
            .replace("\r\n", "\n")
            .replace("\r", "\n")
        )
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        return _number(value, cell.number_format)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: float, shown_as: str) -> str:
    exact = Decimal(f"{value:.15g}")
    if shown_as.endswith("%"):
        return f"{_plain(exact * 100)}%"
    text = _plain(exact)
    return text.zfill(len(shown_as)) if _ZEROS.fullmatch(shown_as) and text.isdigit() else text


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
