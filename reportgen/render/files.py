"""Files are written whole or not at all: to temporary names first, moved when all are ready."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Mapping
from errno import EISDIR
from pathlib import Path


def safe_name(name: str) -> str:
    """A name that every file system takes: no separators, no leading dot, at most 80 characters."""
    cleaned = re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", name).strip(" .")
    return cleaned[:80].strip(" .") or "report"


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Writes every file, or none if one cannot be written. Raises `OSError`."""
    waiting: list[tuple[str, Path]] = []
    for path in contents:
        if path.is_dir():  # before anything is moved: a folder cannot be replaced by a file
            raise IsADirectoryError(EISDIR, f"{path.name} 是文件夹")
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, temporary = tempfile.mkstemp(
                dir=path.parent, prefix=".reportgen-", suffix=path.suffix
            )
            waiting.append((temporary, path))
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(temporary).chmod(0o644)
        for temporary, path in waiting:
            Path(temporary).replace(path)
    finally:
        for temporary, _ in waiting:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
