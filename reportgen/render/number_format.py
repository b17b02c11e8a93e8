"""Numbers as spreadsheets hold them: a value in the printed unit, and a format that shows it as printed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from itertools import pairwise

from reportgen.derive.arithmetic import rounded
from reportgen.model.values import YUAN_PER

DIGITS = 15
"""All that a spreadsheet keeps of a number."""
_PRINTED = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(%?)", re.ASCII)
_PLACES = re.compile(r"[#0?,]*[#0?](?:\.[#0?]*)?(?:,+(?![#0?]))?|\.[#0?]+")
_QUOTED = re.compile(r'"[^"]*"|\\.|[_*].|\[[^\]]*\]')
_DATE = re.compile(r"[ymdhs]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal
    """Exact, in the unit that is printed; a percentage with its sign is a fraction of 1."""
    code: str
    """The number format."""


def number(value: Decimal, text: str, unit: str, *, grouped: bool, usual: str) -> Number | None:
    """The number behind a printed figure of so many 元, pieces or per cent.

    `unit`: in which an amount is printed, "" for pieces and percentages; `grouped`: whether the
    figures around it part their thousands; `usual`: the format of those around it, for a 0 that is
    printed as no number. None where no number shows as what is printed,
    or where a spreadsheet would lose digits of it.
    """
    found = _PRINTED.fullmatch(text)
    if found is None:
        mark = f'"{text}"' if text else ""
        if value != 0 or any(char.isalnum() or char in '"%' for char in text):
            return None
        return Number(Decimal(0), f"{usual};-{usual};{mark};@")
    decimals = "." + "0" * (len(found[1]) - 1) if found[1] else ""
    plain, parted = f"0{decimals}{found[2]}", f"#,##0{decimals}{found[2]}"
    codes = [parted, plain] if grouped else [plain, parted]
    # what rounds to 0 is printed without a sign
    codes += [f"{code};{code}" for code in codes]
    # percentages end nowhere; an amount must lose nothing
    exact = value / YUAN_PER[unit] if unit else near(value / 100 if found[2] else value)
    code = next((code for code in codes if shown(exact, code) == text), None)
    return Number(exact, code) if code and kept(exact) else None


def near(value: Decimal) -> Decimal:
    """A quotient to the digits that a spreadsheet keeps: percentages end nowhere."""
    return Context(prec=DIGITS).plus(value)


def kept(value: Decimal) -> bool:
    """Whether a spreadsheet keeps every digit."""
    return near(value) == value


def shown(value: Decimal, code: str) -> str:
    """A number as a spreadsheet shows it under a number format, half rounded up."""
    sections = _sections(code)
    chosen = sections[0]
    own_sign = True
    if value == 0 and len(sections) > 2:
        chosen = sections[2]
    elif value < 0 and len(sections) > 1:
        chosen, own_sign = sections[1], False
    if chosen.strip().lower() in ("general", "@"):
        return f"{value.normalize():f}" if value else "0"
    bare = _QUOTED.sub("", chosen)
    if _DATE.search(bare):
        return f"{value:f}"
    sign = "-" if value < 0 and own_sign else ""
    return sign + _filled(chosen, abs(value) * 100 ** bare.count("%"))


def _sections(code: str) -> list[str]:
    masked = _QUOTED.sub(lambda found: "x" * len(found[0]), code)
    cuts = [-1, *(at for at, char in enumerate(masked) if char == ";"), len(code)]
    return [code[start + 1 : end] for start, end in pairwise(cuts)]


def _filled(section: str, value: Decimal) -> str:
    """A section with its places filled by a number that is not negative."""
    masked = _QUOTED.sub(lambda found: "\0" * len(found[0]), section)
    found = _PLACES.search(masked)
    if found is None:
        return _literal(section)
    before, behind = section[: found.start()], section[found.end() :]
    return _literal(before) + _digits(found[0], value) + _literal(behind)


def _digits(places: str, value: Decimal) -> str:
    thousands = len(places) - len(places.rstrip(","))
    whole, _, fraction = places.rstrip(",").partition(".")
    least, most = fraction.count("0"), len(fraction)
    number = f"{rounded(value / Decimal(1000) ** thousands, most):f}"
    digits, _, decimals = number.partition(".")
    while len(decimals) > least and decimals.endswith("0"):
        decimals = decimals[:-1]
    digits = digits.lstrip("0").rjust(whole.count("0"), "0")
    if "," in whole:
        digits = f"{int(digits or 0):,}" if digits else ""
    return digits + ("." + decimals if decimals or "." in places else "")


def _literal(part: str) -> str:
    """What a format prints besides digits: quoted and escaped characters, a blank for `_`."""

    def read(found: re.Match[str]) -> str:
        mark = found[0]
        if mark[0] == '"':
            return mark[1:-1]
        return mark[1] if mark[0] == "\\" else " " if mark[0] == "_" else ""

    return _QUOTED.sub(read, part)
