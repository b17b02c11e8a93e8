"""Flush and even lines of Chinese in PDF: WeasyPrint itself stretches only blanks, of which Chinese has none.

This reaches into WeasyPrint's line layout, so it is tied to the versions it was tested with and
switches itself off elsewhere: lines are then ragged, and nothing else changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from reportgen.render.even_lines import STRETCHABLE, WIDEST
from reportgen.render.line_boxes import is_plain, place, plan, reflows

TESTED = ("69", "70")
"""Major versions of WeasyPrint whose line layout this fits."""

WIDE_BLANK = "\u3000"


def fits() -> bool:
    """Whether the line layout of this WeasyPrint is one that is known here."""
    import weasyprint  # noqa: PLC0415  (slow to load, and only needed here)

    return weasyprint.__version__.split(".")[0] in TESTED


@cache
def justify_chinese() -> bool:
    """Makes justified lines of Chinese end flush, once per process; False where it cannot."""
    from weasyprint.layout import inline  # noqa: PLC0415  (slow to load, and only needed here)
    from weasyprint.text import line_break  # noqa: PLC0415

    if not fits():
        return False
    of_blanks = inline.justify_line
    filled_line = inline.get_next_linebox
    set_plain = line_break.Layout.set_text

    def set_text(self: Any, text: str, justify: bool = False) -> None:
        set_plain(self, text, justify)
        if justify and self.justification_spacing:
            _space_out(self, line_break)

    def noted_line(context: Any, box: Any, *given: Any) -> Any:
        line, resume_at = planned_line(context, box, *given)
        _, _, at, block, *_ = given
        if at is None and resume_at is not None:
            line.reflows = reflows(context, box, block.width)
        return line, resume_at

    def planned_line(context: Any, box: Any, *given: Any) -> Any:
        if context.excluded_shapes or not is_plain(box):
            return filled_line(context, box, *given)
        y, bottom, at, block, *more = given
        if at is None or not hasattr(box, "plan") or box.plan.paragraph.room != block.width:
            box.plan = plan(context, box, block.width)
        start = place(box, at)
        box.held_back = box.plan.held_back(start)
        narrow = block.copy()
        narrow.width -= box.held_back
        line, resume_at = filled_line(context, box, y, bottom, at, narrow, *more)
        if box.held_back and (resume_at is None or place(box, resume_at) != box.plan.end(start)):
            box.held_back = 0  # WeasyPrint breaks it otherwise: as it would have been
            return filled_line(context, box, *given)
        return line, resume_at

    def justify_line(context: Any, line: Any, extra: float) -> None:
        extra += getattr(line, "held_back", 0)
        boxes = list(_text_boxes(line))
        if not any(STRETCHABLE.search(box.text) for box in boxes):
            of_blanks(context, line, extra)
            return
        # wide blanks at the end of a line stand outside
        blanks = len(boxes[-1].text) - len(boxes[-1].text.rstrip(WIDE_BLANK))
        extra += blanks * line.style["font_size"]
        spacing = extra / max(1, sum(_places(box.text) for box in boxes) - 1 - blanks)
        # Pango trims half a space at the edges of each run: it is put between runs, and measured once
        seams = _seams(boxes)
        gained = sum(_stretched(context, box, spacing)[0] - box.width for box in boxes)
        gained += sum(seams.values()) * spacing
        if gained > 0:
            spacing *= (extra + blanks * spacing) / gained
        if spacing <= WIDEST * line.style["font_size"]:
            _stretch(context, line, spacing, 0, seams)

    line_break.Layout.set_text = set_text
    inline.justify_line = justify_line
    inline.get_next_linebox = noted_line
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
    for found in STRETCHABLE.finditer(text):
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
    return text.count(" ") + text.count("\u00a0") + len(STRETCHABLE.findall(text))


def _seams(boxes: Sequence[Any]) -> dict[int, float]:
    """The space before each box but the first, in spacings: half of either character's that can have some."""
    return {
        id(box): (len(STRETCHABLE.findall(before.text[-1:])) + len(STRETCHABLE.findall(box.text[:1]))) / 2
        for before, box in pairwise(boxes)
    }


def _stretched(context: Any, box: Any, spacing: float) -> tuple[float, Any]:
    """The width of a text box under a spacing, and its layout."""
    from weasyprint.text import line_break  # noqa: PLC0415  (loaded by now)

    if not _places(box.text):
        return box.width, None
    layout = line_break.create_layout(box.text, box.style, context, None, spacing)
    layout.set_text(box.text, justify=True)
    width, _ = line_break.line_size(layout.get_first_line()[0], box.style)
    layout.deactivate()
    return width, layout


def _stretch(context: Any, box: Any, spacing: float, moved: float, seams: Mapping[int, float]) -> float:
    """Spaces out a line's boxes from left to right; returns how far the next box is moved."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    if isinstance(box, boxes.TextBox):
        moved += seams.get(id(box), 0) * spacing
        box.position_x += moved
        width, layout = _stretched(context, box, spacing)
        if layout is not None:
            box.justification_spacing = spacing
            moved += width - box.width
            box.width, box.pango_layout = width, layout
    elif isinstance(box, boxes.LineBox | boxes.InlineBox):
        box.position_x += moved
        before = moved
        for child in box.children:
            if child.is_in_normal_flow():
                moved = _stretch(context, child, spacing, moved, seams)
        box.width += moved - before
    else:
        box.translate(moved, 0)
    return moved
