"""Faults that were really published, put into the examples: each is told before anything is written."""

from __future__ import annotations

import csv
import io
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from reading import ROOT

from reportgen.build import examine
from reportgen.faults import Fault, FaultyInput, Severity


@dataclass(frozen=True)
class Slip:
    example: str
    file: str
    right: str
    """A pattern that the file holds; the first place is spoiled."""
    wrong: str
    rule: str
    says: str


SLIPS = {
    "a project of 25.07 that a sentence calls 23.97": Slip(
        "hebei-qinhuangdao",
        "dept.yaml",
        "基本支出: 人员薪酬、各项保险增加",
        "基本支出: 人员薪酬、各项保险增加，其中专项公用经费23.97万元",
        "T12-quoted-amount",
        "这里说“专项公用经费”23.97万元，明细里本年预算是 250,700.00 元",
    ),
    "a percentage without its sign": Slip(
        "chongqing-yubei",
        "dept.yaml",
        "养老保险缴费基数略有降低",
        "养老保险缴费基数下降3.5",
        "W1-percent-sign",
        "“下降3.5”像是百分数而没有写 %",
    ),
    "a cause that says nothing": Slip(
        "chongqing-yubei",
        "dept.yaml",
        "公务接待费: 落实过紧日子要求，严格控制接待范围和规模",
        "公务接待费: 主要原因是。",
        "W2-empty-cause",
        "后面没有写原因",
    ),
    "a blank amount": Slip(
        "chongqing-yubei",
        "lines.csv",
        r"66673464\.00,65174388\.00",
        ",",
        "",
        "这一行没有金额",
    ),
    "210 under its old name": Slip(
        "hubei-xianning",
        "dept.yaml",
        "支出: lines.csv",
        '支出: lines.csv\n科目名称: {"210": 医疗卫生与计划生育支出}',
        "T8-name",
        "210 在 2024 年目录里是“卫生健康支出”，这里写的是“医疗卫生与计划生育支出”，是从前的名称",
    ),
    "a child code under another parent": Slip(
        "chongqing-yubei",
        "dept.yaml",
        "支出:",
        '科目名称: {"2080605": 机关事业单位基本养老保险缴费支出}\n支出:',
        "T8-name",
        "目录里没有 2080605，“机关事业单位基本养老保险缴费支出”是 2080505 的名称",
    ),
    "two units that are one line short of the department": Slip(
        "hubei-jianghan",
        "交通大队/lines.csv",
        r"(?m)^20402.*\n",
        "",
        "T1-control",
        "批复数“支出总计” 890,525,500.00 元，与明细合计",
    ),
    "三公 items that do not add up to what was approved": Slip(
        "hebei-qinhuangdao",
        "dept.yaml",
        r"三公经费: 1040700\.00",
        "三公经费: 1040700.00\n  三公分项: {公务接待费: 140700}",
        "T1-control",
        "批复数“公务接待费” 140,700.00 元，与明细合计",
    ),
}


def _found(path: Path, profile: Path | None = None) -> tuple[Fault, ...]:
    try:
        return examine(path, profile=profile).findings
    except FaultyInput as error:
        return error.faults


def _copy(name: str, folder: Path) -> Path:
    shutil.copytree(ROOT / "data" / "examples" / name, folder, dirs_exist_ok=True)
    return folder / "dept.yaml"


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_real_fault_is_an_error(slip: Slip, tmp_path: Path) -> None:
    source = _copy(slip.example, tmp_path)
    assert [f for f in _found(source) if f.severity is Severity.ERROR] == []
    path = tmp_path / slip.file
    text = path.read_text("utf-8")
    assert re.search(slip.right, text)
    path.write_text(re.sub(slip.right, lambda _: slip.wrong, text, count=1), "utf-8")
    errors = [f for f in _found(source) if f.severity is Severity.ERROR]
    assert any(f.rule == slip.rule and slip.says in f.message for f in errors), errors


def test_an_empty_table_statement_beside_figures_is_an_error(tmp_path: Path) -> None:
    source = _copy("standard", tmp_path / "input")
    profile = shutil.copytree(ROOT / "templates" / "standard", tmp_path / "profile")
    table = profile / "tables" / "表五-一般公共预算支出表.yaml"
    table.write_text(table.read_text("utf-8") + "\nnotes: [本部门没有一般公共预算支出。]\n", "utf-8")
    (found,) = [f for f in _found(source, profile) if f.severity is Severity.ERROR]
    assert found.rule == "W6-statement"
    assert "有数字，下面却写着“本部门没有一般公共预算支出。”" in found.message


def test_last_years_figure_that_differs_from_last_years_file_is_an_error(tmp_path: Path) -> None:
    source = _copy("chongqing-yubei", tmp_path)
    text = source.read_text("utf-8").replace("年度: 2024\n", "年度: 2024\n上年: 去年.yaml\n")
    source.write_text(text, "utf-8")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "lines.csv").read_text("utf-8"))))
    before = [(row["功能科目"], row["上年预算数"]) for row in rows if row["上年预算数"]]
    last_year = (
        "格式: standard\n年度: 2023\n部门: {编码: '112', 名称: 某局, 性质: 行政单位}\n"
        "默认: {资金: 一般公共预算}\n支出:\n"
    )

    def told(lines: list[tuple[str, str]]) -> list[Fault]:
        listed = "".join(f"  - {{功能科目: '{code}', 金额: '{amount}'}}\n" for code, amount in lines)
        (tmp_path / "去年.yaml").write_text(last_year + listed, "utf-8")
        return [f for f in _found(source) if f.severity is Severity.ERROR]

    assert told(before) == []
    code, amount = before[0]
    (found,) = told([(code, amount.replace("65174388", "65174389")), *before[1:]])
    assert found.rule == "T12-year-before"
    assert "相差 1.00 元" in found.message
