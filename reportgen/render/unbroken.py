"""What no line of a PDF tears apart: a number and the word behind it that says what it counts.

A word joiner between them holds them together and leaves no trace in the file. Where a cell is too narrow
for both, a line breaks all the same.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from lxml.html import HtmlElement

JOINER = "\u2060"

_HOLDS = re.compile(
    r"(?<=[0-9])(?=[%％‰℃\u4e00-\u9fff])"  # 2025年, 41人, 3.5万元
    r"|(?<=[0-9])(?=[—–~～-][0-9])|(?<=[0-9][—–~～-])(?=[0-9])"  # 1—7月
    r"|(?<=第)(?=[0-9])"
    r"|(?<=[万亿])(?=元)"
)
_NUMBER = "n"
"""The class of figures of the text, which the style sheet lets no line tear apart either."""
LOOSE_CSS = f".{_NUMBER} {{ white-space: normal }}"
_BLOCKS = ("p", "td", "th")
"""Headings are left as they are: bookmarks and the contents repeat their text."""
_INLINE = ("span", "strong", "em")
_SEEN = 2
"""Characters that `_HOLDS` looks back."""


def hold_together(tree: HtmlElement) -> None:
    for block in tree.iter(*_BLOCKS):
        block.text = held(block.text or "")
        _hold_behind(block, block.text)


def is_held(element: Any) -> bool:
    """Whether the style sheet holds an element of a text together."""
    return element is not None and element.get("class") == _NUMBER


def _hold_behind(element: HtmlElement, before: str) -> str:
    """The inline elements in an element, and the texts behind them; returns what is read last."""
    for child in element:
        if child.tag in _INLINE:
            child.text = held(child.text or "", before)
            before = _hold_behind(child, child.text or before)
        else:
            before = ""
        child.tail = held(child.tail or "", before)
        before = child.tail or before
    return before


def held(text: str, before: str = "") -> str:
    """A text with its joiners, the first perhaps between it and what stands before it."""
    seen = before[-_SEEN:]
    places = [found.start() - len(seen) for found in _HOLDS.finditer(seen + text)]
    cuts = [0, *(place for place in places if place >= 0), len(text)]
    return JOINER.join(text[start:end] for start, end in pairwise(cuts))
