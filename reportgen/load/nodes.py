"""What was typed, as a tree: text, mappings, sequences and tables of rows, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from reportgen.faults import Place

PathKey: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class Scalar:
    text: str | None
    """As typed, quotes resolved; None where nothing (or null) stands."""
    place: Place


@dataclass(frozen=True, slots=True)
class Entry:
    typed: str
    """The key as the user wrote it."""
    key_place: Place
    value: Node


@dataclass(frozen=True, slots=True)
class Mapping:
    place: Place
    entries: tuple[tuple[str, Entry], ...]


@dataclass(frozen=True, slots=True)
class Sequence:
    place: Place
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class RowTable:
    """A CSV file or a sheet: records kept as rows of text, as there may be a hundred thousand of them."""

    place: Place
    header: tuple[str, ...]
    """Keys, one per column: as typed at first, field names once read against a model."""
    typed: tuple[str, ...]
    head: Row
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    fields: tuple[str, ...]
    source: str = ""
    """A CSV record's text in the file, from which a field's column is found when a message needs it."""


@dataclass(frozen=True, slots=True)
class Broken:
    """Stands where something was typed that could not be read and has been reported already."""

    place: Place


@dataclass(frozen=True, slots=True)
class Part:
    """The records that one file has of a list."""

    records: Sequence | RowTable
    given: tuple[tuple[str, str], ...] = ()
    """Said for every record that does not say it itself."""
    unless: str = ""
    """Not given to records that say this."""

    def __len__(self) -> int:
        return len(self.records.rows if isinstance(self.records, RowTable) else self.records.items)


@dataclass(frozen=True, slots=True)
class Joined:
    """A list whose records stand in several files."""

    place: Place
    parts: tuple[Part, ...]

    def part_of(self, index: int) -> tuple[Node, int]:
        """The part that holds a record, and the record's position there."""
        for part in self.parts:
            if index < len(part):
                return part.records, index
            index -= len(part)
        return Sequence(self.place, ()), index


Node: TypeAlias = Scalar | Mapping | Sequence | RowTable | Joined | Broken


IN_COLUMN = ":"
"""Between a field that is a mapping and the key of it that a column holds: `extra:负责人`."""


def place_of_field(table: RowTable, row: Row, index: int) -> Place:
    """Where the field `index` of a row stands."""
    if table.place.sheet:
        return replace(table.place, line=row.line, column=index + 1)
    line, column = column_of_field(row.source, index)
    return replace(table.place, line=row.line + line, column=column)


def column_of_field(source: str, index: int) -> tuple[int, int]:
    """Line offset and column (from 1) at which the field `index` of a CSV record starts."""
    line, column, field = 0, 1, 0
    quoted, opens = False, True
    for char in source:
        if field == index:
            break
        # a mark opens a quotation at a field's start, or again right after it closed one (a doubled mark)
        turns = char == '"' and (quoted or opens)
        if turns:
            quoted = not quoted
        elif char == "," and not quoted:
            field += 1
        opens = not quoted and (turns or char == ",")
        line, column = (line + 1, 1) if char == "\n" else (line, column + 1)
    return line, column


def locate(node: Node, path: tuple[PathKey, ...]) -> tuple[Place, str]:
    """The place of the value at `path` (or of the nearest thing above it) and the key as typed."""
    place, typed = node.place, ""
    for depth, step in enumerate(path):
        key: PathKey = step
        if isinstance(node, Joined) and isinstance(step, int):
            node, key = node.part_of(step)
        if isinstance(node, Mapping):
            entry = next((e for k, e in node.entries if k == key), None)
            if entry is None:
                break
            node, typed = entry.value, entry.typed
            place = entry.key_place if isinstance(node, Mapping | Sequence) else node.place
        elif isinstance(node, Sequence) and isinstance(key, int) and key < len(node.items):
            node = node.items[key]
            place = node.place
        elif isinstance(node, RowTable) and isinstance(key, int) and key < len(node.rows):
            row = node.rows[key]
            below = path[depth + 1 : depth + 3]
            column = next((n for n in (IN_COLUMN.join(map(str, below)), *below) if n in node.header), None)
            if column is None:
                return replace(node.place, line=row.line, column=1), typed
            index = node.header.index(str(column))
            return place_of_field(node, row, index), node.typed[index]
        else:
            break
    return place, typed


def key_place(node: Node, path: tuple[PathKey, ...]) -> Place:
    """Where the last key of `path` itself was typed."""
    above, key = path[:-1], path[-1]
    for step in above:
        if isinstance(node, Joined) and isinstance(step, int):
            node, step = node.part_of(step)  # noqa: PLW2901  (the same step, counted within its part)
        if isinstance(node, Mapping):
            node = dict(node.entries)[str(step)].value
        elif isinstance(node, Sequence) and isinstance(step, int):
            node = node.items[step]
    entries = dict(node.entries) if isinstance(node, Mapping) else {}
    return entries[str(key)].key_place if str(key) in entries else node.place


def find_text(node: Node, text: str) -> Place | None:
    """Where a scalar of exactly this text stands, the first if there are several."""
    if isinstance(node, Scalar):
        return node.place if node.text == text else None
    below: tuple[Node, ...] = ()
    if isinstance(node, Mapping):
        below = tuple(entry.value for _, entry in node.entries)
    elif isinstance(node, Sequence):
        below = node.items
    elif isinstance(node, Joined):
        below = tuple(part.records for part in node.parts)
    return next((place for child in below if (place := find_text(child, text))), None)


def merged(own: Mapping, base: Mapping) -> Mapping:
    """`own` over `base`: mappings key by key, everything else replaced whole."""
    entries = dict(base.entries)
    for key, entry in own.entries:
        below = entries.get(key)
        if below is not None and isinstance(entry.value, Mapping) and isinstance(below.value, Mapping):
            entries[key] = replace(entry, value=merged(entry.value, below.value))
        else:
            entries[key] = entry
    return Mapping(own.place, tuple(entries.items()))
