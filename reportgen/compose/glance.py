"""The large figures of a page at a glance: what each is, and under it the figure, at most three abreast."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from reportgen.compose.chart import NOTHING
from reportgen.compose.language import Language
from reportgen.compose.profile_spec import GlanceFigure
from reportgen.compose.rows import Render
from reportgen.compose.spec import Measure, recorded

M = Markup

ABREAST = 3


def glance_figures(figures: Sequence[GlanceFigure], language: Language, render: Render) -> Markup:
    """Tables of one row each, so that a reader by ear hears the name with the figure."""
    rows = -(-len(figures) // ABREAST)
    each = -(-len(figures) // rows) if rows else 1
    return M("").join(
        _row(figures[at : at + each], each, language, render) for at in range(0, len(figures), each)
    )


def _row(figures: Sequence[GlanceFigure], columns: int, language: Language, render: Render) -> Markup:
    blanks = columns - len(figures)
    names = [M('<th scope="col">{}</th>').format(render(figure.label, {})) for figure in figures]
    said = [M('<td class="m">{}</td>').format(_said(figure, language)) for figure in figures]
    widths = M("").join([M('<col style="width:{:.3f}%"/>').format(100 / columns)] * columns)
    return M(
        '<table class="glance"><colgroup>{}</colgroup>'
        "<thead><tr>{}</tr></thead><tbody><tr>{}</tr></tbody></table>"
    ).format(
        widths,
        M("").join([*names, *[M("<th></th>")] * blanks]),
        M("").join([*said, *[M("<td></td>")] * blanks]),
    )


def _said(asked: GlanceFigure, language: Language) -> Markup:
    """The figure in the words and the style of the text."""
    figure = language.figure(asked.source, "amount", asked.against.value, **asked.where)
    if asked.measure is Measure.AMOUNT:
        return escape(figure)
    base = next(need for need in recorded(asked.measure, asked.against) if need != "amount")
    compared = language.figure(asked.source, "amount", base, **asked.where)
    if not compared.has_before:
        return escape(NOTHING)
    if asked.measure in (Measure.PRIOR, Measure.EXECUTED):
        return escape(compared.before)
    return language.moved(figure, percent=asked.measure is Measure.GROWTH)
