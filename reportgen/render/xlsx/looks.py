"""The look of cells: fonts and sizes of the profile's style, as formats that are made once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from reportgen.compose.style import Style
from reportgen.render.printed import PrintedCell

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

INDEX_WIDTHS = (60, 36)
"""Of the index, in characters."""
_SIDES = {"a": "right", "l": "left", "c": "left"}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a cell looks like; equal rules share one format."""

    font: str
    size: float
    bold: bool = False
    side: str = "left"
    indent: int = 0
    border: bool = False
    wrap: bool = False
    number: str = ""
    linked: bool = False

    @staticmethod
    def title(style: Style, enlarged: float = 1) -> Rule:
        size = _halves(float(style.table_title_size) * enlarged)
        return Rule(style.fonts.title[0], size, bold=True, side="center", wrap=True)

    @staticmethod
    def line(style: Style, side: str = "left", enlarged: float = 1) -> Rule:
        size = _halves(float(style.table_size) * enlarged)
        return Rule(style.fonts.table[0], size, side=side, wrap=True)

    @staticmethod
    def link(style: Style) -> Rule:
        return replace(Rule.line(style), linked=True)

    @staticmethod
    def cell(style: Style, cell: PrintedCell, number: str) -> Rule:
        return Rule(
            style.fonts.table[0],
            float(style.table_size),
            bold=cell.bold,
            side=_SIDES.get(cell.kind, "center"),
            indent=cell.indent,
            border=True,
            # a number that wraps is shown as ####
            wrap=not number,
            number=number or "@",
        )


class Looks:
    """The formats of one workbook."""

    def __init__(self, book: Workbook, style: Style) -> None:
        self.book = book
        self.style = style
        self._made: dict[Rule, Format] = {}

    def format(self, rule: Rule) -> Format:
        if rule not in self._made:
            self._made[rule] = self.book.add_format(_properties(rule))
        return self._made[rule]


def _halves(points: float) -> float:
    return round(points * 2) / 2


def _properties(rule: Rule) -> dict[str, Any]:
    chosen: dict[str, Any] = {
        "font_name": rule.font,
        "font_size": rule.size,
        "align": rule.side,
        "valign": "vcenter",
    }
    chosen |= {"bold": True} if rule.bold else {}
    chosen |= {"indent": rule.indent} if rule.indent else {}
    chosen |= {"border": 1} if rule.border else {}
    chosen |= {"text_wrap": True} if rule.wrap else {}
    chosen |= {"num_format": rule.number} if rule.number else {}
    chosen |= {"font_color": "#0563C1", "underline": 1} if rule.linked else {}
    return chosen
