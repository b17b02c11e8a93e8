"""The input as JSON Schema, from the models: editors complete and check dept.yaml while it is typed."""

from __future__ import annotations

import typing
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from reportgen.load.reading import plain_type
from reportgen.model.disclosure import Disclosure
from reportgen.model.values import is_code
from reportgen.model.words import Bare, Named, OrOne, Word, about, zh_names

CSV = {"type": "string", "pattern": r"\.csv$", "description": "旁边的 CSV 文件"}
AMOUNT = {
    "type": ["number", "string"],
    "pattern": r"^[-−]?[¥￥]?[\d０-９,，.．\s]+(元|万元|万)?$",
    "description": "元；也可以写 12.5万元",
}
CODE = {"type": ["string", "integer"], "pattern": r"^\d{3}(\d{2}){0,2}$"}

INSTEAD = {"expenditure": "units"}
"""What need not be said where another key is there: the lines may stand in the files of the units."""

SCALARS: dict[type, dict[str, Any]] = {
    bool: {"enum": ["是", "否", "yes", "no", True, False]},
    Decimal: AMOUNT,
    int: {"type": ["integer", "string"]},
    date: {"type": "string", "format": "date"},
}


def json_schema() -> dict[str, Any]:
    """Draft 2020-12. Keys are offered in Chinese, first names first; English ones are accepted too."""
    definitions: dict[str, Any] = {}
    _define(Disclosure, definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "reportgen 的输入",
        "$ref": "#/$defs/Disclosure",
        "$defs": definitions,
    }


def told(info: FieldInfo) -> str:
    """What to write in a field, in Chinese: as its annotation says, else the words it may be."""
    inner, _ = plain_type(info.annotation)
    if not about(info.metadata) and isinstance(inner, type) and issubclass(inner, Word):
        return "、".join(word.label for word in inner)
    return about(info.metadata)


def _define(model: type[BaseModel], definitions: dict[str, Any]) -> dict[str, Any]:
    """A reference to a model's schema, which is written once."""
    if model.__name__ not in definitions:
        definitions[model.__name__] = {}  # stands while its fields are looked at
        properties: dict[str, Any] = {}
        needed = []
        for name, info in model.model_fields.items():
            words = (*zh_names(info.metadata), name)
            schema = {**_field(info, definitions), "description": told(info)}
            for word in words:
                properties[word] = schema
            if info.is_required():
                instead = zh_names(model.model_fields[INSTEAD[name]].metadata) if name in INSTEAD else ()
                needed.append({"anyOf": [{"required": [word]} for word in (*words, *instead)]})
        definitions[model.__name__] = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            **({"allOf": needed} if needed else {}),
        }
    return {"$ref": f"#/$defs/{model.__name__}"}


def _field(info: FieldInfo, definitions: dict[str, Any]) -> dict[str, Any]:
    inner, metadata = plain_type(info.annotation)
    metadata = (*metadata, *info.metadata)
    schema = _type(info.annotation, definitions)
    if any(isinstance(m, OrOne) for m in metadata):
        one = _type(typing.get_args(inner)[0], definitions)
        return {"anyOf": [*schema["anyOf"], one]}
    if any(isinstance(m, Named) for m in metadata):
        one = _type(typing.get_args(inner)[1], definitions)
        return {"anyOf": [*one["anyOf"], schema]}
    return schema


def _type(annotation: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    inner, metadata = plain_type(annotation)
    origin, arguments = typing.get_origin(inner), typing.get_args(inner)
    if origin is tuple:
        items = {"type": "array", "items": _type(arguments[0], definitions)}
        record = arguments[0]
        if not (isinstance(record, type) and issubclass(record, BaseModel)):
            return items
        bare = next(
            (i for i in record.model_fields.values() if any(isinstance(m, Bare) for m in i.metadata)), None
        )
        if bare is not None:  # an item may be the text of this field alone
            items["items"] = {"anyOf": [items["items"], {"type": "string", "description": told(bare)}]}
        return {"anyOf": [items, CSV]}
    if origin is dict:
        return {"type": "object", "additionalProperties": _type(arguments[1], definitions)}
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return _define(inner, definitions)
    return _scalar(inner, metadata)


def _scalar(type_: Any, metadata: tuple[object, ...]) -> dict[str, Any]:
    if isinstance(type_, type) and issubclass(type_, Word):
        return {"enum": [word for member in type_ for word in (*member.zh, str(member.value))]}
    if any(map(is_code, metadata)):
        return dict(CODE)
    return dict(SCALARS.get(type_, {"type": ["string", "number"]}))
