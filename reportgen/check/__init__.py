"""What must hold before anything is published. Each rule is a small function that yields findings."""

from __future__ import annotations

# importing a module of rules registers them, in the order findings.md lists them
from reportgen.check import (  # noqa: F401
    agreement,
    amounts,
    codes,
    composition,
    control,
    lines,
    plausibility,
    privacy,
    references,
    tables,
    wording,
    year_before,
)
from reportgen.check.rule import RULES, Case, Rule, findings, settings

__all__ = ["RULES", "Case", "Rule", "findings", "settings"]
