"""Last year's own input stands in for figures of the year before that this year's input does not give."""

from __future__ import annotations

import csv
import io
import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from findings_cases import BASE
from lxml import html as lxml_html
from reading import ROOT
from strategies import disclosure

from reportgen.build import examine, prepare
from reportgen.catalog import Classification, load_catalog
from reportgen.compose import Document
from reportgen.derive import derive
from reportgen.derive.dimensions import Condition
from reportgen.derive.origin import origin
from reportgen.faults import FaultyInput, Severity
from reportgen.model import Disclosure


def _composed(source: Path) -> Document:
    examined = examine(source, profile=BASE / "profile")
    assert [f for f in examined.findings if f.severity is Severity.ERROR] == []
    assert examined.document is not None
    return examined.document


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """This year's input without a figure of the year before, and last year's input that has them."""
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    text = re.sub(r", 上年执行数: \d+", "", (BASE / "dept.yaml").read_text("utf-8"))
    (tmp_path / "typed.yaml").write_text(text, "utf-8")
    plain = re.sub(r", 上年预算数: \d+", "", text)
    (tmp_path / "dept.yaml").write_text(
        plain.replace("年度: 2025\n", "年度: 2025\n上年: 2024.yaml\n"), "utf-8"
    )
    last = re.sub(r"金额: \d+(, [^}]*?)?, 上年预算数: (\d+)", r"金额: \2\1", text)
    last = re.sub(r"(?ms)^批复数:.*\Z", "", last).replace("年度: 2025\n", "年度: 2024\n")
    last = re.sub(r", (面向中小企业|面向小微企业|单价|数量): \d+", "", last)
    (tmp_path / "2024.yaml").write_text(last, "utf-8")
    return tmp_path


def test_every_table_and_sentence_is_as_if_the_year_before_had_been_typed(folder: Path) -> None:
    typed, read = _composed(folder / "typed.yaml"), _composed(folder / "dept.yaml")
    assert read.html == typed.html
    assert "比2024年预算数" in read.html


def test_a_figure_of_last_years_file_comes_from_every_line_of_it(folder: Path) -> None:
    budget = examine(folder / "dept.yaml", profile=BASE / "profile").budget
    found = origin(budget, "expenditure.prior[]")
    assert found is not None
    assert len(found.records) > 1
    assert sum(r.measures["prior"] for r in found.records) == budget.all.total("expenditure", "prior").value


def test_without_the_file_nothing_is_compared(folder: Path) -> None:
    source = folder / "dept.yaml"
    source.write_text(source.read_text("utf-8").replace("上年: 2024.yaml\n", ""), "utf-8")
    document = _composed(source)
    assert "比2024年预算数" not in document.html
    assert any(fault.rule == "W1-no-year-before" for fault in document.warnings)


def test_what_only_last_year_had_is_printed_under_its_name(folder: Path) -> None:
    last = folder / "2024.yaml"
    text = last.read_text("utf-8")
    text = text.replace("项目:\n", "项目:\n  - {编码: P9, 名称: 旧的专项}\n").replace(
        "支出:\n",
        '支出:\n  - {单位: "101002", 功能科目: "2010508", 功能科目名称: 统计抽样调查, 部门经济科目: "30201", '
        "支出性质: 项目支出, 项目: P9, 金额: 70000}\n",
    )
    last.write_text(text, "utf-8")
    document = _composed(folder / "dept.yaml")
    assert "统计抽样调查" in document.html
    hints = [
        f for f in examine(folder / "dept.yaml", profile=BASE / "profile").findings if f.rule == "R3-one-year"
    ]
    assert [hint.message for hint in hints] == [
        "只有 2024 年有的项目：P9 旧的专项；请确认",
        "只有 2024 年有的功能科目：2010508 统计抽样调查；请确认",
    ]


def test_a_purchase_of_last_year_is_no_row_of_this_year(folder: Path) -> None:
    document = _composed(folder / "dept.yaml")
    (table,) = [t for t in document.tables if t.code == "表十一"]
    assert "数据处理" in document.html
    assert sum("数据处理" in str(row) for row in getattr(table, "rows", ())) == 1


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("none.yaml", "找不到上年的文件“none.yaml”"),
        ("typed.yaml", "“typed.yaml”是 2025 年的，应是 2024 年的"),
    ],
)
def test_a_file_that_cannot_be_last_years_is_told_where_it_is_named(
    name: str, says: str, folder: Path
) -> None:
    source = folder / "dept.yaml"
    source.write_text(source.read_text("utf-8").replace("上年: 2024.yaml", f"上年: {name}"), "utf-8")
    with pytest.raises(FaultyInput, match=says) as caught:
        examine(source)
    assert [(fault.place.line, fault.place.column) for fault in caught.value.faults] == [(3, 5)]


def test_faults_of_last_years_file_are_told_with_its_name(folder: Path) -> None:
    last = folder / "2024.yaml"
    last.write_text(last.read_text("utf-8").replace("金额: 790000", "金额: 七十九万"), "utf-8")
    with pytest.raises(FaultyInput, match=r"2024\.yaml:1\d:"):
        examine(folder / "dept.yaml")


# two years of one department ---------------------------------------------------------------------------

STANDARD = ROOT / "data" / "examples" / "standard"


@pytest.fixture
def two_years(tmp_path: Path) -> Path:
    shutil.copytree(STANDARD, tmp_path, dirs_exist_ok=True)
    return tmp_path / "dept.yaml"


def _replaced(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1, (text.count(old), old)
    path.write_text(text.replace(old, new), "utf-8")


def _text(document: Document) -> str:
    return " ".join(lxml_html.document_fromstring(document.html).text_content().split())


def test_a_change_of_last_years_file_is_followed_in_tables_and_text(two_years: Path) -> None:
    before = _text(prepare(two_years)[0])
    # the department's expenditure of 2024, and what 2025 is more than it
    assert "118,388,700.00" in before or "11,838.87" in before
    lines = two_years.parent / "2024" / "lines.csv"
    first = next(line for line in lines.read_text("utf-8-sig").split("\n") if "30101" in line)
    assert first == "205001,2050399,30101,基本支出,一般公共预算,,,3384000.00"
    _replaced(lines, first, first.replace("3384000.00", "4384000.00"))
    after = _text(prepare(two_years)[0])
    found = re.compile(r"支总预算([\d,.]+)万元，比2024年预算数增加([\d,.]+)万元")
    (total, more), (same, less) = found.search(before).groups(), found.search(after).groups()  # type: ignore[union-attr]
    assert total == same == "11,838.87"
    assert _number(more) - _number(less) == 100
    budget = examine(two_years).budget
    condition = Condition("economic", ("30101",))
    assert budget.select([condition]).total("expenditure", "prior").value == _prior_of(lines, "30101")


def _number(printed: str) -> Decimal:
    return Decimal(printed.replace(",", ""))


def _prior_of(lines: Path, economic: str) -> Decimal:
    rows = csv.DictReader(io.StringIO(lines.read_text("utf-8-sig")))
    return sum((Decimal(row["金额"]) for row in rows if row["部门经济科目"] == economic), Decimal(0))


def test_a_renamed_project_keeps_its_year_before(two_years: Path) -> None:
    budget = examine(two_years).budget
    assert budget.select([Condition("project", ("P03",))]).total("expenditure", "prior").value == Decimal(
        4400000
    )
    _replaced(two_years, "编码变动: {S03: P03}         # 上年的项目编码今年改了\n", "")
    examined = examine(two_years)
    lost = examined.budget.select([Condition("project", ("P03",))]).total("expenditure", "prior").value
    assert not lost
    told = [f.message for f in examined.findings if f.rule == "R3-one-year"]
    assert "只有 2024 年有的项目：S03 产教融合实训基地建设；请确认" in told


def test_codes_that_the_catalogue_renamed_are_followed() -> None:
    catalog = load_catalog(2021)
    assert catalog.successor(Classification.FUNCTION, "2089901", 2020) == "2089999"
    assert catalog.successor(Classification.FUNCTION, "2089901", 2021) == "2089901"
    assert load_catalog(2020).successor(Classification.FUNCTION, "2089901", 2019) == "2089901"
    assert catalog.successor(Classification.ECONOMIC, "30101", 2020) == "30101"


def test_lines_of_a_renamed_code_are_laid_beside_the_new_one() -> None:
    now = disclosure(
        {
            "profile": "standard",
            "year": "2021",
            "department": {"code": "1", "name": "某局", "kind": "行政单位"},
            "expenditure": {"支出": [{"function": "2089999", "fund": "general", "amount": "5"}]},
        }
    )
    line = {"function": "2089901", "function_name": "旧名", "fund": "general", "amount": "3"}
    then = disclosure({**_plain(now), "year": "2020", "expenditure": {"支出": [line]}})
    budget = derive(now, load_catalog(2021), then)
    new = budget.select([Condition("function", ("2089999",))])
    assert new.total("expenditure", "amount").value == 5
    assert new.total("expenditure", "prior").value == 3
    assert budget.name("function", "2089999") == "其他社会保障和就业支出"


def _plain(said: Disclosure) -> dict[str, Any]:
    department = {"code": "1", "name": said.department.name, "kind": "行政单位"}
    return {"profile": said.profile, "department": department}
