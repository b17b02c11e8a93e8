"""The numbers that the composed document prints, in reading order, each with its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from lxml import html as lxml_html
from lxml.html import HtmlElement

from reportgen.compose.chart import Chart
from reportgen.compose.document import Document
from reportgen.model.values import YUAN_PER
from reportgen.render.charts import charted
from reportgen.render.printed import is_glance, is_head, is_label
from reportgen.verify.numbers import Number, excerpt, numbers_in

BLOCKS = ("h1", "h2", "h3", "h4", "p")


def expected(document: Document) -> list[Number]:
    """The contents repeat headings and are left out."""
    root = lxml_html.document_fromstring(document.html)
    found: list[Number] = []
    heading, title, tables = "", "", 0
    for element in root.iter("table", "div", *BLOCKS):
        assert isinstance(element, HtmlElement)
        if any(above.tag in ("nav", "table") for above in element.iterancestors()):
            continue
        if element.tag == "div":
            chart = charted(element, document)
            found += _of_chart(chart) if chart else ()
            continue
        text = " ".join(element.text_content().split())
        if element.tag == "table":
            printed = _of_table(element, title or heading, tables)
            found += (replace(n, of_table=False) for n in printed) if is_glance(element) else printed
            tables += 1
            continue
        if "table-title" in (element.get("class") or ""):
            title = text
        elif element.tag != "p":
            heading, title = text, ""
        where = f"“{heading}”" if heading and heading != text else ""
        for piece, floats in _pieces(element):
            found += [
                Number(n, place=f"{where}“{excerpt(piece, at)}”", floats=floats, of_table=_belongs(element))
                for n, at in numbers_in(piece)
            ]
    return found


def _of_chart(chart: Chart) -> Iterator[Number]:
    """The legend, then each category with its figures, as every format has them."""
    place = f"图“{chart.title}”"
    for name in chart.legend:
        yield from (Number(n, place=f"{place}图例“{name}”") for n, _ in numbers_in(name))
    for category in chart.categories:
        where = f"{place}“{category.label}”"
        yield from (Number(n, place=where) for n, _ in numbers_in(category.full_label))
        for name, point in zip(chart.series, category.points, strict=True):
            yield from (Number(n, place=f"{where}“{name}”") for n, _ in numbers_in(point.text))


def expected_of_tables(document: Document) -> list[Number]:
    """Those of a file that has only the tables, each with its own lines, after a list of their titles."""
    root = lxml_html.document_fromstring(document.html)
    titles = [document.title, *_titles(root)]
    listed = [
        Number(n, place=f"《目录》“{excerpt(text, at)}”") for text in titles for n, at in numbers_in(text)
    ]
    return [*listed, *(number for number in expected(document) if number.of_table)]


def _titles(root: HtmlElement) -> Iterator[str]:
    """The title above each table."""
    title = ""
    for element in root.iter("table", "div", *BLOCKS):
        classes = (element.get("class") or "").split()
        if element.tag == "div" and {"table", "form"} & set(classes):
            title = ""
        elif "table-title" in classes:
            title = element.text_content()
        elif (
            element.tag == "table"
            and not is_glance(element)
            and not any(above.tag == "table" for above in element.iterancestors())
        ):
            yield title


def _belongs(block: HtmlElement) -> bool:
    """Whether a line stands in the frame of a table."""
    frames = (set((above.get("class") or "").split()) for above in block.iterancestors("div"))
    return any({"table", "form"} & frame for frame in frames)


def _pieces(block: HtmlElement) -> list[tuple[str, bool]]:
    """The texts of a block from left to right, and whether each floats: that one is written first."""
    right = block.find("span[@class='right']")
    if right is None:
        return [(block.text_content(), False)]
    return [(block.text or "", True), (right.tail or "", True), (right.text_content(), True)]


def _of_table(table: HtmlElement, title: str, number: int) -> Iterator[Number]:
    heads = _grid(list(table.iterfind("thead/tr")))
    parts = [
        [part] if part.tag == "tr" else list(part.iterfind("tr")) for part in table if part.tag != "thead"
    ]
    body = _grid([row for part in parts for row in part])
    again = _said_again(parts)
    names = _column_names(heads)
    for rows, in_head in ((heads, True), (body, False)):
        for at, cells in enumerate(rows, 1):
            label = next((cell.text for cell in cells if cell.text), "")
            reached = 0 if in_head else again.get(at, 0)
            for column, text, value, down in cells:
                head = names.get(column, "")
                row = "表头" if in_head else f"第 {at} 行“{label}”"
                place = f"《{title}》{row}" + (f"“{head}”列" if head and not in_head else "")
                own_row = (-1, -1) if in_head else (number, at)
                last = max(reached, at + down - 1 if down and not in_head else 0)
                until = (number, last) if last else (-1, -1)
                for found, _ in numbers_in(text):
                    yield Number(
                        found,
                        column,
                        place,
                        header=number if in_head else -1,
                        row=own_row,
                        until=until,
                        of_table=True,
                        value=value,
                    )


def _said_again(parts: Sequence[Sequence[HtmlElement]]) -> dict[int, int]:
    """Of rows that head those behind them the last that they head, both counted from 1 over all parts."""
    ends = accumulate(map(len, parts))
    return {
        end - len(part) + at: end
        for part, end in zip(parts, ends, strict=True)
        for at, row in enumerate(part, 1)
        if is_head(row)
    }


class GridCell(NamedTuple):
    column: int
    """Where the cell starts."""
    text: str
    value: Decimal | None
    """The exact number that it prints and nothing besides."""
    down: int
    """The rows that a label reaches over; 0 for any other cell."""


def _grid(rows: Sequence[HtmlElement]) -> list[list[GridCell]]:
    """The cells of each row."""
    taken: set[tuple[int, int]] = set()
    grid = []
    for at, row in enumerate(rows):
        column, cells = 0, []
        for cell in row:
            while (at, column) in taken:
                column += 1
            text = " ".join(cell.text_content().split())
            down, across = int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))
            cells.append(GridCell(column, text, _value(cell), down if is_label(cell) else 0))
            taken |= {(at + d, column + a) for d in range(down) for a in range(across)}
        grid.append(cells)
    return grid


def _value(cell: HtmlElement) -> Decimal | None:
    """In the printed unit; of a percentage with its sign a fraction of 1."""
    text = cell.text_content().strip()
    for figure in (cell, *cell.iterfind(".//*[@data-value]")):
        if figure.get("data-value") is not None and figure.text_content().strip() == text:
            exact = Decimal(str(figure.get("data-value"))) / YUAN_PER[figure.get("data-unit") or "元"]
            return exact / 100 if text.endswith("%") else exact
    return None


def _column_names(heads: list[list[GridCell]]) -> dict[int, str]:
    """What stands above each column, the lowest words that are no mere numbers."""
    return {cell.column: cell.text for row in heads for cell in row if cell.text and not cell.text.isdigit()}
