"""The tables of the HTML as they are printed: their lines above and below, and a grid of cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from lxml import html as lxml_html
from lxml.html import HtmlElement

from reportgen.render.plain import plain

if TYPE_CHECKING:  # a process that lays out pages composes nothing
    from reportgen.compose.document import Document

_SIZE = re.compile(r"font-size:\s*([\d.]+)pt")
_WIDTH = re.compile(r"width:\s*([\d.]+)%")
BLOCKS = ("h1", "h2", "h3", "h4", "p")
QUANTITY = "数量"
_PLAIN = re.compile(r"(?:0|[1-9]\d*|[1-9]\d{0,2}(?:,\d{3})+)(?:\.\d+)?", re.ASCII)
"""A number that is no code: codes may begin with 0."""
_WORD = re.compile("[\u4e00-\u9fff]")
_COUNTED = re.compile("[0-9](?![0-9]*\u2060?年)")
"""A number that is no year; a joiner may hold the two together."""
LONGEST_LABEL = 40
_KINDS = "alcm"
"""Classes of cells: a figure, a label, a code, a label in the middle."""


@dataclass(frozen=True, slots=True)
class Figure:
    value: Decimal
    """Exact: 元, pieces, or an unrounded percentage."""
    fact: str
    unit: str
    """Of an amount, in which it is printed; "" for what is none."""


@dataclass(frozen=True, slots=True)
class PrintedCell:
    row: int
    column: int
    down: int
    across: int
    text: str
    kind: str
    """One of `alcm`; "" for a cell of no kind, which stands in the middle too."""
    head: bool
    bold: bool
    indent: int
    figure: Figure | None
    """What the cell prints, where it prints nothing besides."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line above or below a table; what stands at its right end is apart."""

    text: str
    right: str = ""
    is_title: bool = False
    is_heading: bool = False
    """Whether it heads the table without being its title."""


@dataclass(frozen=True)
class PrintedTable:
    code: str
    """As the profile calls the table, «表一»; not every table has one."""
    is_form: bool
    """Whether it is the profile's own HTML rather than rows and columns of the table language."""
    landscape: bool
    size: Decimal | None
    """In points, where it is not the usual one."""
    before: tuple[Line, ...]
    after: tuple[Line, ...]
    heads: int
    """Rows of the header, which is repeated on every page."""
    rows: int
    widths: tuple[float, ...]
    """Shares of the whole width."""
    cells: tuple[PrintedCell, ...]
    """In reading order."""

    @cached_property
    def counting(self) -> frozenset[int]:
        """The columns under 数量: what the input types there, which may be more than a number."""
        heads = (cell for cell in self.cells if cell.row < self.heads and cell.across == 1)
        return frozenset(cell.column for cell in heads if "".join(cell.text.split()).endswith(QUANTITY))

    @cached_property
    def quantities(self) -> frozenset[int]:
        """Of these the columns that hold numbers and blanks only."""
        body = [cell for cell in self.cells if cell.row >= self.heads and cell.text]
        mixed = {cell.column for cell in body if cell.across > 1 or not _PLAIN.fullmatch(cell.text)}
        return self.counting & {cell.column for cell in body} - mixed

    @cached_property
    def title(self) -> str:
        return " ".join(line.text.replace("\n", "") for line in self.before if line.is_title)


def printed_tables(document: Document) -> list[PrintedTable]:
    """Every table and form that the document prints, in its order."""
    root = lxml_html.document_fromstring(document.html)
    found: list[tuple[HtmlElement, list[HtmlElement], list[HtmlElement]]] = []
    waiting: list[HtmlElement] = []
    block: HtmlElement | None = None
    for element in root.iter("table", *BLOCKS):
        if any(above.tag in ("table", "nav") for above in element.iterancestors()) or is_glance(element):
            continue
        own = _block(element)
        if own is not block:
            block, waiting = own, []
        if element.tag == "table":
            found.append((element, waiting, []))
            waiting = []
        elif own is not None and found and _block(found[-1][0]) is own:
            waiting.append(element)
            found[-1][2].append(element)
        elif own is not None:
            waiting.append(element)
    return [_printed(table, before, after) for table, before, after in _parted(found)]


def is_glance(element: HtmlElement) -> bool:
    """Whether it holds the large figures of a page at a glance, which is no table of the budget's."""
    return "glance" in _classes(element)


def is_label(cell: HtmlElement) -> bool:
    """Whether a cell names what stands beside it: few words, and no figure of the budget's."""
    has_figure = cell.get("data-value") is not None or cell.find(".//*[@data-value]") is not None
    text = cell.text_content().strip()
    short = len(text) <= LONGEST_LABEL
    return not has_figure and short and _WORD.search(text) is not None and not _COUNTED.search(text)


def is_head(row: HtmlElement) -> bool:
    """Whether a row of the body heads those behind it in its part of the table."""
    return "head" in _classes(row)


def _parted(
    found: list[tuple[HtmlElement, list[HtmlElement], list[HtmlElement]]],
) -> Iterator[tuple[HtmlElement, list[HtmlElement], list[HtmlElement]]]:
    """Lines between two tables of one block stand above the second, not below the first too."""
    for at, (table, before, after) in enumerate(found):
        following = found[at + 1][1] if at + 1 < len(found) else []
        yield table, before, [line for line in after if line not in following]


def _block(element: HtmlElement) -> HtmlElement | None:
    """The frame of a table or of a form's page, in which its lines stand."""
    for above in element.iterancestors("div"):
        if {"table", "form"} & set(_classes(above)):
            return above
    return None


def _printed(table: HtmlElement, before: list[HtmlElement], after: list[HtmlElement]) -> PrintedTable:
    frames = [e for e in table.iterancestors("div") if {"table", "form"} & set(_classes(e))]
    rows = _rows(table)
    cells = tuple(_cells(rows))
    columns = max((cell.column + cell.across for cell in cells), default=1)
    size = _SIZE.search(table.get("style") or "")
    return PrintedTable(
        code=next((str(e.get("data-code")) for e in frames if e.get("data-code")), ""),
        is_form=any("form" in _classes(e) for e in frames),
        landscape=any("landscape" in _classes(e) for e in frames),
        size=Decimal(size[1]) if size else None,
        before=tuple(map(_line, before)),
        after=tuple(map(_line, after)),
        heads=len(table.findall("thead/tr")),
        rows=len(rows),
        widths=_widths(table, columns),
        cells=cells,
    )


def _line(block: HtmlElement) -> Line:
    classes = _classes(block)
    right = block.find("span[@class='right']")
    if "above" in classes and right is not None:
        left = " ".join(((block.text or "") + (right.tail or "")).split())
        return Line(left, plain(right))
    subtitle = block.find("span[@class='subtitle']")
    if subtitle is not None:
        return Line(f"{(block.text or '').strip()}\n{plain(subtitle)}", is_title=True)
    is_title = "table-title" in classes
    return Line(plain(block), is_title=is_title, is_heading=block.tag != "p" and not is_title)


def _rows(table: HtmlElement) -> list[HtmlElement]:
    return [row for part in table for row in ([part] if part.tag == "tr" else part.findall("tr"))]


def _cells(rows: list[HtmlElement]) -> Iterator[PrintedCell]:
    """The cells with the place where each starts; one that would cover another is cut short."""
    taken: set[tuple[int, int]] = set()
    for at, row in enumerate(rows):
        column = 0
        parent = row.getparent()
        in_head = parent is not None and parent.tag == "thead"
        for cell in row:
            while (at, column) in taken:
                column += 1
            down = min(_span(cell, "rowspan"), len(rows) - at)
            wanted = _span(cell, "colspan")
            across = next((n for n in range(1, wanted) if (at, column + n) in taken), wanted)
            taken |= {(at + d, column + a) for d in range(down) for a in range(across)}
            bold = cell.tag == "th" or "total" in _classes(row)
            yield _cell(cell, (at, column), (down, across), head=in_head or cell.tag == "th", bold=bold)


def _span(cell: HtmlElement, name: str) -> int:
    typed = cell.get(name) or "1"
    return max(int(typed), 1) if typed.isascii() and typed.isdigit() else 1


def _cell(
    source: HtmlElement, place: tuple[int, int], spans: tuple[int, int], *, head: bool, bold: bool
) -> PrintedCell:
    classes = _classes(source)
    return PrintedCell(
        *place,
        *spans,
        text=plain(source),
        kind=next((name for name in classes if name in _KINDS), ""),
        head=head,
        bold=bold,
        indent=next((int(name[1]) for name in classes if re.fullmatch(r"i\d", name)), 0),
        figure=_figure(source),
    )


def _figure(cell: HtmlElement) -> Figure | None:
    """The figure that a cell is, or that is all there is in it."""
    holders = [e for e in (cell, *cell.iterfind(".//*[@data-value]")) if e.get("data-value") is not None]
    if len(holders) != 1 or plain(holders[0]) != plain(cell):
        return None
    value, fact, unit = (holders[0].get(f"data-{name}") or "" for name in ("value", "fact", "unit"))
    return Figure(Decimal(value), fact, unit)


def _widths(table: HtmlElement, columns: int) -> tuple[float, ...]:
    given = [_WIDTH.search(col.get("style") or "") for col in table.iter("col")]
    shares = [float(found[1]) for found in given if found]
    if len(shares) != columns or sum(shares) <= 0:
        shares = [1.0] * columns
    return tuple(share / sum(shares) for share in shares)


def _classes(element: HtmlElement) -> list[str]:
    return (element.get("class") or "").split()
