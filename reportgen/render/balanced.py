"""Titles and labels that take more than a line, broken into lines of nearly one length between words.

WeasyPrint and Word fill each line as far as it goes, in the midst of a word, and may leave one character
alone. Widths are known before anything is laid out: those of the pages, and of columns as shares of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from lxml import etree
from lxml.html import HtmlElement

from reportgen.compose.document import Document
from reportgen.compose.phrases import accompanied, balanced, ems, filled, is_lonely
from reportgen.compose.style import Style
from reportgen.render.css_rules import Padding, Rules
from reportgen.render.printed import LONGEST_LABEL, is_glance
from reportgen.render.torn_rows import is_plain, spans
from reportgen.render.vertical import CLASS as VERTICAL

MM = 72 / 25.4
WHOLE = "data-whole"
"""A broken title as it reads, for bookmarks and for the line over a table that goes on."""
_PADDING = Padding(top=2.2, right=2.5, bottom=2.2, left=2.5)
_RULE = 0.5
_INDENT = 1.5
_HEADINGS = ("h1", "h2", "h3", "h4")
_SIZE = re.compile(r"font-size:\s*([\d.]+)pt")
_WIDTH = re.compile(r"width:\s*([\d.]+)%")
_SPARE = 0.02
"""Ems that a line is thought shorter than it is, since columns are rounded."""


def balance(tree: HtmlElement, document: Document, *, headings: bool = True) -> None:
    """Puts breaks into the titles and labels of a document or a part of it."""
    names = (document.author,)
    for block in tree.iter(*(_HEADINGS if headings else ()), "p"):
        size = _title_size(block, document.style)
        if size is not None:
            _break_title(block, page_width(block, document.style) / float(size), names)
    tables = [table for table in tree.iter("table") if not is_glance(table)]
    if tables:
        rules = Rules(document.css + document.own_css, tree)
        for table in tables:
            _break_labels(table, document.style, rules, names)


def _title_size(block: HtmlElement, style: Style) -> Decimal | None:
    """Of what is set in the middle of the page in large type."""
    classes = (block.get("class") or "").split()
    if "table-title" in classes:
        return style.table_title_size
    parent = block.getparent()
    is_name = "name" in classes and parent is not None and parent.get("class") == "cover"
    return style.title_size if is_name or block.tag == "h1" else None


def page_width(block: HtmlElement, style: Style) -> float:
    """Of the page that a block stands on, in points."""
    kinds = {name for above in block.iterancestors() for name in (above.get("class") or "").split()}
    if "landscape" in kinds:
        return float(297 - style.table_page.top - style.table_page.bottom) * MM
    page = style.table_page if "tables" in kinds else style.text_page
    return float(210 - page.left - page.right) * MM


def _break_title(block: HtmlElement, room: float, names: Sequence[str]) -> None:
    """Line by line of those that it is written in."""
    if any(child.tag != "br" and child.get("class") != "subtitle" for child in block):
        return
    whole = block.text_content().strip()
    ends = [None, *(child for child in block if child.tag == "br")]
    broken = False
    for end in ends:
        lines = balanced(((block.text if end is None else end.tail) or "").strip(), room, names)
        if len(lines) > 1:
            _set_lines(block, end, lines)
            broken = True
    if broken:
        block.set(WHOLE, whole)


def _set_lines(element: HtmlElement, after: HtmlElement | None, lines: Sequence[str]) -> None:
    """In place of the text that an element begins with, or that stands behind a child of it."""
    first, *others = (line.strip() for line in lines)
    if after is None:
        element.text = first
    else:
        after.tail = first
    at = 0 if after is None else element.index(after) + 1
    for number, line in enumerate(others):
        end = etree.Element("br")
        end.tail = line
        element.insert(at + number, end)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What the cells of a table share, in points."""

    edges: Sequence[float]
    """Where columns begin and end."""
    size: float

    def room(self, column: int, across: int, indent: int, padding: Padding) -> float:
        """Ems of a line; an indent takes the place of the padding."""
        left = _INDENT * indent * self.size if indent else padding.left
        last = min(column + across, len(self.edges) - 1)
        width = self.edges[last] - self.edges[min(column, last)]
        return (width - left - padding.right - _RULE) / self.size - _SPARE


def _break_labels(table: HtmlElement, style: Style, rules: Rules, names: Sequence[str]) -> None:
    frame = _frame(table, style)
    if frame is None or not is_plain(table):
        return
    # cells of one class are taken to look alike: to ask for each would take longest
    paddings: dict[tuple[str, str | None], Padding | None] = {}
    for cell, column in _labels(table):
        kind = (cell.tag, cell.get("class"))
        if kind not in paddings:
            paddings[kind] = None if rules.sets_size(cell) else rules.padding(cell, _PADDING)
        padding = paddings[kind]
        if padding is None:
            continue  # its size is another than the table's, and how many words fit is not known
        classes = (cell.get("class") or "").split()
        indent = next((int(name[1]) for name in classes if re.fullmatch(r"i\d", name)), 0)
        room = frame.room(column, int(cell.get("colspan", 1)), indent, padding)
        text = (cell.text or "").strip()
        lines = _label_lines(text, room, names, left="l" in classes) if room >= 1 else [text]
        if len(lines) > 1:
            _set_lines(cell, None, lines)


def _label_lines(text: str, room: float, names: Sequence[str], *, left: bool) -> list[str]:
    """Even ones in the middle of a cell; at its left full ones, of which the last is not lonely. Never
    more than it takes anyhow."""
    if ems(text) <= room:
        return [text]
    usual = filled(text, room)
    even = [text] if left else balanced(text, room, names)
    if 1 < len(even) <= len(usual):
        return even
    return accompanied(usual, room) if is_lonely(usual) else [text]


def _frame(table: HtmlElement, style: Style) -> _Frame | None:
    """None where widths or sizes are not told, or come to nothing."""
    shares = [
        float(found[1]) for col in table.iter("col") if (found := _WIDTH.search(col.get("style") or ""))
    ]
    told = _SIZE.search(table.get("style") or "")
    size = float(told[1] if told else style.table_size)
    if sum(shares) <= 0 or size <= 0:
        return None
    width = page_width(table, style)
    edges = [width * edge / sum(shares) for edge in accumulate(shares, initial=0.0)]
    return _Frame(edges, size)


def _labels(table: HtmlElement) -> Iterator[tuple[HtmlElement, int]]:
    """Cells of a few words and nothing else, with the columns where they start."""
    for part in table:
        rows = [part] if part.tag == "tr" else [row for row in part if row.tag == "tr"]
        for cell, _, column in spans(rows):
            classes = (cell.get("class") or "").split()
            text = (cell.text or "").strip()
            if len(cell) == 0 and 1 < len(text) <= LONGEST_LABEL and not {"a", "c", VERTICAL} & set(classes):
                yield cell, column
