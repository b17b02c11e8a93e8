"""Columns as one budget prints them: `each` made into a column for every value, labels filled in,
and what a group says handed down to the columns below it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.compose.rows import Render
from reportgen.compose.spec import Column
from reportgen.compose.values import listed, named, needs, used
from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import Condition
from reportgen.derive.selection import Selection


@dataclass(frozen=True, slots=True)
class ColumnBuilder:
    budget: Budget
    render: Render
    source: str
    """Where figures come from unless a column says otherwise."""

    def build(
        self, columns: Iterable[Column], selection: Selection, context: Mapping[str, Any]
    ) -> tuple[Column, ...]:
        """The columns within a selection; a group left without a column is left out."""
        made = (one for column in columns for one in self._made(column, selection, context))
        return tuple(column for column in made if column is not None)

    def _made(
        self, column: Column, selection: Selection, context: Mapping[str, Any]
    ) -> Iterable[Column | None]:
        if column.each is None:
            return [self._one(column, selection, context)]
        dimension = column.each
        within = selection.where(column.conditions)
        in_use = used(within, dimension, needs(column.leaves, self.source))
        return [
            self._one(
                column.model_copy(update={"where": {**column.where, dimension: (value,)}}),
                within.where([Condition(dimension, (value,))]),
                {
                    **context,
                    **named(self.budget, dimension, value),
                    "code": value,
                    "name": self.budget.name(dimension, value),
                },
            )
            for value in listed(self.budget, dimension, in_use, every=column.all)
        ]

    def _one(self, column: Column, selection: Selection, context: Mapping[str, Any]) -> Column | None:
        label = self.render(column.label, context)
        if not column.columns:
            return column.model_copy(update={"label": label})
        handed_down = (
            below.model_copy(
                update={
                    "where": {**column.where, **below.where},
                    "amounts": below.amounts.over(column.amounts),
                    "percents": below.percents.over(column.percents),
                }
            )
            for below in column.columns
        )
        columns = self.build(handed_down, selection, context)
        return column.model_copy(update={"label": label, "columns": columns}) if columns else None
