"""The values that `each` lists, for rows, columns and tables alike: which, in what order, and whose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportgen.compose.spec import Column, Measure, Row, TableSpec, recorded
from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import Condition, dimension_of, read_conditions
from reportgen.derive.selection import Selection
from reportgen.model.projects import Project

Need = tuple[str, str]
"""A source and a measure that something prints."""


def needs(columns: Iterable[Column], source: str, rows: Iterable[Row] = ()) -> tuple[Need, ...]:
    """What the columns print in such rows, from `source` unless either says otherwise."""
    figures = [column for column in columns if column.is_figure]
    found = {
        (column.source or row_source or source, measure): None
        for row_source, row_measure in dict.fromkeys([(None, None), *_overrides(rows)])
        for column in figures
        for measure in recorded(row_measure or column.measure, column.against)
    }
    return tuple(found)


def _overrides(rows: Iterable[Row]) -> Iterator[tuple[str | None, Measure | None]]:
    """The sources and measures that rows, and the rows below them, ask for instead of the columns'."""
    for row in rows:
        yield row.source, row.measure
        yield from _overrides(row.rows)


def used(selection: Selection, dimension: str, needs: Iterable[Need]) -> list[str]:
    """The values of a dimension among the records that have one of the measures, in input order."""
    found: dict[str, None] = {}
    for source, measure in needs:
        found.update(dict.fromkeys(selection.values(source, dimension, [measure])))
    return list(found)


def listed(
    budget: Budget, dimension: str, in_use: Sequence[str], within: Selection | None = None
) -> list[str]:
    """The values in use, in the order the words or the input's lists give.

    `within`: every value that is known and that the selection admits, in use or not.
    """
    words = dimension_of(dimension).words
    lists: dict[str, list[str]] = {
        "unit": [unit.code for unit in budget.known_units],
        "project": [project.code for project in budget.known_projects],
    }
    known = [str(word.value) for word in words] if words else lists.get(dimension, [])
    if dimension_of(dimension).classification:
        in_use = sorted(in_use)
    ordered = [*known, *(value for value in in_use if value not in known)]
    if within is None:
        return [value for value in ordered if value in in_use]
    conditions = [condition for condition in within.conditions if condition.dimension == dimension]
    return [value for value in ordered if all(condition.holds(value) for condition in conditions)]


def named(budget: Budget, dimension: str, value: str) -> dict[str, Any]:
    """What templates may say of a listed unit or project."""
    lists: dict[str, Sequence[Any]] = {"unit": budget.known_units, "project": budget.known_projects}
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

    A table that is repeated for nobody is printed once, blank (a form with no subject at all).
    """
    if spec.each is None:
        return [Subject()]
    selection = budget.select(read_conditions(spec.where))
    asked: dict[Need, None] = {(spec.source, "amount"): None} if spec.form else {}
    for side in spec.blocks:
        asked.update(dict.fromkeys(needs(side.leaves, side.source or spec.source, side.rows)))
    in_use = used(selection, spec.each, asked)
    found = []
    for value in listed(budget, spec.each, in_use, selection if spec.all else None):
        names = named(budget, spec.each, value)
        if spec.each == "project" and names:
            names["unit"] = budget.unit(names["it"].unit)
        found.append(Subject(value, (Condition(spec.each, (value,)),), names))
    return found or [_nobody(budget, spec)]


def _nobody(budget: Budget, spec: TableSpec) -> Subject:
    """The subject of a blank table: it has no record, and a table's title may still name it."""
    names: dict[str, Any] = {"it": None, "unit": None, "project": None}
    if not spec.form:
        blank = Project.model_construct(code="", name="")
        names = {"it": None, "unit": budget.disclosure.department, "project": blank}
    return Subject("", (Condition(spec.each or "", ()),), names)
