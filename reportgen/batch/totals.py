"""What all departments spend together, by functional class, fund and region, in 元 exactly."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reportgen.batch.record import Dimension, Facts, Share
from reportgen.catalog.catalog import LEVELS
from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import Condition
from reportgen.derive.records import AMOUNT, EXPENDITURE, PRIOR
from reportgen.derive.selection import MissingData, Selection
from reportgen.load.text import UTF8_MARK
from reportgen.model.lines import Fund

TOTALS = "totals.csv"
REGION = "地区"
"""The name under 附加 of a department by which it says where it belongs; the model has no other."""
UNKNOWN = "（没有写明）"
COLUMNS = (
    "年度",
    "预算级次",
    "口径",
    "编码",
    "名称",
    "部门数",
    "本年预算数（元）",
    "上年预算数（元）",
    "没有上年数的部门数",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""Beginnings that spreadsheets take for a formula."""


# --- one department ---


def facts(budget: Budget) -> Facts:
    """Expenditure as 支出总表 has it, without 结转下年."""
    disclosure = budget.disclosure
    return Facts(
        code=disclosure.department.code,
        name=disclosure.department.name,
        year=disclosure.year,
        level=disclosure.level.label,
        profile=disclosure.profile,
        region=disclosure.department.extra.get(REGION, ""),
        shares=(
            _share(budget.all, Dimension.TOTAL, "", ""),
            *_by(budget, Dimension.FUNCTION, "function", lambda code: code[: LEVELS["类"]]),
            *_by(budget, Dimension.FUND, "fund", str),
        ),
    )


def _by(budget: Budget, dimension: Dimension, name: str, above: Callable[[str], str]) -> Iterator[Share]:
    """A share for each value; the whole under none where the lines do not tell."""
    try:
        values = budget.all.values(EXPENDITURE, name, (AMOUNT, PRIOR))
        shares = [
            _share(
                budget.select([Condition(name, (value,))]),
                dimension,
                _code(value, name),
                budget.name(name, value),
            )
            for value in sorted(dict.fromkeys(map(above, values)))
        ]
    except MissingData:
        shares = [_share(budget.all, dimension, "", UNKNOWN)]
    yield from shares


def _code(value: str, name: str) -> str:
    return value if name == "function" else ""


def _share(selection: Selection, dimension: Dimension, code: str, name: str) -> Share:
    amount, prior = (selection.total(EXPENDITURE, measure).value for measure in (AMOUNT, PRIOR))
    return Share(dimension=dimension, code=code, name=name, amount=amount, prior=prior)


# --- all of them ---


@dataclass(frozen=True, slots=True)
class Total:
    """A row: what departments of one year and level have together."""

    year: int
    level: str
    dimension: Dimension
    code: str
    name: str
    departments: int
    amount: Decimal | None
    prior: Decimal | None
    without_prior: int
    """Departments among them whose inputs say nothing of the year before."""


_Key = tuple[int, str, Dimension, str, str]
_ORDER = tuple(Dimension)
_FUNDS = tuple(fund.label for fund in Fund)


def totals(departments: Iterable[Facts]) -> list[Total]:
    """By year and level, which are never added up: a unit's budget is part of its department's."""
    groups: dict[_Key, list[tuple[Facts, Share]]] = {}
    for one in departments:
        for share in (*one.shares, *_region(one)):
            key = (one.year, one.level, share.dimension, share.code, "" if share.code else share.name)
            groups.setdefault(key, []).append((one, share))
    return [_total(key, groups[key]) for key in sorted(_told(groups), key=_rank)]


def _region(one: Facts) -> Iterator[Share]:
    whole = one.shares[0]
    name = one.region or UNKNOWN
    yield whole.model_copy(update={"dimension": Dimension.REGION, "name": name})


def _told(groups: Mapping[_Key, object]) -> Iterator[_Key]:
    """Regions only where any department says one."""
    said = {key[:2] for key in groups if key[2] is Dimension.REGION and key[4] != UNKNOWN}
    return (key for key in groups if key[2] is not Dimension.REGION or key[:2] in said)


def _rank(key: _Key) -> tuple[object, ...]:
    year, level, dimension, code, name = key
    fund = _FUNDS.index(name) if name in _FUNDS else len(_FUNDS)
    return (year, level, _ORDER.index(dimension), name == UNKNOWN, code, fund, name)


def _total(key: _Key, parts: Sequence[tuple[Facts, Share]]) -> Total:
    year, level, dimension, code, _ = key
    return Total(
        year,
        level,
        dimension,
        code,
        parts[0][1].name,
        departments=len(parts),
        amount=_sum(share.amount for _, share in parts),
        prior=_sum(share.prior for _, share in parts),
        without_prior=sum(1 for one, _ in parts if one.shares[0].prior is None),
    )


def _sum(values: Iterable[Decimal | None]) -> Decimal | None:
    """Nothing where nothing is given, which is not 0."""
    given = [value for value in values if value is not None]
    return sum(given, Decimal(0)) if given else None


def as_csv(rows: Iterable[Total]) -> bytes:
    """With a mark for Excel, which takes UTF-8 for GBK without; this is no data package."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow(
            (
                row.year,
                row.level,
                row.dimension,
                row.code,
                _safe(row.name),
                row.departments,
                in_yuan(row.amount),
                in_yuan(row.prior),
                row.without_prior,
            )
        )
    return (UTF8_MARK + text.getvalue()).encode()


def in_yuan(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:.2f}"


def _safe(text: str) -> str:
    """A text of an input that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text
