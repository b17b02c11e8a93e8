"""Labels that a form prints from top to bottom, for the PDF: WeasyPrint has no vertical writing.

One character stands below the other; a number stays whole, as it does on printed forms.
"""

from __future__ import annotations

import re

from lxml import etree
from lxml.html import HtmlElement

CLASS = "vertical"
_STANDING = re.compile(r"[0-9A-Za-z.%]+|\S")


def is_vertical(cell: HtmlElement) -> bool:
    return CLASS in (cell.get("class") or "").split()


def stand(tree: HtmlElement) -> None:
    """Puts a break behind each character of the cells of that class, which hold nothing but text."""
    for cell in tree.iter("td", "th"):
        if is_vertical(cell) and len(cell) == 0:
            cell.text, *others = _STANDING.findall(cell.text or "") or [""]
            for character in others:
                etree.SubElement(cell, "br").tail = character
