"""What a batch is doing: a live table on a terminal, a line for each finished department elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reportgen.batch.engines import Watcher
from reportgen.batch.record import Job, Record, State
from reportgen.batch.resume import Plan
from reportgen.batch.summary import NAMES, duration
from reportgen.faults import Severity

if TYPE_CHECKING:
    from rich.console import Console, Group

Say = Callable[[str], None]
_TELLING = 5
"""Finished departments from which the time that is left can be told."""


@dataclass(slots=True)
class Counts:
    """How far a batch is."""

    total: int
    kept: int
    done: int = 0
    failed: int = 0
    warned: int = 0
    began: float = field(default_factory=time.monotonic)
    latest: float = 0
    """When the last one was finished."""

    def add(self, record: Record) -> None:
        self.done += 1
        self.latest = time.monotonic()
        self.failed += record.state is not State.BUILT
        self.warned += record.state is State.BUILT and record.count(Severity.WARNING) > 0

    @property
    def left(self) -> float | None:
        """Seconds, if all goes on as it has; unknown before some are done."""
        if self.done < _TELLING:
            return None
        whole = (self.latest - self.began) / self.done * (self.total - self.kept - self.done)
        return max(0.0, whole - (time.monotonic() - self.latest))

    def __str__(self) -> str:
        kept = f"（沿用 {self.kept}）" if self.kept else ""
        left = "" if self.left is None else f"，约剩{duration(self.left)}"
        return (
            f"{self.kept + self.done}/{self.total}{kept}：完成 {self.kept + self.done - self.failed}，"
            f"失败 {self.failed}，有提醒 {self.warned}{left}"
        )


def line(record: Record, counts: Counts) -> str:
    """«[12/300] 完成 统计局 2.3 秒，1 处提醒»."""
    found = "".join(f"，{n} 处{severity}" for severity in Severity if (n := record.count(severity)))
    tries = f"，第 {record.attempts} 次才成" if record.attempts > 1 and record.state is State.BUILT else ""
    place = f"[{counts.kept + counts.done}/{counts.total}]"
    return f"{place} {NAMES[record.state]} {record.folder} {record.seconds:.1f} 秒{found}{tries}"


@dataclass(slots=True)
class Lines:
    """For a pipe or a file."""

    counts: Counts
    say: Say

    def begun(self, worker: int, job: Job) -> None:
        pass

    def stage(self, worker: int, name: str) -> None:
        pass

    def ended(self, worker: int, record: Record) -> None:  # noqa: ARG002  (as watchers are told)
        self.counts.add(record)
        self.say(line(record, self.counts))

    def again(self, job: Job, why: str) -> None:
        self.say(f"重做 {job.name}：生成它的进程意外结束（{why}）")


@dataclass(slots=True)
class _Doing:
    name: str
    stage: str = ""
    since: float = field(default_factory=time.monotonic)


@dataclass(slots=True)
class Table:
    """For a terminal; what failed stays above the table."""

    counts: Counts
    console: Console
    doing: dict[int, _Doing] = field(default_factory=dict)

    def begun(self, worker: int, job: Job) -> None:
        self.doing[worker] = _Doing(job.name)

    def stage(self, worker: int, name: str) -> None:
        if worker in self.doing:
            self.doing[worker].stage = name

    def ended(self, worker: int, record: Record) -> None:
        self.doing.pop(worker, None)
        self.counts.add(record)
        if record.state is not State.BUILT:
            self._print(line(record, self.counts))

    def again(self, job: Job, why: str) -> None:
        self._print(f"重做 {job.name}：生成它的进程意外结束（{why}）")

    def _print(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False)

    def __rich__(self) -> Group:
        from rich.console import Group  # noqa: PLC0415
        from rich.progress_bar import ProgressBar  # noqa: PLC0415
        from rich.table import Table as Grid  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        bar = Grid.grid()
        bar.add_row(
            ProgressBar(total=self.counts.total, completed=self.counts.kept + self.counts.done, width=60)
        )
        grid = Grid(box=None, pad_edge=False)
        for head in ("进程", "部门", "正在", "秒"):
            grid.add_column(
                head, justify="right" if head == "秒" else "left", overflow="ellipsis", no_wrap=True
            )
        for worker, one in sorted(self.doing.items()):
            seconds = f"{time.monotonic() - one.since:.0f}"
            grid.add_row(str(worker + 1), Text(one.name), one.stage, seconds)
        return Group(Text(str(self.counts)), bar, grid)


@contextmanager
def watching(todo: Plan, console: Console, say: Say) -> Iterator[Watcher]:
    """A table where the console is a terminal, else lines."""
    counts = Counts(len(todo.jobs) + len(todo.kept), len(todo.kept))
    if not console.is_terminal:
        yield Lines(counts, say)
        return
    from rich.live import Live  # noqa: PLC0415

    table = Table(counts, console)
    with Live(table, console=console, refresh_per_second=4, transient=True):
        yield table
