"""A batch on a Dask cluster: a real scheduler and workers, one of which is killed in the middle."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from batches import batch, hashes, identities, journal, left_behind, running, states, summary, wait_for
from departments import make

pytest.importorskip("distributed")

FORMATS = ("--format", "html,docx")


def dask(*arguments: str, folder: Path | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
    return port


@contextmanager
def scheduler() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Its address and its process."""
    port = free_port()
    process = dask("scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    try:
        wait_for(lambda: answers(port))
        yield f"tcp://127.0.0.1:{port}", process
    finally:
        process.kill()
        process.wait()


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def workers(address: str, count: int, folder: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers that nobody starts again when they are gone."""
    options = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder))
    started = [dask("worker", address, *options, folder=folder) for _ in range(count)]
    try:
        yield started
    finally:
        for process in started:
            process.kill()
            process.wait()


@pytest.mark.long
def test_a_worker_that_is_killed_in_the_middle_costs_nothing_but_time(tmp_path: Path) -> None:
    made = make(tmp_path / "in", "SSSSSSSSSM", faulty=1)
    out = tmp_path / "out"
    with scheduler() as (address, _), workers(address, 2, tmp_path) as (victim, _):
        cluster = ("--engine", "dask", "--scheduler", address)
        with running(tmp_path / "in", out, *FORMATS, *cluster) as process:
            wait_for(lambda: len({record["process"] for record in journal(out)}) == 2)
            victim.send_signal(signal.SIGKILL)
            done = [record["folder"] for record in journal(out)]
            before = identities(out, done)
            assert process.wait(120) == 1, "one is faulty"
    assert len(done) < len(made), "killed in the middle"
    assert identities(out, done) == before, "what was finished is not built again"
    assert states(out) == {one.path.parent.name: "faulty" if one.fault else "built" for one in made}
    assert str(victim.pid) in {one["process"].rpartition(":")[2] for one in summary(out)["departments"]}
    assert len(journal(out)) == len(made), "nothing is told twice"
    assert not left_behind(out)
    # the same bytes as on this machine alone, and nothing left to do
    assert batch(tmp_path / "in", tmp_path / "alone", *FORMATS, "-j", "2").code == 1
    assert hashes(out) == hashes(tmp_path / "alone")
    assert (out / "totals.csv").read_bytes() == (tmp_path / "alone" / "totals.csv").read_bytes()
    assert batch(tmp_path / "in", out, *FORMATS, "-j", "2", "--resume").code == 1
    assert summary(out)["counts"]["kept"] == len(made) - 1


@pytest.mark.long
def test_a_scheduler_that_is_lost_ends_the_batch_with_a_summary_of_what_is_done(tmp_path: Path) -> None:
    made = make(tmp_path / "in", "S" * 12)
    out = tmp_path / "out"
    asked = (*FORMATS, "--engine", "dask", "--scheduler")
    with (
        scheduler() as (address, lost),
        workers(address, 1, tmp_path),
        running(tmp_path / "in", out, *asked, address) as process,
    ):
        wait_for(lambda: len(journal(out)) >= 2)
        lost.kill()
        assert process.wait(120) == 1
    said = summary(out)
    assert [fault["message"].split("；")[0] for fault in said["faults"]] == ["与调度器的连接断了"]
    assert said["counts"]["failed"] == 0
    assert 2 <= said["counts"]["built"] == len(made) - said["counts"]["left"] < len(made)
    assert batch(tmp_path / "in", out, *FORMATS, "--resume", "-j", "2").code == 0
    assert summary(out)["counts"]["kept"] >= said["counts"]["built"]


@pytest.mark.long
def test_what_is_wrong_with_a_cluster_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from reportgen.batch import dask_engine

    monkeypatch.setattr(dask_engine, "_PATIENCE", 2)
    from typer.testing import CliRunner

    from reportgen.cli import app

    make(tmp_path / "in", "S")

    def told(address: str) -> str:
        started = time.monotonic()
        asked = ["batch", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--engine", "dask"]
        result = CliRunner().invoke(app, [*asked, "--scheduler", address])
        assert result.exit_code == 1
        assert time.monotonic() - started < 30
        return result.stderr

    assert "连不上调度器" in told(f"tcp://127.0.0.1:{free_port()}")
    assert "连不上调度器" in told("nonsense://")
    with scheduler() as (address, _):
        assert "调度器没有工作进程" in told(address)
    assert not (tmp_path / "out" / "batch.json").exists()


def test_machines_with_other_programs_are_named_with_what_differs() -> None:
    from reportgen.batch.dask_engine import _common
    from reportgen.faults import FaultyInput

    ours = {"weasyprint": "70.0", "字体": "a"}
    assert _common({"tcp://1": ours, "tcp://2": dict(ours)}) == ours
    with pytest.raises(FaultyInput) as raised:
        _common({"tcp://1": ours, "tcp://2": {"weasyprint": "69.0", "字体": "a"}})
    (fault,) = raised.value.faults
    assert str(fault) == (
        "tcp://2: 错误：weasyprint 是“69.0”，tcp://1 是“70.0”；各台机器要装一样的程序、库和字体"
    )


def test_a_worker_that_cannot_see_the_folder_or_has_another_program_builds_nothing(tmp_path: Path) -> None:
    from reportgen.batch.dask_engine import build_remotely
    from reportgen.batch.fingerprint import engine, engine_hash
    from reportgen.batch.record import Job, Options
    from reportgen.build import Format

    (one,) = make(tmp_path / "in", "S")
    options = Options((Format.CSV,), None, verified=True, force=False)
    job = Job(one.path, "甲", tmp_path / "out", options, engine_hash(engine()))
    (fault,) = build_remotely(job).findings
    assert f"看不到 {tmp_path / 'out'}" in fault.message
    assert not job.out.exists()
    job.out.mkdir()
    (job.out / "batch.jsonl").touch()
    (fault,) = build_remotely(Job(one.path, "甲", job.out, options, "another")).findings
    assert "的程序、库或字体与别的工作进程不同" in fault.message
    assert f"{os.getpid()}" in fault.message
    assert build_remotely(job).outputs
