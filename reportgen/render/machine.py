"""What on this machine decides how a page looks: programs and fonts, as one text."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import reportgen

LIBRARIES = ("libharfbuzz", "libpango", "libfontconfig", "libfreetype", "libfribidi")
PACKAGES = ("weasyprint", "pydyf", "tinycss2", "tinyhtml5", "lxml", "cssselect2", "pyphen", "fonttools")


def machine() -> str:
    """Needs Pango. The programs, and all font and configuration files with their sizes and dates.

    The programs are those that run; fonts may be installed meanwhile, and are found at once.
    """
    return "\n".join([*_programs(), *sorted(map(_told, _font_files()))])


@cache
def _programs() -> tuple[str, ...]:
    from weasyprint.text.ffi import harfbuzz, pango  # noqa: PLC0415  (slow to load)

    own = (str(pango.pango_version()), _harfbuzz(harfbuzz), _own_code())
    return (*map(_version, PACKAGES), *own, *map(_told, _libraries()))


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package


def _harfbuzz(library: Any) -> str:
    return " ".join(str(library.hb_version_atleast(major, 0, 0)) for major in range(1, 20))


def _libraries() -> list[str]:
    """The files of the system's text libraries that this process has loaded, where it can be told."""
    try:
        maps = Path("/proc/self/maps").read_text()
    except OSError:
        return []
    paths = {line.split(maxsplit=5)[-1] for line in maps.splitlines() if line.count("/")}
    return sorted(path for path in paths if any(name in Path(path).name for name in LIBRARIES))


def _own_code() -> str:
    """This package's own layout code: while it is worked on, its version stays the same."""
    digest = sha256()
    for path in sorted(Path(reportgen.__file__).parent.glob("render/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _font_files() -> Iterator[str]:
    from weasyprint.text.ffi import ffi, fontconfig  # noqa: PLC0415  (slow to load)

    configuration = fontconfig.FcInitLoadConfigAndFonts()
    try:
        files = fontconfig.FcConfigGetConfigFiles(configuration)
        while (name := fontconfig.FcStrListNext(files)) != ffi.NULL:
            yield ffi.string(name).decode(errors="replace")
        fonts = fontconfig.FcConfigGetFonts(configuration, fontconfig.FcSetSystem)
        found = ffi.new("FcChar8 **")
        for at in range(0 if fonts == ffi.NULL else fonts.nfont):
            if fontconfig.FcPatternGetString(fonts.fonts[at], b"file", 0, found) == 0:
                yield ffi.string(found[0]).decode(errors="replace")
    finally:
        fontconfig.FcConfigDestroy(configuration)


def _told(path: str) -> str:
    try:
        about = Path(path).stat()
    except OSError:
        return path
    return f"{path} {about.st_size} {about.st_mtime_ns}"
