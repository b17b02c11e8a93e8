"""Which figures of a sheet follow from its others, and by what formula.

A total is the sum of cells whose lines are, together, its own lines, each once. So a formula never
rests on numbers that happen to add up, and what it gives is the figure to the last digit.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reportgen.render.number_format import near, shown
from reportgen.render.xlsx.facts import Fact
from reportgen.render.xlsx.references import Place, added, name

Depth = tuple[int, int, int]
Parts = tuple[Place, ...]
Pattern = tuple[int, ...]
"""Columns that are added in every row, or rows that are in every column."""
Line = tuple[int, ...]
"""A column; or a row, after the first of the columns that share its labels."""


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
    refers: Parts


@dataclass(frozen=True)
class _Sheet:
    spots: Mapping[Place, Spot]
    lines: Mapping[Place, int]
    """The lines of each spot that sums some, as bits."""
    idle: frozenset[Place]
    """Cells that add nothing to a sum: blank, or 0."""
    zeros: frozenset[Place]
    """Of these the ones that print a 0, in columns of amounts."""
    blocks: Mapping[int, int]
    """The columns of figures; those with no label between them have the same number."""

    def value(self, place: Place) -> Decimal:
        """Of a spot or an idle cell."""
        spot = self.spots.get(place)
        return spot.value if spot else Decimal(0)

    def holds(self, place: Place) -> bool:
        return place in self.spots or place in self.idle

    def row(self, place: Place) -> tuple[int, int]:
        """The row of a cell among the columns that share its labels."""
        return self.blocks[place[1]], place[0]


def formulas(spots: Sequence[Spot], blank: Iterable[Place], zeros: Iterable[Place] = ()) -> dict[Place, str]:
    """The formulas of a sheet by cell, each exact; `spots` in reading order.

    `zeros`: cells that print a 0 in a table whose rows and columns mean the same throughout; they
    get the formula of their neighbours, so that what is typed into their parts reaches them.
    """
    sheet = _sheet(spots, blank, zeros)
    sums = _without_circles({**_across(sheet), **_down(sheet)})
    sums |= _of_zeros(sheet, sums)
    made = {place: made for place, made in _derived(sheet, spots).items() if place not in sums}
    kept = _without_circles({**sums, **{place: formula.refers for place, formula in made.items()}})
    reach = _Reach(sheet, kept)
    texts = {place: _added(sheet, place, sums[place], reach) for place in kept if place in sums}
    texts |= {place: made[place].text for place in kept if place in made}
    return {place: text for place, text in texts.items() if text}


def _sheet(spots: Sequence[Spot], blank: Iterable[Place], zeros: Iterable[Place]) -> _Sheet:
    bits: dict[object, int] = {}
    lines: dict[Place, int] = {}
    for spot in spots:
        mask = 0
        for line in spot.fact.lines or ():
            mask |= 1 << bits.setdefault(line, len(bits))
        if mask:
            lines[spot.place] = mask
    nothing = {spot.place for spot in spots if spot.value == 0 and spot.place not in lines}
    printed = {place for place in zeros if place not in lines}
    computed = {spot.place[1] for spot in spots if spot.fact.measure in _COMPUTED}
    idle = frozenset(blank) | nothing | printed
    figures = {spot.place for spot in spots} | printed
    return _Sheet(
        {spot.place: spot for spot in spots},
        lines,
        idle,
        frozenset(place for place in printed if place[1] not in computed),
        _blocks(figures, idle),
    )


def _blocks(figures: Collection[Place], idle: Collection[Place]) -> dict[int, int]:
    """Each column with the first of those that stand beside it, with no label between."""
    rows = {row for row, _ in figures}
    columns = {column for _, column in figures}
    blocks: dict[int, int] = {}
    for column in range(max(columns, default=-1) + 1):
        if column in columns or all((row, column) in idle for row in rows):
            blocks[column] = blocks.get(column - 1, column)
    return blocks


def _groups(sheet: _Sheet, key: Callable[[Spot], object]) -> list[list[Spot]]:
    found: dict[object, list[Spot]] = defaultdict(list)
    for place in sheet.lines:
        spot = sheet.spots[place]
        found[key(spot)].append(spot)
    return list(found.values())


def _down(sheet: _Sheet) -> dict[Place, Parts]:
    """The cells that are the sum of others in their column, by the same rows in every column."""
    own: dict[Place, Parts] = {}
    for column in _groups(sheet, lambda spot: (spot.place[1], *spot.kind)):
        own.update(_of_column(sheet, column))
    # 支出总计 is what is spent and what is carried forward; no other row adds up two sources
    for column in _groups(sheet, lambda spot: (spot.place[1], spot.fact.measure)):
        for place, parts in _of_column(sheet, column).items():
            if sheet.spots[place].is_total:
                own.setdefault(place, parts)
    patterns: dict[tuple[int, int], dict[Pattern, None]] = defaultdict(dict)
    for place, parts in own.items():
        patterns[sheet.row(place)][tuple(row for row, _ in parts)] = None
    made: dict[Place, Parts] = {}
    for place in sheet.lines:
        mine = tuple(row for row, _ in own.get(place, ()))
        # the longest first: the column with most figures shows what the row adds up
        for rows in sorted(patterns[sheet.row(place)], key=lambda p: (-len(p), p != mine, p)):
            parts = tuple((row, place[1]) for row in rows)
            if place not in made and _is_sum(sheet, place, parts):
                made[place] = parts
    return made


def _of_column(sheet: _Sheet, column: Sequence[Spot]) -> dict[Place, Parts]:
    """The totals of a column that are the sum of others in it."""
    same: dict[int, list[Spot]] = defaultdict(list)
    for spot in column:
        same[sheet.lines[spot.place]].append(spot)
    # of the rows with the same lines a total refers to the outermost, the first of them
    outermost = {mask: min(rows, key=lambda spot: spot.depth) for mask, rows in same.items()}
    largest_first = sorted(outermost, key=lambda mask: -mask.bit_count())
    made: dict[Place, Parts] = {}
    for mask, rows in same.items():
        parts = [outermost[part].place for part in _parts(mask, largest_first, list(outermost))]
        for spot in rows:
            twin = _twin(spot, rows, parts)
            chosen = (twin,) if twin else tuple(sorted(parts))
            if _is_sum(sheet, spot.place, chosen):
                made[spot.place] = chosen
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


def _across(sheet: _Sheet) -> dict[Place, Parts]:
    """The cells that are the sum of others in their row, by the same columns in every row."""
    patterns: dict[int, set[Pattern]] = defaultdict(set)
    for row in _groups(sheet, lambda spot: (spot.place[0], spot.kind)):
        masks = list(dict.fromkeys(sheet.lines[spot.place] for spot in row))
        largest_first = sorted(masks, key=lambda mask: -mask.bit_count())
        columns = {sheet.lines[other.place]: other.place[1] for other in reversed(row)}
        for spot in row:
            parts = _parts(sheet.lines[spot.place], largest_first, masks)
            if parts:
                patterns[spot.place[1]].add(tuple(sorted(columns[part] for part in parts)))
    made: dict[Place, Parts] = {}
    for place in sheet.lines:
        # the longest first: the row with most figures shows what the column adds up
        for pattern in sorted(patterns[place[1]], key=lambda p: (-len(p), p)):
            cells = tuple((place[0], column) for column in pattern)
            if place not in made and _is_sum(sheet, place, cells):
                made[place] = cells
    return made


def _of_zeros(sheet: _Sheet, sums: Mapping[Place, Parts]) -> dict[Place, Parts]:
    """The cells that print a 0 and stand among sums: they add up what most of their neighbours do."""
    rows: dict[Line, Counter[Pattern]] = defaultdict(Counter)
    columns: dict[int, Counter[Pattern]] = defaultdict(Counter)
    for place, parts in sums.items():
        if parts[0][1] == place[1]:
            rows[sheet.row(place)][tuple(row for row, _ in parts)] += 1
        else:
            columns[place[1]][tuple(column for _, column in parts)] += 1
    made: dict[Place, Parts] = {}
    for row, column in sorted(sheet.zeros):
        down = [tuple((r, column) for r in rs) for rs, _ in rows[sheet.row((row, column))].most_common(1)]
        across = [tuple((row, c) for c in cs) for cs, _ in columns[column].most_common(1)]
        for cells in (*across, *down):
            if _is_sum(sheet, (row, column), cells):
                made[row, column] = cells
    return made


def _is_sum(sheet: _Sheet, place: Place, parts: Parts) -> bool:
    """Whether the parts hold the lines of a cell, each once, and add up to what it prints."""
    if not parts or place in parts or not all(map(sheet.holds, parts)):
        return False
    covered = 0
    for part in parts:
        mask = sheet.lines.get(part, 0)
        if mask & covered or (mask and not _adds_to(sheet, part, place)):
            return False
        covered |= mask
    summed = sum(map(sheet.value, parts), Decimal(0))
    return covered == sheet.lines.get(place, 0) and summed == sheet.value(place)


def _adds_to(sheet: _Sheet, part: Place, whole: Place) -> bool:
    """Whether two figures measure the same; a total row adds up several sources."""
    one, other = sheet.spots[part], sheet.spots.get(whole)
    if other is None or one.fact.measure != other.fact.measure:
        return False
    return one.kind == other.kind or (other.is_total and part[1] == whole[1])


class _Reach:
    """The columns that a column rests on wherever in the sheet it does, and the rows that a row does."""

    def __init__(self, sheet: _Sheet, refers: Mapping[Place, Parts]) -> None:
        self.sheet = sheet
        self.below: dict[Line, set[Line]] = defaultdict(set)
        self.known: dict[Line, frozenset[Line]] = {}
        for place, parts in refers.items():
            for part in parts:
                if (place[0] == part[0]) != (place[1] == part[1]):
                    one, other = self._pair(place, part)
                    self.below[one].add(other)

    def apart(self, one: Place, other: Place) -> bool:
        """Whether two cells of a row or a column rest on nothing in common, nor one on the other."""
        first, second = self._pair(one, other)
        return self._of(first).isdisjoint(self._of(second))

    def _pair(self, one: Place, other: Place) -> tuple[Line, Line]:
        """The columns of two cells of a row, or the rows of two cells of a column."""
        if one[0] == other[0]:
            return (one[1],), (other[1],)
        return self.sheet.row(one), self.sheet.row(other)

    def _of(self, line: Line) -> frozenset[Line]:
        if line not in self.known:
            found, waiting = {line}, [line]
            while waiting:
                further = self.below.get(waiting.pop(), set()) - found
                found |= further
                waiting += further
            self.known[line] = frozenset(found)
        return self.known[line]


def _added(sheet: _Sheet, place: Place, parts: Parts, reach: _Reach) -> str | None:
    """The sum of its parts; ranges reach over cells that add nothing, whatever is typed into others."""
    return added(parts, lambda between: between in sheet.idle and reach.apart(place, between))


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


def _without_circles(refers: Mapping[Place, Parts]) -> dict[Place, Parts]:
    """What cells refer to, without the cells that would come back to themselves."""
    kept = dict(refers)
    done: set[Place] = set()
    for start in refers:
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
                waiting.extend((other, False) for other in kept[place])
    return kept
