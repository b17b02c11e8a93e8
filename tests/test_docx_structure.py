"""The DOCX as a report needs it: headings, contents, tables, sections, footers, fonts."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from lxml import etree
from lxml import html as lxml_html
from markupsafe import Markup
from pdfplumber.pdf import PDF
from reading import (
    ROOT,
    Report,
    build_into,
    cells,
    part,
    read_contents,
    read_docx,
    read_pdf,
    sections,
    squeezed,
    style_of,
    text_of,
)

from reportgen.compose import Document
from reportgen.compose.table import Table
from reportgen.render.docx import to_docx
from reportgen.render.docx.ooxml import run, w
from reportgen.verify.docx import read_docx as read_numbers


@pytest.fixture(scope="module")
def body(report: Report) -> etree._Element:
    return part(report.docx, "word/document.xml")


def _tables(root: etree._Element) -> list[etree._Element]:
    return list(root.iter(qn("w:tbl")))


def _value(element: etree._Element, path: str, attribute: str = "w:val") -> str | None:
    found = element.find("/".join(qn(f"w:{name}") for name in path.split("/")))
    return None if found is None else found.get(qn(attribute))


def _whole(element: etree._Element, path: str, attribute: str = "w:val") -> int:
    return int(_value(element, path, attribute) or 0)


# --- headings and contents ---


def test_headings_are_heading_styles_of_the_level_they_have(body: etree._Element, document: Document) -> None:
    root = lxml_html.document_fromstring(document.html)
    headings = root.iter("h1", "h2", "h3", "h4")
    expected = [
        (
            "TableTitle" if "table-title" in (h.get("class") or "") else f"Heading{h.tag[1]}",
            squeezed(h.text_content()),
        )
        for h in headings
    ]
    found = [
        (style_of(p), squeezed(text_of(p)))
        for p in body.iter(qn("w:p"))
        if re.fullmatch(r"Heading\d|TableTitle", style_of(p))
    ]
    assert found == expected


def test_heading_styles_carry_their_outline_levels(report: Report) -> None:
    word = docx.Document(str(report.docx))
    names = {style.style_id: style.name for style in word.styles}
    assert [names[f"Heading{n}"] for n in (1, 2, 3, 4)] == [f"Heading {n}" for n in (1, 2, 3, 4)]
    styles = {s.get(qn("w:styleId")): s for s in part(report.docx, "word/styles.xml").iter(qn("w:style"))}
    levels = {
        name: _value(styles[name], "pPr/outlineLvl")
        for name in styles
        if _value(styles[name], "pPr/outlineLvl")
    }
    assert {levels[f"Heading{n}"] for n in (1, 2, 3, 4)} == {"0", "1", "2", "3"}
    assert levels["TableTitle"] == "1"
    assert levels["TableTitleAgain"] == "9", "the further pages of a form are no entries of the contents"


def _fields(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Every field's instruction and the text it shows; unbalanced ones fail."""
    open_: list[list[str]] = []
    for element in root.iter(qn("w:fldChar"), qn("w:instrText"), qn("w:t"), qn("w:tab")):
        if element.tag == qn("w:fldChar"):
            kind = element.get(qn("w:fldCharType"))
            if kind == "begin":
                open_.append(["", "", "code"])
            elif kind == "separate":
                open_[-1][2] = "shown"
            else:
                code, shown, state = open_.pop()
                assert state == "shown"
                yield code.strip(), shown
        elif element.tag == qn("w:instrText"):
            assert open_
            assert open_[-1][2] == "code"
            open_[-1][0] += element.text or ""
        else:
            for field in open_:
                if field[2] == "shown":
                    field[1] += "\t" if element.tag == qn("w:tab") else (element.text or "")
    assert not open_


def test_the_contents_field_is_filled_with_the_entries_of_the_pdf_and_its_pages_where_word_has_the_same(
    body: etree._Element, pdf: PDF
) -> None:
    (shown,) = [text for code, text in _fields(body) if code.startswith("TOC")]
    entries = [
        (squeezed("".join(text_of(link).split("\t")[:-1])), int(text_of(link).split("\t")[-1]))
        for link in body.iter(qn("w:hyperlink"))
    ]
    assert entries == read_contents(pdf)
    assert squeezed(shown) == "".join(f"{title}{page}" for title, page in entries)


def test_the_contents_take_in_headings_of_two_levels_and_outline_levels(body: etree._Element) -> None:
    (code,) = [code for code, _ in _fields(body) if code.startswith("TOC")]
    assert '\\o "1-2"' in code
    assert {"\\h", "\\u"} <= set(code.split())


def test_every_page_reference_and_link_leads_to_a_bookmark_of_a_heading(body: etree._Element) -> None:
    marks = {mark.get(qn("w:name")): mark.getparent() for mark in body.iter(qn("w:bookmarkStart"))}
    references = [code.split()[1] for code, _ in _fields(body) if code.startswith("PAGEREF")]
    links = list(body.iter(qn("w:hyperlink")))
    assert references
    assert references == [link.get(qn("w:anchor")) for link in links]
    for name, link in zip(references, links, strict=True):
        title = squeezed(text_of(link).split("\t")[0])
        assert re.fullmatch(r"Heading\d|TableTitle", style_of(marks[name]))
        assert squeezed(text_of(marks[name])) == title


# --- tables ---


def test_tables_mark_their_header_rows_and_only_those(report: Report, document: Document) -> None:
    heads = {squeezed(t.full_title): len(t.header) for t in document.tables if isinstance(t, Table)}
    for title, table in _titled(report.docx):
        if title in heads:
            marked = [
                row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in table.iter(qn("w:tr"))
            ]
            assert marked == [True] * heads[title] + [False] * (len(marked) - heads[title]), title


def test_no_row_of_a_table_may_break_over_pages(body: etree._Element) -> None:
    for row in body.iter(qn("w:tr")):
        assert row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None


def _titled(path: Path) -> Iterator[tuple[str, etree._Element]]:
    title = ""
    for block in part(path, "word/document.xml")[0]:
        if block.tag == qn("w:tbl"):
            yield title, block
        elif style_of(block).startswith("TableTitle"):
            title = squeezed(text_of(block))


FORM = '<div class="form{}"><table class="grid"><tbody><tr><td>{}</td></tr></tbody></table>{}</div>'
TEXT = '<section class="text"><p>文</p></section>'


@pytest.mark.parametrize("note", ["", '<p class="note">注</p>', "<p>文</p>"])
@pytest.mark.parametrize(
    ("kind", "second", "apart"),
    [("tables", "", True), ("tables", " long", True), ("tables", " new-page", False), ("text", "", True)],
)
def test_a_form_keeps_its_distance_from_another_below_whatever_it_ends_with(
    document: Document, kind: str, second: str, apart: bool, note: str
) -> None:
    forms = FORM.format("", 1, note) + FORM.format(second, 2, note)
    tables = f'<section class="{kind}"><div class="table">{forms}</div></section>'
    page = Markup(f"<html><body>{tables}{TEXT}</body></html>")
    made = docx.Document(io.BytesIO(to_docx(replace(document, html=page), {})))
    first, _ = made.element.body.iter(qn("w:tbl"))
    between = [style_of(e) for e in takewhile(lambda e: e.tag == qn("w:p"), first.itersiblings())]
    gaps = [style for style in between if style in ("TableGap", "TableEnd")]
    assert gaps == (["TableGap"] if apart or not note else [])


def test_cells_are_as_wide_as_the_columns_they_span(body: etree._Element) -> None:
    for table in _tables(body):
        grid = [int(col.get(qn("w:w"))) for col in table.iterfind(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")]
        assert _whole(table, "tblPr/tblW", "w:w") == sum(grid)
        for row in table.iterfind(qn("w:tr")):
            column = 0
            for cell, span in cells(row):
                assert _whole(cell, "tcPr/tcW", "w:w") == sum(grid[column : column + span])
                column += span


def test_tables_are_as_wide_as_the_text_of_their_section(report: Report) -> None:
    for blocks, properties in sections(report.docx):
        width = _whole(properties, "pgSz", "w:w")
        text = width - _whole(properties, "pgMar", "w:left") - _whole(properties, "pgMar", "w:right")
        for table in (block for block in blocks if block.tag == qn("w:tbl")):
            grid = [int(col.get(qn("w:w"))) for col in table.iterfind(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")]
            assert abs(sum(grid) - text) <= 2, "twips"


def test_both_files_hold_the_same_tables(report: Report) -> None:
    assert read_docx(report.docx).tables == read_pdf(report.pdf).tables


def test_figures_stand_right_and_header_cells_in_the_middle(report: Report, document: Document) -> None:
    heads = {squeezed(t.full_title) for t in document.tables if isinstance(t, Table)}
    for title, table in _titled(report.docx):
        if title not in heads:
            continue
        for row in table.iterfind(qn("w:tr")):
            head = row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
            for cell, _ in cells(row):
                text, style = text_of(cell), style_of(cell.find(qn("w:p")))
                if head:
                    assert style.split("-")[0] == "TableHead"
                elif re.fullmatch(r"-?[\d,]+\.\d\d|-?\d+%", text):
                    assert style.split("-")[0] == "TableNumber", text


# --- sections and footers ---


def test_turned_tables_stand_in_landscape_sections_and_all_else_upright(
    report: Report, document: Document
) -> None:
    turned = {squeezed(t.full_title) for t in document.tables if isinstance(t, Table) and t.layout.landscape}
    assert turned
    for blocks, properties in sections(report.docx):
        titles = {squeezed(text_of(b)) for b in blocks if style_of(b) == "TableTitle"}
        width, height = (_whole(properties, "pgSz", f"w:{side}") for side in "wh")
        landscape = _value(properties, "pgSz", "w:orient") == "landscape"
        assert landscape == (width > height)
        assert sorted((width, height)) == [11906, 16838]
        assert landscape == bool(titles & turned)
        assert not landscape or titles <= turned


def _footers(report: Report) -> list[dict[str, str]]:
    """For each section the footers in force, by type: the part's name; a section without its own inherits."""
    links = {link.get("Id"): link.get("Target") for link in part(report.docx, "word/_rels/document.xml.rels")}
    in_force: dict[str, str] = {}
    found = []
    for _, properties in sections(report.docx):
        own = {
            reference.get(qn("w:type")): links[reference.get(qn("r:id"))]
            for reference in properties.iterfind(qn("w:footerReference"))
        }
        in_force = {**in_force, **own}
        found.append(in_force)
    return found


def test_page_numbers_are_fields_in_the_footers_outside_on_odd_and_even_pages(report: Report) -> None:
    settings = part(report.docx, "word/settings.xml")
    assert settings.find(qn("w:evenAndOddHeaders")) is not None
    starts = [_value(properties, "pgNumType", "w:start") for _, properties in sections(report.docx)]
    first = starts.index("1")
    assert starts.count(None) == len(starts) - 1, "counting starts once"
    for at, footers in enumerate(_footers(report)):
        for kind, align in (("default", "right"), ("even", "left")):
            footer = part(report.docx, f"word/{footers[kind]}")
            shown = [(code, text) for code, text in _fields(footer)]
            if at < first:
                assert not shown
                assert not text_of(footer)
                continue
            (paragraph,) = footer.iterfind(qn("w:p"))
            assert [code for code, _ in shown] == ["PAGE"]
            assert re.fullmatch(r"— \d+ —", text_of(paragraph))
            assert _value(paragraph, "pPr/jc") == align
            assert _value(paragraph, "pPr/ind", f"w:{align}Chars") == "100", "one character from the edge"


def test_margins_are_those_of_the_style_turned_with_the_page(report: Report, document: Document) -> None:
    style = document.style
    for blocks, properties in sections(report.docx):
        has_tables = any(style_of(block) == "TableTitle" for block in blocks)
        page = style.table_page if has_tables else style.text_page
        edges = [page.top, page.right, page.bottom, page.left]
        if _value(properties, "pgSz", "w:orient") == "landscape":
            edges = [page.left, page.top, page.right, page.bottom]
        found = [_whole(properties, "pgMar", f"w:{edge}") for edge in ("top", "right", "bottom", "left")]
        assert found == pytest.approx([float(edge) * 1440 / 25.4 for edge in edges], abs=1.5)
        bottom, footer = found[2], _whole(properties, "pgMar", "w:footer")
        assert bottom - footer >= 14 * 20 * 1.2, "a line of 14 pt fits below the text"


# --- styles and fonts ---


def test_every_paragraph_of_text_has_a_style_of_its_own_kind(body: etree._Element) -> None:
    for paragraph in body.iter(qn("w:p")):
        if squeezed(text_of(paragraph)):
            assert style_of(paragraph), text_of(paragraph)


def test_every_style_names_an_east_asian_font_that_the_font_table_knows(
    report: Report, document: Document
) -> None:
    known = {
        font.get(qn("w:name")): _value(font, "altName") for font in part(report.docx, "word/fontTable.xml")
    }
    styles = part(report.docx, "word/styles.xml")
    named = list(styles.iter(qn("w:rFonts")))
    for style in styles.iter(qn("w:style")):
        if style.get(qn("w:type")) == "paragraph":
            variant = "-" in style.get(qn("w:styleId"))
            assert (style.find(f"{qn('w:rPr')}/{qn('w:rFonts')}") is None) == variant
    for font in named:
        east = font.get(qn("w:eastAsia"))
        assert known.get(east), f"{east} has no alternatives in the font table"
        assert {font.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs")} == {east}
    assert document.style.fonts.body[0] in known


def test_no_run_of_the_text_leaves_the_fonts_of_its_style(body: etree._Element) -> None:
    assert not list(body.iter(qn("w:rFonts")))
    assert not list(body.iter(qn("w:color")))


def test_the_language_is_chinese(report: Report) -> None:
    usual, *others = part(report.docx, "word/styles.xml").iter(qn("w:lang"))
    assert usual.get(qn("w:eastAsia")) == "zh-CN"
    of_cells = {other.getparent().getparent().get(qn("w:styleId")) for other in others}
    assert of_cells == {"TableText", "TableMiddle", "TableNumber", "TableHead"}
    assert {other.get(qn("w:val")) for other in others} == {"zh-CN"}


# --- package ---


def test_the_file_opens_and_says_what_it_is(report: Report, document: Document) -> None:
    word = docx.Document(str(report.docx))
    assert word.core_properties.title == document.title
    assert word.core_properties.author == document.author
    assert len(word.tables) == len(_tables(part(report.docx, "word/document.xml")))
    assert len(word.sections) == len(sections(report.docx))


def test_nothing_is_left_of_the_empty_document_that_the_writer_starts_from(report: Report) -> None:
    with zipfile.ZipFile(report.docx) as package:
        assert "docProps/thumbnail.jpeg" not in package.namelist()
    language = part(report.docx, "word/settings.xml").find(qn("w:themeFontLang"))
    assert language is None or language.get(qn("w:eastAsia")) == "zh-CN"


def test_building_twice_gives_the_same_bytes(report: Report, example: Path, tmp_path: Path) -> None:
    surroundings = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Shanghai", "LANG": "C"}
    command = [
        sys.executable,
        "-m",
        "reportgen",
        "build",
        str(example),
        "-o",
        str(tmp_path),
        "--format",
        "docx",
    ]
    subprocess.run(command, cwd=ROOT, env=surroundings, check=True, capture_output=True)
    (again,) = tmp_path.iterdir()
    assert again.name == report.docx.name
    assert again.read_bytes() == report.docx.read_bytes()


# --- what looks like markup in the input ---

MARKUP = (
    "{{ 7 * 7 }}",
    "{% for x in y %}",
    "{# 注 #}",
    "<b>粗</b>",
    "<script>alert(1)</script>",
    "&amp;&lt;",
    "*斜*与**重**",
    "_下_划_线_",
    "`码`",
    "[链接](http://example.org)",
    "# 井号",
    "1. 数字",
    "- 横线",
    "> 大于",
    "| 竖线 |",
    "\\反斜\\n",
    "---",
    "$x^2$",
    "w:t",
)


def _typed_markup() -> dict[str, Any]:
    """A small department whose every free text is full of markup."""
    everything = "；".join(MARKUP)
    return {
        "格式": "chongqing-yubei",
        "年度": 2025,
        "部门": {
            "编码": "101",
            "名称": "<i>某某</i>{{ year }}局",
            "性质": "行政单位",
            "职责": list(MARKUP),
            "机构设置": list(MARKUP),
            "联系人": everything,
            "联系电话": "{{ phone }}",
        },
        "单位": [{"编码": "101001", "名称": f"本级{everything}", "性质": "行政单位"}],
        "默认": {"资金": "一般公共预算"},
        "支出": [
            {
                "功能科目": "2010506",
                "部门经济科目": "30101",
                "支出性质": "基本支出",
                "单位": "101001",
                "金额": "820000.00",
                "上年预算数": "790000.00",
            },
            {
                "功能科目": "2010599",
                "功能科目名称": f"名称{everything}",
                "部门经济科目": "30227",
                "支出性质": "项目支出",
                "单位": "101001",
                "项目": "P1",
                "金额": "300000.00",
                "上年预算数": "1.00",
            },
        ],
        "项目": [
            {
                "编码": "P1",
                "名称": f"项目{everything}",
                "单位": "101001",
                "项目概况": f"概况{everything}",
                "立项依据": f"依据{everything}",
                "年度目标": f"目标{everything}",
            }
        ],
        "政府采购": [
            {
                "名称": f"采购{everything}",
                "单位": "101001",
                "采购类别": "货物",
                "资金": "一般公共预算",
                "金额": "1.00",
            }
        ],
        "国有资产": {
            "截至": "2024-12-31",
            "明细": [{"类别": "车辆", "名称": f"资产{everything}", "保有": 1}],
        },
        "绩效指标": [{"项目": "P1", "指标名称": f"指标{everything}", "指标值": "<u>优</u>"}],
        "名词解释": [{"名词": f"名词{everything}", "解释": f"解释{everything}"}],
        "原因": {"2010506": f"原因{everything}", "2010599": "*"},
        "用途": {"人员经费": f"用途{everything}"},
    }


PLACES = [
    "本级",
    "名称",
    "项目",
    "概况",
    "依据",
    "目标",
    "采购",
    "资产",
    "指标",
    "名词",
    "解释",
    "原因",
    "用途",
]


@pytest.fixture(scope="module")
def marked_up(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("markup")
    source = folder / "dept.json"
    off = [{"规则": "W4-placeholder", "关闭": "是", "理由": "正是要看占位文字怎样印出来"}]
    source.write_text(json.dumps({**_typed_markup(), "核对": off}, ensure_ascii=False), "utf-8")
    return build_into(folder, source)


@pytest.mark.parametrize("kind", ["DOCX", "PDF"])
def test_markup_and_template_code_in_the_input_are_printed_as_they_are(marked_up: Report, kind: str) -> None:
    printed = read_docx(marked_up.docx) if kind == "DOCX" else read_pdf(marked_up.pdf)
    cells_of_tables = [cell for table in printed.tables for row in table.rows for cell in row]
    said = printed.narrative + "\n" + "\n".join(cells_of_tables)
    everything = squeezed("；".join(MARKUP))
    for place in PLACES:
        assert place + everything in said, place
    for at, text in enumerate(MARKUP, 1):
        assert f"{at}.{squeezed(text)}" in printed.narrative
    assert "".join(map(squeezed, MARKUP)) in printed.narrative, "the paragraphs of 机构设置"
    assert squeezed("<i>某某</i>{{ year }}局") in printed.narrative
    assert "49" not in printed.narrative


def test_markup_in_the_input_becomes_no_formatting(marked_up: Report) -> None:
    root = part(marked_up.docx, "word/document.xml")
    bold = [
        text_of(run)
        for run in root.iter(qn("w:r"))
        if run.find(f"{qn('w:rPr')}/{qn('w:b')}") is not None and "合计" not in text_of(run)
    ]
    assert not [text for text in bold if not re.fullmatch(r"[\d,.%]+", text)]
    assert not list(root.iter(qn("w:numPr")))
    outside = [link for link in root.iter(qn("w:hyperlink")) if link.get(qn("w:anchor")) is None]
    assert not outside


def test_both_files_of_an_input_full_of_markup_say_the_same(marked_up: Report) -> None:
    assert read_docx(marked_up.docx) == read_pdf(marked_up.pdf)


def test_no_line_of_the_text_ends_within_a_telephone_number_or_a_date(report: Report) -> None:
    root = part(report.docx, "word/document.xml")
    said = [p for p in root.iter(qn("w:p")) if "023-00000000" in text_of(p)]
    assert said
    for paragraph in said:
        assert "023-00000000" not in "".join(text.text or "" for text in paragraph.iter(qn("w:t")))
        assert list(paragraph.iter(qn("w:noBreakHyphen")))


def test_a_hyphen_that_no_line_breaks_is_read_back_as_one(report: Report, document: Document) -> None:
    content = report.docx.read_bytes()
    read = [number.text for number in read_numbers(content)]
    assert read.count("-00000000") == document.html.count("023-00000000") > 0


@pytest.mark.parametrize(
    ("text", "held"),
    [("023-0000", 1), ("2024-12-31", 2), ("增长-5.00", 0), ("A-1", 0), ("1 - 2", 0), ("1-\n2", 0)],
)
def test_hyphens_are_held_between_digits_and_nowhere_else(text: str, held: int) -> None:
    made = run(text, held=True)
    assert len(list(made.iter(qn("w:noBreakHyphen")))) == held
    assert text_of(w("p", made)) == text
    assert not list(run(text).iter(qn("w:noBreakHyphen")))
