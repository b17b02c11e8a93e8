"""Laid-out pages kept on disk from one build to the next, by all that they are made of.

A kept page is never stale: what made it, programs and fonts included, is in its key. What cannot be read
is laid out again, and what cannot be kept is not.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Generic, TypeVar

from pydantic import TypeAdapter

MOST = 200_000_000
"""Bytes that are kept; what was used longest ago goes first."""
SWITCH = "REPORTGEN_CACHE"
"""Names the folder in the environment; `off` keeps nothing."""
DIGEST = 32
FOLDER, NAME, UNFINISHED = "reportgen-pages", re.compile("[0-9a-f]{64}"), "unfinished-"
"""A folder of our own in the one that is named, and what stands in it."""

Kept = TypeVar("Kept")


class RecordCache(Generic[Kept]):
    """Values of one type in a folder that only its owner can read."""

    def __init__(self, folder: Path | None, form: TypeAdapter[Kept]) -> None:
        self.folder = folder
        self._form = form

    def has(self, key: str) -> bool:
        """Whether there is an entry; it may prove damaged."""
        return self.folder is not None and (self.folder / key).is_file()

    def get(self, key: str) -> Kept | None:
        if self.folder is None:
            return None
        path = self.folder / key
        if not _is_own(self.folder):
            return None
        try:
            content = path.read_bytes()
        except OSError:
            return None
        digest, said = content[:DIGEST], content[DIGEST:]
        if sha256(said).digest() != digest:
            return None
        with suppress(OSError):
            os.utime(path)
        with suppress(ValueError):
            return self._form.validate_json(said)
        return None

    def put(self, key: str, value: Kept) -> None:
        if self.folder is None:
            return
        said = self._form.dump_json(value)
        with suppress(OSError):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_own(self.folder):
                return
            with NamedTemporaryFile(dir=self.folder, prefix=UNFINISHED, delete=False) as file:
                try:
                    file.write(sha256(said).digest() + said)
                    file.close()
                    Path(file.name).replace(self.folder / key)
                except OSError:
                    Path(file.name).unlink(missing_ok=True)
                    raise


def _is_own(folder: Path) -> bool:
    """Whether nobody else can put pages into it; without owners of files nothing can be told."""
    if not hasattr(os, "getuid"):
        return True
    try:
        about = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(about.st_mode) and about.st_uid == os.getuid() and not about.st_mode & 0o077


def key_of(parts: Iterable[str]) -> str:
    digest = sha256()
    for part in parts:
        content = part.encode()
        digest.update(b"%d:" % len(content))
        digest.update(content)
    return digest.hexdigest()


def cache_folder() -> Path | None:
    """Where this user's programs keep what can be made again; None if it is switched off."""
    said = os.environ.get(SWITCH, "")
    if said == "off":
        return None
    if said:
        return Path(said) / FOLDER
    try:
        return _usual() / FOLDER
    except RuntimeError:  # nobody's home
        return None


def _usual() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def drop_oldest(folder: Path, most: int = MOST) -> None:
    """Keeps a folder below `most` bytes."""
    found = []
    with suppress(OSError):
        for entry in os.scandir(folder):
            with suppress(OSError):
                if not (NAME.fullmatch(entry.name) or entry.name.startswith(UNFINISHED)):
                    continue
                about = entry.stat()
                found.append((about.st_mtime_ns, about.st_size, entry.path))
    size = sum(one[1] for one in found)
    for _, own, path in sorted(found):
        if size <= most:
            return
        with suppress(OSError):
            Path(path).unlink()
            size -= own
