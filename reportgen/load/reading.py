"""Nodes read against a model: keys become field names, files beside the input are drawn in.

The words of the input language live on the models (`Zh`); this module is the only one that
knows how a key as typed finds its field.
"""

from __future__ import annotations

import re
import types
import typing
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from reportgen.faults import Fault, FaultyInput, Place, nearest
from reportgen.load.csv_nodes import parse_csv
from reportgen.load.nodes import (
    IN_COLUMN,
    Broken,
    Entry,
    Joined,
    Mapping,
    Node,
    Part,
    Row,
    RowTable,
    Scalar,
    Sequence,
    place_of_field,
)
from reportgen.load.text import is_file, read_text, shown, unprintable
from reportgen.model.words import Bare, Named, OrOne, zh_names


@dataclass
class Reader:
    """Collects faults while it reads; `folder` is where files beside the input may lie."""

    folder: Path
    faults: list[Fault] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)

    def model(self, node: Node, model: type[BaseModel], what: str) -> Mapping | Broken:
        """The mapping `node` with field names for keys, values read in turn."""
        if not isinstance(node, Mapping):
            return self._broken(node.place, _wrong_shape(node, what, "若干“键: 值”"))
        fields = key_names(model)
        entries: dict[str, Entry] = {}
        for typed, entry in node.entries:
            name = fields.get(typed)
            if name is None:
                hint = nearest(typed, fields)
                known = "" if hint else f"；可用的键：{'、'.join(usual_names(model))}"
                self.faults.append(Fault(entry.key_place, f"不认识的键“{typed}”{hint}{known}"))
            elif name in entries:
                first = entries[name]
                self.faults.append(
                    Fault(
                        entry.key_place,
                        f"“{typed}”与{first.key_place.spot}的“{first.typed}”是同一个键；请删去一个",
                    )
                )
            elif not (isinstance(entry.value, Scalar) and entry.value.text is None):
                info = model.model_fields[name]
                value = self._value(entry.value, info.annotation, typed, tuple(info.metadata))
                entries[name] = replace(entry, value=value)
        return Mapping(node.place, tuple(entries.items()))

    def _broken(self, place: Place, message: str) -> Broken:
        self.faults.append(Fault(place, message))
        return Broken(place)

    def _value(self, node: Node, annotation: Any, typed: str, metadata: tuple[object, ...]) -> Node:
        annotation, inner_metadata = plain_type(annotation)
        named = next((m for m in (*metadata, *inner_metadata) if isinstance(m, Named)), None)
        origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
        if origin is tuple:
            if isinstance(node, Mapping) and any(isinstance(m, OrOne) for m in metadata):
                node = Sequence(node.place, (node,))
            return self._list(node, arguments[0], typed)
        if origin is dict:
            if named and not isinstance(node, Mapping):
                node = Mapping(node.place, ((named.name, Entry(named.name, node.place, node)),))
            return self._mapping(node, arguments[1], typed)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self.model(node, annotation, typed)
        if not isinstance(node, Scalar):
            return self._broken(node.place, _wrong_shape(node, typed, "一个值"))
        problem = unprintable(node.text or "")
        if problem:
            self.faults.append(Fault(node.place, f"{typed}：{problem}"))
        return node

    def _mapping(self, node: Node, annotation: Any, typed: str) -> Node:
        if not isinstance(node, Mapping):
            return self._broken(node.place, _wrong_shape(node, typed, "若干“键: 值”"))
        seen: dict[str, Entry] = {}
        for key, entry in node.entries:
            first = seen.setdefault(unicodedata.normalize("NFKC", key).strip(), entry)
            if first is not entry:
                problem = f"“{entry.typed}”与{first.key_place.spot}的键是同一个；请删去一个"
                self.faults.append(Fault(entry.key_place, problem))
        entries = []
        for key, entry in node.entries:
            if not (isinstance(entry.value, Scalar) and entry.value.text is None):
                value = self._value(entry.value, annotation, entry.typed, ())
                entries.append((key, replace(entry, value=value)))
            elif typing.get_origin(plain_type(annotation)[0]) is tuple:
                # left out, a blank condition would let everything pass and a blank ledger nothing
                self.faults.append(Fault(entry.key_place, f"“{entry.typed}”后面没有写值；请补上，或删去"))
        return Mapping(node.place, tuple(entries))

    def _list(self, node: Node, annotation: Any, typed: str) -> Node:
        item_type, _ = plain_type(annotation)
        if not (isinstance(item_type, type) and issubclass(item_type, BaseModel)):
            return self._plain_list(node, annotation, typed)
        if isinstance(node, Scalar) and (node.text or "").lower().endswith(".csv"):
            return self._csv_beside(node, item_type)
        if isinstance(node, RowTable):
            return self._rows(node, item_type)
        if not isinstance(node, Sequence):
            expected = "以“- ”开头的列表，或旁边 CSV 文件的名字"
            return self._broken(node.place, _wrong_shape(node, typed, expected))
        items = (_record_of(item, item_type) for item in node.items)
        return Sequence(node.place, tuple(self.model(item, item_type, f"{typed}的一项") for item in items))

    def _plain_list(self, node: Node, annotation: Any, typed: str) -> Node:
        if isinstance(node, Scalar):  # one paragraph needs no dash
            return Sequence(node.place, (node,))
        if not isinstance(node, Sequence):
            return self._broken(node.place, _wrong_shape(node, typed, "以“- ”开头的列表"))
        items = [self._value(item, annotation, f"{typed}的一项", ()) for item in node.items]
        return Sequence(node.place, tuple(items))

    def _csv_beside(self, node: Scalar, model: type[BaseModel]) -> Node:
        """The CSV file named by `node`, which must lie in the input's folder."""
        if "\0" in str(node.text):  # no file system has such a name
            return self._broken(node.place, f"找不到旁边的文件“{node.text}”")
        # not resolved: its name as it was typed is the one to tell, and a link that is turned is a change
        path = self.folder / str(node.text)
        if self.folder.resolve() not in path.resolve().parents:
            return self._broken(node.place, f"“{node.text}”不在输入文件所在的文件夹里；请把文件放到旁边")
        if not is_file(path):
            return self._broken(node.place, f"找不到旁边的文件“{node.text}”")
        try:
            table = parse_csv(read_text(path), shown(path))
        except FaultyInput as error:
            self.faults += error.faults
            return Broken(node.place)
        self.files.append(path)
        return self._rows(table, model)

    def _rows(self, table: RowTable, model: type[BaseModel]) -> RowTable | Broken:
        fields = key_names(model)
        header: list[str] = []
        before = len(self.faults)
        for index, typed in enumerate(table.typed):
            name = fields.get(typed) or column_of_mapping(typed, model)
            place = place_of_field(table, table.head, index)
            if not typed:
                pass  # in a sheet a column may be left out; that nothing stands in it has been seen to
            elif not name:
                known = "、".join(f"{name}:自拟的名称" if m else name for name, m in _columns(model))
                hint = nearest(typed, fields) or f"；可用的列：{known}"
                self.faults.append(Fault(place, f"不认识的列“{typed}”{hint}"))
            elif name in header:
                other = table.typed[header.index(name)]
                self.faults.append(Fault(place, f"列“{typed}”与列“{other}”是同一项；请删去一个"))
            header.append(name)
        for row in table.rows:
            if unprintable(row.source or "\t".join(row.fields)):  # rare: only then is the cell looked for
                self.faults += _unprintable_cells(table, row)
        return replace(table, header=tuple(header)) if len(self.faults) == before else Broken(table.place)


def _record_of(item: Node, model: type[BaseModel]) -> Node:
    """A bare text as a record, where the model says which field it stands for."""
    fields = model.model_fields.items()
    bare = next((name for name, info in fields if any(isinstance(m, Bare) for m in info.metadata)), "")
    if isinstance(item, Scalar) and item.text and bare:
        return Mapping(item.place, ((bare, Entry(bare, item.place, item)),))
    return item


def _unprintable_cells(table: RowTable, row: Row) -> Iterator[Fault]:
    for index, text in enumerate(row.fields):
        problem = unprintable(text)
        if problem:
            yield Fault(place_of_field(table, row, index), f"{table.typed[index]}：{problem}")


def column_of_mapping(typed: str, model: type[BaseModel]) -> str:
    """The key of a column such as «附加:负责人», which fills one entry of a mapping; else nothing."""
    head, *rest = re.split("[:：]", typed, maxsplit=1)
    field = key_names(model).get(head.strip())
    name = rest[0].strip() if rest else ""
    return f"{field}{IN_COLUMN}{name}" if field and name and is_mapping(model, field) else ""


def is_mapping(model: type[BaseModel], field: str) -> bool:
    """Whether a field holds «name: value» pairs of the user's own naming."""
    return typing.get_origin(plain_type(model.model_fields[field].annotation)[0]) is dict


def _columns(model: type[BaseModel]) -> list[tuple[str, bool]]:
    """The usual name of each field, and whether it is a mapping, with a column for each key."""
    return [
        (usual, is_mapping(model, field))
        for field, usual in zip(model.model_fields, usual_names(model), strict=True)
    ]


def key_names(model: type[BaseModel]) -> dict[str, str]:
    """Every word a field may be typed under, to the field's name."""
    names: dict[str, str] = {}
    for name, info in model.model_fields.items():
        for word in (name, *zh_names(info.metadata)):
            names[word] = name
    return names


def usual_name(model: type[BaseModel], field: str) -> str:
    """The first Chinese name of a field, the English one where there is none."""
    return next(iter(zh_names(model.model_fields[field].metadata)), field)


def usual_names(model: type[BaseModel]) -> list[str]:
    """The usual Chinese name of each field, the English one where there is none."""
    return [usual_name(model, field) for field in model.model_fields]


def plain_type(annotation: Any) -> tuple[Any, tuple[object, ...]]:
    """An annotation without `Annotated` and `| None`, and the metadata met on the way."""
    metadata: tuple[object, ...] = ()
    while True:
        origin = typing.get_origin(annotation)
        if origin is typing.Annotated:
            annotation, *more = typing.get_args(annotation)
            metadata += tuple(more)
        elif origin in (typing.Union, types.UnionType):
            (annotation,) = (a for a in typing.get_args(annotation) if a is not type(None))
        else:
            return annotation, metadata


def _wrong_shape(node: Node, what: str, expected: str) -> str:
    if isinstance(node, Scalar):
        text = node.text or ""
        if text.lower().endswith((".xlsx", ".xls", ".et")):
            return f"“{text}”是 Excel 文件；请在 Excel 或 WPS 里另存为“CSV UTF-8”，再写 CSV 的名字"
        found = f"是“{text[:20]}”" if text else "是空的"
        hint = "；冒号要用半角“:”，后面加空格" if "：" in text else ""
        return f"“{what}”应是{expected}，这里{found}{hint}"
    found = "列表" if isinstance(node, Sequence | RowTable) else "“键: 值”"
    return f"“{what}”应是{expected}，这里是{found}"


_UNREADABLE = object()
"""Fits no field, not even one that may be left out, so that no validator works on what is not there."""


def plain(node: Node) -> Any:
    """A read node as dicts, lists and text, for pydantic."""
    if isinstance(node, Broken):
        return _UNREADABLE
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Mapping):
        return {key: plain(entry.value) for key, entry in node.entries}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Joined):
        return [record for part in node.parts for record in _completed(part)]
    return [_record(node.header, row.fields) for row in node.rows]


def _completed(part: Part) -> list[Any]:
    """The records of a part, with what is given for those that do not say it themselves."""
    records: list[Any] = plain(part.records)
    for record in records:
        if isinstance(record, dict) and part.unless not in record:
            for key, text in part.given:
                record.setdefault(key, text)
    return records


def _record(header: tuple[str, ...], fields: tuple[str, ...]) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for key, text in zip(header, fields, strict=True):
        if not text.strip():
            continue
        field, in_column, name = key.partition(IN_COLUMN)
        if in_column:
            record.setdefault(field, {})[name] = text
        else:
            record[key] = text
    return record
