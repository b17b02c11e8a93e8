"""Which figures of a sheet follow from its others, and by what formula.

A total is the sum of cells whose lines are, together, its own lines, each once. So a formula never
rests on numbers that happen to add up, and what it gives is the figure to the last digit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reportgen.render.number_format import near, shown
from reportgen.render.xlsx.facts import Fact
from reportgen.render.xlsx.references import Place, added, name

Depth = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell that holds a number of known origin."""

    place: Place
    value: Decimal
    """In the printed unit, as the sheet holds it."""
    code: str
    """Its number format."""
    fact: Fact
    depth: Depth
    """How deep its row is nested; of two rows of the same lines the deeper one is the part."""

    @property
    def is_total(self) -> bool:
        return self.depth[0] == 0

    @property
    def kind(self) -> tuple[str, str]:
        return self.fact.source, self.fact.measure


@dataclass(frozen=True, slots=True)
class _Made:
    text: str
    refers: tuple[Place, ...]


@dataclass(frozen=True)
class _Sheet:
    spots: Mapping[Place, Spot]
    lines: Mapping[Place, int]
    """The lines of each spot that sums some, as bits."""
    idle: frozenset[Place]
    """Cells that add nothing to a sum: blank, or 0."""

    def value(self, place: Place) -> Decimal:
        """Of a spot or an idle cell."""
        spot = self.spots.get(place)
        return spot.value if spot else Decimal(0)

    def holds(self, place: Place) -> bool:
        return place in self.spots or place in self.idle


def formulas(spots: Sequence[Spot], idle: Iterable[Place]) -> dict[Place, str]:
    """The formulas of a sheet by cell, each exact; `spots` in reading order."""
    sheet = _sheet(spots, idle)
    made: dict[Place, _Made] = {}
    for column in _groups(sheet, lambda spot: (spot.place[1], *spot.kind)):
        made.update(_down(sheet, column))
    # 支出总计 is what is spent and what is carried forward; no other row adds up two sources
    for column in _groups(sheet, lambda spot: (spot.place[1], spot.fact.measure)):
        for place, formula in _down(sheet, column).items():
            if sheet.spots[place].is_total:
                made.setdefault(place, formula)
    for place, across in _across(sheet).items():
        made.setdefault(place, across)
    for place, derived in _derived(sheet, spots).items():
        made.setdefault(place, derived)
    return {place: formula.text for place, formula in _without_circles(made).items()}


def _sheet(spots: Sequence[Spot], idle: Iterable[Place]) -> _Sheet:
    bits: dict[object, int] = {}
    lines: dict[Place, int] = {}
    for spot in spots:
        mask = 0
        for line in spot.fact.lines or ():
            mask |= 1 << bits.setdefault(line, len(bits))
        if mask:
            lines[spot.place] = mask
    nothing = {spot.place for spot in spots if spot.value == 0 and spot.place not in lines}
    return _Sheet({spot.place: spot for spot in spots}, lines, frozenset(idle) | nothing)


def _groups(sheet: _Sheet, key: Callable[[Spot], object]) -> list[list[Spot]]:
    found: dict[object, list[Spot]] = defaultdict(list)
    for place in sheet.lines:
        spot = sheet.spots[place]
        found[key(spot)].append(spot)
    return list(found.values())


def _down(sheet: _Sheet, column: Sequence[Spot]) -> dict[Place, _Made]:
    """The totals of a column that are the sum of others in it."""
    same: dict[int, list[Spot]] = defaultdict(list)
    for spot in column:
        same[sheet.lines[spot.place]].append(spot)
    # of the rows with the same lines a total refers to the outermost, the first of them
    outermost = {mask: min(rows, key=lambda spot: spot.depth) for mask, rows in same.items()}
    largest_first = sorted(outermost, key=lambda mask: -mask.bit_count())
    made: dict[Place, _Made] = {}
    for mask, rows in same.items():
        parts = [outermost[part].place for part in _parts(mask, largest_first, list(outermost))]
        for spot in rows:
            twin = _twin(spot, rows, parts)
            formula = _sum(sheet, spot, [twin] if twin else parts)
            if formula:
                made[spot.place] = formula
    return made


def _twin(spot: Spot, rows: Sequence[Spot], parts: Sequence[Place]) -> Place | None:
    """The row of the same lines that a row refers to: the next one nested deeper; but of total rows
    abreast only the one nearest to the parts does, and the others refer to that."""
    deeper = [other for other in rows if other.depth > spot.depth]
    below = min(deeper, key=lambda other: other.depth).place if deeper else None
    abreast = [other.place for other in rows if other.depth == spot.depth]
    foot = below or next(iter(parts), None)
    if spot.is_total and foot:
        nearest = abreast[-1] if foot > abreast[-1] else abreast[0]
        return below if nearest == spot.place else nearest
    return below


def _parts(whole: int, largest_first: Sequence[int], in_order: Sequence[int]) -> list[int]:
    """The largest strict parts that make up the whole, none of them twice; none where they do not."""
    maximal: list[int] = []
    for mask in largest_first:
        if mask != whole and mask & whole == mask and not any(mask & one == mask for one in maximal):
            maximal.append(mask)
    chosen, covered = [], 0
    wanted = set(maximal)
    for mask in in_order:
        if mask in wanted and not mask & covered:
            chosen.append(mask)
            covered |= mask
    return chosen if covered == whole and len(chosen) > 1 else []


def _across(sheet: _Sheet) -> dict[Place, _Made]:
    """The cells that are the sum of others in their row, by the same columns in every row."""
    patterns: dict[int, set[tuple[int, ...]]] = defaultdict(set)
    rows = _groups(sheet, lambda spot: (spot.place[0], spot.kind))
    for row in rows:
        masks = list(dict.fromkeys(sheet.lines[spot.place] for spot in row))
        largest_first = sorted(masks, key=lambda mask: -mask.bit_count())
        for spot in row:
            parts = set(_parts(sheet.lines[spot.place], largest_first, masks))
            columns = {sheet.lines[other.place]: other.place[1] for other in reversed(row)}
            if parts:
                patterns[spot.place[1]].add(tuple(sorted(columns[part] for part in parts)))
    made: dict[Place, _Made] = {}
    for row in rows:
        for spot in row:
            # the longest first: the row with most figures shows what the column adds up
            for pattern in sorted(patterns[spot.place[1]], key=lambda p: (-len(p), p)):
                formula = _by_pattern(sheet, spot, pattern)
                if formula:
                    made.setdefault(spot.place, formula)
    return made


def _by_pattern(sheet: _Sheet, spot: Spot, columns: Sequence[int]) -> _Made | None:
    """The sum over columns of its row, if these hold its lines, each once."""
    parts = [(spot.place[0], column) for column in columns]
    if not all(map(sheet.holds, parts)):
        return None
    covered = 0
    for part in parts:
        mask = sheet.lines.get(part, 0)
        if mask & covered or (mask and sheet.spots[part].kind != spot.kind):
            return None
        covered |= mask
    return _sum(sheet, spot, parts) if covered == sheet.lines[spot.place] else None


def _sum(sheet: _Sheet, spot: Spot, parts: Sequence[Place]) -> _Made | None:
    if not parts or sum((sheet.value(part) for part in parts), Decimal(0)) != spot.value:
        return None
    text = added(parts, sheet.idle)
    return _Made(text, tuple(parts)) if text else None


def _derived(sheet: _Sheet, spots: Sequence[Spot]) -> dict[Place, _Made]:
    """Changes, rates and shares whose cells stand in their row."""
    made: dict[Place, _Made] = {}
    computed = [spot for spot in spots if spot.fact.measure in _COMPUTED]
    rows: dict[int, list[Spot]] = defaultdict(list)
    for spot in spots:
        rows[spot.place[0]].append(spot)
    patterns: dict[tuple[int, str], Counter[tuple[int, ...]]] = defaultdict(Counter)
    for spot in computed:
        for columns in _operands(spot, rows[spot.place[0]]):
            patterns[spot.place[1], spot.fact.measure][columns] += 1
    for spot in computed:
        for columns, _ in patterns[spot.place[1], spot.fact.measure].most_common():
            cells = [(spot.place[0], column) for column in columns]
            if spot.place not in made and all(map(sheet.holds, cells)):
                formula = _COMPUTED[spot.fact.measure](sheet, spot, cells)
                if formula:
                    made[spot.place] = formula
    return made


def _operands(spot: Spot, row: Sequence[Spot]) -> Iterable[tuple[int, ...]]:
    """The columns of the figures of the same lines: this year's, then one of the year before."""

    def columns(*measures: str) -> list[int]:
        return [
            other.place[1]
            for other in row
            if other.fact.measure in measures
            and (other.fact.source, other.fact.conditions) == (spot.fact.source, spot.fact.conditions)
        ]

    now = columns("amount")
    if spot.fact.measure == "share":
        return [(column,) for column in now]
    return [(column, before) for column in now for before in columns("prior", "executed")]


def _change(sheet: _Sheet, spot: Spot, cells: Sequence[Place]) -> _Made | None:
    now, before = cells
    if sheet.value(now) - sheet.value(before) != spot.value:
        return None
    return _Made(f"={name(now)}-{name(before)}", (now, before))


def _growth(sheet: _Sheet, spot: Spot, cells: Sequence[Place]) -> _Made | None:
    now, before = cells
    base = sheet.value(before)
    if not base:
        return None
    text = f"=({name(now)}-{name(before)})/{name(before)}"
    return _percentage(spot, (sheet.value(now) - base) / base, _Made(text, (now, before)))


def _share(sheet: _Sheet, spot: Spot, cells: Sequence[Place]) -> _Made | None:
    (part,) = cells
    mask = sheet.lines.get(part, 0)
    for whole in sheet.spots.values():
        contains = mask and sheet.lines.get(whole.place, 0) & mask == mask
        if contains and whole.value and whole.place[1] == part[1] and whole.is_total:
            text = f"={name(part)}/{name(whole.place, fixed_row=True)}"
            formula = _percentage(spot, sheet.value(part) / whole.value, _Made(text, (part, whole.place)))
            if formula:
                return formula
    return None


def _percentage(spot: Spot, ratio: Decimal, formula: _Made) -> _Made | None:
    """The formula, times 100 where no sign is printed; only if it is the figure as far as a sheet goes."""
    signed = "%" in spot.code
    value = ratio if signed else ratio * 100
    if near(value) != near(spot.value) or shown(value, spot.code) != shown(spot.value, spot.code):
        return None
    return formula if signed else _Made(f"{formula.text}*100", formula.refers)


_COMPUTED = {"change": _change, "growth": _growth, "share": _share}


def _without_circles(made: Mapping[Place, _Made]) -> dict[Place, _Made]:
    """The formulas without those that would come back to themselves."""
    kept = dict(made)
    done: set[Place] = set()
    for start in made:
        path: dict[Place, None] = {}
        waiting = [(start, False)]
        while waiting:
            place, leaving = waiting.pop()
            if leaving:
                path.pop(place)
                done.add(place)
            elif place in path:
                kept.pop(place, None)
            elif place in kept and place not in done:
                path[place] = None
                waiting.append((place, True))
                waiting.extend((other, False) for other in kept[place].refers)
    return kept
