"""`reportgen import lines`: a detail export of the budget system becomes lines.csv, or says why not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from exports import Cells, Told, as_gbk, run, workbook, written

from reportgen.build import examine
from reportgen.faults import Severity

TITLES = [
    "单位",
    "功能分类科目",
    None,
    "部门预算支出经济分类",
    "项目类别",
    "资金性质",
    "2025年预算数",
    "2024年预算数",
    "项目",
]
EXPORT: Sequence[Cells] = [
    ["2025年部门预算支出明细表"],
    ["编制单位：某某区统计局", None, None, None, None, None, None, "单位：万元"],
    TITLES,
    [None, "编码", "名称"],
    ["合计", None, None, None, None, None, "181.2", "160.5"],
    ["[101001]某某区统计局", 2010501, "行政运行", "30101-基本工资", "人员类", "经费拨款", "82", "79"],
    [None, 2010501, "行政运行", "30201-办公费", "公用经费", "经费拨款", "12.5 ", "１２.５"],
    [None, "2010501小计", None, None, None, None, "94.5", "91.5"],
    TITLES,
    [None, "编码", "名称"],
    [
        None,
        2010507,
        "专项普查活动",
        "（30227）委托业务费",
        "特定目标类",
        "政府性基金预算资金",
        "30",
        "20",
        "[P01]专项普查",
    ],
    [],
    ["小计", None, None, None, None, None, "124.5", "111.5"],
    ["[101002]某某区普查中心", 2010550, "事业运行", "基本工资(30101)", "人员类", "事业收入", "56.7", 49],
    ["小计", None, None, None, None, None, "56.7", 49],
    ["制表人：张三"],
]
MERGED = ("A3:A4", "B3:C3", "D3:D4", "E3:E4", "F3:F4", "G3:G4", "H3:H4", "I3:I4", "A6:A8")
LINES = """\
单位,功能科目,功能科目名称,部门经济科目,部门经济科目名称,支出性质,经费类别,资金,项目,金额,上年预算数
101001,2010501,行政运行,30101,基本工资,基本支出,人员经费,一般公共预算,,820000.00,790000.00
101001,2010501,行政运行,30201,办公费,基本支出,公用经费,一般公共预算,,125000.00,125000.00
101001,2010507,专项普查活动,30227,委托业务费,项目支出,,政府性基金预算,P01,300000.00,200000.00
101002,2010550,事业运行,30101,基本工资,基本支出,人员经费,事业收入,,567000.00,490000.00
"""
MAP = """\
# 从 export.xlsx 的列名和内容猜出来的映射；请核对，不对的直接改，再运行一次。
工作表: 明细
标题行: "3-4"  # 列名所在的行；两行的标题写成 3-4
金额单位: 万元  # 元或万元

# 我们的列: 导出的列名（也可以写列的字母，如 H）。一列可以给两项用；不要的项删去。
列:
  单位: 单位
  功能科目: 功能分类科目/编码
  功能科目名称: 功能分类科目/名称
  部门经济科目: 部门预算支出经济分类
  支出性质: 项目类别
  经费类别: 项目类别
  资金: 资金性质
  项目: 项目
  金额: "2025年预算数"
  上年预算数: "2024年预算数"

# 导出的词: 我们的词；说明不了这一项的写“不写”。编码写错的也可以在这里改，如
#   功能科目: {行政运行: "2040201"}
取值:
  支出性质:
    人员类: 基本支出
    公用经费: 基本支出
    特定目标类: 项目支出
  经费类别:
    人员类: 人员经费
    特定目标类: 不写
  资金:
    经费拨款: 一般公共预算
    政府性基金预算资金: 政府性基金预算

# 空着的格子与上面相同的列（合并的单元格，或只在第一行写的单位）
向下填充: [单位]

科目名称: 是  # 导出里的科目名称也写进明细，与目录核对
# 明细行: [17]     # 看着像小计、其实是明细的行
# 小计行: [18]     # 看着像明细、其实是小计的行；也与明细核对
# 不读的行: [120]  # 表尾的说明之类
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _changed(cell: str, value: object) -> list[list[object]]:
    """The export with another value in one cell."""
    rows = [[*row, *[None] * (9 - len(row))] for row in EXPORT]
    rows[int(cell[1:]) - 1][ord(cell[0]) - ord("A")] = value
    return rows


def _import(rows: Sequence[Cells], *words: str) -> Told:
    workbook(Path("export.xlsx"), rows, MERGED)
    return run("export.xlsx", *words)


# --- what comes out ---


def test_an_export_becomes_lines(folder: Path) -> None:
    told = _import(EXPORT, "--map", "map.yaml")
    assert (told.code, told.out) == (0, "map.yaml\nlines.csv\n"), told.err
    assert (folder / "lines.csv").read_bytes() == b"\xef\xbb\xbf" + LINES.encode()
    assert (folder / "map.yaml").read_text("utf-8") == MAP


def test_what_was_guessed_and_read_is_told(folder: Path) -> None:
    assert (
        _import(EXPORT).err
        == """\
export.xlsx:明细：标题在第 3-4 行，金额单位 万元
  A 单位 → 单位（例：[101001]某某区统计局）
  B 功能分类科目/编码 → 功能科目（例：2010501）
  C 功能分类科目/名称 → 功能科目名称（例：行政运行）
  D 部门预算支出经济分类 → 部门经济科目（例：30101-基本工资）
  E 项目类别 → 支出性质、经费类别（例：人员类）
  F 资金性质 → 资金（例：经费拨款）
  G 2025年预算数 → 金额（例：82）
  H 2024年预算数 → 上年预算数（例：79）
  I 项目 → 项目（例：[P01]专项普查）
  取值 支出性质：人员类 → 基本支出，公用经费 → 基本支出，特定目标类 → 项目支出
  取值 经费类别：人员类 → 人员经费，特定目标类 → 不写
  取值 资金：经费拨款 → 一般公共预算，政府性基金预算资金 → 政府性基金预算
  向下填充：单位
export.xlsx：读入 4 行明细，合计 1,812,000.00 元，上年预算数合计 1,605,000.00 元；\
跳过 4 行小计（与明细相符：按编码 1 行，按位置 2 行，按全部明细 1 行）、1 行空行、2 行重复的标题、\
2 行标题上面的文字、1 行页眉页脚
"""
    )


def test_the_saved_mapping_reads_the_same_again(folder: Path) -> None:
    _import(EXPORT, "--map", "map.yaml")
    again = run("export.xlsx", "--map", "map.yaml", "-o", "again.csv")
    assert (again.code, again.out) == (0, "again.csv\n"), again.err
    assert (folder / "again.csv").read_bytes() == (folder / "lines.csv").read_bytes()


def test_the_lines_build(folder: Path) -> None:
    _import(EXPORT)
    (folder / "dept.yaml").write_text(
        """\
格式: standard
年度: 2025
部门: {编码: "101", 名称: 某某区统计局, 性质: 行政单位}
单位:
  - {编码: "101001", 名称: 某某区统计局, 性质: 行政单位}
  - {编码: "101002", 名称: 某某区普查中心, 性质: 事业单位}
支出: lines.csv
项目: [{编码: P01, 名称: 专项普查}]
""",
        "utf-8",
    )
    found = examine(folder / "dept.yaml").findings
    assert [str(f) for f in found if f.severity is Severity.ERROR] == []


@pytest.mark.parametrize(
    ("encoding", "said"), [("gb18030", "GB18030（GBK）"), ("utf-8-sig", "UTF-8"), ("utf-8", "UTF-8")]
)
def test_csv_may_be_in_gbk_or_utf_8(folder: Path, encoding: str, said: str) -> None:
    rows = [["" if cell is None else str(cell) for cell in row] for row in EXPORT]
    rows[3] += [""] * 6
    told = run(as_gbk(folder / "export.csv", rows, encoding))
    assert told.code == 0, told.err
    assert told.err.splitlines()[0] == f"export.csv：标题在第 3-4 行，金额单位 万元，编码 {said}"
    assert (folder / "lines.csv").read_text("utf-8-sig") == LINES


def test_a_file_with_lines_is_not_overwritten_unasked(folder: Path) -> None:
    (folder / "lines.csv").write_text("单位,金额\n1,2\n", "utf-8")
    told = _import(EXPORT)
    assert told.code == 1
    assert "lines.csv: 错误：已经有明细；要换掉请加 --force，或用 -o 写到别的文件" in told.err
    assert (folder / "lines.csv").read_text("utf-8") == "单位,金额\n1,2\n"
    assert _import(EXPORT, "--force").code == 0


def test_the_empty_file_that_init_writes_is_filled(folder: Path) -> None:
    (folder / "lines.csv").write_text("\ufeff单位,金额\n", "utf-8")
    assert _import(EXPORT).code == 0


# --- guessing ---

PLAIN = ["单位编码", "单位名称", "科目编码", "科目名称", "经济科目", "资金来源", "金额"]
ONE = ["101001", "某某局", "2010501", "行政运行", "30101", "一般公共预算", "10.00"]


@pytest.mark.parametrize(
    ("titles", "line", "expected"),
    [
        (PLAIN, ONE, {"单位": "101001", "功能科目": "2010501", "部门经济科目": "30101", "金额": "10.00"}),
        ([*PLAIN, "单位"], [*ONE, "元"], {"单位": "101001", "金额": "10.00"}),
        ([*PLAIN[:-1], "合计"], ONE, {"金额": "10.00"}),
        ([*PLAIN[:-1], "合计（万元）"], ONE, {"金额": "100000.00"}),
        ([*PLAIN, "上年执行数"], [*ONE, "9.00"], {"金额": "10.00", "上年执行数": "9.00"}),
        ([*PLAIN, "政府经济科目"], [*ONE, "[50101]工资奖金津补贴"], {"政府经济科目": "50101"}),
        ([*PLAIN, "项目"], [*ONE, "2025年培训"], {"项目": "2025年培训"}),
        ([*PLAIN, "项目"], [*ONE, "P01-培训"], {"项目": "P01"}),
        (
            [*PLAIN[:5], "资金性质", "金额"],
            [*ONE[:5], "上年结转一般公共预算", "1"],
            {"资金": "一般公共预算", "上年结转": "是"},
        ),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else "",
)
def test_columns_are_known_by_titles_and_values(
    folder: Path, titles: list[str], line: list[str], expected: dict[str, str]
) -> None:
    told = run(workbook(folder / "export.xlsx", [titles, line]))
    assert told.code == 0, told.err
    (record,) = written(folder / "lines.csv")
    assert expected.items() <= record.items()


def test_amounts_by_fund_are_not_passed_over_in_silence(folder: Path) -> None:
    titles = ["单位编码", "功能科目", "合计", "一般公共预算", "政府性基金"]
    told = run(workbook(folder / "export.xlsx", [titles, ["101001", "2010501", "5", "3", "2"]]))
    assert "  注意：“一般公共预算”、“政府性基金”像是按资金分列的金额，没有用；" in told.err


# --- rows that only their project tells apart ---

BY_PROJECT = ["单位编码", "功能科目", "经济科目", "项目编码", "金额"]


def _line(project: str, amount: str) -> list[str]:
    return ["101001", "2050202", "30201", project, amount]


def test_basic_expenditure_beside_a_project_is_a_line(folder: Path) -> None:
    rows = [BY_PROJECT, _line("", "10"), _line("P1", "20"), _line("P2", "5")]
    assert "读入 3 行明细，合计 35.00 元；跳过 0 行小计" in run(workbook(folder / "e.xlsx", rows)).summary


def test_the_sum_of_several_projects_is_a_subtotal(folder: Path) -> None:
    rows = [BY_PROJECT, _line("", "25"), _line("P1", "20"), _line("P2", "5")]
    assert "读入 2 行明细，合计 25.00 元；跳过 1 行小计" in run(workbook(folder / "e.xlsx", rows)).summary


def test_a_row_that_may_be_either_is_asked_about(folder: Path) -> None:
    told = run(workbook(folder / "e.xlsx", [BY_PROJECT, _line("", "20"), _line("P1", "20")]))
    assert told.code == 1
    assert "这一行没有写项目，别的都与第 3 行相同，金额也一样，可能是它的小计" in told.faults[0]


# --- what is refused ---

FAULTS: dict[str, tuple[str, object, list[str]]] = {
    "a line's amount changed": (
        "G7",
        "13.5",
        [
            "G5: 错误：小计与明细不符：金额这里是 1,812,000.00 元，它的明细（第 6—7、"
            "11、14 行，共 4 行）合计 1,822,000.00 元，相差 10,000.00 元；请核对这一"
            "格和这些明细",
            "G8: 错误：小计与明细不符：金额这里是 945,000.00 元，它的明细（第 6—7 行"
            "，共 2 行）合计 955,000.00 元，相差 10,000.00 元；请核对这一格和这些明细",
            "G13: 错误：小计与明细不符：金额这里是 1,245,000.00 元，它的明细（第 6—7"
            "、11 行，共 3 行）合计 1,255,000.00 元，相差 10,000.00 元；请核对这一格"
            "和这些明细",
        ],
    ),
    "a subtotal's amount changed": (
        "H8",
        "91.4",
        [
            "H8: 错误：小计与明细不符：上年预算数这里是 914,000.00 元，它的明细（第 "
            "6—7 行，共 2 行）合计 915,000.00 元，相差 1,000.00 元；请核对这一格和这"
            "些明细"
        ],
    ),
    "a subtotal without an amount": (
        "H15",
        None,
        [
            "H15: 错误：小计与明细不符：上年预算数这里空着，它的明细（第 14 行，共 1"
            " 行）合计 490,000.00 元，相差 490,000.00 元；请核对这一格和这些明细"
        ],
    ),
    "a bad code": (
        "B6",
        "204O201",
        [
            "B6: 错误：功能科目：“204O201”不是支出功能分类编码；应为 3、5、7 位数字；"
            '请改正，或在映射的“取值”里写 功能科目: {"204O201": 编码}'
        ],
    ),
    "a bad amount": (
        "G14",
        "56.7.1",
        ["G14: 错误：金额：“56.7.1”不是金额；应写成 1234.50 或 1,234.50（单位可写元、万元），没有就空着"],
    ),
    "a negative amount": ("H14", "-49", ["H14: 错误：上年预算数：“-49”是负数；此处的金额不能小于 0"]),
    "an unknown word": (
        "F14",
        "单位资金",
        [
            "F14: 错误：资金：“单位资金”不在可选值之内：一般公共预算、政府性基金预算"
            "、国有资本经营预算、财政专户管理资金、事业收入、上级补助收入、附属单位上"
            "缴收入、事业单位经营收入、其他收入、用事业基金弥补收支差额；请改正，或在"
            "映射的“取值”里写 资金: {单位资金: 上面的一个}"
        ],
    ),
    "a unit without a code": (
        "A14",
        "某某区普查中心",
        [
            "A14: 错误：单位：“某某区普查中心”里没有编码，别的行有；请改正，或在映射"
            "的“取值”里写 单位: {某某区普查中心: 编码}"
        ],
    ),
    "a blank code": (
        "B14",
        None,
        [
            "B14: 错误：这一行没有功能科目，别的行有；请补上（空着的与上面相同，"
            "请在映射的“向下填充”里写上功能科目；是小计的，请把 14 写进“不读的行”）"
        ],
    ),
    "a note that is no foot": (
        "E12",
        "以上不含追加",
        ["12: 错误：这一行没有金额，也不是小计；请补上，或删去这一行（不要的行也可以写进映射的“不读的行”）"],
    ),
}


@pytest.mark.parametrize("case", FAULTS, ids=str)
def test_a_faulty_export_is_told_by_cell_and_nothing_is_written(folder: Path, case: str) -> None:
    cell, value, expected = FAULTS[case]
    told = _import(_changed(cell, value))
    assert (told.code, told.out) == (1, "")
    assert [f.removeprefix("export.xlsx:明细!") for f in told.faults] == expected
    assert told.summary == f"export.xlsx：{len(expected)} 处错误，没有写出 lines.csv；改正后再运行一次"
    assert [path.name for path in folder.iterdir()] == ["export.xlsx"]


def test_one_fault_stands_for_thousands_of_rows(folder: Path) -> None:
    rows: list[Cells] = [PLAIN]
    rows += [[*ONE[:5], "单位资金", "1"] for _ in range(3000)]
    rows += [[*ONE[:-1], f"{at}.123"] for at in range(30)]
    told = run(workbook(folder / "export.xlsx", rows))
    assert told.code == 1
    assert len(told.faults) == 1 + 20 + 1
    assert any("F2: 错误：资金：“单位资金”" in f and "（共 3000 行，这是第一处）" in f for f in told.faults)
    assert "G3022: 错误：从这里起还有 10 处金额有误，没有逐条列出；请先改正前面的" in told.faults[-1]


MAP_FAULTS = {
    "列:\n  单位: 单位": ("列:\n  单位: 单价", "map.yaml:8:7: 错误：导出的标题里没有“单价”，是不是“单位”？"),
    "  金额:": ("  金頟:", "map.yaml:16:3: 错误：不认识的键“金頟”，是不是“金额”？"),
    '标题行: "3-4"': ("标题行: 三", "map.yaml:3:6: 错误：标题行：“三”不是标题的行号；应写 3，或 3-4"),
    "向下填充: [单位]": (
        "向下填充: [名称]",
        "map.yaml:34:8: 错误：向下填充：“名称”不在可选值之内：单位、功能科目、部"
        "门经济科目、政府经济科目、支出性质、经费类别、资金、项目",
    ),
    "工作表: 明细": ("工作表: 明细表", "map.yaml:2:6: 错误：导出里没有工作表“明细表”，是不是“明细”？"),
    "# 不读的行: [120]": (
        "不读的行: [120]",
        "map.yaml:39:8: 错误：导出的第 120 行是空的，或没有这一行；请改正行号",
    ),
}


@pytest.mark.parametrize("typed", MAP_FAULTS, ids=str.strip)
def test_a_faulty_mapping_is_told_by_line_and_column(folder: Path, typed: str) -> None:
    wrong, expected = MAP_FAULTS[typed]
    assert typed in MAP
    (folder / "map.yaml").write_text(MAP.replace(typed, wrong), "utf-8")
    told = _import(EXPORT, "--map", "map.yaml")
    assert told.code == 1
    assert told.faults == [expected]
    assert not (folder / "lines.csv").exists()


def test_a_row_may_be_declared_a_line_or_left_out(folder: Path) -> None:
    """Without an economic class, and above another line of the same codes: it looks like a subtotal."""
    rows = [PLAIN, ONE, [*ONE[:4], "", ONE[5], "7.00"], ["以上不含追加"]]
    workbook(folder / "export.xlsx", rows)
    told = run("export.xlsx", "--map", "map.yaml")
    assert [f.partition("错误：")[2] for f in told.faults] == [
        "小计与明细不符：金额这里是 7.00 元，它的明细（第 2 行，共 1 行）合计 10.00 元，相差 3.00 元；"
        "请核对这一格和这些明细；这一行若是明细，请把 3 写进映射的“明细行”",
        "这一行没有金额，也不是小计；请补上，或删去这一行（不要的行也可以写进映射的“不读的行”）",
    ]
    with (folder / "map.yaml").open("a", encoding="utf-8") as file:
        file.write("明细行: [3]\n不读的行: [4]\n")
    told = run("export.xlsx", "--map", "map.yaml")
    assert told.code == 0, told.err
    assert told.summary.endswith(
        "读入 2 行明细，合计 17.00 元；跳过 0 行小计（没有可以核对的）、0 行空行"
        "、0 行重复的标题、1 行映射里写明不读的"
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("export.xls", "export.xls: 错误：不认识的文件类型“.xls”；请在 Excel 或 WPS 里另存为 .xlsx"),
        ("export.pdf", "export.pdf: 错误：不认识的文件类型“.pdf”；导出应是 .xlsx 或 .csv 文件"),
        ("none.xlsx", "none.xlsx: 错误：找不到这个文件；请检查文件名和所在文件夹"),
        ("utf16.csv", "utf16.csv:1:1: 错误：不是 UTF-8 编码（是 UTF-16）；请另存为 UTF-8"),
        (
            "notes.csv",
            "notes.csv: 错误：找不到标题行：没有一行同时有“功能科目”“金额”之类的列名"
            "；请核对是不是明细表，或用 --map 写明标题行和各列",
        ),
    ],
)
def test_what_is_no_export_is_told(folder: Path, name: str, expected: str) -> None:
    (folder / "export.xls").write_bytes(b"\xd0\xcf\x11\xe0")
    (folder / "export.pdf").write_bytes(b"%PDF")
    (folder / "utf16.csv").write_bytes("单位,金额".encode("utf-16"))
    (folder / "notes.csv").write_text("甲,乙\n1,2\n", "utf-8")
    told = run(name)
    assert (told.code, told.faults) == (1, [expected])
