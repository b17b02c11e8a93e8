"""Which face each role gets on this machine: a line of text is set in it and the PDF asked what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import pypdfium2
import pypdfium2.raw as pdfium

from reportgen.compose.css import families
from reportgen.compose.style import Fonts

ROLES = {"body": "正文", "kai": "楷体标题", "hei": "黑体标题", "title": "大标题", "table": "表格"}
SAMPLE = "预算公开"


@dataclass(frozen=True, slots=True)
class Face:
    role: str
    wanted: tuple[str, ...]
    """Names of families, the best first."""
    found: str
    """What the text was set in, as the PDF names it."""

    @property
    def rank(self) -> int | None:
        """Which of the wanted families it is; None where it is none of them."""
        said = _plain(self.found)
        return next((at for at, name in enumerate(self.wanted) if _plain(name) in said), None)


def faces(fonts: Fonts) -> list[Face]:
    """Needs Pango, as every layout does."""
    from weasyprint import HTML  # noqa: PLC0415  (slow to load, and only needed here)

    found = []
    for role, label in ROLES.items():
        wanted: tuple[str, ...] = getattr(fonts, role)
        html = f"<p style='font-family: {escape(families(wanted))}'>{SAMPLE}</p>"
        found.append(Face(label, wanted, _used(HTML(string=html).write_pdf())))
    return found


def _used(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    try:
        page = document[0]
        texts = [one for one in page.get_objects() if one.type == pdfium.FPDF_PAGEOBJ_TEXT]
        names = dict.fromkeys(_font_name(one.raw) for one in texts)
        return "、".join(names)
    finally:
        document.close()


def _font_name(text: object) -> str:
    """Without the mark of a subset, «ABCDEF+»."""
    font = pdfium.FPDFTextObj_GetFont(text)
    size = pdfium.FPDFFont_GetBaseFontName(font, None, 0)
    buffer = (pdfium.c_char * size)()
    pdfium.FPDFFont_GetBaseFontName(font, buffer, size)
    name = bytes(buffer.value).decode("utf-8", "replace")
    return name.partition("+")[2] or name


def _plain(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


def told(found: Sequence[Face]) -> list[str]:
    """A line for each role, and what to install where a better face is missing."""
    lines = []
    for face in found:
        rank = face.rank
        if rank is None:
            said = f"{face.found}，不在想要的之内；请安装 {face.wanted[0]}，或在格式的 style.fonts 里写别的"
        elif rank == 0:
            said = face.found
        else:
            said = f"{face.found}（没有 {'、'.join(face.wanted[:rank])}）"
        lines.append(f"{face.role}：{said}")
    return lines
