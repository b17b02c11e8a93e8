"""Lines that end between words, columns that leave no character alone, heads said again, text upright."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import docx
import pdfplumber
import pikepdf
import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from reading import body_pages, squeezed

from reportgen.compose import Document
from reportgen.compose.heights import MM, Surroundings, pages
from reportgen.compose.html import table_block
from reportgen.compose.phrases import accompanied, balanced, ems, filled, is_lonely
from reportgen.compose.spec import Orientation
from reportgen.compose.style import Page, Style
from reportgen.compose.table import Cell, CellKind, Table, TableRow
from reportgen.compose.widths import PADDING, lay_out
from reportgen.render.balanced import WHOLE, balance
from reportgen.render.docx import to_docx
from reportgen.render.pdf import lay_out as print_out
from reportgen.verify import verify
from reportgen.verify.numbers import numbers_in

LETTERS = st.text(alphabet="预算公开情况说明一般公共“三公”经费（境）、2025年某市区", min_size=1, max_size=40)
FIGURES = st.text(alphabet="预算完成率约１９0257.,%％≥±−—～-年月万元人次公里Ab第", min_size=1, max_size=40)
"""Texts in which figures stand with signs and units, wide and narrow."""


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        (
            "第三部分　一般公共预算“三公”经费预算情况说明", 20,
            ["第三部分　一般公共预算", "“三公”经费预算情况说明"],
        ),
        ("年度总体目标", 5, ["年度", "总体目标"]),
        ("服务对象满意度指标", 8, ["服务对象", "满意度指标"]),
        ("国有资本经营预算财政拨款", 7, ["国有资本经营", "预算财政拨款"]),
        ("2024年执行数", 4, ["2024年", "执行数"]),
        ("合计", 2, ["合计"]),
    ],
)  # fmt: skip
def test_lines_are_near_equal_and_end_between_words(text: str, room: float, lines: list[str]) -> None:
    assert balanced(text, room) == lines


def test_a_name_that_is_handed_in_stays_on_one_line() -> None:
    title = "某某市渝江区公安分局二〇二五年预算公开"
    assert balanced(title, 12, ["某某市渝江区公安分局"])[0] == "某某市渝江区公安分局"
    assert balanced(title, 12)[0] != "某某市渝江区公安分局"


@given(text=LETTERS, room=st.integers(3, 30))
def test_however_a_text_breaks_it_is_whole_and_its_lines_fit(text: str, room: int) -> None:
    for lines in (balanced(text, room), filled(text, room)):
        assert "".join(lines) == text
        assert not any(line[0] in "、）”" for line in lines[1:])
        assert not any(line[-1] in "（“" for line in lines[:-1])
        assert len(lines) == 1 or all(ems(line) <= room or len(filled(line, room)) == 1 for line in lines)


def _numbers(text: str) -> list[str]:
    return [number for number, _ in numbers_in(text)]


@given(text=FIGURES, room=st.integers(3, 20))
def test_no_line_ends_within_a_figure_or_between_it_and_its_sign(text: str, room: int) -> None:
    usual = filled(text, room)
    for lines in (balanced(text, room), accompanied(usual, room) if is_lonely(usual) else usual):
        assert "".join(lines) == text
        assert [number for line in lines for number in _numbers(line)] == _numbers(text)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("本年比上年下降−5.25%以上", "−5.25%"), ("指标值不低于１２３４５６７８人次", "１２３４５６７８人次"),
        ("群众综合满意度要≥95.5%以上", "≥95.5%"), ("全部工作于1～7月完成交付使用", "1～7月"),
        ("完成道路整治12345公里的工程", "12345公里"), ("全部任务在第3季度之前完成了", "第3季"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("room", [5, 6, 7, 8])
def test_a_figure_stands_on_one_line_with_its_sign_and_unit(text: str, whole: str, room: int) -> None:
    if ems(whole) <= room:
        assert any(whole in line for line in balanced(text, room))


@given(text=LETTERS, room=st.integers(4, 20))
def test_a_last_character_gets_company_from_the_line_before(text: str, room: int) -> None:
    lines = filled(text, room)
    if is_lonely(lines):
        mended = accompanied(lines, room)
        assert "".join(mended) == text
        assert len(mended) == len(lines)
        assert mended == lines or not is_lonely(mended)


def _widths(labels: Sequence[str], heads: Sequence[str], figures: int = 3) -> list[float]:
    """Ems of each column on an upright page."""
    header = (TableRow(tuple(Cell(head, CellKind.HEAD) for head in heads)),)
    rows = tuple(
        TableRow((Cell(label, CellKind.LABEL), *(Cell("1,234.56", CellKind.AMOUNT) for _ in range(figures))))
        for label in labels
    )
    page = Page(top=Decimal(25), bottom=Decimal(22), left=Decimal(20), right=Decimal(20))
    layout = lay_out(header, rows, Style(), Orientation.PORTRAIT, page)
    return [(share * 170 * MM - PADDING) / float(layout.size) for share in layout.widths]


def test_a_label_takes_what_it_asks_before_figures_share_the_rest() -> None:
    label = "机关事业单位基本养老保险缴费支出"
    room, *figures = _widths([label], ["科目", "合计", "基本支出", "项目支出"])
    assert room >= ems(label)
    assert all(other >= ems("1,234.56") for other in figures)


@pytest.mark.parametrize("length", range(12, 40))
def test_no_column_with_room_beside_it_leaves_a_last_character_alone(length: int) -> None:
    label = "甲" * length
    room = _widths([label], ["科目", "合计", "基本支出", "项目支出"])[0]
    assert not is_lonely(filled(label, room))


# --- in the files ---


def _with(document: Document, body: str) -> Document:
    html = f'<html lang="zh-CN"><head><title>题</title></head><body>{body}</body></html>'
    return replace(document, html=html, own_css="", charts={})


TITLE = "第三部分　一般公共预算“三公”经费预算情况说明"


def test_a_title_over_a_line_is_broken_in_the_pdf_and_whole_in_its_bookmarks_and_in_word(
    document: Document,
) -> None:
    made = _with(document, f'<section class="text"><h1 id="h1">{TITLE}</h1><p>正文。</p></section>')
    content = print_out(made).pdf(made, {})
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        lines = (pdf.pages[0].extract_text() or "").splitlines()
    assert [squeezed(line) for line in lines[:2]] == ["第三部分一般公共预算", "“三公”经费预算情况说明"]
    with pikepdf.open(io.BytesIO(content)) as opened, opened.open_outline() as outline:
        assert [item.title for item in outline.root] == [TITLE]
    heading = docx.Document(io.BytesIO(to_docx(made, {}))).paragraphs[0]
    assert heading.text == TITLE, "what the contents of Word repeat, and what is searched for"


def test_what_a_template_breaks_itself_or_fits_is_left_as_it_is(document: Document) -> None:
    titles = (
        "<h1>某某局<br/>2025年预算</h1><h1>第一部分　概况</h1><h1>总则<b>之一</b>" + "很长" * 20 + "</h1>"
    )
    tree = lxml_html.document_fromstring(_with(document, f'<section class="text">{titles}</section>').html)
    before = [title.text_content() for title in tree.iter("h1")]
    balance(tree, document)
    assert [title.text_content() for title in tree.iter("h1")] == before
    assert [len(title.findall("br")) for title in tree.iter("h1")] == [1, 0, 0]
    assert not tree.xpath(f"//*[@{WHOLE}]")


def _form(rows: str, columns: Sequence[int]) -> str:
    cols = "".join(f'<col style="width:{width}%"/>' for width in columns)
    return (
        '<section class="tables"><div class="table"><div class="form long">'
        f'<h2 class="table-title">绩效目标表</h2><table class="grid"><colgroup>{cols}</colgroup>'
        f"{rows}</table></div></div></section>"
    )


def _indicators(count: int) -> str:
    head = (
        f'<tr class="head"><td class="vertical" rowspan="{count + 1}">绩效指标</td>'
        '<td class="m">一级指标</td><td class="m">2024年值</td><td class="m">权重栏</td></tr>'
    )
    first = (
        f'<tr class="k"><td class="m" rowspan="{count}">产出指标</td><td class="l">指标其1</td><td></td></tr>'
    )
    others = "".join(
        f'<tr class="{"k" if n == 2 else ""}"><td class="l">指标其{n}</td><td></td></tr>'
        for n in range(2, count + 1)
    )
    return f"<tbody>{head}{first}{others}</tbody><tbody><tr><td colspan='4'>备注末行</td></tr></tbody>"


@pytest.mark.parametrize("count", [36, 37, 38, 110])
def test_the_head_within_a_form_opens_every_page_that_its_rows_go_on_to(
    document: Document, count: int
) -> None:
    made = _with(document, _form(_indicators(count), [5, 20, 60, 15]))
    content = print_out(made).pdf(made, {})
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        pages = [page.extract_table() or [] for page in body_pages(pdf)]
        words = [squeezed(page.extract_text()) for page in body_pages(pdf)]
    for rows, text in zip(pages, words, strict=True):
        has_indicators = "指标其" in text
        assert text.count("权重栏") == has_indicators
        assert ("产出指标" in text) == has_indicators
        if has_indicators:
            assert [squeezed(cell or "") for cell in rows[0]] == [
                "绩效指标",
                "一级指标",
                "2024年值",
                "权重栏",
            ]
    said = [n for text in words for n in text.split("指标其")[1:]]
    assert len(said) == count
    assert sum(text.count("备注末行") for text in words) == 1
    assert verify(made, content, ".pdf") == []


def test_a_vertical_label_stands_upright_in_both_files(document: Document) -> None:
    made = _with(document, _form(_indicators(5), [5, 20, 60, 15]))
    content = print_out(made).pdf(made, {})
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        page = body_pages(pdf)[0]
        column = [c for c in page.chars if c["text"] in "绩效指标" and c["x1"] < page.width * 0.14]
    assert "".join(c["text"] for c in column) == "绩效指标"
    assert len({round(c["x0"]) for c in column}) == 1
    assert [c["top"] for c in column] == sorted({c["top"] for c in column})
    word = to_docx(made, {})
    turned = [
        "".join(text.text or "" for text in cell.iter(qn("w:t")))
        for cell in docx.Document(io.BytesIO(word)).element.iter(qn("w:tc"))
        if cell.find(f"{qn('w:tcPr')}/{qn('w:textDirection')}") is not None
    ]
    assert [text for text in turned if text] == ["绩效指标"]
    direction = next(docx.Document(io.BytesIO(word)).element.iter(qn("w:textDirection")))
    assert direction.get(qn("w:val")) == "tbRlV"
    assert verify(made, word, ".docx") == []
    assert verify(made, content, ".pdf") == []


def test_a_word_with_a_line_end_in_it_is_read_whole_from_word(document: Document) -> None:
    cell = '<tr><td class="m">发案数下降情况与上升情况比</td><td></td></tr>'
    made = _with(document, _form(f"<tbody>{cell}</tbody>", [12, 88]))
    word = to_docx(made, {})
    assert "\n" in docx.Document(io.BytesIO(word)).tables[0].cell(0, 0).text
    assert verify(made, word, ".docx") == []


# --- pages that hold two or three rows ---

AROUND = Surroundings(heading=False, subtitle=True, above=True, notes=1)


def _table(count: int) -> Table:
    header = (
        TableRow(
            (
                Cell("科目", CellKind.HEAD, rowspan=2),
                Cell("2025年预算", CellKind.HEAD, colspan=2),
            )
        ),
        TableRow((Cell("合计", CellKind.HEAD), Cell("基本支出", CellKind.HEAD))),
    )
    labels = ["其他支出" if n % 9 else "很长的科目名称" * 7 for n in range(count)]
    rows = tuple(
        TableRow((Cell(label, CellKind.LABEL), *(Cell("1,234.56", CellKind.AMOUNT) for _ in range(2))))
        for label in labels
    )
    style = Style()
    layout = lay_out(header, rows, style, Orientation.PORTRAIT, style.table_page, around=AROUND)
    return Table(
        "t", "", "", "收支总表", "（按科目）", "部门：某局", "单位：元", header, rows, ("注：说明。",), layout
    )


def _told(table: Table) -> tuple[int, int]:
    return pages(table.header, table.rows, table.layout, AROUND, Style())


def test_a_page_for_three_rows_is_saved_and_one_for_more_is_not() -> None:
    loose = {count: replace(_table(count).layout, tight=False) for count in range(20, 80)}
    usual = {count: _told(replace(_table(count), layout=layout)) for count, layout in loose.items()}
    wasted = [count for count, (number, last) in usual.items() if number > 1 and last <= 3]
    assert wasted
    for count in usual:
        table = _table(count)
        assert table.layout.tight == (count in wasted)
        if count in wasted:
            assert _told(table)[0] == usual[count][0] - 1


@pytest.mark.parametrize("count", [32, 33, 34, 35, 36, 68])
def test_the_pages_told_beforehand_are_those_of_the_pdf(document: Document, count: int) -> None:
    table = _table(count)
    for one in (table, replace(table, layout=replace(table.layout, tight=False))):
        made = _with(document, f'<section class="tables">{table_block(one, 1)}</section>')
        with pdfplumber.open(io.BytesIO(print_out(made).pdf(made, {}))) as pdf:
            assert len(pdf.pages) == _told(one)[0]


# --- odd tables ---


@pytest.mark.parametrize(
    ("attributes", "column", "css"),
    [
        ('colspan=""', "50%", ""),
        ('rowspan="1.5"', "50%", ""),
        ("", "0%", ""),
        ("", "50%", "td { font-size: 5pt }"),
    ],
    ids=["no number", "a fraction", "no width", "a size of the style sheet"],
)
def test_labels_are_left_as_they_are_where_it_is_not_known_how_many_words_fit(
    document: Document, attributes: str, column: str, css: str
) -> None:
    label = "对个人和家庭的补助支出预算绩效目标申报表" * 2
    table = (
        f'<table class="grid"><colgroup><col style="width:{column}"/><col style="width:{column}"/></colgroup>'
        f'<tbody><tr><td class="m" {attributes}>{label[:40]}</td><td class="a">1.00</td></tr></tbody></table>'
    )
    made = replace(
        _with(document, f'<section class="tables"><div class="table">{table}</div></section>'), own_css=css
    )
    tree = lxml_html.document_fromstring(made.html)
    balance(tree, made)
    assert tree.find(".//br") is None
    assert print_out(made).pdf(made, {})


@pytest.mark.parametrize(
    ("title", "told"), [("收支预算总表", True), ("一般公共预算财政拨款基本支出预算明细情况表" * 2, False)]
)
def test_the_unit_stands_beside_the_title_of_a_table_that_goes_on_where_there_is_room(
    document: Document, title: str, told: bool
) -> None:
    rows = "".join(f'<tr><td class="m">科目{n}</td><td class="a">1.00</td></tr>' for n in range(80))
    table = (
        f'<h2 class="table-title">{title}</h2>'
        '<div class="above"><span class="right">2025年　单位：万元</span></div>'
        f"<table class='grid'><tbody>{rows}</tbody></table>"
    )
    made = _with(document, f'<section class="tables"><div class="table">{table}</div></section>')
    with pdfplumber.open(io.BytesIO(print_out(made).pdf(made, {}))) as pdf:
        head = squeezed((pdf.pages[1].extract_text() or "").splitlines()[0])
    assert head == squeezed(f"续表：{title}" + ("2025年　单位：万元" if told else ""))
