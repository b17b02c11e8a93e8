"""HTML to PDF. The body is laid out once, in stretches; the contents when its page numbers are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from reportgen.compose.css import page_numbers
from reportgen.compose.document import Document
from reportgen.faults import Fault, FaultyInput, Place
from reportgen.render import stretch_records
from reportgen.render.archive import archived
from reportgen.render.halves import body_of, front_of
from reportgen.render.means import ALONE, Means
from reportgen.render.page_numbers import blank_pages, kind_of, number
from reportgen.render.press import Look, Press, Sheets, press_for
from reportgen.render.read_fonts import ReadFonts, subsets_of
from reportgen.render.recorded import Drawing, Record, Unrecordable, can_record
from reportgen.render.recorded_pdf import RecordedPage
from reportgen.render.sources import Source
from reportgen.render.stretches import is_separable, stretches
from reportgen.render.word_pages import Laid, laid_pages, laid_records, numbered
from reportgen.render.workers import Workers

PLAIN = Sheets.UNNUMBERED

MAX_HTML = 10_000_000
"""Characters of a document, some 130,000 cells or 440 pages, which take minutes and 4 GB; the largest
example has a fiftieth."""


@dataclass(frozen=True)
class Printed:
    """A laid-out document: its page numbers (by anchor) and, on demand, the PDF's bytes."""

    pages: dict[str, int]
    """Anchor to printed page number; the body's first page is 1."""
    laid: Sequence[Laid]
    """The stretches of the body, from which `word_pages` tells those of the DOCX."""
    sheets: Any
    """All pages, cover and contents first, as a WeasyPrint document."""
    fonts: ReadFonts

    def pdf(self, document: Document, data: Mapping[str, bytes], sources: Sequence[Source] = ()) -> bytes:
        """A PDF for the archive with files of data attached to it, and what it was made of."""
        with subsets_of(self.fonts):
            return archived(self.sheets, document, data, sources)


@dataclass(frozen=True)
class Begun:
    """A document whose pages are being laid out by others, if there are any."""

    document: Document
    look: Look
    tree: HtmlElement
    parts: stretch_records.Asked | None
    """None where the body is not made of recorded stretches."""


@dataclass(frozen=True)
class Body:
    """The pages that are counted, still without their numbers."""

    document: Document
    press: Press
    laid: Sequence[Laid]
    """The stretches, from which `word_pages` tells those of the DOCX."""
    records: Sequence[Record] | None
    whole: Any
    """A WeasyPrint document, where they were not recorded; it has its numbers."""

    @property
    def pages(self) -> dict[str, int]:
        return numbered(names for one in self.laid for names in one.pages)


def lay_out(document: Document, means: Means = ALONE) -> Printed:
    """Raises `PrintingUnavailable` where Pango is missing."""
    with Workers(means) as workers:
        return assembled(body_pages(begin(document, workers), workers), workers)


def begin(document: Document, workers: Workers) -> Begun:
    """Needs no Pango where processes stand by; raises `FaultyInput` for a document that has no end."""
    _refuse_endless(document)
    tree, drawn = body_of(document)
    look = Look(document.css, page_numbers(document.style), document.own_css, drawn)
    recorded = is_separable(document.own_css) and can_record()
    parts = stretch_records.begin(stretches(tree), look, workers) if recorded else None
    return Begun(document, look, tree, parts)


def body_pages(begun: Begun, workers: Workers) -> Body:
    """Raises `PrintingUnavailable` where Pango is missing."""
    document, press = begun.document, press_for(begun.look)
    if not is_separable(document.own_css):
        whole = press.lay_out_rows_whole(begun.tree, Sheets.WHOLE)
        return Body(document, press, [laid_pages(whole.pages)], None, whole)
    if begun.parts is None:
        return _unrecorded(document, press)
    try:
        made = begun.parts.records(press, workers)
    except Unrecordable:
        workers.forget()
        return _unrecorded(document, press)
    records = [page for of_part in made for page in of_part]
    return Body(document, press, [laid_records(of_part) for of_part in made], records, None)


def assembled(body: Body, workers: Workers) -> Printed:
    """All pages, with their numbers, behind cover and contents."""
    document, press, pages = body.document, body.press, body.pages
    feet = None
    if body.records is not None:
        kinds = [page.kind for page in body.records]
        feet = workers.ask_press(stretch_records.feet, kinds, cached=workers.means.cached)
    front, before = front_of(document), None
    if front is not None:
        _fill_in(front, pages)
        before = press.lay_out(front, Sheets.UNNUMBERED)
    sheets = body.whole
    if body.records is not None and feet is not None:
        try:
            drawn = workers.result(feet, press)
            sheets = _sheets(press, body.records, drawn)
        except Unrecordable:
            sheets = _unrecorded(document, press).whole
    if before is not None:
        sheets = before.copy([*before.pages, *sheets.pages])
    return Printed(pages, body.laid, sheets, press.read_fonts)


def _unrecorded(document: Document, press: Press) -> Body:
    tree, _ = body_of(document)
    made = [press.lay_out_rows_whole(part, PLAIN).pages for part in stretches(tree)]
    pages = [page for of_part in made for page in of_part]
    blank = press.lay_out(blank_pages([kind_of(page) for page in pages]), Sheets.NUMBERS)
    number(pages, blank.pages)
    return Body(document, press, [laid_pages(of_part) for of_part in made], None, blank.copy(pages))


def _sheets(press: Press, records: Sequence[Record], feet: Sequence[Drawing]) -> Any:
    """A WeasyPrint document. Raises `Unrecordable`."""
    fonts = press.loaded_fonts
    for drawing in [*(page.drawing for page in records), *feet]:
        fonts.find(drawing.fonts)
    return press.document([RecordedPage(page, foot, fonts) for page, foot in zip(records, feet, strict=True)])


def is_endless(document: Document) -> bool:
    """Whether laying it out is refused."""
    return len(document.html) > MAX_HTML


def _refuse_endless(document: Document) -> None:
    size = len(document.html)
    if is_endless(document):
        problem = (
            f"报告排版前有 {size / 1e6:.0f} 百万字符（表格标记在内），最多 {MAX_HTML // 10**6} 百万；"
            "请减少逐项列出的项目、指标，或缩短文字"
        )
        raise FaultyInput([Fault(Place(document.file_name), problem)])


def _fill_in(contents: HtmlElement, pages: Mapping[str, int]) -> None:
    for link in contents.iter("a"):
        page = pages.get((link.get("href") or "").removeprefix("#"))
        if page is not None:
            etree.SubElement(link, "span", {"class": "page"}).text = str(page)
