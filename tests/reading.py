"""Finished reports built and read back: what stands in the tables and the text of a DOCX or a PDF.

Texts are compared without white space, which the two formats break differently.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

import pdfplumber
from docx.oxml.ns import qn
from lxml import etree
from pdfplumber.page import Page
from pdfplumber.pdf import PDF

from reportgen.build import Format, build
from reportgen.compose.table import Table, TableRow, placed

ROOT = Path(__file__).parent.parent

Rows = tuple[tuple[str, ...], ...]
"""Rows of cells; a cell that spans others is followed (or has below it) empty ones."""

_PAGE_NUMBER = re.compile(r"— (\d+) —")


def squeezed(text: str | None) -> str:
    return re.sub(r"\s+", "", text or "")


def figure(text: str) -> Decimal:
    """A printed amount; a blank cell stands for 0."""
    return Decimal(text.replace(",", "") or 0)


@dataclass(frozen=True)
class PrintedTable:
    title: str
    rows: Rows


@dataclass(frozen=True)
class Printed:
    """What a reader of either file finds."""

    narrative: str
    tables: tuple[PrintedTable, ...]


# --- built ---


@dataclass(frozen=True)
class Report:
    """The finished files of one input."""

    pdf: Path
    docx: Path


def build_into(folder: Path, source: Path, profile: Path | None = None) -> Report:
    """Both files of `source`, written to `folder`."""
    paths = {}
    for name, content in build(source, [Format.PDF, Format.DOCX], profile=profile).files.items():
        path = folder / name
        path.write_bytes(content)
        paths[path.suffix] = path
    return Report(paths[".pdf"], paths[".docx"])


# --- composed ---


def expanded(rows: Sequence[TableRow]) -> Rows:
    """Rows of a composed table with one text for each column."""
    cells = placed(rows)
    width = max(column + cell.colspan for _, column, cell in cells)
    grid = [[""] * width for _ in rows]
    for row, column, cell in cells:
        grid[row][column] = squeezed(cell.text)
    return tuple(map(tuple, grid))


def whole(table: Table) -> Rows:
    return expanded(table.header) + expanded(table.rows)


# --- DOCX ---


@cache
def part(path: Path, name: str) -> etree._Element:
    with zipfile.ZipFile(path) as package:
        return etree.fromstring(package.read(name))


def text_of(element: etree._Element) -> str:
    """The visible text: field codes are left out, tabs and breaks kept."""
    pieces = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:noBreakHyphen"): "-"}
    in_run = (e for e in element.iter() if e.getparent() is not None and e.getparent().tag == qn("w:r"))
    return "".join((e.text or "") if e.tag == qn("w:t") else pieces.get(e.tag, "") for e in in_run)


def style_of(paragraph: etree._Element) -> str:
    found = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return "" if found is None else str(found.get(qn("w:val")))


def sections(path: Path) -> list[tuple[list[etree._Element], etree._Element]]:
    """The blocks of each section with the section's properties."""
    found: list[tuple[list[etree._Element], etree._Element]] = []
    blocks: list[etree._Element] = []
    body = part(path, "word/document.xml")[0]
    for block in body:
        if block.tag == qn("w:sectPr"):
            found.append((blocks, block))
            continue
        blocks.append(block)
        ends = block.find(f"{qn('w:pPr')}/{qn('w:sectPr')}")
        if ends is not None:
            found.append((blocks, ends))
            blocks = []
    return found


def cells(row: etree._Element) -> Iterator[tuple[etree._Element, int]]:
    """The cells of a row with the number of grid columns each spans."""
    for cell in row.iterfind(qn("w:tc")):
        span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        yield cell, 1 if span is None else int(span.get(qn("w:val")))


def _word_rows(table: etree._Element) -> Rows:
    return tuple(
        tuple(text for cell, span in cells(row) for text in (squeezed(text_of(cell)), *[""] * (span - 1)))
        for row in table.iterfind(qn("w:tr"))
    )


@cache
def read_docx(path: Path) -> Printed:
    narrative, tables = "", []
    title = ""
    numbered = False
    for blocks, properties in sections(path):
        starts = properties.find(qn("w:pgNumType")) is not None
        for block in blocks:
            if block.tag == qn("w:tbl"):
                tables.append(PrintedTable(title, _word_rows(block)))
            elif style_of(block).startswith("TableTitle"):
                title = squeezed(text_of(block))
            elif starts and not numbered:
                narrative += squeezed(text_of(block))
        numbered = numbered or starts
    return Printed(narrative, tuple(tables))


# --- PDF ---


def page_number(page: Page) -> int | None:
    """The number printed below the text, if any."""
    found = _PAGE_NUMBER.search(page.crop((0, page.height * 0.8, page.width, page.height)).extract_text())
    return int(found[1]) if found else None


def body_pages(opened: PDF) -> list[Page]:
    """The pages that are counted: all but cover and contents."""
    return [page for page in opened.pages if page_number(page)]


def body_text(page: Page) -> str:
    """The text of a page without its number."""
    return _PAGE_NUMBER.sub("", page.extract_text())


@cache
def read_pdf(path: Path) -> Printed:
    with pdfplumber.open(path) as opened:
        return read_open_pdf(opened)


def read_contents(opened: PDF) -> list[tuple[str, int]]:
    """The entries of the contents with their page numbers."""
    (first, *_), body = body_pages(opened), opened.pages
    front = body[1 : body.index(first)]
    lines = [squeezed(line) for page in front for line in page.extract_text().splitlines()]
    title, *entries = lines
    assert title == "目录"
    found, text = [], ""
    for line in entries:
        text += line
        ends = re.fullmatch(r"(.+?)\.{3,}(\d+)", text)
        if ends:
            found.append((ends[1], int(ends[2])))
            text = ""
    assert not text
    return found


def read_open_pdf(opened: PDF) -> Printed:
    narrative = ""
    tables: list[PrintedTable] = []
    for page in body_pages(opened):
        end = 0.0
        for table in page.find_tables():
            rows = tuple(tuple(map(squeezed, row)) for row in table.extract())
            above = squeezed(page.crop((0, end, page.width, table.bbox[1])).extract_text())
            end = table.bbox[3]
            if above and not above.startswith("续表："):
                tables.append(PrintedTable(_title(above), rows))
            else:
                before = tables.pop()
                tables.append(PrintedTable(before.title, before.rows + _without_header(before.rows, rows)))
        if not tables:
            narrative += squeezed(body_text(page))
    return Printed(narrative, tuple(tables))


def _title(above: str) -> str:
    """The title among the text above a table: between the part's heading and the line with the unit."""
    return re.findall(r"20\d\d年(?:(?!20\d\d年).)*", re.split("部门全称：|编制单位：", above)[0])[-1]


def _without_header(before: Rows, rows: Rows) -> Rows:
    """The rows on a table's next page without the header that is repeated there."""
    repeated = 0
    while repeated < min(len(rows), len(before)) and rows[repeated] == before[repeated]:
        repeated += 1
    return rows[repeated:]
