"""Cells as formulas name them, and sums of cells as short as they can be written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

Place = tuple[int, int]
"""Row and column of a cell, from 0."""

MOST_ARGUMENTS, MOST_CHARACTERS = 255, 8192
"""Of a function and of a formula."""
FEW = 8
"""So many single cells are added with + rather than by SUM."""


def name(place: Place, *, fixed_row: bool = False, fixed_column: bool = False) -> str:
    """`C5`, or `C$5`."""
    row, column = place
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{'$' * fixed_column}{letters}{'$' * fixed_row}{row + 1}"


def added(parts: Sequence[Place], passes: Callable[[Place], bool]) -> str | None:
    """The formula that adds cells of one column or one row; None where it would be too long.

    `passes`: whether a range may reach over another cell.
    """
    runs = _runs(sorted(parts), passes)
    words = [name(start) if start == end else f"{name(start)}:{name(end)}" for start, end in runs]
    if len(words) <= FEW and all(start == end for start, end in runs):
        return "=" + "+".join(words)
    groups = [words[at : at + MOST_ARGUMENTS] for at in range(0, len(words), MOST_ARGUMENTS)]
    text = "=" + "+".join(f"SUM({','.join(group)})" for group in groups)
    return text if len(text) <= MOST_CHARACTERS else None


def _runs(parts: Sequence[Place], passes: Callable[[Place], bool]) -> list[tuple[Place, Place]]:
    """First and last cells of stretches of the parts and of what lets a range pass."""
    runs = [(parts[0], parts[0])]
    for one, other in pairwise(parts):
        if all(map(passes, _between(one, other))):
            runs[-1] = (runs[-1][0], other)
        else:
            runs.append((other, other))
    return runs


def _between(one: Place, other: Place) -> list[Place]:
    if one[1] == other[1]:
        return [(row, one[1]) for row in range(one[0] + 1, other[0])]
    return [(one[0], column) for column in range(one[1] + 1, other[1])]
