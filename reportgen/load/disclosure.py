"""The department's file and what lies beside it, to a `Disclosure`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from reportgen.faults import Fault, FaultyInput, Place, errors
from reportgen.load.nodes import Entry, Mapping, Node, PathKey, Scalar, find_text, locate
from reportgen.load.reading import Reader
from reportgen.load.sheets import OLD_SUFFIXES, SUFFIXES
from reportgen.load.text import MAX_TREE_BYTES, is_file, printable, read_text, shown
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
    """Every file that was read."""
    notes: tuple[Fault, ...] = ()
    """What was noticed on the way, no errors."""
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


def load_disclosure(path: Path) -> Loaded:
    """Reads YAML, JSON or a workbook (.xlsx), and the input of the year before if one is named.

    Raises `FaultyInput` with every fault found.
    """
    loaded = load_own(path)
    named = loaded.disclosure.year_before
    if named is None:
        return loaded
    place = loaded.place("year_before")
    beside = path.parent / named
    if not is_file(beside):
        raise FaultyInput([Fault(place, f"找不到上年的文件“{named}”；请写相对于本文件的路径")])
    before = load_own(beside)
    if before.disclosure.year != loaded.disclosure.year - 1:
        problem = f"“{named}”是 {before.disclosure.year} 年的，应是 {loaded.disclosure.year - 1} 年的"
        raise FaultyInput([Fault(place, problem)])
    return replace(loaded, files=(*loaded.files, *before.files), before=before)


def load_own(path: Path) -> Loaded:
    """The input alone, without the year before that it may name."""
    root, notes = parse_workbook(path) if path.suffix.lower() in SUFFIXES else (parse_file(path), [])
    reader = Reader(path.parent)
    node = reader.model(root, Disclosure, "整个文件")
    faults = list(reader.faults)
    if isinstance(node, Mapping):
        disclosure, more = validate(node, Disclosure, {"amount_unit": _amount_unit(node)})
        faults += more
        if disclosure is not None and not errors(faults):
            return Loaded(disclosure, node, (path, *reader.files), tuple(notes))
    raise FaultyInput(dict.fromkeys(map(printable, faults)))


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
