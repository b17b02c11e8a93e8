"""Every text that the input gives to be printed, with its place."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from reportgen.load.nodes import PathKey
from reportgen.load.reading import plain_type
from reportgen.model.values import is_text

Path = tuple[PathKey, ...]
UNPRINTED = frozenset({"profile", "checks", "control", "note", "year_before"})
"""Fields of the input that no form prints."""


def texts(model: BaseModel, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Paths and texts; codes and words of closed sets are no texts."""
    for name, annotation in _fields(type(model)):
        value = getattr(model, name)
        if name in UNPRINTED or not value:
            continue
        if isinstance(value, str):  # most are, in tens of thousands of lines
            yield (*path, name), value
        else:
            yield from _of(value, annotation, (*path, name))


@cache
def _fields(model: type[BaseModel]) -> tuple[tuple[str, Any], ...]:
    """The fields that may hold texts."""
    found = {
        name: typing.Annotated[info.annotation, *info.metadata] if info.metadata else info.annotation
        for name, info in model.model_fields.items()
    }
    return tuple((name, annotation) for name, annotation in found.items() if _may_hold(annotation))


def _may_hold(annotation: Any) -> bool:
    inner, metadata = plain_type(annotation)
    if inner is str:
        return any(map(is_text, metadata))
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return True
    return any(_may_hold(argument) for argument in typing.get_args(inner) if argument is not ...)


def _of(value: object, annotation: Any, path: Path) -> Iterator[tuple[Path, str]]:
    inner, _ = plain_type(annotation)
    arguments = typing.get_args(inner)
    if isinstance(value, BaseModel):
        yield from texts(value, path)
    elif isinstance(value, str):
        yield path, value
    elif isinstance(value, tuple):
        for at, item in enumerate(value):
            yield from _of(item, arguments[0], (*path, at))
    elif isinstance(value, dict):
        for key, item in value.items():
            if _may_hold(arguments[1]):
                yield from _of(item, arguments[1], (*path, key))
