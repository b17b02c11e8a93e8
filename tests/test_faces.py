"""`reportgen fonts` says what each kind of text is really set in on this machine."""

from __future__ import annotations

import subprocess

import pytest
from typer.testing import CliRunner

from reportgen.cli import app
from reportgen.compose.style import NOTO_SANS, NOTO_SERIF, Fonts
from reportgen.render.faces import Face, faces, told


def test_each_role_is_set_in_the_first_family_that_is_there() -> None:
    nowhere = "没有的字体"
    fonts = Fonts(body=(nowhere, NOTO_SERIF), kai=(NOTO_SANS,), hei=(NOTO_SANS, nowhere))
    found = {face.role: face for face in faces(fonts)}
    assert found["正文"].rank == 1
    assert found["楷体标题"].rank == 0
    assert found["黑体标题"].rank == 0


def test_each_role_gets_the_best_family_that_fontconfig_knows() -> None:
    listed = subprocess.run(["fc-list", ":", "family"], capture_output=True, text=True, check=True).stdout
    known = {name.replace("\\", "") for line in listed.splitlines() for name in line.split(",")}
    for face in faces(Fonts()):
        assert face.name == next(name for name in face.wanted if name in known)


@pytest.mark.parametrize(
    ("face", "line"),
    [
        (Face("正文", ("仿宋", NOTO_SERIF), (NOTO_SERIF,)), "正文：Noto Serif CJK SC（没有 仿宋）"),
        (Face("正文", (NOTO_SERIF,), (NOTO_SERIF,)), "正文：Noto Serif CJK SC"),
        (Face("正文", ("仿宋", "黑体"), ("DejaVu Sans",)), "正文：DejaVu Sans，不在想要的（仿宋、黑体）之内"),
    ],
)
def test_what_is_missing_is_told(face: Face, line: str) -> None:
    assert told([face])[0] == line


def test_a_font_is_known_by_each_of_its_names() -> None:
    """Windows names one font SimHei and 黑体; which of them the PDF has depends on the machine's language."""
    face = Face("黑体标题", ("黑体", "SimHei", NOTO_SANS), ("SimHei", "黑体"))
    assert told([face]) == ["黑体标题：黑体"]


def test_what_to_do_is_told_where_something_is_missing() -> None:
    body = ("仿宋", "FandolFang", NOTO_SERIF)
    without = told([Face("正文", body, (NOTO_SERIF,))])
    assert "运行 make fonts，装上免费的 FandolFang" in without[1]
    free = told([Face("正文", body, ("FandolFang",))])
    assert "make fonts" not in "".join(free)
    assert "fc-cache -f" in free[1]
    assert len(told([Face("正文", body, ("仿宋",))])) == 1


def test_the_command_tells_every_role_of_a_profile() -> None:
    result = CliRunner().invoke(app, ["fonts", "standard"])
    assert result.exit_code == 0
    roles = [line.partition("：")[0] for line in result.stdout.splitlines()]
    assert roles[:5] == ["正文", "楷体标题", "黑体标题", "大标题", "表格"]


def test_a_profile_that_does_not_exist_is_told() -> None:
    result = CliRunner().invoke(app, ["fonts", "standart"])
    assert result.exit_code == 1
    assert "没有格式“standart”，是不是“standard”？" in result.stderr
