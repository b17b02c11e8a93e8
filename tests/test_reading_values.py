"""Single values as people type them: amounts, codes, dates, yes and no; and the places they were typed at."""

from __future__ import annotations

import io
import json
import re
import tempfile
import warnings
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from ruamel.yaml import YAML

from reportgen.faults import FaultyInput
from reportgen.load import load_disclosure
from reportgen.load.csv_nodes import parse_csv
from reportgen.load.nodes import Mapping, Scalar, column_of_field, locate
from reportgen.load.yaml_nodes import parse_json, parse_yaml
from reportgen.model.disclosure import Disclosure
from reportgen.model.values import Day, EconomicCode, FunctionCode, Key, Year, YesNo, parse_amount

WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
CODE, ECONOMIC, KEY_CODE = map(TypeAdapter, (FunctionCode, EconomicCode, Key))
DAY, YEAR, YES_NO = map(TypeAdapter, (Day, Year, YesNo))

cents = st.integers(-(10**15), 10**15)


def _written(number: Decimal) -> list[str]:
    """A number plain and grouped, with and without its last zeros."""
    plain, grouped = f"{number:f}", f"{number:,f}"
    short = {text.rstrip("0").rstrip(".") for text in (plain, grouped) if "." in text}
    return [plain, grouped, *short]


# --- amounts ---


@given(cents)
def test_every_way_of_writing_an_amount_in_yuan_reads_as_that_amount(cents: int) -> None:
    amount = Decimal(cents) / 100
    for text, unit in product(_written(amount), ("", "元", " 元")):
        for typed in (text + unit, text.translate(WIDE) + unit, f"  {text}{unit} "):
            assert parse_amount(typed) == amount, typed
        assert parse_amount(text.replace("-", "−") + unit) == amount
    if cents >= 0:
        assert parse_amount(f"¥{amount:,.2f}") == parse_amount(f"￥{amount}元") == amount


@given(cents)
def test_every_way_of_writing_an_amount_in_wan_reads_as_ten_thousand_times_that(cents: int) -> None:
    amount = Decimal(cents) / 100
    for text in _written(amount / 10000):
        for typed in (f"{text}万元", f"{text}万", f"{text.translate(WIDE)} 万元"):
            assert parse_amount(typed) == amount, typed
        assert parse_amount(text, "万元") == amount
    assert parse_amount(f"{amount:,.2f}元", "万元") == amount


@given(
    st.integers(0, 10**9), st.text("0123456789", min_size=3, max_size=8).filter(lambda t: t[2:].strip("0"))
)
@example(1234, "567")
@example(0, "30000000000000004")
def test_an_amount_finer_than_a_fen_is_refused(whole: int, digits: str) -> None:
    for typed in (f"{whole}.{digits}", f"{whole:,}.{digits}元", f"-{whole}.{digits}"):
        with pytest.raises(ValueError, match="比分还细"):
            parse_amount(typed)
    assert parse_amount(f"{whole}.{digits[:2]}00") == Decimal(f"{whole}.{digits[:2]}")


@given(st.floats(0, 1e13, allow_subnormal=False))
@example(0.1 + 0.2)
@example(1.1 * 3)
@example(12345.67)
def test_a_float_is_read_exactly_or_refused(number: float) -> None:
    typed = repr(number)
    exact = Decimal(typed)
    if "e" not in typed and exact == round(exact, 2):
        assert parse_amount(typed) == exact
    else:
        with pytest.raises(ValueError, match=r"比分还细|科学计数法"):
            parse_amount(typed)


@pytest.mark.parametrize("typed", ["1.2E+08", "1e3", "1.2E8元", "１．２Ｅ＋０８", "-1e3"])
def test_scientific_notation_is_refused_because_its_digits_may_be_lost(typed: str) -> None:
    with pytest.raises(ValueError, match="科学计数法"):
        parse_amount(typed)


@pytest.mark.parametrize(
    "typed",
    [
        *("", " ", "-", "元", "万元", ".", ".5", "1.2.3", "1,23", "1,2345", "12,34,567", "1,234,5.6", ",123"),
        *(
            "一百",
            "1 亿元",
            "约100",
            "100%",
            "100美元",
            "$100",
            "--5",
            "(100)",
            "0x10",
            "NaN",
            "Infinity",
            "1_000",
        ),
        *("2024-01-01", "=A1", "#REF!", "True", "None"),
    ],
)
def test_what_is_no_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="不是金额"):
        parse_amount(typed)


@given(st.text("0123456789.,-eE元万¥ ", max_size=40))
@example("1" * 27)
@example("9" * 40 + "万元")
def test_any_text_at_all_is_an_amount_or_refused_with_words(typed: str) -> None:
    try:
        assert parse_amount(typed) == round(parse_amount(typed), 2)
    except ValueError as error:
        assert f"“{typed.strip()}”" in str(error)


# --- codes, dates, years, yes and no ---


@given(st.text("0123456789", min_size=1, max_size=9))
@example("0101")
@example("0000000")
def test_a_code_of_the_right_length_keeps_every_digit(code: str) -> None:
    for adapter, lengths in ((CODE, (3, 5, 7)), (ECONOMIC, (3, 5))):
        if len(code) in lengths:
            for typed in (code, code.translate(WIDE), f" {code} "):
                assert adapter.validate_python(typed) == code
        else:
            with pytest.raises(ValueError, match="应为 3、5"):
                adapter.validate_python(code)


@pytest.mark.parametrize("typed", ["20402.0", "204-02", "二〇四", "204 02", "", "2.04E+06", "2040201x"])
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="不是支出功能分类编码"):
        CODE.validate_python(typed)


@given(st.text("0123456789APT-", min_size=1, max_size=20))
def test_the_code_of_a_unit_reads_the_same_in_any_width_and_in_stray_quotes(code: str) -> None:
    for typed in (code, f" {code}", code.translate(WIDE), f"“{code}”", f"'{code}'"):
        assert KEY_CODE.validate_python(typed) == code


@pytest.mark.parametrize("typed", ["", " ", "“”", "112 001", "112\n001", "112\u3000001"])
def test_what_is_no_code_of_a_unit_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="不是编码"):
        KEY_CODE.validate_python(typed)


@given(st.dates(date(1949, 10, 1), date(2099, 12, 31)))
def test_every_way_of_writing_a_date_reads_as_that_date(day: date) -> None:
    parts = (day.year, day.month, day.day)
    for pattern in (
        "{}-{}-{}",
        "{}-{:02}-{:02}",
        "{}/{}/{}",
        "{}.{:02}.{:02}",
        "{}年{}月{}日",
        " {}年{:02}月{}日 ",
    ):
        typed = pattern.format(*parts)
        assert DAY.validate_python(typed) == DAY.validate_python(typed.translate(WIDE)) == day


@pytest.mark.parametrize(
    "typed",
    ["2023-02-30", "2023-13-01", "2023-00-10", "20231231", "2023-12", "31/12/2023", "45291", "去年底", ""],
)
def test_what_is_no_date_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="不是日期"):
        DAY.validate_python(typed)


@given(st.integers(2000, 2099))
def test_a_year_may_be_followed_by_its_word(year: int) -> None:
    assert {YEAR.validate_python(t) for t in (f"{year}", f"{year}年", f" {year} ".translate(WIDE))} == {year}


@pytest.mark.parametrize("typed", ["24", "1999", "20245", "2024.0", "2024-2025", "二〇二四", ""])
def test_what_is_no_year_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="不是年度"):
        YEAR.validate_python(typed)


@pytest.mark.parametrize(
    ("words", "meaning"),
    [(("是", "yes", "TRUE", "True", "y", "1", "√", " 是 "), True), (("否", "no", "FALSE", "n", "0"), False)],
)
def test_yes_and_no_may_be_typed_in_either_language(words: tuple[str, ...], meaning: bool) -> None:
    assert {YES_NO.validate_python(word) for word in words} == {meaning}


YES_OR_NO = {"是", "yes", "true", "y", "1", "√", "否", "no", "false", "n", "0"}


@given(st.text(max_size=3))
def test_no_other_word_is_taken_for_yes_or_no(typed: str) -> None:
    assume(typed.strip().lower() not in YES_OR_NO)
    with pytest.raises(ValueError, match="应写“是”或“否”"):
        YES_NO.validate_python(typed)


# --- places in CSV ---

QUOTED, BARE = ',"\n 款额a1.', " 款额a1."
cells = st.one_of(
    st.text(QUOTED, max_size=6), st.text(BARE, max_size=6), st.sampled_from(["100.00", '"', "", ","])
)
tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1, max_size=5)
)


def _encoded(row: list[str], quoted: bool) -> tuple[str, list[tuple[int, int]]]:
    """A row as CSV, quoted throughout or where need be, and the line and column where each field starts."""
    text, starts = "", []
    for cell in row:
        starts.append((text.count("\n"), len(text) - text.rfind("\n")))
        plain = not quoted and not set(cell) & set(',"\n')
        text += (cell if plain else '"' + cell.replace('"', '""') + '"') + ","
    return text[:-1] + "\n", starts


@given(tables, st.booleans(), st.integers(0, 2))
def test_the_place_of_every_csv_field_is_where_it_stands_in_the_file(
    rows: list[list[str]], quoted: bool, blank_lines: int
) -> None:
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    header = [f"列{index}" for index in range(len(rows[0]) if rows else 2)]
    text, expected = _encoded(header, quoted)[0], []
    for row in rows:
        text += "\n" * blank_lines
        line = text.count("\n") + 1
        encoded, starts = _encoded(row, quoted)
        assert [column_of_field(encoded, index) for index in range(len(row))] == starts
        expected.append([(line + down, column) for down, column in starts])
        text += encoded
    table = parse_csv(text, "f.csv")
    assert [list(row.fields) for row in table.rows] == rows
    places = [
        [(p.line, p.column) for p in (locate(table, (at, name))[0] for name in header)]
        for at in range(len(rows))
    ]
    assert places == expected


def test_an_inch_mark_does_not_shift_the_columns_behind_it() -> None:
    source = '5"管,6"管,100\n'
    assert parse_csv("甲,乙,丙\n" + source, "f.csv").rows[0].fields == ('5"管', '6"管', "100")
    assert [column_of_field(source, index) for index in range(3)] == [(0, 1), (0, 5), (0, 9)]


@pytest.mark.parametrize("char", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_line_ends_end_a_csv_row(char: str) -> None:
    text = f"甲,乙\n一{char}二,三\n四,五\n"
    assert [row.fields for row in parse_csv(text, "f.csv").rows] == [(f"一{char}二", "三"), ("四", "五")]
    assert [row.line for row in parse_csv(text, "f.csv").rows] == [2, 3]


def test_an_unclosed_quote_is_told_as_such_in_a_long_file_too() -> None:
    text = '甲,乙\n"一,二\n' + "三,四\n" * 50_000
    with pytest.raises(FaultyInput) as raised:
        parse_csv(text, "f.csv")
    assert str(raised.value) == "f.csv:2:1: 错误：双引号没有收尾"


# --- YAML and JSON ---


def _value(node: Any) -> str | None:
    assert isinstance(node, Mapping)
    value = node.entries[0][1].value
    assert isinstance(value, Scalar)
    return value.text


@pytest.mark.parametrize(
    "typed",
    [
        *("0101", "00", "1e3", "1.10", "100.00", "+5", "-5", "0x1F", "0o17", "1_000", "1,234.50", "12:30:00"),
        *(
            "yes",
            "no",
            "on",
            "off",
            "True",
            "FALSE",
            "y",
            "是",
            ".inf",
            ".nan",
            "None",
            "nil",
            "无",
            "2024-01-01",
        ),
        *("“112”", "2024年", "5%", "<<", "=", "C:\\data", "三公”经费", "a#b", "１２３"),
    ],
)
def test_a_yaml_scalar_stays_what_was_typed(typed: str) -> None:
    assert _value(parse_yaml(f"键: {typed}\n", "f")) == typed
    assert _value(parse_yaml(f'键: "{typed}"\n'.replace("\\", "\\\\"), "f")) == typed
    assert _value(parse_yaml(f"键: '{typed}'   # 注\n", "f")) == typed


@pytest.mark.parametrize("typed", ["null", "~", "Null", "NULL", ""])
def test_a_null_counts_as_nothing_unless_it_is_quoted(typed: str) -> None:
    assert _value(parse_yaml(f"键: {typed}\n", "f")) is None
    assert _value(parse_yaml(f'键: "{typed}"\n', "f")) == typed
    assert _value(parse_json(f'{{"键": "{typed}"}}', "f")) == typed


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("|\n  一\n  二\n", "一\n二\n"),
        ("|-\n  一\n  二\n", "一\n二"),
        (">-\n  一\n  二\n", "一 二"),
        (">\n  一\n\n  二\n", "一\n二\n"),
        ("一\n  二\n", "一 二"),
    ],
)
def test_a_text_of_several_lines_is_read_as_yaml_says(typed: str, text: str) -> None:
    assert _value(parse_yaml(f"键: {typed}", "f")) == text


def test_an_anchor_may_be_set_anew_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        root = parse_yaml("甲: &注 一\n乙: &注 二\n丙: *注\n", "f")
    assert isinstance(root, Mapping)
    assert [entry.value for _, entry in root.entries][2].text == "二"


@pytest.mark.xfail(strict=True, reason="the parser's own words, in English")
@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_yaml, "年度目标: !重要（一）\n"),
        (parse_yaml, "年度目标: & 重要\n"),
        (parse_yaml, "年度目标: ? 待定\n"),
        (parse_yaml, "年度目标: }\n"),
        (parse_yaml, "%注\n年度: 2024\n"),
        (parse_yaml, "{年度: 2024}}\n"),
        (parse_yaml, "{年度: 2024}\n格式: 甲\n"),
        (parse_yaml, '名称: "\\x"\n'),
        (parse_yaml, '名称: "\\U00110000"\n'),
        (parse_yaml, "%YAML 3.0\n---\n年度: 2024\n"),
        (parse_json, '{"名称": "\\u12"}'),
    ],
)
def test_a_slip_of_writing_is_told_in_chinese_with_its_line(parse: Any, text: str) -> None:
    with pytest.raises(FaultyInput) as raised:
        parse(text, "f")
    (fault,) = raised.value.faults
    assert fault.place.line
    assert not re.findall("[a-z]{3,}", fault.message)


@pytest.mark.parametrize(
    ("json_text", "text"),
    [
        ('"\\ud83d\\ude00"', "😀"),
        ('"\\/\\u4e00\\n"', "/一\n"),
        ("-0.10", "-0.10"),
        ("1E400", "1E400"),
        ("12345678901234567890.12", "12345678901234567890.12"),
        ("true", "true"),
        ("null", None),
        ('"\u2028"', "\u2028"),
    ],
)
def test_a_json_value_stays_what_was_typed(json_text: str, text: str | None) -> None:
    assert _value(parse_json(f'{{"键":{json_text}}}', "f")) == text
    assert _value(parse_json(f'\n{{\t"键" :\n\t{json_text}\n}}\n', "f")) == text


@pytest.mark.xfail(
    strict=True, reason="YAML wants the colon on the line of its key, and keys under 1024 characters"
)
@pytest.mark.parametrize("text", ['{"键"\n: "值"}', f'{{"{"键" * 1025}": "值"}}'])
def test_json_that_is_not_quite_yaml_is_read_too(text: str) -> None:
    assert _value(parse_json(text, "f")) == "值"


def test_a_rare_character_may_be_escaped_in_a_json_key() -> None:
    node = parse_json('{"\\ud842\\udfb7": "值"}', "f")
    assert isinstance(node, Mapping)
    assert node.entries[0][0] == "𠮷"


TEXT = st.text("某局公安 aZ09:#-,.'\"{}[]&*!|>%@`?~“”：，\\/\n😀", min_size=1, max_size=12).filter(str.strip)
KEY = TEXT.filter(lambda text: "😀" not in text)
AMOUNT = st.one_of(st.integers(0, 10**9), st.integers(0, 10**11).map(lambda c: f"{Decimal(c) / 100:,.2f}"))
IDS = st.sampled_from(["0112", "1e3", "1.10", 112001, "P-1"])
CODES = st.sampled_from(["2040201", "2040202", "0000001"])
LINE = st.fixed_dictionaries(
    {"功能科目": CODES, "金额": AMOUNT},
    optional={
        "prior": AMOUNT,
        "摘要": TEXT,
        "上年结转": st.sampled_from(["是", False]),
        "unit": IDS,
        "项目": st.none(),
    },
)
CONTENTS = st.fixed_dictionaries(
    {
        "格式": TEXT,
        "year": st.one_of(st.integers(2000, 2099), st.just("2024年")),
        "部门": st.fixed_dictionaries(
            {"编码": IDS, "name": TEXT, "性质": st.sampled_from(["行政单位", "public_institution"])},
            optional={"职责": st.one_of(TEXT, st.lists(TEXT, max_size=3)), "联系人": st.none()},
        ),
        "支出": st.one_of(
            st.lists(LINE, max_size=3),
            st.dictionaries(KEY, st.lists(LINE, min_size=1, max_size=2), max_size=2),
        ),
    },
    optional={
        "原因": st.dictionaries(st.sampled_from(["基本支出", "204", "revenue"]), TEXT),
        "科目名称": st.dictionaries(KEY, TEXT, max_size=2),
        "amount_unit": st.sampled_from(["元", "万元"]),
        "国有资产": st.just(
            {"截至": "2023年12月31日", "明细": [{"类别": "车辆", "名称": "其他用车", "保有": 3}]}
        ),
    },
)


def _loaded(folder: Path, name: str, text: str) -> Disclosure:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return load_disclosure(path).disclosure


@given(CONTENTS, st.sampled_from([None, 2, "\t"]), st.booleans())
def test_json_and_yaml_of_the_same_content_load_equal(content: Any, indent: Any, ascii_only: bool) -> None:
    out = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_unicode, yaml.default_flow_style = True, False
    yaml.dump(content, out)
    with tempfile.TemporaryDirectory() as folder:
        from_yaml = _loaded(Path(folder), "dept.yaml", out.getvalue())
        typed = json.dumps(content, indent=indent, ensure_ascii=ascii_only)
        assert _loaded(Path(folder), "dept.json", typed) == from_yaml
    assert from_yaml.department.name == content["部门"]["name"].strip()
