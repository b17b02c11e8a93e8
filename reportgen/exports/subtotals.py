"""Which entries of an export are sums of others, and whether each equals the lines it covers.

A row says so itself (小计, 合计), or its codes stand above those of other rows. What it covers depends on
the layout that the budget system was asked for: all lines of its codes, or those of its block, which the
sums of one export all have above them or all below them. A sum holds if it equals these; else it is a fault.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from itertools import islice

from reportgen.exports.cells import PAGE, WHOLE
from reportgen.exports.readers import CLASSES, KEYS
from reportgen.exports.rows import Entry

Amounts = tuple[Decimal, ...]
_LEVELLED = ("unit", "function", "economic", "project", "nature", "fund")
"""Fields that rank a row above others: blank there, or of a shorter class, it may be their sum."""
_UNIT, _PROJECT = KEYS.index("unit"), KEYS.index("project")
_RANKED = tuple(map(KEYS.index, _LEVELLED))
_STATED_ONLY = tuple(at for at, name in enumerate(KEYS) if name not in _LEVELLED)


class Proof(Enum):
    """What it is that a sum equals."""

    CODES = "按编码"
    PLACE = "按位置"
    ALL = "按全部明细"


@dataclass(frozen=True, slots=True)
class Judged:
    """A sum, and the lines that it equals, or those that come closest to it."""

    entry: Entry
    covered: tuple[Entry, ...]
    proof: Proof | None
    """None for a sum that no lines make up."""
    sums: Amounts
    """Of the covered lines."""


@dataclass(frozen=True, slots=True)
class Parted:
    lines: tuple[Entry, ...]
    sums: tuple[Entry, ...]
    unclear: tuple[tuple[Entry, Entry], ...]
    """Rows without a project that equal the one line they may be the sum of."""


def parted(entries: Sequence[Entry], forced: frozenset[int], said: frozenset[int] = frozenset()) -> Parted:
    """Lines and sums told apart.

    `forced` are the numbers of rows that are lines whatever they look like, `said` of those that are sums.
    """
    unsaid = [e for e in entries if e.sum is None or e.row.line in forced]
    above = _standing_above(unsaid, forced)
    above |= {id(e) for e in unsaid if (e.is_bare or e.row.line in said) and e.row.line not in forced}
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
        len(keys[at]) if name in CLASSES else int(bool(keys[at]))
        for at, name in zip(_RANKED, _LEVELLED, strict=True)
    )


def _is_above(level: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether rows of this level may be sums of rows of the other.

    A missing project alone says nothing: basic expenditure has none.
    """
    if any(one > two for one, two in zip(level, other, strict=True)):
        return False
    pairs = zip(_LEVELLED, level, other, strict=True)
    return any(one < two and n != "project" for n, one, two in pairs)


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
        (at, length if name in CLASSES else None)
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
            if not any(one.own):
                self._plain.setdefault(_kind(one), []).append(one.row.line)
        for line in self.lines:
            self._pages.setdefault(line.page, line.row.line)

    def judged(self) -> list[Judged]:
        """Every sum, in the order of the export."""
        found: dict[int, Judged] = {}
        by_place: dict[str, list[Entry]] = {}
        for entry in self.sums:
            judged = self._by_codes(entry) if any(entry.own) else self._as_whole(entry)
            found[id(entry)] = judged
            if judged.proof is None and not self._is_whole(entry):
                by_place.setdefault("" if any(entry.own) else f"plain {_kind(entry)}", []).append(entry)
        for kind, entries in by_place.items():
            for judged in self._in_one_layout(entries, codes=not kind):
                found[id(judged.entry)] = _nearer(found[id(judged.entry)], judged)
        return list(found.values())

    def _by_codes(self, entry: Entry) -> Judged:
        own = {at: value for at, value in enumerate(entry.own) if value}
        within = own | ({_UNIT: entry.keys[_UNIT]} if entry.keys[_UNIT] else {})
        wanted = _amounts(entry)
        found = []
        for stated in (within, own):
            lines, sums = self._matching(stated)
            if lines and sums == wanted:
                return Judged(entry, tuple(lines), Proof.CODES, sums)
            found.append(lines)
        return _judged(entry, found, Proof.CODES)

    def _as_whole(self, entry: Entry) -> Judged:
        """A sum without codes as the sum of all lines, where it stands at either end or is the only 合计."""
        at_end = not self.lines or not self._at[0] < entry.row.line < self._at[-1]
        only = self._is_whole(entry)
        if not (only or (at_end and _kind(entry) in (WHOLE, _BARE))):
            return Judged(entry, (), None, _nothing(entry))
        proof = Proof.ALL if _amounts(entry) == self._all and (self.lines or not any(self._all)) else None
        return Judged(entry, self.lines, proof, self._all)

    def _is_whole(self, entry: Entry) -> bool:
        return _kind(entry) == WHOLE and not any(entry.own) and len(self._plain[WHOLE]) == 1

    def _in_one_layout(self, entries: Sequence[Entry], *, codes: bool) -> list[Judged]:
        """The sums by what stands above them, or all by what stands below if that fits more of them."""
        layouts = [
            [_judged(e, self._blocks(e, below=below, codes=codes), Proof.PLACE) for e in entries]
            for below in (False, True)
        ]
        return min(layouts, key=lambda layout: sum(one.proof is None for one in layout))

    def _blocks(self, entry: Entry, *, below: bool, codes: bool) -> list[Sequence[Entry]]:
        """What a sum may cover by its place."""
        if codes:
            own = {at: value for at, value in enumerate(entry.own) if value}
            return [self._below(entry, own) if below else self._above(entry, own)]
        start, stop = self._reach(entry, below=below)
        return [self._between(start, stop), *self._of_its_unit(entry, below=below)]

    def _reach(self, entry: Entry, *, below: bool) -> tuple[int, int]:
        """First and last row number (the last not included) that a sum without codes speaks of."""
        here = entry.row.line
        same = self._plain[_kind(entry)]
        position = bisect_left(same, here)
        before = same[position - 1] if position else 0
        if _kind(entry) == PAGE:
            return max(before, self._pages.get(entry.page, here)), here
        if below:
            return here, same[position + 1] if position + 1 < len(same) else self._at[-1] + 1
        return before, here

    def _of_its_unit(self, entry: Entry, *, below: bool) -> Iterator[Sequence[Entry]]:
        """All lines of the unit that a sum stands in, if it ends or heads them."""
        unit = entry.keys[_UNIT]
        lines = self._matching({_UNIT: unit})[0] if unit and _kind(entry) != PAGE else ()
        if lines and (entry.row.line < lines[0].row.line if below else lines[-1].row.line < entry.row.line):
            yield lines

    def _between(self, start: int, stop: int) -> Sequence[Entry]:
        return self.lines[bisect_left(self._at, start) : bisect_left(self._at, stop)]

    def _matching(self, stated: dict[int, str]) -> tuple[Sequence[Entry], Amounts]:
        """All lines of these codes, and their sums."""
        cuts = tuple((at, len(value) if KEYS[at] in CLASSES else _UNCUT) for at, value in stated.items())
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
        following = islice(self.sums, self._position(entry) + 1, None)
        end = next((s.row.line for s in following if _heads_as_much(s, entry)), None)
        return _all_of(self._between(entry.row.line, self._at[-1] + 1 if end is None else end), own)

    def _above(self, entry: Entry, own: dict[int, str]) -> Sequence[Entry]:
        """The lines of the block that a sum ends."""
        before = (self.sums[at] for at in range(self._position(entry) - 1, -1, -1))
        begin = next((s.row.line for s in before if _heads_as_much(s, entry)), 0)
        return _all_of(self._between(begin, entry.row.line), own)

    def _position(self, entry: Entry) -> int:
        return bisect_left(self.sums, entry.row.line, key=lambda one: one.row.line)

    def doubtful(self, judged: Iterable[Judged], said: frozenset[int]) -> Iterator[tuple[Entry, Entry]]:
        """Rows that do not say that they are sums and equal one line alone, which may be chance.

        It is none where a row of the same kind is the sum of several lines, or where 合计 is the sum
        of the lines without such rows, or where the mapping says so.
        """
        held = [one for one in judged if one.proof and any(_amounts(one.entry))]
        if any(self._is_whole(one.entry) and one.entry.sum for one in held):
            return
        unsaid = [one for one in held if one.entry.sum is None]
        proved = {_likeness(one.entry) for one in unsaid if len(one.covered) > 1}
        settled = {_likeness(one.entry) for one in unsaid if one.entry.row.line in said}
        for one in unsaid:
            if len(one.covered) == 1 and _likeness(one.entry) not in proved | settled:
                yield one.entry, one.covered[0]


_UNCUT = 10**6
_BARE = ""
"""The kind of a row that neither says that it is a sum nor names any code."""


def _kind(entry: Entry) -> str:
    return entry.sum.kind if entry.sum else _BARE


def _likeness(entry: Entry) -> tuple[int, ...]:
    """Equal for rows that state the same fields, classes to the same length."""
    return tuple(
        len(own) if name in CLASSES else int(bool(own)) for name, own in zip(KEYS, entry.own, strict=True)
    )


def _nothing(entry: Entry) -> Amounts:
    return tuple(Decimal(0) for _ in entry.amounts)


def _judged(entry: Entry, candidates: Iterable[Sequence[Entry]], proof: Proof) -> Judged:
    """A sum by what it may cover: by the lines that come closest to it."""
    wanted = _amounts(entry)
    best: Judged = Judged(entry, (), None if any(wanted) else proof, _nothing(entry))
    least: Decimal | None = None
    for lines in filter(None, candidates):
        sums = summed(lines)
        apart = _apart(sums, wanted)
        if least is None or apart < least:
            best, least = Judged(entry, tuple(lines), None if apart else proof, sums), apart
    return best


def _nearer(one: Judged, other: Judged) -> Judged:
    """The better explanation of the same sum, the first where they are as good."""
    if other.proof or not other.covered:
        return other if other.proof else one
    wanted = _amounts(one.entry)
    closer = not one.covered or _apart(other.sums, wanted) < _apart(one.sums, wanted)
    return other if closer else one


def _apart(sums: Amounts, wanted: Amounts) -> Decimal:
    return sum((abs(a - b) for a, b in zip(sums, wanted, strict=True)), Decimal(0))


def _heads_as_much(one: Entry, other: Entry) -> bool:
    """Whether a sum ends the block of the other: it stands at the same level or higher."""
    return all(mine <= its for mine, its in zip(_likeness(one), _likeness(other), strict=True))


def covers(mine: str, its: str, name: str) -> bool:
    """Whether what a sum says of a field speaks of a line's value: a class of the classes below it."""
    return its.startswith(mine) if name in CLASSES else its == mine


def _all_of(lines: Sequence[Entry], own: dict[int, str]) -> Sequence[Entry]:
    """Those of the lines that are of these codes."""
    return [
        line for line in lines if all(covers(value, line.keys[at], KEYS[at]) for at, value in own.items())
    ]
