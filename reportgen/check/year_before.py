"""The year before as this input tells it against last year's own input, where one is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from reportgen.check.rule import Case, rule
from reportgen.derive.dimensions import dimension_of
from reportgen.derive.renaming import CODES, KEYS
from reportgen.faults import Fault, Severity
from reportgen.model.disclosure import Disclosure

SHOWN = 10
"""Names that a hint lists; more are counted."""

Key = tuple[str, str]
"""A fund and a functional code."""


@rule("T12-year-before", Severity.ERROR, "上年预算数与上年文件一致")
def the_year_before_agrees(case: Case) -> Iterator[Fault]:
    """By fund and function, as far as both inputs say them."""
    before = case.budget.before
    if before is None or case.loaded.before is None:
        return
    file = case.loaded.before.root.place.file
    for ledger, lines in case.budget.disclosure.expenditure.items():
        known = _comparable(case, ledger, before)
        if known is None or not any(line.prior is not None for line in lines):
            continue
        said, first = _sums(case.budget.disclosure, ledger, "prior")
        for key in sorted({*said, *known}):
            one, other = said.get(key, Decimal(0)), known.get(key, Decimal(0))
            if abs(one - other) > case.tolerance("T12-year-before"):
                path = ("expenditure", ledger, first[key]) if key in first else ("year_before",)
                yield Fault(
                    case.loaded.place(*path),
                    f"{_named(case, key)}上年预算数合计 {one:,.2f} 元，上年文件 {file} 里是"
                    f" {other:,.2f} 元，相差 {abs(one - other):,.2f} 元",
                )
        break
    for source, what in LISTS.items():
        yield from _differing_lists(case, source, what, before)


LISTS = {"carry_forward": "结转下年", "procurement": "政府采购", "services": "购买服务"}
"""Lists whose records say last year's amount themselves."""


def _differing_lists(case: Case, source: str, what: str, before: Disclosure) -> Iterator[Fault]:
    """By fund: where one record says its year before, last year's file no longer stands in for the others."""
    records = getattr(case.budget.disclosure, source)
    earlier = getattr(before, source)
    if not earlier or not any(record.prior is not None for record in records):
        return
    said: dict[str, Decimal] = defaultdict(Decimal)
    known: dict[str, Decimal] = defaultdict(Decimal)
    for record in records:
        said[record.fund] += record.prior or 0
    for record in earlier:
        known[record.fund] += record.amount
    for fund in sorted({*said, *known}):
        if abs(said[fund] - known[fund]) > case.tolerance("T12-year-before"):
            yield Fault(
                case.loaded.place(source),
                f"{what}（{case.budget.name('fund', fund)}）上年预算数合计 {said[fund]:,.2f} 元，上年文件里是"
                f" {known[fund]:,.2f} 元；请都写上，或都不写",
            )


def _comparable(case: Case, ledger: str, before: Disclosure) -> dict[Key, Decimal] | None:
    """Last year's sums, from a ledger that says what this one says; None where there is none."""
    said, _ = _sums(case.budget.disclosure, ledger, "prior")
    for name in before.expenditure:
        known, _ = _sums(before, name, "amount")
        if set(map(_says, said)) == set(map(_says, known)):
            return known
    return None


def _named(case: Case, key: Key) -> str:
    fund, function = key
    what = f"{function} {case.budget.name('function', function)}" if function else ""
    return f"{what} （{case.budget.name('fund', fund)}）" if fund else what


@rule("T12-year-unknown", Severity.WARNING, "上年文件是本部门的，能与上年预算数比较")
def the_year_before_can_be_compared(case: Case) -> Iterator[Fault]:
    before = case.budget.before
    if before is None:
        return
    place = case.loaded.place("year_before")
    ours, theirs = case.budget.disclosure.department, before.department
    if ours.code != theirs.code:
        told = f"上年文件是“{theirs.name}”（{theirs.code}）的，本部门是“{ours.name}”（{ours.code}）"
        yield Fault(place, f"{told}；请确认")
    for ledger, lines in case.budget.disclosure.expenditure.items():
        if any(line.prior is not None for line in lines) and _comparable(case, ledger, before) is None:
            yield Fault(place, f"“{ledger}”的上年预算数与上年文件无从比较：两边写的资金、功能科目不一样")


@rule("R3-one-year", Severity.HINT, "单位、项目、科目在两年里都有")
def both_years_have_the_same(case: Case) -> Iterator[Fault]:
    """What only one of the two inputs has is new, gone, or a code that was mistyped."""
    before = case.budget.before
    if before is None:
        return
    now, then = case.budget.disclosure, before
    lists = (
        ("单位", {u.code: u.name for u in now.units}, {u.code: u.name for u in then.units}),
        ("项目", {p.code: p.name for p in now.projects}, {p.code: p.name for p in then.projects}),
        ("功能科目", _functions(case, now), _functions(case, then)),
    )
    for what, ours, theirs in lists:
        for year, one, other in ((now.year, ours, theirs), (then.year, theirs, ours)):
            only = [f"{code} {name}" for code, name in sorted(one.items()) if code not in other]
            if only and other:
                listed = "、".join(only[:SHOWN]) + (f"等 {len(only)} 个" if len(only) > SHOWN else "")
                yield Fault(case.loaded.place("year_before"), f"只有 {year} 年有的{what}：{listed}；请确认")


@rule("R3-stray-renaming", Severity.WARNING, "“编码变动”里的旧编码上年用过，新编码今年有")
def renamed_codes_were_used(case: Case) -> Iterator[Fault]:
    """An old code that last year's input does not have changes nothing: it was mistyped."""
    disclosure, before = case.budget.disclosure, case.loaded.before
    used = _codes(before.disclosure) if before else {}
    now = _codes(disclosure)
    for old, new in disclosure.renamed.items():
        place = case.loaded.place("renamed", old)
        if before is None:
            yield Fault(place, f"“{old}”：没有写“上年”文件，编码变动用不上；请写上，或删去")
        elif old not in used:
            yield Fault(place, f"“{old}”：上年文件里没有这个编码；请改正或删去")
        elif new not in now and used[old] & set(KEYS):
            yield Fault(place, f"“{new}”：今年没有这个编码；请改正")


@rule("R3-renaming", Severity.ERROR, "“编码变动”里的编码只有一种意思，科目改成科目", essential=True)
def renamed_codes_are_codes_of_one_kind(case: Case) -> Iterator[Fault]:
    """A code that is a unit's and a functional one at once would be changed in both."""
    disclosure, before = case.budget.disclosure, case.loaded.before
    used = _codes(before.disclosure) if before else {}
    for old, new in disclosure.renamed.items():
        kinds = used.get(old, set())
        place = case.loaded.place("renamed", old)
        if len(kinds) > 1:
            words = "、".join(dimension_of(kind).label for kind in sorted(kinds))
            yield Fault(
                place, f"“{old}”在上年文件里有几种意思（{words}），分不清改的是哪一个；请在上年的明细里改"
            )
        elif kinds & set(CODES) and not (new.isascii() and new.isdigit() and len(new) == len(old)):
            yield Fault(place, f"“{new}”不是科目编码；应与“{old}”一样是 {len(old)} 位数字")


def _codes(disclosure: Disclosure) -> dict[str, set[str]]:
    """Every code that an input uses, and as what."""
    found: dict[str, set[str]] = defaultdict(set)
    lines = [line for ledger in disclosure.expenditure.values() for line in ledger]
    records = (*lines, *disclosure.carry_forward, *disclosure.procurement, *disclosure.services)
    for record in records:
        for field in (*CODES, *KEYS):
            code = getattr(record, field, None)
            if code:
                found[str(code)].add(field)
    for code in (disclosure.department.code, *(unit.code for unit in disclosure.units)):
        found[code].add("unit")
    for project in disclosure.projects:
        found[project.code].add("project")
    return found


def _functions(case: Case, disclosure: Disclosure) -> dict[str, str]:
    codes = {line.function for lines in disclosure.expenditure.values() for line in lines if line.function}
    return {code: case.budget.name("function", code) for code in codes}


def _says(key: Key) -> tuple[bool, bool]:
    fund, function = key
    return bool(fund), bool(function)


def _sums(disclosure: Disclosure, ledger: str, field: str) -> tuple[dict[Key, Decimal], dict[Key, int]]:
    """Sums of a field by fund and function, and the first line of each."""
    sums: dict[Key, Decimal] = defaultdict(Decimal)
    first: dict[Key, int] = {}
    for at, line in enumerate(disclosure.expenditure[ledger]):
        key = (str(line.fund or disclosure.defaults.fund or ""), line.function or "")
        value: Decimal | None = getattr(line, field)
        if value is not None:
            sums[key] += value
            first.setdefault(key, at)
    return dict(sums), first
