"""Other processes that lay out stretches of the same document.

They are programs of their own (`python -m reportgen.render.worker`), since a forked process would share
the state of Pango, and a spawned one would run the caller's main module again.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from threading import Thread
from types import TracebackType
from typing import Self

from reportgen.render.means import Means
from reportgen.render.press import Look
from reportgen.render.recorded import Record

COMMAND = [sys.executable, "-P", "-m", "reportgen.render.worker"]
"""`-P`: what lies in the current folder is data, and is not taken for a module."""


Standing = deque[subprocess.Popen[bytes]] | None


@contextmanager
def standing_by(means: Means) -> Iterator[Means]:
    """As many processes as `means` allows, which get ready while the input is read; none is left behind."""
    standing = deque(_start() for _ in range(means.processes - 1))
    try:
        yield replace(means, standing=standing)
    finally:
        _end(standing, at_once=True)


class Workers:
    """`count` processes that take numbers of parts from `waiting` until none is left.

    A process that dies, or that meets a fault, takes no more; what it was at is missing in the results.
    """

    def __init__(
        self, count: int, look: Look, parts: Sequence[str], waiting: deque[int], standing: Standing = None
    ) -> None:
        self._look, self._parts, self._waiting = look, parts, waiting
        self._done: dict[int, list[Record]] = {}
        self._processes = [standing.popleft() if standing else _start() for _ in range(count)]
        self._threads = [Thread(target=self._feed, args=(one,), daemon=True) for one in self._processes]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(self._processes, at_once=kind is not None)

    def results(self) -> dict[int, list[Record]]:
        """Waits for all that was begun."""
        for thread in self._threads:
            thread.join()
        return self._done

    def _feed(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        with suppress(OSError, EOFError, pickle.UnpicklingError):
            _send(process, self._look)
            pickle.load(process.stdout)  # it is ready; until then others take the work
            while self._waiting:
                try:
                    at = self._waiting.popleft()
                except IndexError:
                    return
                _send(process, self._parts[at])
                made = pickle.load(process.stdout)
                if made is None:
                    return
                self._done[at] = made


def _end(processes: Sequence[subprocess.Popen[bytes]], *, at_once: bool) -> None:
    for process in processes:
        if at_once:
            process.kill()
        with suppress(OSError):
            assert process.stdin is not None
            process.stdin.close()
    for process in processes:
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def _start() -> subprocess.Popen[bytes]:
    return subprocess.Popen(COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _send(process: subprocess.Popen[bytes], what: object) -> None:
    assert process.stdin is not None
    pickle.dump(what, process.stdin)
    process.stdin.flush()
