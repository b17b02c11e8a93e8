"""Every file that an input reads is watched, however it is saved."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import docx
import pytest
from reading import ROOT
from watched import EXAMPLES, INPUT, LINES, department

from reportgen.build import Format, build, examine
from reportgen.faults import FaultyInput
from reportgen.load import load_disclosure
from reportgen.load.asked import asked
from reportgen.watch import changes
from reportgen.watch.changes import wait_for_change


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return department(tmp_path)


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
