"""Which departments need not be built again: their inputs and their outputs are what they were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.batch.fingerprint import file_hash, folder_hash, options_hash
from reportgen.batch.record import Fingerprint, Job, Record, State
from reportgen.faults import Fault, Place, Severity
from reportgen.load.text import shown
from reportgen.render.edited import was_edited


@dataclass(frozen=True, slots=True)
class Plan:
    jobs: tuple[Job, ...]
    """What is to be built."""
    kept: tuple[Record, ...]
    """What stands from an earlier run."""


@dataclass
class _Known:
    """Hashes of folders that many departments share, each taken once."""

    folders: dict[str, str] = field(default_factory=dict)

    def folder(self, path: str) -> str:
        if path not in self.folders:
            self.folders[path] = folder_hash(Path(path))
        return self.folders[path]


def plan(jobs: Iterable[Job], records: Mapping[str, Record]) -> Plan:
    """What was faulty is always read again: it costs little, and what it lacked may be anywhere."""
    known = _Known()
    again, kept = [], []
    for job in jobs:
        record = records.get(str(job.path))
        standing = _standing(job, record, known) if record is not None else None
        if standing is None:
            again.append(job)
        else:
            kept.append(standing)
    return Plan(tuple(again), tuple(kept))


def _standing(job: Job, record: Record, known: _Known) -> Record | None:
    """The record, if building its department again would give the same files."""
    if record.state is not State.BUILT or record.made_of is None or record.folder != job.name:
        return None
    try:
        if not _is_made_of_the_same(record.made_of, job, known):
            return None
        changed = [job.out / name for name, sha in record.outputs.items() if file_hash(job.out / name) != sha]
    except OSError:  # something is gone
        return None
    if job.options.force or not all(map(was_edited, changed)):
        return record if not changed else None
    return record.model_copy(update={"findings": (*record.findings, *map(_left_alone, changed))})


def _is_made_of_the_same(made_of: Fingerprint, job: Job, known: _Known) -> bool:
    return (
        made_of.engine == job.engine
        and made_of.options == options_hash(job.options)
        and all(known.folder(path) == sha for path, sha in made_of.folders.items())
        and all(file_hash(Path(path)) == sha for path, sha in made_of.sources.items())
    )


def _left_alone(path: Path) -> Fault:
    problem = "生成以后有人改过，输入没有变，留着没有重做；要重做请加 --force"
    return Fault(Place(shown(path)), problem, Severity.WARNING)
