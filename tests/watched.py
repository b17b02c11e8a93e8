"""A tiny department, and `build --watch` at it in a process of its own."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

from reading import ROOT

from reportgen.build import Format
from reportgen.render import record_cache
from reportgen.watch.server import HOST

EXAMPLES = ROOT / "data" / "examples"
TINY = ROOT / "tests" / "profiles" / "tiny"
NAME = "某局2025年部门预算"
FORMATS = (Format.PDF, Format.DOCX, Format.HTML)
LONG_ENOUGH = 90
"""Seconds after which what is waited for does not come."""

INPUT = """\
格式: standard
年度: 2025
部门: {编码: "101", 名称: 某局, 性质: 行政单位, 职责: [办理日常事务]}
默认: {资金: 一般公共预算}
支出: lines.csv
"""
LINES = """\
功能科目,部门经济科目,支出性质,金额,上年预算数
2010506,30101,基本支出,820000.00,790000.00
"""


def department(folder: Path) -> Path:
    shutil.copytree(TINY, folder / "profile")
    (folder / "lines.csv").write_text(LINES, "utf-8")
    (folder / "dept.yaml").write_text(INPUT, "utf-8")
    return folder / "dept.yaml"


class Watched:
    """The command in a process of its own, its lines as they come."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.source, self.lines_csv = folder / "dept.yaml", folder / "lines.csv"
        command = [sys.executable, "-m", "reportgen", "build", "dept.yaml", "--watch", "--profile", "profile"]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            record_cache.SWITCH: str(folder / "cache"),
            "PYTHONUTF8": "1",
        }
        self.process = subprocess.Popen(
            [*command, "--format", ",".join(FORMATS), *options],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        self._lines: Queue[str] = Queue()
        Thread(target=self._read, daemon=True).start()
        said = re.search(rf"http://{re.escape(HOST)}:(\d+)/", self.line())
        assert said
        self.port = int(said[1])

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip("\n"))

    def line(self) -> str:
        try:
            return self._lines.get(timeout=LONG_ENOUGH)
        except Empty:
            raise AssertionError("no line came") from None

    def round(self) -> str:
        """The next line that tells of a round."""
        while not re.match(r"\d\d:\d\d:\d\d ", line := self.line()):
            pass
        return line

    def get(self, path: str, host: str | None = None, method: str = "GET") -> tuple[int, bytes]:
        return get(self.port, path, host, method)

    def page(self) -> str:
        status, content = self.get("/")
        assert status == 200
        return content.decode()

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / "out").iterdir()}

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(LONG_ENOUGH)


def get(port: int, path: str, host: str | None = None, method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(HOST, port, timeout=LONG_ENOUGH)
    connection.putrequest(method, path, skip_host=True)
    if host != "":
        connection.putheader("Host", host or f"{HOST}:{port}")
    connection.endheaders()
    answer = connection.getresponse()
    try:
        return answer.status, answer.read()
    finally:
        connection.close()


@contextmanager
def watching(folder: Path, *options: str) -> Iterator[Watched]:
    watched = Watched(folder, *options)
    try:
        yield watched
    finally:
        watched.process.kill()
        watched.process.wait()
