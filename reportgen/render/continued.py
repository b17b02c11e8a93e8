"""The line over a table that goes on to another page: which unit it repeats beside the title."""

from __future__ import annotations

from lxml.html import HtmlElement

from reportgen.compose.phrases import ems
from reportgen.compose.style import Style
from reportgen.render.balanced import WHOLE, page_width

CLASS = "again"
"""What the style sheet repeats."""
_APART = 1.0
"""Ems between the title and the unit."""


def mark_units(tree: HtmlElement, style: Style) -> None:
    """Those that have room beside the title, which stands in the middle and breaks into no second line."""
    words = ""
    for block in tree.iter("h1", "h2", "h3", "h4", "p", "div"):
        classes = (block.get("class") or "").split()
        if "table-title" in classes:
            words = "续表：" + (block.get(WHOLE) or block.text_content()).strip()
        unit = block.find("span[@class='right']") if "above" in classes else None
        if unit is None:
            continue
        room = page_width(block, style) / float(style.table_size)
        if ems(words) / 2 + _APART + ems(unit.text_content().strip()) <= room / 2:
            unit.set("class", f"right {CLASS}")
