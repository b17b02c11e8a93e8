"""The same words in the same style are turned into glyphs once; where they stand, and in which colour, is
said each time. A table says the same in many cells, and the dots of a contents page are a word each.

What is kept belongs to the fonts of one press and goes with them. This reaches into WeasyPrint's drawing,
and switches itself off with versions that are not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from reportgen.render.justification import fits
from reportgen.render.read_fonts import unused_copy
from reportgen.render.shared_lines import looks

LONGEST = 60
"""Characters; longer texts are seldom said twice."""
MOST = 5_000
"""Texts that are kept, some two thousand bytes each."""


class _Special(Exception):
    """A text asks for more than glyphs, as pictures."""


@dataclass(frozen=True, slots=True)
class _Used:
    """What a text uses of a font."""

    pango_font: Any
    widths: Mapping[int, int]
    """As they are at the text's own size."""
    to_unicode: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A text as it is drawn where nothing was drawn before."""

    steps: Sequence[tuple[str, tuple[Any, ...]]]
    """What is asked of the stream, by the names of its methods."""
    fonts: Sequence[_Used]


@cache
def share_glyphs() -> None:
    """Once per process."""
    from weasyprint import draw  # noqa: PLC0415  (slow to load, and only needed here)

    if not fits():
        return
    draw_plain = draw.draw_text

    def draw_text(stream: Any, box: Any, offset_x: Any, text_overflow: Any, block_ellipsis: Any) -> None:
        given = (box, offset_x, text_overflow, block_ellipsis)
        cut = text_overflow != "clip" or block_ellipsis != "none"
        if cut or len(box.text) > LONGEST or not box.text.strip() or not _is_plain(box.style):
            draw_plain(stream, *given)
            return
        layout = box.pango_layout
        kept = vars(box.style.font_config).setdefault("shared_glyphs", {})
        key = (box.text, layout.text, layout.justification_spacing, *looks(box.style))

        def noted() -> _Drawn | None:
            noting = _Noting(stream, layout)
            try:
                draw_plain(noting, *given)
            except _Special:
                return None
            return noting.drawn()

        if key not in kept:
            if len(kept) >= MOST:
                kept.clear()
            kept[key] = noted()
        if kept[key] is None or not _draw(kept[key], stream, box):
            draw_plain(stream, *given)

    draw.draw_text = draw_text


def _is_plain(style: Any) -> bool:
    return bool(style["visibility"] == "visible" and style["text_decoration_line"] == "none")


def _draw(drawn: _Drawn, stream: Any, box: Any) -> bool:
    """False, and nothing is drawn, if a glyph was met at another size before, where it is wider or narrower
    by rounding: what was said of it first holds for a page."""
    fonts = [(used, stream.add_font(used.pango_font)[0]) for used in drawn.fonts]
    for used, font in fonts:
        if any(font.widths.get(glyph, width) != width for glyph, width in used.widths.items()):
            return False
    for used, font in fonts:
        for glyph, text in used.to_unicode.items():
            font.to_unicode.setdefault(glyph, text)
        font.widths.update(used.widths)
    stream.set_color(box.style["color"])
    stream.begin_text()
    stream.set_text_matrix(1, 0, 0, -1, box.position_x, box.position_y + box.baseline)
    for name, said in drawn.steps:
        getattr(stream, name)(*said)
    stream.end_text()
    return True


class _Noting:
    """Stands for a stream that nothing was drawn on, and writes down what a text asks of it."""

    NOTED = ("set_font_size", "show_text", "set_text_rise")
    SAID_EACH_TIME = ("set_color", "begin_text", "set_text_matrix", "end_text")

    def __init__(self, stream: Any, layout: Any) -> None:
        self._stream, self._layout = stream, layout
        self.ink_rect, self.logical_rect = stream.ink_rect, stream.logical_rect
        self._steps: list[tuple[str, tuple[Any, ...]]] = []
        self._fonts: dict[str, tuple[Any, Any]] = {}

    def add_font(self, pango_font: Any) -> tuple[Any, float]:
        font, size = self._stream.add_font(pango_font)
        if font.hash not in self._fonts:
            self._fonts[font.hash] = self._held(pango_font, font.hash, size), unused_copy(font)
        return self._fonts[font.hash][1], size

    def _held(self, pango_font: Any, font: str, size: float) -> Any:
        """The font as Pango has it, which it keeps as long as a text is set in it."""
        held = vars(self._layout.style.font_config).setdefault("held_fonts", {})
        return held.setdefault((font, size), (pango_font, self._layout.layout))[0]

    def __getattr__(self, name: str) -> Any:
        if name not in self.NOTED + self.SAID_EACH_TIME:
            raise _Special(name)

        def note(*said: Any) -> None:
            if name in self.NOTED:
                self._steps.append((name, said))

        return note

    def drawn(self) -> _Drawn | None:
        """None if it may not be drawn from what was written down."""
        fonts = self._fonts.values()
        if any(font.missing or font.bitmap or font.svg or font.png or font.colr for _, font in fonts):
            return None
        return _Drawn(self._steps, [_Used(held, font.widths, font.to_unicode) for held, font in fonts])
