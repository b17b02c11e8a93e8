"""CSV text to a table of records: one header row of keys, one record a row."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.nodes import Row, RowTable, column_of_field
from reportgen.load.text import MAX_BYTES

MAX_ROWS = 500_000

_MEANING = {
    "end of data": "双引号没有收尾",
    "expected after": "双引号后面应是逗号；文字里的双引号要写成两个",
}


def parse_csv(text: str, file: str) -> RowTable:
    """Rows of a CSV text; blank rows are skipped. Raises `FaultyInput` with all faults."""
    records = list(_records(text, file))
    if not records:
        raise FaultyInput([Fault(Place(file), "文件里没有内容；第一行应是列名")])
    head, *body = records
    names = tuple(name.strip() for name in head.fields)
    faults = _header_faults(head, names, file)
    for row in body:
        if len(row.fields) != len(names):
            more = len(row.fields) > len(names)
            hint = "含逗号的文字、1,234.50 这样的金额请加双引号" if more else "空的列也要留着逗号"
            problem = f"这一行有 {len(row.fields)} 列，列名有 {len(names)} 列；{hint}"
            faults.append(Fault(Place(file, row.line, 1), problem))
    if faults:
        raise FaultyInput(faults)
    return RowTable(Place(file, head.line, 1), names, names, head, tuple(body))


def _header_faults(head: Row, names: tuple[str, ...], file: str) -> list[Fault]:
    if sum(not name for name in names) > 1:
        problem = "第一行应是列名，这一行有好几列是空的；若是表名请删去这一行"
        return [Fault(Place(file, head.line, 1), problem)]
    faults = []
    for index, name in enumerate(names):
        line, column = column_of_field(head.source, index)
        place = Place(file, head.line + line, column)
        if not name:
            faults.append(Fault(place, f"第 {index + 1} 列没有列名"))
        elif name in names[:index]:
            faults.append(Fault(place, f"列名“{name}”重复"))
    return faults


def _records(text: str, file: str) -> Iterator[Row]:
    # not splitlines(), which takes vertical tabs and the like for line ends
    lines = [line + "\n" for line in text.removesuffix("\n").split("\n")]
    csv.field_size_limit(MAX_BYTES)
    reader = csv.reader(lines, strict=True)
    start = 0
    try:
        for count, fields in enumerate(reader):
            if count > MAX_ROWS:
                raise FaultyInput([Fault(Place(file, start + 1, 1), f"超过 {MAX_ROWS} 行，不予读取")])
            if any(field.strip() for field in fields):
                yield Row(start + 1, tuple(fields), "".join(lines[start : reader.line_num]))
            start = reader.line_num
    except csv.Error as error:
        problem = next((zh for en, zh in _MEANING.items() if en in str(error)), f"CSV 写法有误（{error}）")
        raise FaultyInput([Fault(Place(file, start + 1, 1), problem)]) from None
