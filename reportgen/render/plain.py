"""The text of a paragraph or a cell of the HTML, as it reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

BREAK = "\n"
_BLANKS = re.compile(r"[ \t\r\n\f]+")
"""What HTML takes for one blank; a wide or an unbreakable one is a character of its own."""


def plain(block: HtmlElement) -> str:
    """The text of a cell: white space as in HTML, a line end for each `br`."""
    text = "".join(piece if piece == BREAK else _BLANKS.sub(" ", piece) for piece, _ in pieces(block))
    return BREAK.join(line.strip(" ") for line in text.split(BREAK)).strip(" \n")


def pieces(element: HtmlElement, *, bold: bool = False) -> Iterator[tuple[str, bool]]:
    """The texts of an element in order, `BREAK` for each `br`, and whether each is emphasized."""
    if element.tag == "br":
        yield BREAK, bold
    if element.text:
        yield element.text, bold
    for child in element:
        yield from pieces(child, bold=bold or child.tag in ("strong", "b"))
        if child.tail:
            yield child.tail, bold
