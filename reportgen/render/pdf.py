"""HTML to PDF. The body is laid out once; the contents follow when its page numbers are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from reportgen.compose.css import page_numbers
from reportgen.compose.document import Document
from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.text import printable
from reportgen.render.archive import archived
from reportgen.render.charts import picture, pictures
from reportgen.render.justification import justify_chinese
from reportgen.render.page_numbers import number
from reportgen.render.stretches import is_separable, stretches
from reportgen.render.torn_rows import mend, name_rows, tears

FRONT_CLASSES = ("cover",)

MOST_MENDINGS = 60
"""Tables with more pages than this stay torn from there on."""

MAX_HTML = 10_000_000
"""Characters of a document, some 130,000 cells or 440 pages, which take minutes and 4 GB; the largest
example has a fiftieth."""


class PrintingUnavailable(Exception):
    """WeasyPrint cannot load the system's text layout library."""


@dataclass(frozen=True)
class Printed:
    """A laid-out document: its page numbers (by anchor) and, on demand, the PDF's bytes."""

    pages: dict[str, int]
    """Anchor to printed page number; the body's first page is 1."""
    body: Any
    front: Any

    def pdf(self, document: Document, data: Mapping[str, bytes]) -> bytes:
        """A PDF for the archive with files of data attached to it."""
        pages = self.body.copy(self.front.pages + self.body.pages) if self.front else self.body
        return archived(pages, document, data)


def lay_out(document: Document) -> Printed:
    """Raises `PrintingUnavailable` where Pango is missing."""
    try:
        from weasyprint import CSS, HTML  # noqa: PLC0415  (slow to load, and only needed here)
        from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
        from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415
    except OSError as error:
        raise PrintingUnavailable(str(error)) from error
    _refuse_endless(document)
    justify_chinese()
    refused: list[str] = []

    class Nothing(URLFetcher):  # type: ignore[misc]
        """Fetches nothing: a report is made of its input and profile, and both formats show the same."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            del headers
            refused.append(url)
            raise ValueError(url)

    class OwnPictures(Nothing):
        """Hands out the pictures that were drawn here, and nothing else."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            if url in drawn:
                return URLFetcherResponse(url, drawn[url], {"Content-Type": "image/svg+xml"})
            return super().fetch(url, headers)

    fonts = FontConfiguration()

    def sheet(css: str) -> CSS:
        return CSS(string=css, font_config=fonts, url_fetcher=Nothing())

    base, numbers, own = map(sheet, (document.css, page_numbers(document.style), document.own_css))

    def render(html: str, *sheets: CSS) -> Any:
        return HTML(string=html, url_fetcher=OwnPictures()).render(stylesheets=[*sheets], font_config=fonts)

    front, rest = _split(document.html)
    drawn = _draw(rest, document)
    if is_separable(document.own_css):
        laid_out = [_whole_rows(stretch, lambda html: render(html, base, own)) for stretch in stretches(rest)]
        number([page for part in laid_out for page in part.pages], lambda html: render(html, base, numbers))
    else:
        laid_out = [_whole_rows(rest, lambda html: render(html, base, numbers, own))]
    _refuse_fetching(refused)
    body = laid_out[0].copy([page for part in laid_out for page in part.pages])
    pages = {name: at for at, page in enumerate(body.pages, 1) for name in page.anchors}
    if front is None:
        return Printed(pages, body, None)
    _fill_in(front, pages)
    laid_out_front = render(_text(front), base, own)
    _refuse_fetching(refused)
    return Printed(pages, body, laid_out_front)


def _whole_rows(tree: HtmlElement, render: Callable[[str], Any]) -> Any:
    """Lays out until no page tears a row from its labels."""
    name_rows(tree)
    laid_out = render(_text(tree))
    for _ in range(MOST_MENDINGS):
        torn = tears(tree, laid_out.pages)
        if not torn:
            break
        mend(tree, torn)
        laid_out = render(_text(tree))
    return laid_out


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


def _refuse_fetching(refused: Sequence[str]) -> None:
    """Told here only if it was hidden from the look at templates and style.css, as by escapes in CSS."""
    problem = "格式要取“{}”；报告不取任何文件和网址，请从 style.css、profile.yaml 或模板里删去"
    if refused:
        raise FaultyInput(
            printable(Fault(Place("style.css"), problem.format(url))) for url in dict.fromkeys(refused)
        )


def _refuse_endless(document: Document) -> None:
    size = len(document.html)
    if size > MAX_HTML:
        problem = (
            f"报告排版前有 {size / 1e6:.0f} 百万字符（表格标记在内），最多 {MAX_HTML // 10**6} 百万；"
            "请减少逐项列出的项目、指标，或缩短文字"
        )
        raise FaultyInput([Fault(Place(document.file_name), problem)])


def _split(html: str) -> tuple[HtmlElement | None, HtmlElement]:
    """Cover and contents apart from the rest, each a whole document."""
    front, rest = lxml_html.document_fromstring(html), lxml_html.document_fromstring(html)
    for tree, keep_front in ((front, True), (rest, False)):
        body = _body(tree)
        for child in list(body):
            if _is_front(child) is not keep_front:
                body.remove(child)
    return (front if len(_body(front)) else None), rest


def _body(tree: HtmlElement) -> HtmlElement:
    body = tree.find("body")
    assert body is not None
    return body


def _is_front(element: HtmlElement) -> bool:
    return element.tag == "nav" or element.get("class") in FRONT_CLASSES


def _text(tree: HtmlElement) -> str:
    return str(lxml_html.tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>"))


def _fill_in(contents: HtmlElement, pages: dict[str, int]) -> None:
    for link in contents.iter("a"):
        page = pages.get((link.get("href") or "").removeprefix("#"))
        if page is not None:
            etree.SubElement(link, "span", {"class": "page"}).text = str(page)
