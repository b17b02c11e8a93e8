"""The rows of an export: blank ones, repeated titles, words at the foot, and those that give figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from reportgen.exports.cells import Sum, class_of, is_amount, is_year, says_nothing, sum_of
from reportgen.exports.faults import Faults
from reportgen.exports.grid import Grid, GridRow, squeezed
from reportgen.exports.header import is_foot, is_numbering
from reportgen.exports.mapping import ExportMap, FillDown, label
from reportgen.exports.readers import CLASSES, KEYS, FieldReader
from reportgen.exports.titles import AMOUNT_FIELDS
from reportgen.model.values import parse_amount


@dataclass(frozen=True, slots=True)
class Entry:
    """A row with figures: a line or a sum."""

    row: GridRow
    own: tuple[str, ...]
    """What its own cells say, in the order of `KEYS`; blank where they say nothing."""
    keys: tuple[str, ...]
    """The same with what is filled down."""
    amounts: tuple[Decimal | None, ...]
    """元, in the order of the export's amount fields."""
    sum: Sum | None
    unread: frozenset[str] = frozenset()
    """Fields whose cells could not be read."""
    page: int = 0
    is_bare: bool = False
    """Nothing but amounts stands in it."""


@dataclass
class Rows:
    entries: list[Entry] = field(default_factory=list)
    blank: int = 0
    above: int = 0
    """Rows of text above the titles."""
    repeated: int = 0
    headings: int = 0
    feet: int = 0
    skipped: int = 0


NAMED = ("unit_name", "function_name", "economic_name", "project_name")


@dataclass(frozen=True)
class RowReader:
    grid: Grid
    map: ExportMap
    fields: Mapping[str, int]
    """The column of each field."""
    readers: Mapping[str, FieldReader]
    faults: Faults

    @property
    def amount_fields(self) -> tuple[str, ...]:
        return tuple(f for f in AMOUNT_FIELDS if f in self.fields)

    def read(self) -> Rows:
        """Every row, each counted or kept."""
        rows = Rows()
        titles = set(self._titles(rows))
        filling = _Filling.of(self.grid, self.map, self.fields)
        page = 0
        for row in self.grid.rows:
            if row.line <= self.map.header.last:
                continue
            if row.is_blank:
                rows.blank += 1
            elif row.line in self.map.skipped:
                rows.skipped += 1
            elif _squeezed(row) in titles or is_numbering(row):
                rows.repeated += 1
                page += 1
            else:
                self._figures(row, rows, filling, page)
        return rows

    def _titles(self, rows: Rows) -> Iterator[tuple[str, ...]]:
        """The rows of the header and the texts above it, which pages repeat; a line among them is a fault."""
        for row in self.grid.rows[: self.map.header.last]:
            above = row.line < self.map.header.first
            if row.is_blank:
                rows.blank += above
            elif row.line in self.map.skipped:
                rows.skipped += 1
            elif (at := self._figure(row, above=above)) is not None:
                where = "在标题行上面" if above else "写成了标题行"
                problem = (
                    f"这一行{where}，却有“{row.texts[at]}”；是明细的，请改正映射里的“标题行”；"
                    f"不是的，请把 {row.line} 写进“不读的行”"
                )
                self.faults.add("标题以外的数", self.grid.at(row, at), problem)
            else:
                rows.above += above
                yield _squeezed(row)

    def _figure(self, row: GridRow, *, above: bool) -> int | None:
        """The column of an amount or a code that no title holds; None in a row of titles."""
        if is_numbering(row):
            return None
        amounts = [self.fields[name] for name in self.amount_fields]
        classes = [self.fields[name] for name in CLASSES if name in self.fields]
        others = [at for at in range(len(row.texts)) if at not in amounts]
        for at in (*amounts, *others):
            text = row.texts[at]
            if not text or (is_year(text) and (not above or "年" in "".join(row.texts))):
                continue
            if at in amounts and is_amount(text):
                return at
            if above and at in classes and class_of(text):
                return at
            if above and is_amount(text) and not _is_labelled(row, at):
                return at
        return None

    def _figures(self, row: GridRow, rows: Rows, filling: _Filling, page: int) -> None:
        said = self._sum(row)
        blank = all(says_nothing(self._text(row, f)) for f in self.amount_fields)
        if blank and said is None:
            if self._is_foot(row):
                rows.feet += 1
            elif self._is_heading(row):
                own, _ = self._own(row, None)
                filling.filled(row, own, is_sum=False)
                rows.headings += 1
            else:
                problem = (
                    "这一行没有金额，也不是小计；请补上，或删去这一行（不要的行也可以写进映射的“不读的行”）"
                )
                self.faults.add("没有金额的行", self.grid.at(row), problem)
            return
        own, unread = self._own(row, said)
        amounts = []
        for name in self.amount_fields:
            amount = self._amount(row, name)
            amounts.append(amount)
            if amount is None and not says_nothing(self._text(row, name)):
                unread = unread | {name}
        keys = filling.filled(row, own, is_sum=said is not None)
        bare = len(row.filled) == sum(bool(self._text(row, name)) for name in self.amount_fields)
        rows.entries.append(Entry(row, own, keys, tuple(amounts), said, unread, page, bare))

    def _sum(self, row: GridRow) -> Sum | None:
        """What a row says of being a sum: in a column of keys or names, in another only if it has no keys."""
        texts = [row.texts[at] for at in self._key_columns]
        said = next((found for text in texts if (found := sum_of(text))), None)
        if said or any(texts):
            return said
        others = (text for at, text in enumerate(row.texts) if at not in self._copied)
        return next((found for text in others if (found := sum_of(text))), None)

    @cached_property
    def _key_columns(self) -> tuple[int, ...]:
        return tuple(sorted({at for name, at in self.fields.items() if name in (*KEYS, *NAMED)}))

    @cached_property
    def _copied(self) -> frozenset[int]:
        """Columns of notes and of what is copied as it is: what they say is no sum."""
        return frozenset(at for name, at in self.fields.items() if name not in (*KEYS, *NAMED))

    def _text(self, row: GridRow, name: str) -> str:
        return row.texts[self.fields[name]]

    def _is_foot(self, row: GridRow) -> bool:
        codes = [class_of(self._text(row, name)) for name in CLASSES if name in self.fields]
        return is_foot(row) and not any(codes)

    def _is_heading(self, row: GridRow) -> bool:
        """A row that only names the group of the rows below it."""
        columns = {self.fields[one.value] for one in self.map.fill_down}
        return bool(columns) and all(at in columns for at, text in enumerate(row.texts) if text)

    def _own(self, row: GridRow, said: Sum | None) -> tuple[tuple[str, ...], frozenset[str]]:
        own, unread = [], set()
        for name in KEYS:
            text = self._text(row, name) if name in self.fields else ""
            value, problem = ("", None)
            if text and said is not None:
                value = self.readers[name].of_sum(text)
            elif text:
                value, problem = self.readers[name].read(text)
            if problem:
                unread.add(name)
                place = self.grid.at(row, self.fields[name])
                reader = self.readers[name]
                self.faults.add(f"“{label(name)}”读不懂", place, problem, reader.advice(text), (name, text))
            own.append(value)
        return tuple(own), frozenset(unread)

    def _amount(self, row: GridRow, name: str) -> Decimal | None:
        text = self._text(row, name)
        if says_nothing(text):
            return None
        try:
            amount = parse_amount(text, self.map.amount_unit.label)
        except ValueError as error:
            problem = str(error)
        else:
            if amount >= 0:
                return amount
            problem = f"“{text}”是负数；此处的金额不能小于 0"
        self.faults.add("金额有误", self.grid.at(row, self.fields[name]), f"{label(name)}：{problem}")
        return None


@dataclass
class _Filling:
    """What blank cells repeat: the merged cell they belong to, else the last one above that is filled."""

    fields: tuple[tuple[str, int], ...]
    """The fields that are filled down, from left to right."""
    merged: Mapping[int, Mapping[int, int]]
    """By column, the first line of the merged cell that a line belongs to."""
    above: dict[str, str] = field(default_factory=dict)
    tops: dict[tuple[int, str], str] = field(default_factory=dict)

    @staticmethod
    def of(grid: Grid, mapping: ExportMap, fields: Mapping[str, int]) -> _Filling:
        filled = [(one.value, fields[one.value]) for one in FillDown if one in mapping.fill_down]
        merged: dict[int, dict[int, int]] = {}
        for area in grid.merged:
            if area.bottom > area.top > mapping.header.last:
                lines = dict.fromkeys(range(area.top, area.bottom + 1), area.top)
                for column in range(area.left - 1, area.right):
                    merged.setdefault(column, {}).update(lines)
        return _Filling(tuple(sorted(filled, key=lambda one: one[1])), merged)

    def filled(self, row: GridRow, own: tuple[str, ...], *, is_sum: bool) -> tuple[str, ...]:
        values = dict(zip(KEYS, own, strict=True))
        new_group = False
        for name, column in self.fields:
            top = self.merged.get(column, {}).get(row.line)
            if top == row.line:
                self.tops[top, name] = values[name]
            elif top is not None and not values[name]:
                values[name] = self.tops.get((top, name), "")
                continue
            if values[name]:
                # a subtotal may head the group of its unit; what else it names is of other rows
                if not is_sum or (name == "unit" and not sum_of(row.texts[column])):
                    new_group = new_group or values[name] != self.above.get(name)
                    self.above[name] = values[name]
            elif new_group:
                self.above[name] = ""
            else:
                values[name] = self.above.get(name, "")
        return tuple(values.values())


def _is_labelled(row: GridRow, at: int) -> bool:
    """Whether a figure is what a label before it names, as 101 after «编制单位：» is."""
    before = [text for text in row.texts[:at] if text]
    return bool(before) and before[-1].endswith((":", "：")) and not any(map(sum_of, before))


def _squeezed(row: GridRow) -> tuple[str, ...]:
    return tuple(map(squeezed, row.filled))


def spans(lines: Iterator[int] | list[int]) -> str:
    """«第 5—9、12 行»."""
    found: list[list[int]] = []
    for line in lines:
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    shown = [str(first) if first == last else f"{first}—{last}" for first, last in found[:5]]
    return f"第 {'、'.join(shown)}{' 等' if len(found) > 5 else ''} 行"
