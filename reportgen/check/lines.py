"""Lines that look like totals, like one another, or as if a cell had been left blank."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.check.codes import FIELDS
from reportgen.derive.budget import Budget
from reportgen.faults import Fault, Severity
from reportgen.load import Loaded
from reportgen.model.lines import Fund


def ledgers_hold_lines(loaded: Loaded, budget: Budget) -> Iterator[Fault]:
    for ledger, lines in budget.disclosure.expenditure.items():
        if not lines:
            several = len(budget.disclosure.expenditure) > 1
            place = loaded.place("expenditure", *([ledger] if several else []))
            yield Fault(place, f"“{ledger}”里一行明细也没有")


def reserves_are_no_carryover(loaded: Loaded, budget: Budget) -> Iterator[Fault]:
    """用事业基金弥补 and 上年结转 are two rows of the balance; a line can be in one of them."""
    if budget.disclosure.defaults.fund is Fund.RESERVES:
        for ledger, lines in budget.disclosure.expenditure.items():
            for at, line in enumerate(lines):
                if line.carryover and line.fund is None:
                    problem = f"{ledger}：“用事业基金弥补收支差额”与“上年结转”只能取其一"
                    yield Fault(loaded.place("expenditure", ledger, at), problem)


def lines_are_leaves(loaded: Loaded, budget: Budget) -> Iterator[Fault]:
    """A line on a 类 or 款 that other lines divide further would be counted twice (rule T8)."""
    for ledger, lines in budget.disclosure.expenditure.items():
        for classification, field in FIELDS.items():
            codes = {code for line in lines if (code := getattr(line, field))}
            divided = {code[:digits] for code in codes for digits in (3, 5) if digits < len(code)}
            for at, line in enumerate(lines):
                code = getattr(line, field)
                if code in divided:
                    below = min(c for c in codes if c.startswith(code) and c != code)
                    yield Fault(
                        loaded.place("expenditure", ledger, at, field),
                        f"{code} 下面另有 {below} 等明细，这一行像是小计；合计、小计都不要写，请删去"
                        f"（不是小计的，请把{classification.label}编码写到最细）",
                    )


def lines_differ(loaded: Loaded, budget: Budget) -> Iterator[Fault]:
    """The same line twice is more often a slip of copying than two payments."""
    for ledger, lines in budget.disclosure.expenditure.items():
        seen: dict[object, int] = {}
        for at, line in enumerate(lines):
            first = seen.setdefault(repr(line.__dict__), at)
            if first != at:
                other = loaded.place("expenditure", ledger, first)
                yield Fault(
                    loaded.place("expenditure", ledger, at),
                    f"与第 {other.line} 行完全一样；若是重复录入请删去一行",
                    Severity.WARNING,
                )


def units_are_named(loaded: Loaded, budget: Budget) -> Iterator[Fault]:
    """Where some lines of a ledger name their unit, all must: a blank cell would move money silently."""
    disclosure = budget.disclosure
    if not disclosure.units or disclosure.defaults.unit:
        return
    for ledger, lines in disclosure.expenditure.items():
        if any(line.unit for line in lines):
            for at, line in enumerate(lines):
                if line.unit is None:
                    yield Fault(
                        loaded.place("expenditure", ledger, at),
                        "这一行没有写单位，别的行写了；请补上（在 Excel 里合并的单元格要逐行填写）",
                    )


def causes_concern_lines(loaded: Loaded, budget: Budget) -> Iterator[Fault]:
    """A cause or a use written for a code that no line has is last year's, or mistyped."""
    disclosure = budget.disclosure
    lines = [line for ledger in disclosure.expenditure.values() for line in ledger]
    codes = [c for line in lines for c in (line.function, line.economic, line.government) if c]
    for key, words in (("causes", "原因"), ("uses", "用途")):
        for subject in getattr(disclosure, key):
            if subject.isdigit() and not any(code.startswith(subject) for code in codes):
                yield Fault(
                    loaded.place(key, subject),
                    f"“{words}”里写了 {subject}，明细里没有这个科目；请核对编码，或删去",
                    Severity.WARNING,
                )
