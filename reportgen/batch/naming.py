"""A folder for each department's report: called as its input is, and no two alike on any file system."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from reportgen.render.files import safe_name

BETWEEN = "_"


def folders(homes: Mapping[Path, Path], taken: Collection[str]) -> dict[Path, str]:
    """A folder's name for each input, by the input's home: its last part, or as many as tell it from others.

    `taken` are names that no folder may have.
    """
    homes = _told_apart(homes)
    depth = dict.fromkeys(homes, 1)
    names = {path: _name(home, 1) for path, home in homes.items()}
    while deeper := [path for path in alike(names) if depth[path] < len(homes[path].parts) - 1]:
        for path in deeper:
            depth[path] += 1
            names[path] = _name(homes[path], depth[path])
    return _numbered(names, taken)


def alike(names: Mapping[Path, str]) -> list[Path]:
    """The inputs whose names are not theirs alone."""
    count = Counter(map(_plain, names.values()))
    return [path for path, name in names.items() if count[_plain(name)] > 1]


def collisions(homes: Mapping[Path, Path]) -> dict[str, list[Path]]:
    """Inputs that would go by one name, by that name."""
    names = {path: _name(home, 1) for path, home in homes.items()}
    found: dict[str, list[Path]] = {}
    for path in alike(names):
        found.setdefault(_plain(names[path]), []).append(path)
    return {names[paths[0]]: paths for paths in found.values()}


def _told_apart(homes: Mapping[Path, Path]) -> dict[Path, Path]:
    """Homes that several inputs share, each with its input's suffix."""
    count = Counter(homes.values())
    return {
        path: home if count[home] == 1 else home.parent / f"{home.name}-{path.suffix[1:]}"
        for path, home in homes.items()
    }


def _name(home: Path, depth: int) -> str:
    parts: Sequence[str] = home.parts[1:] or home.parts
    return safe_name(BETWEEN.join(parts[-depth:]))


def _numbered(names: Mapping[Path, str], taken: Collection[str]) -> dict[Path, str]:
    """What is cut short or differs in unseen characters only may still be alike."""
    given: dict[Path, str] = {}
    used = set(map(_plain, taken))
    for path, name in names.items():
        number, unique = 2, name
        while _plain(unique) in used:
            unique = f"{name}-{number}"
            number += 1
        used.add(_plain(unique))
        given[path] = unique
    return given


def _plain(name: str) -> str:
    """As file systems compare names that tell neither case nor the composition of characters."""
    return unicodedata.normalize("NFKC", name).casefold()
