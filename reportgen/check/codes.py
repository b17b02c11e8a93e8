"""Classification codes: in the catalogue of the year or named by the input; names as catalogued."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.catalog import Classification, ancestors
from reportgen.check.rule import Case, rule
from reportgen.derive.budget import classification_of
from reportgen.faults import Fault, Place, Severity
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
CLASSIFICATION_SOURCE = "财政部《政府收支分类科目》"

Use = tuple[tuple[PathKey, ...], Classification, str, str]
"""Where a code is used, of which classification, the code (or one above it), and the field it stands in."""


@rule(
    "T8-unknown-code",
    Severity.ERROR,
    "科目编码在当年的目录里，或输入给出了名称",
    source=CLASSIFICATION_SOURCE,
    essential=True,
)
def codes_have_names(case: Case) -> Iterator[Fault]:
    for path, classification, code, field in _unknown(case):
        what = _what(case, classification, code)
        place = case.loaded.place(*path, field)
        if not code.startswith(FIRST_DIGIT[classification]):
            first = FIRST_DIGIT[classification]
            yield Fault(place, f"{what}；{classification.label}的编码以 {first} 开头")
        elif not case.budget.names[classification].get(code):
            # the place of the code may have a field for the code's name beside it
            of_line = path[0] == "expenditure" and _typed(case, path, field) == code
            name_field = NAME_FIELDS.get(classification) if of_line else None
            own = f"在这一行的“{name_field}”里写上名称，或" if name_field else ""
            yield Fault(place, f'{what}；请核对编码，{own}在“科目名称”里写上 "{code}": 名称')


@rule("T8-own-name", Severity.WARNING, "目录外的科目用输入给出的名称", source=CLASSIFICATION_SOURCE)
def own_names_are_told(case: Case) -> Iterator[Fault]:
    for path, classification, code, field in _unknown(case):
        name = case.budget.names[classification].get(code)
        if name and code.startswith(FIRST_DIGIT[classification]):
            message = f"{_what(case, classification, code)}，采用输入给出的名称“{name}”；请核对"
            yield Fault(case.loaded.place(*path, field), message)


@rule("T8-name", Severity.ERROR, "输入写的科目名称与当年目录一致", source=CLASSIFICATION_SOURCE)
def names_agree(case: Case) -> Iterator[Fault]:
    """A name of an earlier year, or of another code, is last year's file or a code mistyped."""
    catalog = case.budget.catalog
    for place, classification, code, typed in _typed_names(case):
        known = catalog.names[classification].get(code)
        same_level = {c: n for c, n in catalog.names[classification].items() if len(c) == len(code)}
        others = [c for c, name in same_level.items() if _plain(name) == _plain(typed) and c != code]
        # 行政运行 and the like stand under many 款: such a name says nothing about the code
        other = others[0] if len(others) == 1 else None
        if known is None and other:
            yield Fault(place, f"目录里没有 {code}，“{typed}”是 {other} 的名称；请核对编码")
        if known is None or _plain(typed) == _plain(known):
            continue
        message = f"{code} 在 {catalog.year} 年目录里是“{known}”，这里写的是“{typed}”"
        if other:
            message += f"，那是 {other} 的名称；请核对编码和名称"
        elif typed in catalog.former(classification, code):
            message += "，是从前的名称；请改用现在的名称"
        else:
            message += "；请改成目录里的名称，或核对编码"
        yield Fault(place, message)


@rule(
    "T8-correspondence", Severity.WARNING, "写明的政府经济科目与部门经济科目对应", source="财预〔2017〕98号"
)
def classifications_correspond(case: Case) -> Iterator[Fault]:
    """A government class typed on a line whose department class leads elsewhere."""
    for ledger, lines in case.budget.disclosure.expenditure.items():
        for at, line in enumerate(lines):
            kind = getattr(case.budget.unit(line.unit or case.budget.disclosure.defaults.unit), "kind", None)
            if not (line.government and line.economic and kind):
                continue
            expected = case.budget.catalog.government(line.economic, kind)
            if expected and expected[:3] != line.government[:3]:
                place = case.loaded.place("expenditure", ledger, at, "government")
                yield Fault(
                    place,
                    f"部门经济科目 {line.economic} 通常对应政府经济科目 {expected}，"
                    f"这里写的是 {line.government}；请核对",
                )


def _unknown(case: Case) -> Iterator[Use]:
    """Codes in use that the catalogue of the year does not know, each once."""
    seen: set[tuple[Classification, str]] = set()
    for path, record in _records(case.budget.disclosure):
        for classification, field in FIELDS.items():
            code = getattr(record, field, None)
            if not code or (classification, code) in seen:
                continue
            for above in ancestors(code):
                if (classification, above) not in seen:
                    seen.add((classification, above))
                    if above not in case.budget.catalog.names[classification]:
                        yield path, classification, above, field


def _records(disclosure: Disclosure) -> Iterator[tuple[tuple[PathKey, ...], object]]:
    """Everything in the input that carries classification codes, with its path."""
    for ledger, lines in disclosure.expenditure.items():
        for at, line in enumerate(lines):
            yield ("expenditure", ledger, at), line
    for key in ("carry_forward", "procurement", "services"):
        for at, item in enumerate(getattr(disclosure, key)):
            yield (key, at), item


def _typed(case: Case, path: tuple[PathKey, ...], field: str) -> object:
    _, ledger, at = path
    return getattr(case.budget.disclosure.expenditure[str(ledger)][int(at)], field)


def _what(case: Case, classification: Classification, code: str) -> str:
    return f"{case.budget.catalog.year} 年{classification.label}目录里没有 {code}"


def _typed_names(case: Case) -> Iterator[tuple[Place, Classification, str, str]]:
    """Every code that the input names, each name once."""
    disclosure = case.budget.disclosure
    for typed, own_name in disclosure.names.items():
        yield case.loaded.place("names", typed), classification_of(typed), typed, own_name
    told: set[tuple[str, str]] = set()
    for ledger, lines in disclosure.expenditure.items():
        for at, line in enumerate(lines):
            for classification, field in FIELDS.items():
                code: str | None = getattr(line, field)
                name: str | None = getattr(line, f"{field}_name", None)
                if code and name and (code, name) not in told:
                    told.add((code, name))
                    path = ("expenditure", ledger, at, f"{field}_name")
                    yield case.loaded.place(*path), classification, code, name


def _plain(name: str) -> str:
    """A name without what exports add or type differently."""
    return name.strip().replace("(", "（").replace(")", "）").replace(" ", "")
