"""A workbook is an input like any other: read exactly, and what it cannot say is named by its cell."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook
from reading import ROOT
from strategies import disclosure, disclosures

from reportgen.build import Format, build
from reportgen.convert import convert
from reportgen.convert.book import book
from reportgen.convert.typed import typed
from reportgen.convert.workbook import unfit, workbook
from reportgen.convert.yaml_files import yaml_files
from reportgen.faults import FaultyInput, Severity
from reportgen.load import load_disclosure
from reportgen.load.disclosure import load_own
from reportgen.model import Disclosure

EXAMPLES = ROOT / "data" / "examples"
KEPT = EXAMPLES / "standard"

ODD = [
    "=1+1", "+86", "-", "@某某", "_x0041_", "null", "~", "0101", "1e5", "是", "12.50", "2025-01-02",
    "键: 值", "- 一条", "# 不是注释", "[2040201]行政运行", "{{ x }}", "'单'", '"双"', "a,b", "第一段\n第二段",
    "行首\n  空格", "末尾反斜杠\\", "全角：冒号", "半角:冒号", "100%", "\u2028分行", "𠮷",
]  # fmt: skip
texts = st.one_of(
    st.sampled_from(ODD),
    st.text(
        st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="\u3000"),
        min_size=1,
        max_size=12,
    ).filter(lambda text: text.strip() != ""),
)
names = texts.filter(lambda text: "\n" not in text)
amounts = st.one_of(st.integers(0, 10**13), st.integers(10**16, 10**17 - 1)).map(
    lambda c: f"{c // 100}.{c % 100:02}"
)


@st.composite
def full(draw: st.DrawFn) -> Disclosure:
    """A disclosure with something in every section, texts that YAML, CSV and Excel each take amiss."""
    content: dict[str, Any] = draw(disclosures(max_lines=4))
    extra = st.dictionaries(names, texts, max_size=2)
    content["amount_unit"] = draw(st.sampled_from(["元", "万元"]))
    content["department"] |= {
        "duties": draw(st.lists(texts, max_size=3)),
        "contact": draw(texts),
        "extra": draw(extra),
    }
    content["defaults"] = {"fund": "general"}
    for line in content["expenditure"]["支出"]:
        line |= {"note": draw(texts), "extra": draw(extra), "amount": draw(amounts)}
    if draw(st.booleans()):
        content["expenditure"] = dict.fromkeys(
            draw(st.lists(st.sampled_from(["按功能", "按 经济", "A", "支出"]), min_size=1, unique=True)),
            content["expenditure"]["支出"],
        )
    for project in content["projects"]:
        project |= {"plan": draw(extra), "extra": draw(extra), "basis": draw(texts)}
    content["assets"] = draw(st.sampled_from([None, {"as_of": "2024-12-31", "items": []}]))
    if draw(st.booleans()):
        items = [{"category": draw(texts), "name": draw(names), "held": "3", "value": draw(amounts)}]
        content["assets"] = {"as_of": "2024-12-31", "items": items}
    content["staff"] = [{"name": draw(names), "authorised": "12"}]
    content["performance"] = [
        {"goal": draw(texts), "goals": draw(st.lists(texts, max_size=3)), "extra": draw(extra)}
        for _ in range(draw(st.integers(0, 2)))
    ]
    content["indicators"] = [
        {"name": draw(names), "weight": draw(st.sampled_from(["10", "12.5"])), "core": "是"}
    ]
    content["past"] = [{"year": "2021", "name": draw(names), "amount": draw(amounts)}]
    content["causes"] |= {"三公经费": draw(texts)}
    content["uses"] = {"2040201": draw(texts)}
    content["terms"] = [{"term": draw(names), "meaning": draw(texts)}]
    content["names"] = {"2999901": draw(names)}
    content["control"] = {"revenue": draw(amounts), "items": {"公务接待费": "1.5"}, "classes": {"204": "7"}}
    content["checks"] = [{"rule": "P2-secrecy", "off": "是", "reason": draw(texts)}]
    return disclosure(content)


def _read_again(files: dict[str, bytes], main: str, folder: Path) -> Disclosure:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return load_own(folder / main).disclosure


@settings(phases=(Phase.explicit, Phase.generate))  # to shrink a whole disclosure takes minutes
@given(full())
def test_any_disclosure_is_the_same_after_yaml_and_after_a_workbook(
    tmp_path_factory: pytest.TempPathFactory, given: Disclosure
) -> None:
    content = typed(given, given.amount_unit.label)
    folder = tmp_path_factory.mktemp("there")
    from_yaml = _read_again(yaml_files("dept.yaml", content), "dept.yaml", folder)
    assert from_yaml.model_dump() == given.model_dump()

    sheets = book(content)
    assert not list(unfit(sheets))
    from_workbook = _read_again({"dept.xlsx": workbook(sheets)}, "dept.xlsx", folder)
    assert from_workbook.model_dump() == given.model_dump()


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.iterdir()))
def test_every_example_goes_to_a_workbook_and_back(name: str, tmp_path: Path) -> None:
    source = EXAMPLES / name / "dept.yaml"
    for target, origin in (
        (tmp_path / "dept.xlsx", source),
        (tmp_path / "back.yaml", tmp_path / "dept.xlsx"),
    ):
        for path, data in convert(origin, target)[0].items():
            path.write_bytes(data)
    assert load_own(tmp_path / "back.yaml").disclosure.model_dump(exclude={"year_before"}) == load_own(
        source
    ).disclosure.model_dump(exclude={"year_before"})


def test_the_same_input_makes_the_same_workbook() -> None:
    source, target = KEPT / "dept.yaml", Path("out/a.xlsx")
    assert convert(source, target) == convert(source, target)


def test_units_own_files_are_put_together_and_that_is_told() -> None:
    _, notes = convert(EXAMPLES / "hubei-jianghan" / "dept.yaml", Path("out/a.xlsx"))
    assert [note.message for note in notes] == [
        "各单位的文件合成了一个；单位自己的职责、原因、用途等文字不在里面，--unit 仍用原来的文件"
    ]


def test_the_example_kept_as_a_workbook_says_what_its_yaml_says() -> None:
    kept, source = load_disclosure(KEPT / "dept.xlsx"), load_disclosure(KEPT / "dept.yaml")
    assert kept.disclosure.model_dump() == source.disclosure.model_dump()


def test_the_example_kept_as_a_workbook_builds_the_same_word_file_byte_for_byte() -> None:
    from_yaml = build(KEPT / "dept.yaml", [Format.DOCX], verified=False).files
    from_workbook = build(KEPT / "dept.xlsx", [Format.DOCX], verified=False).files
    assert from_yaml == from_workbook


# what people do to a workbook ------------------------------------------------------------------------


def _changed(tmp_path: Path, change: Callable[[Workbook], None]) -> Path:
    """The kept example after a change, saved by another program than the one that wrote it."""
    opened = openpyxl.load_workbook(KEPT / "dept.xlsx")
    change(opened)
    path = tmp_path / "dept.xlsx"
    opened.save(path)
    return path


def _column(sheet: Any, title: str) -> int:
    return next(cell.column for cell in sheet[1] if cell.value == title)


def _put(sheet: str, column: str, row: int, value: Any, **formats: Any) -> Callable[[Workbook], None]:
    def change(opened: Workbook) -> None:
        page = opened[sheet]
        cell = page.cell(row, _column(page, column))
        cell.value = value
        for name, one in formats.items():
            setattr(cell, name, one)

    return change


def _faults(path: Path) -> list[str]:
    with pytest.raises(FaultyInput) as caught:
        load_own(path)
    return [str(fault).replace(str(path), "dept.xlsx") for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("value", "formats", "expected"),
    [
        ("1,234.50", {}, "1234.50"),
        ("１２３４．５", {}, "1234.50"),
        ("1234.5 ", {}, "1234.50"),
        ("0.12345万元", {}, "1234.50"),
        (1234.5, {"number_format": '"¥"#,##0.00'}, "1234.50"),
        (0.1 + 0.2, {}, "0.30"),
        (1234, {}, "1234.00"),
    ],
    ids=["grouped text", "full width", "trailing blank", "own unit", "currency", "float noise", "whole"],
)
def test_amounts_are_read_as_people_see_them(
    tmp_path: Path, value: object, formats: dict[str, Any], expected: str
) -> None:
    path = _changed(tmp_path, _put("支出", "金额", 5, value, **formats))
    line = load_own(path).disclosure.expenditure["支出"][3]
    assert str(line.amount) == expected


@pytest.mark.parametrize(
    ("sheet", "column", "value", "formats", "read"),
    [
        ("单位", "编码", 1, {"number_format": "000"}, lambda d: d.units[0].code == "001"),
        ("单位", "编码", 205001, {}, lambda d: d.units[0].code == "205001"),
        (
            "支出",
            "功能科目",
            "2050302 中等职业教育",
            {},
            lambda d: d.expenditure["支出"][0].function == "2050302",
        ),
        ("支出", "功能科目", 2050302, {}, lambda d: d.expenditure["支出"][0].function == "2050302"),
        (
            "支出",
            "部门经济科目",
            "[30101]基本工资",
            {},
            lambda d: d.expenditure["支出"][0].economic == "30101",
        ),
        ("支出", "上年结转", True, {}, lambda d: d.expenditure["支出"][0].carryover is True),
        ("绩效指标", "指标值", 0.955, {"number_format": "0.0%"}, lambda d: d.indicators[0].target == "95.5%"),
        ("绩效指标", "指标值", datetime(2025, 6, 30), {}, lambda d: d.indicators[0].target == "2025-06-30"),
        ("单位", "规格", "=1+1的规格", {"data_type": "s"}, lambda d: d.units[0].rank == "=1+1的规格"),
    ],
)
def test_cells_are_read_as_they_are_shown(  # noqa: PLR0917  (pytest passes by name)
    tmp_path: Path,
    sheet: str,
    column: str,
    value: object,
    formats: dict[str, Any],
    read: Callable[[Disclosure], bool],
) -> None:
    assert read(load_own(_changed(tmp_path, _put(sheet, column, 2, value, **formats))).disclosure)


def test_a_fault_names_its_sheet_and_cell(tmp_path: Path) -> None:
    path = _changed(tmp_path, _put("支出", "功能科目", 17, "20503x"))
    sheet = openpyxl.load_workbook(path)["支出"]
    letter = sheet.cell(17, _column(sheet, "功能科目")).column_letter
    assert _faults(path) == [
        f"dept.xlsx:支出!{letter}17: 错误：功能科目：“20503x”不是支出功能分类编码；应为 3、5、7 位数字"
    ]


def _merge(opened: Workbook) -> None:
    opened["支出"].merge_cells("A2:A5")


def _formula(opened: Workbook) -> None:
    opened["支出"]["H2"] = "=1+1"


def _rename(opened: Workbook) -> None:
    opened["支出"].title = "支出明系"


def _misspell(opened: Workbook) -> None:
    opened["支出"]["B1"] = "功能科木"


def _twice(opened: Workbook) -> None:
    opened["支出"]["B1"] = "单位"


def _untitled(opened: Workbook) -> None:
    opened["单位"]["H3"] = "自己的话"


def _label(opened: Workbook) -> None:
    opened["基本信息"]["A6"] = "部门:编马"


def _undated(opened: Workbook) -> None:
    sheet = opened["基本信息"]
    (row,) = (cell.row for cell in sheet["A"] if cell.value == "国有资产:截至")
    sheet.delete_rows(row)


FAULTS: dict[str, tuple[Callable[[Workbook], None], list[str]]] = {
    "merged cells": (
        _merge,
        ["dept.xlsx:支出!A2: 错误：到 A5 是合并单元格，只有左上角有内容；请取消合并，每格都填"],
    ),
    "a formula that was never calculated": (
        _formula,
        ["dept.xlsx:支出!H2: 错误：公式没有保存结果；请在 Excel 或 WPS 里打开，重新计算并保存一次"],
    ),
    "a formula's error": (
        _put("支出", "金额", 2, "#REF!", data_type="e"),
        ["dept.xlsx:支出!H2: 错误：“#REF!”是公式的错误值；请改正公式，或直接填写"],
    ),
    "a long code as a number": (
        _put("项目", "编码", 2, 420103210000000012),
        [
            "dept.xlsx:项目!A2: 错误：超过 15 位的数字，"
            "电子表格保不住后面的位数；请把单元格设为文本格式，重新填写"
        ],
    ),
    "a sheet of a strange name": (
        _rename,
        [
            "dept.xlsx:支出明系: 错误：不认识的工作表“支出明系”，是不是“支出”？；"
            "自己用的工作表，名字请以“_”开头（如“_支出明系”），就不会读它"
        ],
    ),
    "a strange column": (_misspell, ["dept.xlsx:支出!B1: 错误：不认识的列“功能科木”，是不是“功能科目”？"]),
    "a column twice": (_twice, ["dept.xlsx:支出!B1: 错误：列名“单位”重复"]),
    "a column without a name": (
        _untitled,
        ["dept.xlsx:单位!H3: 错误：这一列没有列名；请在第 1 行写上，或删去这一列"],
    ),
    "a strange label": (
        _label,
        [
            "dept.xlsx:基本信息!A6: 错误：不认识的键“编马”，是不是“编码”？",
            "dept.xlsx:基本信息!A6: 错误：缺少“部门:编码（code）”",
        ],
    ),
    "an empty cell that may not be": (
        _put("项目", "名称", 2, None),
        ["dept.xlsx:项目!B2: 错误：缺少“名称（name）”"],
    ),
    "a part of a section that its own sheet has not": (
        _undated,
        ["dept.xlsx:基本信息: 错误：缺少“国有资产:截至（as_of）”"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_a_workbook_cannot_say_is_named(name: str, tmp_path: Path) -> None:
    change, expected = FAULTS[name]
    assert _faults(_changed(tmp_path, change)) == expected


@pytest.mark.parametrize(
    ("shown_as", "message"),
    [
        ('0.00"万元"', "单元格的数字格式里写着“万元”，看到的不是实际的数；请把格式改成“数值”，再核对这个数"),
        ("0!.0,万", "单元格的数字格式里写着“万”，看到的不是实际的数；请把格式改成“数值”，再核对这个数"),
    ],
)
def test_a_number_format_that_writes_a_unit_is_refused(tmp_path: Path, shown_as: str, message: str) -> None:
    path = _changed(tmp_path, _put("支出", "金额", 5, 12.5, number_format=shown_as))
    assert [fault.partition("：")[2] for fault in _faults(path)] == [message]


def test_a_second_table_of_basic_facts_or_pairs_is_told(tmp_path: Path) -> None:
    def change(opened: Workbook) -> None:
        opened["基本信息"]["D1"] = "内容"
        opened["基本信息"]["D3"] = "2030"
        opened["原因"]["C3"] = "别的话"
        opened["用途"].delete_rows(1)

    faults = [fault.split("；")[0] for fault in _faults(_changed(tmp_path, change))]
    assert faults == [
        "dept.xlsx:原因!C3: 错误：只读前两列",
        "dept.xlsx:基本信息!D1: 错误：只能有一列“内容”",
    ]


def test_a_title_above_the_column_names_is_told_once(tmp_path: Path) -> None:
    def change(opened: Workbook) -> None:
        opened["单位"].insert_rows(1)
        opened["单位"]["A1"] = "单位清单"

    assert _faults(_changed(tmp_path, change)) == [
        "dept.xlsx:单位!A1: 错误：第 1 行应是列名（如 编码、名称、性质、规格）；"
        "表名、空行请删去，或在这一行写上列名"
    ]


def test_two_sheets_of_one_section_are_told(tmp_path: Path) -> None:
    def change(opened: Workbook) -> None:
        opened.copy_worksheet(opened["支出"]).title = "支出明细"

    assert _faults(_changed(tmp_path, change)) == [
        "dept.xlsx:支出明细: 错误：与工作表“支出”是同一部分；请合在一起，或把其中一个的名字以“_”开头"
    ]


def test_column_names_broken_over_lines_are_read(tmp_path: Path) -> None:
    def change(opened: Workbook) -> None:
        page = opened["支出"]
        page.cell(1, _column(page, "上年执行数")).value = "上年\n执行数"

    assert load_own(_changed(tmp_path, change)).disclosure == load_own(KEPT / "dept.yaml").disclosure


def test_a_formula_whose_result_is_an_empty_text_is_an_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "dept.xlsx"
    with zipfile.ZipFile(KEPT / "dept.xlsx") as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet3.xml":
                formula = b'<c r="I2" t="str"><f>IF(1&gt;2,"x","")</f><v></v></c>'
                assert content.count(b'<c r="J2"') == 1
                content = content.replace(b'<c r="J2"', formula + b'<c r="J2"')
            target.writestr(name, content)
    assert load_own(path).disclosure == load_own(KEPT / "dept.yaml").disclosure


def test_hidden_columns_and_sheets_are_read_and_told(tmp_path: Path) -> None:
    def hide(opened: Workbook) -> None:
        opened["支出"].column_dimensions["B"].hidden = True
        opened["单位"].sheet_state = "hidden"

    notes = load_own(_changed(tmp_path, hide)).notes
    assert [f"{note.place.sheet}!{note.place.cell}" for note in notes] == ["单位!0", "支出!B1"]


def test_hidden_rows_are_read_and_told(tmp_path: Path) -> None:
    def hide(opened: Workbook) -> None:
        opened["支出"].row_dimensions[3].hidden = True

    loaded = load_own(_changed(tmp_path, hide))
    assert loaded.disclosure.expenditure == load_own(KEPT / "dept.yaml").disclosure.expenditure
    (note,) = loaded.notes
    assert note.severity is Severity.WARNING
    assert note.message == "第 3 行（共 1 行）是隐藏的，也读进来了；不要的请删去，要的请取消隐藏"


def test_sheets_of_the_user_s_own_are_left_alone(tmp_path: Path) -> None:
    def add(opened: Workbook) -> None:
        opened.create_sheet("_草稿")["A1"] = "随便写"
        opened.create_sheet("说明")["A1"] = "怎么填"

    assert load_own(_changed(tmp_path, add)).disclosure == load_own(KEPT / "dept.yaml").disclosure


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("dept.xls", b"", "不认识的文件类型“.xls”；请在 Excel 或 WPS 里另存为 .xlsx"),
        (
            "dept.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "是旧版 Excel 文件或加了密码；请在 Excel 或 WPS 里去掉密码，另存为 .xlsx",
        ),
        ("dept.xlsx", b"PK", "不是 Excel 工作簿，或者文件坏了；请在 Excel 或 WPS 里打开，另存为 .xlsx"),
    ],
)
def test_what_is_no_workbook_is_told_so(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FaultyInput) as caught:
        load_own(tmp_path / name)
    assert [fault.message for fault in caught.value.faults] == [message]


@given(st.binary(max_size=200), st.integers(0, 20_000))
def test_a_damaged_workbook_is_a_fault_and_no_crash(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int
) -> None:
    content = bytearray((KEPT / "dept.xlsx").read_bytes())
    content[at : at + len(noise)] = noise
    path = tmp_path_factory.mktemp("damaged") / "dept.xlsx"
    path.write_bytes(bytes(content))
    try:
        load_own(path)
    except FaultyInput as error:
        assert all(fault.message for fault in error.faults)


def test_a_ledger_whose_name_no_sheet_can_have_is_told(tmp_path: Path) -> None:
    content = typed(load_own(KEPT / "dept.yaml").disclosure, "元")
    lines = content["支出"]["支出"]  # type: ignore[call-overload,index]
    content["支出"] = {"功能/经济": lines, "Ａ": lines, "a": lines, "长" * 40: lines}
    assert list(unfit(book(content))) == [
        "“支出-功能/经济”不能做工作表的名字（最多 31 个字，不能有 []:*?/\\ 和首尾的'）；请改台账的名字",
        "有两个工作表都叫“支出-a”（不分大小写）；请改台账的名字",
        f"“支出-{'长' * 40}”不能做工作表的名字（最多 31 个字，不能有 []:*?/\\ 和首尾的'）；请改台账的名字",
    ]


def test_a_workbook_offers_codes_and_words_and_protects_its_headings() -> None:
    opened = openpyxl.load_workbook(io.BytesIO((KEPT / "dept.xlsx").read_bytes()))
    sheet = opened["支出"]
    offered = {str(one.sqref)[0]: one.formula1 for one in sheet.data_validations.dataValidation}
    heads = {cell.value: cell for cell in sheet[1]}
    assert offered[heads["支出性质"].column_letter].startswith('"基本支出,项目支出')
    assert (
        offered[heads["功能科目"].column_letter].startswith("='_目录'!$A$1")
        or "_目录" in offered[heads["功能科目"].column_letter]
    )
    assert opened["_目录"].sheet_state == "hidden"
    assert opened["_目录"]["A1"].value[:7].isdigit()
    assert sheet.protection.sheet
    assert heads["金额"].protection.locked
    assert not sheet["H2"].protection.locked
    assert sheet.freeze_panes == "A2"
    assert heads["金额"].comment.text.startswith("本年预算数")
