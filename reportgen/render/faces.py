"""Which face each role gets on this machine: a line of text is set in it, and the font asked its names."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from reportgen.compose.css import families
from reportgen.compose.style import Fonts

ROLES = {"body": "正文", "kai": "楷体标题", "hei": "黑体标题", "title": "大标题", "table": "表格"}
SAMPLE = "预算公开"
FETCHED = ("FandolFang", "FandolKai")
"""The families that scripts/fonts.sh brings."""
NAMES_OF_A_FAMILY = (1, 16)
"""In a font's table of names."""


@dataclass(frozen=True, slots=True)
class Face:
    role: str
    wanted: tuple[str, ...]
    """Names of families, the best first."""
    found: tuple[str, ...]
    """The names of the one that the text was set in: a Windows font goes by a Chinese and an English one."""

    @property
    def rank(self) -> int | None:
        """Which of the wanted families it is; None where it is none of them."""
        found = set(map(_plain, self.found))
        return next((at for at, name in enumerate(self.wanted) if _plain(name) in found), None)

    @property
    def missing(self) -> tuple[str, ...]:
        """What was wanted more than what was found."""
        return self.wanted[: self.rank]

    @property
    def name(self) -> str:
        """The wanted name of what was found, or else its own."""
        return self.found[0] if self.rank is None else self.wanted[self.rank]


def faces(fonts: Fonts) -> list[Face]:
    """Needs Pango, as every layout does."""
    from weasyprint import HTML  # noqa: PLC0415  (slow to load, and only needed here)

    found = []
    for role, label in ROLES.items():
        wanted: tuple[str, ...] = getattr(fonts, role)
        html = f"<p style='font-family: {escape(families(wanted))}'>{SAMPLE}</p>"
        document = HTML(string=html).render()
        # whole, since a subset keeps one name; never written to a file
        document.write_pdf(full_fonts=True, uncompressed_pdf=True)
        found.append(Face(label, wanted, _names(next(iter(document.fonts.values())))))
    return found


def _names(font: Any) -> tuple[str, ...]:
    from fontTools.ttLib import TTFont  # noqa: PLC0415  (comes with WeasyPrint)

    with TTFont(io.BytesIO(font.file_content), fontNumber=font.index, lazy=True) as opened:
        names = [str(one) for one in opened["name"].names if one.nameID in NAMES_OF_A_FAMILY]
    return tuple(dict.fromkeys([*names, font.family]))


def _plain(name: str) -> str:
    """As fontconfig compares names: without case and blanks."""
    return name.lower().replace(" ", "")


def told(found: Sequence[Face]) -> list[str]:
    """A line for each role, and what to do where a better face is missing."""
    lines = []
    for face in found:
        if face.rank is None:
            said = f"{face.name}，不在想要的（{'、'.join(face.wanted)}）之内"
        elif face.missing:
            said = f"{face.name}（没有 {'、'.join(face.missing)}）"
        else:
            said = face.name
        lines.append(f"{face.role}：{said}")
    return lines + _advice([name for face in found for name in face.missing])


def _advice(missing: Sequence[str]) -> list[str]:
    lines = []
    fetched = [name for name in FETCHED if name in missing]
    if fetched:
        lines.append(f"在 reportgen 的文件夹里运行 make fonts，装上免费的 {'、'.join(fetched)}")
    if missing:
        lines.append(
            "别的字体：把有权使用的字体文件（如 Windows、WPS 的）放进 ~/.local/share/fonts，"
            "再运行 fc-cache -f；或在格式的 style.fonts 里写电脑上有的字体"
        )
    return lines
