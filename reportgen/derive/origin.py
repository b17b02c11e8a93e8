"""Where a printed figure comes from: a fact, as figures carry it, back to its lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import DIMENSIONS, EXTRA, Condition, dimension_of
from reportgen.derive.records import SOURCES, Record
from reportgen.derive.selection import MEASURE_LABELS, MissingData

_FACT = re.compile(r"(\w+)\.(\w+)\[(.*?)\](?:\+\[(.*)\])?")
DERIVED = {"change": "增减额", "growth": "增减率", "share": "占比"}
"""Measures that are computed from the amounts of the lines."""


@dataclass(frozen=True, slots=True)
class Origin:
    what: str
    """«支出，资金：一般公共预算；功能科目：204 公共安全支出»."""
    measure: str
    """The recorded measure that the lines give."""
    records: tuple[Record, ...]


def origin(budget: Budget, fact: str) -> Origin | None:
    """None for a figure that no selection of lines stands behind, such as one typed under 历年数."""
    found = _FACT.fullmatch(fact)
    if found is None or found[1] not in SOURCES:
        return None
    source, measure = found[1], found[2]
    recorded = "amount" if measure in DERIVED else measure
    records: dict[tuple[str | int, ...], Record] = {}
    said = []
    for typed in (found[3], *([found[4]] if found[4] is not None else [])):
        conditions = [_condition(one) for one in typed.split(";") if one]
        if ";".join(map(str, conditions)) != typed or not all(map(_is_known, conditions)):
            return None  # a name with a mark of its own in it cannot be taken apart
        said.append("；".join(_told(budget, condition) for condition in conditions) or "全部")
        try:
            chosen = budget.select(conditions).total(source, recorded).records
        except MissingData:
            return None
        records.update((record.path, record) for record in chosen)
    label = DERIVED.get(measure, MEASURE_LABELS.get(measure, measure))
    what = f"{SOURCES[source]}{label}（{'，另加'.join(said)}）"
    # the lines of one year alone would not make a change, nor a part its share
    return Origin(what, recorded, () if measure in DERIVED else tuple(records.values()))


def _condition(typed: str) -> Condition:
    dimension, _, values = typed.partition("=")
    return Condition(dimension, tuple(values.split("|")) if values else ())


def _is_known(condition: Condition) -> bool:
    return condition.dimension in DIMENSIONS or condition.dimension.startswith(EXTRA)


def _told(budget: Budget, condition: Condition) -> str:
    if condition.dimension == "record":
        return "这一条"
    label = dimension_of(condition.dimension).label
    return f"{label}：{'、'.join(_name(budget, condition.dimension, value) for value in condition.values)}"


def _name(budget: Budget, dimension: str, value: str) -> str:
    if dimension.startswith(EXTRA):
        return value
    name = budget.name(dimension, value)
    return f"{value} {name}" if dimension_of(dimension).classification else name
