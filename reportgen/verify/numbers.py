"""Numbers as they are read back: their text, and where they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

_UNITS = "%|‰|亿元|万元|千元|元|亿|万"
_HEDGES = "约|近|逾|超过|不足"
_TOKEN = re.compile(
    rf"(?:(?:{_HEDGES})\s*)?-?\d(?:[\d,.]*\d)?(?:{_UNITS})?|单位[:：]\s*(?:{_UNITS})|增加|减少|增长|下降|上升|持平",
    re.ASCII,
)
_BARE = re.compile(r"[^\d%]*(-?[\d,.]+%?)?.*")
_NARROW = str.maketrans("０１２３４５６７８９．，％－−\u2011", "0123456789.,%---")
"""What a person may type wide, and a hyphen that no line breaks; one character each, so that places stay."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a document, in reading order."""

    text: str
    """With sign, separators, unit, 约: 1,234.50 is not 1234.5 to a reader. Or a word that turns a figure."""
    column: int = -1
    """The column of the table in which it stands, from 0; -1 outside of tables and where it is not known."""
    place: str = ""
    """Table, row and column, or the sentence, as a person finds it."""
    page: int = 0
    """From 1; 0 where the file does not know its pages."""
    header: int = -1
    """The table whose header row it stands in, by number; printed again where the table goes on."""
    row: tuple[int, int] = (-1, -1)
    """Table and row of the body, by number."""
    until: tuple[int, int] = (-1, -1)
    """Of words that name what stands beside them the last row that they reach over: a PDF prints them
    again where a row goes on over a page."""
    floats: bool = False
    """Whether it stands in a piece that a PDF may put before its line."""
    value: Decimal | None = None
    """Behind the text, exact: what a cell of a workbook holds, in the unit that it prints."""
    of_table: bool = False
    """Whether it stands in a table, or in a line that belongs to one."""

    @property
    def bare(self) -> str:
        """The number alone, as far as a file tells it whose lines may part a number from its unit."""
        found = _BARE.fullmatch(self.text)
        return (found[1] or "") if found else ""


DIGITS = 15
"""All that a spreadsheet keeps of a number."""
BEFORE, BEHIND = 14, 20
"""Characters of an excerpt before and from a number's start."""


def numbers_in(text: str) -> Iterator[tuple[str, int]]:
    """The numbers of a text, and the words that turn them, and where each begins."""
    return ((found[0], found.start()) for found in _TOKEN.finditer(text.translate(_NARROW)))


def excerpt(text: str, start: int) -> str:
    """The words around a number, by which a person finds it."""
    before, behind = text[max(0, start - BEFORE) : start], text[start : start + BEHIND]
    more = ("…" if start > BEFORE else "", "…" if start + BEHIND < len(text) else "")
    return more[0] + " ".join((before + behind).split()) + more[1]
