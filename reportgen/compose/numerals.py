"""Chinese numerals for numbered lists."""

from __future__ import annotations

from reportgen.compose.spec import Numbering

_DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """一 to 九十九."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _DIGITS[ones]
    head = "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def numbered(number: int, style: Numbering) -> str:
    """The mark in front of the item `number` of a list."""
    return {
        Numbering.CHINESE: f"{chinese(number)}、",
        Numbering.PARENTHESES: f"（{chinese(number)}）",
        Numbering.ARABIC: f"{number}.",
    }[style]
