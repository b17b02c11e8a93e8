"""`build --watch`: what is saved is seen, built as `build` does it, and shown to this computer alone."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from reading import ROOT
from typer.testing import CliRunner

from reportgen.build import Format, build, examine
from reportgen.cli import app
from reportgen.faults import Fault, FaultyInput, Place, Severity
from reportgen.load import load_disclosure
from reportgen.load.asked import asked
from reportgen.render import record_cache
from reportgen.render.means import ALONE
from reportgen.watch import changes
from reportgen.watch.board import Board
from reportgen.watch.changes import wait_for_change
from reportgen.watch.order import Order
from reportgen.watch.page import POLICY, page
from reportgen.watch.rounds import build_round
from reportgen.watch.server import HOST, Server, serving

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


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return _department(tmp_path)


def _department(folder: Path) -> Path:
    shutil.copytree(TINY, folder / "profile")
    (folder / "lines.csv").write_text(LINES, "utf-8")
    (folder / "dept.yaml").write_text(INPUT, "utf-8")
    return folder / "dept.yaml"


# --- the command, as people run it ---


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
        return _get(self.port, path, host, method)

    def page(self) -> str:
        status, content = self.get("/")
        assert status == 200
        return content.decode()

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (self.folder / "out").iterdir()}

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(LONG_ENOUGH)


def _get(port: int, path: str, host: str | None = None, method: str = "GET") -> tuple[int, bytes]:
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
def _watching(folder: Path, *options: str) -> Iterator[Watched]:
    watched = Watched(folder, *options)
    try:
        yield watched
    finally:
        watched.process.kill()
        watched.process.wait()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A watch that has built once; every test leaves its input as it found it."""
    folder = tmp_path_factory.mktemp("watched")
    _department(folder)
    with _watching(folder) as watched:
        first = watched.round()
        assert "写出" in first, first
        yield watched


@contextmanager
def _edited(watched: Watched, path: Path, old: str, new: str) -> Iterator[str]:
    """A file saved with another text, the round that follows; and the same back again."""
    before = path.read_text("utf-8")
    assert old in before
    path.write_text(before.replace(old, new, 1), "utf-8")
    try:
        yield watched.round()
    finally:
        path.write_text(before, "utf-8")
        assert "写出" in watched.round()


def _plain(watched: Watched) -> dict[str, bytes]:
    return dict(build(watched.source, FORMATS, profile=watched.folder / "profile").files)


def test_an_amount_that_is_saved_is_in_the_preview_and_in_files_like_those_of_a_plain_build(
    running: Watched,
) -> None:
    assert running.files() == _plain(running)
    assert ">82.00<" in running.page()
    with _edited(running, running.lines_csv, "820000.00", "830000.00") as told:
        assert "lines.csv 改了，写出 " in told
        assert re.search(r"，\d+\.\d 秒；", told)
        assert ">83.00<" in running.page()
        assert ">82.00<" not in running.page()
        assert running.files() == _plain(running)
        assert running.get("/report.pdf") == (200, running.files()[f"{NAME}.pdf"])
    assert ">82.00<" in running.page()


def test_a_fault_is_told_with_its_place_and_the_last_good_preview_stays_until_it_is_mended(
    running: Watched,
) -> None:
    before = running.files()
    with _edited(running, running.lines_csv, "820000.00", "八十二万") as told:
        assert "没有写出文件" in told
        assert "1 处错误" in told
        assert running.line().startswith("lines.csv:2:20: 错误：金额：“八十二万”不是金额")
        page = running.page()
        assert "lines.csv:2:20: 错误：金额：“八十二万”不是金额" in page
        assert "下面还是上次的预览" in page
        assert ">82.00<" in page
        assert running.files() == before
        assert running.get("/report.pdf") == (200, before[f"{NAME}.pdf"])
    assert "处错误" not in running.page()


def test_a_table_of_the_profile_that_is_saved_is_used_at_once(running: Watched) -> None:
    profile = running.folder / "profile" / "profile.yaml"
    with _edited(running, profile, "预算表", "收支预算表") as told:
        assert f"{Path('profile', 'profile.yaml')} 改了，写出 " in told
        assert "2025年部门收支预算表" in running.page()
    assert "收支预算表" not in running.page()


def test_a_template_that_was_not_there_is_used_when_it_comes(running: Watched) -> None:
    own = running.folder / "profile" / "cover.html.j2"
    own.write_text("<p class='name'>新的封面</p>", "utf-8")
    assert "cover.html.j2 改了，写出 " in running.round()
    assert "新的封面" in running.page()
    own.unlink()
    assert "写出" in running.round()
    assert "新的封面" not in running.page()


def test_a_browser_that_waits_is_told_of_each_new_page(running: Watched) -> None:
    connection = http.client.HTTPConnection(HOST, running.port, timeout=LONG_ENOUGH)
    connection.request("GET", "/changes")
    answer = connection.getresponse()
    assert answer.getheader("Content-Type") == "text/event-stream"
    assert _event(answer) == _version(running.page())
    with _edited(running, running.lines_csv, "820000.00", "840000.00"):
        assert _event(answer) == _version(running.page())
    connection.close()


def _event(answer: http.client.HTTPResponse) -> str:
    while not (line := answer.readline().decode()).startswith("data: "):
        assert line, "the stream ended"
    return line.removeprefix("data: ").strip()


def _version(content: str) -> str:
    (version,) = lxml_html.document_fromstring(content).xpath("//script/@data-version")
    return str(version)


def test_the_written_page_has_nothing_of_the_watch(running: Watched) -> None:
    written = running.files()[f"{NAME}.html"]
    assert b"EventSource" not in written
    assert b"EventSource" in running.page().encode()


def test_ctrl_c_ends_it_without_a_fault_and_leaves_nothing_behind(source: Path) -> None:
    folder = source.parent
    with _watching(folder) as watched:
        watched.round()
        hanging = socket.create_connection((HOST, watched.port))
        assert watched.stop() == 0
        hanging.close()
        while (line := watched.line()) != "已停止":
            assert ": 提" in line
        with pytest.raises(ConnectionError):
            watched.get("/")
    assert sorted(path.name for path in (folder / "out").iterdir()) == sorted(_plain(watched))


def test_ctrl_c_while_pages_are_laid_out_ends_it_too(source: Path) -> None:
    with _watching(source.parent) as watched:
        assert watched.stop() == 0
        assert watched.line() == "已停止"
    assert not list(source.parent.rglob(".reportgen-*"))


def test_a_port_that_is_taken_is_told(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(source.parent)
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        result = CliRunner().invoke(app, ["build", "dept.yaml", "--watch", "--port", port])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"--port: 错误：端口 {port} 用不了")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "8000"], "要和 --watch 一起用"),
        (["--open"], "要和 --watch 一起用"),
        (["dept.yaml", "--watch"], "一次只能守着一个"),
    ],
)
def test_options_that_do_not_fit_are_told(options: list[str], said: str) -> None:
    result = CliRunner().invoke(app, ["build", "dept.yaml", *options])
    assert result.exit_code == 2
    assert said.replace(" ", "") in re.sub(r"[│\s]+", "", result.stderr)


# --- who is served what ---


@pytest.fixture
def served() -> Iterator[Server]:
    server = Server(0, Board(links_pdf=True))
    with serving(server):
        yield server


@pytest.fixture(scope="module")
def closed() -> Iterator[Server]:
    """Nobody waits for changes there."""
    server = Server(0, Board(links_pdf=True))
    server.board.close()
    with serving(server):
        yield server


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_the_server_goes_by_the_names_of_this_computer(served: Server, name: str) -> None:
    assert _get(served.server_port, "/", f"{name}:{served.server_port}")[0] == 200


@pytest.mark.parametrize(
    "name",
    [
        "evil.example:{}",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1:{}.evil.example",
        "[::1]:{}",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/", "/report.pdf", "/changes"])
def test_another_name_that_leads_here_is_refused(served: Server, name: str, path: str) -> None:
    status, content = _get(served.server_port, path, name.format(served.server_port))
    assert status in (400, 421)
    assert b"<" not in content


@pytest.mark.parametrize(
    "path",
    [
        "/x",
        "/index.html",
        "/../dept.yaml",
        "/?",
        "/.",
        "/report.pdf/",
        "/%2e%2e/etc/passwd",
        "/etc/passwd",
        "*",
    ],
)
def test_there_is_no_other_page(served: Server, path: str) -> None:
    assert _get(served.server_port, path)[0] == 404


@given(path=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30))
def test_whatever_is_asked_for_only_three_addresses_answer(closed: Server, path: str) -> None:
    status, _ = _get(closed.server_port, "/" + path)
    assert status == (200 if path.lstrip("/") in ("", "changes") else 404)


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_there_is_nothing_to_do_but_read(served: Server, method: str) -> None:
    assert _get(served.server_port, "/", method=method)[0] == 501


def test_the_server_listens_on_this_computer_alone(served: Server) -> None:
    assert served.socket.getsockname()[0] == "127.0.0.1"
    assert served.address == f"http://127.0.0.1:{served.server_port}/"


def test_every_answer_forbids_to_keep_it_to_guess_its_kind_and_to_frame_it(served: Server) -> None:
    for path in ("/", "/nothing"):
        connection = http.client.HTTPConnection(HOST, served.server_port, timeout=LONG_ENOUGH)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.getheader("Cache-Control") == "no-store"
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"
        assert "frame-ancestors 'none'" in (answer.getheader("Content-Security-Policy") or "")
        connection.close()


def test_the_policy_lets_run_what_the_page_has_and_nothing_else(source: Path) -> None:
    (preview,) = build(source, [Format.HTML], profile=TINY).files.values()
    content = page(preview, (), is_old=False, links_pdf=True).content
    root = lxml_html.document_fromstring(content.decode())
    scripts = root.xpath("//script[not(@type)]/text()")
    styles = root.xpath("//style/text()")
    assert (len(scripts), len(styles)) == (2, 2)
    allowed = dict(part.split(" ", 1) for part in POLICY.split("; "))
    for directive, texts in (("script-src", scripts), ("style-src-elem", styles)):
        hashes = {f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts}
        assert set(allowed[directive].split()) == hashes
    assert allowed["default-src"] == "'none'"
    assert root.xpath("//@onclick | //@onload | //@onerror") == []


def test_what_findings_quote_cannot_become_markup() -> None:
    bad = Fault(Place("</summary><script>alert(1)</script>.yaml", 1), "“<img src=x onerror=alert(1)>”")
    content = page(None, (bad,), is_old=True, links_pdf=True).content.decode()
    root = lxml_html.document_fromstring(content)
    assert len(root.xpath("//script")) == 1
    assert root.xpath("//img") == []
    assert "<img src=x onerror=alert(1)>" in root.get_element_by_id("watch").text_content()


def test_the_same_is_the_same_version_and_findings_make_another() -> None:
    preview = b"<!DOCTYPE html><html><head></head><body><p>1</p></body></html>"
    hint = Fault(Place("dept.yaml", 1), "x", Severity.HINT)
    first, again, other, found = (
        page(content, findings, is_old=False, links_pdf=False).version
        for content, findings in (
            (preview, ()),
            (preview, ()),
            (preview.replace(b"1", b"2"), ()),
            (preview, (hint,)),
        )
    )
    assert first == again
    assert len({first, other, found}) == 3


# --- what is built ---


def _order(source: Path, *formats: Format) -> Order:
    return Order(
        source=source,
        formats=formats or (Format.DOCX,),
        out=source.parent / "out",
        profile=source.parent / "profile",
        unit=None,
        verified=True,
        force=False,
        means=ALONE,
        progress=lambda: nullcontext(lambda _: None),
    )


def test_a_word_file_that_somebody_edited_is_not_replaced_but_the_preview_is_new(source: Path) -> None:
    order, board = _order(source), Board(links_pdf=False)
    (target,) = build_round(order, board).written
    edited = docx.Document(str(target))
    edited.core_properties.modified = datetime(2025, 1, 8, tzinfo=UTC)
    edited.save(str(target))
    before = target.read_bytes()
    lines = source.parent / "lines.csv"
    lines.write_text(LINES.replace("820000", "850000"), "utf-8")
    outcome = build_round(order, board)
    assert (outcome.is_sound, outcome.written) == (False, ())
    assert [fault.place.file for fault in outcome.findings if fault.severity is Severity.ERROR] == [
        str(target)
    ]
    assert target.read_bytes() == before
    shown = board.page.content.decode()
    assert ">85.00<" in shown
    assert "生成以后有人改过，没有覆盖" in shown
    assert "上次的预览" not in shown
    assert build_round(replace(order, force=True), board).is_sound
    assert target.read_bytes() != before


def test_an_output_folder_that_cannot_be_written_is_a_finding(source: Path) -> None:
    (source.parent / "out").write_text("mine", "utf-8")
    outcome = build_round(_order(source), Board(links_pdf=False))
    assert not outcome.is_sound
    assert "写不了文件" in str(outcome.findings[-1])


def test_a_pdf_that_is_being_made_is_waited_for() -> None:
    board = Board(links_pdf=True)
    board.end(b"old")
    board.begin()
    assert board.pdf(0) == b"old"
    got: list[bytes | None] = []
    waiting = Thread(target=lambda: got.append(board.pdf(LONG_ENOUGH)))
    waiting.start()
    board.end(b"new")
    waiting.join()
    assert got == [b"new"]


# --- what is watched ---

_opened: list[str] | None = None


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _opened is not None and isinstance(arguments[0], str | bytes):
        _opened.append(os.fsdecode(arguments[0]))


sys.addaudithook(_hook)


@contextmanager
def _everything_opened() -> Iterator[list[str]]:
    global _opened  # noqa: PLW0603  (an audit hook stays for ever)
    opened = _opened = []
    try:
        yield opened
    finally:
        _opened = None


@pytest.mark.parametrize(
    ("name", "of_input"),
    [
        ("standard/dept.yaml", {"lines.csv", "2024"}),
        ("standard/dept.xlsx", {"dept.xlsx"}),
        ("hubei-jianghan/dept.yaml", {"本级/unit.yaml", "交通大队/lines.csv"}),
        ("chongqing-yongchuan/dept.yaml", {"projects.csv"}),
    ],
)
def test_every_file_that_is_opened_is_watched(name: str, of_input: set[str]) -> None:
    with asked() as read, _everything_opened() as opened:
        examine(EXAMPLES / name)
    ours = _below(opened, EXAMPLES, ROOT / "templates")
    assert len(ours) > 10
    assert ours <= {path.resolve() for path in read}
    assert all(any(f"/{part}" in str(path) for path in read) for part in of_input)


def _below(opened: list[str], *folders: Path) -> set[Path]:
    paths = {Path(one).resolve() for one in opened}
    return {path for path in paths if any(folder in path.parents for folder in folders)}


def test_every_file_of_a_profile_of_ones_own_is_watched(source: Path) -> None:
    own = source.parent / "profile"
    docx.Document().save(str(own / "reference.docx"))
    (own / "style.css").write_text("td { color: #111 }", "utf-8")
    (own / "cover.html.j2").write_text("{% include 'below/name.html.j2' %}", "utf-8")
    (own / "below").mkdir()
    (own / "below" / "name.html.j2").write_text("<p class='name'>{{ department.name }}</p>", "utf-8")
    with asked() as read, _everything_opened() as opened:
        build(source, [Format.DOCX], profile=own)
    ours = _below(opened, source.parent)
    assert {path for path in own.rglob("*") if path.is_file()} <= ours
    assert ours <= set(read)


def test_files_that_are_missing_are_watched_too(source: Path) -> None:
    (source.parent / "lines.csv").unlink()
    source.write_text(INPUT.replace("默认", "上年: ../去年/dept.yaml\n默认"), "utf-8")
    with asked() as read, pytest.raises(FaultyInput):
        load_disclosure(source)
    assert read[source.parent / "lines.csv"] is None
    assert read[source] is not None


def test_nothing_is_noted_when_nobody_asks(source: Path) -> None:
    with asked() as read:
        pass
    load_disclosure(source)
    assert read == {}


def test_a_file_is_noted_as_it_was_before_it_was_read(source: Path) -> None:
    lines = source.parent / "lines.csv"
    with asked() as read:
        load_disclosure(source)
        before = dict(read)
        lines.write_text(LINES.replace("820000", "1"), "utf-8")
        load_disclosure(source)
    assert read == before
    assert wait_for_change(read).paths == (lines,)


# --- how saves are seen ---


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "EVERY", 0.01)
    monkeypatch.setattr(changes, "REST", 0.05)


@pytest.fixture
def seen(source: Path, quick: None) -> dict[Path, Any]:
    with asked() as read:
        examine(source, profile=source.parent / "profile")
    return read


def _meanwhile(do: Callable[[], None]) -> Thread:
    thread = Thread(target=do)
    thread.start()
    return thread


def test_several_saves_in_a_row_are_one_change(seen: dict[Path, Any], source: Path) -> None:
    lines = source.parent / "lines.csv"

    def save() -> None:
        for amount in range(10):
            lines.write_text(LINES.replace("820000", str(amount)), "utf-8")
            time.sleep(0.02)
        source.write_text(INPUT + "\n", "utf-8")

    saving = _meanwhile(save)
    change = wait_for_change(seen)
    saving.join()
    assert set(change.paths) == {lines, source}
    assert change.states[lines] == (lines.stat().st_mtime_ns, lines.stat().st_size, lines.stat().st_ino)


def test_an_editor_that_saves_by_renaming_is_seen_once_the_new_file_is_there(
    seen: dict[Path, Any], source: Path
) -> None:
    lines = source.parent / "lines.csv"

    def save() -> None:
        lines.rename(lines.with_suffix(".bak"))
        time.sleep(0.3)
        new = lines.with_suffix(".tmp")
        new.write_text(LINES.replace("820000", "1"), "utf-8")
        new.rename(lines)

    saving = _meanwhile(save)
    change = wait_for_change(seen)
    saving.join()
    assert change.paths == (lines,)
    assert change.states[lines] is not None


def test_the_same_size_and_time_in_another_file_is_a_change(seen: dict[Path, Any], source: Path) -> None:
    lines = source.parent / "lines.csv"
    about = lines.stat()
    new = lines.with_suffix(".tmp")
    new.write_text(LINES.replace("820000", "820001"), "utf-8")
    os.utime(new, ns=(about.st_atime_ns, about.st_mtime_ns))
    new.rename(lines)
    assert wait_for_change(seen).paths == (lines,)


def test_a_file_that_stays_away_is_a_change_after_a_while(seen: dict[Path, Any], source: Path) -> None:
    lines = source.parent / "lines.csv"
    lines.unlink()
    change = wait_for_change(seen)
    assert (change.paths, change.states[lines]) == ((lines,), None)


def test_a_new_table_of_the_profile_is_a_change(seen: dict[Path, Any], source: Path) -> None:
    folder = source.parent / "profile" / "tables"
    folder.mkdir()
    (folder / "表三-部门支出总表.yaml").write_text("title: x", "utf-8")
    assert folder in wait_for_change(seen).paths
    with asked() as read, suppress(FaultyInput):
        examine(source, profile=source.parent / "profile")
    (folder / ".表三.swp").write_text("", "utf-8")  # an editor's own
    (folder / "另一张.yaml").write_text("title: x", "utf-8")
    assert wait_for_change(read).paths == (folder,)
