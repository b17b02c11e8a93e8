"""The document as one HTML file that stands alone: read on a phone, by a screen reader, without a network."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

from lxml import html as lxml_html
from lxml.html import HtmlElement

from reportgen.compose.document import Document
from reportgen.derive.budget import Budget
from reportgen.derive.origin import origin
from reportgen.derive.records import PIECES
from reportgen.load import Loaded
from reportgen.render.charts import picture, pictures

STYLE, SCRIPT = (Path(__file__).with_name(name).read_text("utf-8") for name in ("web.css", "web.js"))
DRAWN = 280.0
"""The width of a chart's picture, in its own points."""
SHOWN = 8
"""Lines that the origin of a figure names; the rest are counted."""


def to_html(document: Document, explain: Callable[[str], str | None]) -> bytes:
    """`explain` says in Chinese where a fact comes from, or nothing."""
    root = lxml_html.document_fromstring(document.html)
    head, body = root.find("head"), root.find("body")
    assert head is not None
    assert body is not None
    head.append(_element("meta", name="viewport", content="width=device-width, initial-scale=1"))
    head.append(_element("style", STYLE))
    _into_landmarks(body)
    for number, table in enumerate(list(body.iter("table")), 1):
        _scrollable(table, number)
    _draw(body, document)
    origins = {}
    for figure in list(body.iter()):
        fact = figure.get("data-fact")
        told = explain(fact) if fact else None
        if fact and told:
            origins[fact] = told
            if not _is_drawn(figure):
                figure.set("tabindex", "0")
        elif fact:
            del figure.attrib["data-fact"]
    _add_origins(body, origins)
    return bytes(lxml_html.tostring(root, encoding="utf-8", doctype="<!DOCTYPE html>"))


def explainer(loaded: Loaded, budget: Budget) -> Callable[[str], str | None]:
    """Origins of facts as one line of text, each looked up once."""
    named = cache(partial(_named, loaded=loaded))
    return cache(partial(_told, loaded, budget, named))


def _told(loaded: Loaded, budget: Budget, named: Callable[[str], str], fact: str) -> str | None:
    found = origin(budget, fact)
    if found is None:
        return None
    lines = []
    for record in found.records[:SHOWN]:
        value = record.measures[found.measure]
        amount = f"{value:f}" if found.measure in PIECES else f"{value:,.2f} 元"
        place = loaded.place(*record.path)
        lines.append(f"{named(place.file)} {place.spot} {amount}")
    more = f"……共 {len(found.records)} 行" if len(found.records) > SHOWN else ""
    return f"{found.what}；{'，'.join(lines)}{more}" if lines else found.what


def _named(file: str, loaded: Loaded) -> str:
    """A file as seen from the input's folder: units may each have a lines.csv."""
    base = loaded.files[0].parent.resolve() if loaded.files else Path.cwd()
    path = Path(file).resolve()
    return path.relative_to(base).as_posix() if base in path.parents else path.name


def _into_landmarks(body: HtmlElement) -> None:
    """Readers jump to the main part and to the contents by their names."""
    main = _element("main")
    main.extend(list(body))
    body.append(main)
    for contents in main.iter("nav"):
        contents.set("aria-label", "目录")


def _scrollable(table: HtmlElement, number: int) -> None:
    """A table in a frame of its own, named by its number and title, that a keyboard can scroll."""
    title = ""
    for above in table.itersiblings(preceding=True):
        if "table-title" in (above.get("class") or ""):
            title = " ".join(above.text_content().split())
            break
    frame = _element("div", **{"class": "scroll", "role": "region", "tabindex": "0"})
    frame.set("aria-label", f"第 {number} 张表 {title}")
    table.attrib.pop("style", None)
    table.addprevious(frame)
    tail, table.tail = table.tail, None
    frame.append(table)
    frame.tail = tail


def _draw(body: HtmlElement, document: Document) -> None:
    """Charts as narrow as a phone needs, which a wide screen shows larger; told whole to those who listen."""
    for place, chart in pictures(body, document):
        drawn = picture(chart, document, DRAWN)
        for name in ("width", "height"):
            del drawn.attrib[name]
        del place.attrib["aria-label"]
        drawn.set("role", "img")
        drawn.set("aria-label", chart.alternative)
        place.append(drawn)


def _is_drawn(figure: HtmlElement) -> bool:
    """Whether a figure stands in a picture, of which a screen reader knows only what it says as a whole."""
    return any("picture" in (above.get("class") or "") for above in figure.iterancestors("div"))


def _add_origins(body: HtmlElement, origins: dict[str, str]) -> None:
    body.append(_element("p", id="origin", role="status", tabindex="0"))
    # whatever looks like a tag or a comment could end the script early
    data = json.dumps(origins, ensure_ascii=False).replace("<", "\\u003c")
    body.append(_element("script", data, id="origins", type="application/json"))
    body.append(_element("script", SCRIPT))


def _element(tag: str, text: str | None = None, **attributes: str) -> HtmlElement:
    element = lxml_html.Element(tag, attributes)
    element.text = text
    return element
