"""What a chart file draws: the budget's own figures, told as honestly as a table tells them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from lxml import html as lxml_html
from reading import ROOT
from strategies import YEAR, disclosure, disclosures
from test_table_language import OTHER, composed, line, project, words
from typer.testing import CliRunner

from reportgen.build import prepare
from reportgen.catalog import load_catalog
from reportgen.cli import app
from reportgen.compose import Document, load_profile
from reportgen.compose.chart import Chart
from reportgen.compose.chart_spec import ChartKind
from reportgen.compose.charts import ChartBuilder
from reportgen.compose.profile import find_profile
from reportgen.compose.templates import Templates
from reportgen.derive import derive
from reportgen.faults import Fault, FaultyInput, Place

Draw = Callable[..., Chart]
HEALTH: dict[str, Any] = {"function": "2101101"}
HOUSING: dict[str, Any] = {"function": "2210201"}
EDUCATION: dict[str, Any] = {"function": "2050302"}
NATURES = "title: 图\ncategories: [{each: nature}]\n"
CLASSES = "title: 图\ncategories: [{tree: function}]\n"


def charts(document: Document, name: str) -> Chart:
    """The first chart of a name that the document prints."""
    return next(chart for chart in document.charts.values() if chart.name == name)


def drawn(chart: Chart) -> list[str]:
    """Each category with its figures, between bars."""
    return ["|".join([c.full_label, *(point.text for point in c.points)]) for c in chart.categories]


def placed(folder: Path, lines: list[dict[str, Any]], chart: str, **more: Any) -> Document:
    """The document of lines in a profile whose text prints one chart."""
    (folder / "profile" / "charts").mkdir(parents=True, exist_ok=True)
    files = {"charts/图.yaml": chart}
    return composed(folder, lines, text='{{ chart("图") }}\n', files=files, **more)


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    def made(lines: list[dict[str, Any]], chart: str, **more: Any) -> Chart:
        (only,) = placed(tmp_path, lines, chart, **more).charts.values()
        return only

    return made


@pytest.fixture
def faults(tmp_path: Path) -> Callable[..., list[Fault]]:
    def told(lines: list[dict[str, Any]], chart: str, **more: Any) -> list[Fault]:
        with pytest.raises(FaultyInput) as caught:
            placed(tmp_path, lines, chart, **more)
        return list(caught.value.faults)

    return told


# --- the figures ---


def test_the_three_public_expenses_of_the_example_are_those_of_its_lines_by_hand(charted: Document) -> None:
    chart = charts(charted, "三公经费")
    assert chart.caption == "一般公共预算“三公”经费（单位：万元）"
    assert chart.series == ("2024年预算", "2025年预算")
    assert drawn(chart) == [
        "因公出国（境）费|0.00|6.00",  # 60,000
        "公务用车购置费|0.00|18.00",  # 180,000
        "公务用车运行费|22.00|21.00",  # 75,000 + 110,000 + 35,000; 70,000 + 105,000 + 35,000
        "公务接待费|5.60|4.40",  # 24,000 + 32,000; 18,000 + 26,000
    ]
    assert chart.categories[2].points[1].value == Decimal("210000.00")
    assert chart.categories[2].points[1].fact == (
        "expenditure.amount[fund=general;item=abroad|vehicle_purchase|vehicle_running|reception;"
        "item=vehicle_running]"
    )


def test_the_alternative_says_every_figure_that_is_drawn(charted: Document) -> None:
    assert charts(charted, "三公经费").alternative == (
        "图：一般公共预算“三公”经费（单位：万元）。"
        "因公出国（境）费：2024年预算 0.00，2025年预算 6.00；"
        "公务用车购置费：2024年预算 0.00，2025年预算 18.00；"
        "公务用车运行费：2024年预算 22.00，2025年预算 21.00；公务接待费：2024年预算 5.60，2025年预算 4.40。"
    )
    assert len(charted.charts) == 10
    root = lxml_html.document_fromstring(charted.html)
    for place in root.iterfind(".//div[@data-chart]"):
        chart = charted.charts[str(place.get("data-chart"))]
        said = str(place.get("aria-label"))
        for category in chart.categories:
            assert category.label in said
            assert all(point.text in said for point in category.points)
            assert category.share is None or category.share.text in said


def test_the_parts_of_a_pie_are_told_with_their_share_of_the_whole(draw: Draw) -> None:
    chart = draw([line(30), line(70, **project("P1"))], "kind: 饼形\n" + NATURES)
    assert chart.kind is ChartKind.PIE
    assert drawn(chart) == ["基本支出 30%|30", "项目支出 70%|70"]
    assert chart.alternative == "图：图（单位：元）。基本支出 30，占30%；项目支出 70，占70%。"


def test_words_may_be_chinese(draw: Draw) -> None:
    typed = "标题: 图\n图形: 条形\n类别: [{逐一: 支出性质}]\n系列: [{标题: 数, 数值: 预算数}]\n"
    assert drawn(draw([line(30)], typed)) == ["基本支出|30"]


def test_what_is_beyond_the_most_is_one_selection_called_the_rest(draw: Draw) -> None:
    lines = [line(5), line(90, **HEALTH), line(7, **HOUSING), line(300, **EDUCATION)]
    chart = draw(lines, "most: 3\n" + CLASSES)
    assert drawn(chart) == ["教育支出|300", "卫生健康支出|90", "其他|12"]
    assert chart.categories[-1].points[0].fact == "expenditure.amount[function=201|221]"
    chart = draw(lines, "most: 3\nrest: 余下的\ndescending: 是\n" + CLASSES)
    assert [c.label for c in chart.categories] == ["教育支出", "卫生健康支出", "余下的"]
    assert len(draw(lines, "most: 4\n" + CLASSES).categories) == 4


def test_categories_can_be_put_in_order_of_size(draw: Draw) -> None:
    lines = [line(5), line(90, **HEALTH), line(7, **HOUSING)]
    assert drawn(draw(lines, "descending: 是\n" + CLASSES)) == [
        "卫生健康支出|90",
        "住房保障支出|7",
        "一般公共服务支出|5",
    ]


def test_one_category_is_a_chart_too(draw: Draw) -> None:
    assert drawn(draw([line(5)], "kind: pie\n" + NATURES)) == ["基本支出 100%|5"]


def test_amounts_are_printed_in_the_unit_and_decimals_of_the_text_or_of_the_chart(draw: Draw) -> None:
    chart = draw([line(123456)], "amounts: {unit: 万元, decimals: 1, grouping: 是}\n" + NATURES)
    assert (chart.unit, drawn(chart)) == ("万元", ["基本支出|12.3"])
    chart = draw([line(1234567)], NATURES, main="above: ''\n")
    assert (chart.unit, drawn(chart)) == ("元", ["基本支出|1234567"])


def test_a_chart_of_very_many_gathers_what_would_not_go_on_a_page(draw: Draw) -> None:
    projects = [{"code": f"P{at:02}", "name": f"项目{at:02}"} for at in range(1, 41)]
    lines = [line(at, **project(f"P{at:02}")) for at in range(1, 41)]
    chart = draw(lines, "title: 图\ncategories: [{each: project}]\n", projects=projects)
    assert drawn(chart)[0] == "项目22|22"
    assert drawn(chart)[-2:] == ["项目40|40", "其他|231"]
    assert len(chart.categories) == 20


def test_of_a_very_long_name_the_beginning_is_drawn_and_all_of_it_told(draw: Draw) -> None:
    name = "名" * 99 + "终"
    chart = draw(
        [line(5, **project("P1"))],
        "title: 图\ncategories: [{each: project}]\n",
        projects=[{"code": "P1", "name": name}],
    )
    assert drawn(chart) == ["名" * 59 + "…|5"]
    assert f"。{name} 5。" in chart.alternative


# --- what is 0, what is not known ---

CHANGE = "title: 图\nkind: bar\ncategories: [{tree: function}]\nseries: [{label: 增减, measure: change}]\n"
TWO = "title: 图\ncategories: [{tree: function}]\nseries: [{label: 上年, measure: prior}, {label: 本年}]\n"


def test_a_fall_is_negative_and_no_change_is_0(draw: Draw) -> None:
    lines = [line(5, prior=9), line(90, prior=90, **HEALTH), line(7, prior=1, **HOUSING)]
    assert drawn(draw(lines, CHANGE)) == ["一般公共服务支出|-4", "卫生健康支出|0", "住房保障支出|6"]


def test_a_category_without_a_year_before_has_no_bar_for_it_and_a_note_says_so(draw: Draw) -> None:
    chart = draw([line(5, prior=9), line(90, **HEALTH)], TWO)
    assert drawn(chart) == ["一般公共服务支出|9|5", "卫生健康支出|无数据|90"]
    assert chart.categories[1].points[0].drawn is None
    assert chart.notes == ("注：“上年”没有卫生健康支出的数据，不画。",)
    assert "卫生健康支出：上年 无数据，本年 90" in chart.alternative


def test_what_this_year_has_no_line_for_is_none_and_no_gap_in_the_data(draw: Draw) -> None:
    typed = "title: 图\ncategories: [{each: nature}, {label: 经营, where: {nature: business}}]\n"
    chart = draw([line(5)], typed)
    assert drawn(chart) == ["基本支出|5", "经营|无"]
    assert chart.notes == ()


def test_what_was_executed_of_a_part_only_is_not_drawn_for_the_whole(draw: Draw) -> None:
    lines = [line(5, executed=9), line(90, **OTHER), line(8, executed=7, **HEALTH)]
    typed = TWO.replace("label: 上年, measure: prior", "label: 执行, measure: executed")
    assert drawn(draw(lines, typed)) == ["一般公共服务支出|无数据|95", "卫生健康支出|7|8"]


def test_a_name_that_looks_like_markup_is_a_name(draw: Draw) -> None:
    name = """项目 src='x' <img data=y>"""
    each = "title: 图\ncategories: [{each: project}]\n"
    chart = draw([line(5, **project("P1"))], each, projects=[{"code": "P1", "name": name}])
    assert f"{name} 5。" in chart.alternative


def test_without_any_year_before_its_series_is_left_out_and_a_note_says_so(draw: Draw) -> None:
    chart = draw([line(5)], TWO)
    assert chart.series == ("本年",)
    assert chart.notes == ("注：没有上年预算数，不画“上年”。",)


def test_a_part_of_charts_that_compare_warns_where_there_is_no_year_before(tmp_path: Path) -> None:
    document = composed(tmp_path, [line(5)], parts="  - charts: [三公经费]\n")
    assert "W1-no-year-before" in [warning.rule for warning in document.warnings]
    document = composed(tmp_path, [line(5)], parts="  - charts: [支出构成]\n")
    assert not document.warnings


def test_a_chart_without_any_figure_says_so_instead_of_being_drawn(tmp_path: Path) -> None:
    document = placed(tmp_path, [line(5)], CHANGE)
    assert not document.charts
    assert words(document) == "图注：没有上年预算数，不画“增减”。没有数字，不作图。"
    document = placed(tmp_path, [line(5)], "omit_empty: 是\n" + CHANGE)
    assert words(document) == ""


def test_a_pie_of_many_or_of_what_makes_no_whole_becomes_bars(draw: Draw) -> None:
    funds = (
        "general",
        "government_fund",
        "state_capital",
        "fiscal_account",
        "undertaking",
        "business",
        "other",
    )
    lines = [line(5 + at, fund=fund) for at, fund in enumerate(funds)]
    each = "title: 图\nkind: pie\ncategories: [{each: fund}]\n"
    assert draw(lines, each).kind is ChartKind.BAR
    assert draw(lines, "most: 6\n" + each).kind is ChartKind.PIE
    assert draw(
        [line(5, executed=7), line(8, **OTHER)], each.replace("each: fund", "each: fund, all: 是")
    ).kind is (ChartKind.BAR)


# --- faults ---

FAULTY = {
    "a word": (
        NATURES.replace("title", "titel"),
        (1, 1),
        "不认识的键“titel”，是不是“title”？",
    ),
    "a dimension": (
        NATURES.replace("nature", "natur"),
        (2, 21),
        "each：不认识的筛选词“natur”，是不是“nature”？",
    ),
    "a kind": (
        "kind: 园形\n" + NATURES,
        (1, 7),
        "kind：“园形”不在可选值之内：柱形、条形、饼形，是不是“饼形”？",
    ),
    "a measure that is no amount": (
        NATURES + "series: [{label: 率, measure: growth}]\n",
        (3, 30),
        "图里不能画“增减率”；可写：amount（预算数）、prior（上年预算数）、executed（上年执行数）、change（增减额）",
    ),
    "a category of nothing": (
        NATURES.replace("each: nature", "where: {fund: general}"),
        (2, 14),
        "一个类别要有 label（标题），或 each（逐一）、tree（科目树）之一",
    ),
    "more series than shades": (
        NATURES + "series:\n" + "  - {label: 数}\n" * 7,
        (1, 1),
        "图里最多 6 个系列，再多就分不清了",
    ),
    "levels of codes that count money twice": (
        NATURES.replace("each: nature", "tree: function, levels: [类, 款]"),
        (2, 14),
        "图里的科目只取一个级次，如 levels: 类；取几个就把同一笔钱画了几次",
    ),
    "a pie of changes": (
        "kind: pie\n" + NATURES + "series: [{label: 增减, measure: change}]\n",
        (1, 1),
        "增减额有正有负，画不成饼形；请用 bar（条形）",
    ),
    "the rest of what is not listed": (
        "most: 3\ntitle: 图\ncategories: [{label: 一}, {label: 二}]\n",
        (1, 1),
        "most（最多）只用于一条 each（逐一）或 tree（科目树）列出的类别",
    ),
}


@pytest.mark.parametrize(("typed", "place", "says"), FAULTY.values(), ids=FAULTY)
def test_a_slip_in_a_chart_file_is_told_where_it_stands(
    typed: str, place: tuple[int, int], says: str, faults: Callable[..., list[Fault]]
) -> None:
    told = next(fault for fault in faults([line(5)], typed) if says in fault.message)
    assert told.place.file.endswith("charts/图.yaml")
    assert (told.place.line, told.place.column) == place


def test_a_template_of_a_title_that_goes_wrong_is_told_in_its_file(
    faults: Callable[..., list[Fault]],
) -> None:
    *_, told = faults([line(5)], NATURES.replace("图", '"{{ yeer }}"'))
    assert told.place.file.endswith("charts/图.yaml")
    assert (told.place.line, told.message) == (1, "“{{ yeer }}”：模板里没有“yeer”这个名字，是不是“year”？")


def test_a_dimension_that_no_ledger_has_is_told_by_the_line_that_lacks_it(
    faults: Callable[..., list[Fault]],
) -> None:
    told = faults([line(5, function=None)], CLASSES)
    assert any(f.message == "图“图”需要“功能科目”，这里没有；请补上" for f in told)


def test_a_chart_that_is_not_there_is_told_where_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(FaultyInput) as caught:
        composed(tmp_path, [line(5)], text='{{ chart("收入") }}\n')
    assert "没有图“收入”" in str(caught.value)
    with pytest.raises(FaultyInput) as caught:
        composed(tmp_path, [line(5)], parts="  - text: text.md.j2\n  - charts: [收入构城]\n")
    (told,) = caught.value.faults
    assert told.message == "charts 文件夹里没有 收入构城.yaml，是不是“收入构成”？"
    assert (told.place.line, told.place.column) == (8, 14)


def test_a_page_at_a_glance_holds_no_more_than_a_page(tmp_path: Path) -> None:
    with pytest.raises(FaultyInput) as caught:
        composed(
            tmp_path, [line(5)], parts="  - glance: {charts: [三公经费, 支出构成, 收入构成, 支出比上年]}\n"
        )
    assert "一图读懂只有一页：最多 9 个数字、3 张图" in str(caught.value)


# --- a page at a glance ---

GLANCE = """  - glance:
      figures:
        - {label: 支出, where: {fund: general}}
        - {label: 上年, measure: prior}
        - {label: 变动, measure: change}
        - {label: 变动率, measure: growth}
        - {label: 其他资金比上年, measure: growth, where: {fund: other}}
"""


def figures_at_a_glance(document: Document) -> list[tuple[str, str]]:
    tables = lxml_html.document_fromstring(document.html).iterfind(".//table[@class='glance']")
    return [
        (str(name.text_content()), str(figure.text_content()))
        for table in tables
        for name, figure in zip(table.iter("th"), table.iter("td"), strict=True)
    ]


def test_large_figures_stand_under_their_names_three_abreast(tmp_path: Path) -> None:
    lines = [line(90, prior=100), line(8, prior=0, **OTHER)]
    found = figures_at_a_glance(composed(tmp_path, lines, parts=GLANCE))
    assert found == [
        ("支出", "90元"),
        ("上年", "100元"),
        ("变动", "减少2元"),
        ("变动率", "下降2%"),
        ("其他资金比上年", "增加8元"),  # there is no percentage of 0
        ("", ""),
    ]


def test_without_a_year_before_nothing_is_compared_at_a_glance(tmp_path: Path) -> None:
    found = figures_at_a_glance(composed(tmp_path, [line(90)], parts=GLANCE))
    assert found[:3] == [("支出", "90元"), ("上年", "无数据"), ("变动", "无数据")]
    same = figures_at_a_glance(composed(tmp_path, [line(90, prior=90)], parts=GLANCE))
    assert same[2:4] == [("变动", "与2024年预算数持平"), ("变动率", "与2024年预算数持平")]


def test_what_no_ledger_knows_is_told_of_a_page_at_a_glance_too(tmp_path: Path) -> None:
    with pytest.raises(FaultyInput) as caught:
        composed(
            tmp_path,
            [line(90, nature=None)],
            parts="  - glance: {figures: [{label: 一, where: {nature: basic}}]}\n",
        )
    assert "“一图读懂”需要“支出性质”，这里没有；请补上" in str(caught.value)


def test_the_examples_of_the_docs_are_built_as_they_stand(tmp_path: Path, standard: Path) -> None:
    section = (ROOT / "docs" / "profiles.md").read_text("utf-8").split("## 图 charts")[1].split("\n## ")[0]
    chart, glance = re.findall(r"```yaml\n(.*?)```", section, re.S)
    folder = tmp_path / "profile"
    (folder / "charts").mkdir(parents=True)
    (folder / "charts" / "科目.yaml").write_text(chart, "utf-8")
    named = "extends: standard\nname: 试\n" + glance + "  - charts: [科目]\n"
    (folder / "profile.yaml").write_text(named, "utf-8")
    document, _ = prepare(standard, profile=folder)
    assert ("支出比上年", "增加895.72万元") in figures_at_a_glance(document)
    last = list(document.charts.values())[-1]
    assert drawn(last)[0] == "教育支出|7,028.76|7,491.23"


def test_ejecting_a_profile_brings_its_charts_along(tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["eject", "standard", str(tmp_path / "mine")]).exit_code == 0
    assert {path.stem for path in (tmp_path / "mine" / "charts").iterdir()} == set(PROFILE.charts)


# --- any budget ---


@given(disclosures())
def test_every_figure_of_any_budget_is_the_sum_of_its_lines(typed: dict[str, Any]) -> None:
    made = _every_chart(typed)
    lines = typed["expenditure"]["支出"]
    by_class = _sums(lines, lambda one: one["function"][:3])
    chart = made["支出按功能分类"]
    _hold(chart, [by_class], {})
    by_nature = _sums(lines, lambda one: one["nature"])
    _hold(made["支出构成"], [by_nature], {"基本支出": "basic", "项目支出": "project"})
    spent = sum((Decimal(one.get("amount", 0)) for one in lines if "carryover" not in one), Decimal(0))
    left = sum((Decimal(one["amount"]) for one in typed["carry_forward"]), Decimal(0))
    received = [category.points[0].value or Decimal(0) for category in made["收入构成"].categories]
    assert sum(received, Decimal(0)) == spent + left
    for one in made.values():
        for point in one.points:
            assert point.drawn is None or abs(point.drawn * 10000 - (point.value or 0)) <= 50


def _hold(chart: Chart, sums: list[dict[str, Decimal]], codes: Mapping[str, str]) -> None:
    """Every category has the sum of its lines, and the rest is what is left of them."""
    left = [dict(column) for column in sums]
    for category in chart.categories:
        for at, point in enumerate(category.points):
            conditions = point.fact.rpartition("=")[2].rstrip("]")
            values = conditions.split("|")
            assert point.value == sum((left[at].pop(value) for value in values), Decimal(0))
            assert category.label not in codes or values == [codes[category.label]]
    if chart.categories:
        assert not any(left)


def _sums(lines: list[dict[str, Any]], key: Callable[[dict[str, Any]], str]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for one in lines:
        if "amount" in one:
            sums[key(one)] = sums.get(key(one), Decimal(0)) + Decimal(one["amount"])
    return sums


PROFILE = load_profile(find_profile("standard", Place("typed")))


def _every_chart(typed: dict[str, Any]) -> dict[str, Chart]:
    """The charts of the general profile, by name."""
    budget = derive(disclosure(typed), load_catalog(YEAR))
    common = {"year": YEAR, "prior_year": YEAR - 1}
    templates = Templates(PROFILE.folders, common, lambda _: None)
    builder = ChartBuilder(budget, PROFILE.spec, templates.label)
    page = PROFILE.spec.style.table_page
    return {name: builder.build(name, name, spec, page) for name, spec in PROFILE.charts.items()}


def test_the_general_profile_prints_no_chart_of_itself(standard: Path) -> None:
    assert not prepare(standard)[0].charts
    assert len(PROFILE.charts) == 5
