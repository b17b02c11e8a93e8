"""What is known of one department of a batch: what to do, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from reportgen.build import Format
from reportgen.faults import Fault, Severity


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of every department alike."""

    formats: tuple[Format, ...]
    profile: Path | None
    """Absolute."""
    verified: bool
    force: bool
    attach_input: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One department to build; small, as it is sent to another process."""

    path: Path
    name: str
    """Of the department's own folder under `out`."""
    out: Path
    options: Options
    engine: str
    """The hash of the program that is to build it."""


class Fingerprint(Frozen):
    """All that decided the outputs, as hashes; the same again means the same outputs again."""

    sources: Mapping[str, str]
    """Every file that was read, by its absolute path."""
    folders: Mapping[str, str]
    """The profile's folder and those it extends."""
    engine: str
    options: str


class Dimension(StrEnum):
    """What totals are told apart by."""

    TOTAL = "合计"
    FUNCTION = "功能分类"
    FUND = "资金"
    REGION = "地区"


class Share(Frozen):
    """What one department has under one value of a dimension, in 元; None where nothing is said."""

    dimension: Dimension
    code: str
    name: str
    amount: Decimal | None
    prior: Decimal | None


class Facts(Frozen):
    """Who the department is and what it spends."""

    code: str
    name: str
    year: int
    level: str
    profile: str
    region: str
    """What the input itself says under 附加; empty where it says none."""
    shares: tuple[Share, ...]


class State(StrEnum):
    BUILT = "built"
    FAULTY = "faulty"
    DIED = "died"
    """Its process ended twice without a word."""


class Record(Frozen):
    """What came of one department; a line of the journal."""

    input: str
    """Absolute."""
    folder: str
    state: State
    facts: Facts | None = None
    outputs: Mapping[str, str] = {}
    """Hashes by path below the batch's folder."""
    findings: tuple[Fault, ...] = ()
    made_of: Fingerprint | None = None
    """None where the outputs must not be taken for up to date."""
    began: datetime
    seconds: float
    attempts: int = 1
    peak: int | None = None
    """The most memory that its process held meanwhile, in bytes."""
    held: int | None = None
    """What the process held afterwards."""
    process: str = ""
    """Where it was built: «machine:process»."""

    def count(self, severity: Severity) -> int:
        return sum(1 for fault in self.findings if fault.severity is severity)
