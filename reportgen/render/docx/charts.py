"""Charts as Word's own: a chart part that can be edited, the workbook behind it, a drawing in the text.

Children stand in the order of the schema (ECMA-376, part 1, 21.2); Word insists on it.
"""

from __future__ import annotations

from collections.abc import Iterator

from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree
from lxml.builder import ElementMaker

from reportgen.compose.chart import Chart, Point
from reportgen.compose.chart_spec import ChartKind
from reportgen.compose.style import Style
from reportgen.render.chart_layout import EDGE, SHADES, SIZE, draw, least, pitch_of, suited
from reportgen.render.docx.chart_workbook import SHEET, number_format, workbook
from reportgen.render.docx.ooxml import Element, w

C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
WP = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

EMU = 12700
"""In a point."""
AXES = ("111", "112")
GAP_OF_BARS = 60
"""Percent of a bar between those of two categories."""
ROOM = 1.25
"""Word sets its labels wider than we do: a chart is so much higher than its picture in the PDF."""
HIGHEST = 560
"""Points of a page that a chart may take, as in the style sheet."""
DESCRIPTION_MAX = 30_000

_MAKERS = {uri: ElementMaker(namespace=uri, nsmap={"c": C, "a": A, "r": R, "wp": WP}) for uri in (C, A, WP)}


def _make(space: str, tag: str, /, *children: Element | None, **attributes: object) -> Element:
    element: Element = _MAKERS[space](tag)
    for name, value in attributes.items():
        element.set(name, str(value))
    element.extend(child for child in children if child is not None)
    return element


def c(tag: str, /, *children: Element | None, **attributes: object) -> Element:
    return _make(C, tag, *children, **attributes)


def a(tag: str, /, *children: Element | None, **attributes: object) -> Element:
    return _make(A, tag, *children, **attributes)


def drawing(chart: Chart, word: WordDocument, number: int, style: Style) -> Element:
    """A run that holds the chart, whose parts are added to the package; `number` counts from 1."""
    package = word.part.package
    book = Part(
        PackURI(f"/word/embeddings/Microsoft_Excel_Sheet{number}.xlsx"),
        WORKBOOK_TYPE,
        workbook(chart),
        package,
    )
    part = Part(PackURI(f"/word/charts/chart{number}.xml"), CHART_TYPE, b"", package)
    root = chart_space(chart, style, part.relate_to(book, RELATION.PACKAGE))
    part._blob = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    relation = word.part.relate_to(part, RELATION.CHART)
    return w("r", w("drawing", _inline(chart, number, relation)))


def _inline(chart: Chart, number: int, relation: str) -> Element:
    held = c("chart")
    held.set(f"{{{R}}}id", relation)
    high = min(draw(chart, chart.width).height * ROOM, HIGHEST)
    return _make(
        WP,
        "inline",
        _make(WP, "extent", cx=round(chart.width * EMU), cy=round(high * EMU)),
        _make(WP, "effectExtent", l=0, t=0, r=0, b=0),
        _make(WP, "docPr", id=number, name=f"图 {number}", descr=chart.alternative[:DESCRIPTION_MAX]),
        _make(WP, "cNvGraphicFramePr"),
        a("graphic", a("graphicData", held, uri=C)),
        distT=0,
        distB=0,
        distL=0,
        distR=0,
    )


def chart_space(chart: Chart, style: Style, workbook_relation: str) -> Element:
    external = c("externalData", c("autoUpdate", val=0))
    external.set(f"{{{R}}}id", workbook_relation)
    return c(
        "chartSpace",
        c("date1904", val=0),
        c("lang", val="zh-CN"),
        c("roundedCorners", val=0),
        c(
            "chart",
            c("autoTitleDeleted", val=1),
            c("plotArea", c("layout"), *_plot(chart, style)),
            _legend(chart, style),
            c("plotVisOnly", val=1),
            c("dispBlanksAs", val="gap"),
        ),
        c("spPr", a("noFill"), a("ln", a("noFill"))),
        _type(style),
        external,
    )


def _plot(chart: Chart, style: Style) -> Iterator[Element]:
    kind = suited(chart, chart.width)
    series = [_series(chart, at, kind, style) for at in range(len(chart.series))]
    if kind is ChartKind.PIE:
        yield c("pieChart", c("varyColors", val=1), *series, c("firstSliceAng", val=0))
        return
    upright = kind is ChartKind.COLUMN
    yield c(
        "barChart",
        c("barDir", val="col" if upright else "bar"),
        c("grouping", val="clustered"),
        c("varyColors", val=0),
        *series,
        c("gapWidth", val=_gap(chart) if upright else GAP_OF_BARS),
        c("overlap", val=-10),
        *(c("axId", val=axis) for axis in AXES),
    )
    yield _category_axis(upright, style)
    yield _value_axis(chart, kind)


def _gap(chart: Chart) -> int:
    """Between the columns of two categories, in percent of a column, so that few do not become broad."""
    slot = chart.width / len(chart.categories)
    pitch = pitch_of(chart, slot)
    return round(min(max((slot / pitch - len(chart.series)) * 100, GAP_OF_BARS), 500))


def _category_axis(upright: bool, style: Style) -> Element:
    """Bars are listed from the top; labels stand at the edge, where no bar crosses them."""
    own, other = AXES
    return c(
        "catAx",
        c("axId", val=own),
        c("scaling", c("orientation", val="minMax" if upright else "maxMin")),
        c("delete", val=0),
        c("axPos", val="b" if upright else "l"),
        c("numFmt", formatCode="General", sourceLinked=0),
        c("majorTickMark", val="none"),
        c("minorTickMark", val="none"),
        c("tickLblPos", val="low"),
        c("spPr", _line()),
        _type(style),
        c("crossAx", val=other),
        c("crosses", val="autoZero"),
        c("auto", val=0),
        c("lblAlgn", val="ctr"),
        c("lblOffset", val=100),
        c("noMultiLvlLbl", val=1),
    )


def _value_axis(chart: Chart, kind: ChartKind) -> Element:
    """Not shown: every bar has its figure. Only where there are falls must it begin before them."""
    own, other = reversed(AXES)
    upright = kind is ChartKind.COLUMN
    falls = any(point.drawn is not None and point.drawn < 0 for point in chart.points)
    start = c("min", val=f"{least(chart, kind):.2f}") if falls else None
    return c(
        "valAx",
        c("axId", val=own),
        c("scaling", c("orientation", val="minMax"), start),
        c("delete", val=1),
        c("axPos", val="l" if upright else "t"),
        c("numFmt", formatCode="General", sourceLinked=0),
        c("majorTickMark", val="none"),
        c("minorTickMark", val="none"),
        c("tickLblPos", val="none"),
        c("crossAx", val=other),
        c("crosses", val="autoZero"),
        c("crossBetween", val="between"),
    )


def _series(chart: Chart, at: int, kind: ChartKind, style: Style) -> Element:
    column = chr(ord("B") + at)
    last = len(chart.categories) + 1
    pie = kind is ChartKind.PIE
    slices = [_slice(index) for index in range(len(chart.categories))] if pie else []
    return c(
        "ser",
        c("idx", val=at),
        c("order", val=at),
        c("tx", _texts("strRef", f"{SHEET}!${column}$1", [chart.series[at]])),
        c("spPr", _fill(at), _line()),
        None if pie else c("invertIfNegative", val=0),
        *slices,
        _labels(chart, style, pie=pie),
        c("cat", _texts("strRef", f"{SHEET}!$A$2:$A${last}", [x.full_label for x in chart.categories])),
        c("val", _numbers(chart, at, f"{SHEET}!${column}$2:${column}${last}")),
    )


def _slice(index: int) -> Element:
    return c("dPt", c("idx", val=index), c("bubble3D", val=0), c("spPr", _fill(index), _line()))


def _labels(chart: Chart, style: Style, *, pie: bool) -> Element:
    """The figure at each bar; of a slice on white, beside it and with a line to it where it is thin."""
    ground = a("solidFill", a("srgbClr", val="FFFFFF")) if pie else a("noFill")
    return c(
        "dLbls",
        c("numFmt", formatCode=number_format(chart), sourceLinked=0),
        c("spPr", ground, a("ln", a("noFill"))),
        _type(style),
        c("dLblPos", val="bestFit" if pie else "outEnd"),
        c("showLegendKey", val=0),
        c("showVal", val=1),
        c("showCatName", val=0),
        c("showSerName", val=0),
        c("showPercent", val=0),
        c("showBubbleSize", val=0),
        c("showLeaderLines", val=1) if pie else None,
    )


def _legend(chart: Chart, style: Style) -> Element | None:
    pie = chart.kind is ChartKind.PIE
    if not (pie or chart.legend):
        return None
    return c("legend", c("legendPos", val="r" if pie else "t"), c("overlay", val=0), _type(style))


def _texts(tag: str, formula: str, texts: list[str]) -> Element:
    points = [_point(index, text) for index, text in enumerate(texts)]
    return c(tag, _text("f", formula), c("strCache", c("ptCount", val=len(texts)), *points))


def _numbers(chart: Chart, at: int, formula: str) -> Element:
    """What is drawn, as it is printed; where there is nothing to draw there is no point."""
    figures: list[tuple[int, Point]] = [
        (index, category.points[at]) for index, category in enumerate(chart.categories)
    ]
    return c(
        "numRef",
        _text("f", formula),
        c(
            "numCache",
            _text("formatCode", number_format(chart)),
            c("ptCount", val=len(figures)),
            *(_point(index, f"{point.drawn:f}") for index, point in figures if point.drawn is not None),
        ),
    )


def _point(index: int, text: str) -> Element:
    return c("pt", _text("v", text), idx=index)


def _text(tag: str, text: str) -> Element:
    element = c(tag)
    element.text = text
    return element


def _fill(at: int) -> Element:
    return a("solidFill", a("srgbClr", val=SHADES[at % len(SHADES)].removeprefix("#").upper()))


def _line() -> Element:
    return a("ln", a("solidFill", a("srgbClr", val=EDGE.removeprefix("#").upper())), w=EMU // 2)


def _type(style: Style) -> Element:
    """The face of the tables, in the size of a chart's words."""
    face = style.fonts.table[0]
    properties = a(
        "defRPr",
        a("solidFill", a("srgbClr", val="000000")),
        a("latin", typeface=face),
        a("ea", typeface=face),
        a("cs", typeface=face),
        sz=round(SIZE * 100),
        b=0,
    )
    return c("txPr", a("bodyPr"), a("lstStyle"), a("p", a("pPr", properties), a("endParaRPr", lang="zh-CN")))
