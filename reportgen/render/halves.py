"""The two halves of a document's HTML: cover and contents, and the body, whose pages are counted."""

from __future__ import annotations

from hashlib import sha256

from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement

from reportgen.compose.document import Document
from reportgen.render.balanced import balance
from reportgen.render.charts import picture, pictures
from reportgen.render.continued import mark_units
from reportgen.render.unbroken import hold_together
from reportgen.render.vertical import stand

FRONT_CLASSES = ("cover",)


def front_of(document: Document) -> HtmlElement | None:
    """Cover and contents, as a whole document; None if there are none."""
    tree = _half(document, front=True)
    return tree if len(_body_element(tree)) else None


def body_of(document: Document, *, held: bool = True) -> tuple[HtmlElement, dict[str, bytes]]:
    """The rest as its lines may break, and its charts by address; not `held`: as they may break in Word."""
    tree = _half(document, front=False)
    stand(tree)
    mark_units(tree, document.style)
    if held:
        hold_together(tree)
    return tree, _draw(tree, document)


def _half(document: Document, *, front: bool) -> HtmlElement:
    tree = lxml_html.document_fromstring(document.html)
    body = _body_element(tree)
    for child in list(body):
        if _is_front(child) is not front:
            body.remove(child)
    balance(tree, document)
    return tree


def _body_element(tree: HtmlElement) -> HtmlElement:
    body = tree.find("body")
    assert body is not None
    return body


def _is_front(element: HtmlElement) -> bool:
    return element.tag == "nav" or element.get("class") in FRONT_CLASSES


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
