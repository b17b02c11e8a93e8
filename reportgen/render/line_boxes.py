"""The lines of WeasyPrint's line boxes, planned. A place is a byte of a box's text, as in WeasyPrint."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise
from typing import Any

from reportgen.render.even_lines import STRETCHABLE, Paragraph, lines
from reportgen.render.line_counts import Ruled, line_counts
from reportgen.render.unbroken import JOINER, is_held

LEFT = 0.05
"""Room that a line keeps that ends early: it holds what is planned and no more, and is still stretched."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Where the lines of a box end."""

    paragraph: Paragraph
    ends: dict[int, int] = field(default_factory=dict)
    """By the places where they start, as far as somebody asked."""

    def end(self, start: int) -> int:
        if start not in self.ends:
            self.ends.update(pairwise([start, *lines(self.paragraph, start)]))
        return self.ends[start]

    def held_back(self, start: int) -> float:
        """The room that a line leaves to those after it; nothing where it takes as much as it can hold."""
        if start >= self.paragraph.ends[-1]:
            return 0.0
        end, most = self.end(start), self.paragraph.ends_from(start)[-1]
        return 0.0 if end == most else max(0.0, self.paragraph.spare(start, end) - LEFT)


def is_plain(box: Any) -> bool:
    """Whether a box is a justified text that runs from left to right, with nothing in it but text."""
    style = box.style
    return (
        style["text_align_all"] == "justify"
        and style["white_space"] == "normal"
        and style["direction"] == "ltr"
        and all(leaf is not None and "\n" not in leaf.text for leaf in _leaves(box))
    )


def plan(context: Any, box: Any, room: float) -> Plan:
    return Plan(_paragraph(context, box, [leaf for leaf in _leaves(box) if leaf is not None], room))


def _paragraph(context: Any, box: Any, leaves: list[Any], room: float) -> Paragraph:
    text = "".join(leaf.text for leaf in leaves)
    advances = [advance for leaf in leaves for advance in _advances(context, leaf)]
    stretchable = [1 if STRETCHABLE.match(char) else 0 for char in text]
    return Paragraph(
        ends=_ends(leaves, text, box.style["lang"]),
        reached=[0.0, *accumulate(advances)],
        stretchable=[0, *accumulate(_at_last_bytes(text, stretchable))],
        room=room,
        indent=box.text_indent,
        em=box.style["font_size"],
    )


def reflows(context: Any, box: Any, room: float) -> bool:
    """Whether a text of several lines may have fewer where nothing is held together (`unbroken.py`); also
    where that cannot be told from its characters."""
    leaves = list(_leaves(box))
    texts = [leaf for leaf in leaves if leaf is not None]
    style = box.style
    if style["white_space"] == "nowrap" or not any(_holds(leaf) for leaf in texts):
        return False
    if (
        len(texts) < len(leaves)
        or context.excluded_shapes
        or (style["white_space"], style["direction"]) != ("normal", "ltr")
        or any("\n" in leaf.text and leaf.text != "\n" for leaf in texts)
    ):
        return True
    held = _ruled(context, box, texts, room)
    text = "".join(leaf.text for leaf in texts)
    loose = replace(held, ends=_ends(texts, text, style["lang"], held=False))
    return line_counts(held) != line_counts(loose)


def _ruled(context: Any, box: Any, leaves: list[Any], room: float) -> Ruled:
    text = "".join(leaf.text for leaf in leaves)
    paragraph = box.plan.paragraph if hasattr(box, "plan") else _paragraph(context, box, leaves, room)
    places = [0, *accumulate(len(char.encode()) for char in text)]
    blanks = [0] * (places[-1] + 1)
    for place, following, char in zip(places, places[1:], text, strict=False):
        if char.isspace() or char == JOINER:
            blanks[following] = blanks[place] + following - place
    return Ruled(
        ends=paragraph.ends,
        forced=frozenset(places[at + 1] for at, char in enumerate(text) if char == "\n"),
        anywhere=places if box.style["overflow_wrap"] in ("anywhere", "break-word") else (),
        reached=paragraph.reached,
        blanks=blanks,
        room=room,
        indent=box.text_indent,
    )


def _holds(leaf: Any) -> bool:
    return JOINER in leaf.text or is_held(leaf.element)


def page_reflows(page: Any) -> bool:
    """Whether a text that begins on a page was found to be one that `reflows`."""
    return any(getattr(box, "reflows", False) for box in page._page_box.descendants())


def place(box: Any, at: Any) -> int:
    """Where WeasyPrint goes on, said as child of child and byte of the last."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415  (slow to load, and only needed here)

    if at is None:
        return 0
    ((index, inner),) = at.items()
    if isinstance(box, boxes.TextBox):
        return int(index)
    before = sum(_length(leaf) for child in box.children[:index] for leaf in _leaves(child))
    return before + (place(box.children[index], inner) if index < len(box.children) else 0)


def _leaves(box: Any) -> Iterator[Any]:
    """The texts in a box; None for what is no text."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415

    if isinstance(box, boxes.TextBox):
        yield box
    elif isinstance(box, boxes.LineBox | boxes.InlineBox) and box.is_in_normal_flow():
        for child in box.children:
            yield from _leaves(child)
    else:
        yield None


def _length(leaf: Any) -> int:
    return len(leaf.text.encode())


def _advances(context: Any, leaf: Any) -> list[float]:
    """The width of each byte: that of a character stands at its first, or a cluster's at its."""
    from weasyprint.text import line_break  # noqa: PLC0415

    found = [0.0] * _length(leaf)
    layout = line_break.create_layout(leaf.text, leaf.style, context, None, 0)
    line, _ = layout.get_first_line()
    run = line.runs
    while run != line_break.ffi.NULL:
        item, glyphs = run.data.item, run.data.glyphs
        for index in range(glyphs.num_glyphs):
            width = glyphs.glyphs[index].geometry.width * line_break.FROM_UNITS
            found[item.offset + glyphs.log_clusters[index]] += width
        run = run.next
    layout.deactivate()
    return found


def _ends(leaves: list[Any], text: str, language: str, *, held: bool = True) -> list[int]:
    """The places where a line may end; those where nothing is held together, if asked for."""
    from weasyprint.text import line_break  # noqa: PLC0415

    said = text if held else text.replace(JOINER, "")
    # a place behind a joiner is the same as before it
    places = [0, *accumulate(len(char.encode()) for char in text)]
    whole = [place for place, char in zip(places, text, strict=False) if held or char != JOINER]
    marks = line_break.get_log_attrs(said, language)
    kept: set[int] = set()
    at = 0
    for leaf in leaves:
        own = leaf.text if held else leaf.text.replace(JOINER, "")
        if leaf.style["white_space"] == "nowrap" and (held or not is_held(leaf.element)):
            kept.update(range(at + 1, at + len(own)))
        at += len(own)
    inner = (index for index in range(1, len(said)) if marks[index].is_line_break and index not in kept)
    return [*(whole[index] for index in inner), places[-1]]


def _at_last_bytes(text: str, values: list[int]) -> Iterator[int]:
    """A value for each byte of a text: a character's stands at its last."""
    for char, value in zip(text, values, strict=True):
        yield from [0] * (len(char.encode()) - 1)
        yield value
