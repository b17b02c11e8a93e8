"""Python's search for garbage in cycles, which a laid-out document makes long and finds little in."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

SELDOM = (50_000, 20, 100)
"""Objects made before a search, searches of the young before one of the middle-aged and of the old."""

_lock = Lock()
_found: list[tuple[int, int, int]] = []
"""What each of those within found; thresholds are one for the process, so the first says what was usual."""


@contextmanager
def seldom_searched() -> Iterator[None]:
    """Within it a build takes a fourth less time and no more memory (measured over sixty pages).

    Threads may be within it at once: the last that leaves restores what the first found.
    """
    with _lock:
        _found.append(gc.get_threshold())
        gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        with _lock:
            usual = _found[0]
            _found.pop()
            if not _found:
                gc.set_threshold(*usual)
