"""What a figure says of itself, and the lines that it sums."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from reportgen.derive.budget import Budget
from reportgen.derive.origin import DERIVED, origin

Path = tuple[str | int, ...]
"""Where the input gives an amount."""

_FACT = re.compile(r"(\w+)\.(\w+)\[(.*)\]")


@dataclass(frozen=True, slots=True)
class Fact:
    source: str
    measure: str
    conditions: frozenset[str]
    """Conditions of the lines, in no order; two figures of the same ones are of the same lines."""
    lines: frozenset[Path] | None
    """The lines that it sums; None for what is computed otherwise, or not known."""


Tracing = Callable[[str], Fact | None]
"""A fact as figures carry it to what it says; None where no lines stand behind it."""


def tracing(budget: Budget) -> Tracing:
    """Facts of one budget, each looked up once."""
    known: dict[str, Fact | None] = {}

    def trace(fact: str) -> Fact | None:
        if fact not in known:
            known[fact] = _traced(budget, fact)
        return known[fact]

    return trace


def _traced(budget: Budget, fact: str) -> Fact | None:
    found = _FACT.fullmatch(fact)
    behind = origin(budget, fact)
    if found is None or behind is None:
        return None
    lines = None if found[2] in DERIVED else frozenset(record.path for record in behind.records)
    return Fact(found[1], found[2], frozenset(found[3].split(";")), lines)
