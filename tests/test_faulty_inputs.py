"""The catalogue of faulty inputs in `faulty/`: one folder a fault, named after it.

A folder holds the input and `expected.txt`, the exact standard error of `reportgen build` run inside it.
`args.txt` names the input where it is neither dept.yaml nor dept.json. `known-bug.txt` marks a case whose
`expected.txt` says what reportgen should say, but does not say yet; delete it once it does.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from reportgen.cli import app

FAULTY = Path(__file__).parent / "faulty"
CASES = sorted(path for path in FAULTY.iterdir() if path.is_dir())
LINE = re.compile(r"(?P<file>[^:]+)(:(?P<line>\d+)(:(?P<column>\d+))?)?: 错误：(?P<message>.+)")


def _input(case: Path) -> str:
    if (case / "args.txt").exists():
        return (case / "args.txt").read_text(encoding="utf-8").strip()
    return "dept.json" if (case / "dept.json").exists() else "dept.yaml"


def _expected(case: Path) -> str:
    return (case / "expected.txt").read_text(encoding="utf-8")


def _param(case: Path) -> Any:
    bug = case / "known-bug.txt"
    if not bug.exists():
        return pytest.param(case, id=case.name)
    reason = bug.read_text(encoding="utf-8").strip()
    return pytest.param(case, id=case.name, marks=pytest.mark.xfail(strict=True, reason=reason))


def _names(case: Path) -> list[Path]:
    return sorted(case.rglob("*"))


@pytest.mark.parametrize("case", [_param(case) for case in CASES])
def test_a_faulty_input_is_told_in_full_and_nothing_is_written(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(case)
    out, before = tmp_path / "out", _names(case)
    result = CliRunner().invoke(app, ["build", _input(case), "-o", str(out)])
    assert isinstance(result.exception, SystemExit), f"a traceback: {result.exception!r}"
    assert result.stderr == _expected(case)
    assert result.stdout == ""
    assert result.exit_code == 1
    assert not out.exists() or not _names(out)
    assert _names(case) == before


@pytest.mark.parametrize("name", ["faults-in-several-files", "gbk-csv", "no-such-file"])
def test_the_program_itself_says_and_returns_the_same(name: str, tmp_path: Path) -> None:
    case, out = FAULTY / name, tmp_path / "out"
    command = [sys.executable, "-m", "reportgen", "build", _input(case), "-o", str(out)]
    result = subprocess.run(command, cwd=case, capture_output=True, encoding="utf-8", check=False)
    assert (result.returncode, result.stdout, result.stderr) == (1, "", _expected(case))
    assert not out.exists()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_expected_line_names_a_place_that_exists(case: Path) -> None:
    *faults, count = _expected(case).splitlines()
    assert count == f"{_input(case)}：{len(faults)} 处错误，没有写出文件；改正后再运行一次"
    places = []
    for fault in faults:
        found = LINE.fullmatch(fault)
        assert found, fault
        file, line, column = found["file"], int(found["line"] or 0), int(found["column"] or 0)
        places.append((file, line, column))
        if line:
            # whatever the encoding, bytes before the fault are ASCII or UTF-8 in this catalogue
            lines = (case / file).read_bytes().decode("utf-8", "replace").split("\n")
            assert line <= len(lines)
            assert column <= len(lines[line - 1]) + 1
    assert places == sorted(places)
