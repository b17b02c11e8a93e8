"""What builds the departments of a batch tells whoever watches, and asks whether to go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from reportgen.batch.record import Job, Record

Stopped = Callable[[], bool]


class Watcher(Protocol):
    def begun(self, worker: int, job: Job) -> None: ...

    def stage(self, worker: int, name: str) -> None: ...

    def ended(self, worker: int, record: Record) -> None:
        """Of this run; called once for each department that is finished, whatever came of it."""

    def again(self, job: Job, why: str) -> None:
        """A worker was lost, and its department is begun once more."""


class Engine(Protocol):
    @property
    def workers(self) -> int:
        """How many departments it builds at once."""

    def parts(self) -> dict[str, str]:
        """The program that will build, part by part."""

    def run(self, jobs: Sequence[Job], watcher: Watcher, stopped: Stopped) -> None:
        """Builds all, in this order as far as there is one, until `stopped`.

        Raises `FaultyInput` where it cannot go on; what it has told by then is finished.
        """
