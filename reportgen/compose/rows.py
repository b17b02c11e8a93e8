"""Row rules of a table file to rows: codes in use, records, listed items, each with its selection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from reportgen.catalog import LEVELS, Classification, ancestors
from reportgen.compose.numerals import numbered
from reportgen.compose.spec import RECORD_LISTS, Column, Measure, Numbering, Row, RowKind, recorded
from reportgen.compose.values import listed, named, needs, used
from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import Condition, dimension_of, read_conditions
from reportgen.derive.selection import MissingData, Selection

CODED = ("unit", "project", *(c.value for c in Classification))
"""Dimensions whose values are codes that readers know; those of others are only told apart by them."""

Render = Callable[[str, Mapping[str, Any]], str]
"""Fills a template of the profile with a row's context."""


@dataclass(frozen=True, slots=True)
class BuiltRow:
    label: str
    selection: Selection
    code: str = ""
    name: str = ""
    value: str = ""
    """What `each` made the row of, where that is no code to print."""
    source: str | None = None
    measure: Measure | None = None
    indent: int = 0
    """Levels below the first, of the label."""
    own_indent: int = 0
    """The part of it that the rule itself asks for; names follow only this."""
    kind: RowKind = RowKind.PLAIN
    merge: int = 0
    blank: bool = False
    fill: bool = False
    stepped: bool = False
    only_empty: bool = False
    tree: bool = False
    """Whether the code is one of a classification."""
    context: Mapping[str, Any] = field(default_factory=dict)
    """What the row's records are about: `it`, `unit`, `project`."""


@dataclass(frozen=True, slots=True)
class RowBuilder:
    """Builds the rows of one block."""

    budget: Budget
    render: Render
    columns: Sequence[Column]
    """The columns at the foot of the header."""
    source: str
    """Where figures come from unless a column or a row says otherwise."""
    has_figure: Callable[[BuiltRow], bool]
    """Whether a row prints a figure other than 0."""

    def _used(self, rule: Row, selection: Selection) -> list[str]:
        """The values that a rule lists: those that it, or a rule below it, prints a figure of."""
        dimension = str(rule.tree or rule.each)
        return used(selection, dimension, needs(self.columns, rule.source or self.source, [rule]))

    def build(self, rules: Iterable[Row], selection: Selection, context: Mapping[str, Any]) -> list[BuiltRow]:
        """`context` is what templates may name besides what every template may."""
        return self._rules(rules, selection, context)

    def _rules(self, rules: Iterable[Row], above: Selection, context: Mapping[str, Any]) -> list[BuiltRow]:
        """The rows of rules in a row; neighbours with the same numbering are numbered on."""
        rows: list[BuiltRow] = []
        counts: dict[Numbering, int] = {}
        for rule in rules:
            selection = above.where(read_conditions(rule.where))
            unnumbered = False
            for made in self._made(rule, selection, context):
                built = _styled(made, rule)
                below = self._rules(rule.rows, made.selection, made.context)
                if rule.omit_empty and not any(map(self.has_figure, (built, *below))):
                    continue
                label = made.label
                if rule.numbering:
                    counts[rule.numbering] = counts.get(rule.numbering, 0) + 1
                    label = numbered(counts[rule.numbering], rule.numbering) + label
                code = made.code
                if rule.code is not None:
                    known = {"code": made.value or made.code, "name": made.name}
                    code = self.render(rule.code, {**made.context, **known})
                rows += [replace(built, label=label, code=code), *below]
                unnumbered = rule.numbering is None and not rule.fill and not rule.only_empty
            if unnumbered:
                counts.clear()
        return rows

    def _made(self, rule: Row, selection: Selection, context: Mapping[str, Any]) -> list[BuiltRow]:
        if rule.fill:
            return [BuiltRow("", selection, fill=True)]
        if rule.tree:
            return self._tree(rule, selection, context)
        if rule.each in RECORD_LISTS:
            return self._records(rule, selection, context)
        if rule.each:
            return self._values(rule, selection, context)
        label = self.render(rule.label or "", context)
        return [BuiltRow(label, selection, name=label, context=context)]

    def _tree(self, rule: Row, selection: Selection, context: Mapping[str, Any]) -> list[BuiltRow]:
        dimension = str(rule.tree)
        leaves = self._used(rule, selection)
        codes = {code for leaf in leaves for code in ancestors(leaf)}
        if rule.all:
            codes |= set(self.budget.catalog.classes(Classification(dimension)))
        digits = [LEVELS[level] for level in rule.levels]
        for leaf in leaves:
            if not any(len(above) in digits for above in ancestors(leaf)):
                label = dimension_of(dimension).label
                raise MissingData(f"“{label}”写到{'、'.join(rule.levels)}（{leaf} 太粗）", None)
        ordered = [*rule.codes, *sorted(codes - set(rule.codes))]
        rows = []
        for code in ordered:
            if len(code) in digits or code in rule.codes:
                name = self.budget.name(dimension, code)
                below = selection.where([Condition(dimension, (code,))])
                depth = sum(1 for level in digits if level < len(code))
                label = (
                    self.render(rule.label, {**context, "name": name, "code": code}) if rule.label else name
                )
                rows.append(BuiltRow(label, below, code, name, indent=depth, tree=True, context=context))
        return rows

    def _values(self, rule: Row, selection: Selection, context: Mapping[str, Any]) -> list[BuiltRow]:
        dimension = str(rule.each)
        in_use = self._used(rule, selection)
        ordered = listed(self.budget, dimension, in_use, selection if rule.all else None)
        first = read_conditions({dimension: rule.codes})[0].values if rule.codes else ()
        ordered = [*first, *(value for value in ordered if value not in first)]
        if rule.descending:
            ordered = self._descending(rule, selection, ordered)
        rows = []
        for value in ordered:
            name = self.budget.name(dimension, value)
            below = selection.where([Condition(dimension, (value,))])
            about = {**context, **named(self.budget, dimension, value)}
            label = self.render(rule.label, {**about, "name": name}) if rule.label else name
            code = value if dimension in CODED else ""
            rows.append(BuiltRow(label, below, code, name, value=value, context=about))
        return rows

    def _descending(self, rule: Row, selection: Selection, values: Sequence[str]) -> list[str]:
        dimension = str(rule.each)
        column = next(column for column in self.columns if column.is_figure)
        source = column.source or rule.source or self.source
        measure = recorded(rule.measure or column.measure, column.against)[0]
        amounts = {
            value: selection.where([Condition(dimension, (value,))]).total(source, measure).value
            or Decimal(0)
            for value in values
        }
        return sorted(values, key=lambda value: -amounts[value])

    def _records(self, rule: Row, selection: Selection, context: Mapping[str, Any]) -> list[BuiltRow]:
        source = str(rule.each)
        items = records_of(self.budget, source)
        rows = []
        for value in selection.values(source, "record", ("held",) if source == "assets" else ("amount",)):
            item = items[int(value.split("/")[1])]
            about = {**context, "it": item, "unit": self.budget.unit(getattr(item, "unit", None))}
            label = self.render(rule.label, about) if rule.label else item.name
            below = selection.where([Condition("record", (value,))])
            code = getattr(item, "code", None) or ""
            rows.append(BuiltRow(label, below, code, item.name, context=about))
        return rows


def _styled(row: BuiltRow, rule: Row) -> BuiltRow:
    """A row with what its rule says of its looks and of the figures it prints."""
    return replace(
        row,
        kind=rule.kind,
        merge=rule.merge,
        blank=rule.blank,
        stepped=rule.stepped,
        only_empty=rule.only_empty,
        source=rule.source,
        measure=rule.measure,
        indent=row.indent + rule.indent,
        own_indent=rule.indent,
    )


def records_of(budget: Budget, source: str) -> Sequence[Any]:
    """The input's records behind a source that tables can list one by one."""
    disclosure = budget.disclosure
    if source == "procurement":
        return disclosure.procurement
    if source == "services":
        return disclosure.services
    return disclosure.assets.items if disclosure.assets else ()


def padded(blocks: Sequence[list[BuiltRow]], spare: Selection) -> list[list[BuiltRow]]:
    """The sides of a table, their sections (parted by `fill`) made equally long."""
    sections = [_sections(block) for block in blocks]
    count = max(map(len, sections))
    sides: list[list[BuiltRow]] = [[] for _ in blocks]
    blank = BuiltRow("", spare, fill=True)
    for index in range(count):
        abreast = [side[index] if index < len(side) else [] for side in sections]
        height = max(map(len, abreast))
        for side, section in zip(sides, abreast, strict=True):
            side.extend([*section, *[blank] * (height - len(section))])
    return sides


def _sections(rows: Iterable[BuiltRow]) -> list[list[BuiltRow]]:
    sections: list[list[BuiltRow]] = [[]]
    for row in rows:
        if row.fill:
            sections.append([])
        else:
            sections[-1].append(row)
    return sections
