"""Columns as one budget prints them: `each` made into a column for every value, labels filled in,
and what a group says handed down to the columns below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.compose.rows import Render
from reportgen.compose.spec import Column, Row
from reportgen.compose.values import listed, named, needs, used
from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import Condition, read_conditions
from reportgen.derive.selection import Selection


@dataclass(frozen=True, slots=True)
class BuiltColumn:
    label: str
    spec: Column
    """What it prints, in the styles of its groups where it has none of its own."""
    inherited: tuple[Condition, ...] = ()
    """What its groups and their `each` ask, which nothing below can widen."""
    columns: tuple[BuiltColumn, ...] = ()

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return (*self.inherited, *self.spec.conditions)

    @property
    def leaves(self) -> tuple[BuiltColumn, ...]:
        return tuple(leaf for c in self.columns for leaf in c.leaves) if self.columns else (self,)

    @property
    def depth(self) -> int:
        return 1 + max((column.depth for column in self.columns), default=0)


@dataclass(frozen=True, slots=True)
class ColumnBuilder:
    budget: Budget
    render: Render
    source: str
    """Where figures come from unless a column or a row says otherwise."""
    rows: tuple[Row, ...]
    """The rules of the rows that the columns will print."""

    def build(
        self, columns: Iterable[Column], selection: Selection, context: Mapping[str, Any]
    ) -> tuple[BuiltColumn, ...]:
        """The columns within a selection; a group left without a column is left out."""
        return self._all(columns, selection, context, ())

    def _all(
        self,
        columns: Iterable[Column],
        selection: Selection,
        context: Mapping[str, Any],
        inherited: tuple[Condition, ...],
    ) -> tuple[BuiltColumn, ...]:
        made = (one for column in columns for one in self._made(column, selection, context, inherited))
        return tuple(column for column in made if column is not None)

    def _made(
        self,
        column: Column,
        selection: Selection,
        context: Mapping[str, Any],
        inherited: tuple[Condition, ...],
    ) -> Iterable[BuiltColumn | None]:
        if column.each is None:
            return [self._one(column, selection, context, inherited)]
        dimension = column.each
        within = selection.where((*inherited, *column.conditions))
        asked = needs(column.leaves, self.source, self.rows)
        in_use = used(within, dimension, asked)
        for leaf in column.leaves:
            if leaf.also is not None:  # a column of what is only added is a column too
                also = selection.where((*inherited, *read_conditions(leaf.also)))
                in_use += [value for value in used(also, dimension, asked) if value not in in_use]
        made = []
        for value in listed(self.budget, dimension, in_use, within if column.all else None):
            name = self.budget.name(dimension, value)
            names = {**context, **named(self.budget, dimension, value), "code": value, "name": name}
            handed = (*inherited, Condition(dimension, (value,)))
            made.append(self._one(column, selection, names, handed))
        return made

    def _one(
        self,
        column: Column,
        selection: Selection,
        context: Mapping[str, Any],
        inherited: tuple[Condition, ...],
    ) -> BuiltColumn | None:
        label = self.render(column.label, context)
        if not column.columns:
            return BuiltColumn(label, column, inherited)
        styled = (
            below.model_copy(
                update={
                    "amounts": below.amounts.over(column.amounts),
                    "percents": below.percents.over(column.percents),
                }
            )
            for below in column.columns
        )
        columns = self._all(styled, selection, context, (*inherited, *column.conditions))
        return BuiltColumn(label, column, inherited, columns) if columns else None
