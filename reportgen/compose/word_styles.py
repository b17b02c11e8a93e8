"""The Word styles of a report by the names that people see; reference.docx may change their looks.

Word's own have English names in every file: a Chinese Word shows `heading 1` as 标题 1.
"""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """By the word that a DOCX has for it."""

    PARAGRAPH = "paragraph"
    CHARACTER = "character"
    TABLE = "table"

    @property
    def label(self) -> str:
        return {"paragraph": "段落样式", "character": "字符样式", "table": "表格样式"}[self.value]


_BUILT_IN = {
    "Normal": "正文",
    **{f"heading {level}": f"标题 {level}" for level in range(1, 5)},
    **{f"toc {level}": f"目录 {level}" for level in range(1, 4)},
    "footer": "页脚",
    "Strong": "要点",
}
"""Word's own, and what a Chinese Word calls them."""

_OWN = (
    *(
        "表题",
        "表题（续）",
        "表上说明",
        "注",
        "表格文字",
        "表格居中",
        "表格数字",
        "表头",
        "表格之后",
        "表格间距",
    ),
    *("图题", "图", "一图读懂名称", "一图读懂数字", "封面标题", "封面文字", "封面日期", "目录标题"),
)
_CHARACTERS = ("Strong", "表题副题", "合计行")
_TABLES = ("公开表", "一图读懂")

KINDS = {
    **dict.fromkeys((*_BUILT_IN, *_OWN), Kind.PARAGRAPH),
    **dict.fromkeys(_CHARACTERS, Kind.CHARACTER),
    **dict.fromkeys(_TABLES, Kind.TABLE),
}
"""The kind of each style, by its name in the file; `kind_of` knows their variants too."""

_VARIANT = re.compile(r"(表格文字|表格居中|表格数字|表头)(?:([\d.]+)磅)?(?:缩进(\d))?")


def variant_name(name: str, size: Decimal | None, indent: int) -> str:
    """A style of cells in another size, in points, or set in by so many levels: «表格文字 8.5磅 缩进2»."""
    return f"{name}{f' {size.normalize():f}磅' if size else ''}{f' 缩进{indent}' if indent else ''}"


def shown_name(name: str) -> str:
    """What a Chinese Word calls a style."""
    return _BUILT_IN.get(name, name)


def is_built_in(name: str) -> bool:
    return name in _BUILT_IN


def known_name(written: str) -> str | None:
    """The style that some program means: Word writes `toc 1`, LibreOffice `TOC 1`, others 目录 1."""
    plain = _plain(written)
    return _BY_PLAIN_NAME.get(plain) or (written if _VARIANT.fullmatch(plain) else None)


def kind_of(name: str) -> Kind:
    return KINDS.get(name, Kind.PARAGRAPH)


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", name).casefold()


_BY_PLAIN_NAME = {_plain(word): name for name in KINDS for word in (name, shown_name(name))}
