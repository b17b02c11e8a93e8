"""The Word styles, made from the tokens that the style sheet uses too.

Change a style and the whole document follows: no paragraph carries its own formatting where a
style can say it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from reportgen.compose.style import Style
from reportgen.compose.word_styles import is_built_in
from reportgen.render.docx.ooxml import Element, half_points, mm, twips, w
from reportgen.render.docx.reference import overlay

BODY = "Normal"
CELL, CELL_MIDDLE, CELL_NUMBER, CELL_HEAD = "TableText", "TableMiddle", "TableNumber", "TableHead"
TABLE_TITLE, TABLE_TITLE_AGAIN, TABLE_ABOVE, NOTE = "TableTitle", "TableTitleAgain", "TableAbove", "TableNote"
COVER_NAME, COVER_TEXT, CONTENTS_TITLE = "CoverName", "CoverText", "ContentsTitle"
FOOTER = "Footer"
CHART, CHART_TITLE = "Chart", "ChartTitle"
GLANCE_NAME, GLANCE_FIGURE = "GlanceName", "GlanceFigure"
GRID, GLANCE = "DisclosureTable", "GlanceTable"


@dataclass(frozen=True, slots=True)
class _Spec:
    id: str
    name: str
    fonts: Sequence[str]
    size: Decimal
    line: tuple[Decimal, str] = (Decimal(240), "auto")
    """Line spacing: points with rule `exact`, or 240ths of a line with rule `auto`."""
    bold: bool = False
    align: str = "left"
    indent_chars: int = 0
    before: int = 0
    after: int = 0
    level: int | None = None
    keep_next: bool = False
    based_on: str | None = BODY
    tabs: tuple[tuple[str, int, str], ...] = ()
    left_chars: int = 0
    grid: bool = False
    """Whether lines keep to the page's grid; in tables they must not."""


def heading(level: int) -> str:
    return f"Heading{level}"


def contents_entry(level: int) -> str:
    return f"TOC{level}"


def apply_styles(document: WordDocument, style: Style, reference: bytes | None = None) -> None:
    """Defines every style the writer uses, replacing those of the empty document.

    `reference`: the styles of the profile's own Word file, which go before.
    """
    root = document.styles.element
    for child in list(root):
        if child.tag == qn("w:style"):
            root.remove(child)
    _defaults(root, style)
    for spec in _specs(style):
        root.append(_style(spec))
    root.append(_table_style())
    root.append(_glance_style())
    if reference is not None:
        overlay(root, reference)


def _specs(style: Style) -> list[_Spec]:
    fonts, pitch = style.fonts, (style.line_pitch, "exact")
    body, small, entry = style.body_size, style.table_size, (Decimal(18), "exact")
    text_width = mm(210 - style.text_page.left - style.text_page.right)
    entries = {"line": entry, "tabs": (("right", text_width, "dot"),)}
    title = {"bold": True, "align": "center", "keep_next": True}
    indented = {"line": pitch, "indent_chars": 200, "keep_next": True, "grid": True}
    after = twips(style.line_pitch)
    specs: list[tuple[str, str, Sequence[str], Decimal, dict[str, Any]]] = [
        (BODY, "Normal", fonts.body, body,
         {"line": pitch, "align": "both", "indent_chars": 200, "based_on": None, "grid": True}),
        (heading(1), "heading 1", fonts.title, style.title_size, {"after": after, "level": 0, **title}),
        (heading(2), "heading 2", fonts.hei, body, {"level": 1, **indented}),
        (heading(3), "heading 3", fonts.kai, body, {"level": 2, **indented}),
        (heading(4), "heading 4", fonts.body, body, {"level": 3, "bold": True, **indented}),
        (TABLE_TITLE, "表题", fonts.title, style.table_title_size, {"level": 1, **title}),
        (TABLE_TITLE_AGAIN, "表题（续）", fonts.title, style.table_title_size, title),
        (TABLE_ABOVE, "表上说明", fonts.table, small, {"keep_next": True}),
        (NOTE, "注", fonts.table, small, {"before": 60}),
        (CELL, "表格文字", fonts.table, small, {}),
        (CELL_MIDDLE, "表格居中", fonts.table, small, {"align": "center"}),
        (CELL_NUMBER, "表格数字", fonts.table, small, {"align": "right"}),
        (CELL_HEAD, "表头", fonts.table, small, {"bold": True, "align": "center"}),
        (CHART_TITLE, "图题", fonts.hei, small, {"bold": True, "align": "center", "before": 120,
         "keep_next": True}),
        (CHART, "图", fonts.table, small, {"align": "center", "after": 120}),
        (GLANCE_NAME, "一图读懂名称", fonts.hei, small, {"align": "center", "before": 80, "keep_next": True}),
        (GLANCE_FIGURE, "一图读懂数字", fonts.hei, Decimal(15),
         {"bold": True, "align": "center", "after": 80}),
        (COVER_NAME, "封面标题", fonts.title, style.title_size,
         {"line": (Decimal(384), "auto"), "bold": True, "align": "center"}),
        (COVER_TEXT, "封面文字", fonts.body, body, {"align": "center"}),
        (CONTENTS_TITLE, "目录标题", fonts.hei, style.title_size, {"align": "center", "after": 120}),
        (FOOTER, "footer", fonts.table, Decimal(14), {}),
        (contents_entry(1), "toc 1", fonts.hei, Decimal(12), entries),
        (contents_entry(2), "toc 2", fonts.body, Decimal(12), {"left_chars": 200, **entries}),
        (contents_entry(3), "toc 3", fonts.body, Decimal(12), {"left_chars": 400, **entries}),
    ]  # fmt: skip
    return [_Spec(id_, name, family, size, **more) for id_, name, family, size, more in specs]


def _style(spec: _Spec) -> Element:
    more = {"customStyle": "1"} if not is_built_in(spec.name) else {}
    if spec.based_on is None:
        more["default"] = "1"
    return w(
        "style",
        w("name", val=spec.name),
        w("basedOn", val=spec.based_on) if spec.based_on else None,
        w("next", val=BODY) if spec.level is not None else None,
        w("uiPriority", val="39") if spec.name.startswith("toc") else None,
        w("qFormat"),
        _paragraph_properties(spec),
        w(
            "rPr",
            rfonts(spec.fonts),
            w("b") if spec.bold else None,
            w("sz", val=half_points(spec.size)),
            w("szCs", val=half_points(spec.size)),
        ),
        type="paragraph",
        styleId=spec.id,
        **more,
    )


def _paragraph_properties(spec: _Spec) -> Element:
    value, rule = spec.line
    spacing = {
        "before": spec.before,
        "after": spec.after,
        "line": twips(value) if rule == "exact" else int(value),
        "lineRule": rule,
    }
    first = {"firstLineChars": spec.indent_chars, "firstLine": twips(spec.size) * spec.indent_chars // 100}
    left = {"leftChars": spec.left_chars, "left": twips(spec.size) * spec.left_chars // 100}
    return w(
        "pPr",
        w("keepNext") if spec.keep_next else None,
        w("tabs", *(w("tab", val=a, leader=leader, pos=at) for a, at, leader in spec.tabs))
        if spec.tabs
        else None,
        # no blank of Word's own between Chinese and figures: the PDF has none either
        w("autoSpaceDE", val=0),
        w("autoSpaceDN", val=0),
        w("snapToGrid", val=int(spec.grid)),
        w("spacing", **spacing),
        w("ind", **left, **first),
        w("jc", val=spec.align),
        w("outlineLvl", val=9 if spec.level is None else spec.level),
    )


def rfonts(names: Sequence[str]) -> Element:
    """The first family of a role for every script; the others stand as its alternatives in the font table."""
    name = names[0]
    return w("rFonts", ascii=name, hAnsi=name, eastAsia=name, cs=name)


def _defaults(root: Element, style: Style) -> None:
    defaults = root.find(qn("w:docDefaults"))
    if defaults is not None:
        root.remove(defaults)
    size = half_points(style.body_size)
    root.insert(
        0,
        w(
            "docDefaults",
            w(
                "rPrDefault",
                w(
                    "rPr",
                    rfonts(style.fonts.body),
                    w("kern", val=2),
                    w("sz", val=size),
                    w("szCs", val=size),
                    w("lang", val="en-US", eastAsia="zh-CN", bidi="ar-SA"),
                ),
            ),
            w("pPrDefault"),
        ),
    )


def _table_style() -> Element:
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    return w(
        "style",
        w("name", val="公开表"),
        w("qFormat"),
        w(
            "tblPr",
            w("tblBorders", *(w(edge, val="single", sz=4, space=0, color="000000") for edge in edges)),
            w(
                "tblCellMar",
                w("top", w=30, type="dxa"),
                w("left", w=50, type="dxa"),
                w("bottom", w=30, type="dxa"),
                w("right", w=50, type="dxa"),
            ),
        ),
        type="table",
        styleId=GRID,
        customStyle="1",
    )


def _glance_style() -> Element:
    """Large figures on a light ground, parted by white."""
    return w(
        "style",
        w("name", val="一图读懂"),
        w("qFormat"),
        w(
            "tblPr",
            w(
                "tblBorders",
                *(
                    w(edge, val="single", sz=36, space=0, color="FFFFFF")
                    for edge in ("left", "right", "insideV")
                ),
            ),
        ),
        w("tcPr", w("shd", val="clear", color="auto", fill="EEF2F7")),
        type="table",
        styleId=GLANCE,
        customStyle="1",
    )
