"""The Word styles, made from the tokens that the style sheet uses too.

Change a style and the whole document follows: no paragraph carries its own formatting where a
style can say it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from reportgen.compose.style import Style
from reportgen.compose.word_styles import is_built_in, variant_name
from reportgen.render.bold import HEAVY
from reportgen.render.css_rules import Padding
from reportgen.render.docx.ooxml import Element, half_points, mm, twips, w
from reportgen.render.docx.reference import overlay

BODY = "Normal"
CELL, CELL_MIDDLE, CELL_NUMBER, CELL_HEAD = "TableText", "TableMiddle", "TableNumber", "TableHead"
TABLE_TITLE, TABLE_TITLE_AGAIN, TABLE_ABOVE, NOTE = "TableTitle", "TableTitleAgain", "TableAbove", "TableNote"
TABLE_END, TABLE_GAP = "TableEnd", "TableGap"
STRONG, SUBTITLE, TOTAL = "Strong", "TableSubtitle", "TableTotal"
COVER_NAME, COVER_TEXT, COVER_DATE, CONTENTS_TITLE = "CoverName", "CoverText", "CoverDate", "ContentsTitle"
FOOTER = "Footer"
CHART, CHART_TITLE = "Chart", "ChartTitle"
GLANCE_NAME, GLANCE_FIGURE = "GlanceName", "GlanceFigure"
GRID, GLANCE = "DisclosureTable", "GlanceTable"


CELL_LINE = Decimal("1.3")
"""Of a line in a table, times the size of its type, as in the style sheet."""
PADDING = Padding(top=2.2, right=2.5, bottom=2.2, left=2.5)
"""Of cells, as in the style sheet."""
ABOVE_TABLES = 160
"""Twips between a part's heading and the first of its tables; a text's keeps a line."""
INDENT = Decimal("1.5")
"""Ems of one level of indent, as in the style sheet."""


@dataclass(frozen=True, slots=True)
class _Spec:
    id: str
    name: str
    fonts: Sequence[str]
    size: Decimal
    line: Decimal | None = None
    """Points of a line, whatever the font, so that pages break as in the PDF; None where pictures stand."""
    in_cell: bool = False
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


@dataclass
class CellStyles:
    """The styles of cells that a document uses; sizes and indents besides the usual ones get styles too."""

    usual: Decimal
    variants: dict[str, Element] = field(default_factory=dict)
    """By id."""

    def of(self, base: str, size: Decimal | None, indent: int) -> str:
        """The id of a style for text of a size (None: the usual), set in by so many levels."""
        own = size if size != self.usual else None
        if own is None and not indent:
            return base
        marks = [f"{half_points(own)}" if own else "", f"i{indent}" if indent else ""]
        id_ = "-".join([base, *filter(None, marks)])
        if id_ not in self.variants:
            name = variant_name(CELL_NAMES[base], own, indent)
            self.variants[id_] = _variant(id_, name, base, own, round(self._left(own or self.usual, indent)))
        return id_

    @staticmethod
    def _left(size: Decimal, indent: int) -> Decimal:
        """Twips; the style sheet's indent takes the place of the padding."""
        return INDENT * indent * size * 20 - twips(PADDING.left) if indent else Decimal(0)


_BOLD = ("Heading1", "Heading4", TABLE_TITLE, TABLE_TITLE_AGAIN, CHART_TITLE, COVER_NAME, CONTENTS_TITLE)


def emphasis(style: str) -> str | None:
    """The style of emphasized words within another; where all is bold Word would take it back."""
    return None if style in _BOLD else STRONG


def heading(level: int) -> str:
    return f"Heading{level}"


def contents_entry(level: int) -> str:
    return f"TOC{level}"


def apply_styles(document: WordDocument, style: Style, cells: CellStyles, reference: bytes | None) -> None:
    """Defines every style the writer uses, replacing those of the empty document.

    `reference`: the styles of the profile's own Word file, which go before.
    """
    root = document.styles.element
    for child in list(root):
        if child.tag == qn("w:style"):
            root.remove(child)
    _defaults(root, style)
    root.extend(_style(spec) for spec in _specs(style))
    root.extend(cells.variants[id_] for id_ in sorted(cells.variants))
    root.extend(_character_styles())
    root.extend((_table_style(), _glance_style()))
    if reference is not None:
        overlay(root, reference)


def _specs(style: Style) -> list[_Spec]:
    fonts, pitch = style.fonts, style.line_pitch
    body, small, title_size = style.body_size, style.table_size, style.title_size
    text_width = mm(210 - style.text_page.left - style.text_page.right)
    entries = {"line": Decimal(24), "tabs": (("right", text_width, "dot"),)}
    bold = not any(name in fonts.title[0] for name in HEAVY)
    title = {"bold": bold, "align": "center", "keep_next": True}
    of_part = {"line": title_size * Decimal("1.5"), "after": twips(pitch), **title}
    of_table = {"line": style.table_title_size * Decimal("1.4"), **title}
    indented = {"line": pitch, "indent_chars": 200, "keep_next": True, "grid": True}
    cell = {"line": small * CELL_LINE, "in_cell": True}
    specs: list[tuple[str, str, Sequence[str], Decimal, dict[str, Any]]] = [
        (BODY, "Normal", fonts.body, body,
         {"line": pitch, "align": "both", "indent_chars": 200, "based_on": None, "grid": True}),
        (heading(1), "heading 1", fonts.title, title_size, {"level": 0, **of_part}),
        (heading(2), "heading 2", fonts.hei, body, {"level": 1, **indented}),
        (heading(3), "heading 3", fonts.kai, body, {"level": 2, **indented}),
        (heading(4), "heading 4", fonts.body, body, {"level": 3, "bold": True, **indented}),
        (TABLE_TITLE, "表题", fonts.title, style.table_title_size, {"level": 1, **of_table}),
        (TABLE_TITLE_AGAIN, "表题（续）", fonts.title, style.table_title_size, of_table),
        (TABLE_ABOVE, "表上说明", fonts.table, small,
         {"line": small * Decimal("1.6"), "keep_next": True}),
        (NOTE, "注", fonts.table, small, {"line": small * Decimal("1.5"), "before": 60}),
        *((id_, name, fonts.table, small, {**cell, **_CELL_LOOKS[id_]}) for id_, name in CELL_NAMES.items()),
        (TABLE_END, "表格之后", fonts.table, Decimal(1), {"line": Decimal(1)}),
        (TABLE_GAP, "表格间距", fonts.table, Decimal(1), {"line": Decimal(1), "after": 340}),
        (CHART_TITLE, "图题", fonts.hei, small,
         {"line": small * Decimal("1.6"), "bold": True, "align": "center", "before": 120, "keep_next": True}),
        (CHART, "图", fonts.table, small, {"align": "center", "after": 120}),
        (GLANCE_NAME, "一图读懂名称", fonts.hei, small, {"align": "center", "before": 80, "keep_next": True}),
        (GLANCE_FIGURE, "一图读懂数字", fonts.hei, Decimal(15),
         {"bold": True, "align": "center", "after": 80}),
        (COVER_NAME, "封面标题", fonts.title, title_size,
         {"line": title_size * Decimal("1.6"), "bold": bold, "align": "center"}),
        (COVER_TEXT, "封面文字", fonts.body, body, {"line": pitch, "align": "center"}),
        (COVER_DATE, "封面日期", fonts.body, body, {"line": pitch, "align": "center", "before": mm(90)}),
        (CONTENTS_TITLE, "目录标题", fonts.title, title_size,
         {"line": title_size * Decimal("1.5"), "bold": bold, "align": "center", "after": twips(pitch)}),
        (FOOTER, "footer", fonts.table, Decimal(14), {}),
        (contents_entry(1), "toc 1", fonts.hei, Decimal(14), entries),
        (contents_entry(2), "toc 2", fonts.body, Decimal(14), {"left_chars": 200, **entries}),
        (contents_entry(3), "toc 3", fonts.body, Decimal(14), {"left_chars": 400, **entries}),
    ]  # fmt: skip
    return [_Spec(id_, name, family, size, **more) for id_, name, family, size, more in specs]


CELL_NAMES = {CELL: "表格文字", CELL_MIDDLE: "表格居中", CELL_NUMBER: "表格数字", CELL_HEAD: "表头"}
_CELL_LOOKS: dict[str, dict[str, Any]] = {
    CELL: {},
    CELL_MIDDLE: {"align": "center"},
    CELL_NUMBER: {"align": "right"},
    CELL_HEAD: {"bold": True, "align": "center"},
}


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
            *_size(spec.size, spaced=True),
            # LibreOffice looks by language for a face that is missing, and finds one whose figures have room
            # in their columns; in a text it would then break a line within a figure
            w("lang", val="zh-CN") if spec.in_cell else None,
        ),
        type="paragraph",
        styleId=spec.id,
        **more,
    )


def _size(size: Decimal, *, spaced: bool = False) -> list[Element]:
    """Word knows half points only; what is lacking or too much is put between the characters."""
    halves = half_points(size)
    between = w("spacing", val=twips(size - Decimal(halves) / 2)) if spaced else None
    return [e for e in (between, w("sz", val=halves), w("szCs", val=halves)) if e is not None]


def _variant(id_: str, name: str, base: str, size: Decimal | None, left: int) -> Element:
    """What differs from the style of cells that it is based on."""
    line = w("spacing", line=twips(size * CELL_LINE), lineRule="exact") if size else None
    indent = w("ind", leftChars=0, left=left) if left else None
    return w(
        "style",
        w("name", val=name),
        w("basedOn", val=base),
        w("pPr", line, indent),
        w("rPr", *_size(size)) if size else None,
        type="paragraph",
        styleId=id_,
        customStyle="1",
    )


def _character_styles() -> list[Element]:
    bold = w("rPr", w("b"))
    subtitle = w("rPr", w("b", val=0), *_size(Decimal(14)))
    looks = [(STRONG, "Strong", bold), (SUBTITLE, "表题副题", subtitle), (TOTAL, "合计行", w("rPr", w("b")))]
    return [
        w("style", w("name", val=name), w("qFormat"), properties, type="character", styleId=id_,
          **({} if is_built_in(name) else {"customStyle": "1"}))
        for id_, name, properties in looks
    ]  # fmt: skip


def _paragraph_properties(spec: _Spec) -> Element:
    line = {"line": 240, "lineRule": "auto"} if spec.line is None else {
        "line": twips(spec.line), "lineRule": "exact",
    }  # fmt: skip
    first = {"firstLineChars": spec.indent_chars, "firstLine": twips(spec.size) * spec.indent_chars // 100}
    left = {"leftChars": spec.left_chars, "left": twips(spec.size) * spec.left_chars // 100}
    return w(
        "pPr",
        w("keepNext") if spec.keep_next else None,
        w("tabs", *(w("tab", val=a, leader=leader, pos=at) for a, at, leader in spec.tabs))
        if spec.tabs
        else None,
        # as Word is set anyway; LibreOffice takes it the wrong way round, and loses marks that hang
        w("overflowPunct", val=1),
        # as in the PDF, no blank parts Chinese from figures
        w("autoSpaceDE", val=0),
        w("autoSpaceDN", val=0),
        w("snapToGrid", val=int(spec.grid)),
        w("spacing", before=spec.before, after=spec.after, **line),
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
            cell_margins(PADDING),
        ),
        type="table",
        styleId=GRID,
        customStyle="1",
    )


def cell_margins(padding: Padding) -> Element:
    sides = ("top", "left", "bottom", "right")
    return w("tblCellMar", *(w(side, w=twips(getattr(padding, side)), type="dxa") for side in sides))


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
