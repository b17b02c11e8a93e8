"""`reportgen batch`: every department by itself, the same bytes as `build`, and a summary that adds up."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

import docx
import pytest
from batches import TINY, Ended, batch, hashes, journal, left_behind, states, summary
from departments import Line, Made, make
from lxml import html
from reading import ROOT
from typer.testing import CliRunner

from reportgen.batch.engines import Watcher
from reportgen.batch.fingerprint import engine, engine_hash
from reportgen.batch.pool import Pool, usable_cores
from reportgen.batch.record import Job, Options, Record, State
from reportgen.build import Format, build
from reportgen.cli import app

FAULTY = 5
PAGED = "pdf,docx"


@dataclass(frozen=True)
class Batch:
    made: list[Made]
    folder: Path
    out: Path
    ended: Ended

    @property
    def sound(self) -> list[Made]:
        return [one for one in self.made if not one.fault]


@pytest.fixture(scope="module")
def thirty(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """Thirty departments, five of them faulty, built by two processes."""
    folder, out = tmp_path_factory.mktemp("departments"), tmp_path_factory.mktemp("out")
    made = make(folder, "SSSSSSSSSM" * 3, faulty=FAULTY)
    return Batch(made, folder, out, batch(folder, out, "-j", "2", "--format", PAGED))


# --- what comes of it ---


def test_the_faulty_ones_fail_and_all_others_are_built(thirty: Batch) -> None:
    assert thirty.ended.code == 1
    expected = {one.path.parent.name: "faulty" if one.fault else "built" for one in thirty.made}
    assert states(thirty.out) == expected
    assert sorted(one.fault for one in thirty.made if one.fault) == sorted(
        ["unknown-key", "bad-amount", "unknown-code", "no-year", "broken-yaml"]
    )
    assert [path.name for path in sorted(thirty.out.iterdir()) if path.is_dir()] == sorted(
        one.path.parent.name for one in thirty.sound
    )


def test_every_department_is_told_in_a_line_and_the_failed_with_their_faults(thirty: Batch) -> None:
    lines = [line for line in thirty.ended.lines if line.startswith("[")]
    assert len(lines) == len(thirty.made)
    assert sum("] 失败 " in line for line in lines) == FAULTY
    (told,) = (line for line in thirty.ended.lines if "30 个部门：" in line)
    assert "25 个完成" in told
    assert "5 个失败" in told
    for one in thirty.made:
        if one.fault:
            assert any(line.startswith(f"  {one.path.parent}/") for line in thirty.ended.lines), one.fault
    assert list(thirty.ended.printed) == [
        str(thirty.out / name) for name in ("batch.html", "batch.json", "totals.csv")
    ]


def test_the_files_are_those_that_build_makes(thirty: Batch) -> None:
    for one in thirty.sound[::8]:
        built = build(one.path, [Format.PDF, Format.DOCX], profile=TINY).files
        folder = thirty.out / one.path.parent.name
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == built


def test_one_process_makes_the_same_bytes_as_two(thirty: Batch, tmp_path: Path) -> None:
    listed = tmp_path / "list.txt"
    some = thirty.sound[:6] + thirty.sound[-2:]
    listed.write_text("\n".join(str(one.path) for one in some), "utf-8")
    assert batch(listed, tmp_path / "out", "-j", "1", "--format", PAGED).code == 0
    alone = hashes(tmp_path / "out")
    assert len(alone) == 2 * len(some)
    assert alone == {path: sha for path, sha in hashes(thirty.out).items() if path in alone}


def test_the_summary_has_every_file_with_its_hash_every_finding_and_the_times(thirty: Batch) -> None:
    said = summary(thirty.out)
    files = {file["path"]: file["sha256"] for one in said["departments"] for file in one["files"]}
    assert files == hashes(thirty.out)
    assert said["counts"] == {
        "departments": 30,
        "built": 25,
        "kept": 0,
        "warned": 25,
        "failed": 5,
        "left": 0,
    }
    assert (said["workers"], said["stopped"], said["left"]) == (2, False, [])
    for one in said["departments"]:
        assert one["counts"]["error"] == (0 if one["state"] == "built" else len(one["findings"]))
        assert one["seconds"] > 0
        assert one["findings"]
    assert len({one["process"] for one in said["departments"]}) == 2


def test_the_page_tells_the_failed_first_with_places_and_links_that_lead_to_files(thirty: Batch) -> None:
    page = html.fromstring((thirty.out / "batch.html").read_text("utf-8"))
    heads = [head.text_content() for head in page.iter("h2")]
    assert heads[:2] == ["失败（5 个）", "有提醒（25 个）"]
    failed = page.findall(".//table")[0]
    texts = [row.text_content() for row in failed.iterfind("tbody/tr")]
    assert len(texts) == FAULTY
    assert sum("dept.yaml:" in text or "lines.csv:" in text for text in texts) == FAULTY
    told = {row[0].text: (row[3].text, row[4].text) for row in page.iterfind(".//tbody/tr") if len(row) == 7}
    assert told == {
        one["folder"]: (str(one["counts"]["error"]), str(one["counts"]["warning"]))
        for one in summary(thirty.out)["departments"]
    }
    links = [link.get("href") for link in page.iter("a")]
    assert all((thirty.out / unquote(link)).is_file() for link in links)
    assert len(links) == 2 * 25 + 2
    assert not page.xpath("//*[@src] | //link")


def test_memory_of_a_worker_is_its_own_and_does_not_pile_up(thirty: Batch) -> None:
    peaks = [record["peak"] for record in journal(thirty.out) if record["state"] == "built"]
    assert all(50 * 2**20 < peak < 600 * 2**20 for peak in peaks)
    assert max(peaks[-5:]) < 1.5 * max(peaks[:5])


# --- totals ---


Of = Callable[[Line], str]


def added(lines: list[Line], measure: str) -> str:
    given = [value for line in lines if (value := getattr(line, measure)) is not None]
    return f"{sum(given, Decimal(0)):.2f}" if given else ""


def expected_rows(departments: list[Made], dimension: str, of: Of) -> dict[str, tuple[str, ...]]:
    """By value: departments, amount, prior, departments without a year before; from what was typed."""
    found = {}
    for value in {of(line) for one in departments for line in one.lines}:
        having = [one for one in departments if any(of(line) == value for line in one.lines)]
        lines = [line for one in having for line in one.lines if of(line) == value]
        without = sum(all(line.prior is None for line in one.lines) for one in having)
        found[value] = (str(len(having)), added(lines, "amount"), added(lines, "prior_amount"), str(without))
    return found


def read_totals(out: Path) -> list[dict[str, str]]:
    raw = (out / "totals.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "Excel takes it for GBK otherwise"
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))


NUMBERS = ("部门数", "本年预算数（元）", "上年预算数（元）", "没有上年数的部门数")


@pytest.mark.parametrize(
    ("dimension", "column", "of"),
    [
        ("合计", "名称", lambda _: ""),
        ("功能分类", "编码", lambda line: line.function[:3]),
        ("资金", "名称", lambda line: line.fund),
    ],
)
def test_totals_are_the_sums_of_what_was_typed(thirty: Batch, dimension: str, column: str, of: Of) -> None:
    rows = [row for row in read_totals(thirty.out) if row["口径"] == dimension]
    assert {row[column]: tuple(row[name] for name in NUMBERS) for row in rows} == expected_rows(
        thirty.sound, dimension, of
    )
    assert {(row["年度"], row["预算级次"]) for row in rows} == {("2025", "部门")}


def test_regions_are_those_that_the_inputs_name_and_nothing_is_made_up(thirty: Batch) -> None:
    rows = {row["名称"]: row for row in read_totals(thirty.out) if row["口径"] == "地区"}
    for name in {one.region for one in thirty.sound}:
        lines = [line for one in thirty.sound if one.region == name for line in one.lines]
        row = rows.pop(name or "（没有写明）")
        assert row["本年预算数（元）"] == added(lines, "amount")
        assert row["上年预算数（元）"] == added(lines, "prior_amount")
    assert not rows


def test_the_totals_say_whom_they_leave_out(thirty: Batch) -> None:
    said = summary(thirty.out)["totals"]
    assert said["counted"] == 25
    assert sorted(said["left_out"]) == sorted(one.path.parent.name for one in thirty.made if one.fault)
    assert [row["amount"] for row in said["rows"]] == [
        row["本年预算数（元）"] for row in read_totals(thirty.out)
    ]


def test_a_unit_s_own_budget_is_not_added_to_the_departments(tmp_path: Path) -> None:
    (one, two) = make(tmp_path / "in", "SS")
    two.path.write_text("预算级次: 单位\n" + two.path.read_text("utf-8"), "utf-8")
    assert batch(tmp_path / "in", tmp_path / "out", "--format", "csv").code == 0
    whole = [row for row in read_totals(tmp_path / "out") if row["口径"] == "合计"]
    assert {row["预算级次"]: row["本年预算数（元）"] for row in whole} == {
        "部门": added(list(one.lines), "amount"),
        "单位": added(list(two.lines), "amount"),
    }


def test_one_department_given_twice_is_told(tmp_path: Path) -> None:
    (one,) = make(tmp_path / "in" / "东", "S")
    (tmp_path / "in" / "西").mkdir()
    one.path.parent.rename(tmp_path / "in" / "甲")
    (tmp_path / "in" / "乙").mkdir()
    text = (tmp_path / "in" / "甲" / "dept.yaml").read_text("utf-8")
    (tmp_path / "in" / "乙" / "dept.yaml").write_text(text, "utf-8")
    ended = batch(tmp_path / "in", tmp_path / "out", "--format", "csv")
    assert ended.code == 0
    (told,) = (line for line in ended.lines if line.startswith("注意："))
    assert f"2 个输入是同一个部门（2025 年，{one.code} {one.name}）" in told
    assert summary(tmp_path / "out")["notes"] == [told.removeprefix("注意：")]


def test_departments_of_one_name_have_folders_of_their_own_and_are_told(tmp_path: Path) -> None:
    for region in ("东区", "西区"):
        (one,) = make(tmp_path / region, "S", seed=len(region))
        one.path.parent.rename(tmp_path / region / "统计局")
    ended = batch(f"{tmp_path}/*区/*", tmp_path / "out", "--format", "csv")
    assert ended.code == 0
    assert sorted(states(tmp_path / "out")) == ["东区_统计局", "西区_统计局"]
    assert any("2 个输入都叫“统计局”" in line for line in ended.lines)
    assert all(
        (tmp_path / "out" / file["path"]).is_file()
        for one in summary(tmp_path / "out")["departments"]
        for file in one["files"]
    )


# --- the command ---


def test_nothing_to_build_is_a_fault_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    ended = batch(tmp_path / "in", tmp_path / "out")
    assert (ended.code, ended.printed) == (1, ())
    assert "没有找到部门的输入" in "".join(ended.lines)
    assert not (tmp_path / "out").exists()


def test_a_faulty_profile_is_told_once_and_nothing_is_built(tmp_path: Path) -> None:
    make(tmp_path / "in", "SS")
    (tmp_path / "profile").mkdir()
    (tmp_path / "profile" / "profile.yaml").write_text("名字: x\n", "utf-8")
    ended = batch(tmp_path / "in", tmp_path / "out", "--profile", str(tmp_path / "profile"))
    assert (ended.code, ended.printed) == (1, ())
    assert sum("不认识的键“名字”" in line for line in ended.lines) == 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--engine", "dask"], "要一起写"),
        (["--scheduler", "tcp://x:1"], "要一起写"),
        (["--engine", "dask", "--scheduler", "tcp://x:1", "-j", "2"], "去掉 -j"),
        (["--format", "ps"], "不认识的格式“ps”"),
        (["-j", "0"], "greater than or equal to 1"),
    ],
)
def test_options_that_mean_nothing_are_refused(tmp_path: Path, options: list[str], problem: str) -> None:
    result = CliRunner().invoke(app, ["batch", str(tmp_path), *options])
    assert result.exit_code == 2
    assert problem in result.stderr


def test_an_edited_report_is_not_replaced_unless_forced(tmp_path: Path) -> None:
    make(tmp_path / "in", "S")
    assert batch(tmp_path / "in", tmp_path / "out", "--format", "docx").code == 0
    (path,) = (tmp_path / "out").rglob("*.docx")
    before = path.read_bytes()
    edited = docx.Document(str(path))
    edited.add_paragraph("手写的一句")
    edited.core_properties.modified = datetime.now(UTC)
    edited.save(str(path))
    ended = batch(tmp_path / "in", tmp_path / "out", "--format", "docx")
    assert ended.code == 1
    assert any("生成以后有人改过，没有覆盖" in line for line in ended.lines)
    assert path.read_bytes() != before
    assert batch(tmp_path / "in", tmp_path / "out", "--format", "docx", "--force").code == 0
    assert path.read_bytes() == before


def test_two_batches_never_write_one_folder_at_once(tmp_path: Path) -> None:
    from reportgen.batch.folder import held

    make(tmp_path / "in", "S")
    with held(tmp_path / "out"):
        ended = batch(tmp_path / "in", tmp_path / "out", "--format", "csv")
    assert ended.code == 1
    assert "另一个 reportgen batch 正在写" in "".join(ended.lines)
    assert batch(tmp_path / "in", tmp_path / "out", "--format", "csv").code == 0


def test_as_many_processes_as_the_machine_lends_us() -> None:
    assert 1 <= usable_cores() <= len(os.sched_getaffinity(0))


# --- workers that die ---


@dataclass
class Killer:
    """Kills the worker that has a certain department, at its first stage, so many times."""

    victim: str
    times: int
    records: dict[str, Record] = field(default_factory=dict)
    retried: list[str] = field(default_factory=list)
    _doing: dict[int, str] = field(default_factory=dict)

    def begun(self, worker: int, job: Job) -> None:
        self._doing[worker] = job.name

    def stage(self, worker: int, name: str) -> None:  # noqa: ARG002  (as watchers are told)
        if self._doing[worker] == self.victim and self.times:
            self.times -= 1
            (process,) = (p for p in multiprocessing.active_children() if p.name == f"reportgen-{worker + 1}")
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)

    def ended(self, worker: int, record: Record) -> None:  # noqa: ARG002
        assert record.folder not in self.records, "told once"
        self.records[record.folder] = record

    def again(self, job: Job, why: str) -> None:
        self.retried.append(f"{job.name}：{why}")


@pytest.fixture
def jobs(tmp_path: Path) -> Iterator[list[Job]]:
    made = make(tmp_path / "in", "SSSS")
    options = Options((Format.HTML,), TINY, verified=True, force=False)
    yield [Job(one.path, one.code, tmp_path / "out", options, engine_hash(engine())) for one in made]
    assert not left_behind(tmp_path)


def test_a_worker_that_is_killed_costs_its_department_one_retry(jobs: list[Job]) -> None:
    killer: Watcher = Killer("102", times=1)
    assert isinstance(killer, Killer)
    Pool(2).run(jobs, killer, lambda: False)
    assert {name: (one.state, one.attempts) for name, one in killer.records.items()} == {
        "101": (State.BUILT, 1),
        "102": (State.BUILT, 2),
        "103": (State.BUILT, 1),
        "104": (State.BUILT, 1),
    }
    assert killer.retried == ["102：被系统结束，多半是内存不够"]


def test_a_department_whose_worker_dies_twice_is_named_and_the_others_are_built(jobs: list[Job]) -> None:
    killer = Killer("102", times=2)
    Pool(1).run(jobs, killer, lambda: False)
    assert {name: one.state for name, one in killer.records.items()} == {
        "101": State.BUILT,
        "102": State.DIED,
        "103": State.BUILT,
        "104": State.BUILT,
    }
    (fault,) = killer.records["102"].findings
    assert "2次都意外结束（被系统结束，多半是内存不够）" in fault.message
    assert not (jobs[1].out / "102").exists()


def test_a_worn_out_worker_is_replaced(jobs: list[Job], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reportgen.batch.pool.MOST_DEPARTMENTS", 2)
    watcher = Killer("", times=0)
    Pool(1).run(jobs, watcher, lambda: False)
    processes = [watcher.records[job.name].process for job in jobs]
    assert processes[0] == processes[1] != processes[2] == processes[3]


def test_a_worker_that_holds_too_much_memory_is_replaced(
    jobs: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reportgen.batch.pool.MOST_HELD", 1)
    watcher = Killer("", times=0)
    Pool(1).run(jobs, watcher, lambda: False)
    assert len({record.process for record in watcher.records.values()}) == len(jobs)


def test_a_fault_of_the_program_is_one_department_s_alone(
    jobs: list[Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    from reportgen.batch.work import work

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("x")

    monkeypatch.setattr("reportgen.batch.work.build", broken)
    record = work(jobs[0])
    assert record.state is State.FAULTY
    assert "程序出错（ZeroDivisionError：x，test_batch.py:" in record.findings[0].message
    assert json.loads(record.model_dump_json())["made_of"] is None


def test_no_module_that_lies_in_the_working_directory_is_run(tmp_path: Path) -> None:
    """As the command that pip installs is run, whose path begins elsewhere."""
    command = tmp_path / "bin" / "command.py"
    command.parent.mkdir()
    command.write_text("from reportgen.cli import main\nif __name__ == '__main__':\n    main()\n", "utf-8")
    make(tmp_path / "in", "S")
    for name in ("socket", "json", "selectors", "signal"):
        (tmp_path / "in" / f"{name}.py").write_text("open('was_run', 'a').close()\n", "utf-8")
    options = ["-o", str(tmp_path / "out"), "--profile", str(TINY), "--format", "html"]
    ended = subprocess.run(
        [sys.executable, str(command), "batch", ".", *options],
        cwd=tmp_path / "in",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert not (tmp_path / "in" / "was_run").exists()
