"""What a rule is: a small function that yields findings, with an id, a severity and its source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from pathlib import Path as FilePath

from reportgen.check.texts import Path, texts
from reportgen.compose.document import Document
from reportgen.compose.profile import MAIN, Profile
from reportgen.derive.budget import Budget
from reportgen.derive.selection import MissingData
from reportgen.faults import Fault, Place, Severity, nearest
from reportgen.load import Loaded
from reportgen.load.text import printable
from reportgen.model.checks import CheckSetting


@dataclass(frozen=True)
class Case:
    """What rules look at: the input, what follows from it and, for some, the composed document."""

    loaded: Loaded
    budget: Budget
    profile: Profile
    document: Document | None = None
    settings: Mapping[str, CheckSetting] = field(default_factory=dict)

    @cached_property
    def texts(self) -> tuple[tuple[Path, str, str], ...]:
        """The texts of the input with their paths, as typed and without white space."""
        found = texts(self.budget.disclosure)
        return tuple((path, text, re.sub(r"\s+", "", text)) for path, text in found)

    @cached_property
    def template_lines(self) -> tuple[tuple[FilePath, int, str], ...]:
        """Every line of the profile's templates with its number, without white space."""
        return tuple(
            (path, number, re.sub(r"\s+", "", line))
            for folder in self.profile.folders
            for names in ("*.j2", "tables/*.yaml", MAIN)
            for path in sorted(folder.glob(names))
            for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        )

    def tolerance(self, rule: str) -> Decimal:
        """How far two figures may be apart, in 元: nothing, unless the input or the profile says so."""
        setting = self.settings.get(rule)
        return setting.tolerance or Decimal(0) if setting else Decimal(0)


Find = Callable[[Case], Iterator[Fault]]


@dataclass(frozen=True, slots=True)
class Rule:
    id: str
    """Stable; it begins with the number of the requirement that the rule stands on (docs/findings.md)."""
    severity: Severity
    summary: str
    """What must hold, as a Chinese sentence."""
    find: Find
    source: str
    """The law or regulation behind it, where there is one."""
    essential: bool
    """Whether the figures cannot be trusted without it, so that nobody may switch it off."""
    printed: bool
    """Whether it looks at the composed document."""


RULES: dict[str, Rule] = {}
"""Every rule by its id, in the order they are defined."""


def rule(
    id_: str,
    severity: Severity,
    summary: str,
    *,
    source: str = "",
    essential: bool = False,
    printed: bool = False,
) -> Callable[[Find], Find]:
    """Registers a function as a rule; its findings get the rule's id and severity."""

    def register(find: Find) -> Find:
        assert id_ not in RULES, f"two rules are called {id_}"
        RULES[id_] = Rule(id_, severity, summary, find, source, essential, printed)
        return find

    return register


def findings(case: Case, *, printed: bool) -> list[Fault]:
    """What the rules find, those that look at the document or those that do not."""
    found: dict[Fault, None] = {}
    for one in RULES.values():
        setting = case.settings.get(one.id)
        if one.printed is printed and not (setting and setting.off):
            for fault in _told(one, case):
                found[printable(replace(fault, rule=one.id, severity=one.severity))] = None
    return list(found)


def _told(one: Rule, case: Case) -> Iterator[Fault]:
    """A rule has nothing to say of what no ledger knows; whatever prints it will ask for it."""
    try:
        yield from one.find(case)
    except MissingData:
        return


def settings(
    own: Iterable[tuple[CheckSetting, Place]], inherited: Iterable[tuple[CheckSetting, Place]]
) -> tuple[dict[str, CheckSetting], list[Fault]]:
    """The settings by rule, the input's before the profile's, and what is wrong with them."""
    chosen: dict[str, CheckSetting] = {}
    faults = []
    for setting, place in (*inherited, *own):
        known = RULES.get(setting.rule)
        if known is None:
            problem = f"没有规则“{setting.rule}”{nearest(setting.rule, RULES)}"
            faults.append(Fault(place, problem, rule="input"))
        elif known.essential and setting.off:
            faults.append(Fault(place, f"规则 {setting.rule} 不能关闭：{known.summary}", rule="input"))
        else:
            chosen[setting.rule] = setting
    return chosen, faults
