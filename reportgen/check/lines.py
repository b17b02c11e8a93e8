"""Lines that look like totals, like one another, or as if a cell had been left blank."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from reportgen.check.codes import FIELDS
from reportgen.check.rule import Case, rule
from reportgen.faults import Fault, Severity
from reportgen.model.lines import Fund


@rule("R3-empty-ledger", Severity.ERROR, "每份台账都有明细", essential=True)
def ledgers_hold_lines(case: Case) -> Iterator[Fault]:
    for ledger, lines in case.budget.disclosure.expenditure.items():
        if not lines:
            several = len(case.budget.disclosure.expenditure) > 1
            place = case.loaded.place("expenditure", *([ledger] if several else []))
            yield Fault(place, f"“{ledger}”里一行明细也没有")


@rule("T1-reserves", Severity.ERROR, "用事业基金弥补收支差额的钱不是上年结转", essential=True)
def reserves_are_no_carryover(case: Case) -> Iterator[Fault]:
    """用事业基金弥补 and 上年结转 are two rows of the balance; a line can be in one of them."""
    if case.budget.disclosure.defaults.fund is Fund.RESERVES:
        for ledger, lines in case.budget.disclosure.expenditure.items():
            for at, line in enumerate(lines):
                if line.carryover and line.fund is None:
                    problem = f"{ledger}：“用事业基金弥补收支差额”与“上年结转”只能取其一"
                    yield Fault(case.loaded.place("expenditure", ledger, at), problem)


@rule("T8-subtotal", Severity.ERROR, "明细里没有小计、合计行", essential=True)
def lines_are_leaves(case: Case) -> Iterator[Fault]:
    """A line on a 类 or 款 that other lines divide further would be counted twice (rule T8)."""
    for ledger, lines in case.budget.disclosure.expenditure.items():
        for classification, field in FIELDS.items():
            codes = {code for line in lines if (code := getattr(line, field))}
            divided = {code[:digits] for code in codes for digits in (3, 5) if digits < len(code)}
            for at, line in enumerate(lines):
                code = getattr(line, field)
                if code in divided:
                    below = min(c for c in codes if c.startswith(code) and c != code)
                    yield Fault(
                        case.loaded.place("expenditure", ledger, at, field),
                        f"{code} 下面另有 {below} 等明细，这一行像是小计；合计、小计都不要写，请删去"
                        f"（不是小计的，请把{classification.label}编码写到最细）",
                    )


@rule("R3-same-line", Severity.WARNING, "没有完全一样的两行明细")
def lines_differ(case: Case) -> Iterator[Fault]:
    """The same line twice is more often a slip of copying than two payments."""
    for ledger, lines in case.budget.disclosure.expenditure.items():
        seen: dict[object, int] = {}
        for at, line in enumerate(lines):
            said = {**line.__dict__, "extra": sorted(line.extra.items())}
            first = seen.setdefault(repr(said), at)
            if first != at:
                other = case.loaded.place("expenditure", ledger, first)
                yield Fault(
                    case.loaded.place("expenditure", ledger, at),
                    f"与{other.spot}完全一样；若是重复录入请删去一行",
                )


@rule("T9-no-unit", Severity.ERROR, "有的明细写了单位，就每行都写", essential=True)
def units_are_named(case: Case) -> Iterator[Fault]:
    """Where some records of a list name their unit, all must: a blank cell would move money silently, and
    what the department lists beside its units would count twice."""
    disclosure = case.budget.disclosure
    if not disclosure.units or disclosure.defaults.unit:
        return
    lists: dict[tuple[str, ...], Sequence[Any]] = {
        **{("expenditure", ledger): lines for ledger, lines in disclosure.expenditure.items()},
        **{(key,): getattr(disclosure, key) for key in ("carry_forward", "procurement", "services", "staff")},
        ("assets", "items"): disclosure.assets.items if disclosure.assets else (),
    }
    for path, records in lists.items():
        if any(record.unit for record in records):
            for at, record in enumerate(records):
                if record.unit is None:
                    yield Fault(
                        case.loaded.place(*path, at),
                        "这一行没有写单位，别的行写了；请补上（在 Excel 里合并的单元格要逐行填写）",
                    )


@rule("W2-stray-cause", Severity.WARNING, "写了原因、用途的科目在明细里有")
def causes_concern_lines(case: Case) -> Iterator[Fault]:
    """A cause or a use written for a code that no line has is last year's, or mistyped."""
    disclosure = case.budget.disclosure
    lines = [line for ledger in disclosure.expenditure.values() for line in ledger]
    codes = [c for line in lines for c in (line.function, line.economic, line.government) if c]
    for key, words in (("causes", "原因"), ("uses", "用途")):
        for subject in getattr(disclosure, key):
            if subject.isdigit() and not any(code.startswith(subject) for code in codes):
                yield Fault(
                    case.loaded.place(key, subject),
                    f"“{words}”里写了 {subject}，明细里没有这个科目；请核对编码，或删去",
                )
