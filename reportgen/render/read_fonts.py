"""Fonts that pages are drawn with, read once for all pages: WeasyPrint reads them again for each drawing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from functools import cache
from typing import Any

from reportgen.render.justification import fits

Wanted = tuple[Any, ...]
"""All that decides what is left of a font in a file."""


class ReadFonts:
    """Of one press: they are known by what Pango calls them there."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, float], Any] = {}
        self._files: dict[str, bytes] = {}
        self.subsets: dict[str, tuple[Wanted, bytes]] = {}
        """Of each font what was last left of it."""

    def unused(self, pango_font: Any, named: tuple[int, Any, float]) -> Any:
        """A font that no text uses yet; `named`: what WeasyPrint knows it by."""
        from weasyprint.pdf.fonts import Font  # noqa: PLC0415  (loaded by now)

        key, description, size = named
        if (key, size) not in self._fonts:
            font = self._fonts[key, size] = Font(pango_font, description, size)
            self.share_file(font)
        return unused_copy(self._fonts[key, size])

    def share_file(self, font: Any) -> None:
        """One copy of what is in a font's file, which may be 20 MB, for all sizes."""
        font.file_content = self._files.setdefault(font.hash, font.file_content)


def unused_copy(font: Any) -> Any:
    """The same font where no text uses it."""
    unused = copy(font)
    unused.widths, unused.to_unicode, unused.missing = {}, {}, {}
    unused.variations = dict(font.variations)  # to which a file adds what it makes fixed
    return unused


@cache
def stream_class() -> Any:
    """WeasyPrint's stream of a page, which takes its fonts from those that were read."""
    from weasyprint.pdf.stream import Stream  # noqa: PLC0415  (loaded by now)
    from weasyprint.text.fonts import get_pango_font_key  # noqa: PLC0415

    class ReadFontsStream(Stream):  # type: ignore[misc]  # WeasyPrint has no types
        def __init__(self, fonts: ReadFonts, used: dict[int, Any], *more: Any) -> None:
            super().__init__(used, *more)
            self._read = fonts

        def add_font(self, pango_font: Any) -> tuple[Any, float]:
            key, _, size = named = get_pango_font_key(pango_font)
            if key not in self._fonts:
                self._fonts[key] = self._read.unused(pango_font, named)
            return self._fonts[key], size

    return ReadFontsStream


_writing: ContextVar[ReadFonts | None] = ContextVar("_writing", default=None)


@contextmanager
def subsets_of(fonts: ReadFonts) -> Iterator[None]:
    """Within it a file that shows the same glyphs as the one before has its fonts ready."""
    before = _writing.set(fonts)
    try:
        yield
    finally:
        _writing.reset(before)


@cache
def keep_subsets() -> None:
    """Once per process; nothing changes with a WeasyPrint that is not known here."""
    from weasyprint.pdf.fonts import Font  # noqa: PLC0415  (slow to load, and only needed here)

    if not fits():
        return
    clean_plain = Font.clean

    def clean(self: Any, to_unicode: Any, hinting: Any) -> None:
        fonts = _writing.get()
        if fonts is None:
            clean_plain(self, to_unicode, hinting)
            return
        wanted = (self.index, self.font_size, hinting, *sorted(to_unicode), "missing", *self.missing)
        kept, content = fonts.subsets.get(self.hash, (None, b""))
        if kept != wanted:
            clean_plain(self, to_unicode, hinting)
            fonts.subsets[self.hash] = wanted, self.file_content
            return
        self.file_content = content

    Font.clean = clean
