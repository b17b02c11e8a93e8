"""What laying out a document may use of the machine."""

from __future__ import annotations

import os
from collections import deque
from dataclasses import dataclass
from subprocess import Popen

MOST_PROCESSES = 4
"""More are not kept busy by one document."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Other processes that were started beforehand (`workers.standing_by`); whoever needs one takes it."""

    processes: deque[Popen[bytes]]
    modules: tuple[str, ...]
    """What each of them has loaded."""


@dataclass(frozen=True, slots=True)
class Means:
    processes: int = 1
    cached: bool = False
    """Whether pages are kept on disk from one build to the next."""
    standing: Standing | None = None


ALONE = Means()


def all_means(*, cached: bool = True) -> Means:
    """The processors that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    count = len(affinity(0)) if affinity else os.cpu_count() or 1
    return Means(min(count, MOST_PROCESSES), cached)
