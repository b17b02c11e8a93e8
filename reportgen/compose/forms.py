"""Forms too irregular for rows and columns: an HTML fragment of the profile, once or for each subject."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.compose.numbers import AmountStyle, unit_label
from reportgen.compose.spec import Orientation, TableSpec
from reportgen.compose.table import Form, FormPage
from reportgen.compose.tables import TableBuilder, notes_of
from reportgen.compose.templates import Templates
from reportgen.compose.values import subjects
from reportgen.derive.budget import Budget

_FIGURE = re.compile(r'data-value="-?[0.]*[1-9]')
"""A figure other than 0 in a fragment."""


@dataclass(frozen=True, slots=True)
class FormBuilder:
    budget: Budget
    templates: Templates
    tables: TableBuilder
    functions: Callable[[AmountStyle], Mapping[str, Any]]
    """What fragments may ask, for a style of amounts."""

    def build(self, id_: str, spec: TableSpec) -> Form:
        """One page for each subject that `where` selects, or a single blank one with the empty statement."""
        amounts = self.tables.amounts(spec)
        whom = subjects(self.budget, spec)
        common = {
            "it": None,
            "unit": None,
            "project": None,
            "amount_unit": unit_label(amounts),
            "code": spec.code,
            **self.functions(amounts),
        }
        pages = tuple(
            self._page(spec, {**common, "number": number, **subject.names})
            for number, subject in enumerate(whom, 1)
        )
        return Form(
            id=id_,
            code=spec.code,
            heading=self.templates.label(spec.heading, {}),
            title=pages[0].title,
            subtitle=self.templates.label(spec.subtitle, {}),
            pages=pages,
            landscape=spec.orientation is Orientation.LANDSCAPE,
            new_page=spec.new_page,
            title_once=spec.title_once,
            is_empty=not any(about.key for about in whom)
            if spec.each
            else not any(_FIGURE.search(page.html) for page in pages),
        )

    def _page(self, spec: TableSpec, names: Mapping[str, Any]) -> FormPage:
        html = self.templates.fragment(str(spec.form), names)
        notes = notes_of(spec, empty=not _FIGURE.search(html))
        return FormPage(
            title=self.templates.label(spec.title, names),
            above=self.tables.above(spec, names),
            above_right=self.tables.above_right(spec, names),
            html=html,
            notes=tuple(self.templates.label(note, names) for note in notes),
        )
