"""The folder that a batch writes to: one batch at a time, and nothing half-written of an earlier one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from reportgen.faults import Fault, FaultyInput, Place

TEMPORARY = ".reportgen-"
"""How the names of files begin that are not ready yet, as `render.files.write_all` makes them."""
_DEPTHS = ("", "*/", "*/*/")
"""Where they may lie: with the summary, with a report, with its open data."""


@contextlib.contextmanager
def held(out: Path) -> Iterator[None]:
    """Makes the folder and keeps it from other batches meanwhile; raises `FaultyInput` if one is at it."""
    out.mkdir(parents=True, exist_ok=True)
    lock = _locked(out)
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _locked(out: Path) -> int | None:
    """None where the system or a shared folder knows no such locks."""
    try:
        import fcntl  # noqa: PLC0415  (not on Windows)
    except ImportError:
        return None
    descriptor = os.open(out, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        problem = "另一个 reportgen batch 正在写这个文件夹；请等它结束，或用 -o 换一个文件夹"
        raise FaultyInput([Fault(Place(str(out)), problem)]) from None
    except OSError:
        os.close(descriptor)
        return None
    return descriptor


def clean(out: Path) -> int:
    """Removes what a kill left half-written: files that never got their names. How many there were."""
    left = [path for depth in _DEPTHS for path in out.glob(f"{depth}{TEMPORARY}*") if path.is_file()]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)
