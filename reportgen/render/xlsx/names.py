"""Names of sheets, what Excel takes, each only once; and of what stands in them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

LONGEST = 31
"""Characters of a name, as UTF-16 counts them."""
INDEX = "目录"
TABLE = "表格"
"""The name of each sheet's cells that are the table itself, without the lines around it."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]+")
_TAKEN = ("history",)
"""Excel keeps it for itself."""
NAMELESS = "表"


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """A name for each sheet after the index, unique whatever the case."""
    taken = {INDEX.casefold(), *_TAKEN}
    names = []
    for text in wanted:
        clean = _clean(text)
        name, number = _short(clean, LONGEST), 1
        while name.casefold() in taken:
            number += 1
            ending = f" ({number})"
            name = _short(clean, LONGEST - len(ending)) + ending
        taken.add(name.casefold())
        names.append(name)
    return names


def _clean(text: str) -> str:
    seen = "".join(char for char in text if unicodedata.category(char)[0] != "C")
    return " ".join(_FORBIDDEN.sub(" ", seen).split()).strip("' ") or NAMELESS


def _short(text: str, longest: int) -> str:
    while len(text.encode("utf-16-le")) // 2 > longest:
        text = text[:-1]
    return text.rstrip("' ")
