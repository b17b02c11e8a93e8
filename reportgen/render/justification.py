"""Flush lines of Chinese in PDF: WeasyPrint itself stretches only blanks, of which Chinese has none.

This reaches into WeasyPrint's line layout, so it is tied to the versions it was tested with and
switches itself off elsewhere: lines are then ragged, and nothing else changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

TESTED = ("69", "70")
"""Major versions of WeasyPrint whose line layout this fits."""

WIDEST = 0.8
"""The most that is added between two characters, in ems; a line that wants more stays ragged."""

_STRETCHABLE = re.compile(
    "[\u2014\u2018-\u201d\u2026\u2460-\u24ff\u3000-\u303f\u3007\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)


@cache
def justify_chinese() -> bool:
    """Makes justified lines of Chinese end flush, once per process; False where it cannot."""
    import weasyprint  # noqa: PLC0415  (slow to load, and only needed here)
    from weasyprint.layout import inline  # noqa: PLC0415
    from weasyprint.text import line_break  # noqa: PLC0415

    if weasyprint.__version__.split(".")[0] not in TESTED:
        return False
    of_blanks = inline.justify_line
    set_plain = line_break.Layout.set_text

    def set_text(self: Any, text: str, justify: bool = False) -> None:
        set_plain(self, text, justify)
        if justify and self.justification_spacing:
            _space_out(self, line_break)

    def justify_line(context: Any, line: Any, extra: float) -> None:
        boxes = list(_text_boxes(line))
        if not any(_STRETCHABLE.search(box.text) for box in boxes):
            of_blanks(context, line, extra)
            return
        places = sum(_places(box.text) for box in boxes)
        spacing = extra / max(1, places - 1)
        # Pango trims half a space at the edges of each run: measure once, then correct
        gained = sum(_stretched(context, box, spacing, line_break)[0] - box.width for box in boxes)
        if gained > 0:
            spacing *= extra / gained
        if spacing <= WIDEST * line.style["font_size"]:
            _stretch(context, line, spacing, 0, line_break)

    line_break.Layout.set_text = set_text
    inline.justify_line = justify_line
    return True


def _space_out(layout: Any, line_break: Any) -> None:
    """Adds the layout's spacing behind every stretchable character, through Pango's attributes."""
    ffi, pango = line_break.ffi, line_break.pango
    attributes = pango.pango_layout_get_attributes(layout.layout)
    if attributes == ffi.NULL:
        attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
    own = layout.style["letter_spacing"]
    spacing = layout.justification_spacing + (0 if own == "normal" else own)
    text = layout.text
    for found in _STRETCHABLE.finditer(text):
        attribute = pango.pango_attr_letter_spacing_new(int(spacing * line_break.TO_UNITS))
        attribute.start_index = len(text[: found.start()].encode())
        attribute.end_index = len(text[: found.end()].encode())
        pango.pango_attr_list_change(attributes, attribute)
    pango.pango_layout_set_attributes(layout.layout, attributes)


def _text_boxes(box: Any) -> Iterator[Any]:
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    if isinstance(box, boxes.TextBox):
        yield box
    elif isinstance(box, boxes.LineBox | boxes.InlineBox):
        for child in box.children:
            yield from _text_boxes(child)


def _places(text: str) -> int:
    """How many characters of a text can be followed by extra space."""
    return text.count(" ") + text.count("\u00a0") + len(_STRETCHABLE.findall(text))


def _stretched(context: Any, box: Any, spacing: float, line_break: Any) -> tuple[float, Any]:
    """The width of a text box under a spacing, and its layout."""
    if not _places(box.text):
        return box.width, None
    layout = line_break.create_layout(box.text, box.style, context, None, spacing)
    layout.set_text(box.text, justify=True)
    width, _ = line_break.line_size(layout.get_first_line()[0], box.style)
    layout.deactivate()
    return width, layout


def _stretch(context: Any, box: Any, spacing: float, moved: float, line_break: Any) -> float:
    """Spaces out a line's boxes from left to right; returns how far the next box is moved."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    if isinstance(box, boxes.TextBox):
        box.position_x += moved
        width, layout = _stretched(context, box, spacing, line_break)
        if layout is not None:
            box.justification_spacing = spacing
            moved += width - box.width
            box.width, box.pango_layout = width, layout
    elif isinstance(box, boxes.LineBox | boxes.InlineBox):
        box.position_x += moved
        before = moved
        for child in box.children:
            if child.is_in_normal_flow():
                moved = _stretch(context, child, spacing, moved, line_break)
        box.width += moved - before
    else:
        box.translate(moved, 0)
    return moved
