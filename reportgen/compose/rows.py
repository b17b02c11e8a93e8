"""Row rules of a table file to rows: codes in use, records, listed items, each with its selection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from reportgen.catalog import LEVELS, Classification, ancestors
from reportgen.compose.numerals import numbered
from reportgen.compose.spec import RECORD_LISTS, Measure, Numbering, Row, RowKind
from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import DIMENSIONS, Condition, read_conditions
from reportgen.derive.selection import MissingData, Selection

Render = Callable[[str, Mapping[str, Any]], str]
"""Fills a template of the profile with a row's context."""


@dataclass(frozen=True, slots=True)
class BuiltRow:
    label: str
    selection: Selection
    code: str = ""
    name: str = ""
    source: str | None = None
    measure: Measure | None = None
    indent: int = 0
    kind: RowKind = RowKind.PLAIN
    merge: int = 0
    blank: bool = False
    fill: bool = False
    stepped: bool = False
    only_empty: bool = False
    context: Mapping[str, Any] = field(default_factory=dict)
    """What the row's records are about: `it`, `unit`, `project`."""


@dataclass(frozen=True, slots=True)
class RowBuilder:
    """Builds the rows of one block; `needs` are the (source, measure) pairs its columns print."""

    budget: Budget
    render: Render
    needs: tuple[tuple[str, str], ...]

    def build(self, rules: Iterable[Row], selection: Selection) -> list[BuiltRow]:
        return self._rules(rules, selection, {})

    def _rules(self, rules: Iterable[Row], above: Selection, context: Mapping[str, Any]) -> list[BuiltRow]:
        """The rows of rules in a row; neighbours with the same numbering are numbered on."""
        rows: list[BuiltRow] = []
        counts: dict[Numbering, int] = {}
        for rule in rules:
            selection = above.where(read_conditions(rule.where))
            for made in self._made(rule, selection, context):
                label = made.label
                if rule.numbering:
                    counts[rule.numbering] = counts.get(rule.numbering, 0) + 1
                    label = numbered(counts[rule.numbering], rule.numbering) + label
                code = made.code
                if rule.code is not None:
                    code = self.render(rule.code, {**made.context, "code": made.code, "name": made.name})
                rows.append(_styled(replace(made, label=label, code=code), rule))
                rows += self._rules(rule.rows, made.selection, made.context)
            if rule.numbering is None and not rule.fill:
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
        leaves = self._used(selection, dimension)
        codes = {code for leaf in leaves for code in ancestors(leaf)}
        if rule.all:
            codes |= set(self.budget.catalog.classes(Classification(dimension)))
        digits = [LEVELS[level] for level in rule.levels]
        for leaf in leaves:
            if not any(len(above) in digits for above in ancestors(leaf)):
                label = DIMENSIONS[dimension].label
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
                rows.append(BuiltRow(label, below, code, name, indent=depth, context=context))
        return rows

    def _values(self, rule: Row, selection: Selection, context: Mapping[str, Any]) -> list[BuiltRow]:
        dimension = str(rule.each)
        words = DIMENSIONS[dimension].words
        used = self._used(selection, dimension)
        ordered: Sequence[str] = [w.value for w in words] if words else self._in_input_order(dimension, used)
        if rule.descending:
            ordered = self._descending(selection, dimension, ordered)
        rows = []
        for value in ordered:
            if value in used or rule.all:
                name = self.budget.name(dimension, value)
                below = selection.where([Condition(dimension, (value,))])
                subject = {**context, **self._subject(dimension, value)}
                label = self.render(rule.label, {**subject, "name": name}) if rule.label else name
                rows.append(BuiltRow(label, below, value, name, context=subject))
        return rows

    def _descending(self, selection: Selection, dimension: str, values: Sequence[str]) -> list[str]:
        source, measure = next(iter(self.needs), ("expenditure", "amount"))
        amounts = {
            value: selection.where([Condition(dimension, (value,))]).total(source, measure).value
            or Decimal(0)
            for value in values
        }
        return sorted(values, key=lambda value: -amounts[value])

    def _in_input_order(self, dimension: str, used: Sequence[str]) -> list[str]:
        listed = {
            "unit": [unit.code for unit in self.budget.units],
            "project": [project.code for project in self.budget.disclosure.projects],
        }.get(dimension, [])
        return [*listed, *(value for value in used if value not in listed)]

    def _subject(self, dimension: str, value: str) -> dict[str, Any]:
        lists: dict[str, Sequence[Any]] = {
            "unit": self.budget.units,
            "project": self.budget.disclosure.projects,
        }
        found = next((item for item in lists.get(dimension, ()) if item.code == value), None)
        return {} if found is None else {dimension: found, "it": found}

    def _records(self, rule: Row, selection: Selection, context: Mapping[str, Any]) -> list[BuiltRow]:
        source = str(rule.each)
        items = records_of(self.budget, source)
        rows = []
        for value in selection.values(source, "record", ("held",) if source == "assets" else ("amount",)):
            item = items[int(value.split("/")[1])]
            subject = {**context, "it": item, "unit": self.budget.unit(getattr(item, "unit", None))}
            label = self.render(rule.label, subject) if rule.label else item.name
            below = selection.where([Condition("record", (value,))])
            code = getattr(item, "code", None) or ""
            rows.append(BuiltRow(label, below, code, item.name, context=subject))
        return rows

    def _used(self, selection: Selection, dimension: str) -> list[str]:
        used: dict[str, None] = {}
        for source, measure in self.needs:
            used.update(dict.fromkeys(selection.values(source, dimension, [measure])))
        return list(used)


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
    )


def records_of(budget: Budget, source: str) -> Sequence[Any]:
    """The input's records behind a source that tables can list one by one."""
    disclosure = budget.disclosure
    if source == "procurement":
        return disclosure.procurement
    if source == "services":
        return disclosure.services
    return disclosure.assets.items if disclosure.assets else ()


def padded(
    left: list[BuiltRow], right: list[BuiltRow], spare: Selection
) -> tuple[list[BuiltRow], list[BuiltRow]]:
    """Both sides of a balance, their sections (parted by `fill`) made equally long."""
    sections = _sections(left), _sections(right)
    count = max(len(sections[0]), len(sections[1]))
    sides: tuple[list[BuiltRow], list[BuiltRow]] = ([], [])
    blank = BuiltRow("", spare, fill=True)
    for index in range(count):
        pair = [side[index] if index < len(side) else [] for side in sections]
        height = max(map(len, pair))
        for side, section in zip(sides, pair, strict=True):
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
