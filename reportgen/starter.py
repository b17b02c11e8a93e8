"""A folder to begin with: a commented dept.yaml for a profile, empty CSV files, a schema for editors."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from pydantic import BaseModel

from reportgen.compose.profile import Profile
from reportgen.convert.book import book
from reportgen.convert.typed import Typed
from reportgen.convert.workbook import workbook
from reportgen.load.text import UTF8_MARK, read_text
from reportgen.model.department import Unit, UnitKind
from reportgen.model.lines import ExpenditureLine, Fund
from reportgen.model.narrative import Topic
from reportgen.model.performance import Indicator
from reportgen.model.procurement import Purchase, Service
from reportgen.model.projects import Project
from reportgen.model.words import zh_names
from reportgen.schema import json_schema

MAIN = "dept.yaml"
WORKBOOK = "dept.xlsx"
TEMPLATE = Path(__file__).parent / "starter.yaml.j2"
SECTIONS: dict[str, type[BaseModel]] = {
    "units": Unit,
    "projects": Project,
    "procurement": Purchase,
    "services": Service,
    "indicators": Indicator,
}
"""Sections that are kept in CSV files of their own."""
WORDS = (*SECTIONS, "carry_forward", "staff", "performance", "assets")
UNASKED = frozenset({"extra", "note", "function_name", "economic_name", "government", "staffing"})
"""Columns that are rarely filled in and left out of the empty files."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the input of a department begins with, and what its profile will ask for."""

    profile_name: str
    year: int
    name: str
    kind: UnitKind
    text: str
    """Everything that the profile's templates say."""

    @property
    def needed(self) -> set[str]:
        asked = {word for word in (*WORDS, "executed") if re.search(rf"\b{word}\b", self.text)}
        return asked | {"names"}

    @property
    def department_extra(self) -> list[str]:
        asked = re.findall(r"department\.extra\.get\([\"']([^\"']+)[\"']", self.text)
        return list(dict.fromkeys(asked))


def beginning(profile: Profile, profile_name: str, year: int, name: str, kind: UnitKind) -> Beginning:
    text = "\n".join(read_text(path) for path in _files(profile))
    return Beginning(profile_name, year, name, kind, text)


def starter_workbook(begun: Beginning) -> dict[str, bytes]:
    """The workbook to fill in, by its name."""
    content: dict[str, Typed] = {
        "格式": begun.profile_name,
        "年度": begun.year,
        "部门": {
            "编码": "000",
            "名称": begun.name,
            "性质": begun.kind.label,
            "职责": [""] * 6,
            "机构设置": [""] * 3,
            "附加": dict.fromkeys(begun.department_extra, ""),
        },
        "默认": {"资金": Fund.GENERAL.label},
        "原因": dict.fromkeys(_topics(begun.text) or [Topic.BASIC.label], ""),
        **({"整体绩效": [{"分项目标": [""] * 3}]} if "performance" in begun.needed else {}),
    }
    return {WORKBOOK: workbook(book(content, begun.needed))}


def starter(begun: Beginning) -> dict[str, str]:
    """The files of the folder, by name. CSV files begin with a mark by which Excel knows UTF-8."""
    text, needed = begun.text, begun.needed
    environment = Environment(trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    files = {
        MAIN: environment.from_string(TEMPLATE.read_text("utf-8")).render(
            file=MAIN,
            profile=begun.profile_name,
            year=begun.year,
            name=begun.name,
            kind=begun.kind.label,
            needs=needed,
            topics=_topics(text),
            department_extra=begun.department_extra,
        ),
        "lines.csv": _header(ExpenditureLine, () if "executed" in text else ("executed",)),
        "schema.json": json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n",
    }
    for section, model in SECTIONS.items():
        if section in needed:
            files[f"{section}.csv"] = _header(model, ())
    return files


def _files(profile: Profile) -> list[Path]:
    return [
        path
        for folder in profile.folders
        for pattern in ("*.j2", "tables/*.yaml")
        for path in sorted(folder.glob(pattern))
    ]


def _topics(text: str) -> list[str]:
    """The causes that a profile's texts ask for by name, in the usual order."""
    asked = set(re.findall(r"cause=[\"']([^\"'\d]+)[\"']", text))
    asked |= set(re.findall(r"cause\([\"']([^\"'\d]+)[\"']\)", text))
    return [topic.label for topic in Topic if asked & {topic.label, *topic.zh}]


def _header(model: type[BaseModel], without: Iterable[str]) -> str:
    """A CSV file of one line: the usual names of a record's keys, those that must be filled in first."""
    out = io.StringIO()
    names = [
        next(iter(zh_names(info.metadata)))
        for name, info in model.model_fields.items()
        if name not in UNASKED and name not in without and "dict" not in str(info.annotation)
    ]
    csv.writer(out, lineterminator="\n").writerow(names)
    return UTF8_MARK + out.getvalue()
