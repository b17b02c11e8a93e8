"""Many departments by one process, by two, and by a Dask cluster of two on the same machine."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from bench.inputs import SIZES, make
from bench.measure import Run, timed

PATIENCE = 60
"""Seconds that a scheduler and its workers may take to begin."""


def departments(folder: Path, count: int) -> Path:
    for number in range(1, count + 1):
        make(folder / f"部门{number:03d}", SIZES["S"], seed=number)
    return folder


@contextmanager
def ways(folder: Path, profile: Path) -> Iterator[dict[str, Callable[[], Run]]]:
    """Each way to build what is in a folder; its cluster stands as long as the context."""
    plain = partial(_batch, folder, profile)
    found: dict[str, Callable[[], Run]] = {
        "-j 1": partial(plain, "-j", "1"),
        "-j 2": partial(plain, "-j", "2"),
    }
    with ExitStack() as standing:
        try:
            address = standing.enter_context(_cluster(folder.parent / "dask"))
        except ModuleNotFoundError:
            print("distributed is not installed and is left out: pip install 'reportgen[dask]'")
        else:
            found["dask, 2 workers"] = partial(plain, "--engine", "dask", "--scheduler", address)
        yield found


def _batch(folder: Path, profile: Path, *how: str) -> Run:
    out = folder.parent / "batch-out"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "reportgen", "batch", str(folder), "-o", str(out)]
    return timed([*command, "--profile", str(profile), *how])


@contextmanager
def _cluster(folder: Path) -> Iterator[str]:
    """The address of a scheduler with two workers. Raises `ModuleNotFoundError` without distributed."""
    import distributed  # noqa: PLC0415  (an extra)

    folder.mkdir(parents=True)
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    worker = ("worker", address, "--nthreads", "1", "--no-dashboard", "--local-directory", str(folder))
    with ExitStack() as standing:
        for what in (
            ("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"),
            worker,
            worker,
        ):
            standing.callback(_dask(*what).kill)
            time.sleep(2)
        with distributed.Client(address, timeout=PATIENCE) as client:
            client.wait_for_workers(2, timeout=PATIENCE)
        yield address


def _dask(*what: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *what], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
