"""One department: built, written to its folder, and told in a record whatever happens."""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from reportgen.batch import memory
from reportgen.batch.fingerprint import fingerprint
from reportgen.batch.record import Facts, Fingerprint, Job, Record, State
from reportgen.batch.totals import facts
from reportgen.build import Built, Examined, Progress, build, write
from reportgen.faults import Fault, FaultyInput, Place, Severity
from reportgen.load.text import shown
from reportgen.render.press import PrintingUnavailable

_LAG = 50_000_000
"""Nanoseconds by which the time of a file may lag behind the clock."""


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is kept of an input when its pages are laid out."""

    facts: Facts
    made_of: Fingerprint
    changed: tuple[Path, ...]
    """Files that somebody wrote while they were read."""


def work(job: Job, progress: Progress = lambda _: None) -> Record:
    """Never raises for what is wrong with one department; `PrintingUnavailable` and `MemoryError` pass."""
    memory.forget_peak()
    began, clock, started = datetime.now(UTC), time.perf_counter(), time.time_ns()
    try:
        told = _outcome(job, progress, started)
    except FaultyInput as error:
        told = _failed(error.faults)
    except (PrintingUnavailable, MemoryError):
        raise
    except OSError as error:
        problem = f"读写文件出错：{error.strerror or error}；请检查输出的文件夹和磁盘，再运行一次"
        told = _failed((Fault(Place(shown(Path(error.filename or job.path))), problem),))
    except Exception as error:  # whatever it is, it stops no other department
        told = _failed((_own_fault(job.path, error),))
    return Record(
        input=str(job.path),
        folder=job.name,
        **told,
        began=began,
        seconds=round(time.perf_counter() - clock, 3),
        peak=memory.peak(),
        held=memory.held(),
        process=f"{platform.node()}:{os.getpid()}",
    )


def _outcome(job: Job, progress: Progress, started: int) -> dict[str, Any]:
    """Builds and writes; the part of the record that tells of it."""
    noted: list[_Seen] = []

    def look(examined: Examined) -> None:
        files = (job.path, *examined.loaded.files)
        made_of = fingerprint(files, examined.folders, job.engine, job.options)
        read = dict.fromkeys((*files, *_within(examined.folders)))
        changed = tuple(path for path in read if _written_since(path, started))
        noted.append(_Seen(facts(examined.budget), made_of, changed))

    options = job.options
    built = build(
        job.path,
        options.formats,
        progress,
        options.profile,
        verified=options.verified,
        attach_input=options.attach_input,
        seen=look,
    )
    write(built, job.out / job.name, force=options.force)
    (seen,) = noted
    return {
        "state": State.BUILT,
        "facts": seen.facts,
        "outputs": _hashes(built, job.name),
        "findings": (*built.warnings, *map(_changed_meanwhile, seen.changed)),
        "made_of": None if seen.changed else seen.made_of,
    }


def _failed(faults: tuple[Fault, ...]) -> dict[str, Any]:
    return {"state": State.FAULTY, "findings": faults}


def _hashes(built: Built, folder: str) -> dict[str, str]:
    return {f"{folder}/{name}": hashlib.sha256(content).hexdigest() for name, content in built.files.items()}


def _within(folders: Iterable[Path]) -> Iterator[Path]:
    """The folders and all in them: that a file is gone is seen by its folder."""
    for folder in folders:
        yield folder
        yield from (path for path in folder.rglob("*") if path.exists())


def _written_since(path: Path, started: int) -> bool:
    found = path.stat()
    return max(found.st_mtime_ns, found.st_ctime_ns) > started - _LAG


def _changed_meanwhile(path: Path) -> Fault:
    problem = "生成期间有人改过，报告里可能是改之前的内容；请用 --resume 再运行一次"
    return Fault(Place(shown(path)), problem, Severity.WARNING)


def _own_fault(path: Path, error: Exception) -> Fault:
    """A fault of reportgen's own, with where in the program it was."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    where = f"，{Path(frame.tb_frame.f_code.co_filename).name}:{frame.tb_lineno}" if frame else ""
    problem = (
        f"程序出错（{type(error).__name__}：{error}{where}）；请把输入和这条信息报告给 reportgen 的维护者"
    )
    return Fault(Place(shown(path)), problem)
