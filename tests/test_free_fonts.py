"""scripts/fonts.sh, with an apt-get and a fontconfig of its own: what it takes, what it says."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from reading import ROOT

pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb, of Debian")

TAKEN = ["FandolFang-Regular.otf", "FandolKai-Regular.otf"]
STUBS = {
    "id": "echo 1000",
    "fc-list": 'ls "$XDG_DATA_HOME/fonts/reportgen" 2>/dev/null | grep -F "${1#:family=}"',
    "fc-cache": "",
    "apt-get": 'echo "$@" >>"$ASKED"; cp "$OFFERED" . || { echo "E: 没有这个软件包"; exit 100; }',
}


@dataclass(frozen=True)
class Machine:
    """A user's folders, and a package that apt-get offers."""

    folder: Path

    def offer(self, *fonts: str) -> None:
        tree = self.folder / "tree"
        place = tree / "usr/share/texlive/texmf-dist/fonts/opentype/public/fandol"
        place.mkdir(parents=True)
        for name in fonts:
            (place / name).write_text(name, "utf-8")
        (tree / "DEBIAN").mkdir()
        (tree / "DEBIAN/control").write_text(
            "Package: texlive-lang-chinese\nVersion: 1\nArchitecture: all\n"
            "Maintainer: x <x@x>\nDescription: x\n",
            "utf-8",
        )
        made = ["dpkg-deb", "--build", "--root-owner-group", tree, self._offered]
        subprocess.run(made, check=True, capture_output=True)

    def run(self) -> str:
        stubs = self.folder / "bin"
        stubs.mkdir(exist_ok=True)
        for name, script in STUBS.items():
            (stubs / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
            (stubs / name).chmod(0o755)
        environment = os.environ | {
            "PATH": f"{stubs}:{os.environ['PATH']}",
            "XDG_DATA_HOME": str(self.folder),
            "OFFERED": str(self._offered),
            "ASKED": str(self.folder / "asked"),
        }
        done = subprocess.run(
            ["bash", ROOT / "scripts" / "fonts.sh"],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    @property
    def installed(self) -> list[str]:
        return sorted(path.name for path in self.folder.glob("fonts/reportgen/*"))

    @property
    def asked(self) -> int:
        """How often apt-get was called."""
        log = self.folder / "asked"
        return len(log.read_text("utf-8").splitlines()) if log.exists() else 0

    @property
    def _offered(self) -> Path:
        return self.folder / "texlive-lang-chinese_1_all.deb"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_of_the_whole_package_two_faces_are_taken_once(machine: Machine) -> None:
    machine.offer(*TAKEN, "FandolSong-Regular.otf")
    assert machine.run().splitlines()[-1] == f"仿宋和楷体已装到 {machine.folder}/fonts/reportgen"
    assert machine.installed == TAKEN
    assert machine.run() == ""
    assert machine.asked == 1


def test_without_a_network_the_face_that_stands_in_is_told_and_what_to_do(machine: Machine) -> None:
    said = machine.run()
    assert "没有成功（E: 没有这个软件包）" in said
    assert "用 Noto Serif CJK（宋体）代替" in said
    assert "make fonts" in said
    assert machine.installed == []


def test_a_package_that_lacks_a_face_installs_nothing(machine: Machine) -> None:
    machine.offer(TAKEN[0])
    assert "里没有 FandolKai-Regular.otf" in machine.run()
    assert machine.installed == []
