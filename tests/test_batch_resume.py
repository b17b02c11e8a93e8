"""A batch that is stopped or killed at any moment goes on where it was, and does nothing twice."""

from __future__ import annotations

import os
import shutil
import signal
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from batches import (
    TINY,
    batch,
    hashes,
    identities,
    is_alive,
    journal,
    left_behind,
    running,
    states,
    summary,
    wait_for,
)
from departments import Made, make
from hypothesis import given
from hypothesis import strategies as st

from reportgen.batch.fingerprint import engine, fingerprint
from reportgen.batch.folder import TEMPORARY, clean
from reportgen.batch.journal import JOURNAL, Journal, read_journal
from reportgen.batch.record import Job, Options, Record, State
from reportgen.batch.resume import plan
from reportgen.batch.work import work
from reportgen.build import Format
from reportgen.render import files as render_files

SOME = 8
"""Finished departments after which a batch is stopped."""


@dataclass(frozen=True)
class Thirty:
    folder: Path
    made: list[Made]
    fresh: Path
    """Where a batch wrote that nobody stopped."""


OPTIONS = ("-j", "2", "--format", "html,csv")


@pytest.fixture(scope="module")
def thirty(tmp_path_factory: pytest.TempPathFactory) -> Thirty:
    folder, out = tmp_path_factory.mktemp("departments"), tmp_path_factory.mktemp("fresh")
    made = make(folder, "SSSSSSSSSM" * 3, faulty=3)
    assert batch(folder, out, *OPTIONS).code == 1
    return Thirty(folder, made, out)


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda s: s.name)
def test_a_batch_that_was_stopped_goes_on_and_does_nothing_twice(
    thirty: Thirty, tmp_path: Path, stop: signal.Signals
) -> None:
    folder, out = thirty.folder, tmp_path / "out"
    with running(folder, out, *OPTIONS) as process:
        wait_for(lambda: len(journal(out)) >= SOME)
        # Ctrl+C reaches every process of the group, the others the batch alone
        (os.killpg if stop is signal.SIGINT else os.kill)(process.pid, stop)
        assert process.wait(30) == (-signal.SIGKILL if stop is signal.SIGKILL else 130)
        wait_for(lambda: not is_alive(process.pid), seconds=10)
    finished = [record["folder"] for record in journal(out) if record["state"] == "built"]
    assert SOME - 3 <= len(finished) < len(thirty.made) - 3, "stopped in the middle"
    if stop is not signal.SIGKILL:
        said = summary(out)
        assert said["stopped"]
        assert {one["folder"] for one in said["departments"] if one["state"] == "built"} == set(finished)
        assert len(said["departments"]) + len(said["left"]) == len(thirty.made)
        assert not left_behind(out)
    before = identities(out, finished)

    again = batch(folder, out, *OPTIONS, "--resume")
    assert again.code == 1, "three are faulty"
    assert identities(out, finished) == before
    assert states(out) == {one.path.parent.name: "faulty" if one.fault else "built" for one in thirty.made}
    assert summary(out)["counts"]["kept"] == len(finished)
    built = Counter(record["folder"] for record in journal(out) if record["state"] == "built")
    assert set(built.values()) == {1}
    assert not left_behind(out)

    assert hashes(out) == hashes(thirty.fresh)
    assert (out / "totals.csv").read_bytes() == (thirty.fresh / "totals.csv").read_bytes()


# --- what stands ---


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A department that names every kind of file, with a profile of the user's own."""
    home = tmp_path / "in" / "甲局"
    make(tmp_path / "made", "M")[0].path.parent.rename(home) if home.parent.mkdir() is None else None
    main = home / "dept.yaml"
    earlier = home / "2024"
    earlier.mkdir()
    (earlier / "dept.yaml").write_text(main.read_text("utf-8").replace("2025", "2024"), "utf-8")
    lines = (home / "lines.csv").read_text("utf-8")
    (earlier / "lines.csv").write_text(lines, "utf-8")
    without_prior = [line.rsplit(",", 1)[0] for line in lines.splitlines()]
    (home / "lines.csv").write_text("\n".join(without_prior) + "\n", "utf-8")
    main.write_text(main.read_text("utf-8") + "上年: 2024/dept.yaml\n", "utf-8")
    shutil.copytree(TINY, tmp_path / "profile")
    for path in tmp_path.rglob("*"):
        os.utime(path, (1, 1))
    options = Options((Format.HTML, Format.DOCX), tmp_path / "profile", verified=True, force=False)
    return Job(main, "甲局", tmp_path / "out", options, "engine")


@pytest.fixture
def record(job: Job, monkeypatch: pytest.MonkeyPatch) -> Record:
    # the files were written just now, which is not what these tests are about
    monkeypatch.setattr("reportgen.batch.work._written_since", lambda *_: False)
    made = work(job)
    assert made.state is State.BUILT, made.findings
    return made


def stands(job: Job, record: Record) -> bool:
    todo = plan([job], {record.input: record})
    assert len(todo.jobs) + len(todo.kept) == 1
    return bool(todo.kept)


def test_what_is_as_it_was_stands(job: Job, record: Record) -> None:
    assert stands(job, record)
    assert record.made_of is not None
    read = {Path(path).relative_to(job.path.parent).as_posix() for path in record.made_of.sources}
    assert read == {"dept.yaml", "lines.csv", "2024/dept.yaml", "2024/lines.csv"}
    assert len(record.made_of.folders) == 2, "the profile's own folder and the one it extends"


Change = Callable[[Job], object]


def touched(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


@pytest.mark.parametrize(
    "change",
    [
        lambda job: touched(job.path),
        lambda job: touched(job.path.parent / "lines.csv"),
        lambda job: touched(job.path.parent / "2024" / "dept.yaml"),
        lambda job: touched(job.path.parent / "2024" / "lines.csv"),
        lambda job: touched(job.options.profile / "profile.yaml"),
        lambda job: (job.options.profile / "style.css").write_text("", "utf-8"),
        lambda job: (job.path.parent / "lines.csv").unlink(),
        lambda job: next(job.out.rglob("*.html")).unlink(),
        lambda job: touched(next(job.out.rglob("*.html"))),
        lambda job: next(job.out.rglob("*.docx")).write_bytes(b"PK torn"),
    ],
    ids=[
        "input", "lines", "year before", "its lines", "profile", "a file more in the profile",
        "lines gone", "output gone", "output changed", "output torn",
    ],
)  # fmt: skip
def test_what_changed_is_built_again(job: Job, record: Record, change: Change) -> None:
    change(job)
    assert not stands(job, record)


@pytest.mark.parametrize(
    "other",
    [
        lambda job: replace(job, engine="another"),
        lambda job: replace(job, name="别的"),
        lambda job: replace(job, options=replace(job.options, formats=(Format.HTML,))),
        lambda job: replace(job, options=replace(job.options, profile=None)),
        lambda job: replace(job, options=replace(job.options, verified=False)),
    ],
    ids=["program", "folder", "formats", "profile", "verified"],
)
def test_what_is_asked_for_otherwise_is_built_again(
    job: Job, record: Record, other: Callable[[Job], Job]
) -> None:
    assert not stands(other(job), record)


def test_a_report_that_somebody_went_on_with_is_left_alone_and_told(job: Job, record: Record) -> None:
    path = next(job.out.rglob("*.docx"))
    edited = docx.Document(str(path))
    edited.core_properties.modified = datetime.now(UTC)
    edited.save(str(path))
    (kept,) = plan([job], {record.input: record}).kept
    (told,) = set(kept.findings) - set(record.findings)
    assert "生成以后有人改过，输入没有变，留着没有重做" in told.message
    assert not stands(replace(job, options=replace(job.options, force=True)), record)
    touched(job.path.parent / "lines.csv")
    assert not stands(job, record)


def damaged(path: Path) -> None:
    """What tells when it was changed cannot be unpacked any more."""
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("docProps/core.xml")
    content = bytearray(path.read_bytes())
    begin = part.header_offset + 30 + len(part.filename)
    content[begin : begin + part.compress_size] = b"\xff" * part.compress_size
    path.write_bytes(content)


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


@pytest.mark.parametrize("spoil", [damaged, torn], ids=lambda spoil: spoil.__name__)
def test_a_damaged_report_is_built_again_and_replaced(
    job: Job, record: Record, spoil: Callable[[Path], None]
) -> None:
    path = next(job.out.rglob("*.docx"))
    before = path.read_bytes()
    spoil(path)
    assert not stands(job, record)
    assert work(job).state is State.BUILT
    assert path.read_bytes() == before


def test_a_report_saved_with_a_password_is_somebodys_work(job: Job, record: Record) -> None:
    path = next(job.out.rglob("*.docx"))
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504))
    assert stands(job, record)
    assert work(job).state is State.FAULTY
    assert path.read_bytes()[:2] == b"\xd0\xcf"


@pytest.mark.parametrize("where", ["XDG_CONFIG_HOME", "FONTCONFIG_FILE"])
def test_a_rule_for_fonts_is_part_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    rules = tmp_path / "fontconfig" / "fonts.conf"
    rules.parent.mkdir()
    monkeypatch.setenv(where, str(tmp_path if where == "XDG_CONFIG_HOME" else rules))
    engine.cache_clear()
    before = engine()
    rules.write_text("<fontconfig/>", "utf-8")
    engine.cache_clear()
    after = engine()
    engine.cache_clear()
    assert after["字体规则"] != before["字体规则"]


@pytest.mark.parametrize("state", [State.FAULTY, State.DIED])
def test_what_failed_is_tried_again(job: Job, record: Record, state: State) -> None:
    assert not stands(job, record.model_copy(update={"state": state}))


@pytest.mark.parametrize("name", ["in/甲局/lines.csv", "profile/profile.yaml"])
def test_what_is_written_while_it_is_read_is_told_and_built_again(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def saved_meanwhile(*arguments: object) -> object:
        touched(tmp_path / name)
        return fingerprint(*arguments)  # type: ignore[arg-type]

    assert not any("生成期间有人改过" in fault.message for fault in settled(job).findings)
    monkeypatch.setattr("reportgen.batch.work.fingerprint", saved_meanwhile)
    made = settled(job)
    assert made.state is State.BUILT
    assert made.made_of is None
    (told,) = (fault for fault in made.findings if "生成期间有人改过" in fault.message)
    assert told.place.file.endswith(name)
    assert not stands(job, made)


def settled(job: Job) -> Record:
    """Built a little after its files were written, which cannot be told from while otherwise."""
    import time

    time.sleep(0.1)
    return work(job)


def test_the_faulty_are_read_again_and_the_mended_are_built(tmp_path: Path) -> None:
    made = make(tmp_path / "in", "SSSS", faulty=2)
    assert batch(tmp_path / "in", tmp_path / "out", "--format", "csv").code == 1
    (one, two) = (m for m in made if m.fault)
    assert one.fault == "unknown-key"
    one.path.write_text(one.path.read_text("utf-8").replace("各式:", "格式:"), "utf-8")
    again = batch(tmp_path / "in", tmp_path / "out", "--format", "csv", "--resume")
    assert again.code == 1
    assert states(tmp_path / "out")[one.path.parent.name] == "built"
    assert states(tmp_path / "out")[two.path.parent.name] == "faulty"
    assert summary(tmp_path / "out")["counts"]["kept"] == 2
    assert any("2 个沿用上次的" in line for line in again.lines)


def test_without_resume_everything_is_built_again_and_nothing_is_forgotten(tmp_path: Path) -> None:
    made = make(tmp_path / "in", "SS")
    out = tmp_path / "out"
    assert batch(tmp_path / "in", out, "--format", "csv").code == 0
    before = identities(out, list(states(out)))
    listed = tmp_path / "list.txt"
    listed.write_text(str(made[0].path), "utf-8")
    assert batch(listed, out, "--format", "csv").code == 0
    rebuilt, left = (one.path.parent.name for one in made)
    after = identities(out, [rebuilt, left])
    assert {path for path in before if before[path] != after[path]} == set(identities(out, [rebuilt]))
    assert batch(tmp_path / "in", out, "--format", "csv", "--resume").code == 0
    assert summary(out)["counts"]["kept"] == 2


# --- the journal and the folder ---


def a_record(name: str, seconds: float) -> Record:
    return Record(
        input=f"/in/{name}/dept.yaml",
        folder=name,
        state=State.FAULTY,
        began=datetime(2025, 1, 1, tzinfo=UTC),
        seconds=seconds,
    )


@given(st.lists(st.tuples(st.sampled_from("甲乙丙"), st.integers(0, 9)), max_size=8), st.data())
def test_a_journal_cut_anywhere_has_every_record_that_was_whole(
    tmp_path_factory: pytest.TempPathFactory, typed: list[tuple[str, int]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("journal") / JOURNAL
    records = [a_record(*one) for one in typed]
    with Journal(path, {}) as opened:
        for one in records:
            opened.append(one)
    whole = path.read_bytes()
    cut = data.draw(st.integers(0, len(whole)))
    path.write_bytes(whole[:cut])
    # a line may lack nothing but its end
    kept = whole[: cut + 1].count(b"\n")
    assert read_journal(path) == {one.input: one for one in records[:kept]}
    with Journal(path, read_journal(path)) as opened:
        opened.append(a_record("丁", 1))
    assert read_journal(path) == {one.input: one for one in [*records[:kept], a_record("丁", 1)]}
    assert path.read_bytes().count(b"\n") == len({one.input for one in records[:kept]}) + 1


def test_what_a_kill_left_half_written_is_removed_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "甲局").mkdir()
    (tmp_path / "甲局" / "报告.docx").write_bytes(b"x")
    waiting: list[Path] = []

    def killed(*_: object) -> None:
        waiting.extend(path for path in tmp_path.rglob("*") if path.name.startswith("."))
        raise KeyboardInterrupt

    monkeypatch.setattr(render_files, "_move_all", killed)
    with pytest.raises(KeyboardInterrupt):
        render_files.write_all(
            {
                tmp_path / "batch.html": b"z",
                tmp_path / "甲局" / "报告.docx": b"y",
                tmp_path / "甲局" / "报告-csv" / "01.csv": b"z",
            }
        )
    assert len(waiting) == 4, "three new ones and the copy of the old one"
    assert all(path.name.startswith(TEMPORARY) for path in waiting), "what clean() looks for"
    for path in waiting:
        path.write_bytes(b"torn")
    assert clean(tmp_path) == len(waiting)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "甲局" / "报告.docx"]
