"""Classification codes: known to the catalogue of the year, or named by the input (rule T8)."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.catalog import Classification, ancestors
from reportgen.derive.budget import Budget
from reportgen.faults import Fault, Severity
from reportgen.load import Loaded
from reportgen.load.nodes import PathKey
from reportgen.model.disclosure import Disclosure

FIELDS = {
    Classification.FUNCTION: "function",
    Classification.ECONOMIC: "economic",
    Classification.GOVERNMENT: "government",
}
NAME_FIELDS = {Classification.FUNCTION: "功能科目名称", Classification.ECONOMIC: "部门经济科目名称"}
FIRST_DIGIT = {
    Classification.FUNCTION: "2",
    Classification.ECONOMIC: "3",
    Classification.GOVERNMENT: "5",
}


def codes_have_names(loaded: Loaded, budget: Budget) -> Iterator[Fault]:
    """A code outside the catalogue needs a name of its own; each code is told once."""
    told: set[tuple[Classification, str]] = set()
    for path, record in _records(budget.disclosure):
        for classification, field in FIELDS.items():
            code = getattr(record, field, None)
            for above in ancestors(code) if code else ():
                key = (classification, above)
                if key not in told and above not in budget.catalog.names[classification]:
                    told.add(key)
                    named = above == code and path[0] == "expenditure"
                    message, severity = _finding(budget, classification, above, named=named)
                    yield Fault(loaded.place(*path, field), message, severity)


def _records(disclosure: Disclosure) -> Iterator[tuple[tuple[PathKey, ...], object]]:
    """Everything in the input that carries classification codes, with its path."""
    for ledger, lines in disclosure.expenditure.items():
        for at, line in enumerate(lines):
            yield ("expenditure", ledger, at), line
    for key in ("carry_forward", "procurement", "services"):
        for at, item in enumerate(getattr(disclosure, key)):
            yield (key, at), item


def _finding(
    budget: Budget, classification: Classification, code: str, *, named: bool
) -> tuple[str, Severity]:
    """`named`: whether the place of the code has a field for the code's name beside it."""
    what = f"{budget.catalog.year} 年{classification.label}目录里没有 {code}"
    if not code.startswith(FIRST_DIGIT[classification]):
        return f"{what}；{classification.label}的编码以 {FIRST_DIGIT[classification]} 开头", Severity.ERROR
    name = budget.names[classification].get(code)
    if name:
        return f"{what}，采用输入给出的名称“{name}”；请核对", Severity.WARNING
    field = NAME_FIELDS.get(classification) if named else None
    own = f"在这一行的“{field}”里写上名称，或" if field else ""
    return f'{what}；请核对编码，{own}在“科目名称”里写上 "{code}": 名称', Severity.ERROR
