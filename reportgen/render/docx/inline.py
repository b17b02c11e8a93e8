"""The words of a paragraph or a cell as runs: text, emphasis, line breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from reportgen.render.docx.ooxml import Element, run, w

_BREAK = "\n"
_BLANKS = re.compile(r"[ \t\r\n\f]+")
"""What HTML takes for one blank; a wide or an unbreakable one is a character of its own."""


def inline(block: HtmlElement) -> list[Element]:
    """Runs of a paragraph; neighbours of one look are one run."""
    runs: list[tuple[str, bool]] = []
    for text, strong in _pieces(block, bold=False):
        if runs and runs[-1][1] == strong:
            runs[-1] = (runs[-1][0] + text, strong)
        else:
            runs.append((text, strong))
    return [run(text, w("rPr", w("b")) if strong else None) for text, strong in runs if text]


def plain(block: HtmlElement) -> str:
    """The text of a cell: white space as in HTML, a line end for each `br`."""
    text = "".join(
        piece if piece == _BREAK else _BLANKS.sub(" ", piece) for piece, _ in _pieces(block, bold=False)
    )
    return _BREAK.join(line.strip(" ") for line in text.split(_BREAK)).strip(" \n")


def _pieces(element: HtmlElement, *, bold: bool) -> Iterator[tuple[str, bool]]:
    if element.tag == "br":
        yield _BREAK, bold
    if element.text:
        yield element.text, bold
    for child in element:
        yield from _pieces(child, bold=bold or child.tag in ("strong", "b"))
        if child.tail:
            yield child.tail, bold
