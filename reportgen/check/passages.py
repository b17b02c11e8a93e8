"""The words of the composed document, piece by piece, and where each was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from lxml import html as lxml_html
from lxml.html import HtmlElement

from reportgen.check.rule import Case
from reportgen.compose.profile import MAIN
from reportgen.faults import Place
from reportgen.load.text import shown

FIGURE = "\ufffc"
"""Stands for a figure that was derived, in `typed`."""


SENTENCE = 20
"""A cell with more characters holds prose, such as a goal, rather than a label."""


class Kind(StrEnum):
    TITLE = "title"
    TEXT = "text"
    CELL = "cell"


@dataclass(frozen=True, slots=True)
class Passage:
    kind: Kind
    text: str
    """As printed, without white space."""
    typed: str
    """The same with `FIGURE` for every figure that comes from the lines."""


@lru_cache(maxsize=2)
def passages(html: str) -> tuple[Passage, ...]:
    """Headings, paragraphs and cells, in the document's order; the contents repeat headings."""
    root = lxml_html.document_fromstring(html)
    found = []
    for block in root.iter("h1", "h2", "h3", "h4", "p", "td", "th"):
        assert isinstance(block, HtmlElement)
        in_contents = any(above.tag == "nav" for above in block.iterancestors())
        if block.text_content().strip() and not in_contents:
            found.append(Passage(_kind(block), _squeezed(block.text_content()), _squeezed(_typed(block))))
    return tuple(found)


def _kind(block: HtmlElement) -> Kind:
    if block.tag in ("td", "th"):
        text = _squeezed(block.text_content())
        return Kind.TEXT if len(text) > SENTENCE or re.search("[。；]", text) else Kind.CELL
    heading = block.tag != "p" or (block.get("class") or "") in ("table-title", "name")
    return Kind.TITLE if heading else Kind.TEXT


def _typed(block: HtmlElement) -> str:
    """The text of a block with its derived figures left out."""
    if (block.get("class") or "") == "n" or block.get("data-value") is not None:
        return FIGURE
    parts = [block.text or ""]
    for child in block:
        parts += [_typed(child), child.tail or ""]
    return "".join(parts)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def sentences(text: str) -> Iterator[str]:
    return (sentence for sentence in re.split(r"(?<=[。！？])", text) if sentence)


def written_at(case: Case, *fragments: str) -> Place:
    """Where a fragment of the document was written: in the input, else in the profile.

    Of several fragments the first one found tells; the longer ones are surer and come first.
    """
    for fragment in fragments:
        for path, text, squeezed in case.texts:
            if fragment in squeezed:
                return case.loaded.place_of(path, text)
        place = _in_profile(case, fragment)
        if place is not None:
            return place
    return Place(shown(case.profile.folders[0] / MAIN))


def in_input(case: Case, fragment: str) -> bool:
    return any(fragment in squeezed for _, _, squeezed in case.texts)


def _in_profile(case: Case, fragment: str) -> Place | None:
    for path, number, line in case.template_lines:
        if fragment in line:
            return Place(shown(path), number)
    return None
