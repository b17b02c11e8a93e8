"""A worker process: one department after another, from a pipe, until the pipe is closed."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Thread

from reportgen.batch.record import Job, Record
from reportgen.batch.work import work
from reportgen.render.press import PrintingUnavailable

OUT_OF_MEMORY = 70
"""How a worker ends that could get no more memory."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a worker begins to do."""

    name: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No worker of this machine can lay out pages."""

    why: str


Message = Stage | Record | Unavailable


def serve(connection: Connection) -> None:
    """Answers every job with stages and a record."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches the whole group; the parent decides
    Thread(target=_end_with_parent, daemon=True).start()
    while True:
        try:
            job: Job = connection.recv()
            _answer(job, connection.send)
        except (EOFError, OSError):  # the parent needs no more
            return


def _answer(job: Job, send: Callable[[Message], None]) -> None:
    try:
        send(work(job, lambda stage: send(Stage(stage))))
    except PrintingUnavailable as error:
        send(Unavailable(str(error)))
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _end_with_parent() -> None:
    """Nobody waits for what the worker of a killed batch finishes; the next run begins it again."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
