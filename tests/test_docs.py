"""The docs say what is there: every key of the input, every rule, files that exist."""

from __future__ import annotations

import re
import typing
from collections.abc import Iterator

import pytest
from pydantic import BaseModel
from reading import ROOT

from reportgen.load.reading import plain_type
from reportgen.model import Disclosure
from reportgen.model.words import zh_names

INPUT = (ROOT / "docs" / "input.md").read_text("utf-8")
DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A model and all that its fields hold."""
    yield model
    for info in model.model_fields.values():
        yield from (found for inner in _inner(info.annotation) for found in _models(inner))


def _inner(annotation: object) -> Iterator[type[BaseModel]]:
    plain, _ = plain_type(annotation)
    if isinstance(plain, type) and issubclass(plain, BaseModel):
        yield plain
    for argument in typing.get_args(plain):
        if argument is not ...:
            yield from _inner(argument)


MODELS = list(dict.fromkeys(_models(Disclosure)))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_of_the_input_is_in_the_docs(model: type[BaseModel]) -> None:
    for name, info in model.model_fields.items():
        usual = next(iter(zh_names(info.metadata)))
        row = rf"^\| {re.escape(usual)}(（也可写 .*）)? \| `{name}` \|"
        rows = re.findall(row, INPUT, re.M)
        assert rows, f"{model.__name__}.{name} ({usual})"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_to_files_that_exist(path: typing.Any) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target
