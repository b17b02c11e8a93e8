"""HTML that is a tree already, for WeasyPrint: it would be parsed again in Python, and matched against style
sheets for every kind of document there is."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree

from lxml.html import HtmlElement, tostring

_OF_EVERY_ELEMENT = re.compile(r"^::(?:(marker)|[-a-z]+) (\{.*\})$", re.MULTILINE)
"""Rules for parts that each element may have: of its number in a list, and of footnotes."""

_ASKS_FOR_MORE = re.compile(r"::|@|\\|list-item|footnote|marker", re.IGNORECASE)


def ready_html(tree: HtmlElement, fetcher: Any, *, lean: bool) -> Any:
    """What WeasyPrint makes of the same HTML as text.

    `lean`: without WeasyPrint's rules for footnotes, and for numbers of what is no item of a list, for
    which six styles of every cell are worked out.
    """
    from weasyprint import HTML  # noqa: PLC0415  (slow to load, and only needed here)

    kind = _lean() if lean else HTML
    try:
        root = _plain(tree)
    except ElementTree.ParseError:  # characters or names that XML has not
        return kind(string=tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>"), url_fetcher=fetcher)
    made = kind.__new__(kind)
    made.base_url, made.url_fetcher, made.media_type = None, fetcher, "print"
    made.wrapper_element = _wrapped(root)
    made.etree_element = root
    return made


def is_of_looks(css: str) -> bool:
    """Whether a style sheet does without the rules that `lean` leaves out; comments count."""
    return not _ASKS_FOR_MORE.search(css)


def _wrapped(root: ElementTree.Element) -> Any:
    from cssselect2 import ElementWrapper  # noqa: PLC0415  (comes with WeasyPrint)

    return ElementWrapper.from_html_root(root, content_language=None)


def _plain(tree: HtmlElement) -> ElementTree.Element:
    """The same tree, of elements that are quicker to walk through; rows in a body, as HTML has them."""
    root = ElementTree.fromstring(tostring(tree, encoding="unicode", method="xml", with_tail=False))
    for table in root.iter("table"):
        parts = list(table)
        table[:] = []
        body = None
        for part in parts:
            if part.tag != "tr":
                body = None
                table.append(part)
                continue
            if body is None:
                body = ElementTree.SubElement(table, "tbody")
            body.append(part)
    return root


@cache
def _lean() -> Any:
    from weasyprint import CSS, HTML  # noqa: PLC0415  (loaded by now)

    text = files("weasyprint").joinpath("css", "html5_ua.css").read_text("utf-8")
    sheet = CSS(string=_OF_EVERY_ELEMENT.sub(_of_items, text))

    class LeanHTML(HTML):  # type: ignore[misc]  # WeasyPrint has no types
        def _ua_stylesheets(self, forms: bool = False) -> list[Any]:
            return super()._ua_stylesheets(forms) if forms else [sheet]

    return LeanHTML


def _of_items(found: re.Match[str]) -> str:
    return f"li::marker, summary::marker {found[2]}" if found[1] else ""
