"""Amounts beside the lines that must fit them: procurement, transfers, weights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from reportgen.check.rule import Case, rule
from reportgen.derive.dimensions import Condition
from reportgen.derive.selection import MissingData
from reportgen.faults import Fault, Severity

SME_SOURCE = "《政府采购促进中小企业发展管理办法》（财库〔2020〕46号）"
FULL_WEIGHTS = (Decimal(100), Decimal(90))
"""Some forms leave 10 of 100 to the rate at which the budget is spent."""


@rule(
    "T10-sme",
    Severity.ERROR,
    "面向中小企业的份额不超过采购金额，面向小微企业的不超过中小企业的",
    source=SME_SOURCE,
)
def shares_fit_purchases(case: Case) -> Iterator[Fault]:
    for at, item in enumerate(case.budget.disclosure.procurement):
        limits = (
            ("sme", "面向中小企业", item.sme, "采购金额", item.amount),
            ("micro", "面向小微企业", item.micro, "采购金额" if item.sme is None else "面向中小企业",
             item.amount if item.sme is None else item.sme),
        )  # fmt: skip
        for key, name, part, whole_name, whole in limits:
            if part is not None and part > whole:
                place = case.loaded.place("procurement", at, key)
                yield Fault(place, f"“{item.name}”{name} {part:,.2f} 元，大于{whole_name} {whole:,.2f} 元")


@rule("T10-price", Severity.WARNING, "单价乘数量等于采购金额")
def prices_multiply_to_amounts(case: Case) -> Iterator[Fault]:
    for at, item in enumerate(case.budget.disclosure.procurement):
        quantity = item.quantity or ""
        if item.price is None or not quantity.isascii() or not quantity.isdigit():
            continue
        product = item.price * int(quantity)
        if abs(product - item.amount) > max(case.tolerance("T10-price"), Decimal(1)):
            yield Fault(
                case.loaded.place("procurement", at, "price"),
                f"“{item.name}”单价 {item.price:,.2f} 元 × {quantity} = {product:,.2f} 元，"
                f"采购金额是 {item.amount:,.2f} 元",
            )


@rule("T10-over-project", Severity.WARNING, "一个项目的政府采购不超过项目的预算")
def purchases_fit_projects(case: Case) -> Iterator[Fault]:
    bought: dict[str, Decimal] = defaultdict(Decimal)
    first: dict[str, int] = {}
    for at, item in enumerate(case.budget.disclosure.procurement):
        if item.project:
            bought[item.project] += item.amount
            first.setdefault(item.project, at)
    for project in case.budget.disclosure.projects:
        over = bought.get(project.code)
        if not over:
            continue
        amount = project_amount(case, project.code)
        if amount is not None and over > amount + case.tolerance("T10-over-project"):
            yield Fault(
                case.loaded.place("procurement", first[project.code]),
                f"项目“{project.name}”的政府采购合计 {over:,.2f} 元，大于项目预算 {amount:,.2f} 元",
            )


@rule("T9-transfer", Severity.ERROR, "对下补助不超过项目的预算")
def transfers_fit_projects(case: Case) -> Iterator[Fault]:
    for at, project in enumerate(case.budget.disclosure.projects):
        amount = project_amount(case, project.code)
        if amount is not None and project.transfer > amount:
            yield Fault(
                case.loaded.place("projects", at, "transfer"),
                f"项目“{project.name}”对下补助 {project.transfer:,.2f} 元，大于项目预算 {amount:,.2f} 元",
            )


@rule("T11-weights", Severity.WARNING, "绩效指标的权重合计 100（另计预算执行率 10 分的为 90）")
def weights_sum_up(case: Case) -> Iterator[Fault]:
    disclosure = case.budget.disclosure
    sums: dict[tuple[str | None, str | None], Decimal] = defaultdict(Decimal)
    first: dict[tuple[str | None, str | None], int] = {}
    for at, indicator in enumerate(disclosure.indicators):
        if indicator.weight is not None and indicator.term != "长期":
            key = (indicator.project, None if indicator.project else indicator.unit)
            sums[key] += indicator.weight
            first.setdefault(key, at)
    names = {project.code: f"项目“{project.name}”" for project in disclosure.projects}
    for (project, unit), total in sums.items():
        if total and total not in FULL_WEIGHTS:
            whose = names.get(project or "", f"单位 {unit} 整体" if unit else "部门整体")
            place = case.loaded.place("indicators", first[project, unit], "weight")
            yield Fault(place, f"{whose}的绩效指标权重合计 {total:f}，应为 100（或 90）")


def project_amount(case: Case, code: str) -> Decimal | None:
    """This year's amount of a project; None where the lines cannot tell."""
    try:
        return case.budget.select([Condition("project", (code,))]).total("expenditure", "amount").value
    except MissingData:
        return None
