"""`build --watch` as people run it: what is saved is built as `build` does it, and shown."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

import docx
import pytest
from lxml import html as lxml_html
from typer.testing import CliRunner
from watched import FORMATS, LINES, LONG_ENOUGH, NAME, Watched, department, watching

from reportgen.build import Format, build
from reportgen.cli import app
from reportgen.faults import Severity
from reportgen.render.means import ALONE
from reportgen.watch.board import Board
from reportgen.watch.order import Order
from reportgen.watch.rounds import build_round
from reportgen.watch.server import HOST


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return department(tmp_path)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A watch that has built once; every test leaves its input as it found it."""
    folder = tmp_path_factory.mktemp("watched")
    department(folder)
    with watching(folder) as watched:
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
    with watching(folder) as watched:
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
    with watching(source.parent) as watched:
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


# --- a round ---


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
