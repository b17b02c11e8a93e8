"""The files that an input was read from, to be attached to its PDF as the source of what is printed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.text import shown
from reportgen.render.files import safe_name

MOST = 20 * 2**20
"""Bytes of all of them: a PDF that is larger by this goes through no mail and no publishing system."""

JOINED_BY = "_"
"""Stands for the slash of a folder, which no name of an attachment may have."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the input."""

    path: str
    """From the folder that holds them all, with slashes: nothing is told of what lies above it."""
    content: bytes


def sources(files: Iterable[Path]) -> tuple[Source, ...]:
    """Every file once, in the order given. Raises `FaultyInput` where they are too large, and `OSError`."""
    found = list(dict.fromkeys(path.resolve() for path in files))
    above = Path(os.path.commonpath([path.parent for path in found])) if found else Path()
    sizes = {path: path.stat().st_size for path in found}
    if sum(sizes.values()) > MOST:
        largest = max(sizes, key=lambda path: sizes[path])
        own, whole = (f"{size / 2**20:.1f} MB" for size in (sizes[largest], sum(sizes.values())))
        problem = (
            f"这个文件 {own}，随 PDF 附上的输入共 {whole}，最多 {MOST // 2**20} MB；"
            "请去掉 --attach-input，明细另行提供"
        )
        raise FaultyInput([Fault(Place(shown(largest)), problem)])
    return tuple(Source(path.relative_to(above).as_posix(), path.read_bytes()) for path in found)


def names(files: Sequence[Source], taken: Iterable[str]) -> Mapping[str, Source]:
    """The files by names that no reader takes for one another, nor for one of `taken`."""
    seen = {name.casefold() for name in taken}
    named = {}
    for file in files:
        path = PurePosixPath(file.path)
        stem = safe_name(JOINED_BY.join([*path.parts[:-1], path.stem]))
        tries = (f"{stem}{f' ({count})' if count else ''}{path.suffix}" for count in range(len(seen) + 1))
        name = next(one for one in tries if one.casefold() not in seen)
        seen.add(name.casefold())
        named[name] = file
    return named
