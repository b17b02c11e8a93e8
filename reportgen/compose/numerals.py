"""Numbers in front of list items, as official documents write them."""

from __future__ import annotations

from reportgen.compose.spec import Numbering

_DIGITS = "零一二三四五六七八九"


def chinese(number: int, twenty: str = "二十") -> str:
    """一 to 九十九; `twenty` may be 廿, which shortens 二十一 to 廿一 but leaves 二十."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _DIGITS[ones]
    if tens == 2 and ones:
        return twenty + _DIGITS[ones]
    head = "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def numbered(number: int, style: Numbering) -> str:
    """The mark in front of the item `number` of a list."""
    return {
        Numbering.CHINESE: f"{chinese(number)}、",
        Numbering.PARENTHESES: f"（{chinese(number)}）",
        Numbering.SHORT_CHINESE: f"{chinese(number, '廿')}、",
        Numbering.SHORT_PARENTHESES: f"（{chinese(number, '廿')}）",
        Numbering.ARABIC: f"{number}.",
        Numbering.ARABIC_PARENTHESES: f"（{number}）",
    }[style]
