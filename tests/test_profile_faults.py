"""Slips in a profile are told like slips in an input: file, line, the word, and the nearest one known."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from reading import ROOT

from reportgen.build import prepare
from reportgen.faults import Fault, FaultyInput

TABLE = "tables/表三-支出总表.yaml"
DETAILS = "tables/表十三-项目支出明细表.yaml"
NARRATIVE = "narrative.md.j2"
MAIN = "profile.yaml"


@dataclass
class Profile:
    """A copy of a profile to spoil."""

    folder: Path

    def line_of(self, file: str, text: str) -> tuple[int, int]:
        """Line and column of a text, which stands in the file once."""
        content = (self.folder / file).read_text("utf-8")
        assert content.count(text) == 1, f"{text} in {file}"
        before = content[: content.index(text)]
        return before.count("\n") + 1, len(before) - before.rfind("\n")

    def spoil(self, file: str, old: str, new: str) -> None:
        path = self.folder / file
        content = path.read_text("utf-8")
        assert content.count(old) == 1, f"{old} in {file}"
        path.write_text(content.replace(old, new), "utf-8")


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    folder = tmp_path / "my-region"
    shutil.copytree(ROOT / "templates" / "chongqing-yubei", folder)
    return Profile(folder)


@pytest.fixture
def faults(profile: Profile, example: Path) -> Callable[[], list[Fault]]:
    """What a build with the profile says."""

    def told() -> list[Fault]:
        with pytest.raises(FaultyInput) as caught:
            prepare(example, profile=profile.folder)
        return list(caught.value.faults)

    return told


def test_an_unspoiled_copy_of_a_profile_has_no_fault(profile: Profile, example: Path) -> None:
    document, _ = prepare(example, profile=profile.folder)
    assert len(document.tables) == 18


@dataclass(frozen=True)
class Slip:
    file: str
    right: str
    """A text of the profile that stands there once."""
    wrong: str
    at: str
    """The spoiled text that the place points to."""
    says: tuple[str, ...]


SLIPS = {
    "a word of a column": Slip(
        TABLE, "{label: 总计}", "{label: 总计, mesure: prior}", "mesure", ("mesure", "“measure”")
    ),
    "a word of a table": Slip(TABLE, "columns:", "colums:", "colums", ("colums", "“columns”")),
    "a word of a row": Slip(TABLE, "merge: 2", "merg: 2", "merg: 2", ("merg", "“merge”")),
    "a Chinese word of a column": Slip(TABLE, "{label: 总计}", "{标題: 总计}", "标題", ("标題", "“标题”")),
    "a condition": Slip(TABLE, "nature: basic", "natur: basic", "where: {natur:", ("natur", "“nature”")),
    "a value of a condition": Slip(
        TABLE, "nature: basic", "nature: basics", "where: {nature: basics", ("basics", "“basic”")
    ),
    "one value of several": Slip(
        TABLE, "nature: basic", "nature: [basic, projekt]", "where: {nature: [", ("projekt", "“project”")
    ),
    "a classification": Slip(
        TABLE, "tree: function", "tree: funktion", "funktion", ("funktion", "“function”")
    ),
    "a level": Slip(
        TABLE, "{tree: function}", "{tree: function, levels: [类, 级]}", "级]", ("级", "类、款、项")
    ),
    "a source": Slip(TABLE, "columns:", "source: revenu\ncolumns:", "revenu", ("revenu", "“revenue”")),
    "a list": Slip(DETAILS, "each: unit", "each: unitt", "unitt", ("unitt", "“unit”")),
    "a word of the profile": Slip(MAIN, "wording:", "wordings:", "wordings", ("wordings", "“wording”")),
    "a word of the style": Slip(
        MAIN, "table_title_size", "tabel_title_size", "tabel_title_size", ("“table_title_size”",)
    ),
    "a kind of part": Slip(MAIN, "- cover:", "- covr:", "covr", ("covr", "“cover”")),
    "a unit of amounts": Slip(MAIN, "unit: 元", "unit: 千元", "千元", ("千元", "元、万元")),
    "a measure": Slip(
        TABLE, "{label: 总计}", "{label: 总计, measure: amout}", "amout", ("amout", "“amount”")
    ),
    "a property of the row": Slip(TABLE, "show: code", "show: cod", "cod}", ("cod", "“code”")),
    "a kind of row": Slip(TABLE, "kind: total", "kind: totl", "totl", ("totl", "“total”")),
    "a direction": Slip(
        TABLE, "columns:", "orientation: landscap\ncolumns:", "landscap", ("landscap", "“landscape”")
    ),
    "a dimension under labels": Slip(
        MAIN, "nature: {basic: 基", "natur: {basic: 基", "labels:", ("natur", "“nature”")
    ),
    "a value under labels": Slip(
        MAIN, "nature: {basic: 基", "nature: {basics: 基", "labels:", ("basics", "“basic”")
    ),
    "the name of a table file": Slip(
        MAIN, "表三-支出总表", "表三-支出总标", "表三-支出总标", ("表三-支出总标.yaml", "“表三-支出总表”")
    ),
    "a table listed twice": Slip(
        MAIN, "- 表二-收入总表", "- 表一-收支总表 ", "表一-收支总表 ", ("已经列过",)
    ),
}


@pytest.mark.parametrize("slip", SLIPS.values(), ids=SLIPS)
def test_a_slip_in_a_yaml_file_is_told_with_its_place_and_the_nearest_word(
    slip: Slip, profile: Profile, faults: Callable[[], list[Fault]]
) -> None:
    profile.spoil(slip.file, slip.right, slip.wrong)
    place = profile.line_of(slip.file, slip.at)
    told = next(fault for fault in faults() if all(word in fault.message for word in slip.says))
    assert told.place.file.endswith(f"my-region/{slip.file}")
    assert (told.place.line, told.place.column) == place


def test_every_slip_is_told_at_once(profile: Profile, faults: Callable[[], list[Fault]]) -> None:
    profile.spoil(TABLE, "{label: 总计}", "{label: 总计, mesure: prior}")
    profile.spoil(DETAILS, "each: unit", "each: unitt")
    profile.spoil(MAIN, "表十二-国有资本经营支出表", "表十二-国有资本经营支出标")
    said = " ".join(fault.message for fault in faults())
    assert all(word in said for word in ("mesure", "unitt", "支出标.yaml"))


@pytest.mark.parametrize(
    ("missing", "teller"),
    [
        (NARRATIVE, MAIN),
        ("cover.html.j2", MAIN),
        ("project-goal.html.j2", "tables/表十六-重点项目绩效目标表.yaml"),
    ],
)
def test_a_template_that_is_not_there_is_told_where_it_is_named(
    missing: str, teller: str, profile: Profile, faults: Callable[[], list[Fault]]
) -> None:
    (profile.folder / missing).unlink()
    told = next(fault for fault in faults() if fault.place.file.endswith(f"my-region/{teller}"))
    assert f"没有文件“{missing}”" in told.message


def test_a_template_that_another_draws_in_is_missed_by_its_name(
    profile: Profile, faults: Callable[[], list[Fault]]
) -> None:
    (profile.folder / "indicator-rows.html.j2").unlink()
    (told, *_) = faults()
    assert "indicator-rows.html.j2" in told.message
    assert told.place.line == 1


def test_a_table_file_that_is_no_yaml_is_told_with_its_line(
    profile: Profile, faults: Callable[[], list[Fault]]
) -> None:
    profile.spoil(TABLE, "{label: 总计}", "{label: 总计")
    (told,) = (fault for fault in faults() if fault.place.file.endswith(TABLE))
    assert told.place.line >= profile.line_of(TABLE, "{label: 总计")[0]
    assert "YAML 写法有误" in told.message


TEMPLATES = {
    "an expression of the narrative": Slip(
        NARRATIVE,
        "{{ share(basic, general) }}",
        "{{ share(basic general) }}",
        "{{ share(basic general",
        ("写法有误",),
    ),
    "an unknown tag of the narrative": Slip(
        NARRATIVE, "{% elif units %}", "{% elsif units %}", "{% elsif units %}", ("写法有误", "elsif")
    ),
    "an expression of a form": Slip(
        "project-goal.html.j2",
        "{{ it.basis if it }}",
        "{{ it.basis if }}",
        "{{ it.basis if }}",
        ("写法有误",),
    ),
    "a variable of the narrative": Slip(
        NARRATIVE,
        "（一）收入预算：{{ year }}",
        "（一）收入预算：{{ yeer }}",
        "{{ yeer }}",
        ("yeer", "“year”"),
    ),
    "a function of the narrative": Slip(
        NARRATIVE,
        "{{ share(basic, general) }}",
        "{{ shar(basic, general) }}",
        "{{ shar(",
        ("shar", "“share”"),
    ),
    "a property of the department": Slip(
        NARRATIVE, "{{ department.phone or", "{{ department.phoen or", "department.phoen", ("phoen",)
    ),
    "a condition of a sentence": Slip(
        NARRATIVE,
        '{% set project = figure(fund="general", nature="project") %}',
        '{% set project = figure(fund="general", natur="project") %}',
        "natur=",
        ("natur", "“nature”"),
    ),
    "a value in a condition of a sentence": Slip(
        NARRATIVE,
        '{% set project = figure(fund="general", nature="project") %}',
        '{% set project = figure(fund="general", nature="projekt") %}',
        "projekt",
        ("projekt", "“project”"),
    ),
    "a topic of a cause": Slip(
        NARRATIVE, 'cause="项目支出"', 'cause="项目开支"', "项目开支", ("项目开支", "“项目支出”")
    ),
    "a variable of a form": Slip(
        "project-goal.html.j2", "{{ it.basis if it }}", "{{ itt.basis }}", "{{ itt.basis }}", ("itt", "“it”")
    ),
    "a variable of a macro in another file": Slip(
        "indicator-rows.html.j2", "{{ i.weight }}", "{{ ii.weight }}", "{{ ii.weight }}", ("ii",)
    ),
    "a variable of the cover": Slip(
        "cover.html.j2", "{{ year }}", "{{ yeer }}", "{{ yeer }}", ("yeer", "“year”")
    ),
    "a variable of a table's title": Slip(
        TABLE, "{{ year }}", "{{ yeer }}", '"{{ yeer }}', ("yeer", "“year”")
    ),
    "a variable of a cell": Slip(
        DETAILS, "{{ unit.code }}", "{{ unitt.code }}", '"{{ unitt', ("unitt", "“unit”")
    ),
    "a template of a title": Slip(TABLE, "{{ year }}", "{{ year }", '"{{ year }', ("写法有误",)),
    "a variable of the wording": Slip(
        MAIN, "{{ prior_year }}年", "{{ prior_yeer }}年", "{{ prior_yeer }}", ("prior_yeer", "“prior_year”")
    ),
    "a source of a figure": Slip(
        NARRATIVE,
        '{% set revenue = figure("revenue") %}',
        '{% set revenue = figure("revenu") %}',
        '"revenu"',
        ("revenu", "“revenue”"),
    ),
    "a dimension of a list": Slip(
        NARRATIVE, 'codes("function", "项"', 'codes("functon", "项"', "functon", ("functon", "“function”")
    ),
    "a level of a list": Slip(
        NARRATIVE, 'codes("function", "项"', 'codes("function", "节"', '"节"', ("节", "类、款、项")
    ),
    "a division by nothing": Slip(
        NARRATIVE, "{{ share(basic, general) }}", "{{ 1 // 0 }}", "{{ 1 // 0 }}", ("zero",)
    ),
    "code that leaves the sandbox": Slip(
        NARRATIVE,
        "{{ share(basic, general) }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ ''.__class__",
        ("__class__",),
    ),
}


@pytest.mark.parametrize("slip", TEMPLATES.values(), ids=TEMPLATES)
def test_a_slip_in_a_template_is_told_with_its_own_file_and_line(
    slip: Slip, profile: Profile, faults: Callable[[], list[Fault]]
) -> None:
    profile.spoil(slip.file, slip.right, slip.wrong)
    line, _ = profile.line_of(slip.file, slip.at)
    told = next(fault for fault in faults() if all(word in fault.message for word in slip.says))
    assert told.place.file.endswith(f"my-region/{slip.file}")
    assert told.place.line == line


# --- what a profile asks and no ledger knows ---

LACKING = """\
格式: chongqing-yubei
年度: 2024
部门: {编码: "101", 名称: 某某局, 性质: 行政单位}
默认: {资金: 一般公共预算}
支出:
  - {功能科目: "2010506", 部门经济科目: "30101", 支出性质: 基本支出, 金额: 820000.00}
  - {功能科目: "2010507", 部门经济科目: "30227", 支出性质: 项目支出, 项目: P1, 金额: 300000.00}
项目:
  - {编码: P1, 名称: 专项普查经费}
"""


@pytest.mark.parametrize(
    ("dropped", "line", "tables", "asked"),
    [
        ('功能科目: "2010507", ', 7, ("表三", "表五"), "功能科目"),
        ('部门经济科目: "30101", ', 6, ("表六",), "部门经济科目"),
        ("支出性质: 项目支出, ", 7, ("表三",), "支出性质"),
        ("项目: P1, ", 7, ("表十三",), "项目"),
        ("默认: {资金: 一般公共预算}\n", 5, ("表二",), "资金"),
    ],
)
def test_a_dimension_that_no_ledger_has_is_told_by_the_line_that_lacks_it(
    dropped: str, line: int, tables: tuple[str, ...], asked: str, tmp_path: Path
) -> None:
    source = tmp_path / "dept.yaml"
    assert LACKING.count(dropped) == 1
    source.write_text(LACKING.replace(dropped, ""), "utf-8")
    with pytest.raises(FaultyInput) as caught:
        prepare(source)
    for table in tables:
        told = next(f for f in caught.value.faults if table in f.message.split("需要")[0].split("、"))
        assert told.place.file.endswith("dept.yaml")
        assert told.place.line == line
        assert f"“{asked}" in told.message
        assert "请补上" in told.message


def test_a_second_ledger_that_has_the_dimension_answers_instead(tmp_path: Path) -> None:
    source = tmp_path / "dept.yaml"
    head, _, rest = LACKING.partition("支出:\n")
    lines, projects = rest.split("项目:\n")
    by_function = lines.replace('部门经济科目: "30101", ', "").replace('部门经济科目: "30227", ', "")
    by_economic = lines.replace('功能科目: "2010506", ', "").replace('功能科目: "2010507", ', "")
    ledgers = {"按功能": by_function, "按经济": by_economic}
    views = "".join(f"  {name}:\n" + text.replace("  - ", "    - ") for name, text in ledgers.items())
    source.write_text(f"{head}支出:\n{views}项目:\n{projects}", "utf-8")
    document, _ = prepare(source)
    assert len(document.tables) == 18
