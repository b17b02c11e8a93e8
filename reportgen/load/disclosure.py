"""The department's file and what lies beside it, to a `Disclosure`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from reportgen.faults import Fault, FaultyInput, Place, Severity, errors
from reportgen.load.nodes import Entry, Mapping, Node, PathKey, Scalar, find_text, locate
from reportgen.load.reading import Reader
from reportgen.load.sheets import OLD_SUFFIXES, SUFFIXES
from reportgen.load.text import MAX_TREE_BYTES, is_file, printable, read_text, shown
from reportgen.load.units import (
    UnitFile,
    as_unit_file,
    department,
    find_unit,
    named_files,
    names_files,
    unit_report,
)
from reportgen.load.validation import validate
from reportgen.load.workbook import parse_workbook
from reportgen.load.yaml_nodes import parse_json, parse_yaml
from reportgen.model.disclosure import AmountUnit, Disclosure


@dataclass(frozen=True)
class Loaded:
    """A disclosure and the way back from its values to where they were typed."""

    disclosure: Disclosure
    root: Node
    files: tuple[Path, ...]
    """Every file that it was made of, first its own; for a unit none of the other units."""
    notes: tuple[Fault, ...] = ()
    """What was noticed on the way, no errors."""
    unit_files: tuple[Path, ...] = ()
    """The units' own files that were put together."""
    before: Loaded | None = None
    """Last year's input, if this one names it."""

    def place(self, *path: PathKey) -> Place:
        return locate(self.root, path)[0]

    def place_of(self, path: tuple[PathKey, ...], text: str) -> Place:
        """Where a text of the model was typed, though its key may have been typed in other words."""
        key = path[0]
        entry = dict(self.root.entries).get(str(key)) if isinstance(self.root, Mapping) else None
        exact = self.place(*path)
        typed_otherwise = entry is not None and exact == self.place(key)
        return (find_text(entry.value, text) if entry and typed_otherwise else None) or exact


def load_disclosure(path: Path, unit: str | None = None) -> Loaded:
    """Reads YAML, JSON or a workbook (.xlsx), and the input of the year before if one is named.

    `unit`: the report of this unit alone, from the file that the department's list of units names.
    Raises `FaultyInput` with every fault found.
    """
    loaded = load_own(path, unit)
    named = loaded.disclosure.year_before
    if named is None:
        return loaded
    place = loaded.place("year_before")
    # a place names the file that a link leads to; what it names lies beside the link, as its CSV do
    says = next((file for file in loaded.files if shown(file) == place.file), Path(place.file))
    beside = says.parent / named
    if not is_file(beside):
        raise FaultyInput([Fault(place, f"找不到上年的文件“{named}”；请写相对于本文件的路径")])
    read = _read(beside)
    theirs = None
    if unit is not None and (read.units or place.file == shown(path)):  # a department's file
        codes = {loaded.disclosure.renamed.get(file.code, file.code): file.code for file in read.units}
        theirs = codes.get(unit)
        if theirs is None:
            problem = f"“{named}”里没有单位 {unit} 自己的文件，上年数只有明细里写的"
            return replace(loaded, notes=(*loaded.notes, Fault(place, problem, Severity.WARNING)))
    before = _validated(beside, read, theirs)
    if before.disclosure.year != loaded.disclosure.year - 1:
        problem = f"“{named}”是 {before.disclosure.year} 年的，应是 {loaded.disclosure.year - 1} 年的"
        raise FaultyInput([Fault(place, problem)])
    return replace(loaded, files=(*loaded.files, *before.files), before=before)


def load_own(path: Path, unit: str | None = None) -> Loaded:
    """The input alone, without the year before that it may name."""
    return _validated(path, _read(path), unit)


@dataclass(frozen=True)
class _Read:
    """An input's file and those of its units, not yet put together."""

    node: Mapping
    units: tuple[UnitFile, ...]
    files: tuple[Path, ...]
    """Without those of the units."""
    notes: tuple[Fault, ...]


def _read(path: Path) -> _Read:
    """Raises `FaultyInput` with the faults of all files."""
    node, files, notes, faults = _read_file(path)
    if node is None:
        raise FaultyInput(dict.fromkeys(map(printable, faults)))
    named, more = named_files(node, path.parent)
    faults += more
    units: list[UnitFile] = []
    for place, beside in named:
        below, read, told, wrong = _read_file(beside)
        faults += wrong
        notes += told
        if below is not None:
            unit, wrong = as_unit_file(place, beside, below, read)
            units.append(unit)
            faults += wrong
    if errors(faults):
        # what can be read is validated all the same, so that all faults are told at once
        views = [unit_report(node, unit)[0] for unit in units if unit.code] if names_files(node) else [node]
        more = [fault for view in views for fault in validate(view, Disclosure, _context(view))[1]]
        raise FaultyInput(dict.fromkeys(map(printable, [*faults, *more])))
    return _Read(node, tuple(units), files, notes)


def _read_file(path: Path) -> tuple[Mapping | None, tuple[Path, ...], tuple[Fault, ...], list[Fault]]:
    """A file's nodes, the files that it draws in, what was noticed, and what is wrong with it."""
    try:
        root, notes = parse_workbook(path) if path.suffix.lower() in SUFFIXES else (parse_file(path), [])
    except FaultyInput as error:
        return None, (), (), list(error.faults)
    reader = Reader(path.parent)
    node = reader.model(root, Disclosure, "整个文件")
    return node if isinstance(node, Mapping) else None, (path, *reader.files), tuple(notes), reader.faults


def _context(node: Mapping) -> dict[str, str]:
    return {"amount_unit": _amount_unit(node)}


def _validated(path: Path, read: _Read, unit: str | None) -> Loaded:
    node, faults, units = read.node, list[Fault](), read.units
    if unit is not None:
        units = (find_unit(read.units, unit, path),)
        node, faults = unit_report(read.node, *units)
    elif read.units:
        node, faults = department(read.node, read.units)
    disclosure, more = validate(node, Disclosure, _context(node))
    if disclosure is None or errors(faults) or errors(more):
        raise FaultyInput(dict.fromkeys(map(printable, [*faults, *more])))
    files = (*read.files, *(path for file in units for path in file.files))
    merged = tuple(file.path for file in read.units) if unit is None else ()
    return Loaded(disclosure, node, files, (*read.notes, *faults), unit_files=merged)


def parse_file(path: Path) -> Node:
    """The nodes of a YAML or JSON file."""
    suffix = path.suffix.lower()
    parsers = {".yaml": parse_yaml, ".yml": parse_yaml, ".json": parse_json}
    parse = parsers.get(suffix)
    if not is_file(path):
        read_text(path)  # says what is wrong
    if parse is None:
        what = (
            "请在 Excel 或 WPS 里另存为 .xlsx"
            if suffix in OLD_SUFFIXES
            else "输入应是 .yaml、.yml、.json 或 .xlsx 文件"
        )
        problem = f"不认识的文件类型“{path.suffix}”；{what}"
        raise FaultyInput([Fault(Place(shown(path)), problem)])
    try:
        return parse(read_text(path, MAX_TREE_BYTES), shown(path))
    except FaultyInput as error:
        raise FaultyInput(map(printable, error.faults)) from None


def _amount_unit(node: Mapping) -> str:
    """The unit amounts are typed in, needed before any amount can be read."""
    entry: Entry | None = dict(node.entries).get("amount_unit")
    if entry is None or not isinstance(entry.value, Scalar):
        return AmountUnit.YUAN.label
    try:
        return AmountUnit.read(entry.value.text).label
    except ValueError:  # told with its place when the whole is validated
        return AmountUnit.YUAN.label
