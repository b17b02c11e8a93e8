"""Where lines end: never more of them, never wider than the page, and gaps shared where they can be."""

from __future__ import annotations

from itertools import accumulate, pairwise

from hypothesis import given
from hypothesis import strategies as st

from reportgen.render.even_lines import LOOSE, WIDEST, Paragraph, lines

ROOM = 28.0
INDENT = 2.0

words = st.lists(st.integers(1, 12), min_size=1, max_size=60)
"""Characters of an em each; what is longer than one is an amount, which neither breaks nor stretches."""


def paragraph(lengths: list[int]) -> Paragraph:
    widths = [1.0 if length == 1 else length / 2 for length in lengths]
    places = range(1, len(lengths) + 1)
    return Paragraph(
        ends=list(places),
        reached=[0.0, *accumulate(widths)],
        stretchable=[0, *accumulate(int(length == 1) for length in lengths)],
        room=ROOM,
        indent=INDENT,
        em=1.0,
    )


def greedy(told: Paragraph) -> list[int]:
    ends, start = [], 0
    while start < told.ends[-1]:
        start = max(
            end for end in told.ends if end == start + 1 or (end > start and told.spare(start, end) >= 0)
        )
        ends.append(start)
    return ends


def gaps(told: Paragraph, ends: list[int]) -> list[float]:
    """Of all lines but the last."""
    return [told.gap(*line) for line in pairwise([0, *ends])][:-1]


def ugliness(told: Paragraph, ends: list[int]) -> float:
    shares = [max(gap, 0) / WIDEST for gap in gaps(told, ends)]
    return sum(share**3 + (share > 1) for share in shares)


@given(words)
def test_lines_are_as_many_as_filled_ones_and_no_wider_than_the_page(lengths: list[int]) -> None:
    told = paragraph(lengths)
    ends = lines(told, 0)
    assert len(ends) == len(greedy(told))
    assert ends[-1] == len(lengths)
    for start, end in pairwise([0, *ends]):
        assert told.spare(start, end) >= 0 or end == start + 1


@given(words)
def test_no_paragraph_is_uglier_than_one_of_filled_lines(lengths: list[int]) -> None:
    told = paragraph(lengths)
    assert ugliness(told, lines(told, 0)) <= ugliness(told, greedy(told)) + 1e-9


@given(st.integers(1, 200))
def test_plain_text_fills_its_lines(length: int) -> None:
    told = paragraph([1] * length)
    assert lines(told, 0) == greedy(told)


@given(words)
def test_what_was_planned_from_the_start_holds_from_the_middle(lengths: list[int]) -> None:
    """A page may end between any two lines."""
    told = paragraph(lengths)
    ends = lines(told, 0)
    for at, end in enumerate(ends[:-1]):
        rest = lines(told, end)
        assert len(rest) == len(ends) - at - 1


def test_the_line_before_a_long_amount_shares_its_gap_with_the_one_before() -> None:
    # a full line, then fourteen characters, then an amount of fifteen ems that does not fit behind them
    told = paragraph([1] * 26 + [1] * 14 + [30] + [1])
    alone, shared = gaps(told, greedy(told)), gaps(told, lines(told, 0))
    assert max(alone) > 1 > WIDEST
    assert max(shared) < WIDEST
    assert min(shared) > LOOSE
