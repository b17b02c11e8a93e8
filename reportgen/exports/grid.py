"""An export as rows of text, each cell with its place: a sheet of a workbook, or a CSV file."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from reportgen.faults import Fault, FaultyInput, Place, nearest
from reportgen.load.nodes import column_of_field
from reportgen.load.sheets import OLD_SUFFIXES, SUFFIXES, Area, Sheet, read_sheets
from reportgen.load.text import MAX_BYTES, is_file, read_text, shown, unprintable

CSV = ".csv"


@dataclass(frozen=True, slots=True)
class GridRow:
    line: int
    """As spreadsheets and editors count."""
    texts: tuple[str, ...]
    source: str = ""
    """A CSV record as it stands in the file."""

    @property
    def is_blank(self) -> bool:
        return not any(self.texts)

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(text for text in self.texts if text)


@dataclass(frozen=True, slots=True)
class Grid:
    place: Place
    rows: tuple[GridRow, ...]
    """All of one length, without the blank ones at the end; cells without the blanks around their text."""
    merged: tuple[Area, ...] = ()
    encoding: str = ""
    hidden: int = 0
    """How many rows are read though their reader does not see them."""

    @property
    def width(self) -> int:
        return len(self.rows[0].texts) if self.rows else 0

    def at(self, row: GridRow, column: int = -1) -> Place:
        """The place of a cell (columns count from 0), of the whole row without one."""
        if self.place.sheet:
            return replace(self.place, line=row.line, column=column + 1)
        line, character = column_of_field(row.source, max(column, 0))
        return replace(self.place, line=row.line + line, column=character if column >= 0 else 0)


def letter(column: int) -> str:
    """«A» for 0, as spreadsheets name their columns."""
    return Place("", sheet="-", column=column + 1).cell.removesuffix("0")


def column_of_letter(letters: str) -> int | None:
    """0 for «A»; None for what is no letter of a column."""
    if not re.fullmatch("[A-Za-z]{1,3}", letters):
        return None
    number = 0
    for char in letters.upper():
        number = number * 26 + ord(char) - ord("A") + 1
    return number - 1


def read_grids(path: Path) -> list[Grid]:
    """The visible sheets of a workbook, or the one table of a CSV file; raises `FaultyInput`."""
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return [_of_sheet(sheet) for sheet in read_sheets(path) if sheet.visible]
    if suffix == CSV:
        return [_of_csv(path)]
    if not is_file(path):
        read_text(path)  # says what is wrong
    what = "请在 Excel 或 WPS 里另存为 .xlsx" if suffix in OLD_SUFFIXES else "导出应是 .xlsx 或 .csv 文件"
    raise FaultyInput([Fault(Place(shown(path)), f"不认识的文件类型“{path.suffix}”；{what}")])


def chosen(grids: list[Grid], name: str, place: Place) -> Grid:
    """The sheet of this name; `place` is where it is asked for."""
    names = [grid.place.sheet for grid in grids]
    if name not in names:
        known = "、".join(f"“{one}”" for one in names)
        problem = f"导出里没有工作表“{name}”{nearest(name, names) or f'；有{known}'}"
        raise FaultyInput([Fault(place, problem)])
    return grids[names.index(name)]


def _of_sheet(sheet: Sheet) -> Grid:
    rows = _trimmed(GridRow(line, _plain(texts)) for line, texts in enumerate(sheet.rows, 1))
    return _sound(Grid(sheet.place, rows, sheet.merged, hidden=len(sheet.hidden)))


def _of_csv(path: Path) -> Grid:
    text, encoding = _decoded(path)
    rows = _trimmed(_records(text, shown(path)))
    if not rows:
        raise FaultyInput([Fault(Place(shown(path)), "文件是空的")])
    return _sound(Grid(Place(shown(path)), rows, encoding=encoding))


def _decoded(path: Path) -> tuple[str, str]:
    """The text and its encoding: UTF-8 if it is that throughout, else GB18030 (GBK)."""
    try:
        size, raw = path.stat().st_size, path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    except OSError:
        return read_text(path), ""  # says what is wrong
    binary = raw[:2] in (b"\xff\xfe", b"\xfe\xff", b"PK") or raw[:4] == b"\xd0\xcf\x11\xe0"
    for encoding, name in (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030（GBK）")):
        if binary or size > MAX_BYTES:
            break
        try:
            return raw.decode(encoding).replace("\r\n", "\n").replace("\r", "\n"), name
        except UnicodeDecodeError:
            continue
    return read_text(path), ""


def _records(text: str, file: str) -> Iterator[GridRow]:
    lines = [line + "\n" for line in text.removesuffix("\n").split("\n")]
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(lines)
    start = 0
    try:
        for fields in reader:
            yield GridRow(start + 1, _plain(fields), "".join(lines[start : reader.line_num]))
            start = reader.line_num
    except csv.Error as error:
        raise FaultyInput([Fault(Place(file, start + 1), f"CSV 写法有误（{error}）")]) from None


def _plain(texts: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text.strip() for text in texts)


def _trimmed(rows: Iterator[GridRow]) -> tuple[GridRow, ...]:
    found = list(rows)
    while found and found[-1].is_blank:
        found.pop()
    width = max((len(row.texts) for row in found), default=0)
    return tuple(replace(row, texts=row.texts + ("",) * (width - len(row.texts))) for row in found)


def _sound(grid: Grid) -> Grid:
    """The same grid; raises `FaultyInput` with every cell that no paper shows."""
    faults = [
        Fault(grid.at(row, column), problem)
        for row in grid.rows
        if unprintable("\t".join(row.texts))  # rare: only then is the cell looked for
        for column, text in enumerate(row.texts)
        if (problem := unprintable(text))
    ]
    if faults:
        raise FaultyInput(faults)
    return grid


def squeezed(text: str) -> str:
    """A text as titles and words are compared: full width and white space do not count."""
    return "".join(unicodedata.normalize("NFKC", text).split())
