"""What a file looks like before it is read: thousands are looked at, few of them parsed."""

from __future__ import annotations

import json
import re
import zipfile
from functools import lru_cache
from pathlib import Path

from reportgen.load.reading import key_names
from reportgen.load.sections import INFO, section
from reportgen.load.sheets import SUFFIXES as WORKBOOKS
from reportgen.load.text import MAX_TREE_BYTES
from reportgen.model.disclosure import Disclosure

_TELLING = ("profile", "year", "department", "expenditure", "units")
"""Fields of which every disclosure has some, and other files of ours at most one."""
_ENOUGH = 2
_WORDS = {word: field for word, field in key_names(Disclosure).items() if field in _TELLING}
_KEY = "|".join(map(re.escape, sorted(_WORDS, key=len, reverse=True)))
_BLOCK = re.compile(rf"^[\"']?({_KEY})[\"']?\s*[:：]", re.MULTILINE)
_FLOW = re.compile(rf"[{{,]\s*[\"']?({_KEY})[\"']?\s*[:：]")
_UNITS_BESIDE = re.compile(r"(?:单位|units)[\"']?\s*[:：]\s*[\"']?[^\s\"']+\.csv", re.IGNORECASE)
_INPUT = re.compile(r"[^\s\"'\\/:：,，;；&\[\]{}<>|]+\.(?:ya?ml|json|xls[xm])", re.IGNORECASE)
_SHEET = re.compile(r"<sheet [^>]*name=\"([^\"]*)\"")
_MAX_UNPACKED = 256 * 2**20
_MAX_SHEETS = 16 * 2**20
"""Bytes of the part that names a workbook's sheets."""


def is_disclosure(path: Path) -> bool:
    """Whether a file means to be one; what is wrong with it is told when it is built."""
    if path.suffix.lower() in WORKBOOKS:
        names = _sheets(path)
        # with a password nothing of it can be seen: that is told when it is built
        return names is None or INFO in names or sum(section(name) is not None for name in names) >= _ENOUGH
    text = _text(path)
    return len({_WORDS[word] for word in _keys(text, path.suffix.lower())}) >= _ENOUGH


def _keys(text: str, suffix: str) -> set[str]:
    if suffix == ".json":
        try:
            root = json.loads(text)
        except (ValueError, RecursionError):
            return set(_FLOW.findall(text))
        return set(root) & set(_WORDS) if isinstance(root, dict) else set()
    return set((_FLOW if text.lstrip().startswith("{") else _BLOCK).findall(text))


def files_named_in(path: Path) -> frozenset[str]:
    """The inputs that may be named in a file, by the ends of their names."""
    return frozenset(_INPUT.findall(_written(path)))


def end_of(name: str) -> str:
    """What `files_named_in` finds of a file's name: a name may have blanks, which end it in a text."""
    return next(iter(_INPUT.findall(name)[-1:]), name)


def lists_units_beside(path: Path) -> bool:
    """Whether a CSV file beside it lists its units, which may name files."""
    return _UNITS_BESIDE.search(_written(path)) is not None


def _written(path: Path) -> str:
    return _all_text(path) if path.suffix.lower() in WORKBOOKS else _text(path)


@lru_cache(maxsize=64)
def _text(path: Path) -> str:
    """In whatever encoding; nothing for what cannot be read or is too large to be read later."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= MAX_TREE_BYTES else b""
    except OSError:
        return ""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _sheets(path: Path) -> list[str] | None:
    """The names of a workbook's sheets; None where they cannot be seen."""
    try:
        with zipfile.ZipFile(path) as archive:
            part = archive.getinfo("xl/workbook.xml")
            return None if part.file_size > _MAX_SHEETS else _SHEET.findall(_unpacked(archive, part))
    except Exception:  # zipfile raises whatever it stumbles over in a damaged file
        return None


def _all_text(path: Path) -> str:
    """The XML of a workbook's texts and cells."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = [
                one
                for one in archive.infolist()
                if one.filename == "xl/sharedStrings.xml" or one.filename.startswith("xl/worksheets/")
            ]
            if sum(part.file_size for part in parts) > _MAX_UNPACKED:
                return ""
            return "\n".join(_unpacked(archive, part) for part in parts)
    except Exception:  # as above
        return ""


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> str:
    """No more of it than it says it has, which `ZipFile.read` does not see to."""
    with archive.open(part) as file:
        return file.read(part.file_size).decode("utf-8", "replace")
