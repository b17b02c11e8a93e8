"""Pages of the Word file: margins, direction, footers with page numbers."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml.ns import qn
from docx.section import Section, _Footer
from docx.shared import Mm

from reportgen.compose.style import Page, Style
from reportgen.render.docx import styles
from reportgen.render.docx.ooxml import field, mm, paragraph, run, twips, w

FOOTER_ABOVE = 12
"""Millimetres from the text block down to the footer's lower edge; a taller footer would push the text."""

A4 = (Mm(210), Mm(297))


def text_width(style: Style, kind: str) -> int:
    """The width of the text block, in twips."""
    page = _page(style, kind)
    if "landscape" in kind:
        return mm(297 - page.top - page.bottom)
    return mm(210 - page.left - page.right)


def _page(style: Style, kind: str) -> Page:
    return style.table_page if "tables" in kind else style.text_page


def open_section(
    document: WordDocument, style: Style, kind: str, *, first: bool, numbered_from_one: bool
) -> None:
    """Starts a section for what follows: `kind` is the class of the HTML section."""
    if not first:
        document.add_section(WD_SECTION.NEW_PAGE)
        _end_before(document)
    section = document.sections[-1]
    page = _page(style, kind)
    landscape = "landscape" in kind
    section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = reversed(A4) if landscape else A4
    # a landscape page is the portrait page turned to the left
    edges = (page.left, page.top, page.right, page.bottom) if landscape else (
        page.top, page.right, page.bottom, page.left,
    )  # fmt: skip
    section.top_margin, section.right_margin, section.bottom_margin, section.left_margin = (
        Mm(float(edge)) for edge in edges
    )
    section.header_distance = Mm(15)
    section.footer_distance = Mm(max(float(edges[2]) - FOOTER_ABOVE, 5))
    _grid(section, style if kind == "text" else None)
    _start(section, numbered_from_one)


def _end_before(document: WordDocument) -> None:
    """Lets the last paragraph end the section: an empty one more could stand on a page of its own."""
    ending = document.element.body[-2]
    last = ending.getprevious()
    ends_one = last is not None and last.find(f"{qn('w:pPr')}/{qn('w:sectPr')}") is not None
    if last is not None and last.tag == qn("w:p") and not ends_one:
        last.get_or_add_pPr().append(ending.pPr.sectPr)
        document.element.body.remove(ending)


def _grid(section: Section, style: Style | None) -> None:
    """Lines of text keep to a grid; one on pages of tables only moves them down in some readers."""
    properties = section._sectPr
    for old in properties.findall(qn("w:docGrid")):
        properties.remove(old)
    if style is not None:
        properties.append(w("docGrid", type="lines", linePitch=twips(style.line_pitch)))


def _start(section: Section, numbered_from_one: bool) -> None:
    properties = section._sectPr
    for old in properties.findall(qn("w:pgNumType")):
        properties.remove(old)
    margins = properties.find(qn("w:pgMar"))
    if numbered_from_one and margins is not None:
        margins.addnext(w("pgNumType", start=1))


def number_pages(section: Section) -> None:
    """«— 1 —» outside, one character from the edge: right on odd pages, left on even ones. Later sections
    inherit it."""
    _footer(section.footer, "right")
    _footer(section.even_page_footer, "left")


def no_page_numbers(section: Section) -> None:
    for footer in (section.footer, section.even_page_footer):
        footer.is_linked_to_previous = False


def _footer(footer: _Footer, align: str) -> None:
    footer.is_linked_to_previous = False
    old = footer.paragraphs[0]._p
    inset = w("ind", **{f"{align}Chars": 100, align: 280})
    shown = [run("— "), *field("PAGE", "1"), run(" —")]
    old.addprevious(paragraph(styles.FOOTER, shown, inset, w("jc", val=align)))
    old.getparent().remove(old)
