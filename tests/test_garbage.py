"""Python searches for garbage seldom while something is laid out, and as before afterwards."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import pytest

from reportgen.garbage import SELDOM, seldom_searched

USUAL = (701, 11, 12)
"""Not Python's own, so that a restored threshold is told from one that was set anew."""


@pytest.fixture(autouse=True)
def _usual() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*USUAL)
    yield
    gc.set_threshold(*before)


def test_it_is_seldom_within_and_as_before_afterwards_also_after_a_fault() -> None:
    with pytest.raises(ValueError, match="fault"), seldom_searched():
        assert gc.get_threshold() == SELDOM
        raise ValueError("fault")
    assert gc.get_threshold() == USUAL


def test_the_last_that_leaves_restores_though_the_first_left_before_it() -> None:
    first, second = ExitStack(), ExitStack()
    first.enter_context(seldom_searched())
    second.enter_context(seldom_searched())
    first.close()
    assert gc.get_threshold() == SELDOM
    second.close()
    assert gc.get_threshold() == USUAL


def test_threads_that_overlap_leave_it_as_it_was() -> None:
    together = Barrier(4, timeout=30)

    @seldom_searched()
    def within(_: int) -> tuple[int, int, int]:
        together.wait()
        return gc.get_threshold()

    with ThreadPoolExecutor(4) as threads:
        for _ in range(50):
            assert set(threads.map(within, range(4))) == {SELDOM}
    assert gc.get_threshold() == USUAL
