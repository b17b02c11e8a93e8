"""Single cells of an export: code and name taken apart, words of subtotals, amounts that are none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import NamedTuple

from reportgen.model.values import parse_amount


class Coded(NamedTuple):
    code: str
    name: str


_LEFT, _RIGHT = r"[\[(【〔<《]\s*", r"\s*[\])】〕>》]"
_BETWEEN = r"[\s\-—–_:.、·|]*"
_CLASS = r"(?P<code>\d{7}|\d{5}|\d{3})"
_KEY = r"(?P<code>[0-9A-Za-z][0-9A-Za-z._-]*)"
_NAME = r"(?P<name>[^\x00-\x7f].*)"  # a name begins in Chinese: «204O201» is no 204
_CLASSES = [
    re.compile(said, re.DOTALL)
    for said in (
        rf"(?:{_LEFT}){_CLASS}(?:{_RIGHT}){_BETWEEN}{_NAME}?",
        rf"{_CLASS}(?:{_BETWEEN}{_NAME})?",
        rf"{_NAME[:-1]}?){_LEFT}{_CLASS}{_RIGHT}",
        rf"{_NAME[:-1]}?)[\s\-—–_:.]+{_CLASS}",
    )
]
_STEPPED = re.compile(r"^([\[(【]?\d{3})([ .\-])(?:(\d{2})\2)?(\d{2})(?![0-9A-Za-z.])")
"""«204.02.01» and «204 02 01»: two digits to a step, one sign between all."""
_FLOAT = re.compile(r"^(\d{7}|\d{5}|\d{3})\.0+$")
"""What a spreadsheet made of a code that it took for a number."""
_KEYS = [
    re.compile(said, re.DOTALL)
    for said in (
        rf"{_LEFT}{_KEY}{_RIGHT}{_BETWEEN}(?P<name>.*)",
        r"(?P<code>[0-9A-Za-z._-]*\d[0-9A-Za-z._-]*)",
        r"(?P<code>[0-9A-Za-z]*\d[0-9A-Za-z]*)[\s\-—–_:、]+(?P<name>.*[^\x00-\x7f].*)",
        rf"(?P<code>[0-9A-Za-z]{{6,}}){_NAME}",
        rf"{_NAME}{_LEFT}(?P<code>[0-9A-Za-z._-]*\d[0-9A-Za-z._-]*){_RIGHT}",
    )
]
_SUM = re.compile(
    r"(?P<of>.*?)[\s:,、(\[-]*(?P<word>本页(?:合|小)计|合\s*计|小\s*计|总\s*计|共\s*计)(?:数|金额|额)?[)\]:]*"
)
_NONE = re.compile(r"[-—–－/\\\s]*")

PAGE, PART, WHOLE = "本页", "小计", "合计"


def class_of(text: str) -> Coded | None:
    """Code and name of a class: «[2040201]行政运行», «30101-基本工资», «行政运行（2040201）», «204.02.01»."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return _apart(_CLASSES, _STEPPED.sub(_closed, _FLOAT.sub(r"\1", plain)))


def _closed(stepped: re.Match[str]) -> str:
    return f"{stepped[1]}{stepped[3] or ''}{stepped[4]}"


def key_of(text: str) -> Coded | None:
    """Code and name of a unit or a project: «[101001]某某局本级», «101001-某某局本级»."""
    return _apart(_KEYS, text)


def _apart(patterns: Collection[re.Pattern[str]], text: str) -> Coded | None:
    plain = unicodedata.normalize("NFKC", text).strip()
    found = next((f for pattern in patterns if (f := pattern.fullmatch(plain))), None)
    return Coded(found["code"], (found.groupdict().get("name") or "").strip()) if found else None


def are_keys(values: Collection[str]) -> bool:
    """Whether the cells of a column of units or projects hold codes: most do, and each its own.

    «设备购置(2025)» and «2025年培训» do not.
    """
    found = [coded.code for value in values if (coded := key_of(value))]
    return 2 * len(found) >= len(values) > 0 and 10 * len(set(found)) >= 9 * len(found)


class Sum(NamedTuple):
    """A cell that says that its row is a sum."""

    kind: str
    """`PAGE`, `PART` or `WHOLE`."""
    of: str
    """What stands before the word, «行政运行» in «行政运行小计»."""


def sum_of(text: str) -> Sum | None:
    if "计" not in text:
        return None
    found = _SUM.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        return None
    word = "".join(found["word"].split())
    kind = PAGE if word.startswith("本页") else PART if word == "小计" else WHOLE
    return Sum(kind, found["of"].strip())


def says_nothing(text: str) -> bool:
    """Whether an amount's cell stands for no amount: blank, or a dash."""
    return _NONE.fullmatch(text) is not None


def is_amount(text: str) -> bool:
    try:
        parse_amount(text, "万元")
    except ValueError:
        return False
    return True


def is_year(text: str) -> bool:
    return re.fullmatch(r"20\d\d", unicodedata.normalize("NFKC", text)) is not None
