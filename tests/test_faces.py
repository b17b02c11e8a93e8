"""`reportgen fonts` says what each kind of text is really set in on this machine."""

from __future__ import annotations

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


@pytest.mark.parametrize(
    ("face", "line"),
    [
        (Face("正文", ("仿宋", NOTO_SERIF), "Noto-Serif-CJK-SC"), "正文：Noto-Serif-CJK-SC（没有 仿宋）"),
        (Face("正文", (NOTO_SERIF,), "Noto-Serif-CJK-SC"), "正文：Noto-Serif-CJK-SC"),
        (
            Face("正文", ("仿宋",), "DejaVu-Sans"),
            "正文：DejaVu-Sans，不在想要的之内；请安装 仿宋，或在格式的 style.fonts 里写别的",
        ),
    ],
)
def test_what_is_missing_is_told(face: Face, line: str) -> None:
    assert told([face]) == [line]


def test_the_command_tells_every_role_of_a_profile() -> None:
    result = CliRunner().invoke(app, ["fonts", "standard"])
    assert result.exit_code == 0
    roles = [line.partition("：")[0] for line in result.stdout.splitlines()]
    assert roles[:5] == ["正文", "楷体标题", "黑体标题", "大标题", "表格"]


def test_a_profile_that_does_not_exist_is_told() -> None:
    result = CliRunner().invoke(app, ["fonts", "standart"])
    assert result.exit_code == 1
    assert "没有格式“standart”，是不是“standard”？" in result.stderr
