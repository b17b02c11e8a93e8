"""`reportgen init` writes a folder that reads without a fault and builds once it is filled in."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reportgen.build import examine
from reportgen.cli import app
from reportgen.compose.profile import shipped_profiles
from reportgen.faults import Severity

PROFILES = sorted(shipped_profiles())


def _init(folder: Path, *words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["init", str(folder), *words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout + result.stderr


def _started(folder: Path, profile: str) -> Path:
    words = ["--profile", profile, "--year", "2025", "--department", "某某县统计局"]
    assert _init(folder, *words)[0] == 0
    return folder / "dept.yaml"


def _fill(path: Path, **cells: str) -> None:
    """One record, under the header that is there."""
    header = next(csv.reader(path.read_text("utf-8-sig").splitlines()))
    assert set(cells) <= set(header)
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, lineterminator="\n").writerow(cells)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_new_folder_lacks_nothing_but_lines(profile: str, tmp_path: Path) -> None:
    found = examine(_started(tmp_path / "new", profile)).findings
    assert [f.rule for f in found if f.severity is Severity.ERROR] == ["R3-empty-ledger"]


@pytest.mark.parametrize("profile", PROFILES)
def test_a_folder_with_a_line_and_a_unit_composes(profile: str, tmp_path: Path) -> None:
    source = _started(tmp_path / "new", profile)
    if (source.parent / "units.csv").exists():
        _fill(source.parent / "units.csv", 编码="000001", 名称="本级", 性质="行政单位")
    _fill(
        source.parent / "lines.csv",
        单位="000001" if (source.parent / "units.csv").exists() else "",
        功能科目="2010506",
        部门经济科目="30101",
        支出性质="基本支出",
        资金="一般公共预算",
        金额="820000",
        上年预算数="790000",
    )
    examined = examine(source)
    assert [f for f in examined.findings if f.severity is Severity.ERROR] == []
    assert examined.document is not None


def test_the_folder_says_which_schema_checks_it(tmp_path: Path) -> None:
    source = _started(tmp_path / "new", "standard")
    assert source.read_text("utf-8").startswith("# yaml-language-server: $schema=./schema.json\n")
    assert (source.parent / "schema.json").exists()


def test_excel_knows_the_encoding_of_the_csv_files(tmp_path: Path) -> None:
    source = _started(tmp_path / "new", "standard")
    assert (source.parent / "lines.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_what_is_not_said_is_asked(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    result = CliRunner().invoke(app, ["init", str(folder)], input="chongqing-yubei\n2026\n某某区财政局\n")
    assert result.exit_code == 0
    text = (folder / "dept.yaml").read_text("utf-8")
    assert ("格式: chongqing-yubei" in text, "年度: 2026" in text, "名称: 某某区财政局" in text) == (
        True,
        True,
        True,
    )


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", "utf-8")
    code, said = _init(tmp_path, "--profile", "standard", "--year", "2025", "--department", "某局")
    assert code == 1
    assert "已经有内容；请换一个新的文件夹" in said
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_unknown_profile_names_the_known_ones(tmp_path: Path) -> None:
    code, said = _init(tmp_path / "new", "--profile", "standart", "--year", "2025", "--department", "某局")
    assert code == 1
    assert "没有格式“standart”，是不是“standard”？" in said
