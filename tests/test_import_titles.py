"""Which column is which year's amount, what names a key, and what stands above the titles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from exports import Told, run, workbook, written

KEYS = ["单位编码", "功能科目", "经济科目"]
KNOWN = ["101", "2010506", "30101"]


def _import(folder: Path, *rows: Sequence[object], words: Sequence[object] = ()) -> Told:
    book = workbook(folder / "export.xlsx", rows)
    return run(book, "--force", "-o", folder / "lines.csv", *words)


def _read(folder: Path, *rows: Sequence[object]) -> dict[str, str]:
    told = _import(folder, *rows)
    assert told.code == 0, told.err
    (record,) = written(folder / "lines.csv")
    return record


def _map(folder: Path, text: str) -> Path:
    path = folder / "map.yaml"
    path.write_text(text, "utf-8")
    return path


# --- years ---


@pytest.mark.parametrize(
    ("titles", "amounts"),
    [
        (["2023年预算数", "2024年预算数", "2025年预算数"], {"金额": "3.00", "上年预算数": "2.00"}),
        (["2025年预算数", "2024年预算数", "2023年预算数"], {"金额": "1.00", "上年预算数": "2.00"}),
        (["2024预算数", "2025预算数", "其他"], {"金额": "2.00", "上年预算数": "1.00"}),
        (["2024执行数", "2025预算数", "其他"], {"金额": "2.00", "上年执行数": "1.00"}),
        (["2023年预算数", "2025年预算数", "上年预算数"], {"金额": "2.00", "上年预算数": "3.00"}),
        (["2025年预算数", "2023年执行数", "2030年完成"], {"金额": "1.00"}),
    ],
)  # fmt: skip
def test_the_greatest_year_is_this_year(tmp_path: Path, titles: list[str], amounts: dict[str, str]) -> None:
    record = _read(tmp_path, [*KEYS, *titles], [*KNOWN, "1", "2", "3"])
    assert {field: text for field, text in record.items() if field.endswith(("额", "数"))} == amounts


def test_a_year_above_its_amounts_counts(tmp_path: Path) -> None:
    head = [*KEYS, "2023年", "2025年", "2024年"]
    record = _read(tmp_path, head, [*[""] * 3, *["预算数"] * 3], [*KNOWN, "1", "2", "3"])
    assert (record["金额"], record["上年预算数"]) == ("2.00", "3.00")


@pytest.mark.parametrize(
    ("titles", "field"),
    [
        (["金额", "合计"], "金额"),
        (["2025年预算数", "2025年批复数"], "金额"),
        (["预算数（2024年）", "预算数（2025年）"], "金额"),
        (["上年预算数", "2024年预算数", "2025年预算数"], "上年预算数"),
    ],
)
def test_of_two_columns_for_one_amount_the_mapping_must_name_one(
    tmp_path: Path, titles: list[str], field: str
) -> None:
    rows = [[*KEYS, *titles], [*KNOWN, *"123"[: len(titles)]]]
    path = tmp_path / "map.yaml"
    told = _import(tmp_path, *rows, words=["--map", path])
    said = f"错误：“{titles[0]}”、“{titles[1]}”都像是{field}；请用 --map map.yaml，在映射的“列”里写明用哪一列"
    assert said in told.faults[0]
    again = _import(tmp_path, *rows, words=["--map", path])
    assert f"导出的标题里没有“请选一个：{titles[0]}、{titles[1]}”" in again.faults[0]
    text = path.read_text("utf-8").replace(f'"请选一个：{titles[0]}、{titles[1]}"', f'"{titles[1]}"')
    path.write_text(text, "utf-8")
    told = _import(tmp_path, *rows, words=["--map", path])
    assert told.code == 0, told.err
    assert written(tmp_path / "lines.csv")[0][field] == "2.00"


# --- columns that name keys ---


@pytest.mark.parametrize(
    "typed",
    ["201.05.06", "201 05 06", "201-05-06", "2010506.0", "201.05.06行政运行", "[201.05.06]行政运行"],
)  # fmt: skip
def test_codes_are_read_however_they_are_stepped(tmp_path: Path, typed: str) -> None:
    assert _read(tmp_path, [*KEYS, "金额"], ["101", typed, "301.01", "1"])["功能科目"] == "2010506"


@pytest.mark.parametrize("typed", ["201.5.6", "201.05 06", "2010506.5", "20105060", "行政运行", "二〇一"])
def test_codes_that_cannot_be_read_are_faults_of_their_cells(tmp_path: Path, typed: str) -> None:
    told = _import(tmp_path, [*KEYS, "金额"], ["101", typed, "30101", "1"])
    assert told.code == 1
    assert f"export.xlsx:明细!B2: 错误：功能科目：“{typed}”不是支出功能分类编码" in told.faults[0]


@pytest.mark.parametrize(
    ("title", "value", "field"),
    [
        ("功能科目", "30101", "功能科目"),
        ("科目编码", "甲乙", "功能科目"),
        ("上年结转", "5.00", "上年结转"),
        ("资金性质", "100.00", "资金"),
    ],
)
def test_a_key_whose_values_are_none_is_a_fault(tmp_path: Path, title: str, value: str, field: str) -> None:
    rows = [["单位编码", "经济科目", title, "金额"], ["101", "30101", value, "1"]]
    path = tmp_path / "map.yaml"
    told = _import(tmp_path, *rows, words=["--map", path])
    assert f"C1: 错误：“{title}”像是{field}，里面的“{value}”却不像，没有用" in told.faults[0]
    assert f"请核对：{title}" in path.read_text("utf-8")
    assert _import(tmp_path, *rows, words=["--map", path]).code == 1


def test_a_column_that_another_is_better_for_is_told(tmp_path: Path) -> None:
    told = _import(tmp_path, [*KEYS, "部门编码", "金额"], [*KNOWN, "100", "1"])
    assert told.code == 0
    assert "注意：“部门编码”也像是单位，没有用；要用它，请在映射里改" in told.err


STEPS = ["单位编码", "类", "款", "项", "经济科目", "金额"]


@pytest.mark.parametrize("codes", [["205", "03", "02"], ["205", "20503", "2050302"], ["205", "03", ""]])
def test_codes_in_columns_of_their_steps_are_joined(tmp_path: Path, codes: list[str]) -> None:
    rows = [STEPS, ["101", *codes, "30101", "1"]]
    path = tmp_path / "map.yaml"
    told = _import(tmp_path, *rows, words=["--map", path])
    assert told.code == 0, told.err
    assert "  D 类+款+项 → 功能科目" in told.err
    assert written(tmp_path / "lines.csv")[0]["功能科目"] in ("2050302", "20503")
    assert _import(tmp_path, *rows, words=["--map", path]).out.endswith("lines.csv\n")


@pytest.mark.parametrize(
    "codes", [["205", "3", "2"], ["205", "", "02"], ["205", "0302", ""], ["类", "款", "二"]]
)
def test_steps_that_are_not_clean_are_a_fault(tmp_path: Path, codes: list[str]) -> None:
    told = _import(tmp_path, STEPS, ["101", *codes, "30101", "1"])
    assert told.code == 1
    assert "D2: 错误：功能科目：" in told.faults[0]


def test_steps_may_stand_beneath_one_title_and_be_named_by_letters(tmp_path: Path) -> None:
    rows = [
        ["单位编码", "功能科目", "", "", "经济科目", "", "金额"],
        ["", "类", "款", "项", "类", "款", ""],
        ["101", "205", "03", "02", "301", "01", "1"],
        ["", "205小计", "", "", "", "", "1"],
        ["单位编码", "功能科目", "", "", "经济科目", "", "金额"],
        ["", "类", "款", "项", "类", "款", ""],
        ["101", "206", "03", "02", "301", "01", "2"],
        ["101", "206", "03", "02", "301", "02", "2"],
    ]
    told = _import(tmp_path, *rows)
    assert told.code == 0, told.err
    first, *_ = by_title = written(tmp_path / "lines.csv")
    assert (first["功能科目"], first["部门经济科目"]) == ("2050302", "30101")
    assert len(by_title) == 3
    columns = "{单位: 单位编码, 功能科目: B+C+D, 部门经济科目: E+F, 金额: 金额}"
    path = _map(tmp_path, f"标题行: 1-2\n金额单位: 元\n列: {columns}\n")
    told = _import(tmp_path, *rows, words=["--map", path])
    assert told.code == 0, told.err
    assert written(tmp_path / "lines.csv") == by_title


def test_steps_of_two_codes_may_have_the_same_titles(tmp_path: Path) -> None:
    titles = ["单位编码", "类", "款", "项", "类", "款", "金额"]
    record = _read(tmp_path, titles, ["101", "205", "03", "02", "301", "01", "1"])
    assert (record["功能科目"], record["部门经济科目"]) == ("2050302", "30101")


# --- what stands above the titles ---

HEAD = [*KEYS, "金额"]
AT_ROW_3 = (
    "标题行: 3\n金额单位: 元\n列: {单位: 单位编码, 功能科目: 功能科目, 部门经济科目: 经济科目, 金额: 金额}\n"
)


def test_a_line_above_the_titles_is_a_fault_and_hides_no_line_below(tmp_path: Path) -> None:
    same = ["101", "2010506", "30101", "100"]
    rows = [HEAD, same, HEAD, ["101", "2010507", "30101", "8"], same, ["101", "2010506", "30102", "1"]]
    path = _map(tmp_path, AT_ROW_3)
    told = _import(tmp_path, *rows, words=["--map", path])
    assert told.faults[0].endswith(
        "export.xlsx:明细!D2: 错误：这一行在标题行上面，却有“100”；是明细的，请改正映射里的“标题行”；"
        "不是的，请把 2 写进“不读的行”"
    )
    path.write_text(AT_ROW_3 + "不读的行: [2]\n", "utf-8")
    told = _import(tmp_path, *rows, words=["--map", path])
    assert "读入 3 行明细，合计 109.00 元" in told.summary
    assert told.summary.endswith("0 行重复的标题、1 行标题上面的文字、1 行映射里写明不读的")


def test_a_small_table_above_the_richer_one_is_a_fault(tmp_path: Path) -> None:
    small = [["功能科目编码", "金额"], ["2010506", "100"], ["2010507", "50"]]
    rows = [[*HEAD, "资金"], [*KNOWN, "7", "一般公共预算"], [*KNOWN[:2], "30102", "8", "一般公共预算"]]
    told = _import(tmp_path, *small, *rows)
    assert [fault.partition("!")[2].partition(":")[0] for fault in told.faults] == ["A2", "A3"]


def test_a_line_declared_a_title_is_a_fault(tmp_path: Path) -> None:
    path = _map(tmp_path, AT_ROW_3.replace("3", "1-2", 1).replace("金额: 金额", "金额: D"))
    columns = path.read_text("utf-8").replace("单位编码", "A").replace("功能科目: 功能科目", "功能科目: B")
    path.write_text(columns.replace("经济科目: 经济科目", "经济科目: C"), "utf-8")
    told = _import(tmp_path, HEAD, [*KNOWN, "100"], [*KNOWN[:2], "30102", "1"], words=["--map", path])
    assert "D2: 错误：这一行写成了标题行，却有“100”" in told.faults[0]


def test_texts_and_labelled_numbers_above_the_titles_are_no_lines(tmp_path: Path) -> None:
    rows: list[Sequence[object]] = [
        ["2025年部门预算"],
        ["预算年度", 2025],
        ["编制单位：", "101001", "", "单位：元"],
        [],
        [*KEYS, "2025年"],
        ["", "", "", "金额"],
    ]
    told = _import(tmp_path, *rows, [*KNOWN, "1"])
    assert told.code == 0, told.err
    assert told.summary.endswith("1 行空行、0 行重复的标题、3 行标题上面的文字")


# --- a cell with a unit of its own ---


@pytest.mark.parametrize("title", ["金额", "金额（万元）", "金额（元）"])
@pytest.mark.parametrize("typed", ["12.50万元", "12.50万", "125,000元"])
def test_a_cell_with_its_own_unit_is_read_by_it_alone(tmp_path: Path, title: str, typed: str) -> None:
    assert _read(tmp_path, [*KEYS, title], [*KNOWN, typed])["金额"] == "125000.00"


def test_cells_without_a_unit_are_read_by_that_of_their_title(tmp_path: Path) -> None:
    rows = [*KNOWN[:2], "30102", "2"]
    told = _import(
        tmp_path, [*KEYS, "金额（万元）"], [*KNOWN, "1.00元"], rows, ["合计", "", "", "2.0001万元"]
    )
    assert told.code == 0, told.err
    assert [record["金额"] for record in written(tmp_path / "lines.csv")] == ["1.00", "20000.00"]


def test_columns_in_two_units_are_a_fault(tmp_path: Path) -> None:
    told = _import(tmp_path, [*KEYS, "金额（万元）", "上年预算数（元）"], [*KNOWN, "1", "2"])
    assert any("E1: 错误：“上年预算数（元）”写的是元，“金额（万元）”是万元" in fault for fault in told.faults)


def test_a_unit_above_the_table_and_another_in_the_title_have_to_be_settled(tmp_path: Path) -> None:
    told = _import(tmp_path, ["单位：万元"], [*KEYS, "金额（元）"], [*KNOWN, "100"])
    assert any("表里写了万元、元，分不清金额是哪一种" in fault for fault in told.faults)


def test_a_unit_that_is_neither_yuan_nor_wan_is_a_fault(tmp_path: Path) -> None:
    told = _import(tmp_path, [*KEYS, "金额（千元）"], [*KNOWN, "100"])
    assert any("金额单位是千元，只能读元、万元；请在系统里换成元再导出" in fault for fault in told.faults)
