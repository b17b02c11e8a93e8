"""Batches run as people run them: by the command, in processes of their own."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reading import ROOT

TINY = ROOT / "tests" / "profiles" / "tiny"
"""Two tables: a department takes less than a second."""

COMMAND = [sys.executable, "-m", "reportgen", "batch"]


@dataclass(frozen=True)
class Ended:
    code: int
    lines: tuple[str, ...]
    """Of standard error."""
    printed: tuple[str, ...]


def arguments(inputs: Path | str, out: Path, *options: str) -> list[str]:
    # a relative path, as people write it, though other processes may stand in other folders
    profile = os.path.relpath(TINY)
    return [*COMMAND, str(inputs), "-o", str(out), "--profile", profile, *options]


def batch(inputs: Path | str, out: Path, *options: str) -> Ended:
    done = subprocess.run(
        arguments(inputs, out, *options), capture_output=True, encoding="utf-8", check=False
    )
    return Ended(done.returncode, tuple(done.stderr.splitlines()), tuple(done.stdout.splitlines()))


@contextmanager
def running(inputs: Path, out: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A batch in a session of its own, which is gone in the end with all its processes."""
    process = subprocess.Popen(
        arguments(inputs, out, *options),
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if is_alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def is_alive(group: int) -> bool:
    """Whether any process of the group runs; those that wait to be reaped do not."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            return True
    return False


def wait_for(condition: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)


def journal(out: Path) -> list[dict[str, Any]]:
    """The whole lines of the journal."""
    path = out / "batch.jsonl"
    text = path.read_text("utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.split("\n")[:-1]]


def summary(out: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((out / "batch.json").read_text("utf-8"))
    return read


def states(out: Path) -> dict[str, str]:
    """By folder."""
    return {one["folder"]: one["state"] for one in summary(out)["departments"]}


def hashes(out: Path) -> dict[str, str]:
    """Of every file of a department, by path."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.parent != out
    }


def identities(out: Path, folders: Sequence[str]) -> dict[Path, tuple[int, int]]:
    """Which file it is and when it was written, of every file in some folders."""
    return {
        path: (path.stat().st_ino, path.stat().st_mtime_ns)
        for folder in folders
        for path in sorted((out / folder).rglob("*"))
        if path.is_file()
    }


def left_behind(out: Path) -> list[Path]:
    return list(out.rglob(".reportgen-*"))
