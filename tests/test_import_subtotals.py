"""What `reportgen import lines` takes for a sum of lines, and by what it is proved."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from exports import Told, run, workbook, written

HEAD = ["单位编码", "功能科目", "经济科目", "资金", "金额"]
ASKED = "可能是它的小计"


def _line(function: str, economic: str, amount: str, fund: str = "一般公共预算") -> list[str]:
    return ["101", function, economic, fund, amount]


def _sum(text: str, amount: str, unit: str = "") -> list[str]:
    return [unit, text, "", "", amount] if unit or text[:1].isdigit() else [text, "", "", "", amount]


def _import(folder: Path, *rows: Sequence[str], head: Sequence[str] = HEAD) -> Told:
    return run(workbook(folder / "export.xlsx", [head, *rows]), "--force", "-o", folder / "lines.csv")


def _places(told: Told) -> list[str]:
    return [fault.partition("!")[2].partition(":")[0] for fault in told.faults]


# --- what is a sum ---


def test_a_line_without_its_fund_is_not_dropped_for_equalling_one_other(tmp_path: Path) -> None:
    told = _import(tmp_path, _line("2080505", "30201", "2"), _line("2080505", "30201", "2", ""))
    assert told.code == 1
    assert "export.xlsx:明细!3: 错误：这一行没有写资金，别的都与第 2 行相同，金额也一样" in told.faults[0]
    assert ASKED in told.faults[0]


def test_the_mapping_may_say_that_a_row_is_a_sum_or_a_line(tmp_path: Path) -> None:
    rows = [["101", "", "", "", "2"], ["", *_line("2080505", "30201", "2")[1:]]]
    export = workbook(tmp_path / "export.xlsx", [HEAD, *rows])
    path, out = tmp_path / "map.yaml", tmp_path / "lines.csv"
    told = run(export, "--map", path, "-o", out)
    assert (
        "export.xlsx:明细!2: 错误：这一行没有写功能科目、部门经济科目、资金，别的都与第 3 行"
        in told.faults[0]
    )
    assert "是明细的，请把 2 写进映射的“明细行”；是小计的，请写进“小计行”" in told.faults[0]
    plain = path.read_text("utf-8")
    path.write_text(plain + "小计行: [2]\n", "utf-8")
    told = run(export, "--map", path, "-o", out)
    assert "读入 1 行明细，合计 2.00 元；跳过 1 行小计（与明细相符：按编码 1 行）" in told.summary
    assert written(out)[0]["单位"] == "101"
    path.write_text(plain + "小计行: [9]\n", "utf-8")
    told = run(export, "--map", path, "--force", "-o", out)
    assert any("map.yaml" in fault and "导出的第 9 行是空的，或没有这一行" in fault for fault in told.faults)


def test_a_shorter_class_equal_to_one_line_is_asked_about(tmp_path: Path) -> None:
    told = _import(tmp_path, _line("20805", "30201", "2"), _line("2080505", "30201", "2"))
    assert "这一行功能科目比第 3 行的短，别的都与第 3 行相同" in told.faults[0]


def test_a_row_that_equals_the_one_line_of_its_block_is_asked_about(tmp_path: Path) -> None:
    rows = [("一般公共预算", "2"), ("", "2"), ("事业收入", "5")]
    told = _import(tmp_path, *(_line("2080505", "30201", amount, fund) for fund, amount in rows))
    assert _places(told) == ["3"]
    assert ASKED in told.faults[0]


def test_rows_like_a_sum_of_several_lines_are_sums_of_one_too(tmp_path: Path) -> None:
    rows = [_line("2080505", "30201", "2"), _line("2080505", "30202", "3"), _line("2080506", "30201", "4")]
    told = _import(tmp_path, _sum("2080505", "5", "101"), *rows[:2], _sum("2080506", "4", "101"), rows[2])
    assert told.code == 0, told.err
    assert "读入 3 行明细，合计 9.00 元；跳过 2 行小计（与明细相符：按编码 2 行）" in told.summary


def test_the_whole_shows_that_rows_equal_to_one_line_are_sums(tmp_path: Path) -> None:
    rows = [_sum("2080505", "2", "101"), _line("2080505", "30201", "2")]
    assert ASKED in _import(tmp_path, *rows).faults[0]
    told = _import(tmp_path, *rows, _sum("合计", "2"))
    assert told.code == 0, told.err
    assert "读入 1 行明细，合计 2.00 元；跳过 2 行小计" in told.summary


@pytest.mark.parametrize(
    ("one", "other"), [("某局", "某局下属中心"), ("101", "101001")], ids=["names", "codes"]
)
def test_a_unit_is_no_sum_of_those_whose_name_or_code_begins_alike(
    tmp_path: Path, one: str, other: str
) -> None:
    rows = [[one, "", "", "", "100"], [other, "2010506", "30201", "", "60"]]
    told = _import(tmp_path, *rows, [other, "2010507", "30201", "", "40"])
    assert _places(told) == ["B2"]
    assert "这一行没有功能科目，别的行有" in told.faults[0]
    assert "是小计的，请把 2 写进“不读的行”" in told.faults[0]


def test_a_sum_of_a_unit_is_none_of_a_unit_whose_code_begins_alike(tmp_path: Path) -> None:
    rows = [["101", "2010506", "30201", "", "1"], ["10101", "2010506", "30201", "", "2"]]
    told = _import(tmp_path, *rows, ["101小计", "", "", "", "3"])
    assert _places(told) == ["E4"]
    assert "它的明细（第 2 行，共 1 行）合计 1.00 元" in told.faults[0]


def test_a_project_is_no_sum_of_those_whose_code_begins_alike(tmp_path: Path) -> None:
    head = ["单位编码", "功能科目", "经济科目", "项目编码", "金额"]
    told = _import(
        tmp_path,
        ["101", "2010506", "", "P1", "3"],
        ["101", "2010506", "30201", "P11", "1"],
        ["101", "2010506", "30202", "P12", "2"],
        head=head,
    )
    assert told.code == 0, told.err
    assert "读入 3 行明细，合计 6.00 元" in told.summary


def test_a_note_makes_no_sum(tmp_path: Path) -> None:
    rows = [[*_line("2010506", "30101", "100"), "补发共计"], [*_line("2010506", "30102", "100"), ""]]
    told = _import(tmp_path, *rows, head=[*HEAD, "备注"])
    assert told.code == 0, told.err
    assert [record["金额"] for record in written(tmp_path / "lines.csv")] == ["100.00", "100.00"]


def test_a_note_makes_no_sum_though_its_column_is_not_used(tmp_path: Path) -> None:
    rows = [["补发共计", *_line("2010506", "30101", "100")], ["", *_line("2010506", "30102", "100")]]
    told = _import(tmp_path, *rows, head=["补充", *HEAD])
    assert "读入 2 行明细，合计 200.00 元" in told.summary


def test_a_sum_may_say_so_in_the_column_of_numbers(tmp_path: Path) -> None:
    rows = [["1", *_line("2010506", "30101", "1")], ["合计", "", "", "", "", "1"]]
    told = _import(tmp_path, *rows, head=["序号", *HEAD])
    assert "读入 1 行明细，合计 1.00 元；跳过 1 行小计（与明细相符：按全部明细 1 行）" in told.summary


# --- sums without a word ---


def test_a_whole_that_no_word_names_is_checked(tmp_path: Path) -> None:
    rows = [_line("2010506", "30201", "10"), _line("2010506", "30202", "20")]
    told = _import(tmp_path, *rows, ["", "", "", "", "30"])
    assert told.code == 0, told.err
    assert "读入 2 行明细，合计 30.00 元；跳过 1 行小计（与明细相符：按全部明细 1 行）" in told.summary
    told = _import(tmp_path, *rows, ["", "", "", "", "31"])
    assert _places(told) == ["E4"]


def test_a_whole_that_no_word_names_may_follow_subtotals(tmp_path: Path) -> None:
    rows = [_line("2010506", "30201", "10"), _line("2010506", "30202", "20"), _sum("小计", "30")]
    told = _import(tmp_path, *rows, _line("2010507", "30202", "20"), ["", "", "", "", "50"])
    assert told.code == 0, told.err
    assert "（与明细相符：按位置 1 行，按全部明细 1 行）" in told.summary


def test_a_figure_alone_is_no_line_though_cells_are_filled_down(tmp_path: Path) -> None:
    columns = "{单位: 单位编码, 功能科目: 功能科目, 金额: 金额}"
    typed = f"标题行: 1\n金额单位: 元\n列: {columns}\n向下填充: [单位, 功能科目]\n"
    (tmp_path / "map.yaml").write_text(typed, "utf-8")
    rows = [["单位编码", "功能科目", "金额"], ["101", "2010506", "10"], ["", "", "20"]]
    told = run(
        workbook(tmp_path / "export.xlsx", rows), "--map", tmp_path / "map.yaml", "-o", tmp_path / "lines.csv"
    )
    assert told.code == 1
    assert _places(told) == ["C3"]
    assert "这一行若是明细，请把 3 写进映射的“明细行”" in told.faults[0]


def test_a_note_with_a_figure_is_told(tmp_path: Path) -> None:
    rows = [_line("2010506", "30201", "2"), _line("2010506", "30202", "3")]
    told = _import(tmp_path, *rows, ["说明：含上年", "", "", "", "5"])
    assert _places(told) == ["A4"]
    assert "单位：“说明：含上年”里没有编码，别的行有" in told.faults[0]


# --- sums by their place ---

A, B, C = (
    _line(*words)
    for words in (("2010506", "30101", "60"), ("2010506", "30102", "40"), ("2010507", "30101", "7"))
)
OF_A, OF_B = (_sum("2010506小计", amount, "101") for amount in ("60", "40"))
OF_C = _sum("2010507小计", "7", "101")
BY_PLACE = {
    "foot": [A, B, _sum("小计", "100"), C, _sum("小计", "7")],
    "head": [_sum("小计", "100"), A, B, _sum("小计", "7"), C],
    "pages": [A, _sum("本页小计", "60"), HEAD, B, C, _sum("本页合计", "47")],
    "pages without titles": [A, _sum("本页小计", "60"), B, C, _sum("本页小计", "47")],
    "several wholes": [A, B, _sum("合计", "100"), C, _sum("合计", "7")],
    "bare": [A, B, _sum("", "100"), C, _sum("", "7")],
    "blocks of one code at the foot": [A, OF_A, C, OF_C, B, OF_B],
    "blocks of one code at the head": [OF_A, A, OF_C, C, OF_B, B],
}


@pytest.mark.parametrize("layout", BY_PLACE)
def test_sums_hold_by_their_place(tmp_path: Path, layout: str) -> None:
    rows = BY_PLACE[layout]
    told = _import(tmp_path, *rows)
    assert told.code == 0, told.err
    lines = [row for row in rows if row[2] and row != HEAD]
    assert f"读入 {len(lines)} 行明细" in told.summary
    assert "按位置" in told.summary


@pytest.mark.parametrize("layout", BY_PLACE)
def test_sums_of_other_lines_than_their_place_says_are_faults(tmp_path: Path, layout: str) -> None:
    rows = [[*row[:-1], "1"] if row == C else row for row in BY_PLACE[layout]]
    told = _import(tmp_path, *rows)
    assert told.code == 1
    assert all("小计与明细不符" in fault for fault in told.faults)


def test_a_sum_is_not_proved_by_what_stands_on_its_other_side(tmp_path: Path) -> None:
    rows = [A, B, _sum("小计", "200"), _line("2010507", "30101", "200"), _sum("小计", "200")]
    told = _import(tmp_path, *rows)
    assert _places(told) == ["E4"]
    assert "它的明细（第 2—3 行，共 2 行）合计 100.00 元，相差 100.00 元" in told.faults[0]


def test_a_sum_of_a_code_is_not_proved_by_what_stands_on_its_other_side(tmp_path: Path) -> None:
    of = "2010506小计"
    rows = [A, B, _sum(of, "200", "101"), _line("2010506", "30103", "200"), _sum(of, "200", "101")]
    told = _import(tmp_path, *rows)
    assert _places(told) == ["E4"]
    assert "相差 100.00 元" in told.faults[0]


def test_a_sum_in_the_midst_of_a_unit_is_not_proved_by_all_of_the_unit(tmp_path: Path) -> None:
    once = [["", *row[1:]] for row in (B, C)]
    rows = [A, once[0], _sum("小计", "107"), once[1], _sum("小计", "7")]
    assert _places(_import(tmp_path, *rows)) == ["E4"]


def test_a_whole_in_the_midst_is_not_proved_by_all_lines(tmp_path: Path) -> None:
    rows = [A, B, _sum("合计", "107"), C, _sum("合计", "7")]
    assert _places(_import(tmp_path, *rows)) == ["E4"]


def test_the_only_whole_is_of_all_lines_whatever_its_unit_adds_up_to(tmp_path: Path) -> None:
    rows = [A, ["102", *C[1:]], ["", *B[1:]], _sum("合计", "47")]
    told = _import(tmp_path, *rows)
    assert "它的明细（第 2—4 行，共 3 行）合计 107.00 元" in told.faults[0]


def test_a_sum_of_a_page_begins_with_the_page(tmp_path: Path) -> None:
    told = _import(tmp_path, A, HEAD, B, C, _sum("本页小计", "47"))
    assert told.code == 0, told.err


def test_a_sum_may_be_of_the_unit_that_it_ends(tmp_path: Path) -> None:
    once = [["", *row[1:]] for row in (B, C)]
    rows = [A, once[0], _sum("小计", "100"), once[1], _sum("小计", "7"), _sum("小计", "107")]
    told = _import(tmp_path, *rows, ["102", *A[1:]], _sum("小计", "60"))
    assert "（与明细相符：按位置 4 行）" in told.summary, told.err


def test_a_sum_of_a_page_is_not_proved_by_the_page_after(tmp_path: Path) -> None:
    rows = [A, _sum("本页小计", "47"), HEAD, B, C, _sum("本页小计", "47")]
    assert _places(_import(tmp_path, *rows)) == ["E3"]


def test_what_sums_were_proved_by_is_told(tmp_path: Path) -> None:
    rows = [
        _sum("2010506", "100", "101"),
        A,
        B,
        _sum("小计", "100"),
        C,
        _sum("小计", "7"),
        _sum("合计", "107"),
    ]
    told = _import(tmp_path, *rows)
    assert "跳过 4 行小计（与明细相符：按编码 1 行，按位置 2 行，按全部明细 1 行）" in told.summary
