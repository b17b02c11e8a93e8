"""Fonts that pages are drawn with, read once for all pages: WeasyPrint reads them again for each drawing."""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import Any


class ReadFonts:
    """Of one press: they are known by what Pango calls them there."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[int, float], Any] = {}
        self._files: dict[int, bytes] = {}

    def unused(self, pango_font: Any, named: tuple[int, Any, float]) -> Any:
        """A font that no text uses yet; `named`: what WeasyPrint knows it by."""
        from weasyprint.pdf.fonts import Font  # noqa: PLC0415  (loaded by now)

        key, description, size = named
        if (key, size) not in self._fonts:
            font = self._fonts[key, size] = Font(pango_font, description, size)
            font.file_content = self._files.setdefault(key, font.file_content)
        font = copy(self._fonts[key, size])
        font.widths, font.to_unicode, font.missing = {}, {}, {}
        return font


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
