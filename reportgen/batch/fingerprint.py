"""Hashes of everything that decides an output: files that were read, profile, program, options."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import reportgen
from reportgen import __version__
from reportgen.batch.record import Fingerprint, Options
from reportgen.resources import CATALOG

LIBRARIES = (
    "cssselect2",
    "fonttools",
    "jinja2",
    "lxml",
    "markdown-it-py",
    "openpyxl",
    "pillow",
    "pydantic",
    "pydyf",
    "pyphen",
    "python-docx",
    "ruamel.yaml",
    "tinycss2",
    "tinyhtml5",
    "weasyprint",
    "xlsxwriter",
)
"""Those that read inputs or write reports; a new version may write other bytes."""
_SYSTEM = {
    "Pango": ("libpango-1.0.so.0", "pango_version_string"),
    "HarfBuzz": ("libharfbuzz.so.0", "hb_version_string"),
}
"""Libraries of the system that lay out text, and the function of each that tells its version."""


def fingerprint(files: Iterable[Path], folders: Iterable[Path], engine: str, options: Options) -> Fingerprint:
    """Raises `OSError` where a file is gone."""
    return Fingerprint(
        sources={str(path): file_hash(path) for path in sorted({path.resolve() for path in files})},
        folders={str(path): folder_hash(path) for path in sorted({path.resolve() for path in folders})},
        engine=engine,
        options=options_hash(options),
    )


def file_hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def folder_hash(folder: Path) -> str:
    """Of every file in it and below, with its name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return _hash_of({path.relative_to(folder).as_posix(): file_hash(path) for path in files})


def options_hash(options: Options) -> str:
    """Of what changes the files; that edited ones are replaced too does not."""
    return _hash_of(
        {
            "formats": ",".join(sorted(options.formats)),
            "profile": str(options.profile or ""),
            "verified": str(options.verified),
            "attach_input": str(options.attach_input),
        }
    )


@cache
def engine() -> Mapping[str, str]:
    """The program on this machine, part by part, so that a difference can be named."""
    return {
        "reportgen": f"{__version__} {_code()[:16]}",
        "目录": folder_hash(CATALOG)[:16],
        "Python": platform.python_version(),
        **{name: _version(name) for name in LIBRARIES},
        **{name: _system_version(*asked) for name, asked in _SYSTEM.items()},
        "字体": _fonts()[:16],
        "字体规则": _font_rules()[:16],
    }


def engine_hash(parts: Mapping[str, str]) -> str:
    return _hash_of(parts)


def _code() -> str:
    """Of the program's own files: a checkout changes without a new version."""
    folder = Path(reportgen.__file__).parent
    files = sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    return _hash_of({path.relative_to(folder).as_posix(): file_hash(path) for path in files})


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _system_version(library: str, function: str) -> str:
    """Empty where the library goes by another name."""
    try:
        ask = getattr(ctypes.CDLL(library), function)
    except (OSError, AttributeError):
        return ""
    ask.restype = ctypes.c_char_p
    return str(ask().decode("ascii", "replace"))


def _fonts() -> str:
    """Of the fonts that fontconfig knows, by which pages break; empty where it cannot be asked."""
    command = ["fc-list", "--format", "%{family}|%{style}|%{fontversion}\\n"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout
    except (OSError, subprocess.SubprocessError):
        return ""
    return hashlib.sha256(b"\n".join(sorted(listed.splitlines()))).hexdigest()


def _font_rules() -> str:
    """Of fontconfig's own settings, by which one font stands for another."""
    home = Path(os.environ.get("HOME") or "/")
    places = [Path("/etc/fonts"), Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "fontconfig"]
    places += [
        Path(os.environ[name]) for name in ("FONTCONFIG_PATH", "FONTCONFIG_FILE") if os.environ.get(name)
    ]
    places.append(home / ".fonts.conf")
    return _hash_of({str(number): _hash_at(place) for number, place in enumerate(places)})


def _hash_at(place: Path) -> str:
    """Empty where there is nothing that can be read."""
    try:
        return file_hash(place) if place.is_file() else folder_hash(place)
    except OSError:
        return ""


def _hash_of(parts: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
