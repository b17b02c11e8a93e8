"""Inputs mistyped at random: whatever they say, it is composed or refused with a place, never a crash."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reportgen.build
from reportgen.build import prepare
from reportgen.faults import FaultyInput, errors

EXAMPLE = Path(__file__).parent.parent / "data" / "examples" / "chongqing-yubei"

SMALL = {
    "dept.yaml": """\
格式: chongqing-yubei
年度: 2024
金额单位: 万元
部门:
  编码: "112"
  名称: 某某局
  性质: 行政单位
  职责:
    - 办理日常事务
    - 承办其他事项
  联系人: 财务科
单位: units.csv
默认: {资金: 一般公共预算, 单位: "112001"}
支出:
  按功能: lines.csv
  按性质:
    - {支出性质: 基本支出, 金额: 130, 上年预算数: 110}
    - 支出性质: 项目支出
      单位: "112002"
      金额: 20.5
      上年预算数: 30
结转下年:
  - {资金: 一般公共预算, 单位: "112001", 功能科目: "2040201", 金额: 1}
项目:
  - {编码: P1, 名称: 信息化, 单位: "112002", 级别: 重点项目, 年度目标: 按期完成}
政府采购:
  - {单位: "112001", 名称: 电脑, 采购类别: 货物, 资金: 一般公共预算, 金额: 2}
国有资产:
  截至: 2023-12-31
  明细:
    - {类别: 车辆, 名称: 其他用车, 保有: 1}
    - {类别: 设备, 名称: 大型设备, 计量单位: 台}
整体绩效:
  年度目标: 保障运转
绩效指标:
  - {指标名称: 完成率, 权重: 100, 计量单位: "%", 指标性质: "≥", 指标值: 95}
  - {项目: P1, 一级指标: 产出指标, 指标名称: 上线系统, 权重: 100, 核心指标: 是}
原因:
  基本支出: &原因 人员增加
  "2040201": *原因
  公务接待费: 接待批次变化
用途:
  项目支出: 信息系统建设
名词解释:
  - {名词: 预算, 解释: 收支计划}
科目名称:
  "2049988": 其他
批复数:
  收入总计: 151.5
""",
    "lines.csv": """\
单位,功能科目,部门经济科目,支出性质,项目,金额,上年预算数,摘要
112001,2040201,30101,基本支出,,100.00,90.00,"工资
（基本）"
112001,2040201,30217,基本支出,,30.00,20,
112002,2040202,30201,项目支出,P1,"20.50",30.00,"系统,网络"
""",
    "units.csv": "编码,名称,性质\n112001,某某局（本级）,行政单位\n112002,信息中心,事业单位\n",
}
"""A department that uses every part of the input, in 万元, with two ledgers and an alias."""

_LEDGERS = SMALL["dept.yaml"][SMALL["dept.yaml"].index("支出:\n") : SMALL["dept.yaml"].index("结转下年:")]
LOOSE = {
    **SMALL,
    "dept.yaml": SMALL["dept.yaml"].replace(_LEDGERS, "支出: lines.csv\n").partition("批复数:")[0],
}
"""The same without anything to agree with, so that a changed amount is composed too."""

WORDS = (
    *(
        "",
        " ",
        "  ",
        "\t",
        "\n",
        ",",
        "，",
        ":",
        "：",
        ": ",
        "- ",
        "-",
        '"',
        "'",
        "“",
        "{",
        "}",
        "[",
        "]",
        "#",
        "&",
        "*",
    ),
    *(
        "!",
        "|",
        ">",
        "%",
        "@",
        "`",
        "\\",
        "?",
        "<<",
        "...",
        "---",
        "~",
        "null",
        "\r",
        "\x00",
        "\x0b",
        "\ufeff",
    ),
    *(
        "\u2028",
        "\ue000",
        "😀",
        "0",
        "9",
        "00000000",
        "-1",
        "1e9",
        "0.001",
        "１",
        "万元",
        "是",
        "[]",
        "{}",
        "''",
        "*原因",
    ),
    *(
        "lines.csv",
        "units.csv",
        "nowhere.csv",
        "dept.yaml",
        "2040201",
        "30101",
        "50101",
        "112001",
        "P1",
        "{{ 1 }}",
    ),
    *(
        "项目支出",
        "用事业基金弥补收支差额",
        "政府性基金预算",
        "上年结转",
        "金额",
        "amount",
        "单位",
        "附加",
        "附加:甲",
    ),
)

Edit = Callable[[str], str]


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    """One slip: a line, a character or a value is lost, doubled, swapped or replaced."""
    kind = draw(st.sampled_from([_line, _characters, _value]))
    how = draw(st.sampled_from(["delete", "double", "swap", "replace", "insert"]))
    at, other, word = draw(st.integers(0, 10**6)), draw(st.integers(0, 10**6)), draw(st.sampled_from(WORDS))
    return lambda text: kind(text, how, at, other, word)


def _changed(parts: list[str], how: str, at: int, other: int, word: str) -> list[str]:
    if not parts:
        return [word]
    at, other = at % len(parts), other % len(parts)
    new = list(parts)
    match how:
        case "delete":
            del new[at]
        case "double":
            new.insert(other, parts[at])
        case "swap":
            new[at], new[other] = parts[other], parts[at]
        case "replace":
            new[at] = word
        case _:
            new.insert(at, word)
    return new


def _line(text: str, how: str, at: int, other: int, word: str) -> str:
    return "\n".join(_changed(text.split("\n"), how, at, other, word))


def _characters(text: str, how: str, at: int, other: int, word: str) -> str:
    return "".join(_changed(list(text), how, at, other, word))


def _value(text: str, how: str, at: int, other: int, word: str) -> str:
    """The same done to what stands between commas, colons and line ends."""
    parts, current = [], ""
    for char in text:
        if char in ",:\n{}[]":
            parts += [current, char]
            current = ""
        else:
            current += char
    parts.append(current)
    values = _changed(parts[::2], how, at * 7, other * 7, word)
    marks = [*parts[1::2], *"\n" * len(values)]
    return "".join(value + mark for value, mark in zip(values, marks, strict=False))


def _assert_composed_or_refused(files: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_bytes(text.encode("utf-8", "surrogatepass"))
        before = sorted(Path(folder).rglob("*"))
        try:
            document, warnings = prepare(Path(folder) / "dept.yaml")
        except FaultyInput as refused:
            assert errors(refused.faults)
            for fault in refused.faults:
                assert Path(fault.place.file).is_file(), fault
                assert fault.place.line >= 0 <= fault.place.column
                assert fault.message.strip()
        else:
            assert document.html
            assert document.file_name
            assert not errors(warnings)
            assert all(warning.place.file for warning in warnings)
        assert sorted(Path(folder).rglob("*")) == before


@pytest.fixture(scope="module", autouse=True)
def _profiles_read_once() -> Iterator[None]:
    """The profile is the same for every input; reading it anew would take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reportgen.build, "load_profile", cache(reportgen.build.load_profile))
        yield


def _times(examples: int) -> settings:
    return settings(max_examples=max(examples, settings().max_examples))


def _edited(files: dict[str, str], name: str, slips: list[Edit]) -> dict[str, str]:
    text = files[name]
    for slip in slips:
        text = slip(text)
    return {**files, name: text}


def _example() -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in EXAMPLE.iterdir() if path.suffix != ".md"}


def test_the_inputs_are_sound_before_they_are_mutated() -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in SMALL.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        assert prepare(Path(folder) / "dept.yaml")[1] == []
        (Path(folder) / "dept.yaml").write_text(LOOSE["dept.yaml"], encoding="utf-8")
        assert prepare(Path(folder) / "dept.yaml")[1] == []
    assert prepare(EXAMPLE / "dept.yaml")[0].html


@_times(300)
@given(
    st.sampled_from([SMALL, LOOSE, LOOSE]),
    st.sampled_from([*SMALL, "dept.yaml"]),
    st.lists(edits(), min_size=1, max_size=3),
)
def test_a_mistyped_small_input_is_composed_or_refused_with_a_place(
    files: dict[str, str], name: str, slips: list[Edit]
) -> None:
    _assert_composed_or_refused(_edited(files, name, slips))


@_times(100)
@given(st.sampled_from(["dept.yaml", "lines.csv"]), st.lists(edits(), min_size=1, max_size=6))
def test_a_mistyped_example_is_composed_or_refused_with_a_place(name: str, slips: list[Edit]) -> None:
    _assert_composed_or_refused(_edited(_example(), name, slips))


def test_a_file_name_with_a_null_character_is_refused_with_a_place() -> None:
    dept = SMALL["dept.yaml"].replace("units.csv", '"units\\0.csv"')
    _assert_composed_or_refused({**SMALL, "dept.yaml": dept})


def test_any_number_of_terms_may_be_explained(tmp_path: Path) -> None:
    terms = "".join(f"  - {{名词: 名词{number}, 解释: 某种收支}}\n" for number in range(1, 12))
    for name, text in LOOSE.items():
        (tmp_path / name).write_text(text.replace("名词解释:\n", f"名词解释:\n{terms}"), encoding="utf-8")
    assert "名词11" in prepare(tmp_path / "dept.yaml")[0].html


def _sentences(tmp_path: Path, assets: str) -> str:
    """The text of LOOSE with other assets, without tags."""
    typed = LOOSE["dept.yaml"]
    start, end = typed.index("    - {类别: 车辆"), typed.index("整体绩效:")
    for name, text in {**LOOSE, "dept.yaml": typed[:start] + assets + typed[end:]}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return re.sub("<[^>]+>", "", prepare(tmp_path / "dept.yaml")[0].html)


def test_two_assets_of_one_name_are_counted_once_each_or_refused(tmp_path: Path) -> None:
    assets = "".join(f"    - {{类别: 车辆, 名称: 用车, 保有: {held}}}\n" for held in (1, 2))
    try:
        text = _sentences(tmp_path, assets)
    except FaultyInput:
        return
    assert text.count("用车3辆") < 2


def test_a_department_without_equipment_leaves_no_empty_sentence(tmp_path: Path) -> None:
    assert "。。" not in _sentences(tmp_path, "    - {类别: 车辆, 名称: 用车, 保有: 1}\n")
