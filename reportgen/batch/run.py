"""A whole batch: which departments, which of them stand, building the rest, the summary."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reportgen.batch.engines import Engine, Stopped, Watcher
from reportgen.batch.fingerprint import engine_hash
from reportgen.batch.folder import clean, held
from reportgen.batch.inputs import Found, Input, find_inputs
from reportgen.batch.journal import JOURNAL, Journal, read_journal
from reportgen.batch.naming import collisions, folders
from reportgen.batch.order import largest_first
from reportgen.batch.record import Job, Options, Record, State
from reportgen.batch.resume import Plan, plan
from reportgen.batch.stopping import stoppable
from reportgen.batch.summary import FILES, Run, Summary, same_departments
from reportgen.compose import load_profile
from reportgen.faults import Fault, FaultyInput
from reportgen.load.text import shown
from reportgen.render.files import write_all

Watch = Callable[[Plan], AbstractContextManager[Watcher]]
"""Begins to show what is going on, given what there is to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    inputs: Sequence[str]
    out: Path
    options: Options
    resume: bool


def run_batch(asked: Asked, engine: Engine, watch: Watch) -> Summary:
    """Builds all departments; raises `FaultyInput` where there is nothing to begin with, and `OSError`."""
    began = datetime.now(UTC)
    out = asked.out.resolve()
    if asked.options.profile is not None:
        load_profile(asked.options.profile)  # what is wrong with it is told once
    found = find_inputs(asked.inputs, out)
    with held(out), stoppable() as stopped:
        clean(out)
        parts = engine.parts()
        records = read_journal(out / JOURNAL)
        jobs, unbuildable = _jobs(found, asked, engine_hash(parts))
        todo = plan(jobs, records) if asked.resume else Plan(tuple(jobs), ())
        ended, faults = _built(todo, records, out, engine=engine, watch=watch, stopped=stopped)
        summary = _summary(
            found,
            [*unbuildable, *todo.kept, *ended.values()],
            frozenset(record.input for record in todo.kept),
            tuple(job for job in todo.jobs if str(job.path) not in ended),
            Run(parts, engine.workers, began, datetime.now(UTC), stopped(), faults),
        )
        write_all(summary.files(out))
    return summary


def _jobs(found: Found, asked: Asked, program: str) -> tuple[list[Job], list[Record]]:
    """What to build, and records of what cannot even be begun."""
    names = folders({one.path: one.home for one in found.inputs}, (JOURNAL, *FILES))
    out = asked.out.resolve()
    jobs = [
        Job(one.path, names[one.path], out, asked.options, program) for one in found.inputs if not one.faults
    ]
    return jobs, [_unbuildable(one, names[one.path]) for one in found.inputs if one.faults]


def _unbuildable(one: Input, name: str) -> Record:
    return Record(
        input=str(one.path),
        folder=name,
        state=State.FAULTY,
        findings=one.faults,
        began=datetime.now(UTC),
        seconds=0,
    )


def _built(
    todo: Plan, records: Mapping[str, Record], out: Path, *, engine: Engine, watch: Watch, stopped: Stopped
) -> tuple[dict[str, Record], tuple[Fault, ...]]:
    """What this run finished, each in the journal before it is told; and why it went no further."""
    faults: tuple[Fault, ...] = ()
    with Journal(out / JOURNAL, records) as journal, watch(todo) as watcher:
        keeper = _Keeper(journal, watcher, {})
        try:
            if todo.jobs:
                engine.run(largest_first(todo.jobs), keeper, stopped)
        except FaultyInput as error:
            faults = error.faults
    return keeper.ended_records, faults


@dataclass(slots=True)
class _Keeper:
    """Writes down what is finished before anybody is told."""

    journal: Journal
    watcher: Watcher
    ended_records: dict[str, Record]

    def begun(self, worker: int, job: Job) -> None:
        self.watcher.begun(worker, job)

    def stage(self, worker: int, name: str) -> None:
        self.watcher.stage(worker, name)

    def ended(self, worker: int, record: Record) -> None:
        self.journal.append(record)
        self.ended_records[record.input] = record
        self.watcher.ended(worker, record)

    def again(self, job: Job, why: str) -> None:
        self.watcher.again(job, why)


def _summary(
    found: Found, records: Sequence[Record], kept: frozenset[str], left: tuple[Job, ...], run: Run
) -> Summary:
    ordered = tuple(sorted(records, key=lambda record: record.input))
    return Summary(run, ordered, kept, left, found.passed_over, tuple(_notes(found, ordered)))


def _notes(found: Found, records: Sequence[Record]) -> list[str]:
    folder_of = {record.input: record.folder for record in records}
    alike = collisions({one.path: one.home for one in found.inputs})
    told = [
        f"{len(paths)} 个输入都叫“{name}”，各写各的文件夹："
        + "、".join(f"{shown(path)} → {folder_of.get(str(path), '（没有做）')}" for path in paths)
        for name, paths in alike.items()
    ]
    return [*told, *same_departments(records)]
