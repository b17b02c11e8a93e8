"""Worker processes on this machine: each has one department at a time, so that a death costs no other."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.batch.engines import Stopped, Watcher
from reportgen.batch.fingerprint import engine
from reportgen.batch.record import Job, Record, State
from reportgen.batch.worker import OUT_OF_MEMORY, Stage, Unavailable, serve
from reportgen.faults import Fault, Place
from reportgen.load.text import shown
from reportgen.render.press import PrintingUnavailable

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

    Context = SpawnContext | ForkServerContext

ATTEMPTS = 2
"""A department whose process died is begun once more."""
MOST_DEPARTMENTS = 100
"""After so many a worker is replaced by a new one,"""
MOST_HELD = 600 * 2**20
"""or when it holds so much memory between two departments."""
_MOMENT = 0.2
"""Seconds between two looks at whether to stop."""
_PATIENCE = 5
"""Seconds for a worker to end when told to."""
_SAFE_PATH = "PYTHONSAFEPATH"


def usable_cores() -> int:
    """Those this process may use: by its affinity, and by the quota of its container."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _quota() or cores))


def _quota() -> int | None:
    try:
        limit, period = Path("/sys/fs/cgroup/cpu.max").read_text("ascii").split()
        return None if limit == "max" else max(1, int(limit) // int(period))
    except (OSError, ValueError):
        return None


@dataclass(slots=True)
class _Attempt:
    job: Job
    number: int = 1


@dataclass(slots=True, eq=False)
class _Worker:
    number: int
    process: BaseProcess
    connection: Connection
    attempt: _Attempt | None = None
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    done: int = 0
    held: int = 0

    @property
    def is_worn_out(self) -> bool:
        return self.done >= MOST_DEPARTMENTS or self.held > MOST_HELD


@dataclass
class Pool:
    """An engine of `workers` processes that live as long as they are fit."""

    workers: int
    _there: dict[int, _Worker] = field(default_factory=dict)
    _waiting: deque[_Attempt] = field(default_factory=deque)

    def parts(self) -> dict[str, str]:
        return dict(engine())

    def run(self, jobs: Sequence[Job], watcher: Watcher, stopped: Stopped) -> None:
        """Raises `PrintingUnavailable`."""
        self._waiting.extend(map(_Attempt, jobs))
        context = _context()
        try:
            while not stopped():
                self._employ(context, watcher)
                busy = {w.connection: w for w in self._there.values() if w.attempt is not None}
                if not busy:
                    return
                for ready in wait(list(busy), timeout=_MOMENT):
                    assert isinstance(ready, Connection)
                    self._hear(busy[ready], watcher)
        finally:
            _end(self._there.values())
            self._there.clear()

    def _employ(self, context: Context, watcher: Watcher) -> None:
        """Gives every worker that has none a department, while there are any."""
        for number in range(self.workers):
            worker = self._there.get(number)
            if not self._waiting or (worker is not None and worker.attempt is not None):
                continue
            if worker is None:
                worker = self._there[number] = _started(number, context)
            worker.attempt, worker.began = self._waiting.popleft(), datetime.now(UTC)
            watcher.begun(number, worker.attempt.job)
            with contextlib.suppress(OSError):  # it is dead, which is heard when it is listened to
                worker.connection.send(worker.attempt.job)

    def _hear(self, worker: _Worker, watcher: Watcher) -> None:
        try:
            message = worker.connection.recv()
        except (EOFError, OSError):
            self._bury(worker, watcher)
            return
        if isinstance(message, Unavailable):
            raise PrintingUnavailable(message.why)
        if isinstance(message, Stage):
            watcher.stage(worker.number, message.name)
            return
        assert worker.attempt is not None
        watcher.ended(worker.number, message.model_copy(update={"attempts": worker.attempt.number}))
        worker.attempt, worker.done, worker.held = None, worker.done + 1, message.held or 0
        if worker.is_worn_out:
            _end([self._there.pop(worker.number)])

    def _bury(self, worker: _Worker, watcher: Watcher) -> None:
        """A worker died: its department is begun once more, or given up."""
        del self._there[worker.number]
        worker.process.join(_PATIENCE)
        why, attempt = _why(worker.process.exitcode), worker.attempt
        worker.connection.close()
        assert attempt is not None
        if attempt.number < ATTEMPTS:
            self._waiting.appendleft(_Attempt(attempt.job, attempt.number + 1))
            watcher.again(attempt.job, why)
        else:
            watcher.ended(worker.number, died(attempt.job, why, worker.began, attempt.number))


def died(job: Job, why: str, began: datetime, attempts: int) -> Record:
    problem = f"生成它的进程{attempts}次都意外结束（{why}）；请单独运行 reportgen build，或用 -j 1 再试"
    return Record(
        input=str(job.path),
        folder=job.name,
        state=State.DIED,
        findings=(Fault(Place(shown(job.path)), problem),),
        began=began,
        seconds=round((datetime.now(UTC) - began).total_seconds(), 3),
        attempts=attempts,
    )


def _why(code: int | None) -> str:
    if code == OUT_OF_MEMORY:
        return "内存不够"
    if code == -9:
        return "被系统结束，多半是内存不够"
    return f"信号 {-code}" if code is not None and code < 0 else f"退出码 {code}"


def _context() -> Context:
    """Workers come from a process that has loaded everything and done nothing, where the system can fork."""
    if sys.platform == "win32" or "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["reportgen.batch.preload"])
    return context


def _started(number: int, context: Context) -> _Worker:
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs,), daemon=True, name=f"reportgen-{number + 1}")
    with _without_interrupts(), _without_this_folder():
        process.start()
    theirs.close()
    return _Worker(number, process, ours)


@contextlib.contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes that begin here never see Ctrl+C, not even while they are beginning; it is kept for us."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def _without_this_folder() -> Iterator[None]:
    """Python begun with `-c`, as multiprocessing does, runs a `socket.py` that lies among the inputs."""
    before = os.environ.get(_SAFE_PATH)
    os.environ[_SAFE_PATH] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_SAFE_PATH]
        else:
            os.environ[_SAFE_PATH] = before


def _end(workers: Iterable[_Worker]) -> None:
    """Those with nothing to do leave by themselves; what the others are doing is lost."""
    leaving = list(workers)
    for worker in leaving:
        worker.connection.close()
        if worker.attempt is not None:
            worker.process.terminate()
    for worker in leaving:
        worker.process.join(_PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
