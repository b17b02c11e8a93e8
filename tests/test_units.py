"""Units keep their own files: the department is their sum, and each can be published by itself."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from lxml import html as lxml_html
from reading import ROOT
from strategies import YEAR, disclosure, disclosures

from reportgen.build import examine, prepare
from reportgen.catalog import load_catalog
from reportgen.convert.typed import typed
from reportgen.convert.yaml_files import yaml_files
from reportgen.derive import derive
from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import Condition
from reportgen.derive.holdings import all_assets, all_staff
from reportgen.faults import FaultyInput
from reportgen.load import load_disclosure, units
from reportgen.load.disclosure import load_own
from reportgen.model import Disclosure
from reportgen.model.assets import Assets

EXAMPLE = ROOT / "data" / "examples" / "hubei-jianghan" / "dept.yaml"

MAIN = """\
格式: standard
年度: 2025
部门: {编码: "205", 名称: 某某局, 性质: 行政单位}
单位:
  - 本级.yaml
  - {文件: 支队/unit.yaml, 规格: 副处级}
默认: {资金: 一般公共预算, 支出性质: 基本支出}
"""
OWN = """\
部门: {编码: "205001", 名称: 某某局本级, 性质: 行政单位}
支出:
  - {功能科目: "2040201", 部门经济科目: "30101", 金额: 100, 上年预算数: 80}
  - {功能科目: "2040201", 部门经济科目: "30201", 金额: 30}
人员:
  - {类别: 行政人员, 编制: 10, 实有: 9}
国有资产:
  截至: 2024-12-31
  明细: [{类别: 车辆, 名称: 轿车, 保有: 3}]
"""
SQUAD = """\
部门: {编码: "205002", 名称: 某某支队, 性质: 参公单位, 附加: {简称: 支队}}
默认: {支出性质: 项目支出}
支出: lines.csv
项目:
  - {编码: P1, 名称: 设备}
绩效指标:
  - {项目: P1, 指标名称: 台数, 指标值: "3"}
  - {指标名称: 满意度, 指标值: 90%}
人员:
  - {类别: 行政人员, 编制: 5, 实有: 4}
  - {类别: 工勤人员, 编制: 1, 实有: 1}
国有资产:
  截至: 2024-12-31
  明细: [{类别: 车辆, 名称: 轿车, 保有: 2, 购置: 1}]
"""
LINES = "功能科目,部门经济科目,项目,金额\n2040202,31003,P1,7\n2040202,30213,P1,5\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "支队").mkdir()
    (tmp_path / "dept.yaml").write_text(MAIN)
    (tmp_path / "本级.yaml").write_text(OWN)
    (tmp_path / "支队" / "unit.yaml").write_text(SQUAD)
    (tmp_path / "支队" / "lines.csv").write_text(LINES)
    return tmp_path


def _faults(path: Path, unit: str | None = None) -> list[str]:
    with pytest.raises(FaultyInput) as caught:
        load_disclosure(path, unit)
    return [str(fault).replace(f"{path.parent}/", "") for fault in caught.value.faults]


def test_the_department_is_the_sum_of_its_units(folder: Path) -> None:
    found = load_own(folder / "dept.yaml").disclosure
    lines = found.expenditure["支出"]
    assert [(line.unit, line.amount, line.nature) for line in lines] == [
        ("205001", Decimal(100), None),  # the department's default says the nature of what says none
        ("205001", Decimal(30), None),
        ("205002", Decimal(7), "project"),
        ("205002", Decimal(5), "project"),
    ]
    assert [(u.code, u.name, u.kind, u.rank, u.extra) for u in found.units] == [
        ("205001", "某某局本级", "administrative", None, {}),
        ("205002", "某某支队", "civil_service_like", "副处级", {"简称": "支队"}),
    ]
    assert [(p.code, p.unit) for p in found.projects] == [("P1", "205002")]
    assert [(i.name, i.project, i.unit) for i in found.indicators] == [
        ("台数", "P1", None),
        ("满意度", None, "205002"),
    ]


@pytest.mark.parametrize(
    ("unit", "of_unit"),
    [
        (None, ["本级.yaml", "支队/unit.yaml", "支队/lines.csv"]),
        ("205001", ["本级.yaml"]),
        ("205002", ["支队/unit.yaml", "支队/lines.csv"]),
    ],
)
def test_a_report_is_made_of_the_departments_files_and_those_of_its_units_alone(
    folder: Path, unit: str | None, of_unit: list[str]
) -> None:
    earlier = folder / "2024"
    shutil.copytree(folder, earlier)
    for file, year in ((folder / "dept.yaml", 2025), (earlier / "dept.yaml", 2024)):
        text = MAIN.replace("2025", str(year)) + "名词解释: terms.csv\n"
        file.write_text(text + ("上年: 2024/dept.yaml\n" if year == 2025 else ""))
        (file.parent / "terms.csv").write_text("名词,解释\n某某,某事\n")
    files = load_disclosure(folder / "dept.yaml", unit).files
    now = ["dept.yaml", "terms.csv", *of_unit]
    assert [path.relative_to(folder).as_posix() for path in files] == [*now, *(f"2024/{one}" for one in now)]


def test_sentences_tell_people_and_assets_of_all_units_together(folder: Path) -> None:
    found = load_own(folder / "dept.yaml").disclosure
    assert [(g.name, g.authorised, g.present) for g in all_staff(found.staff)] == [
        ("行政人员", 15, 13),
        ("工勤人员", 1, 1),
    ]
    together = all_assets(found.assets)
    assert together is not None
    assert [(a.name, a.held, a.bought) for a in together.items] == [("轿车", 5, 1)]


def test_a_value_that_one_unit_does_not_know_is_not_known_for_all() -> None:
    said = {"as_of": "2024-12-31", "items": [
        {"unit": "1", "category": "车辆", "name": "轿车", "held": "1", "value": "10", "opening": "1"},
        {"unit": "2", "category": "车辆", "name": "轿车", "held": "1", "value": "20"},
    ]}  # fmt: skip
    together = all_assets(Assets.model_validate(said))
    assert together is not None
    assert [(a.value, a.opening) for a in together.items] == [(Decimal(30), None)]


def test_a_fault_is_told_where_it_stands_in_the_unit_s_file(folder: Path) -> None:
    (folder / "支队" / "lines.csv").write_text(LINES.replace("7", "七"))
    (folder / "本级.yaml").write_text(OWN.replace("30101", "301x1"))
    faults = _faults(folder / "dept.yaml")
    assert faults == [
        "支队/lines.csv:2:18: 错误：金额：“七”不是金额；"
        "应写成 1234.50 或 1,234.50（单位可写元、万元），没有就空着",
        "本级.yaml:3:31: 错误：部门经济科目：“301x1”不是支出经济分类编码；应为 3、5 位数字",
    ]


FAULTS: dict[str, tuple[str, str, str, list[str]]] = {
    "a file that is not there": (
        "dept.yaml", "- 本级.yaml", "- 本部.yaml",
        ["dept.yaml:5:5: 错误：找不到单位的文件“本部.yaml”；请写相对于本文件的路径"],
    ),
    "a file outside the folder": (
        "dept.yaml", "- 本级.yaml", "- ../outside.yaml",
        ["dept.yaml:5:5: 错误：“../outside.yaml”不在输入文件所在的文件夹里；请把文件放到旁边"],
    ),
    "another year": (
        "本级.yaml", "部门:", "年度: 2024\n部门:",
        ["本级.yaml:1:5: 错误：年度是“2024”，部门的文件是“2025”；请改成一样的"],
    ),
    "another unit of amounts": (
        "dept.yaml", "默认:", "金额单位: 万元\n默认:",
        [
            "支队/unit.yaml:1:1: 错误：金额单位是“元”，部门的文件是“万元”；请改成一样的",
            "本级.yaml:1:1: 错误：金额单位是“元”，部门的文件是“万元”；请改成一样的",
        ],
    ),
    "units of a unit": (
        "本级.yaml", "支出:", "单位: [{编码: a, 名称: b, 性质: 事业}]\n支出:",
        ["本级.yaml:2:1: 错误：单位的文件里不能再列单位；请都列在部门的文件里"],
    ),
    "a unit that does not say who it is": (
        "本级.yaml", '部门: {编码: "205001", 名称: 某某局本级, 性质: 行政单位}\n', "",
        ["本级.yaml:1:1: 错误：单位的文件里要有“部门”，写这个单位的编码、名称、性质"],
    ),
    "a unit twice": (
        "本级.yaml", '"205001"', '"205002"',
        ["dept.yaml:6:10: 错误：单位“205002”列了两次；请删去一个，或改正文件里的编码"],
    ),
    "other ledgers": (
        "本级.yaml", "支出:\n", "支出:\n 按经济:\n",
        ["支队/unit.yaml:3:1: 错误：台账是“支出”，别的文件是“按经济”；各文件的台账要一样"],
    ),
    "assets of another day": (
        "本级.yaml", "截至: 2024-12-31", "截至: 2024-06-30",
        ["支队/unit.yaml:13:7: 错误：截至“2024-12-31”，别的文件是“2024-06-30”；请改成同一天"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_what_does_not_fit_together_is_told(name: str, folder: Path) -> None:
    file, old, new, expected = FAULTS[name]
    (folder.parent / "outside.yaml").write_text(OWN)
    path = folder / file
    assert path.read_text().count(old) == 1
    path.write_text(path.read_text().replace(old, new))
    assert _faults(folder / "dept.yaml") == expected


def test_a_unit_without_a_file_of_its_own_has_no_report(folder: Path) -> None:
    assert _faults(folder / "dept.yaml", "205009") == [
        "dept.yaml: 错误：没有编码为“205009”的单位文件；有自己文件的单位：205001、205002"
    ]


def test_a_unit_takes_from_the_department_what_it_does_not_say_itself(folder: Path) -> None:
    found = load_disclosure(folder / "dept.yaml", "205002").disclosure
    assert (found.profile, found.year, found.level) == ("standard", 2025, "unit")
    assert (found.defaults.fund, found.defaults.nature) == ("general", "project")
    assert [line.amount for line in found.expenditure["支出"]] == [Decimal(7), Decimal(5)]
    assert found.units == ()


def test_last_year_s_department_is_last_year_of_its_units(folder: Path) -> None:
    before = folder / "2024"
    before.mkdir()
    (before / "dept.yaml").write_text(
        MAIN.replace("2025", "2024").split("  - {文件")[0] + "默认: {资金: 一般公共预算}\n"
    )
    (before / "本级.yaml").write_text(OWN.replace("金额: 100, 上年预算数: 80", "金额: 70"))
    main = folder / "dept.yaml"
    main.write_text(main.read_text() + "上年: 2024/dept.yaml\n")
    own = load_disclosure(main, "205001")
    assert own.before is not None
    assert [line.amount for line in own.before.disclosure.expenditure["支出"]] == [Decimal(70), Decimal(30)]
    squad = load_disclosure(main, "205002")
    assert squad.before is None
    assert [note.message for note in squad.notes] == [
        "“2024/dept.yaml”里没有单位 205002 自己的文件，上年数只有明细里写的"
    ]


def test_units_may_be_listed_in_a_table_that_names_their_files(folder: Path) -> None:
    (folder / "units.csv").write_text("文件,规格,附加:电话\n本级.yaml,,\n支队/unit.yaml,副处级,0000\n")
    main = folder / "dept.yaml"
    listed = load_own(main).disclosure
    start, end = main.read_text().index("单位:\n"), main.read_text().index("默认:")
    main.write_text(main.read_text()[:start] + "单位: units.csv\n" + main.read_text()[end:])
    from_table = load_own(main).disclosure
    assert from_table.units[1].extra == {"简称": "支队", "电话": "0000"}
    same = {"units": listed.units}
    assert from_table.model_copy(update=same) == listed


def test_what_a_unit_says_of_another_unit_is_an_error(folder: Path) -> None:
    (folder / "支队" / "lines.csv").write_text(
        LINES.replace("功能科目", "单位,功能科目").replace("\n2", "\n205001,2")
    )
    (folder / "本级.yaml").write_text(OWN.replace("支出:", '默认: {单位: "205002"}\n支出:'))
    assert _faults(folder / "dept.yaml") == [
        "支队/lines.csv:2:1: 错误：这是单位 205002 的文件，不能写别的单位“205001”；请删去，或改成 205002",
        "支队/lines.csv:3:1: 错误：这是单位 205002 的文件，不能写别的单位“205001”；请删去，或改成 205002",
        "本级.yaml:2:10: 错误：这是单位 205001 的文件，不能写别的单位“205002”；请删去，或改成 205001",
    ]


def test_the_list_and_the_unit_s_file_must_say_the_same_of_it(folder: Path) -> None:
    main = folder / "dept.yaml"
    main.write_text(main.read_text().replace("规格: 副处级", "性质: 事业单位"))
    assert _faults(main) == [
        "dept.yaml:6:28: 错误：性质是“事业单位”，单位自己的文件写的是“参公单位”；请改成一样的，或在这里删去"
    ]


def test_names_of_a_code_must_agree_in_all_files(folder: Path) -> None:
    (folder / "本级.yaml").write_text(OWN + '科目名称: {"2010598": 甲}\n')
    (folder / "支队" / "unit.yaml").write_text(SQUAD + '科目名称: {"2010598": 乙}\n')
    assert _faults(folder / "dept.yaml") == [
        "支队/unit.yaml:15:19: 错误：“2010598”在别的文件里是另一个名称；请改成一样的"
    ]


def test_all_faults_of_all_files_are_told_at_once_and_no_false_ones(folder: Path) -> None:
    (folder / "支队" / "unit.yaml").write_text(SQUAD + "职责: 管路\n")
    (folder / "本级.yaml").write_text(OWN.replace("金额: 30}", "金额: 3x}"))
    faults = _faults(folder / "dept.yaml")
    assert [fault.split("；")[0] for fault in faults] == [
        "支队/unit.yaml:15:1: 错误：不认识的键“职责”",
        "本级.yaml:4:44: 错误：金额：“3x”不是金额",
    ]


def test_the_same_day_may_be_written_in_two_ways(folder: Path) -> None:
    (folder / "本级.yaml").write_text(OWN.replace("2024-12-31", "2024年12月31日"))
    assert load_own(folder / "dept.yaml").disclosure.assets


def test_the_department_s_default_unit_is_not_that_of_a_unit_s_lines(folder: Path) -> None:
    main = folder / "dept.yaml"
    main.write_text(main.read_text().replace("默认: {", '默认: {单位: "205001", '))
    assert load_disclosure(main, "205002").disclosure.defaults.unit is None


@pytest.mark.parametrize("swapped", [False, True])
def test_a_unit_is_followed_through_the_department_s_renamed_codes(folder: Path, swapped: bool) -> None:
    before = folder / "2024"
    before.mkdir()
    old = {"205001": "205002", "205002": "205001"} if swapped else {"205001": "205009", "205002": "205002"}
    units = "".join(f"  - {code}.yaml\n" for code in old.values())
    (before / "dept.yaml").write_text(
        MAIN.replace("2025", "2024").split("  - 本级")[0] + units + "默认: {资金: 一般公共预算}\n"
    )
    for amount, (new, code) in zip((70, 900), old.items(), strict=True):
        (before / f"{code}.yaml").write_text(
            f'部门: {{编码: "{code}", 名称: 单位{new}, 性质: 行政单位}}\n'
            f'支出: [{{功能科目: "2040201", 部门经济科目: "30101", 金额: {amount}}}]\n'
        )
    (folder / "本级.yaml").write_text(OWN.replace(", 上年预算数: 80", ""))
    main = folder / "dept.yaml"
    renamed = ", ".join(f'"{code}": "{new}"' for new, code in old.items() if new != code)
    main.write_text(main.read_text() + f"上年: 2024/dept.yaml\n编码变动: {{{renamed}}}\n")
    whole = _derived(main, None)
    for unit, prior in (("205001", 70), ("205002", 900)):
        of_unit = whole.select([Condition("unit", (unit,))]).total("expenditure", "prior").value
        assert of_unit == _derived(main, unit).all.total("expenditure", "prior").value == prior


def _derived(main: Path, unit: str | None) -> Budget:
    loaded = load_disclosure(main, unit)
    assert loaded.before is not None
    return derive(loaded.disclosure, load_catalog(2025), loaded.before.disclosure)


def test_a_unit_that_names_last_year_s_department_takes_its_own_part_of_it(folder: Path) -> None:
    before = folder / "2024"
    shutil.copytree(folder, before)
    for path in (before / "dept.yaml", before / "本级.yaml"):
        path.write_text(path.read_text().replace("2025", "2024"))
    own = folder / "本级.yaml"
    own.write_text(OWN.replace(", 上年预算数: 80", "") + "上年: 2024/dept.yaml\n")
    assert _derived(folder / "dept.yaml", "205001").all.total("expenditure", "prior").value == 130


def test_what_the_department_lists_beside_its_units_would_count_twice(folder: Path) -> None:
    main = folder / "dept.yaml"
    main.write_text(main.read_text() + "人员: [{类别: 行政人员, 编制: 15, 实有: 13}]\n")
    found = [str(f).replace(f"{folder}/", "") for f in examine(main).findings if f.rule == "T9-no-unit"]
    assert found == [
        "dept.yaml:8:6: 错误：这一行没有写单位，别的行写了；请补上（在 Excel 里合并的单元格要逐行填写）"
    ]


def test_the_same_may_be_typed_in_several_ways(folder: Path) -> None:
    (folder / "本级.yaml").write_text(OWN + "年度: ２０２５年\n金额单位: yuan\n")
    assert load_own(folder / "dept.yaml").disclosure.year == 2025


def test_a_year_before_that_only_a_unit_names_is_told(folder: Path) -> None:
    (folder / "本级.yaml").write_text(OWN + "上年: 2024.yaml\n")
    assert [note.message for note in load_own(folder / "dept.yaml").notes] == [
        "单位写了上年的文件，部门的文件没有写，部门的报告里没有上年数；请在部门的文件里也写上"
    ]


def _split(content: dict[str, Any], folder: Path) -> Path:
    """A department of units, each with a file of its own."""

    def of(key: str, code: str) -> list[dict[str, Any]]:
        return [{k: v for k, v in one.items() if k != "unit"} for one in content[key] if one["unit"] == code]

    for unit in content["units"]:
        lines = [line for line in content["expenditure"]["支出"] if line["unit"] == unit["code"]]
        own = {
            "profile": content["profile"],
            "year": content["year"],
            "department": unit,
            "expenditure": {"支出": [{k: v for k, v in line.items() if k != "unit"} for line in lines]},
            **{key: of(key, unit["code"]) for key in ("carry_forward", "projects", "procurement")},
        }
        _write(folder / unit["code"], disclosure(own))
    main = folder / "dept.yaml"
    files = "".join(f"  - {unit['code']}/dept.yaml\n" for unit in content["units"])
    kind = content["department"]["kind"]
    main.write_text(
        f"格式: {content['profile']}\n年度: {content['year']}\n单位:\n{files}"
        f'部门: {{编码: "101", 名称: 某某局, 性质: {kind}}}\n'
    )
    return main


def _write(folder: Path, said: Disclosure) -> None:
    folder.mkdir()
    for name, data in yaml_files("dept.yaml", typed(said, "元")).items():
        (folder / name).write_bytes(data)


@given(disclosures().filter(lambda content: bool(content["units"])))
def test_split_into_units_a_department_says_the_same(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]
) -> None:
    folder = tmp_path_factory.mktemp("split")
    main = _split(content, folder)
    together = derive(load_own(main).disclosure, load_catalog(YEAR))
    whole = derive(disclosure(content), load_catalog(YEAR))
    dimensions = ("unit", "unit_kind", "function", "economic", "government", "nature", "fund", "project")
    for source in ("expenditure", "revenue", "procurement"):
        for measure in ("amount", "prior"):
            expected = whole.all.total(source, measure).value
            assert together.all.total(source, measure).value == expected
            for dimension in dimensions[: 8 if source == "expenditure" else 1]:
                for value in whole.all.values(source, dimension, [measure]):
                    one = [Condition(dimension, (value,))]
                    assert (
                        together.select(one).total(source, measure).value
                        == whole.select(one).total(source, measure).value
                    )
    for unit in content["units"]:
        own = derive(load_disclosure(main, unit["code"]).disclosure, load_catalog(YEAR))
        of_unit = whole.select([Condition("unit", (unit["code"],))])
        assert own.all.total("expenditure", "amount").value == of_unit.total("expenditure", "amount").value


def test_every_key_has_a_part_in_the_report_of_a_unit_and_of_its_department() -> None:
    """A key that a unit's file may hold and nobody asks for would vanish untold."""
    roles = [
        *units.INHERITED,
        *units.MERGED,
        *units.OWN,
        *units.LISTS,
        units.LEDGERS,
        units.ASSETS,
        units.UNITS,
    ]
    assert sorted(roles) == sorted(Disclosure.model_fields)


# the example ----------------------------------------------------------------------------------------


def _cells(document: Any, table: str) -> list[list[str]]:
    root = lxml_html.document_fromstring(document.html)
    for title in root.iter("p", "h1", "h2", "h3"):
        if title.text_content().strip() == table:
            found = next(
                e for e in title.itersiblings() if e.tag == "table" or e.find(".//table") is not None
            )
            found = found if found.tag == "table" else found.find(".//table")
            return [[" ".join(c.text_content().split()) for c in row] for row in found.iter("tr")]
    raise AssertionError(table)


@pytest.fixture(scope="module")
def reports() -> dict[str | None, Any]:
    return {unit: prepare(EXAMPLE, unit=unit)[0] for unit in (None, "118001", "118002")}


def test_the_tables_by_unit_and_the_reports_of_the_units_agree(reports: dict[str | None, Any]) -> None:
    by_unit = _cells(reports[None], "2023年一般公共预算支出表（分单位）")
    # figures of the published table: the department, its own office, the traffic squad
    totals = {row[0]: row[2] for row in by_unit if row[0] in ("118001", "118002")}
    assert totals == {"118001": "73,380.06", "118002": "15,672.49"}
    for unit, total in totals.items():
        balance = _cells(reports[unit], "2023年收支预算总表")
        assert balance[-1][1] == balance[-1][3] == total
    assert _cells(reports[None], "2023年收支预算总表")[-1][1] == "89,052.55"


@pytest.mark.parametrize("unit", ["118001", "118002"])
def test_a_unit_s_report_speaks_of_the_unit(unit: str, reports: dict[str | None, Any]) -> None:
    text = lxml_html.document_fromstring(reports[unit].html).text_content()
    assert "2023年单位预算" in text
    assert "本部门" not in text
    assert "部门预算公开" not in text.replace("，部门预算公开", "")
    assert "（分单位）" not in "".join(
        table.full_title for table in reports[unit].tables if "绩效" in table.title
    )


@pytest.mark.parametrize("unit", ["118001", "118002"])
def test_a_unit_s_report_is_sound(unit: str) -> None:
    found = examine(EXAMPLE, unit=unit)
    assert [fault for fault in found.findings if fault.severity != "提示"] == []
