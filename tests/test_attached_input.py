"""On request the PDF carries the input that it was made of, as the source of what it prints."""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pikepdf
import pytest
from batches import TINY
from departments import make
from hypothesis import given
from hypothesis import strategies as st
from reading import ROOT
from typer.testing import CliRunner

from reportgen.batch.fingerprint import options_hash
from reportgen.batch.record import Options
from reportgen.build import Examined, Format, build
from reportgen.cli import app
from reportgen.faults import FaultyInput
from reportgen.load.asked import asked, note, state_of
from reportgen.render import sources as module
from reportgen.render.sources import Source, names, sources


@pytest.fixture(scope="module")
def main(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A department with lines of its own, those of the year before, and files that nobody reads."""
    home = tmp_path_factory.mktemp("private") / "甲局" / "2025"
    home.parent.mkdir()
    make(home.parent.parent / "made", "M")[0].path.parent.rename(home)
    made = home / "dept.yaml"
    earlier = home.parent / "2024"
    earlier.mkdir()
    (earlier / "dept.yaml").write_text(made.read_text("utf-8").replace("2025", "2024"), "utf-8")
    lines = (home / "lines.csv").read_text("utf-8")
    (earlier / "lines.csv").write_text(lines, "utf-8")
    without_prior = [line.rsplit(",", 1)[0] for line in lines.splitlines()]
    (home / "lines.csv").write_text("\n".join(without_prior) + "\n", "utf-8")
    made.write_text(made.read_text("utf-8") + "上年: ../2024/dept.yaml\n", "utf-8")
    (home / "秘密.csv").write_text("不读", "utf-8")
    return made


def _pdf(main: Path, *, attach_input: bool) -> bytes:
    built = build(main, [Format.PDF], profile=TINY, verified=False, attach_input=attach_input)
    return next(iter(built.files.values()))


@pytest.fixture(scope="module")
def content(main: Path) -> bytes:
    return _pdf(main, attach_input=True)


@pytest.fixture(scope="module")
def opened(content: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(content)) as made:
        yield made


UNITS = ROOT / "data" / "examples" / "hubei-jianghan" / "dept.yaml"
READ = ["dept.yaml", "lines.csv", "上年_dept.yaml", "上年_lines.csv"]


def test_every_file_that_was_read_is_attached_as_it_is_and_no_other(opened: pikepdf.Pdf, main: Path) -> None:
    found = [one for one in opened.Root.AF if str(one.AFRelationship) == "/Source"]
    assert sorted(str(one.UF) for one in found) == READ
    for one in found:
        role, _, name = str(one.UF).rpartition("_")
        folder = main.parent.parent / ("2024" if role else "2025")
        assert one.EF.F.read_bytes() == (folder / name).read_bytes()
        assert str(one.Desc) == (f"输入（{role}）：{name}" if role else f"输入：{name}")


def test_the_file_of_attachments_keeps_the_rules_of_the_archive(opened: pikepdf.Pdf) -> None:
    files = list(opened.Root.AF)
    named = list(opened.Root.Names.EmbeddedFiles.Names)
    keys = [bytes(name) for name in named[::2]]
    assert keys == sorted(keys)
    assert len(files) == len(keys) == len(set(keys))
    assert {one.objgen for one in files} == {one.objgen for one in named[1::2]}
    assert all(str(one.F) == str(one.UF) and "/" not in str(one.UF) for one in files)
    kinds = {str(one.UF).rpartition(".")[2]: str(one.EF.F.Subtype) for one in files}
    assert kinds == {"yaml": "/application/yaml", "csv": "/text/csv", "json": "/application/json"}
    assert {str(one.AFRelationship) for one in files} == {"/Data", "/Source"}


def test_nothing_is_told_of_the_folders_above_or_of_the_days_of_files(content: bytes, main: Path) -> None:
    with pikepdf.open(io.BytesIO(content)) as made:
        told = "".join(str(one.Desc) + str(one.EF.F.Params) for one in made.Root.AF)
    assert main.parents[2].name not in told
    assert "甲局" not in told
    main.touch()
    assert _pdf(main, attach_input=True) == content


def test_the_report_of_a_unit_carries_no_file_of_another_unit() -> None:
    built = build(UNITS, [Format.PDF], profile=TINY, unit="118002", verified=False, attach_input=True)
    with pikepdf.open(io.BytesIO(next(iter(built.files.values())))) as made:
        attached = sorted(str(one.UF) for one in made.Root.AF if str(one.AFRelationship) == "/Source")
    of_unit = ["indicators.csv", "lines.csv", "procurement.csv", "unit.yaml"]
    assert attached == ["dept.yaml", *(f"交通大队_{name}" for name in of_unit)]


def test_without_the_option_no_file_of_the_input_is_attached(main: Path) -> None:
    with pikepdf.open(io.BytesIO(_pdf(main, attach_input=False))) as made:
        assert {str(one.AFRelationship) for one in made.Root.AF} == {"/Data"}


def test_too_much_is_refused_and_nothing_written(
    main: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2**10)
    asked = ["build", str(main), "--profile", str(TINY), "-o", str(tmp_path / "out")]
    refused = CliRunner().invoke(app, [*asked, "--format", "pdf", "--attach-input"])
    assert refused.exit_code == 1
    assert "lines.csv: 错误：这个文件" in refused.stderr
    assert "--attach-input" in refused.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["build", "batch"])
def test_without_a_pdf_there_is_nothing_to_attach_it_to(command: str, main: Path) -> None:
    where = str(main if command == "build" else main.parent)
    refused = CliRunner().invoke(app, [command, where, "--format", "docx", "--attach-input"])
    assert refused.exit_code == 2
    assert "--format" in refused.stderr


def test_a_batch_attaches_it_too_and_builds_again_when_it_is_asked_to(main: Path, tmp_path: Path) -> None:
    def counted(*more: str) -> str:
        asked = ["batch", str(main.parent), "-o", str(tmp_path), "-j", "1", "--profile", str(TINY)]
        done = CliRunner().invoke(app, [*asked, "--format", "pdf", "--resume", *more])
        assert done.exit_code == 0, done.stderr
        (pdf,) = tmp_path.glob("*/*.pdf")
        with pikepdf.open(pdf) as made:
            return "".join(sorted(str(one.AFRelationship) for one in made.Root.AF))

    assert "/Source" not in counted()
    assert counted("--attach-input").count("/Source") == len(READ)


def test_whether_the_input_is_attached_counts_among_the_options() -> None:
    plain = Options((Format.PDF,), None, verified=True, force=False)
    attached = Options((Format.PDF,), None, verified=True, force=False, attach_input=True)
    assert options_hash(plain) != options_hash(attached)


PATHS = st.lists(
    st.lists(st.sampled_from(["a", "A", "a_b", "b", "甲", "01_表"]), min_size=1, max_size=3).map("/".join),
    min_size=1,
    max_size=12,
    unique=True,
)


@given(paths=PATHS, taken=st.sets(st.sampled_from(["01_表.csv", "a.csv", "A_b.csv"])))
def test_names_stay_apart_on_every_file_system(paths: list[str], taken: set[str]) -> None:
    files = [Source(f"{path}.csv", path.encode()) for path in paths]
    named = names(files, taken)
    assert list(named.values()) == files
    folded = {name.casefold() for name in [*named, *taken]}
    assert len(folded) == len(named) + len(taken)
    assert all("/" not in name and name.endswith(".csv") for name in named)


def _sources(main: Path, *others: Path, role: str = "") -> tuple[Source, ...]:
    files = {main: "", **dict.fromkeys(others, role)}
    return sources(main, files, {path.absolute(): state_of(path) for path in files})


def test_a_file_that_is_read_twice_is_attached_once(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    one = tmp_path / "dept.yaml"
    one.write_text("甲", "utf-8")
    assert [s.path for s in _sources(one, tmp_path / "sub" / ".." / "dept.yaml")] == ["dept.yaml"]


def test_the_most_that_is_attached_is_told_with_the_largest_file(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_bytes(b"a")
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(module.MOST)
    with pytest.raises(FaultyInput, match=r"large\.csv.*最多 20 MB"):
        _sources(tmp_path / "small.yaml", tmp_path / "large.csv")


# --- what names tell ---


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A department with lines in a folder of its own, and last year's elsewhere, with lines in two."""
    home = tmp_path / "张三" / "甲局"
    (made,) = make(tmp_path / "made", "M")
    home.parent.mkdir()
    made.path.parent.rename(home)
    earlier = tmp_path / "李四" / "旧"
    shutil.copytree(home, earlier)
    for folder, year, more in ((home, "2025", "上年: ../../李四/旧/dept.yaml\n"), (earlier, "2024", "")):
        for sub in ("甲", "乙"):
            (folder / sub).mkdir()
        text = (folder / "dept.yaml").read_text("utf-8").replace("2025", year)
        text = text.replace("支出: lines.csv", "支出: 甲/lines.csv") + "名词解释: 乙/lines.csv\n"
        (folder / "dept.yaml").write_text(text + more, "utf-8")
        (folder / "lines.csv").rename(folder / "甲" / "lines.csv")
        (folder / "乙" / "lines.csv").write_text("名词,解释\n某某,某事\n", "utf-8")
    rows = (home / "甲" / "lines.csv").read_text("utf-8").splitlines()
    (home / "甲" / "lines.csv").write_text("\n".join(row.rsplit(",", 1)[0] for row in rows), "utf-8")
    return home


TOLD = {
    "dept.yaml": "输入：dept.yaml",
    "甲_lines.csv": "输入：甲/lines.csv",
    "乙_lines.csv": "输入：乙/lines.csv",
    "上年_dept.yaml": "输入（上年）：dept.yaml",
    "上年_lines.csv": "输入（上年）：lines.csv",
    "上年_lines (1).csv": "输入（上年）：lines (1).csv",
}


def _told(content: bytes) -> dict[str, str]:
    with pikepdf.open(io.BytesIO(content)) as made:
        return {str(one.UF): str(one.Desc) for one in made.Root.AF if str(one.AFRelationship) == "/Source"}


def test_of_a_file_elsewhere_only_the_name_is_told_and_what_it_is(home: Path) -> None:
    assert _told(_pdf(home / "dept.yaml", attach_input=True)) == TOLD


def test_a_link_tells_nothing_of_where_it_leads(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = home / "王五"
    (home / "甲").rename(kept)
    (home / "甲").mkdir()
    (home / "甲" / "lines.csv").symlink_to(kept / "lines.csv")
    (tmp_path / "链接").symlink_to(home)
    expected = _pdf(home / "dept.yaml", attach_input=True)
    assert _told(expected) == TOLD
    assert _pdf(tmp_path / "链接" / "dept.yaml", attach_input=True) == expected
    monkeypatch.chdir(tmp_path)
    assert _pdf(Path("链接") / "dept.yaml", attach_input=True) == expected


def test_what_a_link_names_lies_beside_the_link_wherever_one_stands(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = tmp_path / "王五.yaml"
    (home / "dept.yaml").rename(real)
    (home / "dept.yaml").symlink_to(real)
    assert _told(_pdf(home / "dept.yaml", attach_input=True)) == TOLD
    monkeypatch.chdir(tmp_path)
    assert _told(_pdf(home / "dept.yaml", attach_input=True)) == TOLD


def test_files_that_share_no_folder_tell_only_their_names(tmp_path: Path) -> None:
    (tmp_path / "dept.yaml").write_text("甲", "utf-8")
    found = _sources(tmp_path / "dept.yaml", Path("/etc/hosts"), role="上年")
    assert [(one.path, one.role) for one in found] == [("dept.yaml", ""), ("hosts", "上年")]


def test_another_drive_is_elsewhere() -> None:
    files = [r"C:\预算\dept.yaml", r"c:\预算\甲\lines.csv", r"D:\李四\dept.yaml", r"\\server\李四\Dept.yaml"]
    told = module._told([(PureWindowsPath(file), "") for file in files], PureWindowsPath(r"C:\预算"))
    assert [path for path, _ in told] == ["dept.yaml", "甲/lines.csv", "dept (1).yaml", "Dept (2).yaml"]


# --- what is attached is what was read ---


@pytest.mark.parametrize("name", ["dept.yaml", "甲/lines.csv", "../../李四/旧/甲/lines.csv"])
@pytest.mark.parametrize("how", ["saved", "gone"])
def test_a_file_that_is_not_as_it_was_read_is_refused(home: Path, name: str, how: str) -> None:
    file = (home / name).resolve()

    def meanwhile(_: Examined) -> None:
        if how == "gone":
            file.unlink()
        else:
            file.write_bytes(file.read_bytes().replace(b"2", b"3"))

    formats = [Format.PDF]
    with pytest.raises(FaultyInput, match="请再生成一次") as caught:
        build(home / "dept.yaml", formats, profile=TINY, verified=False, attach_input=True, seen=meanwhile)
    assert [Path(fault.place.file).resolve() for fault in caught.value.faults] == [file]


def test_what_changes_meanwhile_is_no_matter_where_nothing_is_attached(home: Path) -> None:
    built = build(
        home / "dept.yaml",
        [Format.CSV],
        profile=TINY,
        verified=False,
        attach_input=True,
        seen=lambda _: (home / "dept.yaml").unlink(),
    )
    assert built.files


def test_a_file_that_is_saved_while_it_is_attached_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "dept.yaml"
    file.write_text("甲", "utf-8")

    def saved_then_read(path: Path) -> bytes:
        path.write_text("乙乙", "utf-8")
        return b""

    monkeypatch.setattr(Path, "read_bytes", saved_then_read)
    with pytest.raises(FaultyInput, match="请再生成一次"):
        _sources(file)


def test_who_notes_around_another_is_told_what_it_asked_for_as_it_was_first(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    with asked() as outer:
        note(first)
        first.touch()
        with asked() as inner:
            note(first)
            note(second)
    assert outer == {first: None, second: None}
    assert inner == {first: state_of(first), second: None}
