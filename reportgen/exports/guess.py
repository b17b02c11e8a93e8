"""A mapping guessed: titles say which field a column may hold, its values whether it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from reportgen.exports.cells import class_of, is_amount, says_nothing, sum_of
from reportgen.exports.grid import Grid, GridRow, squeezed
from reportgen.exports.header import (
    Column,
    Header,
    fields_of_steps,
    found_header,
    is_foot,
    is_numbering,
    steps_in,
)
from reportgen.exports.joined import JOIN, joined
from reportgen.exports.mapping import Columns, ExportMap, FillDown, Values, label, quoted
from reportgen.exports.readers import KEYS
from reportgen.exports.titles import AMOUNT_FIELDS, AMOUNT_UNIT, GENERIC, GENERIC_NAME
from reportgen.exports.words import known, meant, splits
from reportgen.faults import Fault, FaultyInput, Place
from reportgen.model.disclosure import AmountUnit

GENERIC_KEYS = {GENERIC: "function"}
FIRST_DIGIT = {"2": "function", "3": "economic", "5": "government"}
SEEN = 2000
"""Values of a column that are looked at to tell what it holds."""
_MEASURES = frozenset(
    ["元", "万元", "个", "台", "套", "辆", "人", "次", "项", "批", "件", "张", "把", "平方米", "人次"]
)


class Doubt(NamedTuple):
    """What the guess cannot settle: the mapping has to say it."""

    field: str
    place: Place
    problem: str
    instead: str
    """What the mapping has for the field until it is settled: no title of the export."""


@dataclass(frozen=True, slots=True)
class Guessed:
    map: ExportMap
    notes: tuple[str, ...]
    """What the reader should look at."""
    doubts: tuple[Doubt, ...] = ()


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
    whole, one_column = grid, header
    for columns in steps_in(header):
        whole, one_column = joined(whole, one_column, columns)
    lettered = {
        columns[-1].index: JOIN.join(column.letter for column in columns)
        for columns in steps_in(header)
        if any(_named(header, column) != column.title for column in columns)
    }
    return grid, _mapping(whole, one_column, others, lettered)


def _mapping(grid: Grid, header: Header, others: list[str], lettered: Mapping[int, str]) -> Guessed:
    """`lettered`: how to name columns whose codes were joined and whose titles others have too."""
    fields, offers = _fields(grid, header)
    if not set(fields) & set(AMOUNT_FIELDS):
        problem = "没有一列像是金额（列名是金额、预算数之类，里面是数）；请用 --map 写明各列"
        raise FaultyInput([Fault(grid.place, problem)])
    doubts = [*_several(grid, header, fields, offers), *_unread(grid, header, fields, offers)]
    notes = [
        f"“{label_of(column)}”也像是{label(field)}，没有用；要用它，请在映射里改"
        for field, columns in offers.items()
        for column in columns
        if field in KEYS and column not in fields.values()
    ]
    values, fields = _values(grid, header, fields)
    unit, unclear = _amount_unit(grid, header)
    if unclear and unit is None:
        column = fields[next(field for field in AMOUNT_FIELDS if field in fields)]
        place = _at_header(grid, header, column)
        doubts.append(Doubt("amount", place, unclear, f"请核对金额单位：{_named(header, column)}"))
    elif unclear:
        notes.append(unclear)
    by_fund = _by_fund(grid, header, fields)
    if by_fund:
        notes.append(f"{by_fund}像是按资金分列的金额，没有用；请在系统里导出一行一种资金、带“资金性质”的明细")
    notes += [f"工作表“{name}”没有读" for name in others]
    mapping = ExportMap(
        sheet=grid.place.sheet or None,
        header=header.rows,
        amount_unit=unit or AmountUnit.YUAN,
        columns=Columns(**{f: lettered.get(c.index) or _named(header, c) for f, c in fields.items()}),
        values=Values(**{field: words for field, words in values.items() if words}),
        fill_down=tuple(_fill_down(grid, header, fields)),
    )
    return Guessed(mapping, tuple(notes), tuple(doubts))


def _several(
    grid: Grid, header: Header, fields: Mapping[str, Column], offers: Mapping[str, Sequence[Column]]
) -> Iterator[Doubt]:
    """Amounts that more than one column may hold: which is meant is not for us to say."""
    for field in AMOUNT_FIELDS:
        rivals = [column for column in offers.get(field, ()) if fields.get(field) != column]
        if rivals and field in fields:
            columns = sorted([fields[field], *rivals], key=lambda column: column.index)
            titles = [_named(header, column) for column in columns]
            said = "、".join(f"“{label_of(column)}”" for column in columns)
            problem = (
                f"{said}都像是{label(field)}；请用 --map map.yaml，在映射的“列”里写明用哪一列，"
                f"如 {label(field)}: {quoted(titles[0])}"
            )
            yield Doubt(
                field, _at_header(grid, header, columns[-1]), problem, f"请选一个：{'、'.join(titles)}"
            )


def _unread(
    grid: Grid, header: Header, fields: Mapping[str, Column], offers: Mapping[str, Sequence[Column]]
) -> Iterator[Doubt]:
    """Columns whose titles name a key that no column is taken for, and whose values are none."""
    used = {column.index for column in fields.values()}
    used |= {column.index for columns in offers.values() for column in columns}
    for column in header.columns:
        said = [GENERIC_KEYS.get(field, field) for field, _ in header.fields(column)]
        keys = [field for field in said if field in KEYS]
        values = values_of(grid, header, column)
        if not keys or not values or column.index in used or any(field in fields for field in keys):
            continue
        if _MEASURES.issuperset(values):
            continue
        problem = (
            f"“{label_of(column)}”像是{label(keys[0])}，里面的“{values[0]}”却不像，没有用；请改正这一列，"
            f"或用 --map map.yaml，在映射的“列”里写明{label(keys[0])}是哪一列（不要这一项就删去）"
        )
        yield Doubt(keys[0], _at_header(grid, header, column), problem, f"请核对：{_named(header, column)}")


def _at_header(grid: Grid, header: Header, column: Column) -> Place:
    row = next(row for row in grid.rows if row.line == header.rows.last)
    return grid.at(row, column.index)


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
    notes = {column.index for column in header.columns if ("note", 0) in header.fields(column)}
    for row in grid.rows:
        beneath = row.line > header.rows.last and not row.is_blank and not is_numbering(row)
        if (
            beneath
            and not is_foot(row)
            and not any(sum_of(text) for at, text in enumerate(row.texts) if at not in notes)
        ):
            yield row


def values_of(grid: Grid, header: Header, column: Column) -> list[str]:
    """What a column holds, once each, without the titles that pages repeat."""
    seen: dict[str, None] = {}
    for row in data(grid, header):
        text = row.texts[column.index]
        if text and text not in column.parts:
            seen[text] = None
    return list(islice(seen, SEEN))


def _fields(grid: Grid, header: Header) -> tuple[dict[str, Column], dict[str, list[Column]]]:
    """The column of each field, and all that may hold it."""
    offers: list[tuple[str, int, Column]] = []
    values = {column.index: values_of(grid, header, column) for column in header.columns}
    generic = next((c for c in header.columns if (GENERIC, 0) in header.fields(c)), None)
    of_generic = _class_field(GENERIC, values[generic.index]) if generic else None
    for column in header.columns:
        for said, rank in _said_of(header, column, values[column.index]):
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
    by_field: dict[str, list[Column]] = {}
    for field, _, column in offers:
        if column not in by_field.setdefault(field, []):
            by_field[field].append(column)
    return taken, by_field


def _said_of(header: Header, column: Column, values: Sequence[str]) -> list[tuple[str, int]]:
    """What a title says of its column; of «类+款+项» what stands above it, else what the codes are."""
    if not column.parts or JOIN not in column.parts[-1]:
        return header.fields(column)
    return fields_of_steps(header, (column,)) or [(_class_field(GENERIC, values) or "function", 0)]


def _keys_by_name(taken: dict[str, Column]) -> None:
    """A key without a column of codes is known by its name; a class by none, so that each cell is told."""
    for field in ("unit", "project", "function", "economic"):
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
        return {"function": "function_name", "economic": "economic_name", "government": said}.get(said)
    if not codes:
        return None
    first = max(FIRST_DIGIT, key=[code[:1] for code in codes].count)
    return FIRST_DIGIT[first] if said in (GENERIC, FIRST_DIGIT[first]) else None


def _most(found: Iterable[bool], count: int) -> bool:
    return 2 * sum(found) >= count


def _is_amount(text: str) -> bool:
    return says_nothing(text) or is_amount(text)


def _amount_unit(grid: Grid, header: Header) -> tuple[AmountUnit | None, str]:
    """The unit, and what to know of it; None where it has to be said: a wrong one is wrong by thousands."""
    above = [text for row in grid.rows if row.line <= header.rows.last for text in row.filled]
    below = [text for row in grid.rows[-5:] for text in row.filled]
    for texts in (above, below):
        told = dict.fromkeys(
            found[0] for text in texts if len(text) < 80 and (found := AMOUNT_UNIT.findall(squeezed(text)))
        )
        if told:
            known = [unit.label for unit in AmountUnit]
            if len(told) > 1:
                return None, (
                    f"表里写了{'、'.join(told)}，分不清金额是哪一种；请用 --map map.yaml，"
                    "在映射的“金额单位”里写明，并在“列”里写明金额是哪一列"
                )
            (only,) = told
            if only not in known:
                return None, f"金额单位是{only}，只能读{'、'.join(known)}；请在系统里换成{known[0]}再导出"
            return AmountUnit.read(only), ""
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
