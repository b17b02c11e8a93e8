"""The values that `each` lists, for rows, columns and tables alike: which, in what order, and whose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportgen.compose.spec import Column, TableSpec
from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import Condition, dimension_of, read_conditions
from reportgen.derive.selection import Selection

Need = tuple[str, str]
"""A source and a measure that something prints."""


def needs(columns: Iterable[Column], source: str) -> tuple[Need, ...]:
    """What the columns print, from `source` unless they say otherwise."""
    found = {
        (column.source or source, measure): None
        for column in columns
        if column.is_figure
        for measure in column.needs
    }
    return tuple(found)


def used(selection: Selection, dimension: str, needs: Iterable[Need]) -> list[str]:
    """The values of a dimension among the records that have one of the measures, in input order."""
    found: dict[str, None] = {}
    for source, measure in needs:
        found.update(dict.fromkeys(selection.values(source, dimension, [measure])))
    return list(found)


def listed(budget: Budget, dimension: str, in_use: Sequence[str], *, every: bool) -> list[str]:
    """The values in use, or every one that is known, in the order the words or the input's lists give."""
    words = dimension_of(dimension).words
    lists: dict[str, list[str]] = {
        "unit": [unit.code for unit in budget.units],
        "project": [project.code for project in budget.disclosure.projects],
    }
    known = [str(word.value) for word in words] if words else lists.get(dimension, [])
    if dimension_of(dimension).classification:
        in_use = sorted(in_use)
    ordered = [*known, *(value for value in in_use if value not in known)]
    return [value for value in ordered if every or value in in_use]


def named(budget: Budget, dimension: str, value: str) -> dict[str, Any]:
    """What templates may say of a listed unit or project."""
    lists: dict[str, Sequence[Any]] = {"unit": budget.units, "project": budget.disclosure.projects}
    found = next((item for item in lists.get(dimension, ()) if item.code == value), None)
    return {} if found is None else {dimension: found, "it": found}


@dataclass(frozen=True, slots=True)
class Subject:
    """The unit or project that one of several tables is about; the whole department has no name here."""

    key: str = ""
    conditions: tuple[Condition, ...] = ()
    names: Mapping[str, Any] = field(default_factory=dict)


def subjects(budget: Budget, spec: TableSpec) -> list[Subject]:
    """Whom a table is printed for: those that have figures under its `where`, in the input's order.

    A table that is repeated for nobody is printed once, blank.
    """
    if spec.each is None:
        return [Subject()]
    selection = budget.select(read_conditions(spec.where))
    in_use = selection.values(spec.source, spec.each, ("amount",))
    found = []
    for value in listed(budget, spec.each, in_use, every=False):
        names = named(budget, spec.each, value)
        if spec.each == "project" and names:
            names["unit"] = budget.unit(names["it"].unit)
        found.append(Subject(value, (Condition(spec.each, (value,)),), names))
    return found or [Subject(names={"it": None, spec.each: None, "unit": None})]
