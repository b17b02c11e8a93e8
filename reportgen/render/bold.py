"""Bold in PDF where a face has none, as 仿宋, 楷体 and 宋体: its strokes are drawn wider, as Word does.

WeasyPrint leaves such headings and totals as light as the text around them.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache
from typing import Any

from reportgen.render.justification import fits

BOLD = 600
"""From this weight on, of a style and of a face."""
HEAVY = ("小标宋", "XiaoBiaoSong")
"""Faces that are titles' own, and are heavy as they are."""
WIDER = 1 / 30
"""Of the size of the type."""


@cache
def embolden() -> None:
    """Once per process; nothing changes with a WeasyPrint that is not known here."""
    from weasyprint import draw  # noqa: PLC0415  (slow to load, and only needed here)

    if not fits():
        return
    draw_plain = draw.draw_text
    light = _weigher()

    def draw_text(stream: Any, box: Any, *more: Any, **named: Any) -> None:
        font = _font(stream, box) if box.style["font_weight"] >= BOLD else None
        if font is None or not light(font):
            draw_plain(stream, box, *more, **named)
            return
        with stream.stacked():
            stream.set_text_rendering(2)  # filled and stroked
            stream.set_line_width(box.style["font_size"] * WIDER)
            stream.set_color(box.style["color"], stroke=True)
            draw_plain(stream, box, *more, **named)

    draw.draw_text = draw_text


def _font(stream: Any, box: Any) -> Any:
    """The font of a box's first character; None where it has none."""
    from weasyprint.text.ffi import ffi  # noqa: PLC0415

    if not box.text.strip():
        return None
    box.pango_layout.reactivate(box.style)
    line, _ = box.pango_layout.get_first_line()
    font = None if line.runs == ffi.NULL else stream.add_font(line.runs.data.item.analysis.font)[0]
    box.pango_layout.deactivate()
    return font


def _weigher() -> Callable[[Any], bool]:
    """Tells whether a font is light; reads each font once, which is slow."""
    known: dict[Any, bool] = {}

    def light(font: Any) -> bool:
        if font.hash not in known:
            known[font.hash] = _is_light(font)
        return known[font.hash]

    return light


def _is_light(font: Any) -> bool:
    from fontTools.ttLib import TTFont  # noqa: PLC0415  (comes with WeasyPrint)

    if any(name in font.family for name in HEAVY):
        return False
    with TTFont(io.BytesIO(font.file_content), fontNumber=font.index, lazy=True) as opened:
        return "OS/2" in opened and opened["OS/2"].usWeightClass < BOLD
