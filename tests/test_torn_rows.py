"""Tables that go on over pages: labels are said again, figures are not, and nothing is lost."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pdfplumber
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from lxml.html import HtmlElement
from reading import body_pages, squeezed

from reportgen.compose import Document
from reportgen.render.pdf import lay_out
from reportgen.render.press import Press, Sheets
from reportgen.render.torn_rows import LOOSE, Tear, mend, name_rows, tears
from reportgen.verify import verify

PART = "第{}部分的说明文字，"


def _form(rows: str) -> str:
    return (
        '<section class="tables"><div class="table"><div class="form long">'
        '<h2 class="table-title">项目绩效目标表</h2><table class="grid"><colgroup>'
        '<col style="width:20%"/><col style="width:20%"/><col style="width:60%"/></colgroup>'
        f"<tbody>{rows}</tbody></table></div></div></section>"
    )


def _document(document: Document, rows: str) -> Document:
    html = f'<html lang="zh-CN"><head><title>表</title></head><body>{_form(rows)}</body></html>'
    return replace(document, html=html, own_css="", charts={})


def _pages(document: Document, content: bytes) -> list[str]:
    with pdfplumber.open(io.BytesIO(content)) as opened:
        return [squeezed(page.extract_text()) for page in body_pages(opened)]


def _row_of_indicators(count: int) -> str:
    rows = [
        f'<tr><td class="m" rowspan="{count}">2025年度绩效指标</td>'
        f'<td class="a" rowspan="{count}" data-value="7000">7,000.00</td><td class="l">指标其一</td></tr>'
    ]
    rows += [f'<tr><td class="l">指标其{number}</td></tr>' for number in range(2, count + 1)]
    return "".join(rows)


def test_a_label_beside_rows_that_go_on_is_said_on_every_page_and_its_figure_once(
    document: Document,
) -> None:
    made = _document(document, _row_of_indicators(130))
    content = lay_out(made).pdf(made, {})
    pages = _pages(made, content)
    assert len(pages) >= 3
    # the label breaks into lines that stand between those of the rows
    assert all("效指标" in page and "2025年度绩" in page for page in pages)
    assert sum(page.count("7,000.00") for page in pages) == 1
    said = Counter(found for page in pages for found in page.split("指标其")[1:])
    assert sum(said.values()) == 130
    assert verify(made, content, ".pdf") == []


def test_a_row_longer_than_a_page_has_its_label_on_each_and_its_text_once(document: Document) -> None:
    sentences = [PART.format(number) for number in range(300)]
    rows = (
        '<tr><td class="m">其他说明</td><td class="m">12项</td>'
        f'<td class="l"><p>{"".join(sentences[:150])}</p>{"".join(sentences[150:])}</td></tr>'
        '<tr><td class="m">末行</td><td class="m"></td><td class="l">完</td></tr>'
    )
    made = _document(document, rows)
    content = lay_out(made).pdf(made, {})
    pages = _pages(made, content)
    assert len(pages) >= 3
    assert all("其他说明" in page for page in pages)
    # page numbers, titles and labels stand between the lines of the text
    told = re.sub("—[0-9]+—|续表：项目绩效目标表|其他说明(?:12项)?", "", "".join(pages))
    positions = [told.find(f"第{number}部分") for number in range(300)]
    assert -1 not in positions
    assert positions == sorted(positions)
    assert all(told.count(f"第{number}部分") == 1 for number in range(300))
    assert verify(made, content, ".pdf") == []


def _laid_out(
    document: Document,
    rows: str,
    monkeypatch: pytest.MonkeyPatch,
    told: Callable[[Tear], Tear | None] = lambda tear: tear,
) -> tuple[int, bytes]:
    """How often it is laid out, and what it becomes; `told` is what is made of each guess."""
    made, count = _document(document, rows), 0

    def counted(press: Press, tree: HtmlElement, sheets: Sheets) -> Any:
        nonlocal count
        count += 1
        return lay_out_once(press, tree, sheets)

    def changed(tree: HtmlElement, pages: Sequence[Any]) -> list[Tear]:
        found = tears(tree, pages)
        return [*found[:1], *(tear for tear in map(told, found[1:]) if tear)]

    lay_out_once = Press.lay_out
    with monkeypatch.context() as patched:
        patched.setattr(Press, "lay_out", counted)
        patched.setattr("reportgen.render.press.tears", changed)
        content = lay_out(made).pdf(made, {})
    return count, content


def test_a_table_over_many_pages_is_not_laid_out_for_each_of_them(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = _row_of_indicators(200)
    often, one_by_one = _laid_out(document, rows, monkeypatch, lambda _: None)
    count, guessed = _laid_out(document, rows, monkeypatch)
    assert guessed == one_by_one
    assert count <= 4 < often, "the table twice, the page numbers and what a guess may cost"


def test_a_wrong_guess_of_where_a_page_breaks_is_taken_back(
    document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = _row_of_indicators(200)
    _, right = _laid_out(document, rows, monkeypatch)
    count, wrong = _laid_out(document, rows, monkeypatch, lambda tear: replace(tear, row=tear.row - 1))
    assert wrong == right
    assert count > 4


def _numbered_form(number: int, rows: int) -> str:
    head = f'<tr class="head"><td class="m">甲{number}</td><td class="m">指标名称</td><td>指标值</td></tr>'
    first = f'<tr><td class="m" rowspan="{rows}">产出</td><td class="l">其一</td><td class="m">85</td></tr>'
    others = '<tr><td class="l">其他</td><td class="m">90</td></tr>' * (rows - 1)
    return (
        '<div class="form long"><p class="table-title">项目绩效目标表</p><table class="grid"><colgroup>'
        '<col style="width:20%"/><col style="width:60%"/><col style="width:20%"/></colgroup>'
        f"<tbody>{head}{first}{others}</tbody></table></div>"
    )


def test_in_forms_that_follow_one_another_a_head_stands_where_a_form_or_a_page_begins_and_nowhere_else(
    document: Document,
) -> None:
    """What is said again above moves all that follows."""
    counts = (61, 47, 53, 66, 39)
    forms = "".join(_numbered_form(number, count) for number, count in enumerate(counts))
    section = f'<section class="tables"><div class="table">{forms}</div></section>'
    html = f'<html lang="zh-CN"><head><title>表</title></head><body>{section}</body></html>'
    made = replace(document, html=html, own_css="", charts={})
    pages = _pages(made, lay_out(made).pdf(made, {}))
    assert len(pages) >= 5
    for number in range(len(counts)):
        holding = [page for page in pages if f"甲{number}" in page]
        assert all(page.count(f"甲{number}") == 1 for page in holding)
    again = [page for page in pages if page.startswith("续表")]
    assert len(again) >= 3
    assert all(page.split("项目绩效目标表", 1)[1].startswith("甲") for page in again)


def test_another_number_on_the_next_page_is_still_a_difference(document: Document) -> None:
    rows = _row_of_indicators(130)
    made, changed = _document(document, rows), _document(document, rows.replace("指标其90", "指标其90加31"))
    content = lay_out(changed).pdf(changed, {})
    assert [str(found) for found in verify(made, content, ".pdf")]


def test_a_number_said_after_a_table_that_has_it_in_a_label_is_still_a_difference(document: Document) -> None:
    form = _form(
        '<tr><td class="m" rowspan="2">2024年追加</td><td class="a">7.00</td></tr><tr><td>甲</td></tr>'
    )
    said = "<section class='text'><h1>说明</h1><p>本年收入{}增加。</p></section>"
    made = replace(_document(document, ""), html=f"<html><body>{form}{said.format('')}</body></html>")
    wrong = replace(made, html=f"<html><body>{form}{said.format('2024年1月')}</body></html>")
    content = lay_out(wrong).pdf(wrong, {})
    assert [str(found) for found in verify(made, content, ".pdf")]


def test_text_longer_than_a_label_that_reaches_over_rows_is_left_as_it_breaks(document: Document) -> None:
    """Nobody knows how much of it the first page has, so nothing is cut."""
    text = "".join(PART.format(number) for number in range(25))
    rows = f'<tr><td class="l" rowspan="60">{text}</td><td class="m">指标1一</td><td>0</td></tr>'
    rows += "".join(f'<tr><td class="m">指标{n}一</td><td>{n}</td></tr>' for n in range(2, 61))
    made = _document(document, rows)
    content = lay_out(made).pdf(made, {})
    assert verify(made, content, ".pdf") == []
    said = "".join(_pages(made, content))
    assert all(said.count(f"指标{n}一") == 1 for n in range(1, 61))


@pytest.mark.parametrize(
    ("attribute", "css", "count"),
    # WeasyPrint takes long for rows that are none
    [('rowspan="0"', "", 200), ("", "tr { display: block }", 70), ("", "td.l { display: block }", 200)],
    ids=["down to the end", "rows that are none", "cells that are none"],
)
def test_a_table_that_is_not_plain_is_left_as_it_breaks(
    document: Document, attribute: str, css: str, count: int
) -> None:
    sentences = "".join(PART.format(number) for number in range(count))
    rows = f'<tr><td class="m" {attribute}>标签</td><td class="m">乙</td><td class="l">{sentences}</td></tr>'
    made = replace(_document(document, rows), own_css=css)
    pages = _pages(made, lay_out(made).pdf(made, {}))
    told = [page for page in pages if "部分的说明" in page]
    assert len(told) > 1
    assert "第0部分" in told[0]
    assert f"第{count - 1}部分" in told[-1]


@pytest.mark.parametrize("attribute", ["", ' rowspan="2"'])
def test_a_row_longer_than_a_page_below_a_head_ends_and_its_head_is_said_again_where_it_goes_on(
    document: Document, attribute: str
) -> None:
    sentences = "".join(PART.format(number) for number in range(200))
    heads = f'<td class="m"{attribute}>一级指标</td><td class="m">二级指标</td><td>说明栏</td>'
    rows = f'<tr class="head">{heads}</tr>'
    rows += (
        f'<tr>{"" if attribute else "<td>甲</td>"}<td class="m">乙</td><td class="l">{sentences}</td></tr>'
    )
    made = _document(document, rows)
    pages = _pages(made, lay_out(made).pdf(made, {}))
    said = "".join(pages)
    assert all(said.count(f"第{number}部分") == 1 for number in range(200))
    assert 2 <= said.count("二级指标") <= len(pages)


def test_a_head_of_many_words_is_said_once(document: Document) -> None:
    long = "".join(PART.format(number) for number in range(60))
    rows = f'<tr class="head"><td class="m">标签</td><td class="m">乙</td><td class="l">{long}</td></tr>'
    rows += "".join(
        f'<tr><td>{n}</td><td class="m">乙</td><td class="l">{"述" * 200}</td></tr>' for n in range(4)
    )
    made = _document(document, rows)
    assert "".join(_pages(made, lay_out(made).pdf(made, {}))).count("第59部分") == 1


# --- any table, torn anywhere ---


@st.composite
def tables(draw: st.DrawFn) -> HtmlElement:
    """A whole grid of cells that reach over rows and columns."""
    width, height = draw(st.integers(1, 4)), draw(st.integers(2, 8))
    taken: set[tuple[int, int]] = set()
    rows = []
    for at in range(height):
        cells = []
        for column in range(width):
            if (at, column) in taken:
                continue
            down = draw(st.integers(1, height - at))
            free = next((c for c in range(column, width) if (at, c) in taken), width)
            across = draw(st.integers(1, free - column))
            taken |= {(at + d, column + a) for d in range(down) for a in range(across)}
            text = draw(
                st.sampled_from(["标签", "12.50", "很长的一段话<br/>还有 一段", "<p>甲</p><p>乙丙</p>", ""])
            )
            cells.append(f'<td rowspan="{down}" colspan="{across}">{text}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return lxml_html.fromstring(f"<div><table><tbody>{''.join(rows)}</tbody></table></div>")


def _grid(tree: HtmlElement) -> dict[tuple[int, int], HtmlElement]:
    grid: dict[tuple[int, int], HtmlElement] = {}
    for at, row in enumerate(tree.iter("tr")):
        column = 0
        for cell in row:
            while (at, column) in grid:
                column += 1
            for down in range(int(cell.get("rowspan", 1))):
                for across in range(int(cell.get("colspan", 1))):
                    assert (at + down, column + across) not in grid
                    grid[at + down, column + across] = cell
    return grid


@given(tree=tables(), data=st.data())
def test_a_table_torn_anywhere_stays_a_whole_grid_and_no_cell_reaches_over_the_tear(
    tree: HtmlElement, data: st.DataObject
) -> None:
    name_rows(tree)
    before = _grid(tree)
    height, width = (max(one) + 1 for one in zip(*before, strict=True))
    row = data.draw(st.integers(0, height - 1))
    within = data.draw(st.booleans()) or row == 0
    said = "".join(squeezed(cell.text_content()) for cell in dict.fromkeys(before.values()))
    starting = list(tree.iter("tr"))[row]
    printed = tuple(
        (place, squeezed(cell.text_content())[: data.draw(st.integers(0, 6))])
        for place, cell in enumerate(starting)
    )
    starting.set("style", LOOSE)
    mend(tree, [Tear(0, row, printed if within else ())])
    within = within and bool(printed)
    after = _grid(tree)
    assert set(after) == {(at, column) for at in range(height + within) for column in range(width)}
    tear = row + within
    assert not {id(after[tear - 1, column]) for column in range(width)} & {
        id(after[tear, column]) for column in range(width)
    }
    told = Counter("".join(squeezed(cell.text_content()) for cell in dict.fromkeys(after.values())))
    again = told - Counter(said)
    assert Counter(said) - told == Counter(), "nothing is lost"
    assert set(again) <= set("标签很长的一段话还有甲乙丙"), "no figure is said again"
