"""The workbook shows what is printed, its totals add up by themselves, and no text of it is a formula."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import time
import zipfile
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.utils.cell import coordinate_from_string
from reading import ROOT
from workbooks import (
    EXAMPLES,
    Held,
    document,
    evaluated,
    examined,
    made_up,
    read,
    referred,
    sheets,
    shows,
    weights,
    with_part,
    workbook,
)

import reportgen.render.number_format
from reportgen.build import Format, build
from reportgen.render.number_format import number, shown
from reportgen.render.printed import printed_tables
from reportgen.render.xlsx.facts import Fact
from reportgen.render.xlsx.formulas import Depth, Spot, formulas
from reportgen.render.xlsx.names import sheet_names
from reportgen.render.xlsx.numbers import numbers, totals
from reportgen.render.xlsx.references import added, name
from reportgen.verify import verify
from reportgen.verify.formats import displayed

USUAL = "#,##0.00"


# --- what it shows ---


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_cell_shows_what_is_printed(example: str) -> None:
    tables = printed_tables(document(example))
    figures = 0
    for table, cells in zip(tables, list(sheets(example).values())[1:], strict=True):
        for printed in table.cells:
            held = cells[name((printed.row + len(table.before), printed.column))]
            if held.value is None:
                assert (held.text or "") == printed.text
                assert printed.figure is None
            else:
                assert shows(held.value, held.code) == printed.text
                figures += printed.figure is not None
    assert figures > 250


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_formula_gives_the_number_that_is_kept_for_it(example: str) -> None:
    count = 0
    for cells in sheets(example).values():
        for held in cells.values():
            if held.formula:
                result = evaluated(held.formula, cells)
                exact = result if "/" not in held.formula else Decimal(f"{result:.15g}")
                assert exact == held.value, held.formula
                count += 1
    assert count > 150


def test_figures_are_held_to_the_last_digit_in_the_printed_unit() -> None:
    yuan = sheets("chongqing-yubei")["表一 2024年渝北区部门收支预算总表"]["D5"]
    ten_thousands = sheets("standard")["表一 2025年部门收支总表"]["B5"]
    assert (yuan.value, yuan.code) == (Decimal("933049357.01"), USUAL)
    assert (ten_thousands.value, ten_thousands.code) == (Decimal("9792.77"), USUAL)


def test_a_0_that_is_printed_blank_has_the_format_of_its_column() -> None:
    cell = '<td class="a" data-value="{}" data-fact="revenue.amount[]" data-unit="元">{}</td>'
    rows = f"<tr>{cell.format(1234, '1,234')}</tr><tr>{cell.format(0, '')}</tr>"
    (table,) = printed_tables(made_up(f"<tbody>{rows}</tbody>"))
    assert [found.code for found in numbers(table).values()] == ["#,##0", "#,##0;-#,##0;;@"]


@pytest.mark.parametrize(
    ("kind", "label"), [("c", "一二三四五"), ("l", "12345"), ("c", "1")], ids=["word", "label", "code"]
)
def test_a_row_of_a_longer_code_is_a_part_of_one_that_has_the_same_lines(kind: str, label: str) -> None:
    figure = '<td class="a" data-value="5" data-fact="f" data-unit="元">5</td>'
    rows = f'<tr><td class="{kind}">{label}</td>{figure}</tr><tr><td class="c">201</td>{figure}</tr>'
    (table,) = printed_tables(made_up(f"<tbody>{rows}</tbody>"))
    fact = Fact("revenue", "amount", frozenset(), frozenset({("line",)}))
    assert totals(table, numbers(table), lambda _: fact, 0) == {(0, 1): "=B2"}


def test_quantities_are_numbers_and_codes_are_not() -> None:
    (cells,) = (c for title, c in sheets("hebei-qinhuangdao").items() if "政府采购" in title)
    assert [cells[at].value for at in ("F8", "F12")] == [Decimal(1), Decimal("55.08")]
    assert [cells[at].text for at in ("D8", "D12")] == ["A05030399", "C13990000"]


@pytest.mark.parametrize(
    ("value", "text", "unit", "grouped", "code"),
    [
        ("1234.5", "1,234.50", "元", True, "#,##0.00"),
        ("1234.5", "1234.50", "元", False, "0.00"),
        ("12345678", "1,234.57", "万元", True, "#,##0.00"),
        ("30", "0.00", "万元", True, "#,##0.00"),
        ("0.01", "0", "万元", True, "#,##0"),
        ("0.49", "0", "元", True, "#,##0"),
        ("-30", "0.00", "万元", True, "#,##0.00;#,##0.00"),
        ("-12340000", "-1,234.00", "万元", True, "#,##0.00"),
        ("0", "", "万元", True, "#,##0.00;-#,##0.00;;@"),
        ("0", "—", "万元", True, '#,##0.00;-#,##0.00;"—";@'),
        ("0", "0.00", "万元", True, "#,##0.00"),
        ("12", "12", "", True, "#,##0"),
        ("72.04567", "72.0%", "", False, "0.0%"),
        ("100", "100%", "", False, "0%"),
        ("12.3456789012345678901", "12.35", "", False, "0.00"),
    ],
)
def test_a_number_format_shows_what_is_printed(
    value: str, text: str, unit: str, grouped: bool, code: str
) -> None:
    found = number(Decimal(value), text, unit, grouped=grouped, usual=USUAL)
    assert found is not None
    assert found.code == code
    assert shows(found.value, code) == shown(found.value, code) == text


@pytest.mark.parametrize(("unit", "per"), [("元", 1), ("万元", 10000)])
def test_an_amount_is_held_in_the_unit_of_its_table_however_little_of_it_is_printed(
    unit: str, per: int
) -> None:
    found = number(Decimal("0.01"), "0", unit, grouped=False, usual=USUAL)
    assert found is not None
    assert found.value == Decimal("0.01") / per


@pytest.mark.parametrize(
    ("value", "text", "unit"),
    [
        ("123456789012345.67", "123,456,789,012,345.67", "元"),  # more digits than a spreadsheet keeps
        ("1200", "0.12万元", "万元"),
        ("1200", "0.12", "元"),  # a unit that the table does not have
        ("5", "约5", "元"),
        ("5", "", "元"),
    ],
)
def test_what_is_no_number_of_a_spreadsheet_stays_a_text(value: str, text: str, unit: str) -> None:
    assert number(Decimal(value), text, unit, grouped=True, usual=USUAL) is None


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_amount_says_its_unit_and_no_other_figure_does(example: str) -> None:
    for table in printed_tables(document(example)):
        for cell in table.cells:
            if cell.figure:
                measure = cell.figure.fact.partition("[")[0].rpartition(".")[2]
                counts = "%" in cell.text or measure in ("growth", "share", "held", "opening", "bought")
                assert (cell.figure.unit == "") is counts, cell.figure


@given(
    value=st.decimals(-(10**12), 10**12, places=2),
    code=st.sampled_from(["0", "0.00", "#,##0", "#,##0.0000", "0.0%", "#,##0.00;-#,##0.00;;@"]),
)
def test_two_readings_of_number_formats_agree(value: Decimal, code: str) -> None:
    assert shown(value, code) == shows(value, code)


# --- formulas ---


def test_the_formulas_of_a_table_of_three_public_items_are_those_a_person_would_type() -> None:
    (cells,) = (c for title, c in sheets("standard").items() if title.startswith("表七"))
    assert {at: held.formula for at, held in cells.items() if held.formula} == {
        "A6": "=SUM(B6:C6,F6)",
        "C6": "=SUM(D6:E6)",
        "G6": "=SUM(H6:I6,L6)",
        "I6": "=SUM(J6:K6)",
    }


@pytest.mark.parametrize(
    ("example", "sheet", "cell", "formula"),
    [
        ("standard", "表一", "B14", "=SUM(B5:B13)"),
        ("standard", "表一", "B17", "=SUM(B14:B16)"),
        ("standard", "表一", "D17", "=SUM(D14:D15)"),
        ("standard", "表三", "C5", "=C6+C12+C17+C20+C24+C27"),
        ("standard", "表二", "C8", "=SUM(D8:N8)"),
        ("standard", "表五", "C10", "=C11"),
        ("standard", "表五", "G5", "=D5-C5"),
        ("standard", "表五", "H5", "=(D5-C5)/C5*100"),
        ("chongqing-yubei", "表一", "D6", "=SUM(D7:D10)"),
        ("chongqing-yubei", "表三", "C4", "=C5+C11+C17+C20"),
        ("hubei-jianghan", "预算1表", "B32", "=B30"),
        ("hubei-xianning", "附表-1", "D30", "=SUM(D7:D22)"),
        ("hebei-qinhuangdao", "表9", "C6", "=C7+C16"),
    ],
)
def test_totals_are_formulas(example: str, sheet: str, cell: str, formula: str) -> None:
    cells = next(c for title, c in sheets(example).items() if title.startswith(f"{sheet} "))
    assert cells[cell].formula == formula


@pytest.mark.parametrize("example", EXAMPLES)
def test_most_figures_of_total_rows_are_formulas(example: str) -> None:
    count = made = 0
    for table, cells in zip(
        printed_tables(document(example)), list(sheets(example).values())[1:], strict=True
    ):
        for cell in table.cells:
            if cell.bold and cell.figure and cell.figure.value:
                count += 1
                made += cells[name((cell.row + len(table.before), cell.column))].formula is not None
    assert made / count > 0.8


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_formula_counts_a_cell_twice(example: str) -> None:
    count = 0
    for title, cells in sheets(example).items():
        for at, held in cells.items():
            if held.formula and "/" not in held.formula:
                found = weights(at, cells)
                assert set(found.values()) <= ({1, -1} if "-" in held.formula else {1}), (title, at, found)
                count += len(found)
    assert count > 800


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_formula_adds_a_total_and_what_it_is_the_total_of(example: str) -> None:
    """Whether these cells hold formulas of their own or are typed: a 小计 may be typed with its parts."""
    for table, cells in zip(
        printed_tables(document(example)), list(sheets(example).values())[1:], strict=True
    ):
        labels = {cell.column for cell in table.cells if cell.row >= table.heads and cell.kind in ("l", "c")}
        if not table.is_form:
            sums = [(place_of(at), parts_of(held)) for at, held in cells.items() if held.formula]
            for across in (True, False):
                below = _rests_on(sums, labels, across=across)
                for whole, parts in sums:
                    lines = {_line(part, labels, across=across) for part in parts}
                    assert all(lines.isdisjoint(below.get(one, ())) for one in lines), (table.title, whole)


def place_of(at: str) -> tuple[int, int]:
    column, row = coordinate_from_string(at)
    return row - 1, column_index_from_string(column) - 1


def parts_of(held: Held) -> list[tuple[int, int]]:
    """What a cell adds up."""
    assert held.formula
    quotient = "/" in held.formula or "-" in held.formula
    return [] if quotient else [place_of(part) for part, _ in referred(held.formula)]


def _line(place: tuple[int, int], labels: set[int], *, across: bool) -> tuple[int, int]:
    """The column of a cell; or its row, among the columns between two of labels."""
    row, column = place
    return (0, column) if across else (max((c for c in labels if c < column), default=-1), row)


def _rests_on(
    sums: list[tuple[tuple[int, int], list[tuple[int, int]]]], labels: set[int], *, across: bool
) -> dict[tuple[int, int], set[tuple[int, int]]]:
    """What each column, or each row, rests on, whatever lies between."""
    below: dict[tuple[int, int], set[tuple[int, int]]] = defaultdict(set)
    for whole, parts in sums:
        for part in parts:
            if (part[0] == whole[0]) is across:
                below[_line(whole, labels, across=across)].add(_line(part, labels, across=across))
    while True:
        grown = {one: rest.union(*(below.get(other, set()) for other in rest)) for one, rest in below.items()}
        if grown == below:
            return grown
        below = defaultdict(set, grown)


def test_what_is_typed_into_an_empty_part_reaches_every_total() -> None:
    (cells,) = (c for title, c in sheets("hubei-xianning").items() if title.startswith("附表-5-1 "))
    assert {at: cells[at].formula for at in ("C10", "D10", "D8", "E8", "F13", "E6")} == {
        "C10": "=D10+G10",
        "D10": "=SUM(E10:F10)",
        "D8": "=SUM(D9:D12)",
        "E8": "=SUM(E9:E12)",
        "F13": "=F14+F17",
        "E6": "=E7+E13+E19+E23",
    }
    assert [weights(at, cells)["E10"] for at in ("D10", "C10", "E8", "D8", "C8", "C6")] == [1] * 6


def test_a_sum_does_not_reach_over_the_blank_total_of_blank_parts() -> None:
    (cells,) = (c for title, c in sheets("hubei-jianghan").items() if title.startswith("预算5表 "))
    assert cells["C9"].formula == "=D9+G9"
    assert cells["D9"].formula is None
    assert cells["D8"].formula == "=SUM(E8:F8)"


def spot(
    place: tuple[int, int], value: int, lines: str, depth: Depth = (1, 0, 0), measure: str = "amount"
) -> Spot:
    """A cell in a sheet made up: its lines are letters."""
    summed = frozenset((letter,) for letter in lines) if measure == "amount" else None
    fact = Fact("expenditure", measure, frozenset(lines), summed)
    return Spot(place, Decimal(value), "0", fact, depth)


def test_numbers_that_happen_to_add_up_make_no_formula() -> None:
    spots = [spot((0, 0), 3, "abc"), spot((1, 0), 1, "a"), spot((2, 0), 2, "xy")]
    assert formulas(spots, []) == {}


def test_parts_that_overlap_make_no_formula() -> None:
    spots = [spot((0, 0), 6, "abc"), spot((1, 0), 3, "ab"), spot((2, 0), 3, "bc")]
    assert formulas(spots, []) == {}


def test_rows_of_the_same_lines_refer_to_each_other_in_one_direction() -> None:
    depths = [(1, 0, 3), (1, 0, 5), (1, 0, 7)]
    spots = [spot((row, 0), 5, "a", depth=depth) for row, depth in enumerate(depths)]
    assert formulas(spots, []) == {(0, 0): "=A2", (1, 0): "=A3"}


def test_a_grand_total_at_the_foot_refers_to_the_total_above_it() -> None:
    total = (0, 0, 0)
    spots = [
        spot((0, 0), 1, "a"),
        spot((1, 0), 2, "b"),
        spot((2, 0), 3, "ab", depth=total),
        spot((3, 0), 3, "ab", depth=total),
    ]
    assert formulas(spots, []) == {(2, 0): "=SUM(A1:A2)", (3, 0): "=A3"}


def test_a_row_adds_the_same_rows_in_every_column_and_where_it_prints_a_0() -> None:
    spots = [
        spot((0, 0), 3, "ab"),
        spot((1, 0), 1, "a"),
        spot((2, 0), 2, "b"),
        spot((0, 1), 5, "c"),
        spot((2, 1), 5, "c", depth=(1, 1, 0)),
    ]
    blank, zeros = [(1, 1), (1, 3), (2, 3)], [(0, 2), (1, 2), (2, 2), (0, 3)]
    assert formulas(spots, blank, zeros) == {
        (0, column): f"=SUM({letter}2:{letter}3)" for column, letter in enumerate("ABCD")
    }


def test_a_row_beyond_a_label_adds_other_rows() -> None:
    spots = [spot((0, 0), 3, "ab"), spot((1, 0), 1, "a"), spot((2, 0), 2, "b"), spot((1, 2), 4, "c")]
    assert formulas(spots, [], [(0, 2), (2, 2)]) == {(0, 0): "=SUM(A2:A3)"}


def test_two_of_the_same_total_at_the_head_refer_to_the_one_nearest_to_the_parts() -> None:
    total = (0, 0, 0)
    spots = [
        spot((0, 0), 3, "ab", depth=total),
        spot((1, 0), 3, "ab", depth=total),
        spot((2, 0), 1, "a"),
        spot((3, 0), 2, "b"),
    ]
    assert formulas(spots, []) == {(0, 0): "=A2", (1, 0): "=SUM(A3:A4)"}


def test_totals_around_their_parts_refer_to_the_first() -> None:
    total = (0, 0, 0)
    spots = [
        spot((0, 0), 3, "ab", depth=total),
        spot((1, 0), 1, "a"),
        spot((2, 0), 2, "b"),
        spot((3, 0), 3, "ab", depth=total),
        spot((4, 0), 3, "ab", depth=total),
    ]
    assert formulas(spots, []) == {(0, 0): "=SUM(A2:A3)", (3, 0): "=A1", (4, 0): "=A1"}


def test_only_total_rows_refer_to_one_abreast_and_a_deeper_row_comes_before_parts() -> None:
    """Two rows of the same lines, equally deep and no totals, each add up the parts."""
    spots = [spot((0, 0), 3, "ab"), spot((1, 0), 3, "ab"), spot((2, 0), 1, "a"), spot((3, 0), 2, "b")]
    assert formulas(spots, []) == {(0, 0): "=SUM(A3:A4)", (1, 0): "=SUM(A3:A4)"}


def test_a_share_is_a_part_of_the_total_row() -> None:
    total = (0, 0, 0)
    spots = [
        spot((0, 0), 20, "ab", total),
        spot((0, 1), 100, "ab", total, "share"),
        spot((1, 0), 5, "a"),
        spot((1, 1), 25, "a", measure="share"),
        spot((2, 0), 15, "b"),
        spot((2, 1), 74, "b", measure="share"),
    ]
    assert formulas(spots, []) == {
        (0, 0): "=SUM(A2:A3)",
        (0, 1): "=A1/A$1*100",
        (1, 1): "=A2/A$1*100",  # 74 is not 15 of 20
    }


def test_a_table_of_five_hundred_rows_is_quick() -> None:
    letters = [chr(0x4E00 + n) for n in range(500)]
    spots = [spot((0, c), 500, "".join(letters), depth=(0, 0, 0)) for c in range(10)]
    spots += [spot((row, c), 1, letter) for row, letter in enumerate(letters, 1) for c in range(10)]
    began = time.monotonic()
    made = formulas(spots, [])
    assert made[0, 0] == "=SUM(A2:A501)"
    assert time.monotonic() - began < 5


def test_a_sum_of_many_cells_apart_is_split_as_excel_asks_or_left() -> None:
    apart = [(row, 0) for row in range(0, 600, 2)]
    text = added(apart, lambda _: False)
    assert text is not None
    assert [part.count(",") + 1 for part in text.split("+")] == [255, 45]
    assert added([(row, 0) for row in range(0, 9000, 2)], lambda _: False) is None


# --- sheets ---


def test_names_of_sheets_are_short_and_allowed_and_unique() -> None:
    wanted = [
        "表一 收入/支出[总]*?:表",
        "A" * 40,
        "a" * 40,
        "目录",
        "History",
        "'引'",
        "",
        "😀" * 20,
        "\x07表",
    ]
    found = sheet_names(wanted)
    assert found[0] == "表一 收入 支出 总 表"
    assert found[2] == "a" * 27 + " (2)"
    assert found[3:7] == ["目录 (2)", "History (2)", "引", "表"]
    assert len({n.casefold() for n in found}) == len(found)
    assert all(0 < len(n.encode("utf-16-le")) // 2 <= 31 for n in found)


def test_each_table_has_a_sheet_that_the_index_leads_to() -> None:
    book = load_workbook(io.BytesIO(workbook("standard")))
    index, *others = book.worksheets
    assert index.title == "目录"
    assert [cell.value for cell in index["B"][1:]] == [sheet.title for sheet in others]
    links = [cell.hyperlink.location for cell in index["A"][1:]]
    assert links == [f"'{sheet.title}'!A1" for sheet in others]
    assert index["A2"].value == "2025年部门收支总表"


def test_a_sheet_is_laid_out_and_printed_as_its_table() -> None:
    book = load_workbook(io.BytesIO(workbook("standard")))
    upright, wide = book["表一 2025年部门收支总表"], book["表二 2025年部门收入总表"]
    assert (upright.page_setup.orientation, wide.page_setup.orientation) == ("portrait", "landscape")
    assert {str(merged) for merged in upright.merged_cells.ranges} >= {"A1:D1", "A3:B3", "C3:D3"}
    assert upright.freeze_panes == "A5"
    assert upright.print_title_rows == "$3:$4"
    setup = upright.page_setup
    assert (int(setup.paperSize), int(setup.fitToHeight)) == (9, 0)  # A4, as many pages as it takes
    assert upright["B14"].font.b
    assert upright["B14"].font.name == "宋体"
    assert upright["A2"].value == "表一 部门：某某市职业教育中心"
    assert upright["D2"].value == "单位：万元"
    assert book["表三 2025年部门支出总表"].column_dimensions["B"].width > 15
    assert book.properties.creator == "某某市职业教育中心"
    assert book.properties.title == "某某市职业教育中心2025年部门预算"


def test_the_same_input_gives_the_same_bytes() -> None:
    path = ROOT / "data" / "examples" / "standard" / "dept.yaml"
    (first,), (second,) = (build(path, [Format.XLSX], verified=False).files.values() for _ in range(2))
    assert first == second == workbook("standard")
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_text_of_the_input_is_never_a_formula(tmp_path: Path) -> None:
    bad = ["=1+1", "+1", "-1+2", "@SUM(A1)", '=HYPERLINK("http://x.example","x")']
    lines = [
        {
            "功能科目": "2010506",
            "部门经济科目": "30101",
            "支出性质": "项目支出",
            "资金": "一般公共预算",
            "项目": f"P{n}",
            "金额": "1",
        }
        for n, _ in enumerate(bad)
    ]
    data = {
        "格式": "standard",
        "年度": "2025",
        "部门": {"编码": "101", "名称": "=cmd|'/c calc'!A1", "性质": "行政单位"},
        "支出": lines,
        "项目": [{"编码": f"P{n}", "名称": text} for n, text in enumerate(bad)],
    }
    source = tmp_path / "dept.json"
    source.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    (content,) = build(source, [Format.XLSX]).files.values()
    cells = [held for _, sheet in read(content) for held in sheet.values()]
    assert {held.text for held in cells} >= set(bad)
    formula = re.compile(r"=(SUM\([A-Z\d:,]+\)|[A-Z]+\d+([+-][A-Z]+\d+)*|\([A-Z\d-]+\)/[A-Z\d]+(\*100)?)")
    assert all(formula.fullmatch(held.formula) for held in cells if held.formula)


# --- verified ---


def test_a_workbook_as_written_agrees() -> None:
    for example in EXAMPLES:
        assert verify(document(example), workbook(example), ".xlsx") == []


def test_a_changed_cell_is_told_with_its_table_row_and_column() -> None:
    number_of = list(sheets("standard")).index("表三 2025年部门支出总表") + 1
    part = f"xl/worksheets/sheet{number_of}.xml"
    changed = with_part(
        workbook("standard"),
        part,
        lambda xml: re.sub(rb"(<c r=\"C5\".*?<v>)11764.87<", rb"\g<1>11764.78<", xml),
    )
    (found,) = verify(document("standard"), changed, ".xlsx")
    assert str(found) == ("《2025年部门支出总表》第 1 行“合计”“合计”列：应为 11,764.87，文件里是 11,764.78")


@given(at=st.integers(0, 10**6), digit=st.sampled_from("0123456789"))
def test_any_digit_changed_in_a_number_is_found_whether_it_shows_or_not(at: int, digit: str) -> None:
    titles = list(sheets("standard"))
    numbers = [
        (sheet, cell, place)
        for sheet, title in enumerate(titles, 1)
        for cell, held in sheets("standard")[title].items()
        if held.value is not None
        for place, char in enumerate(str(held.value))
        if char.isdigit()
    ]
    sheet, cell, place = numbers[at % len(numbers)]
    held = sheets("standard")[titles[sheet - 1]][cell]
    typed = str(held.value)
    other = typed[:place] + digit + typed[place + 1 :]
    find = rf'(<c r="{cell}"[^>]*>(?:<f>[^<]*</f>)?<v>){re.escape(typed)}<'.encode()
    changed = with_part(
        workbook("standard"),
        f"xl/worksheets/sheet{sheet}.xml",
        lambda xml: re.sub(find, rf"\g<1>{other}<".encode(), xml),
    )
    assert held.value is not None
    differs = abs(Decimal(other) - held.value)
    assert bool(verify(document("standard"), changed, ".xlsx")) is (differs > Decimal("0.0000005"))


@given(at=st.integers(0, 10**6), digit=st.sampled_from("0123456789"))
def test_any_digit_changed_in_a_text_is_found(at: int, digit: str) -> None:
    content = workbook("standard")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        xml = archive.read("xl/sharedStrings.xml")
    places = [
        found.start(1) + n
        for found in re.finditer(rb"<t[^>]*>([^<]*)</t>", xml)
        if not _is_name_of_sheet(found[1])
        for n, byte in enumerate(found[1])
        if byte in b"0123456789"
    ]
    place = places[at % len(places)]
    changed = with_part(
        content, "xl/sharedStrings.xml", lambda x: x[:place] + digit.encode() + x[place + 1 :]
    )
    assert bool(verify(document("standard"), changed, ".xlsx")) is (xml[place] != ord(digit))


def _is_name_of_sheet(text: bytes) -> bool:
    """Whether it stands beside a title in the index, as a help to find the sheet."""
    return text.decode() in sheets("standard")


def test_a_row_that_was_added_below_is_told() -> None:
    row = b'<row r="40"><c r="A40"><v>123.45</v></c></row></sheetData>'
    changed = with_part(
        workbook("standard"), "xl/worksheets/sheet2.xml", lambda xml: xml.replace(b"</sheetData>", row)
    )
    (found,) = verify(document("standard"), changed, ".xlsx")
    assert str(found) == "多出 123.45，在表一 2025年部门收支总表!A40“123.45”；预算里没有这个数"


def test_a_formula_that_was_never_calculated_is_told() -> None:
    part = "xl/worksheets/sheet2.xml"
    stripped = with_part(
        workbook("standard"), part, lambda xml: re.sub(rb"</f><v>[^<]*</v>", b"</f>", xml, count=1)
    )
    (found,) = verify(document("standard"), stripped, ".xlsx")
    assert str(found).endswith("文件里是 没有算过的公式（用 Excel 或 WPS 打开，保存一次再核对）")


def changed_sheet(old: str, new: str) -> list[str]:
    """What is told of 表三 after an edit of its XML."""
    part = f"xl/worksheets/sheet{list(sheets('standard')).index('表三 2025年部门支出总表') + 1}.xml"
    changed = with_part(
        workbook("standard"), part, lambda xml: re.sub(old.encode(), new.encode(), xml, count=1)
    )
    assert changed != workbook("standard")
    return [str(found) for found in verify(document("standard"), changed, ".xlsx")]


def with_format(content: bytes, code: str) -> bytes:
    """A workbook whose amounts have another number format."""
    new = code.replace('"', "&quot;").encode()
    changed = with_part(
        content,
        "xl/styles.xml",
        lambda xml: xml.replace(b'formatCode="#,##0.00"', b'formatCode="' + new + b'"'),
    )
    assert changed != content
    return changed


def test_a_value_that_differs_under_what_its_format_shows_is_told() -> None:
    assert changed_sheet(r"(<c r=\"C5\".*?<v>)11764.87<", r"\g<1>11764.871<") == [
        "《2025年部门支出总表》第 1 行“合计”“合计”列：显示的是 11,764.87，格子里的数却不同："
        "应为 11764.87，文件里是 11764.871"
    ]


def test_what_a_program_loses_by_computing_in_binary_is_no_difference() -> None:
    assert changed_sheet(r"(<c r=\"C5\".*?<v>)11764.87<", r"\g<1>11764.8700000001<") == []


def test_a_negative_that_is_shown_as_a_positive_is_told() -> None:
    part = f"xl/worksheets/sheet{list(sheets('standard')).index('表三 2025年部门支出总表') + 1}.xml"
    negative = with_part(
        workbook("standard"), part, lambda xml: re.sub(rb"(<c r=\"C5\".*?<v>)11764", rb"\g<1>-11764", xml)
    )
    found = verify(document("standard"), with_format(negative, "#,##0.00;#,##0.00"), ".xlsx")
    assert any(str(told).endswith("应为 11764.87，文件里是 -11764.87") for told in found)


@pytest.mark.parametrize(
    ("code", "shows_as"),
    [('#,##0.00"万"', "11,764.87万"), ('"约"#,##0.00', "约11,764.87"), ("#,##0.00,", "11.76")],
)
def test_a_number_format_that_says_something_else_is_told(code: str, shows_as: str) -> None:
    changed = with_format(workbook("standard"), code)
    found = list(map(str, verify(document("standard"), changed, ".xlsx")))
    assert any(told.endswith(f"应为 11,764.87，文件里是 {shows_as}") for told in found)


def test_a_hidden_sheet_row_or_column_is_told() -> None:
    hidden_sheet = with_part(
        workbook("standard"),
        "xl/workbook.xml",
        lambda xml: re.sub(rb'(<sheet name="[^"]*2025\S*?" )', rb'\1state="hidden" ', xml, count=1),
    )
    assert [str(found) for found in verify(document("standard"), hidden_sheet, ".xlsx")] == [
        "表一 2025年部门收支总表：整张工作表是隐藏的"
    ]
    title = "表三 2025年部门支出总表"
    assert changed_sheet(r'<row r="7"', '<row r="7" hidden="1"') == [f"{title}!第 7 行：是隐藏的"]
    assert changed_sheet(r'(<row r="7"[^>]*?) ht="[^"]*"', r'\1 ht="0"') == [f"{title}!第 7 行：是隐藏的"]
    assert changed_sheet(r'<col min="3" max="3"', '<col min="3" max="3" hidden="1"') == [
        f"{title}!C 列：是隐藏的"
    ]


def test_a_hidden_row_of_nothing_is_none_to_tell() -> None:
    assert changed_sheet("</sheetData>", '<row r="99" hidden="1"/></sheetData>') == []


@given(
    value=st.decimals(-(10**12), 10**12, places=3),
    code=st.sampled_from(
        [
            *("0", "0.00", "#,##0", "#,##0.0000", "0.0%", "#,##0.00;-#,##0.00;;@", "General", "0.##"),
            *('#,##0.00"万元"', "#,##0,", "#,##0.00_ ;[Red]\\-#,##0.00\\ ", "#,##0.00;#,##0.00", ".00", "#"),
        ]
    ),
)
def test_what_is_verified_is_read_by_other_code_than_what_is_written(value: Decimal, code: str) -> None:
    assert displayed(value, code) == shown(value, code)


def test_a_format_of_a_kind_that_is_not_read_is_shown_itself() -> None:
    assert displayed(Decimal("5"), "0.00E+00") == "5〔0.00E+00〕"
    assert displayed(Decimal("5"), "[>3]0;0.00") == "5〔[>3]0;0.00〕"


def test_a_fault_of_the_writer_in_reading_formats_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reportgen.render.number_format, "shown", lambda value, code: f"{value}{code}")
    assert verify(document("standard"), workbook("standard"), ".xlsx") == []


# --- what is loaded ---


def test_only_what_is_asked_for_is_loaded() -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "import reportgen.cli\n"
        "from reportgen.build import Format, build, examine\n"
        "path = Path('data/examples/standard/dept.yaml')\n"
        "examine(path)\n"
        "assert not {'xlsxwriter', 'openpyxl'} & set(sys.modules)\n"
        "build(path, [Format.XLSX, Format.CSV])\n"
        "assert 'weasyprint' not in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_facts_of_unknown_origin_stay_numbers() -> None:
    cells = next(c for title, c in sheets("hubei-jianghan").items() if title.startswith("预算13表"))
    assert cells["G10"].formula is None  # 历年数 are typed, line by line
    assert examined("hubei-jianghan").budget.disclosure.past
