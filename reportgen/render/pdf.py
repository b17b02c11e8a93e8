"""HTML to PDF. The body is laid out once, in stretches; the contents when its page numbers are known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from reportgen.compose.css import page_numbers
from reportgen.compose.document import Document
from reportgen.faults import Fault, FaultyInput, Place
from reportgen.render.archive import archived
from reportgen.render.balanced import balance
from reportgen.render.charts import picture, pictures
from reportgen.render.means import ALONE, Means
from reportgen.render.page_numbers import blank_pages, kind_of, number
from reportgen.render.press import Look, Press, Sheets, text_of
from reportgen.render.recorded import Unrecordable, can_record
from reportgen.render.recorded_pdf import LoadedFonts, RecordedPage
from reportgen.render.stretch_records import feet, records
from reportgen.render.stretches import is_separable, stretches
from reportgen.render.unbroken import hold_together
from reportgen.render.vertical import stand

FRONT_CLASSES = ("cover",)
PLAIN = Sheets.UNNUMBERED

MAX_HTML = 10_000_000
"""Characters of a document, some 130,000 cells or 440 pages, which take minutes and 4 GB; the largest
example has a fiftieth."""


@dataclass(frozen=True)
class Printed:
    """A laid-out document: its page numbers (by anchor) and, on demand, the PDF's bytes."""

    pages: dict[str, int]
    """Anchor to printed page number; the body's first page is 1."""
    sheets: Any
    """All pages, cover and contents first, as a WeasyPrint document."""

    def pdf(self, document: Document, data: Mapping[str, bytes]) -> bytes:
        """A PDF for the archive with files of data attached to it."""
        return archived(self.sheets, document, data)


def lay_out(document: Document, means: Means = ALONE) -> Printed:
    """Raises `PrintingUnavailable` where Pango is missing."""
    _refuse_endless(document)
    front, rest = _split(document)
    drawn = _draw(rest, document)
    look = Look(document.css, page_numbers(document.style), document.own_css, drawn)
    press = Press(look)
    body = _body(rest, document, press, means)
    pages = {name: at for at, page in enumerate(body.pages, 1) for name in page.anchors}
    if front is None:
        return Printed(pages, body)
    _fill_in(front, pages)
    before = press.lay_out(front, Sheets.UNNUMBERED)
    return Printed(pages, before.copy([*before.pages, *body.pages]))


def _body(tree: HtmlElement, document: Document, press: Press, means: Means) -> Any:
    """The pages that are counted, as a WeasyPrint document."""
    if not is_separable(document.own_css):
        return press.lay_out_rows_whole(tree, Sheets.WHOLE)
    if can_record():
        try:
            return _recorded([text_of(part) for part in stretches(tree)], press, means)
        except Unrecordable:
            _, tree = _split(document)
            _draw(tree, document)
    pages = [page for part in stretches(tree) for page in press.lay_out_rows_whole(part, PLAIN).pages]
    numbered = press.lay_out(blank_pages([kind_of(page) for page in pages]), Sheets.NUMBERS)
    number(pages, numbered.pages)
    return numbered.copy(pages)


def _recorded(parts: Sequence[str], press: Press, means: Means) -> Any:
    """Raises `Unrecordable`."""
    pages = [page for part in records(parts, press, means) for page in part]
    numbers = feet([page.kind for page in pages], press, means)
    fonts = LoadedFonts(press.fonts)
    for drawing in [*(page.drawing for page in pages), *numbers]:
        fonts.find(drawing.fonts)
    sheets = [RecordedPage(page, foot, fonts) for page, foot in zip(pages, numbers, strict=True)]
    return press.document(sheets)


def _draw(tree: HtmlElement, document: Document) -> dict[str, bytes]:
    """Puts the charts into their places as images, which keep their alternative text, and draws them.

    By the addresses of the images, which no template can know: they are made of all that is printed.
    """
    secret = sha256(document.html.encode()).hexdigest()[:16]
    drawn = {}
    for place, chart in pictures(tree, document):
        address = f"chart:{secret}/{chart.id}"
        drawn[address] = etree.tostring(picture(chart, document))
        etree.SubElement(place, "img", {"src": address, "alt": chart.alternative})
    return drawn


def _refuse_endless(document: Document) -> None:
    size = len(document.html)
    if size > MAX_HTML:
        problem = (
            f"报告排版前有 {size / 1e6:.0f} 百万字符（表格标记在内），最多 {MAX_HTML // 10**6} 百万；"
            "请减少逐项列出的项目、指标，或缩短文字"
        )
        raise FaultyInput([Fault(Place(document.file_name), problem)])


def _split(document: Document) -> tuple[HtmlElement | None, HtmlElement]:
    """Cover and contents apart from the rest, each a whole document; the rest as its lines may break."""
    front, rest = (lxml_html.document_fromstring(document.html) for _ in range(2))
    for tree, keep_front in ((front, True), (rest, False)):
        body = _body_of(tree)
        for child in list(body):
            if _is_front(child) is not keep_front:
                body.remove(child)
        balance(tree, document)
    stand(rest)
    hold_together(rest)
    return (front if len(_body_of(front)) else None), rest


def _body_of(tree: HtmlElement) -> HtmlElement:
    body = tree.find("body")
    assert body is not None
    return body


def _is_front(element: HtmlElement) -> bool:
    return element.tag == "nav" or element.get("class") in FRONT_CLASSES


def _fill_in(contents: HtmlElement, pages: Mapping[str, int]) -> None:
    for link in contents.iter("a"):
        page = pages.get((link.get("href") or "").removeprefix("#"))
        if page is not None:
            etree.SubElement(link, "span", {"class": "page"}).text = str(page)
