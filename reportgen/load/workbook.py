"""A workbook to nodes: its sheets read as if their rows had been typed in a YAML file."""

from __future__ import annotations

import re
import typing
from collections.abc import Container, Iterable, Iterator
from collections.abc import Sequence as Several
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel

from reportgen.faults import Fault, FaultyInput, Place, Severity, nearest
from reportgen.load.nodes import Entry, Mapping, Node, Row, RowTable, Scalar, Sequence
from reportgen.load.reading import key_names, plain_type, usual_names
from reportgen.load.sections import CONTENT, ENTRY, INFO, NOTES, PRIVATE, Layout, Section, is_record, section
from reportgen.load.sheets import Area, Sheet, read_sheets
from reportgen.load.text import printable, shown
from reportgen.model.disclosure import LEDGER, Disclosure
from reportgen.model.values import is_code


def parse_workbook(path: Path) -> tuple[Mapping, list[Fault]]:
    """The nodes of a workbook and what was noticed; raises `FaultyInput` with all faults of its cells."""
    sheets = [s for s in read_sheets(path) if not (s.name.startswith(PRIVATE) or s.name.strip() == NOTES)]
    faults: list[Fault] = []
    cells: list[_Cell] = []
    tables: list[tuple[Section, Sheet, Node]] = []
    for sheet in sheets:
        if sheet.name.strip() == INFO:
            faults += _spread(sheet, [area for area in sheet.merged if area.bottom > area.top])
            heads, found, wrong = _form(sheet, Disclosure)
            cells += next(iter(found), [])
            faults += wrong
            problem = f"只能有一列“{CONTENT}”；请删去这一列，或把第一行改成“{NOTES}”"
            faults += [Fault(place, problem) for place in heads[1:]]
            continue
        held = section(sheet.name)
        if held is None:
            faults.append(Fault(sheet.place, _unknown(sheet.name)))
            continue
        other = next((s for h, s, _ in tables if h.keys == held.keys), None)
        if other is not None:
            problem = f"与工作表“{other.name}”是同一部分；请合在一起，或把其中一个的名字以“{PRIVATE}”开头"
            faults.append(Fault(sheet.place, problem))
            continue
        node, wrong = _node(sheet, held)
        tables.append((held, sheet, node))
        faults += wrong
    if not sheets:
        faults.append(Fault(Place(shown(path)), f"没有可以读的工作表；应有“{INFO}”“{LEDGER}”等工作表"))
    if faults:
        raise FaultyInput(map(printable, faults))
    given = {cell.keys[0] for cell in cells}
    for held, sheet, node in tables:
        if not (_is_blank(node) and _may_be_left_out(held, given)):
            cells.append(_Cell((*_typed(sheet.name, held),), sheet.place, node))
    notes = [note for sheet in sheets for note in _hidden(sheet)]
    return _tree(cells, Place(shown(path))), notes


def _typed(name: str, held: Section) -> Iterator[str]:
    head, _, entry = name.strip().partition(ENTRY)
    yield head.strip()
    if len(held.keys) > 1:
        yield entry.strip() or LEDGER


def _is_blank(node: Node) -> bool:
    return (isinstance(node, RowTable) and not node.rows) or (
        isinstance(node, Sequence | Mapping)
        and not (node.items if isinstance(node, Sequence) else node.entries)
    )


def _may_be_left_out(held: Section, given: set[str]) -> bool:
    """A ledger without lines is still a ledger, unless the lines are said to stand elsewhere."""
    words = {word for word, field in key_names(Disclosure).items() if field == held.keys[0]}
    if Disclosure.model_fields[held.keys[0]].is_required():
        return bool(words & given)
    return len(held.keys) == 1 or not words & given


def _unknown(name: str) -> str:
    known = [INFO, *usual_names(Disclosure)]
    return (
        f"不认识的工作表“{name}”{nearest(name, known)}；"
        f"自己用的工作表，名字请以“{PRIVATE}”开头（如“{PRIVATE}{name}”），就不会读它"
    )


def _hidden(sheet: Sheet) -> Iterator[Fault]:
    problem = "是隐藏的，也读进来了；不要的请删去，要的请取消隐藏"
    if sheet.hidden:
        lines = "、".join(map(str, sheet.hidden[:5])) + ("等" if len(sheet.hidden) > 5 else "")
        told = f"第 {lines} 行（共 {len(sheet.hidden)} 行）{problem}"
        yield Fault(sheet.at(sheet.hidden[0]), told, Severity.WARNING)
    for column in sheet.hidden_columns:
        yield Fault(sheet.at(1, column), f"这一列{problem}", Severity.WARNING)
    if not sheet.visible:
        yield Fault(sheet.place, f"这个工作表{problem}", Severity.WARNING)


def _spread(sheet: Sheet, areas: Iterable[Area]) -> Iterator[Fault]:
    for area in areas:
        if area.top <= len(sheet.rows) and sheet.rows[area.top - 1][area.left - 1].strip():
            end = sheet.at(area.bottom, area.right).cell
            problem = f"到 {end} 是合并单元格，只有左上角有内容；请取消合并，每格都填"
            yield Fault(sheet.at(area.top, area.left), problem)


def _node(sheet: Sheet, held: Section) -> tuple[Node, list[Fault]]:
    if held.layout is Layout.TABLE:
        assert held.model is not None
        faults = list(_spread(sheet, sheet.merged))
        table, wrong = _table(sheet, held.model)
        return table, faults + wrong
    faults = list(_spread(sheet, [area for area in sheet.merged if area.bottom > area.top]))
    if held.layout is Layout.PAIRS:
        pairs, wrong = _pairs(sheet)
        return pairs, faults + wrong
    assert held.model is not None
    heads, found, wrong = _form(sheet, held.model)
    records = tuple(_tree(cells, place) for place, cells in zip(heads, found, strict=True) if cells)
    return Sequence(sheet.place, records), faults + wrong


def _table(sheet: Sheet, model: type[BaseModel]) -> tuple[RowTable, list[Fault]]:
    filled = [(line, fields) for line, fields in enumerate(sheet.rows, 1) if any(f.strip() for f in fields)]
    if not filled:
        return RowTable(sheet.at(1), (), (), Row(1, ()), ()), []
    (line, head), *body = filled
    known = key_names(model)
    names = [_unwrapped(name, known) for name in head]
    if not set(names) & set(known):
        usual = "、".join(usual_names(model)[:4])
        problem = f"第 {line} 行应是列名（如 {usual}）；表名、空行请删去，或在这一行写上列名"
        return RowTable(sheet.at(line), (), (), Row(line, ()), ()), [Fault(sheet.at(line), problem)]
    faults = []
    for column, name in enumerate(names, 1):
        stray = next((n for n, fields in body if not name and fields[column - 1].strip()), None)
        if stray is not None:
            faults.append(
                Fault(sheet.at(stray, column), f"这一列没有列名；请在第 {line} 行写上，或删去这一列")
            )
        if name and name in names[: column - 1]:
            faults.append(Fault(sheet.at(line, column), f"列名“{name}”重复"))
    read = [column for column, name in enumerate(names) if name != NOTES]
    width = max((column + 1 for column in read if names[column]), default=0)
    typed = tuple(name if name != NOTES else "" for name in names[:width])
    codes = _code_columns(typed, model)
    rows = (Row(n, tuple(_read_cells(fields[:width], typed, codes))) for n, fields in body)
    kept = tuple(row for row in rows if any(field.strip() for field in row.fields))
    return RowTable(sheet.at(line), typed, typed, Row(line, typed), kept), faults


def _read_cells(fields: Iterable[str], typed: Several[str], codes: Container[int]) -> Iterator[str]:
    """The cells of a row: nothing under what has no name, codes without the names behind them."""
    for column, field in enumerate(fields):
        yield "" if not typed[column] else _bare(field) if column in codes else field


def _unwrapped(name: str, known: Container[str]) -> str:
    """A column's name; in a narrow column people break it over lines."""
    joined = "".join(name.split())
    return joined if joined in known else name.strip()


def _code_columns(names: Several[str], model: type[BaseModel]) -> set[int]:
    fields = key_names(model)
    found = set()
    for column, name in enumerate(names):
        if name in fields:
            info = model.model_fields[fields[name]]
            if any(map(is_code, (*info.metadata, *plain_type(info.annotation)[1]))):
                found.add(column)
    return found


_CODE_AND_NAME = re.compile(
    r"\s*[\[(（【]?(\d{3}|\d{5}|\d{7})(?!\d)(?=[^\dA-Za-z])[\])）】]?[\s\-—_:：.、]*[^\d\s].*", re.DOTALL
)


def _bare(text: str) -> str:
    """«2040201 行政运行», as chosen from a drop-down, without the name."""
    found = _CODE_AND_NAME.fullmatch(text)
    return found[1] if found else text


def _pairs(sheet: Sheet) -> tuple[Mapping, list[Fault]]:
    entries, faults = [], []
    head = [text.strip() for text in (sheet.rows[0] if sheet.rows else ())]
    if head and any(char.isdigit() for char in head[0]):
        faults.append(Fault(sheet.at(1, 1), "第一行应是列名（如 对象、内容）；请在上面加一行"))
    for line, fields in list(enumerate(sheet.rows, 1))[1:]:
        key, value, *more = (*(field.strip() for field in fields), "", "")
        place = sheet.at(line, 1)
        stray = next((at for at, text in enumerate(more, 2) if text and head[at] != NOTES), None)
        if stray is not None:
            problem = f"只读前两列；请删去这一格，或把这一列的第一行写成“{NOTES}”"
            faults.append(Fault(sheet.at(line, stray + 1), problem))
        if value and not key:
            faults.append(Fault(place, "第一列是空的；请写上，或删去这一行"))
        elif value:
            entries.append((key, Entry(key, place, Scalar(fields[1], sheet.at(line, 2)))))
    return Mapping(sheet.at(1), tuple(entries)), faults


@dataclass(frozen=True, slots=True)
class _Cell:
    """A value with the keys, as typed, that lead to it."""

    keys: tuple[str, ...]
    place: Place
    """Of the label."""
    value: Node


def _form(sheet: Sheet, model: type[BaseModel]) -> tuple[list[Place], list[list[_Cell]], list[Fault]]:
    """The cells of each record of a form, and where the record is headed."""
    if not sheet.rows:
        return [], [], []
    heads, *lines = sheet.rows
    columns = [
        column
        for column in range(1, len(heads))
        if heads[column].strip() != NOTES and (heads[column].strip() or any(r[column].strip() for r in lines))
    ]
    faults = [
        Fault(sheet.at(1, column + 1), f"这一列有内容，第一行请写“{CONTENT}”；自己看的一列请写“{NOTES}”")
        for column in columns
        if not heads[column].strip()
    ]
    records: list[list[_Cell]] = [[] for _ in columns]
    for line, fields in enumerate(lines, 2):
        label = fields[0].strip()
        for column, record in zip(columns, records, strict=True):
            if not fields[column].strip():
                continue
            if not label:
                faults.append(Fault(sheet.at(line, 1), "没有写是哪一项；请写上，或删去这一行"))
                break
            value = Scalar(fields[column], sheet.at(line, column + 1))
            record.append(_Cell(_path(label, model), sheet.at(line, 1), value))
    return [sheet.at(1, column + 1) for column in columns], records, faults


def _path(label: str, model: type[BaseModel]) -> tuple[str, ...]:
    """The keys of a label such as «部门:附加:简称», as typed; a name may have a colon of its own."""
    head, *rest = re.split("[:：]", label, maxsplit=1)
    field = key_names(model).get(head.strip())
    if field is None or not rest:
        return (label,)
    inner, _ = plain_type(model.model_fields[field].annotation)
    if is_record(inner):
        return (head.strip(), *_path(rest[0].strip(), inner))
    return (head.strip(), rest[0].strip()) if typing.get_origin(inner) is dict else (label,)


def _tree(cells: Iterable[_Cell], place: Place) -> Mapping:
    """Cells by their first keys; several under one key are a list."""
    groups: dict[str, list[_Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.keys[0], []).append(cell)
    entries: list[tuple[str, Entry]] = []
    for key, group in groups.items():
        own = [cell for cell in group if len(cell.keys) == 1]
        below = [replace(cell, keys=cell.keys[1:]) for cell in group if len(cell.keys) > 1]
        if len(own) > 1:
            own_value: Node = Sequence(own[0].value.place, tuple(cell.value for cell in own))
            entries.append((key, Entry(key, own[0].place, own_value)))
        elif own:
            entries.append((key, Entry(key, own[0].place, own[0].value)))
        if below:
            first = below[0].place
            # what a sheet of its own is a part of has its other parts among the basic ones
            head = first if first.line else replace(first, sheet=INFO)
            entries.append((key, Entry(key, head, _tree(below, head))))
    return Mapping(place, tuple(entries))
