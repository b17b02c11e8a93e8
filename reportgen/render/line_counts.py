"""How many lines a text takes, found from the widths of its characters without laying it out.

A place is between two bytes of the text, as in `line_boxes.py`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

ROUNDING = 0.01


@dataclass(frozen=True, slots=True)
class Ruled:
    """A text and what decides where its lines end."""

    ends: Sequence[int]
    """The places where a line may end, the text's own end last."""
    forced: frozenset[int]
    """Those of them where one must."""
    anywhere: Sequence[int]
    """All places between characters, if what is longer than a line breaks there; otherwise none."""
    reached: Sequence[float]
    """How far the text reaches, place by place."""
    blanks: Sequence[int]
    """How many bytes of blanks stand before each place."""
    room: float
    indent: float
    """What the first line holds less."""


def line_counts(text: Ruled) -> tuple[int, int]:
    """With the blanks at the end of a line counted for its width, and without."""
    return _count(text, hanging=False), _count(text, hanging=True)


def _count(text: Ruled, *, hanging: bool) -> int:
    start, count = 0, 0
    while start < text.ends[-1]:
        start = (
            _last_fitting(text, text.ends, start, hanging=hanging)
            or _last_fitting(text, text.anywhere, start, hanging=hanging)
            or text.ends[bisect_right(text.ends, start)]
        )
        count += 1
    return count


def _last_fitting(text: Ruled, places: Sequence[int], start: int, *, hanging: bool) -> int | None:
    """The last of some places that a line which starts here can end at."""
    most = text.room - (0.0 if start else text.indent) + ROUNDING
    found = None
    for at in range(bisect_right(places, start), len(places)):
        end = places[at]
        shown = max(end - text.blanks[end], start) if hanging else end
        if text.reached[shown] - text.reached[start] > most:
            break
        found = end
        if end in text.forced:
            break
    return found
