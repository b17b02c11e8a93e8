"""Units that keep their own files: the department is their sum, and each can be published by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Map
from collections.abc import Sequence as Several
from dataclasses import dataclass, replace
from pathlib import Path

from reportgen.faults import Fault, FaultyInput, Place, Severity
from reportgen.load.nodes import (
    IN_COLUMN,
    Broken,
    Entry,
    Joined,
    Mapping,
    Node,
    Part,
    RowTable,
    Scalar,
    Sequence,
    locate,
    merged,
    place_of_field,
)
from reportgen.load.reading import usual_name
from reportgen.load.text import is_file, shown
from reportgen.model.department import UnitKind
from reportgen.model.disclosure import AmountUnit, Disclosure, Level
from reportgen.model.words import Word

UNITS, FILE, CODE = "units", "file", "code"
LEDGERS, ASSETS, ITEMS, AS_OF = "expenditure", "assets", "items", "as_of"
SHARED = ("profile", "year", "amount_unit")
"""What all files of a department say alike, or leave to the department."""
INHERITED = (*SHARED, "checks", "year_before")
"""What a unit's own report takes from the department where the unit does not say it."""
MERGED = ("defaults", "renamed", "names")
"""What a unit's own report takes from the department beside what the unit says."""
OWN = ("level", "department", "causes", "uses", "terms", "control")
"""What a unit says for its own report only."""
LISTS = ("carry_forward", "projects", "procurement", "services", "staff", "performance", "indicators", "past")
OF_UNIT = ("code", "name", "kind", "extra")
"""What the unit's own file says of it, where the department's list does not."""


WORDS: Map[str, type[Word]] = {"amount_unit": AmountUnit, "kind": UnitKind}


@dataclass(frozen=True, slots=True)
class UnitFile:
    code: str
    place: Place
    """Where the department names it."""
    path: Path
    node: Mapping
    """Read, not yet validated."""
    files: tuple[Path, ...]
    """Itself and what it draws in."""


def names_files(main: Mapping) -> bool:
    """Whether any unit of a department has a file of its own."""
    return any(FILE in dict(unit.entries) for unit in _mappings(_value(main, UNITS)))


def named_files(main: Mapping, folder: Path) -> tuple[list[tuple[Place, Path]], list[Fault]]:
    """The files of a department's units, in order; they must lie in the folder or below it."""
    found, faults = [], []
    for unit in _mappings(_value(main, UNITS)):
        entry = dict(unit.entries).get(FILE)
        if entry is None or not isinstance(entry.value, Scalar):
            continue
        name, place = str(entry.value.text), entry.value.place
        path = folder / name
        if "\0" in name or not is_file(path):
            faults.append(Fault(place, f"找不到单位的文件“{name}”；请写相对于本文件的路径"))
        elif folder.resolve() not in path.resolve().parents:
            faults.append(Fault(place, f"“{name}”不在输入文件所在的文件夹里；请把文件放到旁边"))
        else:
            found.append((place, path))
    return found, faults


def as_unit_file(
    place: Place, path: Path, node: Mapping, files: tuple[Path, ...]
) -> tuple[UnitFile, list[Fault]]:
    """A unit's file once read; it must say its code and have no units of its own."""
    code = _text(node, "department", CODE)
    faults = []
    if code is None:
        faults.append(Fault(node.place, "单位的文件里要有“部门”，写这个单位的编码、名称、性质"))
    if UNITS in dict(node.entries):
        problem = "单位的文件里不能再列单位；请都列在部门的文件里"
        faults.append(Fault(dict(node.entries)[UNITS].key_place, problem))
    return UnitFile(code or "", place, path, node, files), faults


def department(main: Mapping, files: Several[UnitFile]) -> tuple[Mapping, list[Fault]]:
    """The department's file with everything that its units list, and what does not fit together."""
    entries = dict(main.entries)
    faults = [fault for file in files for fault in (*_differences(main, file), *_foreign(file))]
    faults += [*_repeated(files), *_contradicted(entries[UNITS], files)]
    entries[UNITS] = _unit_list(entries[UNITS], files)
    for key in LISTS:
        # the indicators of a project are known by it
        unless = "project" if key == "indicators" else ""
        parts = [_part(file, _value(file.node, key), unless=unless) for file in files]
        joined = _joined(entries.get(key), parts)
        if joined is not None:
            entries[key] = joined
    faults += _join_ledgers(entries, files)
    if "year_before" not in entries:
        faults += _years_before(files)
    faults += _join_assets(entries, files)
    faults += _join_names(entries, files)
    return Mapping(main.place, tuple(entries.items())), faults


def unit_report(main: Mapping, file: UnitFile) -> tuple[Mapping, list[Fault]]:
    """A unit's file as an input of its own, with what the department says for all."""
    theirs = dict(main.entries)
    entries = {key: theirs[key] for key in INHERITED if key in theirs}
    entries.update(file.node.entries)
    for key in MERGED:
        base = theirs.get(key)
        if base is not None and isinstance(base.value, Mapping):
            # the unit of what names none is the department's matter
            said = tuple(
                (name, one) for name, one in base.value.entries if (key, name) != ("defaults", "unit")
            )
            own = entries.get(key)
            common = Mapping(base.value.place, said)
            value = merged(own.value, common) if own and isinstance(own.value, Mapping) else common
            entries[key] = replace(base, value=value)
    level = Scalar(Level.UNIT.label, file.place)
    entries["level"] = Entry("level", file.place, level)
    return Mapping(file.node.place, tuple(entries.items())), [*_differences(main, file), *_foreign(file)]


def find_unit(files: Iterable[UnitFile], code: str, main: Path) -> UnitFile:
    """The unit of a code; raises `FaultyInput`."""
    found = {file.code: file for file in files}
    if code in found:
        return found[code]
    have = f"；有自己文件的单位：{'、'.join(found)}" if found else "；请在“单位”里写出各单位自己的文件"
    raise FaultyInput([Fault(Place(shown(main)), f"没有编码为“{code}”的单位文件{have}")])


def _mappings(units: Node | None) -> Iterator[Mapping]:
    if isinstance(units, Sequence):
        yield from (item for item in units.items if isinstance(item, Mapping))
    elif isinstance(units, RowTable):
        yield from map(_row_as_mapping, [units] * len(units.rows), range(len(units.rows)))


def _row_as_mapping(table: RowTable, at: int) -> Mapping:
    row = table.rows[at]
    start = place_of_field(table, row, 0)
    entries: dict[str, Entry] = {}
    for n, (key, typed, text) in enumerate(zip(table.header, table.typed, row.fields, strict=True)):
        if not key or not text.strip():
            continue
        head = place_of_field(table, table.head, n)
        entry = Entry(typed, head, Scalar(text, place_of_field(table, row, n)))
        field, in_column, name = key.partition(IN_COLUMN)
        if in_column:  # one name of a mapping
            below = _value(Mapping(start, tuple(entries.items())), field)
            said = below.entries if isinstance(below, Mapping) else ()
            entry = Entry(typed, head, Mapping(start, (*said, (name, entry))))
        entries[field] = entry
    return Mapping(start, tuple(entries.items()))


def _unit_list(units: Entry, files: Several[UnitFile]) -> Entry:
    """The list of units, each completed from its own file, and no file named any more."""
    by_place = {file.place: file for file in files}
    items = []
    for unit in _mappings(units.value):
        said = dict(unit.entries)
        file = by_place.get(said[FILE].value.place) if FILE in said else None
        if file is not None:
            del said[FILE]
            theirs = _value(file.node, "department")
            known = [(k, e) for k, e in theirs.entries if k in OF_UNIT] if isinstance(theirs, Mapping) else []
            own = Mapping(unit.place, tuple(said.items()))
            said = dict(merged(own, Mapping(unit.place, tuple(known))).entries)
        items.append(Mapping(unit.place, tuple(said.items())))
    return Entry(units.typed, units.key_place, Sequence(units.value.place, tuple(items)))


def _differences(main: Mapping, file: UnitFile) -> Iterator[Fault]:
    for key in SHARED:
        said = _text(file.node, key)
        ours = _text(main, key)
        if key == "amount_unit":  # left out it means 元, so that a unit's file says the same by itself
            said, ours = said or AmountUnit.YUAN.label, ours or AmountUnit.YUAN.label
        if said is not None and ours is not None and _plainly(key, said) != _plainly(key, ours):
            what = usual_name(Disclosure, key)
            place = locate(file.node, (key,))[0]
            yield Fault(place, f"{what}是“{said}”，部门的文件是“{ours}”；请改成一样的")


def _years_before(files: Several[UnitFile]) -> Iterator[Fault]:
    for file in files:
        entry = dict(file.node.entries).get("year_before")
        if entry is not None:
            problem = "单位写了上年的文件，部门的文件没有写，部门的报告里没有上年数；请在部门的文件里也写上"
            yield Fault(entry.key_place, problem, Severity.WARNING)


def _plainly(key: str, said: str) -> str:
    """A text without the ways in which the same may be typed."""
    text = unicodedata.normalize("NFKC", said).strip()
    if key in WORDS:
        return next((word.value for word in WORDS[key] if text in (word.value, *word.zh)), text)
    if key == AS_OF:  # 2024年12月31日, 2024-12-31
        return "-".join(str(int(number)) for number in re.findall(r"\d+", text))
    return text.removesuffix("年") if key == "year" else text


def _foreign(file: UnitFile) -> Iterator[Fault]:
    """Whatever a unit's file says of another unit would move money from one to the other."""
    problem = "这是单位 {own} 的文件，不能写别的单位“{other}”；请删去，或改成 {own}"
    default = _value(_value(file.node, "defaults"), "unit")
    assets = _value(_value(file.node, ASSETS), ITEMS)
    ledgers = _value(file.node, LEDGERS)
    of_ledgers = [entry.value for _, entry in ledgers.entries] if isinstance(ledgers, Mapping) else []
    lists = [*(_value(file.node, key) for key in LISTS), assets, *of_ledgers]
    said = [default, *(one for records in lists for one in _values_of(records, "unit"))]
    for one in said:
        if isinstance(one, Scalar) and one.text and _plainly("unit", one.text) != _plainly("unit", file.code):
            yield Fault(one.place, problem.format(own=file.code, other=one.text))


def _values_of(records: Node | None, key: str) -> Iterator[Node | None]:
    """What the records of a list say under a key."""
    if isinstance(records, RowTable):
        if key in records.header:
            at = records.header.index(key)
            for row in records.rows:
                if row.fields[at].strip():
                    yield Scalar(row.fields[at], place_of_field(records, row, at))
    elif isinstance(records, Sequence):
        yield from (_value(record, key) for record in records.items)


def _contradicted(units: Entry, files: Several[UnitFile]) -> Iterator[Fault]:
    """What the department's list and a unit's own file both say of the unit must be the same."""
    by_place = {file.place: file for file in files}
    for unit in _mappings(units.value):
        said = dict(unit.entries)
        file = by_place.get(said[FILE].value.place) if FILE in said else None
        for key in ("code", "name", "kind") if file else ():
            ours, theirs = _text(unit, key), _text(file.node, "department", key) if file else None
            if ours and theirs and _plainly(key, ours) != _plainly(key, theirs):
                problem = (
                    f"{said[key].typed}是“{ours}”，单位自己的文件写的是“{theirs}”；请改成一样的，或在这里删去"
                )
                yield Fault(said[key].value.place, problem)


def _join_names(entries: dict[str, Entry], files: Several[UnitFile]) -> Iterator[Fault]:
    """A code has one name in all files."""
    for file in files:
        names = dict(file.node.entries).get("names")
        if names is None or not isinstance(names.value, Mapping):
            continue
        base = _value(Mapping(names.key_place, tuple(entries.items())), "names")
        known = dict(base.entries) if isinstance(base, Mapping) else {}
        for code, entry in names.value.entries:
            ours, theirs = known.get(code), entry.value
            both = ours is not None and isinstance(ours.value, Scalar) and isinstance(theirs, Scalar)
            if both and ours.value.text != theirs.text:  # type: ignore[union-attr]
                problem = f"“{code}”在别的文件里是另一个名称；请改成一样的"
                yield Fault(theirs.place, problem)
        value = merged(base, names.value) if isinstance(base, Mapping) else names.value
        entries["names"] = replace(names, value=value)


def _repeated(files: Several[UnitFile]) -> Iterator[Fault]:
    for at, file in enumerate(files):
        if any(file.code == other.code for other in files[:at]):
            yield Fault(file.place, f"单位“{file.code}”列了两次；请删去一个，或改正文件里的编码")


def _text(node: Mapping, *keys: str) -> str | None:
    value: Node = node
    for key in keys:
        entry = dict(value.entries).get(key) if isinstance(value, Mapping) else None
        if entry is None:
            return None
        value = entry.value
    return value.text if isinstance(value, Scalar) else None


def _value(node: Node | None, key: str) -> Node | None:
    entry = dict(node.entries).get(key) if isinstance(node, Mapping) else None
    return entry.value if entry else None


def _part(
    file: UnitFile, records: Node | None, more: Map[str, str] | None = None, unless: str = ""
) -> Part | None:
    """Records of a unit's file, as the unit's own."""
    if not isinstance(records, Sequence | RowTable):
        return None
    return Part(records, tuple({"unit": file.code, **(more or {})}.items()), unless)


def _defaults(node: Mapping) -> Map[str, str]:
    said = _value(node, "defaults")
    entries = said.entries if isinstance(said, Mapping) else ()
    return {key: one.value.text for key, one in entries if isinstance(one.value, Scalar) and one.value.text}


def _joined(own: Entry | None, parts: Iterable[Part | None]) -> Entry | None:
    """The department's own records and those of its units, as one list."""
    there = [part for part in parts if part is not None]
    if own is not None and isinstance(own.value, Sequence | RowTable):
        there.insert(0, Part(own.value))
    if not there or (own is not None and isinstance(own.value, Broken)):
        return own
    place = there[0].records.place
    typed, key_place = (own.typed, own.key_place) if own else ("", place)
    return Entry(typed, key_place, Joined(place, tuple(there)))


def _join_ledgers(entries: dict[str, Entry], files: Several[UnitFile]) -> Iterator[Fault]:
    """Every ledger covers the whole of the expenditure, so all files must have the same ones."""
    given = [(None, Mapping(Place(""), tuple(entries.items()))), *((file, file.node) for file in files)]
    having = [(file, node) for file, node in given if isinstance(_value(node, LEDGERS), Mapping)]
    if not having:
        return
    first = dict(having[0][1].entries)[LEDGERS]
    assert isinstance(first.value, Mapping)
    names = [name for name, _ in first.value.entries]
    for _, node in having:
        entry = dict(node.entries)[LEDGERS]
        assert isinstance(entry.value, Mapping)
        theirs = [name for name, _ in entry.value.entries]
        if set(theirs) != set(names):
            problem = f"台账是“{'、'.join(theirs)}”，别的文件是“{'、'.join(names)}”；各文件的台账要一样"
            yield Fault(entry.key_place, problem)
    ledgers = []
    for name in names:
        found = {file: _value(_value(node, LEDGERS), name) for file, node in having}
        own = dict(first.value.entries)[name] if having[0][0] is None else None
        parts = [_part(file, records, _defaults(file.node)) for file, records in found.items() if file]
        joined = _joined(own, parts)
        if joined is not None:
            ledgers.append((name, joined))
    entries[LEDGERS] = Entry(first.typed, first.key_place, Mapping(first.value.place, tuple(ledgers)))


def _join_assets(entries: dict[str, Entry], files: Several[UnitFile]) -> Iterator[Fault]:
    """The assets of all, on one day."""
    having = [(file, dict(file.node.entries)[ASSETS]) for file in files if _value(file.node, ASSETS)]
    if not having:
        return
    ours = entries.get(ASSETS, having[0][1])
    if not isinstance(ours.value, Mapping):
        return
    day = _text(ours.value, AS_OF)
    for _, entry in having:
        theirs = _text(entry.value, AS_OF) if isinstance(entry.value, Mapping) else day
        if _plainly(AS_OF, theirs or "") != _plainly(AS_OF, day or ""):
            problem = f"截至“{theirs}”，别的文件是“{day}”；请改成同一天"
            yield Fault(locate(entry.value, (AS_OF,))[0], problem)
    inner = dict(ours.value.entries)
    own = inner.pop(ITEMS, None) if ASSETS in entries else None
    joined = _joined(own, [_part(file, _value(entry.value, ITEMS)) for file, entry in having])
    if joined is not None:
        inner[ITEMS] = joined
    entries[ASSETS] = Entry(ours.typed, ours.key_place, Mapping(ours.value.place, tuple(inner.items())))
