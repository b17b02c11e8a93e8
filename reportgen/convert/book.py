"""What each sheet of a workbook holds, before it is drawn: labels, columns, values, blanks to fill in."""

from __future__ import annotations

import typing
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from reportgen.convert.typed import Column, Typed, columns
from reportgen.load.nodes import IN_COLUMN
from reportgen.load.reading import is_mapping, plain_type, usual_name
from reportgen.load.sections import ENTRY, INFO, Layout, is_record, records_of, section
from reportgen.model.disclosure import LEDGER, Disclosure

RARE = frozenset({"note", "function_name", "economic_name", "government", "staffing", "executed"})
"""Columns that are left out where nothing stands in them."""


@dataclass(frozen=True, slots=True)
class Head:
    """A column of a table or a row of a form."""

    title: str
    field: str
    info: FieldInfo | None
    """None for one name of a mapping."""


@dataclass(frozen=True, slots=True)
class SheetContent:
    name: str
    layout: Layout
    heads: tuple[Head, ...]
    records: tuple[tuple[Typed | None, ...], ...]
    """A value for each head; of pairs, the two columns."""


def book(content: Mapping[str, Typed], needed: Collection[str] = ()) -> list[SheetContent]:
    """The sheets of a typed disclosure; sections and columns that are `needed` are there though empty.

    A value of "" is a blank to be filled in.
    """
    sheets = [SheetContent(INFO, Layout.FORM, *_form(Disclosure, [content]))]
    for field in Disclosure.model_fields:
        value = content.get(usual_name(Disclosure, field))
        sheets += _sheets(field, value, needed)
    return sheets


def _sheets(field: str, value: Typed | None, needed: Collection[str]) -> Iterator[SheetContent]:
    is_needed = field in needed
    name = usual_name(Disclosure, field)
    inner, _ = plain_type(Disclosure.model_fields[field].annotation)
    record = records_of(Disclosure, field)
    if is_record(inner):
        for below in inner.model_fields:
            listed = records_of(inner, below)
            if listed and (value or is_needed):
                records = value.get(usual_name(inner, below)) if isinstance(value, dict) else None
                yield _table(f"{name}{ENTRY}{usual_name(inner, below)}", listed, records or [], needed)
    elif record is not None and (value or is_needed):
        held = section(name)
        assert held is not None
        if held.layout is Layout.TABLE:
            yield _table(name, record, value or [], needed)
        else:
            records = [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
            yield SheetContent(name, Layout.FORM, *_form(record, records or [{}]))
    elif typing.get_origin(inner) is dict:
        held = section(name)
        entries = value if isinstance(value, dict) else {}
        if held and held.layout is Layout.TABLE:
            assert held.model is not None
            for ledger, lines in (entries or {LEDGER: []}).items():
                sheet = name if ledger == LEDGER else f"{name}{ENTRY}{ledger}"
                yield _table(sheet, held.model, lines, needed)
        elif entries or is_needed:
            heads = (Head("对象", "", None), Head(name, "", None))
            yield SheetContent(name, Layout.PAIRS, heads, tuple((key, one) for key, one in entries.items()))


def _table(name: str, model: type[BaseModel], records: Typed, needed: Collection[str]) -> SheetContent:
    assert isinstance(records, list)
    rows = [record for record in records if isinstance(record, dict)]
    shown = columns(model, rows, [field for field in model.model_fields if field not in RARE - set(needed)])
    heads = tuple(_head(column, model) for column in shown)
    return SheetContent(name, Layout.TABLE, heads, tuple(tuple(c.value(row) for c in shown) for row in rows))


def _head(column: Column, model: type[BaseModel]) -> Head:
    field = next(f for f in model.model_fields if usual_name(model, f) == column.key)
    return Head(column.title, field, model.model_fields[field])


def _form(
    model: type[BaseModel], records: list[Any]
) -> tuple[tuple[Head, ...], tuple[tuple[Typed | None, ...], ...]]:
    """Every label of a form, and each record's values under them; a list takes a row for each text."""
    heads, rows = [], []
    for head, keys in _labels(model, records, ""):
        values = [_values(record, keys) for record in records]
        for at in range(max(1, *map(len, values))):
            heads.append(head)
            rows.append([value[at] if at < len(value) else None for value in values])
    return tuple(heads), tuple(zip(*rows, strict=True))


def _labels(model: type[BaseModel], records: list[Any], above: str) -> Iterator[tuple[Head, tuple[str, ...]]]:
    for field, info in model.model_fields.items():
        key = usual_name(model, field)
        inner, _ = plain_type(info.annotation)
        below = [record.get(key, {}) for record in records]
        if is_record(inner):
            for head, keys in _labels(inner, below, f"{above}{key}{IN_COLUMN}"):
                yield head, (key, *keys)
        elif is_mapping(model, field):
            if not _has_sheet(model, field):
                for name in dict.fromkeys(name for one in below for name in one):
                    yield Head(f"{above}{key}{IN_COLUMN}{name}", field, info), (key, name)
        elif records_of(model, field) is None:
            yield Head(f"{above}{key}", field, info), (key,)


def _has_sheet(model: type[BaseModel], field: str) -> bool:
    return model is Disclosure and section(usual_name(model, field)) is not None


def _values(record: Any, keys: tuple[str, ...]) -> list[Typed]:
    for key in keys:
        record = record.get(key)
        if record is None:
            return []
    return record if isinstance(record, list) else [record]
