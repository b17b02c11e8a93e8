"""The words of a paragraph as runs: text, emphasis, line breaks."""

from __future__ import annotations

from lxml.html import HtmlElement

from reportgen.render.docx.ooxml import Element, run, w
from reportgen.render.plain import pieces


def inline(block: HtmlElement, emphasis: str | None) -> list[Element]:
    """Runs of a paragraph; neighbours of one look are one run.

    `emphasis`: the style of emphasized words; None where all is bold, which Word would take back.
    """
    runs: list[tuple[str, bool]] = []
    for text, strong in pieces(block):
        if runs and runs[-1][1] == strong:
            runs[-1] = (runs[-1][0] + text, strong)
        else:
            runs.append((text, strong))
    return [
        run(text, w("rPr", w("rStyle", val=emphasis)) if strong and emphasis else None, held=True)
        for text, strong in runs
        if text
    ]
