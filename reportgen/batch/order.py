"""Large departments first: begun last, one alone would keep a whole batch waiting."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from reportgen.batch.inputs import SUFFIXES
from reportgen.batch.record import Job

_READ = (*SUFFIXES, ".csv")


def largest_first(jobs: Iterable[Job]) -> list[Job]:
    """By the bytes of the input and of what lies beside it, if the folder is the department's own."""
    given = list(jobs)
    inputs = Counter(job.path.parent for job in given)
    sizes = {
        job.path: _of_folder(job.path.parent) if inputs[job.path.parent] == 1 else _of_file(job.path)
        for job in given
    }
    return sorted(given, key=lambda job: -sizes[job.path])


def _of_folder(folder: Path) -> int:
    try:
        return sum(_of_file(path) for path in folder.iterdir() if path.suffix.lower() in _READ)
    except OSError:  # told when it is built
        return 0


def _of_file(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
