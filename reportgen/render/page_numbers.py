"""The numbers at the foot of the pages, made when it is known how many there are and of which kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from lxml.html import Element, tostring


def number(pages: Sequence[Any], render: Callable[[str], Any]) -> None:
    """Puts the numbers into laid-out pages; `render` lays out a document with the sheet of numbers."""
    if not pages:
        return
    for page, numbered in zip(pages, render(_blank([_name(page) for page in pages])).pages, strict=True):
        foot = [box for box in numbered._page_box.children if _is_margin(box)]
        page._page_box.children = [*page._page_box.children, *foot]


def _name(page: Any) -> str:
    return str(page._page_box.page_type.name or "auto")


def _is_margin(box: Any) -> bool:
    from weasyprint.formatting_structure.boxes import MarginBox  # noqa: PLC0415  (loaded by now)

    return isinstance(box, MarginBox)


def _blank(names: Sequence[str]) -> str:
    """As many empty pages of the same kinds."""
    document, body = Element("html", {"lang": "zh-CN"}), Element("body")
    document.append(body)
    for at, name in enumerate(names):
        own_page = "break-before: page; " if at else ""
        body.append(Element("div", {"style": f"{own_page}page: {name}"}))
    return str(tostring(document, encoding="unicode", doctype="<!DOCTYPE html>"))
