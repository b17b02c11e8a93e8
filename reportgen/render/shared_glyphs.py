"""The same words in the same style are turned into glyphs once; where they stand, and in which colour, is
said each time. A table says the same in many cells, and the dots of a contents page are a word each.

What is kept belongs to the fonts of one press and goes with them. This reaches into WeasyPrint's drawing,
and switches itself off with versions that are not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from reportgen.render.justification import fits
from reportgen.render.shared_lines import LONGEST, MOST, looks

_SHOWN = re.compile("<([0-9a-f]+)>")
_GLYPH = re.compile("[0-9a-f]{4}")


@dataclass(frozen=True, slots=True)
class _Used:
    """What a text uses of a font."""

    pango_font: Any
    widths: Mapping[int, int]
    to_unicode: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _Drawn:
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
        style = box.style
        cut = text_overflow != "clip" or block_ellipsis != "none"
        if cut or not 0 < len(box.text) <= LONGEST or not _is_plain(style) or not box.text.strip():
            draw_plain(stream, box, offset_x, text_overflow, block_ellipsis)
            return
        layout = box.pango_layout
        kept = vars(style.font_config).setdefault("shared_glyphs", {})
        key = (box.text, layout.text, layout.justification_spacing, style["font_size"], *looks(style))
        drawn = kept.get(key)
        if drawn is not None and _draw_again(drawn, stream, box):
            return
        noted = _Noting(stream, layout)
        draw_plain(noted, box, offset_x, text_overflow, block_ellipsis)
        if drawn is None and (made := noted.drawn()) is not None:
            if len(kept) >= MOST:
                kept.clear()
            kept[key] = made

    draw.draw_text = draw_text


def _is_plain(style: Any) -> bool:
    return bool(style["visibility"] == "visible" and style["text_decoration_line"] == "none")


def _draw_again(drawn: _Drawn, stream: Any, box: Any) -> bool:
    """Unless other words would be shown otherwise by now: the first width of a glyph holds for a file."""
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
    """A stream that writes down what is drawn on it with a text's own glyphs."""

    NOTED = ("set_font_size", "show_text", "set_text_rise")
    PASSED = ("set_color", "begin_text", "set_text_matrix", "end_text", "ink_rect", "logical_rect")

    def __init__(self, stream: Any, layout: Any) -> None:
        self._stream, self._layout = stream, layout
        self._steps: list[tuple[str, tuple[Any, ...]]] = []
        self._fonts: list[tuple[Any, Any, dict[int, str]]] = []
        self._sharable = True

    def add_font(self, pango_font: Any) -> tuple[Any, float]:
        font, size = self._stream.add_font(pango_font)
        if all(known is not font for _, known, _ in self._fonts):
            self._fonts.append((self._held(pango_font, font.hash, size), font, font.to_unicode))
            font.to_unicode = {}  # whatever other words said of its glyphs
        return font, size

    def _held(self, pango_font: Any, font: str, size: float) -> Any:
        """The font as Pango has it, which it keeps as long as a text is set in it."""
        held = vars(self._layout.style.font_config).setdefault("held_fonts", {})
        return held.setdefault((font, size), (pango_font, self._layout.layout))[0]

    def __getattr__(self, name: str) -> Any:
        passed = getattr(self._stream, name)
        if name in self.NOTED:

            def noted(*said: Any) -> None:
                self._steps.append((name, said))
                passed(*said)

            return noted
        if name not in self.PASSED:
            self._sharable = False
        return passed

    def drawn(self) -> _Drawn | None:
        """None if it may not be drawn again from what was written down."""
        fonts = []
        for (pango_font, font, known), shown in zip(self._fonts, self._shown(), strict=True):
            own, font.to_unicode = font.to_unicode, known
            for glyph, text in own.items():
                known.setdefault(glyph, text)
            if font.missing or font.bitmap or font.svg or font.png or font.colr:
                self._sharable = False
            fonts.append(_Used(pango_font, {glyph: font.widths[glyph] for glyph in shown}, own))
        return _Drawn(self._steps, fonts) if self._sharable else None

    def _shown(self) -> list[dict[int, None]]:
        """The glyphs of each font, in the order in which they are met."""
        found: dict[str, dict[int, None]] = {font.hash: {} for _, font, _ in self._fonts}
        now: dict[int, None] = {}
        for name, said in self._steps:
            if name == "set_font_size":
                now = found[said[0]]
            elif name == "show_text":
                for run in _SHOWN.findall(said[0]):
                    now.update((int(glyph, 16), None) for glyph in _GLYPH.findall(run))
        return list(found.values())
