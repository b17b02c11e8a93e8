"""The header of an export: which rows hold the titles, and what the title of each column is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reportgen.exports.grid import Grid, GridRow, letter, squeezed
from reportgen.exports.mapping import HeaderRows
from reportgen.exports.titles import AMOUNT_FIELDS, fields, this_year

MOST_ROWS_ABOVE = 40
MOST_HEADER_ROWS = 3
_FOOT = re.compile(
    r"(制表|填报|填表|审核|复核|打印|导出|负责人|经办|联系|备?注[:：]|说明[:：]|第\d+页|共\d+页|(金额)?单位[:：]|续表)"
)
"""What begins a row that pages carry besides the table."""
_FIGURE = re.compile(r"[-\d,，.\s]*\d[-\d,，.\s]*(万元|万|元)?")


_STEPS = tuple(re.compile(f"(科目)?(编码|代码)?{step}级?(科目)?(编码|代码)?") for step in "类款项")
MOST_STEPS = len(_STEPS)


@dataclass(frozen=True, slots=True)
class Column:
    index: int
    parts: tuple[str, ...]
    """Its title from the top row of the header to the last."""

    @property
    def title(self) -> str:
        return "/".join(" ".join(part.split()) for part in self.parts)

    @property
    def letter(self) -> str:
        return letter(self.index)


@dataclass(frozen=True, slots=True)
class Header:
    rows: HeaderRows
    columns: tuple[Column, ...]
    this_year: int | None

    def fields(self, column: Column) -> list[tuple[str, int]]:
        return fields(column.parts, self.this_year)


def header_at(grid: Grid, rows: HeaderRows) -> Header:
    """The titles that stand in these rows."""
    inside = [row for row in grid.rows if rows.first <= row.line <= rows.last]
    spread = [_spread(grid, row, last=row is inside[-1], below=inside[-1]) for row in inside]
    columns = []
    for index in range(grid.width):
        parts = [texts[index] for texts in spread if texts[index]]
        columns.append(Column(index, tuple(dict.fromkeys(parts))))
    return Header(rows, tuple(columns), this_year(column.parts for column in columns))


def found_header(grid: Grid) -> Header | None:
    """The rows whose titles name the most fields, an amount among them."""
    best: tuple[tuple[int, int, int], Header] | None = None
    for at, row in enumerate(grid.rows[:MOST_ROWS_ABOVE]):
        for height in range(1, MOST_HEADER_ROWS + 1):
            inside = grid.rows[at : at + height]
            if len(inside) < height or any(_looks_like_data(below) for below in inside) or row.is_blank:
                break
            header = header_at(grid, HeaderRows(row.line, inside[-1].line))
            named = {field for column in header.columns for field, _ in header.fields(column)[:1]}
            steps = list(steps_in(header))
            named |= {field for columns in steps for field, _ in fields_of_steps(header, columns)[:1]}
            titled = sum(bool(header.fields(column)) for column in header.columns) + sum(map(len, steps))
            score = (len(named), titled, -height)
            if len(named) > 1 and named & set(AMOUNT_FIELDS) and (best is None or score > best[0]):
                best = (score, header)
    return best[1] if best else None


def steps_in(header: Header) -> Iterator[tuple[Column, ...]]:
    """Neighbouring columns that are called 类, 款 and perhaps 项, beneath one title if they have one."""
    columns = [column for column in header.columns if column.parts]
    for at in range(len(columns)):
        found = [columns[at]] if _is_step(columns[at], 0) else []
        for column in columns[at + 1 : at + 3] if found else ():
            if not _is_step(column, len(found)) or column.parts[:-1] != found[0].parts[:-1]:
                break
            found.append(column)
        if len(found) > 1:
            yield tuple(found)


def _is_step(column: Column, step: int) -> bool:
    return _STEPS[step].fullmatch(squeezed(column.parts[-1])) is not None


def fields_of_steps(header: Header, columns: tuple[Column, ...]) -> list[tuple[str, int]]:
    """What stands above 类, 款 and 项 says of the code that they hold."""
    above = columns[0].parts[:-1]
    return fields(above, header.this_year) if above else []


def _looks_like_data(row: GridRow) -> bool:
    return any(_FIGURE.fullmatch(text) for text in row.texts)


def _spread(grid: Grid, row: GridRow, *, last: bool, below: GridRow) -> list[str]:
    """The texts of a header row with those of merged cells in all their columns and rows."""
    texts = list(row.texts)
    areas = [area for area in grid.merged if area.top <= row.line <= area.bottom]
    at = {found.line: found for found in grid.rows[: row.line]} if areas else {}
    for area in areas:
        top = at[area.top].texts
        for column in range(area.left - 1, min(area.right, len(texts))):
            texts[column] = top[area.left - 1]
    if not areas and not last:
        # a CSV file keeps only the first cell of those that were merged
        for column in range(1, len(texts)):
            if not texts[column] and below.texts[column]:
                texts[column] = texts[column - 1] if below.texts[column - 1] else ""
    return texts


def is_numbering(row: GridRow) -> bool:
    """Whether a row numbers the columns: 1, 2, 3 … beneath the titles, perhaps after «栏次»."""
    numbers = [text for text in row.filled if text.isdigit() and len(text) < 3]
    others = [text for text in row.filled if text not in numbers]
    if len(numbers) < 3 or any(squeezed(text) not in ("栏次", "序号", "**", "*") for text in others):
        return False
    return [int(n) for n in numbers] == list(range(int(numbers[0]), int(numbers[0]) + len(numbers)))


def is_foot(row: GridRow) -> bool:
    """Whether a row begins with words that pages carry besides the table."""
    return _FOOT.match(squeezed(row.filled[0])) is not None
