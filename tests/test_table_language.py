"""What each word of the table language prints: small inputs, one or two tables, figures known by hand."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from lxml import html as lxml_html

from reportgen.build import prepare
from reportgen.compose import Document
from reportgen.compose.table import Form, Table
from reportgen.faults import Fault, FaultyInput
from reportgen.render.docx import to_docx
from reportgen.render.plain import plain

UNITS = [
    {"code": "101001", "name": "甲", "kind": "administrative"},
    {"code": "101002", "name": "乙", "kind": "public_institution"},
]
A, B = ({"unit": unit["code"]} for unit in UNITS)
OTHER: dict[str, Any] = {"fund": "other"}
EDUCATION: dict[str, Any] = {"function": "2050302"}
BY_FUND = "{each: fund, label: '{{ name }}'}"
PROJECTS = [{"code": "P1", "name": "项目一"}, {"code": "P2", "name": "项目二"}]
DEPARTMENT: dict[str, Any] = {
    "profile": "standard",
    "year": 2025,
    "department": {"code": "101", "name": "某局", "kind": "administrative"},
    "units": UNITS,
    "projects": PROJECTS,
    "defaults": A,
}
PROFILE = """extends: standard
name: 试
title: 试
amounts: {unit: 元, decimals: 0, grouping: 否, zero: "0", nothing: ""}
text: {amounts: {unit: 元, decimals: 0}, percents: {decimals: 0}}
"""
PURCHASES = "source: procurement\n"
Make = Callable[..., Document]
Tell = Callable[..., list[Fault]]


def line(amount: int | None = None, **said: Any) -> dict[str, Any]:
    """An expenditure line; unless it says otherwise, wages out of the general budget."""
    usual = {"function": "2010506", "economic": "30101", "nature": "basic", "fund": "general"}
    return {key: value for key, value in {**usual, "amount": amount, **said}.items() if value is not None}


def project(code: str, **said: Any) -> dict[str, Any]:
    return {"nature": "project", "project": code, **said}


def sheet(columns: str, rows: str = "{label: 合计}", head: str = "") -> str:
    """A table file whose first column names the rows."""
    named = f"columns: [{{label: 名称, show: label}}, {columns}]\nrows: [{rows}]\n"
    return "code: 表\n" + ("" if "title:" in head else "title: 表\n") + head + named


def composed(
    folder: Path,
    lines: list[dict[str, Any]],
    *tables: str,
    text: str = "话\n",
    parts: str = "",
    main: str = "",
    files: Mapping[str, str] | None = None,
    **more: Any,
) -> Document:
    """The document of lines (and what else the input says) in a profile of these tables and this text."""
    profile = folder / "profile"
    (profile / "tables").mkdir(parents=True, exist_ok=True)
    names = [f"t{at}" for at, _ in enumerate(tables)]
    for name, table in zip(names, tables, strict=True):
        (profile / "tables" / f"{name}.yaml").write_text(table, "utf-8")
    for name, content in {"text.md.j2": text, **(files or {})}.items():
        (profile / name).write_text(content, "utf-8")
    usual = "  - text: text.md.j2\n" + (f"  - {{title: 附表, tables: {names}}}\n" if tables else "")
    (profile / "profile.yaml").write_text(PROFILE + main + "parts:\n" + (parts or usual), "utf-8")
    typed = {**DEPARTMENT, **more}
    said = [f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in typed.items()]
    listed = [f"  - {json.dumps(one, ensure_ascii=False)}\n" for one in lines]
    (folder / "dept.yaml").write_text("".join([*said, "expenditure:\n", *listed]), "utf-8")
    return prepare(folder / "dept.yaml", profile=profile)[0]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda *lines_and_tables, **more: composed(tmp_path, *lines_and_tables, **more)


@pytest.fixture
def faults(tmp_path: Path) -> Tell:
    def told(*lines_and_tables: Any, **more: Any) -> list[Fault]:
        with pytest.raises(FaultyInput) as caught:
            composed(tmp_path, *lines_and_tables, **more)
        return list(caught.value.faults)

    return told


def all_rows(document: Document) -> list[list[str]]:
    """Each table as rows, header first, with the cells' texts between bars."""
    tables = [table for table in document.tables if isinstance(table, Table)]
    return [["|".join(row.texts) for row in (*t.header, *t.rows)] for t in tables]


def rows(document: Document) -> list[str]:
    (only,) = all_rows(document)
    return only


def words(document: Document) -> str:
    """The narrative, its paragraphs between spaces."""
    root = lxml_html.document_fromstring(document.html)
    return " ".join(b.text_content().strip() for s in root.findall(".//section[@class='text']") for b in s)


# --- columns: each, all, where, also ---

SPENT = [
    line(100, **A, **OTHER),
    line(7, **B, nature="business", fund="business"),
    line(20, **A),
    line(3, **B, **project("P1")),
]


@pytest.mark.parametrize(
    ("dimension", "printed"),
    [
        ("fund", ["名称|合计|一般公共预算|事业单位经营收入|其他收入", "合计|130|23|7|100"]),
        ("unit", ["名称|合计|甲|乙", "合计|130|120|10"]),
        ("nature", ["名称|合计|基本支出|项目支出|经营支出", "合计|130|120|3|7"]),
        ("function", ["名称|合计|统计管理", "合计|130|130"]),
    ],
)
def test_each_makes_a_column_of_every_value_in_use(dimension: str, printed: list[str], make: Make) -> None:
    columns = f"{{label: 合计}}, {{each: {dimension}, label: '{{{{ name }}}}'}}"
    assert rows(make(SPENT, sheet(columns))) == printed


def test_all_lists_the_columns_that_the_conditions_admit_used_or_not(make: Make) -> None:
    leaf = "{each: fund, all: 是, label: '{{ name }}'}"
    group = f"{{label: 财政, where: {{fund: fiscal}}, columns: [{leaf}]}}"
    columns = f"{group}, {{each: unit, all: 是, label: 单位}}"
    printed = rows(make([line(5, **A), line(9, **A, **OTHER)], sheet(columns)))
    assert printed[1:] == ["一般公共预算|政府性基金预算|国有资本经营预算", "合计|5|||14|"]
    assert printed[0] == "名称|财政|单位|单位"


def test_conditions_of_groups_hold_for_all_below_them(make: Make) -> None:
    other = "label: 其他, where: {fund: other}"
    below = f"{{label: 小计}}, {{{other}}}, {{{other}, columns: [{{label: 数}}]}}"
    group = f"{{label: 一般, where: {{fund: general}}, columns: [{below}]}}"
    printed = rows(make([line(100), line(10, **OTHER)], sheet(f"{{label: 合计}}, {group}")))
    assert printed[-1] == "合计|110|100||"


def test_groups_of_each_nest_and_keep_only_the_columns_in_use(make: Make) -> None:
    unit = "each: unit, label: '{{ unit.name }}', where: {nature: basic}"
    group = f"{{{unit}, columns: [{{label: 计}}, {BY_FUND}]}}"
    lines = [line(100, **A), line(10, **A, **OTHER), line(5, **B), line(9, **B, **project("P1"))]
    assert rows(make(lines, sheet(group))) == [
        "名称|甲|乙",
        "计|一般公共预算|其他收入|计|一般公共预算",
        "合计|110|100|10|5|5",
    ]
    nobody = f"{{label: 数}}, {{label: 基金, where: {{fund: government_fund}}, columns: [{BY_FUND}]}}"
    assert rows(make(lines, sheet(nobody))) == ["名称|数", "合计|124"]


def test_also_adds_each_line_once_and_never_escapes_the_group_above_it(make: Make) -> None:
    lines = [line(100), line(10, **OTHER), line(3, **project("P1")), line(4, **OTHER, **project("P1"))]
    both = "where: {nature: basic}, also: {nature: project}"
    general = f"{{label: 一般, where: {{fund: general}}, columns: [{{label: 两种, {both}}}]}}"
    twice = "{label: 一次, where: {nature: basic}, also: {fund: general}}"
    free = f"{{label: 都算, {both}}}"
    columns = f"{free}, {{each: fund, label: '{{{{ name }}}}', {both}}}, {general}, {twice}"
    assert rows(make(lines, sheet(columns)))[-1] == "合计|117|103|14|103|113"


def test_a_value_that_only_also_admits_has_its_column(make: Make) -> None:
    columns = "{each: fund, label: '{{ name }}', where: {nature: basic}, also: {nature: project}}"
    lines = [line(100), line(5, **OTHER, **project("P1"))]
    assert rows(make(lines, sheet(columns))) == ["名称|一般公共预算|其他收入", "合计|100|5"]


def test_rows_of_another_source_or_measure_find_their_columns(make: Make) -> None:
    forward = [{"fund": "undertaking", "amount": 7}]
    below = "{label: 合计, rows: [{label: 结转下年, source: carry_forward}]}, {label: 上年, measure: prior}"
    lines = [line(100), line(fund="other", prior=9)]
    assert rows(make(lines, sheet(f"{{label: 合计}}, {BY_FUND}", below), carry_forward=forward)) == [
        "名称|合计|一般公共预算|事业收入|其他收入",
        "合计|100|100||",
        "结转下年|7||7|",
        "上年|9|||9",
    ]


# --- columns: in_totals, merge ---

BOUGHT = [
    {"name": "电脑", "kind": "goods", "fund": "general", "amount": 12, "price": 4},
    {"name": "桌子", "kind": "goods", "fund": "general", "amount": 6, "price": 2},
]
PRICE = "{label: 单价, measure: price, in_totals: 否}"


def test_only_total_rows_leave_a_column_out_of_the_totals_blank(make: Make) -> None:
    listed = "{each: procurement}, {label: 小计, kind: bold}, {label: 合计, kind: total}"
    printed = rows(make([line(1)], sheet(f"{PRICE}, {{label: 数}}", listed, PURCHASES), procurement=BOUGHT))
    assert printed[1:] == ["电脑|4|12", "桌子|2|6", "小计|6|18", "合计||18"]


def test_a_label_may_cover_a_column_that_is_out_of_the_totals(make: Make) -> None:
    listed = "{each: procurement}, {label: 合计, kind: total, merge: 2}"
    document = make([line(1)], sheet(f"{PRICE}, {{label: 数}}", listed, PURCHASES), procurement=BOUGHT)
    assert rows(document)[1:] == ["电脑|4|12", "桌子|2|6", "合计|18"]
    (table,) = document.tables
    assert isinstance(table, Table)
    assert [cell.colspan for cell in table.rows[-1].cells] == [2, 1]


# --- rows ---


def test_rows_without_a_figure_are_left_out_and_numbers_run_on(make: Make) -> None:
    listed = (
        "{label: 甲, numbering: 一、},"
        " {label: 空, numbering: 一、, where: {fund: reserves}, omit_empty: 是, rows: [{label: 其中}]},"
        " {label: 其他, numbering: 一、, where: {fund: other}}, {each: fund, omit_empty: 是}"
    )
    lines = [line(100), line(10, **OTHER), line(0, fund="business")]
    assert rows(make(lines, sheet("{label: 数}", listed)))[1:] == [
        "一、甲|110",
        "二、其他|10",
        "一般公共预算|100",
        "其他收入|10",
    ]


def test_a_row_that_is_left_out_does_not_part_the_numbers(make: Make) -> None:
    listed = (
        "{label: 甲, numbering: 一、}, {label: 基金, where: {fund: government_fund}, omit_empty: 是},"
        " {label: 乙, numbering: 一、}"
    )
    assert rows(make([line(1)], sheet("{label: 数}", listed)))[1:] == ["一、甲|1", "二、乙|1"]


def test_no_row_that_prints_a_figure_is_left_out(make: Make) -> None:
    """Not one of `also`, of last year's execution, of a record's project, nor one above such a row."""
    lines = [
        line(100, executed=100),
        line(5, **EDUCATION, **project("P1")),
        line(function="2010601", executed=50),
        line(0, function="2120101"),
    ]
    also = "{label: 合计, where: {nature: basic}, also: {nature: project}}"
    change = "{label: 增减, where: {nature: basic}, measure: change, against: executed}"
    by_function = sheet(f"{also}, {change}", "{each: function, omit_empty: 是}")
    below = "{label: 结转下年, source: carry_forward}"
    above = sheet("{label: 数}", f"{{label: 其他, where: {{fund: other}}, omit_empty: 是, rows: [{below}]}}")
    by = "{label: 数}, {label: 项目预算, by: project, source: expenditure}"
    by_project = sheet(by, "{each: procurement, omit_empty: 是}", PURCHASES)
    bought = [{**BOUGHT[0], "amount": 0, "project": "P1"}, {**BOUGHT[1], "amount": 0}]
    forward = [{"fund": "other", "amount": 7}]
    document = make(lines, by_function, above, by_project, carry_forward=forward, procurement=bought)
    assert [printed[1:] for printed in all_rows(document)] == [
        ["统计管理|100|0", "行政运行||-50", "中等职业教育|5|"],
        ["其他|", "结转下年|7"],
        ["电脑|0|5"],
    ]


def test_a_bold_row_is_no_total(make: Make) -> None:
    (table,) = make([line(1)], sheet("{label: 数}", "{label: 小计, kind: bold}, {label: 合计}")).tables
    assert isinstance(table, Table)
    assert [(row.texts, row.bold, row.total) for row in table.rows] == [
        (("小计", "1"), True, False),
        (("合计", "1"), False, False),
    ]


def test_codes_come_first_used_or_not_and_the_largest_may_lead(make: Make) -> None:
    lines = [line(20, **A), line(100, **B, **OTHER), line(7, **A, fund="business")]
    given_first = sheet("{label: 数}", "{each: fund, codes: [other, state_capital]}")
    falling = sheet("{label: 数}", "{each: fund, descending: 是}, {each: unit, descending: 是}")
    first, second = all_rows(make(lines, given_first, falling))
    assert first[1:] == ["其他收入|100", "国有资本经营预算|", "一般公共预算|20", "事业单位经营收入|7"]
    assert second[1:] == ["其他收入|100", "一般公共预算|20", "事业单位经营收入|7", "乙|100", "甲|27"]


def test_codes_may_be_typed_in_chinese_like_all_values(make: Make) -> None:
    table = sheet("{label: 数}", "{each: fund, codes: [其他收入, 国有资本经营预算]}")
    printed = rows(make([line(20), line(100, **OTHER)], table))
    assert printed[1:] == ["其他收入|100", "国有资本经营预算|", "一般公共预算|20"]


def test_the_largest_leads_by_the_figures_that_are_printed(make: Make) -> None:
    lines = [line(20, **A, prior=1), line(10, **B, prior=90)]
    table = sheet("{label: 数}", "{each: unit, measure: prior, descending: 是}")
    assert rows(make(lines, table))[1:] == ["乙|90", "甲|1"]


def test_all_lists_every_value_that_the_row_admits(make: Make) -> None:
    listed = "{each: fund, all: 是, where: {fund: fiscal}}, {each: unit, all: 是, where: {fund: general}}"
    assert rows(make([line(20, **B), line(9, **A, **OTHER)], sheet("{label: 数}", listed)))[1:] == [
        "一般公共预算|20",
        "政府性基金预算|",
        "国有资本经营预算|",
        "甲|",
        "乙|20",
    ]


def test_names_are_indented_by_what_the_rule_asks(make: Make) -> None:
    table = sheet(
        "{label: 科目, show: name}, {label: 数}",
        "{tree: function, levels: [类, 项], indent: 2}, {label: 合计, indent: 1}",
    )
    (made,) = make([line(3)], table).tables
    assert isinstance(made, Table)
    assert [(row.cells[1].text, row.cells[1].indent, row.cells[2].text) for row in made.rows] == [
        ("一般公共服务支出", 2, "3"),
        ("统计管理", 2, "3"),
        ("合计", 1, "3"),
    ]


# --- a table for each unit or project ---

PER_UNIT = "title: '{{ unit.name }}表'\neach: unit\n"


def titles(document: Document) -> list[str]:
    return [t.title for t in document.tables if isinstance(t, Table)]


def test_each_unit_with_a_figure_of_any_year_has_a_table_of_its_own(make: Make) -> None:
    units = [*UNITS, {"code": "101003", "name": "丙", "kind": "administrative"}]
    lines = [line(100, **A, prior=1), line(prior=50, **B)]
    table = sheet("{label: 上年, measure: prior}, {label: 数}", head=PER_UNIT)
    document = make(lines, table, units=units)
    assert titles(document) == ["甲表", "乙表"]
    assert [t[-1] for t in all_rows(document)] == ["合计|1|100", "合计|50|"]
    document = make(lines, table + "all: 是\n", units=units)
    assert titles(document) == ["甲表", "乙表", "丙表"]
    assert all_rows(document)[2][-1] == "合计||"
    document = make(lines, sheet("{label: 数}", head=PER_UNIT), units=units)
    assert titles(document) == ["甲表"]


def test_each_project_has_a_table_of_its_own_that_knows_its_unit(make: Make) -> None:
    projects = [
        {"code": "P1", "name": "修路", "unit": "101002"},
        {"code": "P2", "name": "修桥", "unit": "101001"},
    ]
    lines = [line(4, **A, **project("P2")), line(3, **B, **project("P1")), line(9, **A)]
    head = "title: '{{ unit.name }}{{ project.name }}'\neach: project\n"
    document = make(lines, sheet(f"{{label: 数}}, {BY_FUND}", head=head), projects=projects)
    assert titles(document) == ["乙修路", "甲修桥"]
    assert [t[-1] for t in all_rows(document)] == ["合计|3|3", "合计|4|4"]


def test_a_table_for_nobody_is_blank_under_the_departments_name_or_left_out(make: Make) -> None:
    head = PER_UNIT + "where: {fund: government_fund}\nempty: 本部门无此项支出\n"
    document = make([line(100, **A)], sheet("{label: 数}", head=head))
    (table,) = document.tables
    assert isinstance(table, Table)
    assert (titles(document), rows(document)[-1], table.notes) == (["某局表"], "合计|", ("本部门无此项支出",))
    assert make([line(100, **A)], sheet("{label: 数}", head=head + "omit_empty: 是\n")).tables == ()
    assert rows(make([line(100)], sheet("{label: 数}", head="each: project\n")))[-1] == "合计|"


# --- sides ---


def test_three_sides_stay_level_where_they_fill(make: Make) -> None:
    def side(name: str, *labels: str) -> str:
        listed = ", ".join("{fill: 是}" if label == "" else f"{{label: {label}}}" for label in labels)
        columns = "[{label: 项目, show: label}, {label: 数}]"
        return f"  - {{label: {name}, columns: {columns}, rows: [{listed}]}}\n"

    sides = side("左", "a", "b", "", "z") + side("中", "c", "", "y") + side("右", "d", "e", "f", "", "x")
    assert rows(make([line(5)], f"code: 表\ntitle: 表\nsides:\n{sides}")) == [
        "左|中|右",
        "项目|数|项目|数|项目|数",
        "a|5|c|5|d|5",
        "b|5|||e|5",
        "||||f|5",
        "z|5|y|5|x|5",
    ]


# --- 附加 as a dimension ---

KIND = "{each: '附加:类型', label: '{{ name }}'}"


def test_a_lines_own_extra_goes_before_its_projects_and_that_before_its_units(make: Make) -> None:
    units = [{**UNITS[0], "extra": {"类型": "单位的"}}]
    projects = [{**PROJECTS[0], "extra": {"类型": "项目的"}}]
    lines = [
        line(1, **A),
        line(20, **A, **project("P1")),
        line(300, **A, **project("P1"), extra={"类型": "自己的"}),
    ]
    columns = f"{{label: 合计}}, {KIND}, {{label: 两种, where: {{'附加:类型': [自己的, 单位的]}}}}"
    printed = rows(
        make(lines, sheet(columns, "{label: 合计}, {each: '附加:类型'}"), units=units, projects=projects)
    )
    assert printed == [
        "名称|合计|单位的|项目的|自己的|两种",
        "合计|321|1|20|300|301",
        "单位的|1|1|||1",
        "项目的|20||20||",
        "自己的|300|||300|300",
    ]


def test_a_line_that_lacks_an_extra_is_pointed_at(faults: Tell) -> None:
    lines = [line(1, extra={"类型": "运转"}), line(2, economic="30102")]
    (told,) = (f for f in faults(lines, sheet(KIND)) if "附加:类型" in f.message)
    assert (Path(told.place.file).name, told.place.line) == ("dept.yaml", 9)


def test_a_name_under_extra_that_nobody_uses_gets_the_nearest_as_a_hint(faults: Tell) -> None:
    table = sheet("{label: 数, where: {'附加:预算类形': 运转}}")
    told = " ".join(f.message for f in faults([line(1, extra={"预算类型": "运转"})], table))
    assert "附加:预算类形" in told
    assert "是不是“附加:预算类型”" in told


def test_lines_that_are_no_project_need_not_say_what_only_projects_say(make: Make) -> None:
    projects = [{**PROJECTS[0], "extra": {"类型": "特定"}}]
    lines = [line(100), line(20, **project("P1"))]
    assert rows(make(lines, sheet(f"{{label: 合计}}, {KIND}"), projects=projects)) == [
        "名称|合计|特定",
        "合计|120|20",
    ]


# --- by ---


def test_by_prints_the_money_of_the_project_that_a_row_names_within_the_tables_unit(make: Make) -> None:
    lines = [line(100, **A, **project("P1")), line(1000, **B, **project("P1")), line(3, **B, **project("P2"))]
    bought = [{**BOUGHT[0], **A, "project": "P1"}, {**BOUGHT[1], **B, "project": "日常公用经费"}]
    columns = "{label: 数}, {label: 项目预算, by: project, source: expenditure}"
    whole = sheet(columns, "{each: procurement}, {label: 合计}", PURCHASES)
    per_unit = sheet(columns, "{each: procurement}", PURCHASES + PER_UNIT)
    names = sheet(
        "{label: 一般, where: {unit: '101001'}}, {label: 项目预算, by: project}, {label: 单位预算, by: unit}",
        "{each: project}, {each: unit}",
    )
    made = all_rows(make(lines, whole, per_unit, names, procurement=bought))
    assert [t[1:] for t in made] == [
        ["电脑|12|1100", "桌子|6|", "合计|18|"],
        ["电脑|12|100"],
        ["桌子|6|"],
        ["项目一|100|1100|", "项目二||3|", "甲|100||100", "乙|||1003"],
    ]


# --- against ---

CHANGED = [line(100, prior=50, executed=200), line(30, **EDUCATION, prior=30, executed=10)]


def test_columns_compare_with_last_years_budget_or_its_execution(make: Make) -> None:
    columns = ", ".join(
        f"{{label: {measure}{against}, measure: {measure}, against: {against}}}"
        for against in ("prior", "executed")
        for measure in ("change", "growth")
    )
    listed = "{tree: function, levels: 项}, {label: 合计}, {label: 收入, source: revenue}"
    forward = [{"fund": "general", "amount": 7}]  # of which no execution is known
    printed = rows(make(CHANGED, sheet(columns, listed), carry_forward=forward))
    assert printed[1:] == [
        "统计管理|50|100.00|-100|-50.00",
        "中等职业教育|0|0.00|20|200.00",
        "合计|50|62.50|-80|-38.10",
        "收入|57|71.25||",
    ]


def test_an_execution_given_for_one_fund_only_is_not_compared_over_all(make: Make) -> None:
    lines = [line(100, prior=50, executed=80), line(30, **OTHER, prior=30)]
    columns = "{label: 执行, measure: executed}, {label: 增减, measure: change, against: executed}"
    text = (
        "全部{{ compare(figure(against='executed')) }}。"
        "一般{{ compare(figure(against='executed', fund='general'), explain=False) }}。"
    )
    document = make(lines, sheet(columns, "{each: fund}, {label: 合计}"), text=text)
    assert rows(document)[1:] == ["一般公共预算|80|20", "其他收入||", "合计|80|"]
    assert words(document) == "全部。一般比2024年执行数增加20元，增长25%。"


def test_texts_compare_lists_and_changes_with_what_they_are_told(make: Make) -> None:
    text = (
        "{% set f = figure(against='executed') %}{{ f.before }}，{{ f.change }}，{{ growth(f) }}；\n"
        "{% for c in codes('function', '项', against='executed') %}"
        "{{ c.name }}{{ compare(c.figure, explain=False) }}；{% endfor %}\n"
        "{{ compare(figure(), explain=False) }}；{{ compare(figure(function='2050302'), explain=False) }}。"
    )
    assert words(make(CHANGED, text=text)).replace("\n", "") == (
        "210元，80元，38%；"
        "统计管理比2024年执行数减少100元，下降50%；中等职业教育比2024年执行数增加20元，增长200%；"
        "比2024年预算数增加50元，增长63%；与2024年预算数持平。"
    )


def test_a_code_of_which_only_last_years_execution_is_known_is_listed_against_it(make: Make) -> None:
    lines = [line(100, prior=100, executed=100), line(**EDUCATION, executed=9)]
    text = (
        "{% for c in codes('function', against='executed') %}{{ c.name }}{{ c.figure.before }}；{% endfor %}"
    )
    assert words(make(lines, text=text)) == "统计管理100元；中等职业教育9元；"


def test_a_written_cause_is_used_only_where_the_budget_moved_the_same_way(make: Make) -> None:
    text = "{{ compare(figure(against='executed'), cause='支出') }}。{{ compare(figure(), cause='支出') }}。"
    printed = words(make(CHANGED, text=text, causes={"支出": "新增人员"}))
    against_executed, against_prior, _ = printed.split("。")
    assert against_prior == "比2024年预算数增加50元，增长63%，主要原因是新增人员"
    assert against_executed.startswith("比2024年执行数减少80元，下降38%")
    assert "新增人员" not in against_executed


def test_the_wording_says_what_is_compared(make: Make) -> None:
    wording = "wording: {compared: '对{{ against }}：', unchanged: '等于{{ against }}'}\n"
    text = (
        "{{ compare(figure(against='executed'), explain=False) }}；{{ compare(figure(), explain=False) }}。"
    )
    document = make([line(100, prior=100, executed=80)], text=text, main=wording)
    assert words(document) == "对执行数：增加20元，增长25%；等于预算数。"


# --- templates, forms, parts ---


def test_templates_name_codes_and_other_values(make: Make) -> None:
    cell = "{{ name_of('function', it.function) if it }}{{ name_of('unit', it.unit) if it }}"
    table = sheet(
        f'{{label: 科目, text: "{cell}"}}, {{label: 数}}', "{each: procurement}, {label: 合计}", PURCHASES
    )
    bought = [{**BOUGHT[0], **A, **EDUCATION}, BOUGHT[1]]
    text = "{{ name_of('fund', 'general') }}{{ name_of('资金', 'other') }}"
    document = make([line(1)], table, text=text, procurement=bought)
    assert rows(document)[1:] == ["电脑|中等职业教育甲|12", "桌子||6", "合计||18"]
    assert words(document) == "一般公共预算其他收入"


FORM = "code: 表\ntitle: '{{ project.name if project }}绩效表'\nform: f.html.j2\neach: project\n"
FRAGMENT = {
    "f.html.j2": "<table><colgroup><col style='width:100%'/></colgroup>"
    "<tr><td class='a'>{{ figure(project=it.code) if it else '无' }}</td></tr></table>"
}


def test_forms_begin_pages_only_where_asked_and_the_empty_one_may_be_left_out(make: Make) -> None:
    lines = [line(3, **project("P1")), line(4, **project("P2"))]

    def breaks(head: str) -> list[bool]:
        document = make(lines, FORM + head, files=FRAGMENT)
        (form,) = document.tables
        assert isinstance(form, Form)
        assert [("3" in page.html, "4" in page.html) for page in form.pages] == [(True, False), (False, True)]
        forms = lxml_html.document_fromstring(document.html).find_class("form")
        return ["new-page" in str(block.get("class")) for block in forms]

    assert breaks("") == [False, False]
    assert breaks("new_page: 是\n") == [False, True]
    nobody = FORM + "where: {fund: other}\nempty: 本部门无此项支出\n"
    (form,) = make(lines, nobody, files=FRAGMENT).tables
    assert isinstance(form, Form)
    assert [(page.title, page.notes) for page in form.pages] == [("绩效表", ("本部门无此项支出",))]
    assert make(lines, nobody + "omit_empty: 是\n", files=FRAGMENT).tables == ()


def test_forms_may_have_one_title_for_all(make: Make) -> None:
    lines = [line(3, **project("P1")), line(4, **project("P2"))]

    def titles(head: str) -> list[list[str]]:
        form = FORM.replace("{{ project.name if project }}", "") + head
        html = make(lines, form, files=FRAGMENT).html
        forms = lxml_html.document_fromstring(html).find_class("form")
        return [[title.tag for title in form.find_class("table-title")] for form in forms]

    assert titles("") == [["h2"], ["p"]]
    assert titles("title_once: 是\n") == [["h2"], []]


def test_headings_of_a_part_that_is_out_of_the_contents_are_not_listed_there(make: Make) -> None:
    parts = (
        "  - contents: {title: 目录}\n  - text: text.md.j2\n  - {text: own.md.j2, in_contents: 否}\n"
        "  - {title: 附表, tables: [t0], in_contents: 否}\n  - {title: 又附, tables: [t1]}\n"
    )
    table = sheet("{label: 数}")
    files = {"own.md.j2": "# 不列\n\n## 也不列\n\n话\n"}
    document = make([line(1)], table, table, text="# 列\n\n话\n", parts=parts, files=files)
    root = lxml_html.document_fromstring(document.html)
    assert [item.text_content() for item in root.iter("li")] == ["列", "又附", "表"]
    assert [h.text_content() for h in root.iter("h1")] == ["列", "不列", "附表", "又附"]


def test_an_empty_file_of_the_profile_stands_in_no_ones_way(make: Make) -> None:
    """An empty table without a statement makes the checker look for the table's title in every file."""
    table = sheet("{label: 数}", head="where: {fund: other}\n")
    assert rows(make([line(1)], table, files={"unused.md.j2": ""}))[-1] == "合计|"


# --- words without effect are refused ---

REFUSED = {
    "a condition on no value": (sheet("\n  {label: 数, where: {fund: []}}"), 4, "“fund”后面没有写值"),
    "in_totals on a group": (
        sheet("\n  {label: 组, in_totals: 否, columns: [{label: 数}]}"), 4, "分组的列不能写 in_totals"
    ),
    "each with show": (sheet("\n  {label: 数, each: fund, show: name}"), 4, "不能写 show、text"),
    "all without each": (sheet("\n  {label: 数, all: 是}"), 4, "all（全部列出）在这里没有用"),
    "all of codes": (sheet("\n  {label: 数, each: economic, all: 是}"), 4, "all（全部列出）在这里没有用"),
    "all of a label": (sheet("{label: 数}", "\n  {label: 合计, all: 是}"), 5, "all（全部列出）在这里没有用"),
    "a column for each record": (sheet("\n  {label: 数, each: procurement}"), 4, "列不能逐一列出记录"),
    "also of a change": (
        sheet("\n  {label: 数, measure: change, also: {fund: other}}"), 4, "also（另加）只能"
    ),
    "all on a table without each": (sheet("{label: 数}", head="all: 是\n"), 1, "要与 each 一起写"),
    "new_page on a table": (sheet("{label: 数}", head="each: unit\nnew_page: 是\n"), 1, "只用于 form"),
    "title_once on a table": (sheet("{label: 数}", head="each: unit\ntitle_once: 是\n"), 1, "只用于 form"),
    "a label over figures": (
        sheet("{label: 数}, {label: 又}", "{label: 合计, merge: 2}"), 1, "2 会盖住“数”的数字"
    ),
    "a label over columns made": (
        sheet(f"{BY_FUND}, {{label: 又}}", "{label: 合计, merge: 2}"), 1, "会盖住逐一列出的列"
    ),
    "a label over everything": (
        sheet("{label: 数}", "{label: 合计, rows: [{label: 下, merge: 2}]}"), 1, "2 太多，这里一共 2 列"
    ),
    "rows that would all be left out": (
        sheet("{label: 码, show: code}", "{label: 合计, omit_empty: 是}"), 1, "会去掉所有的行"
    ),
}  # fmt: skip


@pytest.mark.parametrize(("table", "at", "says"), REFUSED.values(), ids=REFUSED)
def test_a_word_without_effect_is_refused_with_its_place(
    table: str, at: int, says: str, faults: Tell
) -> None:
    told = faults([line(1)], table)
    (found,) = (fault for fault in told if says in fault.message)
    assert Path(found.place.file).name == "t0.yaml"
    assert found.place.line == at


@pytest.mark.parametrize("word", ["where", "also"])
def test_a_condition_left_blank_is_refused(word: str, faults: Tell) -> None:
    """Or else the column would print all the money under its label."""
    assert "没有写值" in faults([line(1)], sheet(f"{{label: 基金, {word}: {{fund: }}}}"))[0].message


# --- nothing is lost ---

_LINES = st.lists(
    st.builds(
        lambda unit, fund, nature, amount, prior: line(
            amount, unit=unit["code"], fund=fund, prior=prior, **(project("P1") if nature else {})
        ),
        st.sampled_from(UNITS),
        st.sampled_from(["general", "government_fund", "other", "business"]),
        st.booleans(),
        st.integers(0, 9999),
        st.one_of(st.none(), st.integers(0, 9999)),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda typed: json.dumps({k: v for k, v in typed.items() if k not in ("amount", "prior")}),
)


@given(lines=_LINES)
def test_columns_for_funds_and_rows_or_tables_for_units_sum_to_the_lines(
    lines: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    cross = sheet(f"{{label: 合计}}, {BY_FUND}", "{each: unit}, {label: 合计, kind: total}")
    own = sheet(f"{{label: 合计}}, {BY_FUND}", head="each: unit\n")
    last_year = sheet(BY_FUND, "{each: unit, measure: prior, omit_empty: 是}")
    document = composed(tmp_path_factory.mktemp("sums"), lines, cross, own, last_year)
    first, *each, last = [
        [[cell.value or Decimal(0) for cell in row.cells[1:]] for row in table.rows]
        for table in document.tables
        if isinstance(table, Table)
    ]
    total = sum(one["amount"] for one in lines)
    assert first[-1][0] == sum(first[-1][1:]) == total
    assert [sum(column) for column in zip(*first[:-1], strict=True)] == first[-1]
    assert sum(table[-1][0] for table in each) == sum(sum(table[-1][1:]) for table in each) == total
    assert sum(map(sum, last)) == sum(one.get("prior", 0) for one in lines)


# --- the same words in Word ---


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<td>合　　计</td>", "合　　计"),
        ("<td>  一 \n\t 二 </td>", "一 二"),
        ("<td>其中：<br/>\n　　一、<strong>甲</strong> 乙</td>", "其中：\n　　一、甲 乙"),
        ("<td>a&#160;&#160;b</td>", "a\u00a0\u00a0b"),
    ],
)
def test_a_cell_of_word_collapses_blanks_as_html_does_and_keeps_wide_ones(html: str, text: str) -> None:
    assert plain(lxml_html.fromstring(html)) == text


SECTION = qn("w:sectPr")
WIDE = sheet("{label: 数}", head="orientation: landscape\n")
TEXT, EMPTY = "  - text: text.md.j2\n", "  - text: none.md.j2\n"
TWICE = "{{ table('t0') }}\n\n{{ table('t0') }}\n"


def sections(document: Document) -> str:
    """The sections of the Word file: the words of the paragraph that ends each, and its direction."""
    pages = {str(h.get("id")): 1 for h in lxml_html.document_fromstring(document.html).iter("h1", "h2")}
    with zipfile.ZipFile(io.BytesIO(to_docx(document, pages))) as package:
        body = etree.fromstring(package.read("word/document.xml"))[0]
    assert max(len(p.findall(SECTION)) for p in body.iter(qn("w:pPr"))) <= 1
    found = ""
    for section in body.iter(SECTION):
        if section.getparent().tag == qn("w:pPr"):  # the last section is ended by the body itself
            found += "".join(section.getparent().getparent().itertext())
        found += "—" if section.find(qn("w:pgSz")).get(qn("w:orient")) == "landscape" else "|"
    return found


@pytest.mark.parametrize(
    ("text", "parts", "ended"),
    [
        (f"前\n\n{TWICE}\n后\n", TEXT, "前|—|"),
        ("甲\n", TEXT + EMPTY + TEXT, "甲|||"),
        ("甲\n", EMPTY + TEXT + EMPTY + EMPTY + "  - {title: 附表, tables: [t0]}\n" + EMPTY, "|甲|||—|"),
    ],
    ids=["two wide tables in a row", "an empty text", "empty texts everywhere"],
)
def test_no_paragraph_of_word_ends_two_sections(text: str, parts: str, ended: str, make: Make) -> None:
    """Nor is there a paragraph only for a section's end where another one could end it."""
    files = {"none.md.j2": "{% if false %}x{% endif %}\n"}
    found = sections(make([line(1)], WIDE, text=text, parts=parts, files=files))
    assert re.sub("—[|—]*—", "—", found) == ended


@pytest.mark.parametrize(("text", "ended"), [(f"前\n\n{TWICE}\n后\n", r"前\|—+\|"), (TWICE, "—+")])
def test_no_upright_page_stands_blank_before_a_wide_table(text: str, ended: str, make: Make) -> None:
    """The PDF has none; Word numbers the pages after it otherwise than the contents say."""
    assert re.fullmatch(ended, sections(make([line(1)], WIDE, text=text, parts=TEXT)))


def test_a_table_that_only_a_text_prints_tells_what_no_ledger_has(tmp_path: Path, faults: Tell) -> None:
    (tmp_path / "profile" / "tables").mkdir(parents=True)
    table = {"tables/科目.yaml": sheet("{label: 数}", "{tree: function}")}
    told = faults([line(5, function=None)], text='{{ table("科目") }}\n', files=table)
    assert "表需要“功能科目”，这里没有；请补上" in [fault.message for fault in told]
