"""The command `reportgen`: what it prints and where, what it writes, and how it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from typer.testing import CliRunner, Result

from reportgen import __version__
from reportgen.cli import app

DEPARTMENT = """\
格式: chongqing-yubei
年度: 2024
部门: {{编码: "112", 名称: {name}, 性质: 行政单位, 职责: 办理日常事务, 联系人: 财务科}}
默认: {{资金: 一般公共预算, 支出性质: 基本支出}}
支出:
  - {{功能科目: "2040201", 部门经济科目: "30101", 金额: {amount}, 上年预算数: 100}}
国有资产:
  截至: 2023-12-31
  明细:
    - {{类别: 车辆, 名称: 其他用车, 保有: 1}}
    - {{类别: 设备, 名称: 大型设备, 计量单位: 台}}
"""
"""The least that is built without a warning."""

BY_ITSELF = [sys.executable, "-m", "reportgen"]

Write = Callable[..., str]


@pytest.fixture
def department(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes the input of a department; the test runs in the folder that holds it."""
    monkeypatch.chdir(tmp_path)

    def write(name: str, file: str = "dept.yaml", amount: str = "100") -> str:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
        Path(file).write_text(DEPARTMENT.format(name=name, amount=amount), encoding="utf-8")
        return file

    return write


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def report(name: str, *suffixes: str, out: str = "out") -> list[str]:
    return [f"{out}/2024年{name}部门预算{suffix}" for suffix in suffixes or (".pdf", ".docx")]


def files(folder: str) -> list[str]:
    """Every file below a folder, hidden ones too."""
    return sorted(str(path) for path in Path(folder).rglob("*") if path.is_file())


# --- what is written and printed ---


def test_several_inputs_are_built_one_after_another_and_only_their_paths_are_printed(
    department: Write,
) -> None:
    inputs = [department("甲局", "甲.yaml"), department("乙局", "folder/乙.yml")]
    result = run("build", *inputs)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines() == report("甲局") + report("乙局")
    assert files("out") == sorted(report("甲局") + report("乙局"))
    for path in map(Path, result.stdout.splitlines()):
        assert path.read_bytes().startswith(b"%PDF-" if path.suffix == ".pdf" else b"PK")


@pytest.mark.parametrize(
    ("formats", "suffixes"),
    [("pdf", [".pdf"]), ("docx", [".docx"]), (" DOCX, pdf,docx,", [".pdf", ".docx"])],
)
def test_only_the_formats_asked_for_are_written(department: Write, formats: str, suffixes: list[str]) -> None:
    result = run("build", department("甲局"), "--format", formats)
    assert (result.exit_code, result.stdout.splitlines()) == (0, report("甲局", *suffixes))
    assert files("out") == sorted(report("甲局", *suffixes))


def test_the_output_folder_is_made_with_all_above_it(department: Write) -> None:
    result = run("build", department("甲局"), "--format", "docx", "-o", "一/二 三/out")
    assert (result.exit_code, result.stdout.splitlines()) == (0, report("甲局", ".docx", out="一/二 三/out"))
    assert files("一") == report("甲局", ".docx", out="一/二 三/out")


def test_in_a_pipe_there_is_nothing_but_the_paths(department: Write) -> None:
    command = [*BY_ITSELF, "build", department("甲局")]
    environment = {**os.environ, "LC_ALL": "C", "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    result = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == report("甲局")


def test_a_reader_that_goes_away_is_no_traceback(department: Write) -> None:
    command = [*BY_ITSELF, "build", department("甲局"), "--format", "docx"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8"
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == 1


def test_warnings_go_to_standard_error_and_the_report_is_written(department: Write) -> None:
    path = Path(department("甲局"))
    path.write_text(path.read_text(encoding="utf-8").replace(", 联系人: 财务科", ""), encoding="utf-8")
    result = run("build", str(path), "--format", "docx")
    assert (result.exit_code, result.stdout.splitlines()) == (0, report("甲局", ".docx"))
    assert result.stderr
    assert all(line.startswith("dept.yaml:") and ": 提醒：" in line for line in result.stderr.splitlines())


# --- what goes wrong ---


@pytest.mark.parametrize("faulty_first", [True, False])
def test_a_faulty_input_does_not_keep_the_other_from_being_written(
    department: Write, faulty_first: bool
) -> None:
    inputs = [department("甲局", "好.yaml"), department("乙局", "坏.yaml", amount="一百")]
    result = run("build", "--format", "docx", *(reversed(inputs) if faulty_first else inputs))
    assert (result.exit_code, result.stdout.splitlines()) == (1, report("甲局", ".docx"))
    assert files("out") == report("甲局", ".docx")
    fault, count = result.stderr.splitlines()
    assert fault.startswith("坏.yaml:6:44: 错误：金额：“一百”不是金额")
    assert count == "坏.yaml：1 处错误，没有写出文件；改正后再运行一次"


def test_a_faulty_input_leaves_an_earlier_report_alone(department: Write) -> None:
    run("build", department("甲局"), "--format", "docx")
    before = [(path, Path(path).read_bytes()) for path in files("out")]
    result = run("build", department("甲局", amount="-1"), "--format", "docx")
    assert result.exit_code == 1
    assert [(path, Path(path).read_bytes()) for path in files("out")] == before


def test_a_report_is_replaced_when_the_amounts_change(department: Write) -> None:
    run("build", department("甲局"), "--format", "docx")
    before = Path(report("甲局", ".docx")[0]).read_bytes()
    assert run("build", department("甲局", amount="150"), "--format", "docx").exit_code == 0
    assert files("out") == report("甲局", ".docx")
    assert Path(report("甲局", ".docx")[0]).read_bytes() != before


def test_of_two_reports_of_one_name_the_second_is_refused(department: Write) -> None:
    first, second = department("甲局", "一.yaml"), department("甲局", "二.yaml", amount="150")
    result = run("build", first, second, "--format", "docx")
    assert (result.exit_code, result.stdout.splitlines()) == (1, report("甲局", ".docx"))
    assert result.stderr.splitlines()[0] == (
        "二.yaml: 错误：与 一.yaml 的报告同名（2024年甲局部门预算.docx），没有写出；"
        "请分开生成，用 -o 写到不同文件夹"
    )
    written = Path(report("甲局", ".docx")[0]).read_bytes()
    run("build", first, "--format", "docx", "-o", "alone")
    assert written == Path(report("甲局", ".docx", out="alone")[0]).read_bytes()


@pytest.mark.parametrize("out", ["file", "file/below"])
def test_an_output_folder_that_cannot_be_made_is_told(department: Write, out: str) -> None:
    Path("file").write_text("mine", encoding="utf-8")
    result = run("build", department("甲局"), "--format", "docx", "-o", out)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith(f"{out}: 错误：写不了文件：")
    assert Path("file").read_text(encoding="utf-8") == "mine"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_output_folder_is_told(department: Write) -> None:
    Path("out").mkdir(mode=0o555)
    result = run("build", department("甲局"), "--format", "docx")
    assert (result.exit_code, result.stdout, files("out")) == (1, "", [])
    assert result.stderr.startswith("out: 错误：写不了文件：")


def test_where_one_file_cannot_be_written_the_other_is_not_either(department: Write) -> None:
    pdf, docx = report("甲局")
    Path(docx).mkdir(parents=True)
    result = run("build", department("甲局"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "原有文件没有改动" in result.stderr
    assert not Path(pdf).exists()


def test_a_very_long_name_is_no_traceback(department: Write) -> None:
    result = run("build", department("某" * 300), "--format", "docx")
    assert result.exit_code == 0 or ": 错误：" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["build"], "dept.yaml"),
        (["build", "dept.yaml", "--format", "txt"], "不认识的格式“txt”；可写 pdf、docx"),
        (["build", "dept.yaml", "--format", "pdf,odt,rtf"], "不认识的格式“odt、rtf”"),
        (["build", "dept.yaml", "--format", ""], "没有写格式"),
        (["build", "dept.yaml", "--colour"], "--colour"),
        (["print", "dept.yaml"], "print"),
    ],
)
def test_a_wrong_command_is_told_before_anything_is_read(
    department: Write, arguments: list[str], said: str
) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert not Path("out").exists()


# --- the profile ---


def test_a_profile_copied_out_can_be_built_with(department: Write) -> None:
    assert run("eject", "chongqing-yubei", "mine").stdout == "mine\n"
    cover = Path("mine/cover.html.j2")
    cover.write_text(cover.read_text(encoding="utf-8") + "{{ nobody }}", encoding="utf-8")
    result = run("build", department("甲局"), "--profile", "mine")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("mine/cover.html.j2:")
    assert run("build", department("甲局"), "--format", "docx").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["eject", "chongqing-yubie", "new"], "没有格式“chongqing-yubie”，是不是“chongqing-yubei”？"),
        (["eject", "chongqing-yubei", "full"], "full: 错误：已经有内容；请换一个新的文件夹"),
        (["eject", "chongqing-yubei", "full/dept.yaml"], "full/dept.yaml: 错误：已经有内容"),
        (["build", "full/dept.yaml", "--profile", "nowhere"], "nowhere/profile.yaml: 错误：找不到这个文件"),
    ],
)
def test_a_profile_that_is_not_there_or_in_the_way_is_told(
    department: Write, arguments: list[str], said: str
) -> None:
    department("甲局", "full/dept.yaml")
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr
    assert files(".") == ["full/dept.yaml"]


def test_the_profiles_are_listed_with_what_they_are() -> None:
    result = run("profiles")
    assert (result.exit_code, result.stderr) == (0, "")
    listed = dict(line.split(maxsplit=1) for line in result.stdout.splitlines())
    assert "渝北区" in listed["chongqing-yubei"]


# --- help ---


def test_the_version_is_told() -> None:
    assert run("--version").stdout == f"reportgen {__version__}\n"


def test_the_help_names_every_command_and_option() -> None:
    result = run("--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert all(word in result.stdout for word in ("build", "profiles", "eject", "--version"))
    result = run("build", "--help")
    assert (result.exit_code, result.stderr) == (0, "")
    assert all(
        word in result.stdout for word in ("-o", "--out", "--format", "pdf,docx", "--profile", "dept.yaml")
    )


def test_without_a_command_the_help_is_shown() -> None:
    result = run()
    assert result.exit_code == 2
    assert "build" in result.stdout + result.stderr


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_the_help_does_not_wait_for_the_renderers_to_load(argument: str) -> None:
    code = (
        f"import sys; sys.argv = ['reportgen', {argument!r}]\n"
        "from reportgen.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    print({'weasyprint', 'docx', 'fontTools'} & sys.modules.keys(), file=sys.stderr)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert (result.stderr, bool(result.stdout)) == ("set()\n", True)


# --- what people typed into a finished file ---


def test_a_word_file_that_a_program_saved_without_a_new_date_is_not_replaced(department: Write) -> None:
    path = department("甲局")
    (target,) = report("甲局", ".docx")
    assert run("build", path, "--format", "docx").exit_code == 0
    edited = docx.Document(target)
    edited.paragraphs[0].add_run("改过")
    edited.save(target)  # as a conversion does: the day of the last change is the one that it found
    result = run("build", path, "--format", "docx")
    assert result.exit_code == 1
    assert "生成以后有人改过" in result.stderr


def test_a_word_file_that_somebody_edited_is_not_replaced_unless_asked(department: Write) -> None:
    path = department("甲局")
    (target,) = report("甲局", ".docx")
    assert run("build", path, "--format", "docx").exit_code == 0
    assert run("build", path, "--format", "docx").exit_code == 0  # as it was written, it may be replaced
    edited = docx.Document(target)
    edited.paragraphs[0].add_run("改过")
    edited.core_properties.modified = datetime(2025, 1, 8, tzinfo=UTC)
    edited.save(target)
    before = Path(target).read_bytes()
    result = run("build", path, "--format", "docx")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0] == (
        f"{target}: 错误：生成以后有人改过，没有覆盖；"
        "请先改名或移走（verify 可以核对改过的数字），或加 --force 覆盖"
    )
    assert Path(target).read_bytes() == before
    assert run("build", path, "--format", "docx", "--force").exit_code == 0
    assert Path(target).read_bytes() != before
