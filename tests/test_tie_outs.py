"""The tie-outs (T1 to T10) of any budget, read off the tables as they are printed; and rounding."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reading import Rows, expanded, figure
from strategies import PROFILE, YEAR, as_views, composed, disclosures

from reportgen.compose import Document
from reportgen.compose.numbers import AMOUNTS, PERCENTS, AmountStyle, PercentStyle, amount_text, percent_text
from reportgen.compose.table import Table
from reportgen.derive.arithmetic import growth, rounded, share
from reportgen.model.lines import Nature

TREES = ("表二", "表三", "表五", "表六", "表七", "表八", "表九", "表十一", "表十二")
"""Tables whose first column holds codes, below a line of totals."""

NATURES_OF_TABLES = (Nature.BASIC, Nature.PROJECT)


class Tables:
    """The printed tables by code, as rows of texts without their headers."""

    def __init__(self, document: Document) -> None:
        self.of = {table.code: expanded(table.rows) for table in document.tables if _has_rows(table)}

    def rows(self, code: str) -> Rows:
        return self.of[code]

    def figures(self, code: str) -> Iterator[tuple[tuple[str, ...], list[Decimal]]]:
        """Each row of a tree table: its code and name, and its figures without percentages."""
        for row in self.rows(code):
            yield row[:2], [figure(text) for text in row[2:] if not text.endswith("%")]

    def total(self, code: str, column: int) -> Decimal:
        """A figure of the line of totals, which stands first."""
        return figure(self.rows(code)[0][column])

    def labelled(self, code: str, label: str, column: int) -> Decimal:
        """The figure beside a label, which stands in the column before the first figure."""
        (row,) = (row for row in self.rows(code) if label in row and row.index(label) < column)
        return figure(row[column])


def _has_rows(table: object) -> bool:
    return isinstance(table, Table)


def _t1_revenue_equals_expenditure(tables: Tables) -> None:
    total = tables.labelled("表一", "合计", 1)
    assert total == figure(tables.rows("表一")[0][3])
    parts = ("一、本年收入合计", "二、上年结转", "三、用事业基金弥补收支差额")
    assert total == sum(tables.labelled("表一", part, 1) for part in parts)
    assert total == tables.labelled("表一", "一、本年支出合计", 3) + tables.labelled(
        "表一", "二、结转下年", 3
    )
    revenue = [figure(row[1]) for row in tables.rows("表一") if row[0].endswith("资金")]
    assert len(revenue) == 9
    assert tables.labelled("表一", "一、本年收入合计", 1) == sum(revenue)


def _t2_totals_agree_with_the_balance(tables: Tables) -> None:
    total = tables.labelled("表一", "合计", 1)
    assert tables.total("表二", 2) == total
    assert tables.total("表三", 2) + tables.labelled("表一", "二、结转下年", 3) == total
    for _, (whole, *funds) in tables.figures("表二"):
        assert whole == sum(funds)


def _t3_total_is_basic_and_project(tables: Tables) -> None:
    for code in ("表三", "表十一", "表十二"):
        for _, (total, basic, project) in tables.figures(code):
            assert total == basic + project


def _t4_fiscal_sides_are_equal(tables: Tables) -> None:
    revenue = tables.labelled("表四", "收入合计", 1)
    assert revenue == tables.labelled("表四", "支出合计", 3)
    for row in tables.rows("表四"):
        if row[2]:
            total, *funds = map(figure, row[3:])
            assert total == sum(funds)
    funds = ("一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款")
    received = [figure(row[1]) for row in tables.rows("表四") if row[0] in funds]
    assert len(received) == 6  # of this year, and carried over
    assert revenue == sum(received)
    spent = tables.labelled("表四", "一、本年支出", 3)
    assert revenue == spent + tables.labelled("表四", "二、结转下年", 3)


def _t5_general_budget_agrees(tables: Tables) -> None:
    assert tables.total("表五", 3) == tables.labelled("表四", "一、本年支出", 4)
    for row in tables.rows("表五"):
        now, basic, project = map(figure, row[3:6])
        assert now == basic + project


def _t6_basic_expenditure_agrees(tables: Tables) -> None:
    for _, (total, personnel, operating) in tables.figures("表六"):
        assert total == personnel + operating
    assert tables.total("表六", 2) == tables.total("表七", 2) == tables.total("表五", 4)
    assert tables.total("表八", 2) == tables.total("表九", 2) == tables.total("表五", 5)


def _t7_three_public_adds_up(tables: Tables) -> None:
    (row,) = tables.rows("表十")
    for half in (row[:6], row[6:]):
        total, abroad, vehicles, purchase, running, reception = map(figure, half)
        assert total == abroad + vehicles + reception
        assert vehicles == purchase + running


def _t8_levels_sum_to_the_level_above(tables: Tables) -> None:
    for table in TREES:
        (label, totals), *rows = tables.figures(table)
        assert label[0] == "合计"
        found = {code: figures for (code, _), figures in rows}
        assert len(found) == len(rows)
        assert list(found) == sorted(found)
        tops = [code for code in found if len(code) == 3]
        for code, sums in [("", totals), *found.items()]:
            below = [below for below in found if below[:-2] == code] if code else tops
            if not below:
                assert len(code) == max(map(len, found), default=0)
                continue
            for column, printed in enumerate(sums):
                assert printed == sum(found[b][column] for b in below), (table, code, column)
    for balance, first, column in (("表一", "一、本年支出合计", 3), ("表四", "一、本年支出", 3)):
        labels = [row[2] for row in tables.rows(balance)]
        start, end = labels.index(first) + 1, labels.index("二、结转下年")
        below = [figure(row[column]) for row in tables.rows(balance)[start:end]]
        assert tables.labelled(balance, first, column) == sum(below)


def _t9_units_and_projects_sum_up(tables: Tables) -> None:
    total, *rows = tables.rows("表十三")
    units = [row for row in rows if row[2] == "小计"]
    projects = [row for row in rows if row[2] != "小计"]
    for column in range(3, len(total)):
        whole = figure(total[column])
        assert whole == sum(figure(row[column]) for row in units)
        assert whole == sum(figure(row[column]) for row in projects)
        for unit in units:
            own = [figure(row[column]) for row in projects if row[0] == unit[0]]
            assert figure(unit[column]) == sum(own)
    assert figure(total[3]) == tables.total("表三", 4)


def _t10_purchases_add_up(tables: Tables) -> None:
    total, *rows = tables.rows("表十四")
    for row in (total, *rows):
        whole, goods, works, services = map(figure, row[5:])
        assert whole == goods + works + services
    for column in range(5, len(total)):
        assert figure(total[column]) == sum(figure(row[column]) for row in rows)


TIE_OUTS = (
    _t1_revenue_equals_expenditure,
    _t2_totals_agree_with_the_balance,
    _t3_total_is_basic_and_project,
    _t4_fiscal_sides_are_equal,
    _t5_general_budget_agrees,
    _t6_basic_expenditure_agrees,
    _t7_three_public_adds_up,
    _t8_levels_sum_to_the_level_above,
    _t9_units_and_projects_sum_up,
    _t10_purchases_add_up,
)


@settings(max_examples=100)
@given(disclosures())
def test_every_tie_out_holds_in_the_printed_tables_of_any_budget(typed: dict[str, Any]) -> None:
    tables = Tables(composed(typed))
    for holds in TIE_OUTS:
        holds(tables)


@given(disclosures(natures=tuple(Nature)))
def test_the_balances_hold_whatever_the_nature_of_expenditure(typed: dict[str, Any]) -> None:
    tables = Tables(composed(typed))
    for holds in (
        _t1_revenue_equals_expenditure,
        _t2_totals_agree_with_the_balance,
        _t4_fiscal_sides_are_equal,
        _t7_three_public_adds_up,
        _t8_levels_sum_to_the_level_above,
        _t9_units_and_projects_sum_up,
    ):
        holds(tables)


@given(disclosures())
def test_two_ledgers_that_see_the_budget_from_two_sides_print_the_same_tables(typed: dict[str, Any]) -> None:
    joint, views = composed(typed), composed(as_views(typed))
    assert Tables(views).of == Tables(joint).of


def _sum(lines: list[dict[str, Any]], measure: str = "amount", **where: str) -> Decimal:
    """The sum of the lines that say all this; codes match by their beginning."""
    chosen = [
        line
        for line in lines
        if all(
            line[key].startswith(value) if key in ("function", "economic") else line.get(key, "") == value
            for key, value in where.items()
        )
    ]
    return sum((Decimal(line.get(measure, 0)) for line in chosen), Decimal(0))


REVENUE = {
    "一般公共预算财政拨款资金": "general",
    "政府性基金预算财政拨款资金": "government_fund",
    "国有资本经营预算财政拨款资金": "state_capital",
    "财政专户管理资金": "fiscal_account",
    "事业收入资金": "undertaking",
    "上级补助收入资金": "superior_subsidy",
    "附属单位上缴收入资金": "affiliate",
    "事业单位经营收入资金": "business",
    "其他收入资金": "other",
}


def _revenue_is_what_the_lines_and_the_money_left_say_of_each_fund(
    tables: Tables, typed: dict[str, Any]
) -> None:
    lines, left = typed["expenditure"]["支出"], typed["carry_forward"]
    columns = ["", "", "", "carried", *REVENUE.values(), "reserves"]
    for label, fund in REVENUE.items():
        received = _sum(lines, fund=fund, carryover="") + _sum(left, fund=fund)
        assert tables.labelled("表一", label, 1) == received
        assert tables.total("表二", columns.index(fund)) == received
    carried = _sum(lines, carryover="是")
    assert tables.labelled("表一", "二、上年结转", 1) == tables.total("表二", 3) == carried
    reserves = _sum(lines, fund="reserves") + _sum(left, fund="reserves")
    assert tables.labelled("表一", "三、用事业基金弥补收支差额", 1) == reserves
    assert tables.labelled("表一", "二、结转下年", 3) == _sum(left)
    for column, fund in ((4, "general"), (5, "government_fund"), (6, "state_capital")):
        assert tables.labelled("表四", "一、本年支出", column) == _sum(lines, fund=fund)
        assert tables.labelled("表四", "二、结转下年", column) == _sum(left, fund=fund)


def _expenditure_is_what_the_lines_say_of_each_code(tables: Tables, typed: dict[str, Any]) -> None:
    lines = typed["expenditure"]["支出"]
    for (code, _), (total, basic, project) in tables.figures("表三"):
        where = {"function": code} if code.isdigit() else {}
        assert total == _sum(lines, **where)
        assert basic == _sum(lines, **where, nature="basic")
        assert project == _sum(lines, **where, nature="project")
    for (code, _), (prior, now, *_) in tables.figures("表五"):
        where = {"function": code} if code.isdigit() else {}
        assert prior == _sum(lines, "prior", **where, fund="general")
        assert now == _sum(lines, **where, fund="general")
    for table, nature in (("表六", "basic"), ("表八", "project")):
        for (code, _), (total, *_) in tables.figures(table):
            where = {"economic": code} if code.isdigit() else {}
            assert total == _sum(lines, **where, fund="general", nature=nature)
    (row,) = tables.rows("表十")
    items = {1: ["30212"], 3: ["31013", "30913"], 4: ["30231"], 5: ["30217"]}
    for column, codes in items.items():
        for at, measure in ((column, "amount"), (column + 6, "prior")):
            assert figure(row[at]) == sum(_sum(lines, measure, economic=c, fund="general") for c in codes)


def _projects_and_purchases_are_what_their_lines_say(tables: Tables, typed: dict[str, Any]) -> None:
    lines = typed["expenditure"]["支出"]
    codes = {project["name"]: project["code"] for project in typed["projects"]}
    funds = ["general", "government_fund", "state_capital", "fiscal_account"]
    for unit, _, name, total, *by_fund in tables.rows("表十三"):
        if name in codes:
            where = {"project": codes[name], **({"unit": unit} if typed["units"] else {})}
            assert figure(total) == _sum(lines, **where)
            for column, fund in enumerate(funds):
                assert figure(by_fund[column]) == _sum(lines, **where, fund=fund, carryover="")
            assert figure(by_fund[-1]) == _sum(lines, **where, carryover="是")
    bought = [figure(row[5]) for row in tables.rows("表十四")[1:]]
    assert bought == [Decimal(purchase["amount"]) for purchase in typed["procurement"]]


@settings(max_examples=30)
@given(disclosures())
def test_the_printed_figures_are_the_sums_of_the_lines(typed: dict[str, Any]) -> None:
    """The totals tie to one another; this ties them to what was typed."""
    tables = Tables(composed(typed))
    _revenue_is_what_the_lines_and_the_money_left_say_of_each_fund(tables, typed)
    _expenditure_is_what_the_lines_say_of_each_code(tables, typed)
    _projects_and_purchases_are_what_their_lines_say(tables, typed)


def _funds_of_projects_add_up(typed: dict[str, Any]) -> None:
    for row in Tables(composed(typed)).rows("表十三"):
        total, *by_fund = map(figure, row[3:])
        assert total == sum(by_fund)


@given(disclosures())
def test_the_funds_of_each_project_add_up(typed: dict[str, Any]) -> None:
    lines = typed["expenditure"]["支出"]
    assume(not any(line["fund"] == "reserves" and "project" in line for line in lines))
    _funds_of_projects_add_up(typed)


def test_the_funds_of_a_project_paid_from_reserves_add_up() -> None:
    line = {"function": "2040202", "economic": "30201", "nature": "project", "project": "P1"}
    _funds_of_projects_add_up(
        {
            "profile": PROFILE,
            "year": str(YEAR),
            "department": {"code": "101", "name": "某某局", "kind": "事业单位"},
            "expenditure": {"支出": [{**line, "fund": "reserves", "amount": "100.00"}]},
            "projects": [{"code": "P1", "name": "项目1"}],
        }
    )


# --- rounding ---

_amounts = st.decimals(-(10**14), 10**14, places=2)
_ratios = st.decimals(-(10**9), 10**9, places=6)


def _half_up(value: Decimal, decimals: int) -> Fraction:
    """Away from 0 at a half, by whole numbers only."""
    scaled = abs(Fraction(value)) * 10**decimals
    steps = int((scaled + Fraction(1, 2)).__floor__())
    return Fraction(steps if value >= 0 else -steps, 10**decimals)


@given(_ratios, st.integers(0, 4))
def test_rounding_is_half_up_in_magnitude(value: Decimal, decimals: int) -> None:
    assert Fraction(rounded(value, decimals)) == _half_up(value, decimals)


@given(st.integers(-(10**9), 10**9), st.integers(0, 4))
def test_an_exact_half_is_rounded_away_from_zero(units: int, decimals: int) -> None:
    half = (Decimal(units) + (Decimal("0.5") if units >= 0 else Decimal("-0.5"))).scaleb(-decimals)
    assert rounded(half, decimals) == (Decimal(units + (1 if units >= 0 else -1))).scaleb(-decimals)


@given(_ratios, st.integers(0, 4))
def test_nothing_is_printed_as_a_negative_zero(value: Decimal, decimals: int) -> None:
    percent = percent_text(value, PercentStyle(decimals=decimals).over(PERCENTS))
    amount = amount_text(value, AmountStyle(decimals=decimals).over(AMOUNTS))
    for text in (percent.removesuffix("%"), amount):
        assert not (text.startswith("-") and not text.strip("-0.,"))


@given(_amounts)
def test_no_percentage_exists_on_a_base_of_zero(now: Decimal) -> None:
    assert growth(now, Decimal(0)) is None
    assert share(now, Decimal(0)) is None


@given(_amounts, _amounts.filter(bool))
def test_growth_has_the_sign_of_the_change_and_is_exact_to_the_digits_printed(
    now: Decimal, before: Decimal
) -> None:
    found = growth(now, abs(before))
    assert found is not None
    exact = (Fraction(now) - Fraction(abs(before))) * 100 / Fraction(abs(before))
    assert abs(Fraction(found) - exact) <= abs(exact) * Fraction(1, 10**20)
    assert (found > 0) == (now > abs(before))


@given(st.lists(st.decimals(0, 10**12, places=2), min_size=1, max_size=8).filter(any))
def test_shares_of_one_whole_sum_to_a_hundred_within_rounding(parts: list[Decimal]) -> None:
    whole = sum(parts, Decimal(0))
    shares = [rounded(share(part, whole) or Decimal(0), 1) for part in parts]
    assert abs(sum(shares, Decimal(0)) - 100) <= Decimal("0.05") * len(parts)


@given(_amounts)
def test_a_printed_amount_reads_back_as_itself(value: Decimal) -> None:
    assert figure(amount_text(value, AMOUNTS)) == value
    assert figure(amount_text(value, AmountStyle(trim=True).over(AMOUNTS))) == value


@given(_amounts)
def test_an_amount_in_wan_is_the_rounded_ten_thousandth(value: Decimal) -> None:
    text = amount_text(value, AmountStyle(unit="万元").over(AMOUNTS))
    assert Fraction(figure(text)) == _half_up(value / 10000, 2)


def test_a_published_percentage_is_printed_as_published() -> None:
    one = PercentStyle(decimals=1).over(PERCENTS)
    assert percent_text(Decimal("1621.66666"), one) == "1621.7%"
    assert percent_text(Decimal("-0.04"), one) == "0.0%"
    assert percent_text(Decimal(100), PercentStyle(trim_hundred="是").over(one)) == "100%"
    assert percent_text(Decimal("99.96"), PercentStyle(trim_hundred="是").over(one)) == "100%"
    assert Decimal("0.5").quantize(Decimal(1), ROUND_FLOOR) == 0  # not what is printed
    assert percent_text(Decimal("0.5"), PercentStyle(decimals=0).over(PERCENTS)) == "1%"
