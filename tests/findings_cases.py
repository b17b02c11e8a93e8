"""The catalogue of findings in `findings/`: a change of one sound input for each rule.

`findings/RULE.yaml` says which file of `findings/base/` is changed (`文件`, dept.yaml unless said), what
stands there (`原文`; nothing for a new file), what stands there instead (`改成`) and, if it helps to see
where the rule ends, a change that it lets pass (`不算`). `另改` lists other changes of dept.yaml that go
with either. `提出` is the exact finding.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from reportgen.build import Examined, examine
from reportgen.check import RULES

FINDINGS = Path(__file__).parent / "findings"
BASE = FINDINGS / "base"
DOC = Path(__file__).parents[1] / "docs" / "findings.md"


@dataclass(frozen=True)
class Case:
    rule: str
    file: str
    old: str
    new: str
    near: str
    also: tuple[tuple[str, str], ...]
    says: tuple[str, ...]


@cache
def cases() -> tuple[Case, ...]:
    yaml = YAML(typ="safe", pure=True)
    found = []
    for path in sorted(FINDINGS.glob("*.yaml"), key=lambda path: path.stem):
        read = yaml.load(path.read_text("utf-8"))
        old, new, near = (read.get(key) or "" for key in ("原文", "改成", "不算"))
        also = tuple((pair["原文"], pair["改成"]) for pair in read.get("另改") or ())
        file = read.get("文件", "dept.yaml")
        found.append(Case(path.stem, file, old, new, near, also, tuple(read.get("提出") or ())))
    return tuple(found)


def examined(folder: Path, case: Case | None, text: str = "") -> Examined:
    """The base with `text` instead of the case's `old`, looked at from inside a folder of its own."""
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    if case is not None:
        _change(folder / case.file, case.old, text)
        for old, new in case.also:
            _change(folder / "dept.yaml", old, new)
    return examine(folder / "dept.yaml", profile=folder / "profile")


def _change(path: Path, old: str, new: str) -> None:
    """Replaces what stands once in a file, or writes a new one."""
    if old:
        content = path.read_text("utf-8")
        old, whole = old.rstrip("\n"), new.rstrip("\n")
        assert content.count(old) == 1, f"{path.name} has {content.count(old)} times {old!r}"
        new = content.replace(old, whole)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(new, "utf-8")


INTRODUCTION = FINDINGS / "introduction.md"


def catalogue() -> str:
    """docs/findings.md, from the rules and their cases."""
    parts = [INTRODUCTION.read_text("utf-8")]
    by_rule = {case.rule: case for case in cases()}
    for rule in sorted(RULES.values(), key=lambda rule: rule.id):
        case = by_rule[rule.id]
        marks = [str(rule.severity), *(["不可关闭"] if rule.essential else [])]
        parts.append(f"## {rule.id}（{'，'.join(marks)}）\n\n{rule.summary}。")
        if rule.source:
            parts.append(f"依据：{rule.source}")
        if case.old:
            parts.append(f"`{case.file}` 里的\n\n```yaml\n{case.old.rstrip()}\n```\n\n写成")
        else:
            parts.append(f"`{case.file}` 写成")
        language = "jinja" if case.file.endswith(".j2") else "yaml"
        parts.append(f"```{language}\n{case.new.rstrip()}\n```\n\n就会提出\n\n```")
        parts[-1] += "\n" + "\n".join(case.says) + "\n```"
        if case.near:
            parts.append(f"而这样没有问题：\n\n```{language}\n{case.near.rstrip()}\n```")
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


if __name__ == "__main__":
    DOC.write_text(catalogue(), "utf-8")
