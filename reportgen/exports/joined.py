"""Codes that stand in two or three columns, 类, 款 and 项, as one column."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from reportgen.exports.grid import Grid, column_of_letter, squeezed
from reportgen.exports.header import MOST_STEPS, Column, Header, is_numbering

JOIN = "+"
"""Between the titles of columns that hold one code: «类+款+项»."""


def named(header: Header, title: str) -> tuple[Column, ...]:
    """The columns that «功能科目/类+款+项» or «B+C+D» names; none where one of them is not found."""
    names = title.split(JOIN)
    above, slash, _ = names[0].rpartition("/")
    found = [_called(header, name if at == 0 else above + slash + name) for at, name in enumerate(names)]
    if None in found:
        found = [_lettered(header, name) for name in names]
    columns = tuple(column for column in found if column)
    return columns if 1 < len(columns) == len(names) <= MOST_STEPS else ()


def _called(header: Header, title: str) -> Column | None:
    same = [column for column in header.columns if squeezed(column.title) == squeezed(title)]
    return same[0] if len(same) == 1 else None


def _lettered(header: Header, letters: str) -> Column | None:
    at = column_of_letter(letters.strip())
    return next((column for column in header.columns if column.index == at), None)


def joined(grid: Grid, header: Header, columns: Sequence[Column]) -> tuple[Grid, Header]:
    """The export with the codes of these columns in the last of them, which bears all their titles."""
    indexes = [column.index for column in columns]
    last = columns[-1]
    title = JOIN.join(column.parts[-1] if column.parts else column.letter for column in columns)
    other = replace(last, parts=(*last.parts[:-1], title))
    kept = tuple(other if c is last else c for c in header.columns if c is last or c.index not in indexes)
    rows = tuple(
        replace(
            row, texts=(*row.texts[: last.index], _code(row.texts, indexes), *row.texts[last.index + 1 :])
        )
        if not row.is_blank and not is_numbering(row)
        else row
        for row in grid.rows
    )
    return replace(grid, rows=rows), replace(header, columns=kept)


def _code(texts: Sequence[str], indexes: Sequence[int]) -> str:
    """«2050302» of «205», «03», «02», or of «205», «20503», «2050302»; what is not clean stays apart."""
    steps = [texts[at] for at in indexes]
    filled = [step for step in steps if step]
    digits = all(re.fullmatch("[0-9]+", step) for step in filled) and filled == steps[: len(filled)]
    if digits and [len(step) for step in filled] == [3, 2, 2][: len(filled)]:
        return "".join(filled)
    whole = [len(step) for step in filled] == [3, 5, 7][: len(filled)]
    if digits and whole and all(two.startswith(one) for one, two in pairwise(filled)):
        return filled[-1] if filled else ""
    return JOIN.join(filled)
