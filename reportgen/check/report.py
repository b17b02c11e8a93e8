"""Findings as people and machines read them: text, JSON, SARIF."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reportgen.check.rule import RULES
from reportgen.faults import Fault, Severity
from reportgen.model.checks import CheckSetting

SARIF_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "note"}
ENGLISH = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.HINT: "hint"}
UNREADABLE = "input"
"""Stands for the rule of what could not be read or composed at all."""


@dataclass(frozen=True)
class Checked:
    """One input and what was found in it."""

    path: str
    findings: Sequence[Fault]
    settings: Mapping[str, CheckSetting]
    rules: Sequence[str]
    """The rules that were looked at."""

    def count(self, severity: Severity) -> int:
        return sum(1 for fault in self.findings if fault.severity is severity)


def summary(checked: Checked) -> str:
    """«dept.yaml：3 处错误，5 处提醒»."""
    return f"{checked.path}：{counted(checked.findings)}"


def counted(findings: Iterable[Fault]) -> str:
    """«3 处错误，5 处提醒»."""
    counts = Counter(fault.severity for fault in findings)
    told = [f"{counts[severity]} 处{severity}" for severity in Severity if counts[severity]]
    return "，".join(told) or "没有发现问题"


def by_severity(findings: Iterable[Fault]) -> list[Fault]:
    """Errors, warnings and hints, each in their order."""
    order = list(Severity)
    return sorted(findings, key=lambda fault: order.index(fault.severity))


def with_rule(fault: Fault) -> str:
    return f"{fault} [{fault.rule or UNREADABLE}]"


def text_lines(checked: Checked, *, everything: bool) -> Iterator[str]:
    """The summary first, then errors, warnings and hints, then what was left out and, if asked, what held."""
    yield summary(checked)
    yield from map(with_rule, by_severity(checked.findings))
    for setting in checked.settings.values():
        what = "已关闭" if setting.off else f"容差 {setting.tolerance:,.2f} 元"
        yield f"{setting.rule} {what}，理由：{setting.reason}"
    unseen = [one.id for one in RULES.values() if one.id not in checked.rules]
    if unseen and checked.rules:
        yield f"还有 {len(unseen)} 条规则要看编排好的表和文字；改正上面的错误后再核对一次"
    if everything:
        found = {fault.rule for fault in checked.findings}
        held = [id_ for id_ in checked.rules if id_ not in found and not _off(checked, id_)]
        yield f"核对了 {len(checked.rules)} 条规则，其中 {len(held)} 条没有发现问题："
        yield from (f"  {id_}  {RULES[id_].summary}" for id_ in held)


def _off(checked: Checked, rule: str) -> bool:
    setting = checked.settings.get(rule)
    return setting is not None and setting.off


def as_json(all_checked: Iterable[Checked]) -> str:
    """A list with one object an input; severities are `error`, `warning`, `hint`."""
    objects = [
        {
            "input": checked.path,
            "counts": {ENGLISH[severity]: checked.count(severity) for severity in Severity},
            "findings": [finding(fault) for fault in checked.findings],
            "settings": [
                setting.model_dump(mode="json", exclude_none=True) for setting in checked.settings.values()
            ],
            "rules": list(checked.rules),
        }
        for checked in all_checked
    ]
    return json.dumps(objects, ensure_ascii=False, indent=2)


def finding(fault: Fault) -> dict[str, Any]:
    """As objects of JSON have it."""
    return {
        "rule": fault.rule or UNREADABLE,
        "severity": ENGLISH[fault.severity],
        "message": fault.message,
        "file": fault.place.file,
        **({"sheet": fault.place.sheet, "cell": fault.place.cell} if fault.place.sheet else {}),
        "line": fault.place.line,
        "column": fault.place.column,
    }


def as_sarif(all_checked: Iterable[Checked], version: str) -> str:
    """A SARIF 2.1.0 log, as editors and code hosts read it."""
    findings = [fault for checked in all_checked for fault in checked.findings]
    run = {
        "tool": {
            "driver": {
                "name": "reportgen",
                "version": version,
                "rules": [
                    {
                        "id": one.id,
                        "shortDescription": {"text": one.summary},
                        "defaultConfiguration": {"level": SARIF_LEVEL[one.severity]},
                    }
                    for one in RULES.values()
                ],
            }
        },
        "results": [_result(fault) for fault in findings],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2)


def _result(fault: Fault) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": fault.place.file}}
    logical: dict[str, Any] = {}
    if fault.place.sheet:
        name = f"{fault.place.sheet}!{fault.place.cell}"
        logical = {"logicalLocations": [{"fullyQualifiedName": name}]}
    elif fault.place.line:
        location["region"] = {
            "startLine": fault.place.line,
            **({"startColumn": fault.place.column} if fault.place.column else {}),
        }
    return {
        "ruleId": fault.rule or UNREADABLE,
        "level": SARIF_LEVEL[fault.severity],
        "message": {"text": fault.message},
        "locations": [{"physicalLocation": location, **logical}],
    }
