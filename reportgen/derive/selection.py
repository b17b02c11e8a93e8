"""Choosing records by conditions, and saying so when a record does not know enough to be chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain

from reportgen.derive.dimensions import EXTRA, Condition, dimension_of
from reportgen.derive.records import Ledger, Record, Sources
from reportgen.faults import nearest


class MissingData(Exception):
    """No ledger can answer: `what` (in Chinese) is not known for `record`, or for any at all."""

    def __init__(self, what: str, record: Record | None) -> None:
        super().__init__(what)
        self.what = what
        self.record = record


@dataclass(frozen=True, slots=True)
class Total:
    """A sum in 元 (or pieces): None where no record is concerned at all, which is not 0."""

    value: Decimal | None
    records: tuple[Record, ...]


MEASURE_LABELS = {
    "amount": "金额",
    "prior": "上年预算数",
    "executed": "上年执行数",
    "held": "保有数量",
    "bought": "购置数量",
    "opening": "年初数",
    "value": "价值",
    "price": "单价",
    "sme": "面向中小企业",
    "micro": "面向小微企业",
}


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Records of one ledger that satisfy the conditions, and those that cannot tell."""

    certain: tuple[Record, ...]
    doubtful: tuple[tuple[Record, str], ...] = ()
    _by_value: dict[str, dict[str | None, list[int]]] = field(default_factory=dict, repr=False, compare=False)
    """By dimension, where among the certain records each value stands."""

    def narrowed(self, condition: Condition) -> _Chosen:
        dimension = condition.dimension
        if not condition.values:
            return _Chosen(())
        # a value is looked at once, however many records have it: tables narrow by every value there is
        certain: list[list[int]] = []
        doubtful: list[list[int]] = []
        for value, positions in self._positions(dimension).items():
            if value is None or condition.cannot_tell(value):
                doubtful.append(positions)
            elif condition.holds(value):
                certain.append(positions)
        unsure = [(record, dimension) for record in self._in_order(doubtful)]
        for record, missing in self.doubtful:
            value = record.dimensions.get(dimension)
            if value is None or condition.holds(value) or condition.cannot_tell(value):
                unsure.append((record, missing))
        return _Chosen(self._in_order(certain), tuple(unsure))

    def _positions(self, dimension: str) -> dict[str | None, list[int]]:
        found = self._by_value.get(dimension)
        if found is None:
            found = {}
            for position, record in enumerate(self.certain):
                found.setdefault(record.dimensions.get(dimension), []).append(position)
            self._by_value[dimension] = found
        return found

    def _in_order(self, groups: list[list[int]]) -> tuple[Record, ...]:
        """The records of several values, in the order of the input."""
        positions = groups[0] if len(groups) == 1 else sorted(chain.from_iterable(groups))
        return tuple([self.certain[position] for position in positions])


@dataclass
class Selection:
    """The records under a conjunction of conditions, found once by narrowing the selection above."""

    sources: Sources
    conditions: tuple[Condition, ...] = ()
    above: Selection | None = None
    _found: dict[str, tuple[tuple[Ledger, _Chosen], ...]] = field(default_factory=dict, repr=False)
    _below: dict[Condition, Selection] = field(default_factory=dict, repr=False)
    _totals: dict[tuple[str, str], Total] = field(default_factory=dict, repr=False)

    def where(self, conditions: Iterable[Condition]) -> Selection:
        selection = self
        for condition in conditions:
            found = selection._below.get(condition)
            if found is None:
                found = Selection(self.sources, (*selection.conditions, condition), selection)
                selection._below[condition] = found
            selection = found
        return selection

    def gives(self, source: str, measure: str) -> bool:
        """Whether the input gives this measure for a source at all."""
        return any(measure in ledger.measures for ledger in self.sources[source])

    def comparable(self, source: str, base: str) -> bool:
        """Whether the year before is known for all the money chosen here, so that it can be compared.

        An execution that is given for some funds and not for others would make a fall of a rise;
        what is carried forward has none. Of a fund whose execution is known, what has none is new.
        """
        if not self.gives(source, base):
            return False
        if base != "executed":
            return True
        records = self._ledger(source, "amount", None) if self.gives(source, "amount") else ()
        executed = self._ledger(source, base, None)
        funds = {fund for ledger in self.sources[source] for fund in ledger.executed_funds}
        return all(
            record.dimensions.get("fund") in funds and record.path[0] != "carry_forward"
            for record in (*records, *executed)
            if record.measures.get("amount") or record.measures.get("prior")
        )

    def total(self, source: str, measure: str) -> Total:
        """The sum of a measure, from the first ledger that can tell; raises `MissingData`.

        A measure that the input gives nowhere, such as the year before of a new department,
        is nothing rather than a fault. Added up once: tables, text and checks ask for the same sums.
        """
        found = self._totals.get((source, measure))
        if found is None:
            found = self._totals[source, measure] = self._sum(source, measure)
        return found

    def _sum(self, source: str, measure: str) -> Total:
        if not self.gives(source, measure):
            return Total(None, ())
        records = [r for r in self._ledger(source, measure, None) if measure in r.measures]
        if not records:
            return Total(None, ())
        return Total(sum((r.measures[measure] for r in records), Decimal(0)), tuple(records))

    def values(self, source: str, dimension: str, measures: Iterable[str]) -> tuple[str, ...]:
        """The values a dimension takes among records that have one of the measures, in input order."""
        wanted = tuple(measures)
        found: dict[str, None] = {}
        for measure in wanted:
            if not self.gives(source, measure):
                continue
            for record in self._ledger(source, measure, dimension):
                if measure in record.measures and record.dimensions[dimension]:
                    found[record.dimensions[dimension]] = None
        return tuple(found)

    def _ledger(self, source: str, measure: str, dimension: str | None) -> tuple[Record, ...]:
        """The chosen records of the first ledger whose records all know what is asked."""
        lacking: MissingData | None = None
        for ledger, chosen in self._chosen(source):
            problem = _problem(ledger, chosen, measure, dimension)
            if problem is None:
                return chosen.certain
            lacking = lacking or problem
        assert lacking is not None, "a source has at least one ledger"
        raise lacking

    def _chosen(self, source: str) -> tuple[tuple[Ledger, _Chosen], ...]:
        if source not in self._found:
            if self.above is None:
                self._found[source] = tuple(
                    (ledger, _Chosen(ledger.records)) for ledger in self.sources[source]
                )
            else:
                condition = self.conditions[-1]
                self._found[source] = tuple(
                    (ledger, chosen.narrowed(condition)) for ledger, chosen in self.above._chosen(source)
                )
        return self._found[source]


def _problem(ledger: Ledger, chosen: _Chosen, measure: str, dimension: str | None) -> MissingData | None:
    for record, missing in chosen.doubtful:
        return _lacking(ledger, missing, record)
    if dimension:
        for record in chosen.certain:
            if dimension not in record.dimensions:
                return _lacking(ledger, dimension, record)
    if measure not in ledger.measures:
        return MissingData(f"“{MEASURE_LABELS[measure]}”", next(iter(ledger.records), None))
    return None


def _lacking(ledger: Ledger, dimension: str, record: Record) -> MissingData:
    """A record does not know a dimension; one of the input's own that none knows is a name mistyped."""
    if dimension.startswith(EXTRA):
        own = {d for r in ledger.records for d in r.dimensions if d.startswith(EXTRA)}
        if dimension not in own:
            label = dimension_of(dimension).label
            hint = nearest(label, [dimension_of(d).label for d in own])
            return MissingData(f"“{label}”（没有一行明细、一个项目或单位写了它{hint}）", None)
    return MissingData(_asked(dimension, record), record)


def _asked(dimension: str, record: Record) -> str:
    """What the record should have said, in Chinese."""
    economic = record.dimensions.get("economic")
    if dimension == "government" and economic and len(economic) == 3:
        return f"“{dimension_of(dimension).label}”（{economic} 是类，部门经济科目要写到款，如 {economic}01）"
    if dimension == "government" and economic and "unit_kind" not in record.dimensions:
        return f"“{dimension_of(dimension).label}”（各单位性质不同，要写明是哪个单位的）"
    if dimension == "government" and economic:
        return f"“{dimension_of(dimension).label}”（目录里没有部门经济科目 {economic} 的对应关系，要写明）"
    return f"“{dimension_of(dimension).asked_as}”"
