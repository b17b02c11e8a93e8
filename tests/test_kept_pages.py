"""Pages kept from one build to the next, and pages laid out in other processes: the same bytes."""

from __future__ import annotations

import functools
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from reading import ROOT
from strategies import composed, disclosures

from reportgen import verify
from reportgen.build import Format, build
from reportgen.compose import Document
from reportgen.faults import Fault, FaultyInput, Place
from reportgen.render import record_cache, stretch_records, word_file, workers
from reportgen.render.means import Means
from reportgen.render.pdf import lay_out
from reportgen.render.record_cache import drop_oldest
from reportgen.render.stretches import is_separable
from reportgen.render.workers import standing_by

CACHED, TWO = Means(cached=True), Means(processes=2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache") / "kept"


@pytest.fixture
def cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(record_cache.SWITCH, str(folder))
    return folder


@pytest.fixture(scope="module")
def plain(document: Document) -> bytes:
    return lay_out(document).pdf(document, {})


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stretches that are laid out from now on."""
    made: list[str] = []
    original = stretch_records.lay_out_part

    def counted(part: str, press: Any) -> Any:
        made.append(part)
        return original(part, press)

    monkeypatch.setattr(stretch_records, "lay_out_part", counted)
    return made


def test_kept_pages_make_the_same_file_and_are_not_laid_out_again(
    document: Document, plain: bytes, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _counted(monkeypatch)
    assert lay_out(document, CACHED).pdf(document, {}) == plain
    assert len(made) > 10
    made.clear()
    assert lay_out(document, CACHED).pdf(document, {}) == plain
    assert made == []


def test_after_one_changed_word_one_stretch_is_laid_out_again(
    document: Document, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(document, CACHED)
    made = _counted(monkeypatch)
    start = document.html.index('data-code="表三"')
    changed = replace(document, html=document.html[:start] + document.html[start:].replace("合计", "总计", 1))
    again = lay_out(changed, CACHED).pdf(changed, {})
    assert len(made) == 1
    assert "总计" in made[0]
    assert again == lay_out(changed).pdf(changed, {})


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(typed=disclosures())
def test_whatever_was_built_before_a_build_with_kept_pages_is_the_plain_one(
    typed: dict[str, Any], cache: Path
) -> None:
    made = composed(typed)
    assert lay_out(made, CACHED).pdf(made, {}) == lay_out(made).pdf(made, {})


def test_a_kept_page_that_was_damaged_or_cut_off_is_laid_out_again(
    document: Document, plain: bytes, cache: Path
) -> None:
    lay_out(document, CACHED)
    entries = sorted((cache / record_cache.FOLDER).iterdir())
    assert len(entries) > 10
    for at, entry in enumerate(entries):
        content = entry.read_bytes()
        spoilt = (
            content[:-20],
            content.replace(b'"kind"', b'"find"'),
            b"",
            content[:40] + b"9" + content[41:],
        )
        entry.write_bytes(spoilt[at % 4])
    assert lay_out(document, CACHED).pdf(document, {}) == plain


def test_kept_pages_are_for_their_owner_alone(document: Document, cache: Path) -> None:
    lay_out(document, CACHED)
    own = cache / record_cache.FOLDER
    assert own.stat().st_mode & 0o077 == 0
    assert not [entry for entry in own.iterdir() if entry.stat().st_mode & 0o077]


def test_a_folder_that_cannot_be_written_does_no_harm(
    document: Document, plain: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(record_cache.SWITCH, str(tmp_path / "file" / "cache"))
    assert lay_out(document, CACHED).pdf(document, {}) == plain


def test_what_was_used_longest_ago_is_dropped_first_and_nothing_that_is_not_ours(tmp_path: Path) -> None:
    names = [f"{at:064x}" for at in range(5)]
    for at, name in enumerate([*names, "论文.docx"]):
        path = tmp_path / name
        path.write_bytes(bytes(100))
        os.utime(path, (1000 + at, 1000 + at))
    os.utime(tmp_path / "论文.docx", (1, 1))
    drop_oldest(tmp_path, 250)
    assert {path.name for path in tmp_path.iterdir()} == {names[3], names[4], "论文.docx"}


def test_pages_in_a_folder_that_others_can_write_are_not_used(
    document: Document, plain: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(record_cache.SWITCH, str(tmp_path))
    lay_out(document, CACHED)
    (own,) = tmp_path.iterdir()
    own.chmod(0o777)
    made = _counted(monkeypatch)
    assert lay_out(document, CACHED).pdf(document, {}) == plain
    assert made


def test_without_a_home_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(_: type[Path]) -> Path:
        raise RuntimeError

    monkeypatch.delenv(record_cache.SWITCH, raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", classmethod(nobody))
    assert record_cache.cache_folder() is None


@pytest.mark.parametrize(
    "css",
    [
        ".stamp { position: fixed }",
        "section { break-before: right !important }",
        ".table { page-break-after: left }",
        "p { float: footnote }",
        "h2 + table { margin: 0 }",
        "p:first-child { color: black }",
        r"p { po\73ition: fixed }",
        "@page { margin: 1cm }",
        "@import 'x'",
    ],
)
def test_a_style_sheet_that_looks_at_pages_or_neighbours_keeps_the_body_whole(css: str) -> None:
    assert not is_separable(css)


def test_a_style_sheet_of_looks_lets_the_body_be_cut() -> None:
    assert is_separable(
        "/* 格子贴紧 */ .tables .wide td { padding: 1.5pt 1.1pt } .form { break-inside: auto }"
    )


def test_other_fonts_make_other_keys(tmp_path: Path) -> None:
    """A font that is installed or a rule that is changed makes every kept page useless."""
    rule = tmp_path / "fonts.conf"
    rule.write_text(
        "<fontconfig><include>/etc/fonts/fonts.conf</include><selectfont><rejectfont><pattern>"
        '<patelt name="family"><string>Noto Sans CJK SC</string></patelt></pattern></rejectfont>'
        "</selectfont></fontconfig>"
    )
    said = []
    for surroundings in ({}, {}, {"FONTCONFIG_FILE": str(rule)}):
        command = [sys.executable, "-c", "from reportgen.render.machine import machine; print(machine())"]
        env = {**os.environ, **surroundings}
        said.append(subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True).stdout)
    assert said[0] == said[1] != said[2]


# --- processes ---


def test_what_lies_in_the_current_folder_is_not_taken_for_a_module(tmp_path: Path) -> None:
    """A department's folder may come from anybody."""
    for name in ("fontTools", "pickle", "lxml", "typing"):
        (tmp_path / f"{name}.py").write_text("open('ran', 'w').close()")
    ran = subprocess.run(workers.COMMAND, cwd=tmp_path, input=b"", capture_output=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert not (tmp_path / "ran").exists()


def test_two_processes_make_the_same_file(
    document: Document, plain: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _counted(monkeypatch)
    lay_out(document)
    alone = len(made)
    made.clear()
    with _ready() as means:
        assert lay_out(document, means).pdf(document, {}) == plain
    assert len(made) < alone  # the other process did the rest


def test_a_docx_is_made_and_read_back_by_another_process_as_by_this_one(
    example: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    formats = [Format.PDF, Format.DOCX]
    alone = build(example, formats).files
    here: list[str] = []
    for module, name in ((word_file, "word_file"), (verify, "verify")):
        monkeypatch.setattr(module, name, _noted(getattr(module, name), here))
    with _ready() as means:
        assert build(example, formats, means=means).files == alone
    assert here in ([], ["verify"])  # of two files this process may read one


def _noted(function: Any, here: list[str]) -> Any:
    """The same function to another process, which finds it by its name."""

    @functools.wraps(function)
    def noted(*said: Any, **named: Any) -> Any:
        here.append(function.__name__)
        return function(*said, **named)

    return noted


@contextmanager
def _ready() -> Iterator[Means]:
    """A process that stands by and has nothing to load any more."""
    with standing_by(TWO, ["reportgen.render.docx", "reportgen.verify"]) as means:
        assert means.standing is not None
        (process,) = means.standing.processes
        assert process.stdin is not None
        assert process.stdout is not None
        pickle.dump((int, False, ("7",), {}), process.stdin)
        process.stdin.flush()
        assert pickle.load(process.stdout) == 7
        yield means
        assert list(means.standing.processes) == [process]
        assert process.poll() is None
    assert process.poll() is not None


def test_processes_that_stand_by_are_there_for_the_next_document(
    document: Document, charted: Document, plain: bytes
) -> None:
    with _ready() as means:
        assert lay_out(document, means).pdf(document, {}) == plain
        lay_out(charted, means)  # it looks otherwise
        assert lay_out(document, means).pdf(document, {}) == plain


def test_a_document_that_is_refused_leaves_a_process_for_the_next_one(
    document: Document, plain: bytes, standard: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages are begun before the rules have looked at what is printed."""

    def refuse(_: object) -> None:
        raise FaultyInput([Fault(Place("dept.yaml"), "试")])

    with standing_by(TWO, ["json"]) as means:
        assert means.standing is not None
        with monkeypatch.context() as patched, pytest.raises(FaultyInput):
            patched.setattr("reportgen.build._sound", refuse)
            build(standard, [Format.PDF], means=means)
        (process,) = means.standing.processes
        assert process.poll() is None
        assert lay_out(document, means).pdf(document, {}) == plain
        assert list(means.standing.processes) == [process]
    assert process.poll() is not None


@pytest.mark.parametrize(
    "program",
    [
        "import sys; sys.exit(3)",
        "import pickle, sys; pickle.dump(True, sys.stdout.buffer); sys.stdout.flush(); sys.stdin.read(9_000)",
        "import sys; sys.stdout.write('no record'); sys.stdout.flush(); sys.stdin.buffer.read()",
    ],
    ids=["dies at once", "dies at its work", "says something else"],
)
def test_a_process_that_is_lost_costs_nothing_but_time(
    program: str, document: Document, plain: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-c", program]
    monkeypatch.setattr(workers, "COMMAND", command)
    assert lay_out(document, TWO).pdf(document, {}) == plain
