"""Inputs and profiles mistyped at random: they are composed or refused with a place, never a crash.

2,000 of them each time, the same ones. More, others each time:

    HYPOTHESIS_PROFILE=search REPORTGEN_MUTATIONS=20000 .venv/bin/pytest tests/test_mutated_inputs.py
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

import reportgen.build
from reportgen.build import examine, prepare
from reportgen.compose.profile import Profile, load_profile
from reportgen.faults import Fault, FaultyInput, errors
from reportgen.resources import TEMPLATES

MUTATIONS = int(os.environ.get("REPORTGEN_MUTATIONS", "1000"))
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

PROFILE = {
    "profile.yaml": """\
name: 试用格式
title: "{{ year }}年{{ department.name }}部门预算"
file_name: "{{ department.name }}{{ year }}"
amounts: {unit: 万元, decimals: 2, grouping: 是, zero: ""}
percents: {decimals: 2, sign: 否}
above: "{{ code ~ '　' if code }}部门：{{ department.name }}"
above_right: "单位：{{ amount_unit }}"
text:
  amounts: {zero: "0"}
  percents: {decimals: 2, trim_hundred: 是, sign: 是}
wording: {compared: "比{{ prior_year }}年", unchanged: 持平, cause: "，原因是"}
labels:
  nature: {basic: 基本支出预算}
style:
  table_title_size: 16
  table_page: {top: 20}
  fonts: {hei: [黑体, SimHei]}
parts:
  - cover: cover.html.j2
  - contents: {title: 目　录, levels: 2}
  - title: 部门预算表
    tables: [收支, 支出, 采购, 目标]
  - text: text.md.j2
    in_contents: 否
checks:
  - {rule: W2-no-cause, off: 是, reason: 试用}
""",
    "tables/收支.yaml": """\
code: 表一
title: "{{ year }}年收支总表"
sides:
  - label: 收入
    source: revenue
    columns: [{label: 项目, show: label}, {label: 预算数}]
    rows:
      - {label: 一般公共预算, where: {fund: general, carryover: 否}}
      - {label: 其他, where: {fund: [own, fiscal_account]}, indent: 1}
      - {fill: 是}
      - {label: 收入总计, kind: total}
  - label: 支出
    columns: [{label: 项目, show: label}, {label: 预算数}]
    rows:
      - {tree: function, levels: 类, numbering: 一、}
      - {label: 结转下年, source: carry_forward}
      - {label: 支出总计, source: revenue, kind: total}
notes: ["注：含 {{ units | length }} 个单位。"]
""",
    "tables/支出.yaml": """\
code: 表二
title: "{{ year }}年支出总表{{ '（' ~ unit.name ~ '）' if unit }}"
each: unit
columns:
  - label: 科目
    columns: [{label: 编码, show: code}, {label: 名称, show: name}]
  - {label: 合计}
  - {label: 上年, measure: prior}
  - {label: 基本支出, where: {nature: basic}}
  - {label: 增减, measure: growth}
rows:
  - {label: 合计, merge: 2, kind: total}
  - {tree: function, levels: [类, 款, 项]}
orientation: landscape
index_row: 栏次
empty: "注：没有支出。"
""",
    "tables/采购.yaml": """\
code: 表三
title: 采购表
source: procurement
columns:
  - {label: 名称, show: label}
  - {label: 金额}
rows:
  - {label: 合计, kind: total}
  - {each: unit, label: "{{ name }}"}
omit_empty: 是
""",
    "tables/目标.yaml": """\
code: 表四
title: 目标表
form: goal.html.j2
each: project
where: {nature: project}
above: "{{ unit.name if unit }}"
new_page: 是
""",
    "goal.html.j2": """\
<table class="grid"><tbody>
<tr><td class="m">{{ it.name if it }}</td><td class="a">{{ figure(project=it.code) if it }}</td></tr>
{% for i in (indicators(it.code) if it else []) %}
<tr><td class="l">{{ loop.index }}{{ i.name }}</td><td>{{ i.weight | default("") }}</td></tr>
{% endfor %}
</tbody></table>
""",
    "cover.html.j2": '<p class="name">{{ department.name }}</p>\n<p class="date">{{ year }}年</p>\n',
    "text.md.j2": """\
{% macro against(f, cause="") %}{% if f.has_before %}，{{ compare(f, cause=cause) }}{% endif %}{% endmacro %}
# 情况说明
{% set whole = figure() %}
收入{{ figure("revenue") }}，支出{{ whole }}{{ against(whole, "基本支出") }}。
{% for item in codes("function", "项") if item.figure %}
{{ numeral(loop.index) }}是**{{ item.name }}**{{ item.figure }}，占{{ share(item.figure, whole) }}；
{% endfor %}

## 职责
{{ paragraphs(department.duties) }}
{{ table("采购", level=3) }}
""",
    "style.css": ".name { color: #333; }\n",
}
"""A small profile that uses most of the table language and every kind of template."""

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
        "\u202e",
        "\x1b[31m",
        "\ud800",
        "\ue0000\ue001",
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
        "{{ department }}",
        "{{ it.name }}",
        "{% if %}",
        "{% endfor %}",
        "{#",
        "../x",
        "/etc/passwd",
        "url(file:///etc/passwd)",
        "<img src=x>",
        "1" * 5000,
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
    *(
        "fund",
        "prior",
        "growth",
        "unit",
        "project",
        "each",
        "tree",
        "where",
        "show",
        "form",
        "extends",
        "一、",
    ),
)

Edit = Callable[[str], str]


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    """One slip: a line, a character or a value is lost, doubled, swapped or replaced."""
    kind = draw(st.sampled_from([_line, _characters, _value, _structure, _columns]))
    how = draw(st.sampled_from(["delete", "double", "swap", "replace", "insert"]))
    at, other, word = draw(st.integers(0, 10**6)), draw(st.integers(0, 10**6)), draw(st.sampled_from(WORDS))
    return lambda text: kind(text, how, at, other, word)


def _changed(parts: list[Any], how: str, at: int, other: int, word: Any) -> list[Any]:
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


def _structure(text: str, how: str, at: int, other: int, word: str) -> str:
    """The same done to a YAML tree: entries and items, with keys and values that stand elsewhere in it."""
    try:
        tree = YAML(typ="safe", pure=True).load(text)
    except (YAMLError, ValueError):
        return text
    nodes: list[Any] = []
    scalars: list[Any] = [word, [word], {word: word}, None]
    _gather(tree, nodes, scalars)
    if not nodes:
        return text
    node, value = nodes[at % len(nodes)], scalars[other % len(scalars)]
    if isinstance(node, list):
        node[:] = _changed(node, how, at // 7, other // 7, value)
    elif node:
        keys = list(node)
        one, two = keys[at // 7 % len(keys)], keys[other // 7 % len(keys)]
        match how:
            case "delete":
                del node[one]
            case "double":
                node[one] = [node[one], node[one]]
            case "swap":
                node[one], node[two] = node[two], node[one]
            case "replace":
                node[one] = value
            case _:
                node[str(value)] = node.pop(one)
    stream = io.StringIO()
    YAML(typ="safe", pure=True).dump(tree, stream)
    return stream.getvalue()


def _gather(tree: Any, nodes: list[Any], scalars: list[Any]) -> None:
    """Every list and mapping of a tree, once, and every value."""
    if not isinstance(tree, list | dict):
        scalars.append(tree)
    elif not any(tree is known for known in nodes):
        nodes.append(tree)
        for below in tree.values() if isinstance(tree, dict) else tree:
            _gather(below, nodes, scalars)


def _columns(text: str, how: str, at: int, other: int, word: str) -> str:
    """The same done to the columns of a CSV."""
    return "\n".join(",".join(_changed(line.split(","), how, at, other, word)) for line in text.split("\n"))


@st.composite
def byte_edits(draw: st.DrawFn) -> Callable[[bytes], bytes]:
    """A byte that is no longer what it was, as after a broken transfer, or an end that is missing."""
    at, byte, cut = draw(st.integers(0, 10**6)), draw(st.integers(0, 255)), draw(st.booleans())

    def slip(content: bytes) -> bytes:
        place = at % (len(content) + 1)
        return (
            content[:place] if cut and at % 5 == 0 else content[:place] + bytes([byte]) + content[place + 1 :]
        )

    return slip


Files = Mapping[str, str | bytes]


def _write(folder: Path, files: Files) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))


def _assert_composed_or_refused(files: Files, profile: Files | None = None) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        _write(folder, files)
        _write(folder / "profile", profile or {})
        before = sorted(folder.rglob("*"))
        try:
            examined = examine(folder / "dept.yaml", profile=folder / "profile" if profile else None)
        except FaultyInput as refused:
            found = refused.faults
            assert errors(found)
        else:
            found = examined.findings
            assert errors(found) or examined.document
            if examined.document:
                assert examined.document.html
                assert examined.document.file_name
        for fault in found:
            _assert_told(fault)
        assert sorted(folder.rglob("*")) == before


def _assert_told(fault: Fault) -> None:
    path, line, column = Path(fault.place.file), fault.place.line, fault.place.column
    assert path.is_file(), fault
    lines = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert 0 <= line <= len(lines), fault
    assert column >= 0, fault
    if line:
        assert column <= len(lines[line - 1]) + 1, fault
    assert fault.message.strip()
    assert not re.search("[\x00-\x08\x0a-\x1f\x7f]", str(fault)), fault


@pytest.fixture(scope="module", autouse=True)
def _profiles_read_once() -> Iterator[None]:
    """A profile that came with reportgen is the same for every input; to read it anew would take longest."""
    read = cache(load_profile)

    def once(folder: Path) -> Profile:
        return read(folder) if TEMPLATES in folder.parents else load_profile(folder)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reportgen.build, "load_profile", once)
        yield


def _share(percent: int) -> settings:
    """A test's share of all the mutations."""
    return settings(max_examples=MUTATIONS * percent // 100)


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


def test_the_profile_is_sound_before_it_is_mutated(tmp_path: Path) -> None:
    _write(tmp_path, {**SMALL, **{f"profile/{name}": text for name, text in PROFILE.items()}})
    document, _ = prepare(tmp_path / "dept.yaml", profile=tmp_path / "profile")
    assert [table.code for table in document.tables] == ["表一", "表二", "表二", "表三", "表四"]


@_share(60)
@given(
    st.sampled_from([SMALL, LOOSE, LOOSE]),
    st.sampled_from([*SMALL, "dept.yaml"]),
    st.lists(edits(), min_size=1, max_size=3),
)
def test_a_mistyped_small_input_is_composed_or_refused_with_a_place(
    files: dict[str, str], name: str, slips: list[Edit]
) -> None:
    _assert_composed_or_refused(_edited(files, name, slips))


@_share(3)
@given(st.sampled_from(["dept.yaml", "lines.csv"]), st.lists(edits(), min_size=1, max_size=6))
def test_a_mistyped_example_is_composed_or_refused_with_a_place(name: str, slips: list[Edit]) -> None:
    _assert_composed_or_refused(_edited(_example(), name, slips))


@_share(30)
@given(st.sampled_from([*PROFILE]), st.lists(edits(), min_size=1, max_size=3))
def test_a_mistyped_profile_is_used_or_refused_with_a_place(name: str, slips: list[Edit]) -> None:
    _assert_composed_or_refused(LOOSE, _edited(PROFILE, name, slips))


@_share(7)
@given(st.sampled_from([*SMALL, *PROFILE]), st.lists(byte_edits(), min_size=1, max_size=3))
def test_a_broken_file_is_used_or_refused_with_a_place(
    name: str, slips: list[Callable[[bytes], bytes]]
) -> None:
    content = (SMALL | PROFILE)[name].encode()
    for slip in slips:
        content = slip(content)
    mutated = {**LOOSE, **PROFILE, name: content}
    _assert_composed_or_refused(
        {file: mutated[file] for file in SMALL}, {file: mutated[file] for file in PROFILE}
    )


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
