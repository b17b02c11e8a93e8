"""How a disclosure is laid out in a workbook: which sheet holds which section, and in what form.

`基本信息` and sections with lists of texts are forms: a label a row, `部门:名称`, and its value beside it.
All other sections are tables: the keys in the first row, a record a row. A sheet named `支出-名` is an
entry of its section: a ledger, or the records of `国有资产-明细`.
"""

from __future__ import annotations

import typing
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from pydantic import BaseModel

from reportgen.load.reading import key_names, plain_type
from reportgen.model.disclosure import LEDGER, Disclosure

INFO = "基本信息"
PRIVATE = "_"
"""Sheets whose names begin so are the user's own and not read."""
NOTES = "说明"
"""A sheet or a column of this name is for people only."""
CONTENT = "内容"
"""Heads the values of a form, a column for each record."""
ENTRY = "-"


class Layout(Enum):
    FORM = auto()
    TABLE = auto()
    PAIRS = auto()


@dataclass(frozen=True, slots=True)
class Section:
    """What a sheet holds: the keys that lead there, and how it is laid out."""

    keys: tuple[str, ...]
    """Field names, and the name of a ledger as typed."""
    layout: Layout
    model: type[BaseModel] | None = None
    """Of a record; pairs have none."""


def section(name: str) -> Section | None:
    """The section that a sheet of this name holds, if there is one."""
    head, _, entry = name.strip().partition(ENTRY)
    field = key_names(Disclosure).get(head.strip())
    if field is None:
        return None
    inner, _ = plain_type(Disclosure.model_fields[field].annotation)
    if is_record(inner):
        below = key_names(inner).get(entry.strip())
        record = records_of(inner, below) if below else None
        return Section((field, str(below)), Layout.TABLE, record) if record else None
    record = records_of(Disclosure, field)
    if record is not None:
        layout = Layout.FORM if _has_lists(record) else Layout.TABLE
        return None if entry else Section((field,), layout, record)
    if typing.get_origin(inner) is not dict:
        return None
    arguments = typing.get_args(plain_type(typing.get_args(inner)[1])[0])
    if arguments:
        return Section((field, entry.strip() or LEDGER), Layout.TABLE, arguments[0])
    return None if entry else Section((field,), Layout.PAIRS)


def is_record(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def records_of(model: type[BaseModel], field: str) -> type[BaseModel] | None:
    """The model of the records of a list, None where the field is no list of records."""
    inner, _ = plain_type(model.model_fields[field].annotation)
    arguments = typing.get_args(inner)
    return arguments[0] if typing.get_origin(inner) is tuple and is_record(arguments[0]) else None


def _has_lists(model: type[BaseModel]) -> bool:
    return any(
        typing.get_origin(plain_type(info.annotation)[0]) is tuple for info in model.model_fields.values()
    )
