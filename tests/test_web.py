"""The HTML stands alone, can be read without a mouse, and says where each figure comes from."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html
from lxml.html import HtmlElement
from reading import ROOT

from reportgen.build import Format, build, examine
from reportgen.render.web import explainer, to_html

EXAMPLE = ROOT / "data" / "examples" / "standard" / "dept.yaml"


@pytest.fixture(scope="module")
def page() -> HtmlElement:
    (content,) = build(EXAMPLE, [Format.HTML]).files.values()
    return lxml_html.document_fromstring(content.decode())


def _origins(page: HtmlElement) -> dict[str, str]:
    found: dict[str, str] = json.loads(page.get_element_by_id("origins").text or "")
    return found


def test_the_page_fits_a_phone_and_says_its_language(page: HtmlElement) -> None:
    assert page.get("lang") == "zh-CN"
    (viewport,) = page.xpath("//meta[@name='viewport']/@content")
    assert viewport == "width=device-width, initial-scale=1"


def test_nothing_is_fetched_from_elsewhere(page: HtmlElement) -> None:
    assert page.xpath("//@src | //link | //@href[not(starts-with(., '#'))]") == []
    assert "url(" not in (page.xpath("//style")[0].text or "")


def test_every_entry_of_the_contents_leads_to_its_heading(page: HtmlElement) -> None:
    links = page.xpath("//nav//a")
    assert len(links) == 30
    for link in links:
        target = page.get_element_by_id(link.get("href")[1:])
        assert target.text_content() == link.text_content()


def test_every_table_stands_in_a_frame_of_its_own_that_keys_can_scroll(page: HtmlElement) -> None:
    frames = [table.getparent() for table in page.iter("table")]
    assert len(frames) > 13
    assert all(frame.get("class") == "scroll" and frame.get("tabindex") == "0" for frame in frames)
    names = [frame.get("aria-label") for frame in frames]
    assert len(set(names)) == len(names)


def test_headers_of_composed_tables_say_what_they_head(page: HtmlElement) -> None:
    heads = page.xpath("//table[.//td[@data-fact]]//th")
    assert heads
    composed = [head for head in heads if head.get("scope")]
    assert {head.get("scope") for head in composed} == {"col", "colgroup"}


def test_a_figure_that_has_an_origin_can_be_focused_and_tells_it(page: HtmlElement) -> None:
    origins = _origins(page)
    figures = page.xpath("//*[@data-fact]")
    assert len(figures) > 500
    assert all(figure.get("tabindex") == "0" for figure in figures)
    assert {figure.get("data-fact") for figure in figures} == set(origins)


def test_an_origin_names_the_lines_whose_amounts_make_the_figure(page: HtmlElement) -> None:
    origins = _origins(page)
    fact, told = next((f, t) for f, t in origins.items() if f == "expenditure.amount[function=2230103]")
    (figure,) = {el.get("data-value") for el in page.xpath(f"//*[@data-fact='{fact}']")}
    amounts = [Decimal(amount.replace(",", "")) for amount in re.findall(r"行 ([\d,.]+) 元", told)]
    assert "功能科目：2230103 国有企业办职教幼教补助支出" in told
    assert sum(amounts) == Decimal(figure)


def test_an_origin_of_many_lines_counts_them(page: HtmlElement) -> None:
    told = _origins(page)["expenditure.amount[]"]
    assert told.startswith("支出金额（全部）；lines.csv 第 ")
    assert re.search(r"……共 \d\d 行$", told)


def test_text_of_the_input_cannot_end_the_script_or_start_one(tmp_path: Path) -> None:
    bad = "</script><script>alert(1)</script>"
    source = tmp_path / "dept.json"
    data: dict[str, Any] = {
        "格式": "standard",
        "年度": "2025",
        "部门": {"编码": "101", "名称": f"某局{bad}", "性质": "行政单位"},
        "支出": [
            {
                "功能科目": "2010506",
                "部门经济科目": "30101",
                "支出性质": "项目支出",
                "资金": "一般公共预算",
                "项目": "P1",
                "金额": "1",
            }
        ],
        "项目": [{"编码": "P1", "名称": f"项目{bad}"}],
    }
    source.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    examined = examine(source)
    assert examined.document is not None
    page = lxml_html.document_fromstring(
        to_html(examined.document, explainer(examined.loaded, examined.budget)).decode()
    )
    assert len(page.xpath("//script")) == 2
    assert any(bad in told for told in _origins(page).values())


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (build(EXAMPLE, [Format.HTML]).files for _ in range(2))
    assert first == second


def test_a_figure_of_a_department_of_units_names_the_files_of_the_units() -> None:
    examined = examine(ROOT / "data" / "examples" / "hubei-jianghan" / "dept.yaml")
    told = explainer(examined.loaded, examined.budget)("expenditure.amount[economic=30101]")
    assert told is not None
    assert re.findall(r"([^；，\s]+) 第 \d+ 行", told) == ["本级/lines.csv", "交通大队/lines.csv"]
