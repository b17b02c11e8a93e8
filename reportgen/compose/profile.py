"""A profile's folder: its YAML files read and checked like an input, its templates named.

`extends` inherits file by file from a profile that came with reportgen or from a folder beside;
of profile.yaml itself, key by key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from reportgen.compose.chart_spec import ChartSpec
from reportgen.compose.profile_spec import ProfileSpec
from reportgen.compose.reference import read_reference
from reportgen.compose.spec import TableSpec
from reportgen.faults import Fault, FaultyInput, Place, nearest
from reportgen.load.asked import note
from reportgen.load.disclosure import parse_file
from reportgen.load.nodes import Mapping as MappingNode
from reportgen.load.nodes import Node, PathKey, Scalar, locate, merged
from reportgen.load.reading import Reader
from reportgen.load.text import inside, printable, read_text, shown
from reportgen.load.validation import validate
from reportgen.resources import TEMPLATES

M = TypeVar("M", bound=BaseModel)

MAIN = "profile.yaml"
STYLE = "style.css"
REFERENCE = "reference.docx"

_COMMENT = re.compile(r"/\*.*?(\*/|\Z)", re.DOTALL)
_FETCHES = re.compile(r"@import|\b(?:url|src|image|image-set)\s*\(", re.IGNORECASE)


@dataclass(frozen=True)
class Profile:
    folders: tuple[Path, ...]
    """The profile's own folder, then those it extends."""
    spec: ProfileSpec
    root: Node
    """profile.yaml as typed, what it inherits included."""
    tables: Mapping[str, TableSpec]
    """By file name without `.yaml`; those that parts list come first, in their order."""
    nodes: Mapping[str, Node]
    """The tables' files as typed, for places in messages."""
    charts: Mapping[str, ChartSpec]
    """By file name without `.yaml`."""
    chart_nodes: Mapping[str, Node]
    css: str
    word_styles: bytes | None
    """The styles of reference.docx, if the profile has one."""

    def place(self, *path: PathKey) -> Place:
        """Where profile.yaml says something."""
        return locate(self.root, path)[0]


def shipped_profiles() -> dict[str, Path]:
    """The profiles that came with reportgen, by name."""
    return {path.parent.name: path.parent for path in sorted(TEMPLATES.glob(f"*/{MAIN}"))}


def find_profile(name: str, place: Place) -> Path:
    """The folder of a profile that came with reportgen; a fault at `place` where there is none."""
    known = shipped_profiles()
    if name not in known:
        hint = nearest(name, known) or f"；已有的格式：{'、'.join(known)}"
        message = f"没有格式“{name}”{hint}"
        raise FaultyInput([Fault(place, message)])
    return known[name]


def load_profile(folder: Path) -> Profile:
    """Raises `FaultyInput` with every fault of the profile's files."""
    folders, root = _chain(folder.resolve(), ())
    reader = Reader(folder)
    node = reader.model(root, ProfileSpec, "整个文件")
    faults = list(reader.faults)
    spec = None
    if isinstance(node, MappingNode):
        spec, more = validate(node, ProfileSpec, {})
        faults += more
    if spec is None or not isinstance(node, MappingNode):
        raise FaultyInput(dict.fromkeys(map(printable, faults)))
    tables, nodes = _tables(folders, node, spec, faults)
    charts, chart_nodes = _charts(folders, node, spec, faults)
    faults += _missing_files(folders, node, spec, tables)
    css, more = _read_css(folders)
    faults += more
    word_styles = _read_reference(folders, faults)
    if faults:
        raise FaultyInput(dict.fromkeys(map(printable, faults)))
    return Profile(folders, spec, node, tables, nodes, charts, chart_nodes, css, word_styles)


def find_file(folders: Sequence[Path], name: str) -> Path | None:
    """A file of the profile or, where it has none, of the nearest profile that it extends.

    Nothing outside the folders, whatever the name or a link says: a profile may come from anybody.
    """
    return next((path for folder in folders if (path := inside(folder, name))), None)


def _read_css(folders: Sequence[Path]) -> tuple[str, list[Fault]]:
    """The nearest style.css; nothing is fetched for it, so what asks for a file or an address is told."""
    path = find_file(folders, STYLE)
    if path is None or not path.stat().st_size:
        return "", []
    try:
        css = read_text(path)
    except FaultyInput as error:
        return "", list(error.faults)
    faults = []
    bare = _COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), css)
    for found in _FETCHES.finditer(bare):
        line, column = (
            bare.count("\n", 0, found.start()) + 1,
            found.start() - bare.rfind("\n", 0, found.start()),
        )
        problem = f"“{found[0]}”要取别的文件；报告不取任何文件和网址，请删去（字体写系统里装好的名字）"
        faults.append(Fault(Place(shown(path), line, column), problem))
    return css, faults


def _read_reference(folders: Sequence[Path], faults: list[Fault]) -> bytes | None:
    """The styles of the nearest reference.docx."""
    path = find_file(folders, REFERENCE)
    try:
        return read_reference(path) if path else None
    except FaultyInput as error:
        faults += error.faults
        return None


def _strayed(folder: Path) -> list[Fault]:
    """Files of a profile that are links to somewhere else; a profile may come from anybody."""
    files = (path for kind in ("tables", "charts") for path in sorted(folder.glob(f"{kind}/*.yaml")))
    names = [MAIN, STYLE, REFERENCE, *(f"{path.parent.name}/{path.name}" for path in files)]
    return [
        Fault(Place(f"{shown(folder)}/{name}"), "是通向格式文件夹外面的链接，不予读取；请换成文件本身")
        for name in names
        if (folder / name).is_file() and inside(folder, name) is None
    ]


def _chain(folder: Path, below: tuple[Path, ...]) -> tuple[tuple[Path, ...], Node]:
    """The folder and all it extends, and their profile.yaml merged, nearest first."""
    strayed = _strayed(folder)
    if strayed:
        raise FaultyInput(strayed)
    root = parse_file(folder / MAIN)
    if not isinstance(root, MappingNode):
        return (folder,), root
    entry = next((e for key, e in root.entries if key in ("extends", "沿用")), None)
    if entry is None or not isinstance(entry.value, Scalar) or not entry.value.text:
        return (folder,), root
    place, name = entry.value.place, entry.value.text
    base = _beside(folder, name, place) if name.startswith(".") else find_profile(name, place)
    if base in (*below, folder):
        raise FaultyInput([Fault(place, f"格式“{name}”转了一圈又沿用自己")])
    if not (base / MAIN).is_file():
        raise FaultyInput([Fault(place, f"“{name}”里没有 {MAIN}；沿用的应是格式的文件夹")])
    folders, inherited = _chain(base, (*below, folder))
    return (folder, *folders), merged(root, inherited) if isinstance(inherited, MappingNode) else root


def _beside(folder: Path, name: str, place: Place) -> Path:
    """A folder in the profile's own or next to it, which a link must not leave either."""
    try:
        base = (folder / name).resolve()
    except (OSError, ValueError, RuntimeError):  # no name for a file, or links in a circle
        raise FaultyInput([Fault(place, f"没有文件夹“{name}”")]) from None
    if folder.parent not in base.parents:
        raise FaultyInput([Fault(place, f"“{name}”通向别处；沿用的文件夹应在这个格式的旁边或里面")])
    return base


def _tables(
    folders: Sequence[Path], root: Node, spec: ProfileSpec, faults: list[Fault]
) -> tuple[dict[str, TableSpec], dict[str, Node]]:
    files = _files(folders, "tables")
    listed: dict[str, Place] = {}
    for at, part in enumerate(spec.parts):
        for index, name in enumerate(part.tables):
            place = _place(root, "parts", at, "tables", index)
            if name not in files:
                faults.append(Fault(place, f"tables 文件夹里没有 {name}.yaml{nearest(name, files)}"))
            elif name in listed:
                faults.append(Fault(place, f"表 {name} 已经列过"))
            listed[name] = place
    return _read_all(files, dict.fromkeys([*listed, *files]), TableSpec, faults)


def _charts(
    folders: Sequence[Path], root: Node, spec: ProfileSpec, faults: list[Fault]
) -> tuple[dict[str, ChartSpec], dict[str, Node]]:
    files = _files(folders, "charts")
    for at, part in enumerate(spec.parts):
        within: tuple[PathKey, ...] = ("glance", "charts") if part.glance else ("charts",)
        for index, name in enumerate(part.placed_charts):
            if name not in files:
                place = _place(root, "parts", at, *within, index)
                faults.append(Fault(place, f"charts 文件夹里没有 {name}.yaml{nearest(name, files)}"))
    return _read_all(files, files, ChartSpec, faults)


def _files(folders: Sequence[Path], kind: str) -> dict[str, Path]:
    """The files of one kind by name, the nearest of each."""
    for folder in folders:
        note(folder / kind)
    return {path.stem: path for folder in reversed(folders) for path in sorted(folder.glob(f"{kind}/*.yaml"))}


def _read_all(
    files: Mapping[str, Path], names: Iterable[str], model: type[M], faults: list[Fault]
) -> tuple[dict[str, M], dict[str, Node]]:
    read: dict[str, M] = {}
    nodes: dict[str, Node] = {}
    for name in names:
        if name in files:
            try:
                nodes[name] = parse_file(files[name])
            except FaultyInput as error:
                faults += error.faults
                continue
            one = _read(nodes[name], files[name], model, faults)
            if one is not None:
                read[name] = one
    return read, nodes


def _read(root: Node, path: Path, model: type[M], faults: list[Fault]) -> M | None:
    reader = Reader(path.parent)
    node = reader.model(root, model, "整个文件")
    faults += reader.faults
    if not isinstance(node, MappingNode):
        return None
    read, found = validate(node, model, {})
    faults += found
    return read


def _missing_files(
    folders: Sequence[Path], root: Node, spec: ProfileSpec, tables: Mapping[str, TableSpec]
) -> list[Fault]:
    named: list[tuple[Place, str]] = []
    for at, part in enumerate(spec.parts):
        for key, name in (("cover", part.cover), ("text", part.text)):
            if name is not None:
                named.append((_place(root, "parts", at, key), name))
    for table_id, table in tables.items():
        if table.form is not None:
            path = find_file(folders, f"tables/{table_id}.yaml")
            named.append((Place(shown(path)) if path else root.place, table.form))
    return [
        Fault(place, f"格式的文件夹里没有文件“{name}”")
        for place, name in named
        if find_file(folders, name) is None
    ]


def _place(root: Node, *path: PathKey) -> Place:
    return locate(root, path)[0]
