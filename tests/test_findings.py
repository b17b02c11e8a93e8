"""Every rule is raised by its own case and by nothing in a sound input; docs/findings.md tells them all."""

from __future__ import annotations

from pathlib import Path

import pytest
from findings_cases import DOC, Case, cases, catalogue, examined

from reportgen.check import RULES
from reportgen.faults import Fault, FaultyInput

CASES = pytest.mark.parametrize("case", cases(), ids=lambda case: case.rule)


def _found(folder: Path, case: Case | None, text: str) -> tuple[Fault, ...]:
    try:
        return examined(folder, case, text).findings
    except FaultyInput as error:
        return error.faults


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_every_rule_has_a_case() -> None:
    assert [case.rule for case in cases()] == sorted(RULES)


def test_a_sound_input_raises_nothing() -> None:
    assert _found(Path(), None, "") == ()


@CASES
def test_a_broken_rule_is_told_and_no_other(case: Case) -> None:
    found = _found(Path(), case, case.new)
    assert {fault.rule for fault in found} == {case.rule}
    assert tuple(map(str, found)) == case.says
    assert {fault.severity for fault in found} == {RULES[case.rule].severity}


@CASES
def test_a_near_miss_is_no_finding(case: Case) -> None:
    if case.near:
        assert _found(Path(), case, case.near) == ()


def test_the_docs_tell_every_rule_with_its_case() -> None:
    assert DOC.read_text("utf-8") == catalogue()
