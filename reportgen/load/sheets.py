"""The sheets of an .xlsx file as rows of text, every cell as its user sees it."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from lxml import etree

from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.asked import note
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
_LITERAL = re.compile(r'"[^"]*"|\\.|_.')
"""What a number format shows as it stands: texts in quotation marks, escaped and spacing characters."""
_UNIT_SHOWN = re.compile("[十百千万亿]+元?")
"""In a number format: the cell shows a number that is not its own."""
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
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
    hidden_columns: tuple[int, ...] = ()
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
    note(path)
    _see_that_it_opens(path)
    values = _opened(path)
    try:
        sheets, faults = [], []
        without_result = _never_calculated(path)
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


def _opened(path: Path) -> Any:
    import openpyxl  # noqa: PLC0415  (only workbooks need it)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of drop-downs and the like that openpyxl leaves out
            return openpyxl.load_workbook(path, data_only=True)
    except Exception:  # openpyxl raises whatever it stumbles over in a damaged file
        problem = "读不了这个工作簿，文件可能坏了；请在 Excel 或 WPS 里打开，另存为 .xlsx"
        raise FaultyInput([Fault(Place(shown(path)), problem)]) from None


def _never_calculated(path: Path) -> dict[str, set[str]]:
    """The cells («D17») of each sheet that hold a formula and no result; openpyxl tells them from no others.

    A formula whose result is an empty text has a result.
    """
    found: dict[str, set[str]] = {}
    with zipfile.ZipFile(path) as archive:
        parts = _parts(archive)
        for title, part in parts.items():
            xml = archive.read(part)
            if b"<f>" in xml or b"<f " in xml or b"<f/" in xml:
                cells = etree.iterparse(io.BytesIO(xml), tag=f"{_MAIN}c", resolve_entities=False)
                found[title] = {
                    cell.get("r", "")
                    for _, cell in cells
                    if cell.find(f"{_MAIN}f") is not None and not _has_result(cell)
                }
    return found


def _has_result(cell: etree._Element) -> bool:
    return bool(cell.findtext(f"{_MAIN}v")) or (cell.get("t") == "str" and cell.find(f"{_MAIN}v") is not None)


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the package that holds each sheet."""
    parser = etree.XMLParser(resolve_entities=False)
    related = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    targets = {one.get("Id"): one.get("Target", "") for one in related}
    sheets = etree.fromstring(archive.read("xl/workbook.xml"), parser).iter(f"{_MAIN}sheet")
    named = {sheet.get("name", ""): targets.get(sheet.get(f"{_RELATED}id"), "") for sheet in sheets}
    parts = {name: t.removeprefix("/") if t.startswith("/") else f"xl/{t}" for name, t in named.items()}
    there = set(archive.namelist())
    return {name: part for name, part in parts.items() if part in there}


def _read(worksheet: Any, file: str, unsaved: set[str]) -> tuple[Sheet, list[Fault]]:
    place = Place(file, sheet=worksheet.title)
    if worksheet.max_row * worksheet.max_column > MAX_CELLS:
        extent = f"{worksheet.max_row} 行、{worksheet.max_column} 列"
        return Sheet(place, (), ()), [Fault(place, f"这个工作表占了 {extent}；请删去末尾没有用的行和列")]
    faults: list[Fault] = []
    rows = []
    for line, cells in enumerate(worksheet.iter_rows(), 1):
        texts = []
        for column, cell in enumerate(cells, 1):
            problem = _problem(cell, cell.coordinate in unsaved)
            if problem:
                faults.append(Fault(replace(place, line=line, column=column), problem))
            texts.append("" if problem or cell.value is None else _text(cell))
        rows.append(tuple(texts))
    while rows and not any(rows[-1]):
        rows.pop()
    hidden = (n for n, size in worksheet.row_dimensions.items() if size.hidden)
    told = tuple(sorted(n for n in hidden if n <= len(rows) and any(rows[n - 1])))
    columns = tuple(column for column in _hidden_columns(worksheet) if _holds_something(rows, column))
    visible = worksheet.sheet_state == "visible"
    return Sheet(place, tuple(rows), tuple(_merged(worksheet)), told, columns, visible), faults


def _hidden_columns(worksheet: Any) -> Iterator[int]:
    for size in worksheet.column_dimensions.values():
        if size.hidden and size.min and size.max:
            yield from range(size.min, min(size.max, worksheet.max_column) + 1)


def _holds_something(rows: Sequence[Sequence[str]], column: int) -> bool:
    return any(row[column - 1].strip() for row in rows)


def _merged(worksheet: Any) -> Iterator[Area]:
    for area in sorted(worksheet.merged_cells.ranges, key=lambda a: (a.min_row, a.min_col)):
        yield Area(area.min_row, area.min_col, area.max_row, area.max_col)


def _problem(cell: Any, is_unsaved: bool) -> str | None:
    """What keeps a cell from having a value of its own."""
    value = cell.value
    if value is None:
        unsaved = "公式没有保存结果；请在 Excel 或 WPS 里打开，重新计算并保存一次"
        return unsaved if is_unsaved else None
    if cell.data_type == "e":
        return f"“{value}”是公式的错误值；请改正公式，或直接填写"
    if isinstance(value, timedelta):
        return f"是时长（{value}）；请写成文字或数字"
    if isinstance(value, (int, float)) and _UNIT_SHOWN.search(cell.number_format):
        unit = _UNIT_SHOWN.search(cell.number_format)
        assert unit is not None
        return f"单元格的数字格式里写着“{unit[0]}”，看到的不是实际的数；请把格式改成“数值”，再核对这个数"
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
    if isinstance(value, date) and not isinstance(value, datetime):
        return _day(value, cell.number_format)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _day(day: date, shown_as: str) -> str:
    """2023-01-15, or 2023年1月15日 and 2023年1月 where it is shown so."""
    if "年" not in shown_as:
        return day.isoformat()
    return f"{day.year}年{day.month}月" + (f"{day.day}日" if "日" in shown_as else "")


def _number(value: float, shown_as: str) -> str:
    exact = Decimal(f"{value:.15g}")
    if "%" in _LITERAL.sub("", shown_as):
        return f"{_plain(exact * 100)}%"
    text = _plain(exact)
    return text.zfill(len(shown_as)) if _ZEROS.fullmatch(shown_as) and text.isdigit() else text


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
