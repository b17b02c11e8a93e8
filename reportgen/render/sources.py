"""The files that an input was read from, to be attached to its PDF as the source of what is printed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.asked import State, state_of
from reportgen.load.text import shown
from reportgen.render.files import safe_name

MOST = 20 * 2**20
"""Bytes of all of them: a PDF that is larger by this goes through no mail and no publishing system."""

JOINED_BY = "_"
"""Stands for the slash of a folder, which no name of an attachment may have."""

CHANGED = "生成报告期间这个文件被改过、移走或读不了了，附上的会与印出的不符，没有写出文件；请再生成一次"


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the input."""

    path: str
    """With slashes, from the folder of the main file; of one that lies elsewhere only its name."""
    content: bytes
    role: str = ""
    """What one that lies elsewhere is to the input."""


def sources(main: Path, files: Mapping[Path, str], read: Mapping[Path, State]) -> tuple[Source, ...]:
    """The files by the paths that were asked for, each with its role, in the order given.

    `read`: as each was when it was read. Raises `FaultyInput` where one is another by now, so that
    what is attached is what was used, and where they are too large.
    """
    found = _each_once(files)
    _refuse_changed(found, read)
    try:
        _refuse_too_large({path: path.stat().st_size for path in found})
        contents = [path.read_bytes() for path in found]
    except OSError as error:
        raise FaultyInput([Fault(Place(shown(Path(error.filename or main))), CHANGED)]) from None
    _refuse_changed(found, read)
    told = _told([(_worded(path), files[path]) for path in found], _worded(main).parent)
    return tuple(Source(path, content, role) for (path, role), content in zip(told, contents, strict=True))


def _each_once(files: Iterable[Path]) -> list[Path]:
    """Two paths are one if their words and what they lead to are the same: of `a/../b`, `a` may be a link."""
    once: dict[tuple[Path, str], Path] = {}
    for path in files:
        once.setdefault((_worded(path), os.path.realpath(path)), path)
    return list(once.values())


def _worded(path: Path) -> Path:
    """The whole path by its words, whatever links lead elsewhere: a name tells only what was typed."""
    return Path(os.path.normpath(path.absolute()))


def _refuse_changed(files: Iterable[Path], read: Mapping[Path, State]) -> None:
    changed = [path for path in files if state_of(path) != read.get(path.absolute())]
    if changed:
        raise FaultyInput([Fault(Place(shown(path)), CHANGED) for path in changed])


def _refuse_too_large(sizes: Mapping[Path, int]) -> None:
    if sum(sizes.values()) > MOST:
        largest = max(sizes, key=lambda path: sizes[path])
        own, whole = (f"{size / 2**20:.1f} MB" for size in (sizes[largest], sum(sizes.values())))
        problem = (
            f"这个文件 {own}，随 PDF 附上的输入共 {whole}，最多 {MOST // 2**20} MB；"
            "请去掉 --attach-input，明细另行提供"
        )
        raise FaultyInput([Fault(Place(shown(largest)), problem)])


def _told(files: Sequence[tuple[PurePath, str]], folder: PurePath) -> Iterator[tuple[str, str]]:
    """What is told of each file: its path below the folder, or else its name alone and its role."""
    # none is relative to a folder on another drive
    below = {path: path.relative_to(folder).as_posix() for path, _ in files if path.is_relative_to(folder)}
    seen = {"": {told.casefold() for told in below.values()}}
    for path, role in files:
        if path in below:
            yield below[path], ""
        else:
            yield _apart(path.stem, path.suffix, seen.setdefault(role, set())), role


def _apart(stem: str, suffix: str, seen: set[str]) -> str:
    """A name that no file system takes for one that was seen; it is seen from now on."""
    tries = (f"{stem}{f' ({count})' if count else ''}{suffix}" for count in range(len(seen) + 1))
    name = next(one for one in tries if one.casefold() not in seen)
    seen.add(name.casefold())
    return name


def names(files: Sequence[Source], taken: Iterable[str]) -> Mapping[str, Source]:
    """The files by names that no reader takes for one another, nor for one of `taken`."""
    seen = {name.casefold() for name in taken}
    named = {}
    for file in files:
        path = PurePosixPath(file.path)
        parts = [*filter(None, [file.role]), *path.parts[:-1], path.stem]
        named[_apart(safe_name(JOINED_BY.join(parts)), path.suffix, seen)] = file
    return named
