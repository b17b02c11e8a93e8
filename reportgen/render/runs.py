"""A long run of forms laid out in pieces, so that none is long in memory and other processes take a part.

What follows a page depends only on the form that begins the next one. So the pages of a piece that begins
with some form are those of the whole from there on, if a page of the whole begins with that form: the pages
are joined where two pieces have a page that begins with the same form. Where the pieces begin is guessed
from the HTML alone; so the same HTML is laid out in the same pieces, whoever does it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any

from lxml.html import Element, HtmlElement, tostring

from reportgen.render.recorded import Record

RUN, FORM, LEAD = "data-run", "data-form", "data-lead"
"""What names a run, a form and a page that comes before in what is laid out."""

PIECE = 30_000
"""Characters of HTML, some nine pages."""
BEYOND = 5_000
"""Characters of the next piece, which close the last pages of a piece."""
LONG_PIECE = 80_000
"""Characters of a piece that begins where another ends: what it has of the page after its last whole one
is laid out again."""


@dataclass(frozen=True, slots=True)
class Piece:
    start: int
    """Its first form."""
    ends: bool
    """Whether it has the last one, so that its last page is whole."""
    document: HtmlElement


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch, and where the pieces of its forms begin."""

    tree: HtmlElement
    sizes: tuple[int, ...]
    """Of its forms, in characters."""
    starts: tuple[int, ...]
    """None for a stretch that is laid out as it is."""

    def pieces(self) -> list[Piece]:
        """Those that can be told beforehand."""
        if not self.starts:
            return [Piece(0, True, self.tree)]
        if len(self.starts) == 1:
            return [self.from_form(0, 1)]
        ends = pairwise([*self.starts, len(self.sizes)])
        return [self._piece(start, self._reaching(end, BEYOND)) for start, end in ends]

    def from_form(self, start: int, times: int) -> Piece:
        """A piece from a form that no page begins with yet; `times` as long, should a shorter one not do."""
        return self._piece(start, self._reaching(start, LONG_PIECE * times))

    def _reaching(self, start: int, size: int) -> int:
        """The form before which so many characters are reached."""
        reached = accumulate(self.sizes[start:])
        return next((start + at for at, length in enumerate(reached, 1) if length >= size), len(self.sizes))

    def _piece(self, start: int, end: int) -> Piece:
        document = deepcopy(self.tree)
        forms = _forms(document)
        lead = _lead(document, forms[start]) if start else None
        for at, form in enumerate(forms):
            form.set(FORM, str(at - start))
            if not start <= at < end:
                form.getparent().remove(form)
        run = forms[start].getparent()
        run.set(RUN, "")
        if start:
            _remove_what_stands_before(run)
        if lead is not None:
            run.insert(0, lead)
        return Piece(start, end == len(forms), document)


def _remove_what_stands_before(run: HtmlElement) -> None:
    for element in (run, *run.iterancestors()):
        if element.tag == "body":
            return
        for before in list(element.itersiblings(preceding=True)):
            before.getparent().remove(before)


def run_of(stretch: HtmlElement) -> Run:
    """Where a stretch is cut depends on it alone.

    Forms that may go on over a page seldom begin one: there each piece begins where the one before it ends.
    """
    forms = _forms(stretch)
    sizes = tuple(len(tostring(form, encoding="unicode", with_tail=False)) for form in forms)
    if sum(sizes) <= PIECE + BEYOND or not _is_last(forms[0].getparent()):
        return Run(stretch, sizes, ())
    if any("long" in _classes(form) for form in forms):
        return Run(stretch, sizes, (0,))
    starts, since = [0], 0
    for at, size in enumerate(sizes):
        if since >= PIECE and sum(sizes[at:]) > BEYOND:
            starts.append(at)
            since = 0
        since += size
    return Run(stretch, sizes, tuple(starts))


def _forms(tree: HtmlElement) -> list[HtmlElement]:
    """Those that follow one another in the only table of a stretch."""
    tables = [
        element
        for element in tree.iter("div")
        if "table" in _classes(element) and len(element) > 1 and not (element.text or "").strip()
    ]
    if len(tables) != 1 or any("form" not in _classes(child) for child in tables[0]):
        return []
    return list(tables[0])


def _is_last(run: HtmlElement) -> bool:
    """Whether nothing follows a run, nor stands around it, but what it stands in."""
    for element in (run, *run.iterancestors()):
        if element.tag == "body":
            return True
        if next(element.itersiblings(), None) is not None or (element.tail or "").strip():
            return False
    return False


def _classes(element: HtmlElement) -> set[str]:
    return set((element.get("class") or "").split())


def _lead(tree: HtmlElement, form: HtmlElement) -> HtmlElement | None:
    """A page to leave out again: its title, and the unit since, are those that a page repeats which begins
    with a later form."""
    said: list[HtmlElement] = []
    for element in tree.iter():
        if element is form:
            break
        if "table-title" in _classes(element):
            said = [element]
        elif said and "above" in _classes(element):
            said = [said[0], element]
    if not said:
        return None
    lead = Element("div", {LEAD: "", "style": "break-after: page"})
    for element in said:
        again = deepcopy(element)
        again.attrib.pop("id", None)
        again.tail = None
        lead.append(again)
    return lead


# --- what was laid out ---


def opened(pages: Sequence[Any]) -> list[int]:
    """For each page the form that it begins with, counted from the first of its piece; -1 where a form goes
    on, or where the page would look otherwise at the head of a piece."""
    found = []
    last = ""
    for page in pages:
        chain = _chain(page._page_box)
        form = next((box.element.get(FORM) for box in chain if _has(box, FORM)), "")
        at = next((n for n, box in enumerate(chain) if _has(box, RUN)), len(chain))
        flush = all(_begins_flush(box, outer=n <= at) for n, box in enumerate(chain))
        found.append(int(form) if form and form != last and flush else -1)
        last = _last_form(page._page_box) or last
    return found


def is_lead(page: Any) -> bool:
    return any(_has(box, LEAD) for box in _chain(page._page_box))


def _has(box: Any, name: str) -> bool:
    return box.element is not None and not isinstance(box.element, str) and box.element.get(name) is not None


def _chain(page: Any) -> list[Any]:
    """The boxes that begin a page, from the body to the first line or table."""
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415  (loaded by now)

    found: list[Any] = []
    box = page
    while True:
        inner = [
            child
            for child in getattr(box, "children", ())
            if not isinstance(child, boxes.MarginBox) and child.is_in_normal_flow()
        ]
        if not inner or isinstance(box, boxes.LineBox | boxes.TableBox):
            return found
        box = inner[0]
        found.append(box)


def _begins_flush(box: Any, *, outer: bool) -> bool:
    """Whether it takes no room above what is in it, which it would take again at the head of a piece."""
    style = box.style
    lengths = [style["margin_top"]] if not outer else [style["margin_top"], style["padding_top"]]
    plain = all(getattr(length, "value", None) == 0 for length in lengths)
    return plain and (not outer or style["border_top_width"] == 0)


def _last_form(page: Any) -> str | None:
    run = next((box for box in page.descendants() if _has(box, RUN)), None)
    names = [child.element.get(FORM) for child in run.children if _has(child, FORM)] if run else []
    return names[-1] if names else None


Node = tuple[list[Record], int | None]
"""Pages from one that begins with a form, and the form that the next one begins with; None at the end."""


def _nodes(piece: Piece, records: Sequence[Record]) -> dict[int, Node]:
    """What a piece tells, by form."""
    begun = [(0, 0), *((at, record.begins) for at, record in enumerate(records) if at and record.begins >= 0)]
    found: dict[int, Node] = {
        piece.start + form: (list(records[at:end]), piece.start + next_)
        for (at, form), (end, next_) in pairwise(begun)
    }
    if piece.ends:
        at, form = begun[-1]
        found[piece.start + form] = (list(records[at:]), None)
    return found


def joined(
    run: Run,
    laid: Sequence[tuple[Piece, Sequence[Record]]],
    lay_out: Callable[[HtmlElement], Sequence[Record]],
) -> list[Record]:
    """The pages of a run from those of its pieces; lays out what no piece has."""
    known: dict[int, Node] = {}
    for piece, records in reversed(laid):
        known |= _nodes(piece, records)
    pages: list[Record] = []
    at: int | None = 0
    while at is not None:
        times = 1
        while at not in known:
            piece = run.from_form(at, times)
            known = _nodes(piece, lay_out(piece.document)) | known
            times *= 2
        found, at = known[at]
        pages += found
    return pages
