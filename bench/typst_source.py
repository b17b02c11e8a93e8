"""The content of a composed report as Typst: the same headings, paragraphs, tables and pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import html as lxml_html
from lxml.html import HtmlElement

HEAD = """\
#set page(paper: "a4", margin: (top: 37mm, bottom: 35mm, left: 28mm, right: 26mm), numbering: "— 1 —")
#set text(font: ("FandolFang R", "FandolFang", "Noto Serif CJK SC"), size: 15.75pt, lang: "zh")
#set par(justify: true, first-line-indent: (amount: 2em, all: true))
#set table(stroke: 0.5pt, inset: 2.5pt)
#show table: set text(size: 9pt)
#show table: set par(justify: false, first-line-indent: 0pt)
#show figure: set block(breakable: true)
#outline()
#pagebreak()
"""


def typst_source(html: str) -> str:
    body = lxml_html.fromstring(html).find("body")
    return HEAD + "\n".join(line for section in body for line in _section(section))


def _section(section: HtmlElement) -> Iterator[str]:
    if section.tag == "nav":
        return
    inside = "\n\n".join(_blocks(section))
    flipped = ", flipped: true" if section.find_class("landscape") else ""
    margin = "margin: 20mm" if "tables" in (section.get("class") or "") else "margin: auto"
    yield f"#page({margin}{flipped})[\n{inside}\n]"


def _blocks(section: HtmlElement) -> Iterator[str]:
    for element in section.iter("h1", "h2", "h3", "h4", "p", "table"):
        if next(element.iterancestors("table", "p"), None) is not None:
            continue
        if element.tag == "table":
            yield _table(element)
        elif element.tag == "p":
            yield _escaped(element.text_content())
        else:
            yield f"{'=' * int(element.tag[1])} {_escaped(element.text_content())}"


def _table(table: HtmlElement) -> str:
    widths = [re.search(r"width:\s*([\d.]+)", col.get("style") or "") for col in table.iter("col")]
    count = len(widths) or max(sum(int(c.get("colspan", 1)) for c in row) for row in table.iter("tr"))
    columns = [f"{found[1]}fr" for found in widths if found] if widths and all(widths) else ["1fr"] * count
    head = "".join(f"{_cell(cell)}, " for row in table.iterfind("thead/tr") for cell in row)
    rows = [row for row in table.iter("tr") if row.getparent().tag != "thead"]
    body = ",\n".join(_cell(cell) for row in rows for cell in row)
    header = f"table.header({head})," if head else ""
    return f"#table(columns: ({', '.join(columns)},), {header}\n{body})"


def _cell(cell: HtmlElement) -> str:
    spans = "".join(f"{name}: {cell.get(name)}, " for name in ("colspan", "rowspan") if cell.get(name))
    side = "right" if cell.get("class") == "a" else "left" if cell.get("class") == "l" else "center"
    return f"table.cell({spans}align: {side} + horizon)[{_escaped(cell.text_content())}]"


def _escaped(text: str) -> str:
    return re.sub(r"([\\#$*_`<>@\[\]~=/+-])", r"\\\1", " ".join(text.split()))
