"""What must hold before anything is printed. Each rule is a small function that yields faults."""

from __future__ import annotations

from reportgen.check.agreement import ledgers_agree
from reportgen.check.codes import codes_have_names
from reportgen.check.control import control_totals_hold
from reportgen.check.lines import (
    causes_concern_lines,
    ledgers_hold_lines,
    lines_are_leaves,
    lines_differ,
    reserves_are_no_carryover,
    units_are_named,
)
from reportgen.check.references import references_resolve
from reportgen.derive.budget import Budget
from reportgen.faults import Fault
from reportgen.load import Loaded

RULES = (
    references_resolve,
    codes_have_names,
    ledgers_hold_lines,
    reserves_are_no_carryover,
    lines_are_leaves,
    lines_differ,
    units_are_named,
    ledgers_agree,
    control_totals_hold,
    causes_concern_lines,
)


def check(loaded: Loaded, budget: Budget) -> list[Fault]:
    """Every finding of every rule, errors and warnings alike."""
    return [fault for rule in RULES for fault in rule(loaded, budget)]


__all__ = ["check"]
