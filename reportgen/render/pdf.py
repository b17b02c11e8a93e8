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
from reportgen.render.archive import archived
from reportgen.render.halves import body_of, front_of
from reportgen.render.means import ALONE, Means
from reportgen.render.page_numbers import blank_pages, kind_of, number
from reportgen.render.press import Look, Press, Sheets
from reportgen.render.recorded import Unrecordable, can_record
from reportgen.render.recorded_pdf import LoadedFonts, RecordedPage
from reportgen.render.sources import Source
from reportgen.render.stretch_records import feet, records
from reportgen.render.stretches import is_separable, stretches
from reportgen.render.word_pages import Laid, laid_pages, laid_records, numbered

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

    def pdf(self, document: Document, data: Mapping[str, bytes], sources: Sequence[Source] = ()) -> bytes:
        """A PDF for the archive with files of data attached to it, and what it was made of."""
        return archived(self.sheets, document, data, sources)


def lay_out(document: Document, means: Means = ALONE) -> Printed:
    """Raises `PrintingUnavailable` where Pango is missing."""
    _refuse_endless(document)
    front = front_of(document)
    rest, drawn = body_of(document)
    look = Look(document.css, page_numbers(document.style), document.own_css, drawn)
    press = Press(look)
    body, laid = _body(rest, document, press, means)
    pages = numbered(names for one in laid for names in one.pages)
    if front is None:
        return Printed(pages, laid, body)
    _fill_in(front, pages)
    before = press.lay_out(front, Sheets.UNNUMBERED)
    return Printed(pages, laid, before.copy([*before.pages, *body.pages]))


def _body(tree: HtmlElement, document: Document, press: Press, means: Means) -> tuple[Any, list[Laid]]:
    """The pages that are counted, as a WeasyPrint document, and what is known of its stretches."""
    if not is_separable(document.own_css):
        whole = press.lay_out_rows_whole(tree, Sheets.WHOLE)
        return whole, [laid_pages(whole.pages)]
    if can_record():
        try:
            return _recorded(stretches(tree), press, means)
        except Unrecordable:
            tree, _ = body_of(document)
    made = [press.lay_out_rows_whole(part, PLAIN).pages for part in stretches(tree)]
    pages = [page for of_part in made for page in of_part]
    blank = press.lay_out(blank_pages([kind_of(page) for page in pages]), Sheets.NUMBERS)
    number(pages, blank.pages)
    return blank.copy(pages), [laid_pages(of_part) for of_part in made]


def _recorded(parts: Sequence[HtmlElement], press: Press, means: Means) -> tuple[Any, list[Laid]]:
    """Raises `Unrecordable`."""
    made = records(parts, press, means)
    pages = [page for of_part in made for page in of_part]
    numbers = feet([page.kind for page in pages], press, means)
    fonts = LoadedFonts(press.fonts)
    for drawing in [*(page.drawing for page in pages), *numbers]:
        fonts.find(drawing.fonts)
    sheets = [RecordedPage(page, foot, fonts) for page, foot in zip(pages, numbers, strict=True)]
    return press.document(sheets), [laid_records(of_part) for of_part in made]


def _refuse_endless(document: Document) -> None:
    size = len(document.html)
    if size > MAX_HTML:
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
