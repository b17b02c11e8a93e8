"""A list of paths as people save it: a text, one a line, or the first column of a CSV file of Excel."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.text import read_text, shown

LIST_SUFFIXES = (".txt", ".csv")
COMMENT = "#"
MAX_BYTES = 16 * 2**20
_TITLES = ("路径", "文件", "输入", "输入文件", "文件夹", "path", "file", "input")
"""What the first line of a CSV file may call its column."""
_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
"""Excel's «Unicode 文本»."""


def listed(path: Path) -> list[tuple[Place, str]]:
    """The entries with their places, comments and blank lines left out; raises `FaultyInput`."""
    text = _decoded(path)
    rows = _first_columns(path, text) if path.suffix.lower() == ".csv" else enumerate(text.splitlines(), 1)
    entries = [(line, entry.strip()) for line, entry in rows]
    first = next((entry for entry in entries if entry[1]), None)
    return [
        (Place(shown(path), line), entry)
        for line, entry in entries
        if entry and not entry.startswith(COMMENT) and not ((line, entry) == first and entry in _TITLES)
    ]


def _first_columns(path: Path, text: str) -> Iterator[tuple[int, str]]:
    reader = csv.reader(text.splitlines())
    try:
        for fields in reader:
            yield reader.line_num, fields[0] if fields else ""
    except csv.Error:
        problem = "这一行读不了，有一格太长；清单应是一行一个路径（引号要成对）"
        raise FaultyInput([Fault(Place(shown(path), reader.line_num), problem)]) from None


def _decoded(path: Path) -> str:
    try:
        raw = path.read_bytes() if path.stat().st_size <= MAX_BYTES else b""
    except OSError:
        return read_text(path)  # says what is wrong
    for encoding in ("utf-16",) if raw[:2] in _UTF16 else _ENCODINGS:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and text.strip():
            return text
    problem = "读不了这份清单；应是一行一个路径的文本，在记事本里另存为 UTF-8"
    raise FaultyInput([Fault(Place(shown(path)), problem)])
