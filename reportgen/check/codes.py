"""Classification codes: known to the catalogue of the year, or named by the input (rule T8)."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.catalog import Classification, ancestors
from reportgen.derive.budget import Budget
from reportgen.faults import Fault, Severity
from reportgen.load import Loaded

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
    told: set[str] = set()
    for ledger, lines in budget.disclosure.expenditure.items():
        for at, line in enumerate(lines):
            for classification, field in FIELDS.items():
                code = getattr(line, field)
                for above in ancestors(code) if code else ():
                    if above not in told and above not in budget.catalog.names[classification]:
                        told.add(above)
                        place = loaded.place("expenditure", ledger, at, field)
                        message, severity = _finding(budget, classification, above, code)
                        yield Fault(place, message, severity)


def _finding(budget: Budget, classification: Classification, code: str, typed: str) -> tuple[str, Severity]:
    what = f"{budget.catalog.year} 年{classification.label}目录里没有 {code}"
    if not code.startswith(FIRST_DIGIT[classification]):
        return f"{what}；{classification.label}的编码以 {FIRST_DIGIT[classification]} 开头", Severity.ERROR
    name = budget.names[classification].get(code)
    if name:
        return f"{what}，采用输入给出的名称“{name}”；请核对", Severity.WARNING
    own = (
        f"在这一行的“{NAME_FIELDS[classification]}”里写上名称，或"
        if code == typed and classification in NAME_FIELDS
        else ""
    )
    return f'{what}；请核对编码，{own}在“科目名称”里写上 "{code}": 名称', Severity.ERROR
