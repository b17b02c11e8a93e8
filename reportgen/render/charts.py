"""The charts of a document as pictures: which stand where in its HTML, and what each looks like."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from reportgen.compose.chart import Chart
from reportgen.compose.document import Document
from reportgen.render.chart_layout import EDGE, SIZE, draw
from reportgen.render.svg import svg


def pictures(root: HtmlElement, document: Document) -> Iterator[tuple[HtmlElement, Chart]]:
    """The places for pictures in the HTML, each with its chart, in reading order."""
    for place in list(root.iter("div")):
        chart = charted(place, document)
        if chart is not None:
            yield place, chart


def charted(element: HtmlElement, document: Document) -> Chart | None:
    """The chart that an element is the place of."""
    return document.charts.get(element.get("data-chart") or "")


def picture(chart: Chart, document: Document, width: float | None = None) -> etree._Element:
    """A chart as SVG, as wide as the text that it stands in unless another width is given."""
    return svg(draw(chart, width or chart.width), SIZE, document.style.fonts.table, EDGE)
