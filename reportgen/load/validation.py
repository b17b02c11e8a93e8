"""Read nodes to a model: pydantic converts, every refusal becomes a fault with its place."""

from __future__ import annotations

import typing
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from reportgen.faults import Fault
from reportgen.load.nodes import Broken, Joined, Mapping, Node, PathKey, Sequence, key_place, locate
from reportgen.load.reading import plain, plain_type
from reportgen.model.words import zh_names

M = TypeVar("M", bound=BaseModel)


def validate(node: Mapping, model: type[M], context: dict[str, Any]) -> tuple[M | None, list[Fault]]:
    """The model, or None and the faults that stood in the way (Broken parts are not told twice)."""
    try:
        return model.model_validate(plain(node), context=context), []
    except ValidationError as error:
        faults = [
            _fault(node, model, detail)
            for detail in error.errors(include_url=False)
            if not _through_broken(node, detail["loc"])
        ]
        return None, list(dict.fromkeys(faults))


def _fault(root: Node, model: type[BaseModel], detail: ErrorDetails) -> Fault:
    path: tuple[PathKey, ...] = tuple(key for key in detail["loc"] if key != "[key]")
    place, typed = locate(root, path)
    if "[key]" in detail["loc"]:
        place = key_place(root, path)
    if detail["type"] == "missing":
        return Fault(place, f"缺少“{_above(model, path) if place.sheet else ''}{field_words(model, path)}”")
    message = detail["msg"] if detail["type"] == "reportgen" else f"不合要求（{detail['msg']}）"
    return Fault(place, f"{typed}：{message}" if typed else message)


def field_words(model: type[BaseModel], path: tuple[PathKey, ...]) -> str:
    """What the field at `path` is called: the usual Chinese name and the English one."""
    annotation: Any = model
    words = str(path[-1])
    for key in path:
        annotation, _ = plain_type(annotation)
        arguments = typing.get_args(annotation)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            info = annotation.model_fields[str(key)]
            words = next(iter(zh_names(info.metadata)), "")
            words = f"{words}（{key}）" if words else str(key)
            annotation = info.annotation
        elif arguments:
            annotation = arguments[0] if typing.get_origin(annotation) is tuple else arguments[1]
    return words


def _above(model: type[BaseModel], path: tuple[PathKey, ...]) -> str:
    """The Chinese names that lead to a field, as workbooks label it; nothing in a list, which has columns."""
    if any(isinstance(key, int) for key in path):
        return ""
    return "".join(f"{field_words(model, path[:at]).split('（')[0]}:" for at in range(1, len(path)))


def _through_broken(node: Node, path: tuple[PathKey, ...]) -> bool:
    for step in path:
        key: PathKey = step
        if isinstance(node, Joined) and isinstance(step, int):
            node, key = node.part_of(step)
        if isinstance(node, Mapping):
            node = next((entry.value for name, entry in node.entries if name == key), node)
        elif isinstance(node, Sequence) and isinstance(key, int):
            node = node.items[key]
        if isinstance(node, Broken):
            return True
    return False
