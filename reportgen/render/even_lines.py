"""Where the lines of a justified paragraph end, so that none is stretched more than it must be.

A line takes as much as it can hold; before a long amount, which may not break, that leaves a gap, and this
line alone is stretched. Here the lines before it end earlier and share the gap. There are as many lines.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

STRETCHABLE = re.compile(
    "[\u2014\u2018-\u201d\u2026\u2460-\u24ff\u3000-\u303f\u3007\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
"""A character that can be followed by space."""

WIDEST = 0.8
"""The most that is added between two characters, in ems; a line that wants more stays ragged."""

LOOSE = 0.1
"""Ems between two characters, from which on a paragraph is looked at again."""
ROUNDING = 0.01


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text as its lines see it. Places are between characters; 0 is before the first."""

    ends: Sequence[int]
    """The places where a line may end, the text's own end last."""
    reached: Sequence[float]
    """How far the text reaches, place by place."""
    stretchable: Sequence[int]
    """How many characters can be followed by space, place by place."""
    room: float
    """What a line holds."""
    indent: float
    """What the first line holds less."""
    em: float

    def gap(self, start: int, end: int) -> float:
        """What is added between two characters to fill the line, in ems."""
        between = self.stretchable[end] - self.stretchable[start] - 1
        return self.spare(start, end) / max(between, 1) / self.em

    def spare(self, start: int, end: int) -> float:
        """The room that a line leaves."""
        return self._room(start) - (self.reached[end] - self.reached[start])

    def ends_from(self, start: int) -> Sequence[int]:
        """Where a line may end that starts here: at least the next place, wherever that is."""
        first = bisect_right(self.ends, start)
        until = bisect_right(self.reached, self.reached[start] + self._room(start) + ROUNDING) - 1
        return self.ends[first : max(bisect_right(self.ends, until), first + 1)]

    def _room(self, start: int) -> float:
        return self.room if start else self.room - self.indent


def lines(paragraph: Paragraph, start: int) -> list[int]:
    """Where the lines end from a place on: as early as the most even lines want, if it is worth the while."""
    filled = _filled(paragraph, start)
    full = list(pairwise([start, *filled]))[:-1]
    if all(paragraph.gap(*line) <= LOOSE for line in full):
        return filled
    return _even(paragraph, start)


def _filled(paragraph: Paragraph, start: int) -> list[int]:
    """Each line takes as much as it can hold."""
    found = []
    while start < paragraph.ends[-1]:
        start = paragraph.ends_from(start)[-1]
        found.append(start)
    return found


def _even(paragraph: Paragraph, start: int) -> list[int]:
    """The fewest lines, and of these the most even: found from the end, where nothing is left to decide."""
    finish = paragraph.ends[-1]
    costs = {finish: (0, 0.0)}
    choice: dict[int, int] = {}
    for at in [*(place for place in reversed(paragraph.ends) if start < place < finish), start]:
        options = []
        for end in paragraph.ends_from(at):
            below, uneven = costs[end]
            own = 0.0 if end == finish else _unevenness(paragraph, at, end)
            options.append((below + 1, uneven + own, -end))
        count, uneven, nearest = min(options)
        costs[at], choice[at] = (count, uneven), -nearest
    found = []
    while start != finish:
        start = choice[start]
        found.append(start)
    return found


def _unevenness(paragraph: Paragraph, start: int, end: int) -> float:
    """Of one line. Cubes, since two lines that share a gap look better than one that has it all."""
    share = max(paragraph.gap(start, end), 0.0) / WIDEST
    return share**3 if share <= 1 else 1 + share**3
