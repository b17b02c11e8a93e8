"""The PDF as pages: numbers, contents, bookmarks, directions, margins, headers, and room in the cells."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pdfplumber
import pytest
from pdfminer.pdftypes import resolve1
from pdfplumber.page import Page
from pdfplumber.pdf import PDF
from reading import Report, body_pages, body_text, page_number, read_contents, read_pdf, squeezed, whole
from strategies import PROFILE, YEAR, composed

from reportgen.compose import Document
from reportgen.compose.table import Form, Table
from reportgen.model.lines import Fund
from reportgen.render.pdf import lay_out

MM = 72 / 25.4
HAIR = 0.5
"""Points by which boxes may touch."""


@pytest.fixture(scope="module")
def contents(pdf: PDF) -> list[tuple[str, int]]:
    """The entries of the contents with their page numbers."""
    return read_contents(pdf)


@pytest.fixture(scope="module")
def bookmarks(pdf: PDF) -> list[tuple[int, str, int]]:
    """Level, title and printed page number of every bookmark."""
    numbers = {page.page_obj.pageid: page_number(page) for page in pdf.pages}
    found = []
    for level, title, target, *_ in pdf.doc.get_outlines():
        page = resolve1(target)[0]
        found.append((level, squeezed(title), numbers[page.objid]))
    return found


# --- numbers, contents, bookmarks ---


def test_counted_pages_are_numbered_from_one_without_a_gap(pdf: PDF) -> None:
    numbers = [page_number(page) for page in pdf.pages]
    front = numbers.index(1)
    assert numbers[:front] == [None] * front
    assert numbers[front:] == list(range(1, len(numbers) - front + 1))


def test_page_numbers_stand_outside_below_the_text_and_one_character_from_its_edge(
    pdf: PDF, document: Document
) -> None:
    """GB/T 9704-2012, 7.5: the dashes 7 mm below the text, on upright and on turned pages."""
    turned = set()
    for page in body_pages(pdf):
        words = page.crop((0, page.height - 80, page.width, page.height)).extract_words(keep_blank_chars=True)
        (number,) = (word for word in words if re.fullmatch(r"— \d+ —", word["text"].strip()))
        left, _, right, bottom = _margins(page, document)
        if page_number(page) % 2:
            assert number["x1"] == pytest.approx(page.width - right - 14, abs=2)
        else:
            assert number["x0"] == pytest.approx(left + 14, abs=2)
        dash = _ink(page, number["x0"] + 3, page.height - bottom + HAIR) - (page.height - bottom)
        assert dash == pytest.approx(7 * MM, abs=2)
        turned.add((page.width > page.height, page_number(page) % 2))
    assert len(turned) == 4, "the example should have odd and even pages of both directions"


def _ink(page: Page, across: float, down: float) -> float:
    """Where the first ink stands below a place, in points from the page's head."""
    picture = page.to_image(resolution=144).original.convert("L")
    column = (picture.getpixel((int(across * 2), at)) for at in range(int(down * 2), picture.height))
    return down + next(at for at, light in enumerate(column) if light < 128) / 2


def test_the_contents_list_every_chapter_and_table_with_its_page(
    contents: list[tuple[str, int]], pdf: PDF, document: Document
) -> None:
    pages = {page_number(page): squeezed(body_text(page)) for page in body_pages(pdf)}
    for title, number in contents:
        assert title in pages[number], title
    listed = [title for title, _ in contents]
    assert [squeezed(table.full_title) for table in document.tables] == listed[-18:]
    assert [number for _, number in contents] == sorted(number for _, number in contents)


def test_the_contents_are_the_upper_bookmarks(
    contents: list[tuple[str, int]], bookmarks: list[tuple[int, str, int]]
) -> None:
    assert contents == [(title, number) for level, title, number in bookmarks if level <= 2]


def test_every_heading_has_a_bookmark_on_the_page_where_it_stands(
    bookmarks: list[tuple[int, str, int]], pdf: PDF, document: Document
) -> None:
    headings = re.findall(r"<h([1-4])[^>]*>(.*?)</h\1>", document.html, re.S)
    titles = [(int(level), squeezed(re.sub(r"<[^>]+>", "", text))) for level, text in headings]
    assert [(level, title) for level, title, _ in bookmarks] == titles
    pages = {page_number(page): squeezed(body_text(page)) for page in body_pages(pdf)}
    for _, title, number in bookmarks:
        assert title in pages[number], title


def test_the_text_of_every_part_can_be_extracted(pdf: PDF, document: Document) -> None:
    said = "".join(squeezed(body_text(page)) for page in pdf.pages)
    assert "(cid:" not in said
    assert "\ufffd" not in said
    assert not re.search("[\ue000-\uf8ff]", said)
    for word in ("雪亮工程", "（本级）", "≥", "933,049,357.01", "重庆市公安局渝北区分局交通巡逻警察支队"):
        assert word in said
    assert pdf.metadata["Title"] == document.title


# --- directions and headers ---


def test_wide_tables_lie_on_turned_pages_and_narrow_ones_stand_upright(pdf: PDF, document: Document) -> None:
    pages = {page_number(page): page for page in body_pages(pdf)}
    starts = dict(read_contents(pdf))
    directions = {}
    for table in document.tables:
        page = pages[starts[squeezed(table.full_title)]]
        directions[table.code] = page.width > page.height
        columns = 0 if isinstance(table, Form) else len(whole(table)[0])
        if columns >= 8:
            assert directions[table.code], f"{table.code} has {columns} columns"
        if columns <= 5:
            assert not directions[table.code], f"{table.code} has {columns} columns"
    assert [code for code, turned in directions.items() if turned] == ["表二", "表十", "表十三", "表十四"]


def test_all_pages_are_a4(pdf: PDF) -> None:
    for page in pdf.pages:
        sides = sorted((page.width, page.height))
        assert sides == pytest.approx([210 * MM, 297 * MM], abs=0.1)


def test_a_table_repeats_its_title_its_unit_and_its_header_on_each_further_page(
    pdf: PDF, document: Document
) -> None:
    titles = {squeezed(t.full_title): t for t in document.tables if isinstance(t, Table)}
    heads = {title: _header_rows(table) for title, table in titles.items()}
    current, further = "", 0
    for page in body_pages(pdf):
        for table in page.find_tables():
            above = squeezed(page.crop((0, 0, page.width, table.bbox[1])).extract_text())
            if above.startswith("续表："):
                unit = squeezed(titles[current].above_right)
                assert unit.startswith("单位：")
                assert above == f"续表：{current}{unit}"
                rows = [tuple(map(squeezed, row)) for row in table.extract()]
                assert rows[: len(heads[current])] == heads[current]
                assert len(rows) > len(heads[current])
                further += 1
            else:
                current = next((title for title in titles if title in above), current)
    assert further >= 1, "项目支出明细表 is longer than a page"


def _header_rows(table: Table) -> list[tuple[str, ...]]:
    return list(whole(table)[: len(table.header)])


def test_the_tables_read_back_from_the_pages_are_the_composed_ones(
    report: Report, document: Document
) -> None:
    """No row is torn, lost or doubled where a table goes on over pages."""
    composed_rows = [whole(table) for table in document.tables if isinstance(table, Table)]
    printed = {table.title: table.rows for table in read_pdf(report.pdf).tables}
    titles = [squeezed(t.full_title) for t in document.tables if isinstance(t, Table)]
    assert [printed[title] for title in titles] == composed_rows


# --- room ---


def _margins(page: Page, document: Document) -> tuple[float, float, float, float]:
    """Left, top, right and bottom in points; table pages by their tables, turned ones turned."""
    style = document.style
    if page.width > page.height:
        own = style.table_page
        edges = (own.bottom, own.left, own.top, own.right)
    else:
        own = style.table_page if page.find_tables() else style.text_page
        edges = (own.left, own.top, own.right, own.bottom)
    left, top, right, bottom = (float(edge) * MM for edge in edges)
    return left, top, right, bottom


def _visible(page: Page) -> list[dict[str, Any]]:
    return [char for char in page.chars if char["text"].strip()]


def test_no_text_stands_outside_the_margins(pdf: PDF, document: Document) -> None:
    for page in body_pages(pdf):
        left, top, right, bottom = _margins(page, document)
        footer, number = page.height - bottom + HAIR, page_number(page)
        head = [char for char in _visible(page) if char["bottom"] < top]
        assert not head or "".join(char["text"] for char in head).startswith("续表：")
        for char in _visible(page):
            where = (number, char["text"], round(char["x0"]), round(char["top"]))
            assert left - HAIR <= char["x0"], where
            assert char["x1"] <= page.width - right + HAIR, where
            assert char in head or top - HAIR <= char["top"], where
            if char["top"] > footer:
                assert char["text"] in "—0123456789", where


def test_rules_of_tables_stay_within_the_margins(pdf: PDF, document: Document) -> None:
    for page in body_pages(pdf):
        left, top, right, bottom = _margins(page, document)
        for table in page.find_tables():
            x0, y0, x1, y1 = table.bbox
            assert left - 1 <= x0
            assert x1 <= page.width - right + 1
            assert top - 1 <= y0
            assert y1 <= page.height - bottom + 1


def crowded(page: Page) -> Iterator[str]:
    """Texts that leave their cell, or lie on one another, in the tables of a page."""
    chars = _visible(page)
    for table in page.find_tables():
        for x0, top, x1, bottom in table.cells:
            inside = [
                char
                for char in chars
                if x0 < (char["x0"] + char["x1"]) / 2 < x1
                and top < (char["top"] + char["bottom"]) / 2 < bottom
            ]
            for char in inside:
                if char["x0"] < x0 - HAIR or char["x1"] > x1 + HAIR:
                    yield f"“{char['text']}” leaves its cell at {x0:.0f},{top:.0f}"
            lines: dict[int, list[dict[str, Any]]] = {}
            for char in inside:
                lines.setdefault(round(char["top"]), []).append(char)
            for line in lines.values():
                line.sort(key=lambda char: char["x0"])
                for one, next_ in pairwise(line):
                    if next_["x0"] < one["x1"] - 1:
                        yield f"“{one['text']}” lies on “{next_['text']}” at {x0:.0f},{top:.0f}"


def test_no_text_leaves_its_cell_or_covers_another(pdf: PDF) -> None:
    assert [problem for page in body_pages(pdf) for problem in crowded(page)] == []


def test_no_line_of_the_narrative_covers_another(pdf: PDF) -> None:
    for page in body_pages(pdf):
        tops = sorted({round(char["top"], 1) for char in _visible(page)})
        if page.find_tables():
            break
        for one, below in pairwise(tops):
            assert below - one < HAIR or below - one > 10


# --- a department that fills every column ---


def _full(amount: str) -> dict[str, Any]:
    """Long names, and every fund with the same amount in every kind of line."""
    units = [
        {"code": f"10{n}001", "name": f"某某市某某区某某局第{n}综合行政执法支队", "kind": "行政单位"}
        for n in (1, 2)
    ]
    name = "城乡一体化公共安全视频监控联网应用及网络通信传输运行维护项目（二期）"
    projects = [{"code": f"P{n}", "name": f"{name}{n}", "unit": f"10{n}001"} for n in (1, 2)]
    kinds = (
        {"function": "2080505", "economic": "30108", "nature": "basic"},
        {"function": "2040202", "economic": "30231", "nature": "project"},
    )
    lines = [
        {
            "unit": f"10{n}001",
            "fund": fund.value,
            "carryover": carried,
            "amount": amount,
            "prior": amount,
            **kind,
            **({"project": f"P{n}"} if kind["nature"] == "project" else {}),
        }
        for n in (1, 2)
        for fund in Fund
        for carried in ("否", "是")
        for kind in kinds
        if not (fund is Fund.RESERVES and carried == "是")
    ]
    return {
        "profile": PROFILE,
        "year": str(YEAR),
        "department": {"code": "101", "name": "某某市某某区某某局", "kind": "行政单位"},
        "units": units,
        "expenditure": {"支出": lines},
        "projects": projects,
        "procurement": [
            {"name": name, "unit": "101001", "kind": kind, "fund": "一般公共预算", "amount": amount}
            for kind in ("货物", "工程", "服务")
        ],
    }


def _pages_of(typed: dict[str, Any]) -> Iterator[Page]:
    document = composed(typed)
    with pdfplumber.open(io.BytesIO(lay_out(document).pdf(document, {}))) as opened:
        yield from body_pages(opened)


@pytest.mark.parametrize("amount", ["9999999.99", "99999999.99"])
def test_figures_of_millions_and_of_hundred_millions_have_room_in_every_column(amount: str) -> None:
    assert [problem for page in _pages_of(_full(amount)) for problem in crowded(page)] == []


SENTENCES = [f"第{number}项工作按期完成。" for number in range(400)]
INDICATORS = [f"第{number}号指标" for number in range(60)]


@pytest.fixture(scope="module")
def long_form() -> Iterator[list[Page]]:
    """Pages with a form of one row that is longer than a page, and of rows that go on over pages."""
    typed = _full("10000.00")
    typed["projects"][0]["summary"] = "".join(SENTENCES)
    typed["indicators"] = [{"project": "P1", "name": name, "target": "优"} for name in INDICATORS]
    document = composed(typed)
    with pdfplumber.open(io.BytesIO(lay_out(document).pdf(document, {}))) as opened:
        yield body_pages(opened)


def test_a_form_longer_than_a_page_loses_nothing_and_keeps_the_margins(
    long_form: list[Page], document: Document
) -> None:
    own = document.style.table_page
    said = ""
    for page in long_form:
        top, bottom = float(own.top) * MM - HAIR, page.height - float(own.bottom) * MM + HAIR
        said += squeezed(page.crop((0, top, page.width, bottom)).extract_text())
    assert [page_number(page) for page in long_form] == list(range(1, len(long_form) + 1))
    assert [name for name in INDICATORS if name not in said] == []
    told = said.replace("项目概况", "")  # the label beside the text stands on one of its lines
    assert [sentence for sentence in SENTENCES if sentence not in told] == []


def _ruled_off(page: Page) -> bool:
    """Whether rules run along the whole head and foot of what is ruled on a page."""
    upright = page.vertical_edges
    left, right = min(edge["x0"] for edge in upright), max(edge["x1"] for edge in upright)

    def covered(height: float) -> bool:
        reached = left
        for edge in sorted(page.horizontal_edges, key=lambda edge: edge["x0"]):
            if abs(edge["top"] - height) < MM and edge["x0"] <= reached + MM:
                reached = max(reached, edge["x1"])
        return bool(reached >= right - MM)

    return covered(min(edge["top"] for edge in upright)) and covered(max(e["bottom"] for e in upright))


def test_tables_are_ruled_off_at_the_head_and_foot_of_each_page(pdf: PDF) -> None:
    pages = [page for page in body_pages(pdf) if page.vertical_edges]
    assert len(pages) > 20
    assert [page_number(page) for page in pages if not _ruled_off(page)] == []


def test_forms_longer_than_a_page_are_ruled_off_at_the_head_and_foot_of_each(long_form: list[Page]) -> None:
    assert [page_number(page) for page in long_form if page.vertical_edges and not _ruled_off(page)] == []
