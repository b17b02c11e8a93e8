"""Departments built by the workers of a Dask cluster, on any machine that sees the same folders."""

from __future__ import annotations

import os
import platform
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any

from reportgen.batch.engines import Stopped, Watcher
from reportgen.batch.fingerprint import engine, engine_hash
from reportgen.batch.journal import JOURNAL
from reportgen.batch.pool import died
from reportgen.batch.record import Job, Record, State
from reportgen.batch.work import work
from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.text import shown
from reportgen.render.press import PrintingUnavailable

_PATIENCE = 30
"""Seconds to find the scheduler and its first worker."""
_MOMENT = 0.2
_GIVEN_UP = ("cancelled", "lost")
"""What becomes of all that is asked for when the scheduler is gone; nobody else takes anything back."""
_ONE_AT_A_TIME = threading.Lock()
"""Nobody promises that pages can be laid out in several threads at once."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """An engine of the workers that a scheduler has; those that join later help too."""

    client: Any
    address: str
    workers: int

    def parts(self) -> dict[str, str]:
        """The program of all workers, which must be one; raises `FaultyInput`."""
        return _common(self.client.run(engine))

    def run(self, jobs: Sequence[Job], watcher: Watcher, stopped: Stopped) -> None:
        """What a lost worker was doing the scheduler gives to another, as often as it is set to."""
        began = datetime.now(UTC)
        finished: SimpleQueue[Any] = SimpleQueue()
        waiting = {self.client.submit(build_remotely, job, pure=False): job for job in jobs}
        for future in waiting:
            future.add_done_callback(finished.put)
        try:
            while waiting and not stopped():
                with suppress(Empty):
                    future = finished.get(timeout=_MOMENT)
                    if future.status in _GIVEN_UP:
                        raise FaultyInput([_lost(self.address)])
                    watcher.ended(0, _record(future, waiting.pop(future), began))
                    # what is still asked for would be built once more if its worker were lost
                    future.release()
        finally:
            self.client.cancel(list(waiting))


@contextmanager
def cluster(address: str) -> Iterator[Cluster]:
    """Connects to a scheduler that is there; raises `FaultyInput`."""
    try:
        from distributed import Client  # noqa: PLC0415  (an extra)
    except ImportError:
        problem = "没有安装 Dask；请运行 pip install 'reportgen[dask]'"
        raise FaultyInput([Fault(Place("--engine dask"), problem)]) from None
    try:
        client: Any = Client(address, timeout=_PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError):
        problem = f"连不上调度器；请检查地址（如 tcp://10.0.0.1:8786），{_PATIENCE} 秒内没有回答"
        raise FaultyInput([Fault(Place(address), problem)]) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            problem = f"调度器没有工作进程；请在各台机器上运行 dask worker {address} --nthreads 1"
            raise FaultyInput([Fault(Place(address), problem)]) from None
        yield Cluster(client, address, len(client.scheduler_info(n_workers=-1)["workers"]))


def build_remotely(job: Job) -> Record:
    """Runs on a worker; writes to the shared folder."""
    problem = _unfit(job)
    if problem:
        where = f"{platform.node()}:{os.getpid()}"
        faults = (Fault(Place(shown(job.path)), f"工作进程 {where} {problem}"),)
        return Record(
            input=str(job.path),
            folder=job.name,
            state=State.FAULTY,
            findings=faults,
            began=datetime.now(UTC),
            seconds=0,
        )
    with _ONE_AT_A_TIME:
        return work(job)


def _unfit(job: Job) -> str:
    """Why this worker must not build a department."""
    if not (job.out / JOURNAL).is_file():
        return f"看不到 {job.out}；输入和输出要放在各台机器用同一个路径看得到的共享文件夹里"
    if engine_hash(engine()) != job.engine:
        return "的程序、库或字体与别的工作进程不同；请装成一样的，再用 --resume 运行"
    return ""


def _common(told: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    first, *others = told.items()
    faults = [
        Fault(
            Place(address),
            f"{name} 是“{parts.get(name, '')}”，{first[0]} 是“{ours}”；各台机器要装一样的程序、库和字体",
        )
        for address, parts in others
        for name, ours in first[1].items()
        if parts.get(name) != ours
    ]
    if faults:
        raise FaultyInput(faults)
    return dict(first[1])


def _record(future: Any, job: Job, began: datetime) -> Record:
    """What came of a job; raises `PrintingUnavailable`."""
    try:
        record: Record = future.result()
    except PrintingUnavailable:
        raise
    except Exception as error:  # whatever the cluster says of a task that it gave up
        return died(job, type(error).__name__, began, getattr(error, "allowed_failures", 0) + 1)
    return record


def _lost(address: str) -> Fault:
    problem = "与调度器的连接断了；完成的已经记下，连上以后加 --resume 接着做"
    return Fault(Place(address), problem)
