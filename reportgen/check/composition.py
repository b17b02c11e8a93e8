"""What composing the document came upon: parts of it left out for want of input."""

from __future__ import annotations

from collections.abc import Iterator

from reportgen.check.rule import Case, rule
from reportgen.faults import Fault, Severity

EXPLANATION = "《中华人民共和国预算法》第十四条、《预算法实施条例》第六条"


@rule("W1-no-year-before", Severity.WARNING, "有上年数可比", printed=True)
def the_year_before_is_known(case: Case) -> Iterator[Fault]:
    yield from _told(case, "W1-no-year-before")


@rule("W2-no-cause", Severity.WARNING, "写出的增减都有原因", source=EXPLANATION, printed=True)
def changes_have_causes(case: Case) -> Iterator[Fault]:
    yield from _told(case, "W2-no-cause")


@rule("R2-missing-text", Severity.WARNING, "格式要求的说明都有内容", source=EXPLANATION, printed=True)
def texts_are_complete(case: Case) -> Iterator[Fault]:
    yield from _told(case, "R2-missing-text")


def _told(case: Case, id_: str) -> Iterator[Fault]:
    assert case.document is not None
    yield from (fault for fault in case.document.warnings if fault.rule == id_)
