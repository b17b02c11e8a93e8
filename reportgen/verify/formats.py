"""What a spreadsheet shows of a number, read anew: a fault in how formats are written must not hide here."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

_GENERAL = ("general", "@")
_UNREAD = frozenset("ymdhseYMDHSE/<>")
"""Dates, exponents, fractions and conditions: nobody prints an amount so."""
_PLACES = "0#?"
Chars = list[tuple[str, bool]]
"""Characters, and whether they are printed as they stand."""


def displayed(value: Decimal, code: str) -> str:
    """The text of a cell; with the format itself where that is of a kind not read here."""
    section, own_sign = _chosen(value, list(_sections(code)))
    if "".join(char for char, _ in section).strip().lower() in _GENERAL:
        return f"{value.normalize():f}" if value else "0"
    if any(not quoted and char in _UNREAD for char, quoted in section):
        return f"{value:f}〔{code}〕"
    return ("-" if value < 0 and own_sign else "") + _filled(abs(value), section)


def _sections(code: str) -> Iterator[Chars]:
    """The sections between semicolons; of marks in brackets, such as colours, nothing is printed."""
    section: Chars = []
    chars = iter(code)
    for char in chars:
        if char == ";":
            yield section
            section = []
        elif char == '"':
            for inner in chars:
                if inner == '"':
                    break
                section.append((inner, True))
        elif char == "[":
            inside = "".join(iter(lambda: next(chars, "]"), "]"))
            section += [(mark, False) for mark in inside if mark in "<>="]
        elif char in "\\_*":
            following = next(chars, "")
            section += {"\\": [(following, True)], "_": [(" ", True)], "*": []}[char]
        else:
            section.append((char, False))
    yield section


def _chosen(value: Decimal, sections: list[Chars]) -> tuple[Chars, bool]:
    """The section for a number, and whether the sign is printed besides."""
    if value == 0 and len(sections) > 2:
        return sections[2], False
    if value < 0 and len(sections) > 1:
        return sections[1], False
    return sections[0], True


def _filled(value: Decimal, section: Chars) -> str:
    """The section with its places filled by the digits, half a unit rounded up."""
    marks = [at for at, (char, quoted) in enumerate(section) if not quoted and char in _PLACES]
    if not marks:
        return "".join(char for char, _ in section)
    first, last = marks[0], marks[-1]
    while last + 1 < len(section) and section[last + 1] in ((",", False), (".", False)):
        last += 1
    if first and section[first - 1] == (".", False):
        first -= 1
    places = "".join(char for char, _ in section[first : last + 1])
    percents = sum(char == "%" and not quoted for char, quoted in section)
    before, behind = ("".join(char for char, _ in part) for part in (section[:first], section[last + 1 :]))
    return before + _digits(value * 100**percents, places) + behind


def _digits(value: Decimal, places: str) -> str:
    scaled = value.scaleb(-3 * (len(places) - len(places.rstrip(","))))
    whole, point, fraction = places.rstrip(",").partition(".")
    count = sum(char in _PLACES for char in fraction)
    units = int(scaled.scaleb(count) + Decimal("0.5"))
    digits = str(units).rjust(count + 1, "0")
    integer, decimals = digits[: len(digits) - count], digits[len(digits) - count :]
    least = fraction.count("0")
    decimals = decimals[:least] + decimals[least:].rstrip("0")
    integer = integer.lstrip("0").rjust(whole.count("0"), "0")
    if "," in whole:
        head = len(integer) % 3
        groups = [integer[:head], *(integer[at : at + 3] for at in range(head, len(integer), 3))]
        integer = ",".join(filter(None, groups))
    return integer + point + decimals
