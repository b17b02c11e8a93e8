"""Which other inputs an input names, told without reading its lines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from reportgen.load.disclosure import parse_file
from reportgen.load.nodes import Mapping, Scalar
from reportgen.load.reading import Reader
from reportgen.load.sheets import SUFFIXES
from reportgen.load.units import named_files
from reportgen.load.workbook import parse_workbook
from reportgen.model.department import Unit
from reportgen.model.disclosure import Disclosure
from reportgen.model.values import Text
from reportgen.model.words import Model, Zh, zh_names


def _words(field: str) -> Zh:
    return Zh(*zh_names(Disclosure.model_fields[field].metadata))


class _Names(Model):
    """The keys of an input that name others."""

    units: Annotated[tuple[Unit, ...], _words("units")] = ()
    year_before: Annotated[Text | None, _words("year_before")] = None


@dataclass(frozen=True, slots=True)
class NamedInputs:
    units: tuple[Path, ...]
    """The units' own files that are there."""
    before: Path | None
    """Last year's input."""


def named_inputs(path: Path) -> NamedInputs:
    """What an input names, whatever else is wrong with it; raises `FaultyInput` where it cannot be parsed."""
    root = parse_workbook(path)[0] if path.suffix.lower() in SUFFIXES else parse_file(path)
    # every other key is unknown to this model, which is no fault here
    node = Reader(path.parent).model(root, _Names, "整个文件")
    if not isinstance(node, Mapping):
        return NamedInputs((), None)
    said = dict(node.entries).get("year_before")
    before = said.value.text if said and isinstance(said.value, Scalar) else None
    units = tuple(file for _, file in named_files(node, path.parent)[0])
    return NamedInputs(units, path.parent / before if before else None)
