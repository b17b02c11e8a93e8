"""The whole document: the profile's parts in order, as one semantic HTML text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from markupsafe import Markup

from reportgen.compose.assembly import assemble, contents_place
from reportgen.compose.chart import Chart
from reportgen.compose.charts import ChartBuilder, needs_of
from reportgen.compose.css import stylesheet
from reportgen.compose.forms import FormBuilder
from reportgen.compose.glance import glance_figures
from reportgen.compose.html import chart_block, form_block, section, table_block
from reportgen.compose.language import Language, no_year_before
from reportgen.compose.markdown import Block
from reportgen.compose.numbers import AMOUNTS, PERCENTS, AmountStyle, PercentStyle, unit_label
from reportgen.compose.profile import MAIN, Profile
from reportgen.compose.profile_spec import Part
from reportgen.compose.spec import TableSpec
from reportgen.compose.style import Page, Style
from reportgen.compose.table import Form, Table, is_empty
from reportgen.compose.tables import TableBuilder
from reportgen.compose.templates import LabelFault, LackingData, Templates
from reportgen.compose.values import subjects
from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import read_dimension
from reportgen.derive.holdings import all_assets, all_staff
from reportgen.derive.selection import MissingData
from reportgen.faults import Fault, FaultyInput, Place, Severity, nearest
from reportgen.load import Loaded
from reportgen.load.nodes import Node, find_text
from reportgen.load.text import shown


@dataclass(frozen=True)
class Document:
    """What the renderers get: one HTML text, its style sheet, and names."""

    html: str
    css: str
    """The base style sheet, without page numbers; the profile's own follows it."""
    own_css: str
    title: str
    file_name: str
    author: str
    style: Style
    tables: tuple[Table | Form, ...]
    """Those that parts list, in order."""
    warnings: tuple[Fault, ...]
    charts: Mapping[str, Chart] = field(default_factory=dict)
    """Those that are printed, by the id that the HTML names them by."""
    word_styles: bytes | None = None
    """Styles that the profile gives a Word file in place of those made of `style`."""


def compose(loaded: Loaded, budget: Budget, profile: Profile) -> Document:
    """Raises `FaultyInput` with every table and text that could not be made."""
    return _Composer(loaded, budget, profile).document()


@dataclass
class _Composer:
    loaded: Loaded
    budget: Budget
    profile: Profile
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    lacking: dict[tuple[Place, str], list[str]] = field(default_factory=dict)
    """What tables ask for and no ledger has, with the tables' codes."""
    charts: dict[str, Chart] = field(default_factory=dict)
    """Those printed so far, by id."""
    templates: Templates = field(init=False)
    tables: TableBuilder = field(init=False)

    def __post_init__(self) -> None:
        disclosure = self.budget.disclosure
        common = {
            "year": disclosure.year,
            "prior_year": disclosure.year - 1,
            "publisher": disclosure.level.label,
            **{
                name: getattr(disclosure, name)
                for name in (
                    "department",
                    "units",
                    "projects",
                    "procurement",
                    "services",
                    "terms",
                )
            },
            "assets": all_assets(disclosure.assets),
            "staff": all_staff(disclosure.staff),
            "performance": next((p for p in disclosure.performance if p.unit is None), None),
            "performances": disclosure.performance,
            "name_of": self._name_of,
        }
        self.templates = Templates(self.profile.folders, common, self._place_of)
        self.tables = TableBuilder(self.budget, self.profile.spec, self.templates.label)

    def _name_of(self, dimension: str, value: str | None) -> str:
        """What a template calls a code or another value of a dimension."""
        return self.budget.name(read_dimension(dimension), value) if value else ""

    def document(self) -> Document:
        spec = self.profile.spec
        tables = self._build_tables()
        self._warn_of_no_prior()
        parts = [self._part(part, tables) for part in spec.parts]
        self._tell_what_is_lacking()
        title, file_name = self._own_label(spec.title), self._own_label(spec.file_name)
        if self.faults:
            raise FaultyInput(dict.fromkeys(self.faults))
        return Document(
            html=assemble(Markup("").join(parts), title),
            css=stylesheet(spec.style),
            own_css=self.profile.css,
            title=title,
            file_name=file_name,
            author=self.budget.disclosure.department.name,
            style=spec.style,
            tables=tuple(table for made in tables.values() for table in made),
            warnings=tuple(dict.fromkeys(self.warnings)),
            charts=self.charts,
            word_styles=self.profile.word_styles,
        )

    def _build_tables(self) -> dict[str, list[Table | Form]]:
        """The tables that parts list; those that only texts print are built when asked for."""
        page = self.profile.spec.style.table_page
        return {name: self._tables(name, page) for name in self.listed}

    def _tell_what_is_lacking(self) -> None:
        for (place, what), codes in self.lacking.items():
            other = "，或另给一份含有它的台账" if len(self.budget.disclosure.expenditure) > 1 else ""
            message = f"{'、'.join(dict.fromkeys(codes))}需要{what}，这里没有；请补上{other}"
            self.faults.append(Fault(place, message))

    @property
    def listed(self) -> list[str]:
        """The tables that parts list for such a publisher, in the order they are printed."""
        every = [name for part in self.profile.spec.parts for name in part.tables]
        ours = (None, self.budget.disclosure.level)
        return [name for name in every if self.profile.tables[name].level in ours]

    def _titles(self, spec: TableSpec) -> list[str]:
        """A table's titles as lists of tables print them; its own faults are told where it is built."""
        template = spec.heading or spec.title + spec.subtitle
        try:
            names = [about.names for about in subjects(self.budget, spec)]
            return list(dict.fromkeys(self.templates.label(template, known) for known in names))
        except (LabelFault, MissingData):
            return [spec.title]

    def _tables(self, name: str, page: Page) -> list[Table | Form]:
        """What a table file prints: a form, or a table for each of its subjects."""
        spec = self.profile.tables[name]
        try:
            if spec.form:
                functions = self._functions_for_forms
                form = FormBuilder(self.budget, self.templates, self.tables, functions).build(name, spec)
                return [] if spec.omit_empty and form.is_empty else [form]
            made = (self.tables.build(name, spec, page, about) for about in subjects(self.budget, spec))
            return [table for table in made if not (spec.omit_empty and is_empty(table.rows))]
        except (MissingData, FaultyInput) as error:
            self._blame(error, spec.code or name, self.profile.nodes[name])
        return []

    def _charts(self, names: Iterable[str], page: Page) -> Markup:
        """Charts one below the other, each drawn to the width of the page that it stands on."""
        return Markup("").join(self._chart(name, page) for name in names)

    def _chart(self, name: str, page: Page) -> Markup:
        spec = self.profile.charts[name]
        builder = ChartBuilder(self.budget, self.profile.spec, self.templates.label)
        try:
            chart = builder.build(f"chart{len(self.charts) + 1}", name, spec, page)
        except (MissingData, FaultyInput) as error:
            self._blame(error, f"图“{name}”", self.profile.chart_nodes[name])
            return Markup("")
        if not chart.categories:
            return Markup("") if spec.omit_empty else chart_block(chart)
        self.charts[chart.id] = chart
        return chart_block(chart)

    def _blame(self, error: MissingData | FaultyInput, what: str, node: Node) -> None:
        """Tells where a table or a chart goes wrong: in the input, or in its own file as typed."""
        if isinstance(error, MissingData):
            place = self._place_of(error) or self.loaded.place()
            self.lacking.setdefault((place, error.what), []).append(what)
        elif isinstance(error, LabelFault):
            stands = find_text(node, error.template) or find_text(self.profile.root, error.template)
            self.faults += error.at(stands or Place(node.place.file))
        else:
            self.faults += error.faults

    def _part(self, part: Part, tables: Mapping[str, Iterable[Table | Form]]) -> Markup:
        try:
            if part.cover is not None:
                functions = self._functions_for_forms(self.profile.spec.amounts.over(AMOUNTS))
                return section("cover", Markup(self.templates.fragment(part.cover, functions)))
            if part.contents is not None:
                title = self.templates.label(part.contents.title, {})
                return contents_place(title, part.contents.levels)
            if part.text is not None:
                text = Markup(self.templates.narrative(part.text, self._functions_for_text()))
                return section("text", text, in_contents=part.in_contents)
            if part.placed_charts or part.glance is not None:
                return self._charts_part(part)
            return self._tables_part(part, [table for name in part.tables for table in tables.get(name, ())])
        except LackingData as error:
            self.faults += [] if self.lacking else error.faults
        except MissingData as error:
            self._blame(error, "“一图读懂”", self.profile.root)
        except LabelFault as error:
            self._blame_profile(error)
        except FaultyInput as error:
            self.faults += error.faults
        return Markup("")

    def _tables_part(self, part: Part, tables: Iterable[Table | Form]) -> Markup:
        """Tables in order, neighbours of one orientation together; the part's title before the first."""
        title = self.templates.label(part.title, {}) if part.title else ""
        heading = Markup("<h1>{}</h1>").format(title) if title else Markup("")
        level = 2 if title else 1
        sections = []
        for landscape, group in groupby(tables, _is_landscape):
            blocks = [_block(table, level) for table in group]
            kind = "tables landscape" if landscape else "tables"
            inner = heading + Markup("").join(blocks)
            sections.append(section(kind, inner, in_contents=part.in_contents))
            heading = Markup("")
        return Markup("").join(sections)

    def _charts_part(self, part: Part) -> Markup:
        """Charts, or a page at a glance, on a page like those of tables."""
        title = part.glance.title if part.glance else part.title or ""
        heading = self.templates.label(title, {})
        inner = Markup("<h1>{}</h1>").format(heading) if heading else Markup("")
        if part.glance:
            inner += glance_figures(part.glance.figures, self._language_of_text(), self.templates.label)
        charts = self._charts(part.placed_charts, self.profile.spec.style.table_page)
        if not (part.glance or charts):
            return Markup("")
        inner += charts
        kind = "tables glance" if part.glance else "tables charts"
        return section(kind, inner, in_contents=part.in_contents)

    def _blame_profile(self, error: LabelFault) -> None:
        """A template that stands in profile.yaml, if in none of the files that tried to use it."""
        whole = Place(shown(self.profile.folders[0] / MAIN))
        self.faults += error.at(find_text(self.profile.root, error.template) or whole)

    def _own_label(self, template: str) -> str:
        """A template of profile.yaml; a fault is kept, and nothing printed for it."""
        try:
            return self.templates.label(template, {})
        except LabelFault as error:
            self._blame_profile(error)
            return ""

    def _functions_for_forms(self, amounts: AmountStyle) -> dict[str, Any]:
        listed = [
            {"code": spec.code, "title": title}
            for spec in map(self.profile.tables.__getitem__, self.listed)
            if spec.code
            for title in self._titles(spec)
        ]
        percents = self.profile.spec.percents.over(PERCENTS)
        return {**self._language(amounts, percents, unit="").functions(), "tables": listed}

    def _table_in_text(self, name: str, level: int = 0) -> Block:
        """A table where the text wants it; `level` makes its title a heading of that level."""
        if name not in self.profile.tables:
            raise ValueError(f"没有表“{name}”{nearest(name, self.profile.tables)}")
        tables = self._tables(name, self.profile.spec.style.text_page)
        return Block(Markup("").join(_block(table, level) for table in tables))

    def _chart_in_text(self, name: str) -> Block:
        """A chart where the text wants it."""
        if name not in self.profile.charts:
            raise ValueError(f"没有图“{name}”{nearest(name, self.profile.charts)}")
        return Block(self._chart(name, self.profile.spec.style.text_page))

    def _functions_for_text(self) -> dict[str, Any]:
        functions = self._language_of_text().functions()
        return {**functions, "table": self._table_in_text, "chart": self._chart_in_text}

    def _language_of_text(self) -> Language:
        spec = self.profile.spec
        amounts = spec.text.amounts.over(spec.amounts.over(AMOUNTS))
        percents = spec.text.percents.over(spec.percents.over(PERCENTS))
        return self._language(amounts, percents, unit_label(amounts))

    def _language(self, amounts: AmountStyle, percents: PercentStyle, unit: str) -> Language:
        return Language(
            self.budget, self.profile.spec, self.templates.label, amounts, percents, unit, self._warn
        )

    def _warn_of_no_prior(self) -> None:
        listed = map(self.profile.tables.__getitem__, self.listed)
        needed = {need for table in listed for side in table.blocks for c in side.leaves for need in c.needs}
        placed = [
            self.profile.charts[name] for part in self.profile.spec.parts for name in part.placed_charts
        ]
        needed |= {need for chart in placed for series in chart.series for need in needs_of(series)}
        for measure in sorted(needed & {"prior", "executed"}):
            if not self.budget.all.gives("expenditure", measure):
                place = self.loaded.place("expenditure")
                message = no_year_before(measure)
                self.warnings.append(Fault(place, message, Severity.WARNING, "W1-no-year-before"))

    def _warn(self, rule: str, message: str, key: str) -> None:
        place = self.loaded.place(*([key] if key else []))
        self.warnings.append(Fault(place, message, Severity.WARNING, rule))

    def _place_of(self, error: MissingData) -> Place | None:
        return self.loaded.place(*error.record.path) if error.record else None


def _block(table: Table | Form, level: int) -> Markup:
    return table_block(table, level) if isinstance(table, Table) else form_block(table, level)


def _is_landscape(table: Table | Form) -> bool:
    return table.layout.landscape if isinstance(table, Table) else table.landscape
