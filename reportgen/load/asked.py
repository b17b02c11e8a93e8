"""Which files and folders reading asks for, whether or not they are there, so that changes can be seen.

Each is noted as it was just before it was first read: what is saved after that counts as changed.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TypeAlias

State: TypeAlias = tuple[int | str, ...] | None
"""What tells that a file was saved, or which names a folder holds; None where there is neither."""

_noted: ContextVar[dict[Path, State] | None] = ContextVar("_noted", default=None)


@contextmanager
def asked() -> Iterator[dict[Path, State]]:
    """All that this thread asks for meanwhile; whoever notes it already is told in the end."""
    outer = _noted.get()
    noted: dict[Path, State] = {}
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)
        if outer is not None:
            outer.update({**noted, **outer})  # as it was when it was first read


def note(path: Path) -> None:
    """To be called before a file is looked at, or a folder is listed."""
    noted = _noted.get()
    if noted is None:
        return
    path = path.absolute()
    if path not in noted:
        noted[path] = state_of(path)


def state_of(path: Path) -> State:
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            return tuple(sorted(one.name for one in path.iterdir() if not one.name.startswith(".")))
    except (OSError, ValueError):  # ValueError: a name that no file system takes
        return None
    # an editor that saves under another name and renames it leaves another file in its place
    return about.st_mtime_ns, about.st_size, about.st_ino
