"""The numbers at the foot of the pages, made when it is known how many there are and of which kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml.html import Element, HtmlElement


def blank_pages(kinds: Sequence[str]) -> HtmlElement:
    """A document of as many empty pages, of the same kinds; with the sheet of numbers only these show."""
    document, body = Element("html", {"lang": "zh-CN"}), Element("body")
    document.append(body)
    for at, kind in enumerate(kinds):
        own_page = "break-before: page; " if at else ""
        body.append(Element("div", {"style": f"{own_page}page: {kind}"}))
    return document


def kind_of(page: Any) -> str:
    return str(page._page_box.page_type.name or "auto")


def number(pages: Sequence[Any], numbered: Sequence[Any]) -> None:
    """Puts the numbers of empty pages into laid-out ones."""
    for page, empty in zip(pages, numbered, strict=True):
        foot = [box for box in empty._page_box.children if _is_margin(box)]
        page._page_box.children = [*page._page_box.children, *foot]


def _is_margin(box: Any) -> bool:
    from weasyprint.formatting_structure.boxes import MarginBox  # noqa: PLC0415  (loaded by now)

    return isinstance(box, MarginBox)
