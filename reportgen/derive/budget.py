"""The derived budget: what tables and sentences may ask, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from reportgen.catalog import Catalog, Classification
from reportgen.derive.dimensions import Condition, dimension_of
from reportgen.derive.records import Sources, own_unit, sources
from reportgen.derive.renaming import in_codes_of
from reportgen.derive.selection import Selection
from reportgen.model.department import Department, Unit
from reportgen.model.disclosure import Disclosure
from reportgen.model.projects import Project


@dataclass(frozen=True)
class Budget:
    disclosure: Disclosure
    catalog: Catalog
    sources: Sources
    before: Disclosure | None = None
    """Last year's own input in this year's codes; it names what only it has."""

    @cached_property
    def units(self) -> tuple[Unit | Department, ...]:
        """The units listed; a department that lists none is its own only unit."""
        return self.disclosure.units or (self.disclosure.department,)

    def unit(self, code: str | None) -> Unit | Department:
        """The unit of a record that names it, or names none."""
        wanted = code or own_unit(self.disclosure)
        return next((unit for unit in self.units if unit.code == wanted), self.disclosure.department)

    @cached_property
    def all(self) -> Selection:
        """Every record of every source."""
        return Selection(self.sources)

    def select(self, conditions: Iterable[Condition]) -> Selection:
        return self.all.where(conditions)

    def name(self, dimension: str, value: str) -> str:
        """What a value of a dimension is called in print; the value itself where no name is known."""
        known = dimension_of(dimension)
        if known.classification:
            return self.names[known.classification].get(value, value)
        if known.words:
            return known.words.read(value).label
        return self._labels.get(dimension, {}).get(value, value)

    @cached_property
    def names(self) -> Mapping[Classification, Mapping[str, str]]:
        """The catalogue's names, completed by those the input gives for codes it lacks."""
        own: dict[Classification, dict[str, str]] = {c: {} for c in Classification}
        for disclosure in self._years:
            for code, name in disclosure.names.items():
                own[classification_of(code)].setdefault(code, name)
            for lines in disclosure.expenditure.values():
                for line in lines:
                    if line.function and line.function_name:
                        own[Classification.FUNCTION].setdefault(line.function, line.function_name)
                    if line.economic and line.economic_name:
                        own[Classification.ECONOMIC].setdefault(line.economic, line.economic_name)
        return {c: {**own[c], **self.catalog.names[c]} for c in Classification}

    @cached_property
    def _years(self) -> tuple[Disclosure, ...]:
        """This year's input, then last year's if there is one."""
        return (self.disclosure,) if self.before is None else (self.disclosure, self.before)

    @cached_property
    def known_units(self) -> tuple[Unit | Department, ...]:
        """The units of this year, then those that only last year's input lists."""
        earlier = (self.before.units or (self.before.department,)) if self.before else ()
        listed = {unit.code for unit in self.units}
        return (*self.units, *(unit for unit in earlier if unit.code not in listed))

    @cached_property
    def known_projects(self) -> tuple[Project, ...]:
        """The projects of this year, then those that only last year's input lists."""
        listed = {project.code for project in self.disclosure.projects}
        earlier = self.before.projects if self.before else ()
        return (*self.disclosure.projects, *(p for p in earlier if p.code not in listed))

    @cached_property
    def _labels(self) -> Mapping[str, Mapping[str, str]]:
        return {
            "unit": {unit.code: unit.name for unit in self.known_units},
            "project": {project.code: project.name for project in self.known_projects},
        }


def classification_of(code: str) -> Classification:
    """By its first digit: 2 function, 3 department economic, 5 government economic."""
    return {"3": Classification.ECONOMIC, "5": Classification.GOVERNMENT}.get(
        code[:1], Classification.FUNCTION
    )


def derive(disclosure: Disclosure, catalog: Catalog, before: Disclosure | None = None) -> Budget:
    then = in_codes_of(disclosure, catalog, before) if before else None
    return Budget(disclosure, catalog, sources(disclosure, catalog, then), then)
