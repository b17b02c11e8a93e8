"""The profile that docs/profiles.md makes step by step is made from its text here, and built."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest
from reading import ROOT, Report, build_into, figure, read_docx, read_pdf

from reportgen.build import prepare
from reportgen.compose import Document
from reportgen.compose.table import Table

DOCS = ROOT / "docs" / "profiles.md"
EXAMPLE = ROOT / "data" / "examples" / "standard" / "dept.yaml"
_FILE = re.compile(r"^```\w+ (某某市/\S+)\n(.*?)^```$", re.M | re.S)


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("worked")
    for name, text in _FILE.findall(DOCS.read_text("utf-8")):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder / "某某市"


@pytest.fixture(scope="module")
def document(profile: Path) -> Document:
    return prepare(EXAMPLE, profile=profile)[0]


@pytest.fixture(scope="module")
def report(profile: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return build_into(tmp_path_factory.mktemp("built"), EXAMPLE, profile)


def _table(document: Document, code: str) -> Table:
    (table,) = (t for t in document.tables if t.code == code)
    assert isinstance(table, Table)
    return table


def test_the_docs_make_every_file_they_count(profile: Path) -> None:
    assert len([path for path in profile.rglob("*") if path.is_file()]) == 7


def test_both_sides_of_the_balance_end_level_and_equal(document: Document) -> None:
    last = _table(document, "公开01表").rows[-1]
    assert (last.texts[0], last.texts[2]) == ("收入总计", "支出总计")
    with (EXAMPLE.parent / "lines.csv").open(encoding="utf-8") as lines:
        spent = sum(Decimal(line["金额"] or 0) for line in csv.DictReader(lines))
    left_for_next_year = Decimal(500000) + Decimal(240000)
    assert last.cells[1].value == last.cells[3].value == spent + left_for_next_year


def test_a_code_is_split_into_three_columns_and_the_total_stands_last(document: Document) -> None:
    table = _table(document, "公开02表")
    assert [row.texts[:4] for row in table.rows[:3]] == [
        ("205", "", "", "教育支出"),
        ("205", "03", "", "职业教育"),
        ("205", "03", "02", "中等职业教育"),
    ]
    assert table.rows[-1].texts[0] == "合计"
    total, basic, personnel, operating, project, other = map(figure, table.rows[-1].texts[1:])
    assert basic == personnel + operating
    assert total == basic + project + other


def test_every_fund_in_use_has_a_column_and_units_sum_to_the_total(document: Document) -> None:
    table = _table(document, "公开03表")
    heads = [cell.text for cell in table.header[0].cells]
    assert heads[:4] == ["单位编码", "单位名称", "合计", "一般公共预算"]
    *units, total = [
        [cell.value or Decimal(0) for cell in row.cells[-len(heads) + 2 :]] for row in table.rows
    ]
    assert [sum(column) for column in zip(*units, strict=True)] == total
    assert all(row[0] == sum(row[1:]) for row in [*units, total])


def test_one_table_is_in_yuan_while_the_rest_are_in_ten_thousands(document: Document) -> None:
    assert _table(document, "公开04表").above_right == "单位：元"
    assert _table(document, "公开02表").above_right == "单位：万元"
    general = _table(document, "公开04表").rows[-1]
    executed, budget, change, rate = (cell.value for cell in general.cells[1:])
    assert None not in (executed, budget, change, rate)
    assert budget - executed == change  # type: ignore[operator]  # no figure is None, as said above


def test_each_unit_has_a_table_of_its_own_under_its_name(document: Document) -> None:
    tables = [t for t in document.tables if t.code == "公开05表" and isinstance(t, Table)]
    assert [t.title.split("2025")[0] for t in tables] == [
        "某某市职业教育中心（本级）",
        "某某市第一职业技术学校",
        "某某市公共实训中心",
    ]
    by_unit = {row.texts[0]: row.cells[2].value for row in _table(document, "公开03表").rows}
    for table, code in zip(tables, ("205001", "205002", "205003"), strict=True):
        assert table.above == f"单位编码：{code}"
        assert table.rows[-1].cells[1].value == by_unit[code]


def test_a_section_appears_only_where_there_is_something(
    document: Document, profile: Path, tmp_path: Path
) -> None:
    assert "三、政府性基金预算支出情况" in document.html
    small = tmp_path / "dept.yaml"
    small.write_text(
        "格式: standard\n年度: 2025\n部门: {编码: '101', 名称: 某局, 性质: 行政单位}\n"
        "支出: [{功能科目: '2010506', 部门经济科目: '30101', 支出性质: 基本, 资金: 一般公共预算, 金额: 1}]\n",
        "utf-8",
    )
    assert "政府性基金" not in prepare(small, profile=profile)[0].html


def test_pdf_and_word_print_the_same_tables(report: Report, document: Document) -> None:
    word, pdf = ([t.rows for t in read.tables] for read in (read_docx(report.docx), read_pdf(report.pdf)))
    assert word == pdf
    assert len(word) == len(document.tables) == 7
