"""The part of docs/input.md that lists every key, made from the models.

`python tests/input_reference.py` writes it anew; what stands above it is written by hand.
"""

from __future__ import annotations

import typing
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from reportgen.load.reading import plain_type
from reportgen.model import Disclosure
from reportgen.model.words import OrOne, zh_names
from reportgen.schema import told

DOC = Path(__file__).parents[1] / "docs" / "input.md"
START = "## 主文件\n"


def reference() -> str:
    parts = [_table("主文件", Disclosure)]
    parts += [_table(title, model) for title, model in _below(Disclosure)]
    return "\n".join(parts)


def whole() -> str:
    """docs/input.md with its reference up to date."""
    return DOC.read_text("utf-8").partition(START)[0] + reference()


def _below(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """The models that the fields of a model hold, under the names of those fields, each after its holder."""
    for info in model.model_fields.values():
        inner = held(info.annotation)
        if inner is not None:
            title = next(iter(zh_names(info.metadata)))
            yield title, inner
            yield from ((f"{title}：{below}", found) for below, found in _below(inner))


def held(annotation: object) -> type[BaseModel] | None:
    """The model of a field's value, or of the items of its list or its named lists."""
    inner, _ = plain_type(annotation)
    if isinstance(inner, type) and issubclass(inner, BaseModel):
        return inner
    arguments = [a for a in typing.get_args(inner) if a is not ...]
    return held(arguments[-1]) if arguments else None


def _table(title: str, model: type[BaseModel]) -> str:
    rows = [f"## {title}\n\n| 键 | 英文 | 写什么 |\n| --- | --- | --- |"]
    for name, info in model.model_fields.items():
        usual, *others = zh_names(info.metadata)
        key = f"{usual}（也可写 {'、'.join(others)}）" if others else usual
        parts = ["必填。"] if info.is_required() else []
        parts.append(told(info))
        inner, metadata = plain_type(info.annotation)
        if held(inner) is not None:
            listed = typing.get_origin(inner) is not None
            one = any(isinstance(m, OrOne) for m in (*metadata, *info.metadata))
            parts.append("；列表或 CSV，见下" if listed else "；若干键，见下")
            parts.append("，只有一条可以直接写" if one else "")
        rows.append(f"| {key} | `{name}` | {''.join(parts)} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    DOC.write_text(whole(), "utf-8")
