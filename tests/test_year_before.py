"""Last year's own input stands in for figures of the year before that this year's input does not give."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from findings_cases import BASE

from reportgen.build import examine
from reportgen.compose import Document
from reportgen.derive.origin import origin
from reportgen.faults import FaultyInput, Severity


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
