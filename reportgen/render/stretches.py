"""The body cut where a new page begins anyway, so that each stretch can be laid out without the others.

What stands on a page never depends on another stretch: the page numbers are put in afterwards
(`page_numbers.py`), and a table that goes on names itself from its own title.
"""

from __future__ import annotations

import re

from lxml.html import Element, HtmlElement

LOOKS_AROUND = re.compile(
    r"@|\\|counter|string-set|[+~]|:\s*(?:first|last|nth|only|has|root|not|is|where|empty|target)\b"
    r"|break-(?!inside)|position|footnote|float|columns?\b|orphans|widows|\bpage\b",
    re.IGNORECASE,
)
"""What in a style sheet may make one stretch depend on another, or on its place among the pages."""


def is_separable(css: str) -> bool:
    """Whether a profile's own style sheet lets the body be cut; comments count, which does no harm."""
    return not LOOKS_AROUND.search(css)


def stretches(tree: HtmlElement) -> list[HtmlElement]:
    """Whole documents that take over the parts of `tree`, in order."""
    head, body = tree.find("head"), tree.find("body")
    assert body is not None
    documents = []
    for piece in _cut(body):
        document = Element("html", dict(tree.attrib))
        if head is not None:
            document.append(_shell(head))
        document.append(piece)
        documents.append(document)
    return documents


def _cut(element: HtmlElement) -> list[HtmlElement]:
    """An element as one or more of its kind, each with the children of one stretch."""
    runs: list[list[HtmlElement]] = [[]]
    before: HtmlElement | None = None
    for child in list(element):
        opens = before is not None and _opens_page(child, before) and _names_itself(child)
        for at, piece in enumerate(_cut(child) if _may_be_cut(child) else [child]):
            if runs[-1] and (at or opens):
                runs.append([])
            runs[-1].append(piece)
        before = child
    if len(runs) == 1 and runs[0] == list(element):
        return [element]
    pieces = []
    for at, run in enumerate(runs):
        piece = _shell(element)
        if at:
            piece.attrib.pop("id", None)
        else:
            piece.text = element.text
        piece.extend(run)
        pieces.append(piece)
    return pieces


def _shell(element: HtmlElement) -> HtmlElement:
    return Element(str(element.tag), dict(element.attrib))


def _may_be_cut(element: HtmlElement) -> bool:
    names = _classes(element)
    return (element.tag == "section" and "tables" in names) or (element.tag == "div" and "table" in names)


def _opens_page(element: HtmlElement, before: HtmlElement) -> bool:
    """As the base style sheet says; of tables those that a section of tables holds."""
    own, other = _classes(element), _classes(before)
    if element.tag == "section":
        return bool(before.tag == "section")
    if "table" in own:
        parent = element.getparent()
        return "table" in other and parent is not None and "tables" in _classes(parent)
    return own >= {"form", "new-page"} and "form" in other


def _names_itself(element: HtmlElement) -> bool:
    """Whether a piece says which table goes on, or that none does, before its first table."""
    if "text" in _classes(element):
        return True
    for part in element.iter():
        if part.tag == "table":
            return False
        if _classes(part) & {"table-title", "charts", "glance"}:
            return True
    return False


def _classes(element: HtmlElement) -> set[str]:
    return set((element.get("class") or "").split())
