"""Which entries of an export are sums of others, and whether each equals the lines it covers.

A row says so itself (小计, 合计), or its codes stand above those of other rows. What exactly it covers
depends on the layout that the budget system was asked for: all lines of its codes, those of its block,
those above or below it. A sum holds if it equals one of these; where it equals none it is a fault.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from reportgen.exports.cells import PAGE, PART, WHOLE
from reportgen.exports.readers import KEYS
from reportgen.exports.rows import Entry

Amounts = tuple[Decimal, ...]
_PREFIXED = ("unit", "function", "economic", "government")
_LEVELLED = ("unit", "function", "economic", "project", "nature", "fund")
"""Fields that rank a row above others: blank or shorter there, it may be their sum."""
_UNIT, _PROJECT = KEYS.index("unit"), KEYS.index("project")
_RANKED = tuple(map(KEYS.index, _LEVELLED))
_STATED_ONLY = tuple(at for at, name in enumerate(KEYS) if name not in _LEVELLED)


@dataclass(frozen=True, slots=True)
class Unequal:
    """A sum that no lines make up."""

    entry: Entry
    covered: tuple[Entry, ...]
    """The lines that it should be the sum of."""
    sums: Amounts


@dataclass(frozen=True, slots=True)
class Parted:
    lines: tuple[Entry, ...]
    sums: tuple[Entry, ...]
    unclear: tuple[tuple[Entry, Entry], ...]
    """Rows without a project that equal the one line they may be the sum of."""


def parted(entries: Sequence[Entry], forced: frozenset[int]) -> Parted:
    """Lines and sums told apart; `forced` are the numbers of rows that are lines whatever they look like."""
    unsaid = [e for e in entries if e.sum is None or e.row.line in forced]
    above = _standing_above(unsaid, forced)
    lines = [e for e in unsaid if id(e) not in above]
    over_projects, unclear = _over_projects(lines, forced)
    return Parted(
        tuple(e for e in lines if id(e) not in over_projects),
        tuple(
            e
            for e in entries
            if (e.sum is not None and e.row.line not in forced) or id(e) in above or id(e) in over_projects
        ),
        unclear,
    )


def _level(entry: Entry) -> tuple[int, ...]:
    keys = entry.keys
    return tuple(
        len(keys[at]) if name in _PREFIXED else int(bool(keys[at]))
        for at, name in zip(_RANKED, _LEVELLED, strict=True)
    )


def _is_above(level: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether rows of this level may be sums of rows of the other.

    A shorter code of a unit or a missing project alone says nothing: a department has lines of its own
    beside its units', basic expenditure has no project.
    """
    if any(one > two for one, two in zip(level, other, strict=True)):
        return False
    pairs = zip(_LEVELLED, level, other, strict=True)
    return any(one < two and not (n == "project" or (n == "unit" and one)) for n, one, two in pairs)


def _standing_above(entries: Sequence[Entry], forced: frozenset[int]) -> set[int]:
    """The entries whose codes stand above those of at least one other."""
    by_level: dict[tuple[tuple[int, ...], tuple[bool, ...]], list[Entry]] = {}
    for entry in entries:
        stated = tuple(bool(entry.keys[at]) for at in _STATED_ONLY)
        by_level.setdefault((_level(entry), stated), []).append(entry)
    levels = {level for level, _ in by_level}
    found: set[int] = set()
    for (level, stated), own in by_level.items():
        below = {other for other in levels if _is_above(level, other)}
        if not below:
            continue
        ats = [at for at, given in zip(_STATED_ONLY, stated, strict=True) if given]
        shorten = _shortener(level, ats)
        covered = {shorten(e) for (other, _), es in by_level.items() if other in below for e in es}
        found |= {id(e) for e in own if shorten(e) in covered and e.row.line not in forced}
    return found


def _shortener(level: tuple[int, ...], stated: Iterable[int]) -> Callable[[Entry], tuple[str, ...]]:
    cuts = [
        (at, length if name in _PREFIXED else None)
        for at, name, length in zip(_RANKED, _LEVELLED, level, strict=True)
        if length
    ]
    cuts += [(at, None) for at in stated]
    return lambda entry: tuple([entry.keys[at][:length] for at, length in cuts])


def _over_projects(
    lines: Sequence[Entry], forced: frozenset[int]
) -> tuple[set[int], tuple[tuple[Entry, Entry], ...]]:
    """Rows that differ from others by no project only: sums of them if they equal several."""
    groups: dict[tuple[str, ...], tuple[list[Entry], list[Entry]]] = {}
    for entry in lines:
        rest = entry.keys[:_PROJECT] + entry.keys[_PROJECT + 1 :]
        groups.setdefault(rest, ([], []))[bool(entry.keys[_PROJECT])].append(entry)
    sums: set[int] = set()
    unclear: list[tuple[Entry, Entry]] = []
    for without, with_project in groups.values():
        if not (without and with_project):
            continue
        total = summed(with_project)
        for entry in without:
            if entry.row.line not in forced and any(total) and _amounts(entry) == total:
                if len(with_project) > 1:
                    sums.add(id(entry))
                else:
                    unclear.append((entry, with_project[0]))
    return sums, tuple(unclear)


def _amounts(entry: Entry) -> Amounts:
    return tuple(amount or Decimal(0) for amount in entry.amounts)


def summed(entries: Sequence[Entry]) -> Amounts:
    """The sums in 元, one for each amount field."""
    columns = zip(*(entry.amounts for entry in entries), strict=True)
    return tuple(sum((a for a in column if a is not None), Decimal(0)) for column in columns)


@dataclass
class Checker:
    """Finds what sums cover; `lines` and `sums` are in the order of the export."""

    lines: tuple[Entry, ...]
    sums: tuple[Entry, ...]
    _at: list[int] = field(init=False)
    _groups: dict[tuple[tuple[int, int], ...], dict[tuple[str, ...], list[Entry]]] = field(
        default_factory=dict
    )
    _of_group: dict[tuple[tuple[tuple[int, int], ...], tuple[str, ...]], Amounts] = field(
        default_factory=dict
    )
    _all: Amounts = field(init=False)
    _plain: dict[str, list[int]] = field(default_factory=dict)
    """By kind, the row numbers of sums that name no codes."""
    _pages: dict[int, int] = field(default_factory=dict)
    """By page, the row number of its first line."""

    def __post_init__(self) -> None:
        self._at = [line.row.line for line in self.lines]
        self._all = summed(self.lines) or tuple(Decimal(0) for s in self.sums[:1] for _ in s.amounts)
        for one in self.sums:
            if one.sum and not any(one.own):
                self._plain.setdefault(one.sum.kind, []).append(one.row.line)
        for line in self.lines:
            self._pages.setdefault(line.page, line.row.line)

    def unequal(self) -> Iterator[Unequal]:
        only_whole = len(self._plain.get(WHOLE, [])) == 1
        for at, entry in enumerate(self.sums):
            wanted = _amounts(entry)
            if any(entry.own):
                missed = self._of_codes(entry, wanted)
            elif entry.sum and entry.sum.kind == WHOLE and only_whole:
                missed = None if wanted == self._all else self.lines
            else:
                missed = self._by_place(at, entry, wanted)
            if missed or (missed is not None and any(wanted)):  # nothing may well be 0
                yield Unequal(entry, tuple(missed), summed(missed) or tuple(Decimal(0) for _ in wanted))

    def _of_codes(self, entry: Entry, wanted: Amounts) -> Sequence[Entry] | None:
        """None if the sum holds, else the lines it should be the sum of."""
        own = {at: value for at, value in enumerate(entry.own) if value}
        within = own | ({_UNIT: entry.keys[_UNIT]} if entry.keys[_UNIT] else {})
        for stated in (within, own):
            lines, sums = self._matching(stated)
            if lines and sums == wanted:
                return None
        blocks = [self._below(entry, own), self._above(entry, own)]
        return _nearest([self._matching(within)[0], *blocks, self._matching(own)[0]], wanted)

    def _matching(self, stated: dict[int, str]) -> tuple[Sequence[Entry], Amounts]:
        """All lines of these codes, and their sums."""
        cuts = tuple((at, len(value) if KEYS[at] in _PREFIXED else 99) for at, value in stated.items())
        if cuts not in self._groups:
            groups: dict[tuple[str, ...], list[Entry]] = {}
            for line in self.lines:
                groups.setdefault(tuple([line.keys[at][:length] for at, length in cuts]), []).append(line)
            self._groups[cuts] = groups
        key = tuple(stated.values())
        lines = self._groups[cuts].get(key, [])
        if (cuts, key) not in self._of_group:
            self._of_group[cuts, key] = summed(lines)
        return lines, self._of_group[cuts, key]

    def _below(self, entry: Entry, own: dict[int, str]) -> Sequence[Entry]:
        """The lines of the block that a sum heads."""
        following = self.sums[self._next_sum(entry) + 1 :]
        end = next((s.row.line for s in following if _heads_as_much(s, entry)), None)
        start = bisect_left(self._at, entry.row.line)
        stop = len(self.lines) if end is None else bisect_left(self._at, end)
        return _all_of(self.lines[start:stop], own)

    def _above(self, entry: Entry, own: dict[int, str]) -> Sequence[Entry]:
        """The lines of the block that a sum ends."""
        before = self.sums[: self._next_sum(entry)]
        begin = next((s.row.line for s in reversed(before) if _heads_as_much(s, entry)), 0)
        start, stop = bisect_left(self._at, begin), bisect_left(self._at, entry.row.line)
        return _all_of(self.lines[start:stop], own)

    def _next_sum(self, entry: Entry) -> int:
        return bisect_left(self.sums, entry.row.line, key=lambda one: one.row.line)

    def _by_place(self, at: int, entry: Entry, wanted: Amounts) -> Sequence[Entry] | None:
        """As for codes, of a sum that names none: what stands before it, or after it."""
        found: list[Sequence[Entry]] = []
        for start, stop in self._reaches(at, entry):
            lines = self.lines[bisect_left(self._at, start) : bisect_left(self._at, stop)]
            if lines and summed(lines) == wanted:
                return None
            found.append(lines)
        if entry.keys[_UNIT]:
            found.append(self._matching({_UNIT: entry.keys[_UNIT]})[0])
        if entry.sum is not None and entry.sum.kind == WHOLE:
            found.append(self.lines)
        return _nearest(found, wanted)

    def _reaches(self, at: int, entry: Entry) -> Iterator[tuple[int, int]]:
        """First and last row number (the last not included) that a sum may speak of."""
        here, end = entry.row.line, (self._at[-1] + 1 if self._at else 0)
        kind = entry.sum.kind if entry.sum else PART
        same = self._plain[kind]
        position = bisect_left(same, here)
        if kind == PAGE:
            yield self._pages.get(entry.page, 0), here
        if kind == PART and at:
            yield self.sums[at - 1].row.line, here
        yield (same[position - 1] if position else 0), here
        yield here, (same[position + 1] if position + 1 < len(same) else end)
        if kind == PART:
            yield here, (self.sums[at + 1].row.line if at + 1 < len(self.sums) else end)


def _nearest(candidates: Sequence[Sequence[Entry]], wanted: Amounts) -> Sequence[Entry] | None:
    """Of what a sum may cover, the lines that come closest to it; None if some make it up."""
    found = [lines for lines in candidates if lines]
    apart = [sum(abs(a - b) for a, b in zip(summed(lines), wanted, strict=True)) for lines in found]
    if not found:
        return ()
    return None if min(apart) == 0 else found[apart.index(min(apart))]


def _heads_as_much(one: Entry, other: Entry) -> bool:
    """Whether a sum ends the block of the other: it stands at the same level or higher."""
    return all(len(mine) <= len(its) for mine, its in zip(one.own, other.own, strict=True))


def _all_of(lines: Sequence[Entry], own: dict[int, str]) -> Sequence[Entry]:
    """Those of the lines that are of these codes."""
    return [
        line
        for line in lines
        if all(
            line.keys[at].startswith(value) if KEYS[at] in _PREFIXED else line.keys[at] == value
            for at, value in own.items()
        )
    ]
