"""A mapping guessed: titles say which field a column may hold, its values whether it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from reportgen.exports.cells import class_of, is_amount, says_nothing, sum_of
from reportgen.exports.grid import Grid, GridRow, squeezed
from reportgen.exports.header import Column, Header, found_header, is_foot, is_numbering
from reportgen.exports.mapping import Columns, ExportMap, FillDown, Values
from reportgen.exports.titles import AMOUNT_FIELDS, AMOUNT_UNIT, GENERIC, GENERIC_NAME
from reportgen.exports.words import known, meant, splits
from reportgen.faults import Fault, FaultyInput, Place
from reportgen.model.disclosure import AmountUnit

FIRST_DIGIT = {"2": "function", "3": "economic", "5": "government"}
SEEN = 2000
"""Values of a column that are looked at to tell what it holds."""
_MEASURES = frozenset(
    ["元", "万元", "个", "台", "套", "辆", "人", "次", "项", "批", "件", "张", "把", "平方米", "人次"]
)


@dataclass(frozen=True, slots=True)
class Guessed:
    map: ExportMap
    notes: tuple[str, ...]
    """What the reader should look at."""


def guessed(grids: Sequence[Grid]) -> tuple[Grid, Guessed]:
    """The sheet that holds the detail and its mapping; raises `FaultyInput` where no titles are found."""
    found = [(grid, header) for grid in grids if (header := found_header(grid))]
    if not found:
        place = grids[0].place if grids else Place("")
        problem = (
            "找不到标题行：没有一行同时有“功能科目”“金额”之类的列名；"
            "请核对是不是明细表，或用 --map 写明标题行和各列"
        )
        raise FaultyInput([Fault(Place(place.file), problem)])
    grid, header = max(found, key=lambda one: len(one[0].rows))
    others = [other.place.sheet for other in grids if other is not grid]
    return grid, _mapping(grid, header, others)


def _mapping(grid: Grid, header: Header, others: list[str]) -> Guessed:
    fields, rivals = _fields(grid, header)
    if not set(fields) & set(AMOUNT_FIELDS):
        problem = "没有一列像是金额（列名是金额、预算数之类，里面是数）；请用 --map 写明各列"
        raise FaultyInput([Fault(grid.place, problem)])
    values, fields = _values(grid, header, fields)
    unit, unit_note = _amount_unit(grid, header)
    notes = [unit_note] if unit_note else []
    notes += [f"“{label_of(column)}”也像是金额，没有用；要用它，请在映射里改" for column in rivals]
    by_fund = _by_fund(grid, header, fields)
    if by_fund:
        notes.append(f"{by_fund}像是按资金分列的金额，没有用；请在系统里导出一行一种资金、带“资金性质”的明细")
    notes += [f"工作表“{name}”没有读" for name in others]
    mapping = ExportMap(
        sheet=grid.place.sheet or None,
        header=header.rows,
        amount_unit=unit,
        columns=Columns(**{field: _named(header, column) for field, column in fields.items()}),
        values=Values(**{field: words for field, words in values.items() if words}),
        fill_down=tuple(_fill_down(grid, header, fields)),
    )
    return Guessed(mapping, tuple(notes))


def _by_fund(grid: Grid, header: Header, fields: Mapping[str, Column]) -> str:
    """Columns that hold amounts of one fund each, which lines cannot be made of."""
    return "、".join(
        f"“{column.title}”"
        for column in header.columns
        if column not in fields.values()
        and column.parts
        and (meant("fund", column.parts[-1]) or known("fund", column.parts[-1]))
        and (values := values_of(grid, header, column))
        and all(map(_is_amount, values))
    )


def label_of(column: Column) -> str:
    return column.title or column.letter


def _named(header: Header, column: Column) -> str:
    """How the mapping names a column: by its title where no other has it, else by its letter."""
    same = [one for one in header.columns if squeezed(one.title) == squeezed(column.title)]
    return column.title if len(same) == 1 and column.title else column.letter


def data(grid: Grid, header: Header) -> Iterator[GridRow]:
    """The rows beneath the header that are neither sums nor blank."""
    for row in grid.rows:
        beneath = row.line > header.rows.last and not row.is_blank and not is_numbering(row)
        if beneath and not is_foot(row) and not any(map(sum_of, row.texts)):
            yield row


def values_of(grid: Grid, header: Header, column: Column) -> list[str]:
    """What a column holds, once each, without the titles that pages repeat."""
    seen: dict[str, None] = {}
    for row in data(grid, header):
        text = row.texts[column.index]
        if text and text not in column.parts:
            seen[text] = None
    return list(islice(seen, SEEN))


def _fields(grid: Grid, header: Header) -> tuple[dict[str, Column], list[Column]]:
    """The column of each field, and those that hold amounts too but are not taken."""
    offers: list[tuple[str, int, Column]] = []
    values = {column.index: values_of(grid, header, column) for column in header.columns}
    generic = next((c for c in header.columns if (GENERIC, 0) in header.fields(c)), None)
    of_generic = _class_field(GENERIC, values[generic.index]) if generic else None
    for column in header.columns:
        for said, rank in header.fields(column):
            field = _by_values(said, values[column.index])
            if said == GENERIC_NAME:
                field = {"function": "function_name", "economic": "economic_name"}.get(of_generic or "")
            if field:
                # of 科目编码 and 功能科目编码 the plainer title is the worse
                offers.append((field, rank + 20 * (said in (GENERIC, GENERIC_NAME)), column))
    taken: dict[str, Column] = {}
    for field, _, column in sorted(offers, key=lambda offer: (offer[1], offer[2].index)):
        if field not in taken and column not in taken.values():
            taken[field] = column
    _keys_by_name(taken)
    amounts = {column.index: column for field, _, column in offers if field in AMOUNT_FIELDS}
    return taken, [column for column in amounts.values() if column not in taken.values()]


def _keys_by_name(taken: dict[str, Column]) -> None:
    """A unit or project without a column of codes is known by its name."""
    for field in ("unit", "project"):
        if field not in taken and f"{field}_name" in taken:
            taken[field] = taken.pop(f"{field}_name")


def _by_values(said: str, values: Sequence[str]) -> str | None:
    """The field that a column holds as its title says and its values allow; None where they do not."""
    if not values:
        return said if said in ("note", "carryover", "prior", "executed") else None
    if said in (*FIRST_DIGIT.values(), GENERIC):
        return _class_field(said, values)
    figures = _most(map(_is_amount, values), len(values))
    if said in AMOUNT_FIELDS:
        fits = figures
    elif said in ("unit", "unit_name"):  # 单位 may be what is counted in
        fits = not _MEASURES.issuperset(values) and any(len(value) > 1 for value in values)
    elif said == "carryover":
        fits = all(value in ("是", "否", "Y", "N", "y", "n", "√") for value in values)
    else:
        fits = not figures or said in ("note", "project", "project_name")
    return said if fits else None


def _class_field(said: str, values: Sequence[str]) -> str | None:
    """The classification by its codes; a column that mostly has none may hold names."""
    codes = [coded.code for value in values if (coded := class_of(value))]
    if 2 * len(codes) < len(values):
        return {"function": "function_name", "economic": "economic_name"}.get(said)
    if not codes:
        return None
    first = max(FIRST_DIGIT, key=[code[:1] for code in codes].count)
    return FIRST_DIGIT[first] if said in (GENERIC, FIRST_DIGIT[first]) else None


def _most(found: Iterable[bool], count: int) -> bool:
    return 2 * sum(found) >= count


def _is_amount(text: str) -> bool:
    return says_nothing(text) or is_amount(text)


def _amount_unit(grid: Grid, header: Header) -> tuple[AmountUnit, str]:
    above = [text for row in grid.rows if row.line <= header.rows.last for text in row.filled]
    below = [text for row in grid.rows[-5:] for text in row.filled]
    for texts in (above, below):
        told = dict.fromkeys(
            found[0] for text in texts if len(text) < 80 and (found := AMOUNT_UNIT.findall(squeezed(text)))
        )
        if told:
            first = next(iter(told))
            several = f"表里写了{'、'.join(told)}，按“{first}”读；请核对" if len(told) > 1 else ""
            return AmountUnit.read(first), several
    return AmountUnit.YUAN, "表里没有写金额单位，按“元”读；请核对"


def _values(
    grid: Grid, header: Header, fields: Mapping[str, Column]
) -> tuple[dict[str, dict[str, str]], dict[str, Column]]:
    """What words mean that are not ours, and the fields with those that such words speak of besides."""
    found: dict[str, dict[str, str]] = {}
    columns = dict(fields)
    words = {
        field: values_of(grid, header, columns[field]) for field in ("nature", "fund") if field in columns
    }
    natures, funds = words.get("nature", []), words.get("fund", [])
    if "staffing" not in columns and splits(natures):
        columns["staffing"] = columns["nature"]
    if "carryover" not in columns and any("结转" in word and meant("fund", word) for word in funds):
        columns["carryover"] = columns["fund"]
        found["carryover"] = {word: str(meant("carryover", word)) for word in funds}
    for field in ("nature", "staffing", "fund"):
        if field in columns:
            seen = values_of(grid, header, columns[field])
            new = {word: meant(field, word) for word in seen if known(field, word) is None}
            found[field] = {word: meaning for word, meaning in new.items() if meaning}
    if columns.get("staffing") is columns.get("nature") and "staffing" in columns:
        found["staffing"] |= {word: "不写" for word in natures if meant("staffing", word) == "不写"}
    return found, columns


def _fill_down(grid: Grid, header: Header, fields: Mapping[str, Column]) -> Iterator[FillDown]:
    """Fields with cells merged over several rows; the unit also where lines leave it blank."""
    merged = {area.left - 1 for area in grid.merged if area.bottom > area.top and area.top > header.rows.last}
    finest = fields.get("economic") or fields.get("function")
    lines = [row for row in data(grid, header) if finest is None or row.texts[finest.index]]
    for member in FillDown:
        column = fields.get(member.value)
        if column is None:
            continue
        blank = sum(not row.texts[column.index] for row in lines)
        # a line without a unit belongs to the one above it; a class left out once may be an oversight
        least = {FillDown.UNIT: 1, FillDown.FUNCTION: len(lines) / 3}.get(member)
        once = least is not None and blank >= least and values_of(grid, header, column)
        if column.index in merged or once:
            yield member
