"""What is installed stands alone: a wheel away from the sources, and the rest when one profile is gone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from reading import ROOT

PROFILES = sorted(path.parent.name for path in ROOT.glob("templates/*/profile.yaml"))
COPIED = ("reportgen", "templates", "data")


def _run(*command: str | Path, cwd: Path, **more: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | more
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.long
def test_the_wheel_builds_every_profile_from_another_directory(tmp_path: Path) -> None:
    _run(sys.executable, "-m", "pip", "wheel", ROOT, "--no-deps", "-q", "-w", tmp_path, cwd=tmp_path)
    (wheel,) = tmp_path.glob("reportgen-*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    program = tmp_path / "env" / "bin"
    _run(program / "python", "-m", "pip", "install", "-q", wheel, cwd=tmp_path)

    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(ROOT / "data" / "examples", elsewhere)
    listed = _run(program / "reportgen", "profiles", cwd=elsewhere)
    assert [line.split()[0] for line in listed.splitlines()] == PROFILES
    _run(program / "reportgen", "build", "standard/dept.yaml", "-o", "out", cwd=elsewhere)
    assert {path.suffix for path in (elsewhere / "out").iterdir()} == {".pdf", ".docx"}
    composing = (
        "import sys; from pathlib import Path; import reportgen; from reportgen.build import prepare\n"
        "assert Path(reportgen.__file__).is_relative_to(sys.prefix)\n"
        "for name in sys.argv[1:]: prepare(Path(name, 'dept.yaml'))"
    )
    _run(program / "python", "-c", composing, *PROFILES, cwd=elsewhere)


def test_without_one_profile_all_others_work_as_before(tmp_path: Path) -> None:
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    script = (
        "import shutil, sys; from pathlib import Path; from reportgen.build import prepare\n"
        "for gone in sys.argv[1:]:\n"
        "    shutil.move(f'templates/{gone}', 'aside')\n"
        "    for other in sys.argv[1:]:\n"
        "        if other != gone: prepare(Path(f'data/examples/{other}/dept.yaml'))\n"
        "    shutil.move('aside', f'templates/{gone}')\n"
    )
    _run(sys.executable, "-c", script, *PROFILES, cwd=tmp_path, PYTHONPATH=str(tmp_path))


def test_an_input_whose_profile_is_gone_is_told_which_there_are(tmp_path: Path) -> None:
    for name in COPIED:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.rmtree(tmp_path / "templates" / "standard")
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", "build", "data/examples/standard/dept.yaml"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "data/examples/standard/dept.yaml:2:5: 错误：没有格式“standard”" in done.stderr
    assert not (tmp_path / "out").exists()
