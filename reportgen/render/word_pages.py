"""The pages that headings stand on in Word, which cannot hold a figure and its unit together.

What was laid out for the PDF tells which texts may have more or fewer lines there (`line_boxes.reflows`).
The stretches that hold one are laid out again as Word breaks them; in most reports there is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement
from pydantic import TypeAdapter

from reportgen.compose.css import page_numbers
from reportgen.compose.document import Document
from reportgen.render.halves import body_of
from reportgen.render.justification import fits
from reportgen.render.line_boxes import page_reflows
from reportgen.render.means import ALONE, Means
from reportgen.render.press import Look, Press, Sheets, press_for, text_of
from reportgen.render.record_cache import RecordCache, cache_folder
from reportgen.render.recorded import Record
from reportgen.render.stretch_records import key
from reportgen.render.stretches import is_separable, stretches
from reportgen.render.unbroken import LOOSE_CSS

LOOSE = f"\n{LOOSE_CSS}\np {{ text-align: start !important }}"
"""Flush lines are as many as ragged ones, and take longer."""

Anchors = tuple[str, ...]
"""Those of one page."""
ANCHORS = TypeAdapter(list[Anchors])


@dataclass(frozen=True, slots=True)
class Laid:
    """A stretch as it was laid out for the PDF."""

    pages: Sequence[Anchors]
    reflows: bool
    """Whether it may have other pages in Word."""


def laid_pages(pages: Iterable[Any]) -> Laid:
    """Of pages of WeasyPrint."""
    made = list(pages)
    # a line layout that is not known here tells nothing
    return Laid(_anchors(made), not fits() or any(map(page_reflows, made)))


def laid_records(records: Sequence[Record]) -> Laid:
    return Laid([tuple(one.anchors) for one in records], any(one.reflows for one in records))


def numbered(pages: Iterable[Anchors]) -> dict[str, int]:
    """Anchor to printed page number; the first page is 1."""
    return {name: at for at, names in enumerate(pages, 1) for name in names}


def word_pages(document: Document, laid: Sequence[Laid], means: Means = ALONE) -> dict[str, int]:
    """The printed page of each anchor in Word. Raises `FaultyInput`."""
    if not any(one.reflows for one in laid):
        return numbered(names for one in laid for names in one.pages)
    tree, drawn = body_of(document, held=False)
    press = press_for(Look(document.css, page_numbers(document.style), document.own_css + LOOSE, drawn))
    cut = is_separable(document.own_css)
    sheets, parts = (Sheets.UNNUMBERED, stretches(tree)) if cut else (Sheets.WHOLE, [tree])
    cache = RecordCache(cache_folder() if means.cached else None, ANCHORS)
    pages: list[Anchors] = []
    for one, part in zip(laid, parts, strict=True):
        pages += _laid_out(part, press, sheets, cache) if one.reflows else one.pages
    return numbered(pages)


def _laid_out(
    part: HtmlElement, press: Press, sheets: Sheets, cache: RecordCache[list[Anchors]]
) -> list[Anchors]:
    name = key("word", text_of(part), press.look, press.here)
    kept = cache.get(name)
    if kept is None:
        kept = _anchors(press.lay_out_rows_whole(part, sheets).pages)
        cache.put(name, kept)
    return kept


def _anchors(pages: Iterable[Any]) -> list[Anchors]:
    return [tuple(page.anchors) for page in pages]
