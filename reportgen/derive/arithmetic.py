"""Rounding, change, growth and shares. Sums are formed first; rounding comes last, half up."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half up in magnitude: 0.5 → 1, -0.5 → -1. Never yields a negative zero."""
    result = value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return abs(result) if result == 0 else result


def growth(now: Decimal, before: Decimal) -> Decimal | None:
    """The change as a percentage of the year before, unrounded; None on a base of 0 (rule W1)."""
    return (now - before) * 100 / before if before else None


def share(part: Decimal, whole: Decimal) -> Decimal | None:
    """A part as a percentage of its whole, unrounded; None of a whole of 0."""
    return part * 100 / whole if whole else None
