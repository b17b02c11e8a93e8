"""A disclosure as its user would type it: usual Chinese keys, texts for values, defaults left out."""

from __future__ import annotations

import typing
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from reportgen.load.nodes import IN_COLUMN
from reportgen.load.reading import is_mapping, plain_type, usual_name
from reportgen.model.control import Control
from reportgen.model.disclosure import Disclosure
from reportgen.model.lines import Item
from reportgen.model.narrative import subject_label
from reportgen.model.values import YUAN_PER, is_amount
from reportgen.model.words import Word

Typed: TypeAlias = "str | int | Decimal | list[Typed] | dict[str, Typed]"
"""Numbers stay numbers, so that a workbook can hold them as such."""

KEY_LABELS: dict[tuple[type[BaseModel], str], Callable[[str], str]] = {
    (Disclosure, "causes"): subject_label,
    (Disclosure, "uses"): subject_label,
    (Control, "items"): lambda item: Item(item).label,
}
"""Mappings whose keys the model keeps in English."""


def typed(record: BaseModel, amount_unit: str) -> dict[str, Typed]:
    """The fields of a record that say something; amounts in the unit they are typed in (元, 万元)."""
    model = type(record)
    found: dict[str, Typed] = {}
    for name, info in model.model_fields.items():
        value = getattr(record, name)
        if info.is_required() or value != info.get_default(call_default_factory=True):
            label = KEY_LABELS.get((model, name), str)
            found[usual_name(model, name)] = _value(value, info, amount_unit, label)
    return found


def _value(value: Any, info: FieldInfo, amount_unit: str, label: Callable[[str], str]) -> Typed:
    metadata = (*info.metadata, *plain_type(info.annotation)[1])
    if isinstance(value, Mapping):
        of_amounts = any(map(is_amount, _item_metadata(info)))
        return {label(key): _scalar(one, of_amounts, amount_unit) for key, one in value.items()}
    return _scalar(value, any(map(is_amount, metadata)), amount_unit)


def _item_metadata(info: FieldInfo) -> tuple[object, ...]:
    inner, _ = plain_type(info.annotation)
    return plain_type(typing.get_args(inner)[1])[1]


def _scalar(value: Any, is_money: bool, amount_unit: str) -> Typed:
    if isinstance(value, BaseModel):
        return typed(value, amount_unit)
    if isinstance(value, tuple):
        return [_scalar(one, is_money, amount_unit) for one in value]
    if isinstance(value, Decimal):
        return _shortest(value / YUAN_PER[amount_unit] if is_money else value)
    return value if isinstance(value, int) and not isinstance(value, bool) else _word(value)


def _word(value: Any) -> str:
    if isinstance(value, Word):
        return value.label
    if isinstance(value, bool):
        return "是" if value else "否"
    return value.isoformat() if isinstance(value, date) else str(value)


def _shortest(number: Decimal) -> Decimal:
    """Without zeros that say nothing, and without an exponent."""
    text = f"{number:f}"
    return Decimal(text.rstrip("0").rstrip(".") if "." in text else text)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of records: a key, or one name of a key that holds a mapping."""

    key: str
    name: str | None = None

    @property
    def title(self) -> str:
        return self.key if self.name is None else f"{self.key}{IN_COLUMN}{self.name}"

    def value(self, record: Mapping[str, Typed]) -> Typed | None:
        found = record.get(self.key)
        if self.name is None or found is None:
            return found
        assert isinstance(found, dict)
        return found.get(self.name)


def columns(
    model: type[BaseModel], records: Collection[Mapping[str, Typed]], always: Collection[str] = ()
) -> list[Column]:
    """The columns that the records fill and those of the fields `always`, in the order of the model."""
    found: list[Column] = []
    for field in model.model_fields:
        key = usual_name(model, field)
        values = [record[key] for record in records if key in record]
        if is_mapping(model, field):
            names = dict.fromkeys(name for value in values if isinstance(value, dict) for name in value)
            found += [Column(key, name) for name in names]
        elif values or field in always:
            found.append(Column(key))
    return found
