"""A profile's folder: its YAML files read and checked like an input, its templates named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from reportgen.compose.spec import ProfileSpec, TableSpec
from reportgen.faults import Fault, FaultyInput, Place, nearest
from reportgen.load.disclosure import parse_file
from reportgen.load.nodes import Mapping as MappingNode
from reportgen.load.nodes import Node, PathKey, locate
from reportgen.load.reading import Reader
from reportgen.load.text import read_text, shown
from reportgen.load.validation import validate
from reportgen.resources import TEMPLATES

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Profile:
    folder: Path
    spec: ProfileSpec
    tables: Mapping[str, TableSpec]
    """By file name without `.yaml`, in the order the document prints them."""
    css: str


def profile_names() -> list[str]:
    return sorted(path.parent.name for path in TEMPLATES.glob("*/profile.yaml"))


def find_profile(name: str, place: Place) -> Path:
    """The folder of a profile that came with reportgen; a fault at `place` where there is none."""
    folder = TEMPLATES / name
    if name not in profile_names():
        known = profile_names()
        raise FaultyInput(
            [Fault(place, f"没有格式“{name}”{nearest(name, known)}；已有的格式：{'、'.join(known)}")]
        )
    return folder


def load_profile(folder: Path) -> Profile:
    """Raises `FaultyInput` with every fault of the profile's files."""
    root, spec, faults = _read(folder / "profile.yaml", ProfileSpec)
    tables: dict[str, TableSpec] = {}
    if spec is not None:
        tables = _tables(folder, root, spec, faults)
        faults += _missing_files(folder, root, spec, tables)
    if faults or spec is None:
        raise FaultyInput(faults)
    css = folder / "style.css"
    return Profile(folder, spec, tables, read_text(css) if css.is_file() else "")


def _read(path: Path, model: type[M]) -> tuple[Node, M | None, list[Fault]]:
    root = parse_file(path)
    reader = Reader(path.parent)
    node = reader.model(root, model, "整个文件")
    if not isinstance(node, MappingNode):
        return root, None, reader.faults
    value, faults = validate(node, model, {})
    return node, value if not reader.faults else None, reader.faults + faults


def _tables(folder: Path, root: Node, spec: ProfileSpec, faults: list[Fault]) -> dict[str, TableSpec]:
    files = {path.stem: path for path in sorted((folder / "tables").glob("*.yaml"))}
    tables: dict[str, TableSpec] = {}
    for at, part in enumerate(spec.parts):
        for index, name in enumerate(part.tables):
            place = _place(root, "parts", at, "tables", index)
            if name not in files:
                faults.append(Fault(place, f"tables 文件夹里没有 {name}.yaml{nearest(name, files)}"))
            elif name in tables:
                faults.append(Fault(place, f"表 {name} 已经列过"))
            else:
                try:
                    _, table, found = _read(files[name], TableSpec)
                except FaultyInput as error:
                    faults += error.faults
                    continue
                faults += found
                if table is not None:
                    tables[name] = table
    return tables


def _missing_files(
    folder: Path, root: Node, spec: ProfileSpec, tables: Mapping[str, TableSpec]
) -> list[Fault]:
    named: list[tuple[Place, str]] = []
    for at, part in enumerate(spec.parts):
        for key, name in (("cover", part.cover), ("text", part.text)):
            if name is not None:
                named.append((_place(root, "parts", at, key), name))
    for table_id, table in tables.items():
        if table.form is not None:
            named.append((Place(shown(folder / "tables" / f"{table_id}.yaml")), table.form))
    return [
        Fault(place, f"格式的文件夹里没有文件“{name}”")
        for place, name in named
        if not (folder / name).is_file()
    ]


def _place(root: Node, *path: PathKey) -> Place:
    return locate(root, path)[0]
