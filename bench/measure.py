"""Whole processes timed from outside: wall and processor seconds with all their children, and peak memory."""

from __future__ import annotations

import ctypes
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BECOME_SUBREAPER = 36
"""`prctl`: children whose parent is gone are ours to wait for, as a browser's and an office's."""


@dataclass(frozen=True)
class Run:
    wall: float
    cpu: float
    peak: int
    """Bytes of the largest process."""


@dataclass(frozen=True)
class Median:
    wall: float
    cpu: float
    peak: int
    least_wall: float
    least_cpu: float
    runs: int


class CommandFailed(Exception):
    """A command that was to be timed ended with an error, or left no file."""


def timed(command: Sequence[str], env: Mapping[str, str] | None = None) -> Run:
    """Raises `CommandFailed` with the last of what the command printed."""
    ctypes.CDLL(None).prctl(BECOME_SUBREAPER, 1, 0, 0, 0)
    beside = _children()
    began = time.monotonic()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})}
    ) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - began
    usages = [usage, *_orphans(beside)]
    if process.returncode:
        raise CommandFailed(f"{command}\n{said[-2000:].decode(errors='replace')}")
    cpu = sum(one.ru_utime + one.ru_stime for one in usages)
    return Run(wall, cpu, max(one.ru_maxrss for one in usages) * 1024)


def _children() -> set[int]:
    own = os.getpid()
    return {int(pid) for pid in Path(f"/proc/{own}/task/{own}/children").read_text().split()}


def _orphans(beside: set[int]) -> list[os.struct_rusage]:  # type: ignore[name-defined]  # typeshed has it nameless
    """What a command left behind took; what stood here before goes on."""
    found = []
    while new := _children() - beside:
        found += [os.wait4(pid, 0)[2] for pid in new]
    return found


def alternating(tasks: Mapping[str, Callable[[], Run]], times: int) -> dict[str, Median]:
    """Each task in turn, again and again, after a round that is not counted."""
    runs: dict[str, list[Run]] = {name: [] for name in tasks}
    for number in range(times + 1):
        for name, task in tasks.items():
            made = task()
            print(f"  {number or 'warm-up'} {name}: {made.wall:.2f} s, {made.cpu:.2f} s CPU", flush=True)
            if number:
                runs[name].append(made)
    return {name: median(found) for name, found in runs.items()}


def median(runs: Sequence[Run]) -> Median:
    walls, cpus = [run.wall for run in runs], [run.cpu for run in runs]
    peak = int(statistics.median(run.peak for run in runs))
    middle = (statistics.median(walls), statistics.median(cpus), peak)
    return Median(*middle, min(walls), min(cpus), len(runs))
