"""Parts put together: headings get ids, the contents their entries, the whole its frame."""

from __future__ import annotations

from lxml import etree
from lxml import html as lxml_html
from markupsafe import Markup

HEADINGS = ("h1", "h2", "h3", "h4")


def contents_place(title: str, levels: int) -> Markup:
    """Where the contents will stand, to be filled once all headings are known."""
    return Markup('<nav class="toc" data-levels="{}"><p class="toc-title">{}</p></nav>').format(levels, title)


def assemble(parts: Markup, title: str) -> str:
    """The document as HTML, with ids on headings and links in the contents."""
    page = Markup(
        '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"/><title>{}</title></head>'
        "<body>{}</body></html>"
    ).format(title, parts)
    root = lxml_html.document_fromstring(str(page))
    for block in root.iterfind(".//section[@class='text']/div"):
        if "landscape" in (block.get("class") or "").split():
            _take_heading_along(block)
    headings = list(root.iter(*HEADINGS))
    for number, heading in enumerate(headings, 1):
        heading.set("id", f"h{number}")
    for nav in root.iter("nav"):
        _fill(nav, headings)
    return str(lxml_html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>"))


def _fill(nav: lxml_html.HtmlElement, headings: list[lxml_html.HtmlElement]) -> None:
    listed = etree.SubElement(nav, "ol")
    for heading in headings:
        level = HEADINGS.index(str(heading.tag)) + 1
        if any(above.get("data-contents") == "no" for above in heading.iterancestors("section")):
            continue
        if level <= int(nav.get("data-levels", "2")):
            item = etree.SubElement(listed, "li", {"class": f"level{level}"})
            link = etree.SubElement(item, "a", {"href": f"#{heading.get('id')}"})
            link.text = heading.text_content()


def _take_heading_along(turned: lxml_html.HtmlElement) -> None:
    """The heading above a table on a landscape page belongs on that page."""
    above = turned.getprevious()
    if above is not None and above.tag in HEADINGS:
        turned.insert(0, above)
