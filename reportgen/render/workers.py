"""Jobs of one document that any process may do: others take them while this one is at something else, and
what they do not get to is done here.

The others are programs of their own (`python -m reportgen.render.worker`), since a forked process would share
the state of Pango, and a spawned one would run the caller's main module again.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from queue import Empty, SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar

from reportgen.render.means import Means, Standing
from reportgen.render.press import Look, Press

COMMAND = [sys.executable, "-P", "-m", "reportgen.render.worker"]
"""`-P`: what lies in the current folder is data, and is not taken for a module."""

Made = TypeVar("Made")
Said = ParamSpec("Said")


@contextmanager
def standing_by(means: Means, modules: Sequence[str] = ()) -> Iterator[Means]:
    """As many processes as `means` allows, which get ready while the input is read; none is left behind.

    They load `modules` beside what laying out takes.
    """
    standing = Standing(deque(_start(modules) for _ in range(means.processes - 1)), tuple(modules))
    try:
        yield replace(means, standing=standing)
    finally:
        _end(standing.processes)


class Job(Generic[Made]):
    """Something to be done, and in the end what it made."""

    def __init__(
        self,
        does: Callable[..., Made],
        said: tuple[Any, ...],
        named: Mapping[str, Any],
        *,
        takes_press: bool,
    ) -> None:
        self.does, self.said, self.named, self.takes_press = does, said, named, takes_press
        self.given_back = Event()
        """It was done, or whoever took it is lost."""
        self.made: list[Made] = []
        """One, once it is done."""

    def do(self, press: Press | None) -> Made:
        return self.does(*((press,) if self.takes_press else ()), *self.said, **self.named)


class Workers:
    """Whoever does the jobs of one document.

    What a process does not do, since it meets a fault or dies, is done here. Those that are left at the end
    stand by for another document where `means` has such.
    """

    def __init__(self, means: Means) -> None:
        self.means = means
        self._waiting: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._processes: list[subprocess.Popen[bytes]] = []
        self._at_work: set[int] = set()
        """Of these the process numbers that get ready or do a job."""
        self._resting: list[subprocess.Popen[bytes]] = []
        """Those that have nothing more to do."""
        self._threads: list[Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.forget()
        if kind is not None:  # nobody waits for what is begun
            for process in [one for one in self._processes if one.pid in {*self._at_work}]:
                process.kill()
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        _end([process for process in self._processes if process not in self._resting])
        if self.means.standing is None:
            _end(self._resting)
            return
        standing = self.means.standing
        standing.processes.extend(self._resting)
        if kind is not None and issubclass(kind, Exception):  # else the program ends
            lost = len(self._processes) - len(self._resting)
            standing.processes.extend(_start(standing.modules) for _ in range(lost))

    @property
    def have_some_ready(self) -> bool:
        """Whether processes stand by that nobody has set to work yet."""
        return bool(self.means.standing and self.means.standing.processes)

    def begin(self, look: Look, most: int) -> None:
        """Sets other processes to work, at most so many: those that stand by, or new ones."""
        standing = self.means.standing.processes if self.means.standing else deque()
        for _ in range(min(self.means.processes - 1, most) - len(self._processes)):
            process = standing.popleft() if standing else _start()
            self._processes.append(process)
            self._at_work.add(process.pid)
            self._threads.append(Thread(target=self._feed, args=(process, look), daemon=True))
            self._threads[-1].start()

    def ask(self, does: Callable[Said, Made], *said: Said.args, **named: Said.kwargs) -> Job[Made]:
        """`does` is found by its name in another process, and what it is told and makes is sent."""
        return self._asked(Job(does, said, named, takes_press=False))

    def ask_press(
        self, does: Callable[Concatenate[Press, Said], Made], *said: Said.args, **named: Said.kwargs
    ) -> Job[Made]:
        """For what is laid out: `does` is given the press of whoever does it."""
        return self._asked(Job(does, said, named, takes_press=True))

    def _asked(self, job: Job[Made]) -> Job[Made]:
        self._waiting.put(job)
        return job

    def result(self, job: Job[Made], press: Press | None) -> Made:
        """Does what waits, in the order in which it was asked for, until this job is done.

        Without a press only jobs may wait that take none.
        """
        while not job.given_back.is_set():
            try:
                other = self._waiting.get_nowait()
            except Empty:
                job.given_back.wait()
                break
            if other is not None:
                other.made.append(other.do(press))
                other.given_back.set()
        return job.made[0] if job.made else job.do(press)

    def forget(self) -> None:
        """Nobody needs what still waits."""
        with suppress(Empty):
            while True:
                self._waiting.get_nowait()

    def _feed(self, process: subprocess.Popen[bytes], look: Look) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        job: Job[Any] | None = None
        try:
            _send(process, look)
            pickle.load(process.stdout)  # it is ready; until then others take the work
            self._at_work.discard(process.pid)
            while (job := self._waiting.get()) is not None:
                self._at_work.add(process.pid)
                _send(process, (job.does, job.takes_press, job.said, job.named))
                made = pickle.load(process.stdout)
                if made is not None:
                    job.made.append(made)
                job.given_back.set()
                self._at_work.discard(process.pid)
            self._resting.append(process)
        except Exception:  # whatever a lost process says
            if job is not None:
                job.given_back.set()


def _end(processes: Collection[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.kill()
        with suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
    for process in processes:
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _start(modules: Sequence[str] = ()) -> subprocess.Popen[bytes]:
    command = [*COMMAND, *modules]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _send(process: subprocess.Popen[bytes], what: object) -> None:
    assert process.stdin is not None
    pickle.dump(what, process.stdin)
    process.stdin.flush()
