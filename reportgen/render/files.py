"""Files are written whole or not at all: to temporary names first, moved when all are ready."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import tempfile
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from errno import EISDIR
from pathlib import Path
from types import FrameType

MAX_NAME = 80
"""Characters of a name without its ending."""

MAX_NAME_BYTES = 240
"""File systems take 255 bytes; the ending and a browser's « (1)» want some of them."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)
"""Devices of Windows, with any ending."""

_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Categories of characters that no name shows, or that turn the direction of those that follow."""


def safe_name(name: str) -> str:
    """A name that every file system takes and that reads as it is: no separators, nothing unseen."""
    seen = "".join("" if unicodedata.category(char) in _UNSEEN else char for char in name)
    cleaned = re.sub(r'[\\/:*?"<>|]+', "_", seen).strip(" .")
    if _RESERVED.fullmatch(cleaned):
        cleaned = f"_{cleaned}"
    short = cleaned[:MAX_NAME].encode()[:MAX_NAME_BYTES].decode(errors="ignore")
    return short.strip(" .") or "report"


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Writes every file, or none if one cannot be or the program is told to stop. Raises `OSError`."""
    for path in contents:
        if path.is_dir():  # before anything is moved: a folder cannot be replaced by a file
            raise IsADirectoryError(EISDIR, f"{path.name} 是文件夹")
    with _stoppable(), contextlib.ExitStack() as undo:
        waiting = [(_written_beside(path, content, undo), path) for path, content in contents.items()]
        kept = {path: _kept(path, undo) for path in contents}
        with unstoppable():
            _move_all(waiting, kept)


def _written_beside(path: Path, content: bytes, undo: contextlib.ExitStack) -> Path:
    """The content under a temporary name next to where it belongs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = _temporary(path, undo)
    temporary.write_bytes(content)
    temporary.chmod(0o644)
    return temporary


def _kept(path: Path, undo: contextlib.ExitStack) -> Path | None:
    """The file that stands at `path` now under a second name, should it have to come back."""
    if not path.is_file():
        return None
    kept = _temporary(path, undo)
    shutil.copy2(path, kept)
    return kept


def _temporary(path: Path, undo: contextlib.ExitStack) -> Path:
    """An empty file beside `path` that is gone in the end."""
    with unstoppable():  # there is no moment at which it exists and would be left behind
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".reportgen-", suffix=path.suffix)
        os.close(descriptor)
        undo.callback(_remove, Path(name))
    return Path(name)


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _move_all(waiting: list[tuple[Path, Path]], kept: Mapping[Path, Path | None]) -> None:
    moved: list[Path] = []
    try:
        for temporary, path in waiting:
            temporary.replace(path)
            moved.append(path)
    except BaseException:
        for path in moved:
            before = kept[path]
            if before is None:
                _remove(path)
            else:
                before.replace(path)
        raise


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM ends the program as Ctrl+C does, through every `finally`, instead of on the spot."""
    if threading.current_thread() is not threading.main_thread():  # only there may handlers be set
        yield
        return

    def stop(number: int, _: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextlib.contextmanager
def unstoppable() -> Iterator[None]:
    """Ctrl+C and SIGTERM wait for the end of the block; threads that it starts never get them."""
    with _noted() as caught, _masked():
        yield
    for number in caught:
        signal.raise_signal(number)


@contextlib.contextmanager
def _noted() -> Iterator[list[int]]:
    """A signal that another thread gets is still answered by the main one, whatever that one masks: it is
    noted here."""
    caught: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield caught
        return

    def note(number: int, _: FrameType | None) -> None:
        if number not in caught:
            caught.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)


@contextlib.contextmanager
def _masked() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
