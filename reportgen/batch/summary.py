"""What came of a batch, for programs (JSON) and for people (one page of HTML)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reportgen import __version__
from reportgen.batch.inputs import PassedOver
from reportgen.batch.record import Job, Record, State
from reportgen.batch.totals import TOTALS, Total, as_csv, in_yuan, totals
from reportgen.check.report import ENGLISH, finding
from reportgen.faults import Fault, Severity
from reportgen.load.text import shown

SUMMARY, PAGE = "batch.json", "batch.html"
FILES = (PAGE, SUMMARY, TOTALS)
"""What `Summary.files` makes, in this order."""
NAMES = {State.BUILT: "完成", State.FAULTY: "失败", State.DIED: "失败"}


@dataclass(frozen=True, slots=True)
class Run:
    """How the batch was run."""

    engine: Mapping[str, str]
    workers: int
    began: datetime
    ended: datetime
    stopped: bool
    """Told to stop before all was done."""
    faults: tuple[Fault, ...] = ()
    """Why it could not go on, if it was not told to stop."""

    @property
    def seconds(self) -> float:
        return round((self.ended - self.began).total_seconds(), 1)


@dataclass(frozen=True, slots=True)
class Summary:
    run: Run
    records: tuple[Record, ...]
    """Of all that is finished, by input."""
    kept: frozenset[str]
    """Inputs that were finished by an earlier run."""
    left: tuple[Job, ...]
    """Not begun, or not finished, when the batch was stopped."""
    passed_over: tuple[PassedOver, ...]
    notes: tuple[str, ...]

    @property
    def built(self) -> list[Record]:
        return [record for record in self.records if record.state is State.BUILT]

    @property
    def failed(self) -> list[Record]:
        return [record for record in self.records if record.state is not State.BUILT]

    @property
    def warned(self) -> list[Record]:
        return [record for record in self.built if record.count(Severity.WARNING)]

    @property
    def totals(self) -> list[Total]:
        return totals(record.facts for record in self.built if record.facts is not None)

    @property
    def left_out(self) -> list[str]:
        """Departments that the totals do not count."""
        return [*(record.folder for record in self.failed), *(job.name for job in self.left)]

    def files(self, out: Path) -> dict[Path, bytes]:
        rows = self.totals
        contents = (_page(self, rows).encode(), _json(self, rows).encode(), as_csv(rows))
        return {out / name: content for name, content in zip(FILES, contents, strict=True)}

    def told(self) -> str:
        """«300 个部门：295 个完成（12 个沿用上次的，20 个有提醒），5 个失败，用时 10 分 3 秒»."""
        details = [f"{len(self.kept)} 个沿用上次的"] if self.kept else []
        details += [f"{len(self.warned)} 个有提醒"] if self.warned else []
        within = f"（{'，'.join(details)}）" if details else ""
        left = f"，{len(self.left)} 个没有做" if self.left else ""
        count = len(self.records) + len(self.left)
        return (
            f"{count} 个部门：{len(self.built)} 个完成{within}，{len(self.failed)} 个失败{left}，"
            f"用时{duration(self.run.seconds)}"
        )


def same_departments(records: Iterable[Record]) -> list[str]:
    """Inputs that say they are one department: their figures are in the totals twice."""
    groups: dict[tuple[int, str, str, str], list[str]] = {}
    for record in records:
        if record.facts is not None:
            one = record.facts
            groups.setdefault((one.year, one.level, one.code, one.name), []).append(record.input)
    return [
        f"{len(paths)} 个输入是同一个部门（{year} 年，{code} {name}），合计里算了 {len(paths)} 次；"
        f"请只留一个，再用 --resume 运行：{'、'.join(shown(Path(path)) for path in paths)}"
        for (year, _, code, name), paths in groups.items()
        if len(paths) > 1
    ]


def duration(seconds: float) -> str:
    """« 2 小时 5 分», « 10 分 3 秒», « 4.2 秒»."""
    if seconds < 60:
        return f" {seconds:.1f} 秒"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f" {hours} 小时 {minutes} 分" if hours else f" {minutes} 分 {rest} 秒"


# --- JSON ---


def _json(summary: Summary, rows: Sequence[Total]) -> str:
    run = summary.run
    told = {
        "reportgen": __version__,
        "engine": dict(run.engine),
        "began": run.began.isoformat(timespec="seconds"),
        "ended": run.ended.isoformat(timespec="seconds"),
        "seconds": run.seconds,
        "workers": run.workers,
        "stopped": run.stopped,
        "counts": {
            "departments": len(summary.records) + len(summary.left),
            "built": len(summary.built),
            "kept": len(summary.kept),
            "warned": len(summary.warned),
            "failed": len(summary.failed),
            "left": len(summary.left),
        },
        "departments": [_department(record, summary) for record in summary.records],
        "left": [{"input": str(job.path), "folder": job.name} for job in summary.left],
        "passed_over": [{"path": str(one.path), "why": one.why} for one in summary.passed_over],
        "faults": list(map(finding, run.faults)),
        "notes": list(summary.notes),
        "totals": {
            "file": TOTALS,
            "counted": len(summary.built),
            "left_out": summary.left_out,
            "rows": list(map(_row, rows)),
        },
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _department(record: Record, summary: Summary) -> dict[str, Any]:
    facts = record.facts
    return {
        "input": record.input,
        "folder": record.folder,
        "state": record.state.value,
        "kept": record.input in summary.kept,
        **({"code": facts.code, "name": facts.name, "year": facts.year} if facts else {}),
        "files": [{"path": path, "sha256": sha} for path, sha in record.outputs.items()],
        "findings": [finding(fault) for fault in record.findings],
        "counts": {ENGLISH[severity]: record.count(severity) for severity in Severity},
        "began": record.began.isoformat(timespec="seconds"),
        "seconds": record.seconds,
        "attempts": record.attempts,
        "peak_bytes": record.peak,
        "process": record.process,
    }


def _row(row: Total) -> dict[str, Any]:
    """Amounts as texts: no digit of them passes through a float."""
    return {
        "year": row.year,
        "level": row.level,
        "by": row.dimension.value,
        "code": row.code,
        "name": row.name,
        "departments": row.departments,
        "amount": in_yuan(row.amount),
        "prior": in_yuan(row.prior),
        "without_prior": row.without_prior,
    }


# --- HTML ---


def _page(summary: Summary, rows: Sequence[Total]) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"link": quote, "yuan": _grouped}
    groups = {
        "失败": summary.failed,
        "有提醒": summary.warned,
        "没有问题": [one for one in summary.built if not one.count(Severity.WARNING)],
    }
    return environment.get_template("summary.html.j2").render(
        summary=summary,
        groups={name: sorted(group, key=_rank) for name, group in groups.items() if group},
        totals=rows,
        totals_file=TOTALS,
        json_file=SUMMARY,
        version=__version__,
        Severity=Severity,
        place_in=_place_in,
    )


def _rank(record: Record) -> tuple[int, str]:
    return -len(record.findings), record.folder


def _place_in(record: Record, fault: Fault) -> str:
    """Where a fault is, as seen from the department's own folder."""
    folder = Path(record.input).parent
    place = str(fault.place)
    for above in (f"{folder}/", f"{shown(folder)}/"):
        place = place.removeprefix(above)
    return place


def _grouped(amount: object) -> str:
    return "" if amount is None else f"{amount:,.2f}"
