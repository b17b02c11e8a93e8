"""What is wrong, and where: the values that every stage of the pipeline reports.

Nothing is raised on the first fault; stages collect them all and raise `FaultyInput` once.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    ERROR = "错误"
    WARNING = "提醒"
    HINT = "提示"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; line and column count from 1, 0 means the whole file or the whole line.

    In a workbook `sheet` names the sheet, line and column the cell: «dept.xlsx:支出!D17».
    """

    file: str
    sheet: str = field(default="", kw_only=True)
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if self.sheet:
            return f"{self.file}:{self.sheet}!{self.cell}" if self.line else f"{self.file}:{self.sheet}"
        return ":".join([self.file, *(str(number) for number in (self.line, self.column) if number)])

    @property
    def cell(self) -> str:
        """«D17»; the row alone where no column is known."""
        letters, column = "", self.column
        while column:
            column, digit = divmod(column - 1, 26)
            letters = chr(ord("A") + digit) + letters
        return f"{letters}{self.line}"

    @property
    def spot(self) -> str:
        """Where in its file it is, for a message about another place of the same file."""
        if self.sheet:
            return f"“{self.sheet}”{self.cell}" if self.line else f"“{self.sheet}”"
        return f"第 {self.line} 行"


@dataclass(frozen=True, slots=True)
class Fault:
    place: Place
    message: str
    severity: Severity = Severity.ERROR
    rule: str = ""
    """The id of the rule that found it; what could not be read at all has none."""

    def __str__(self) -> str:
        return f"{self.place}: {self.severity}：{self.message}"


class FaultyInput(Exception):
    """Raised once per stage with every fault of it; the command line prints them, a line each."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda f: f.place))
        super().__init__("\n".join(map(str, self.faults)))


def errors(faults: Iterable[Fault]) -> list[Fault]:
    return [f for f in faults if f.severity is Severity.ERROR]


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint «，是不是“…”？» naming the known word closest to `word`, or nothing."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f"，是不是“{found[0]}”？" if found else ""
