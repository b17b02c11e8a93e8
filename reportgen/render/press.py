"""WeasyPrint with the style sheets of one document: HTML goes in, laid-out pages come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from enum import Enum, auto
from threading import local
from typing import Any

from lxml.html import HtmlElement, tostring

from reportgen.faults import Fault, FaultyInput, Place
from reportgen.render.bold import embolden
from reportgen.render.justification import justify_chinese
from reportgen.render.line_pitch import keep_pitch
from reportgen.render.machine import machine
from reportgen.render.quick_styles import ask_styles_once
from reportgen.render.read_fonts import ReadFonts, keep_subsets
from reportgen.render.ready_html import is_of_looks, ready_html
from reportgen.render.recorded_pdf import LoadedFonts
from reportgen.render.shared_glyphs import share_glyphs
from reportgen.render.shared_lines import share_lines
from reportgen.render.torn_rows import Tear, held, mend, name_rows, tears

MOST_MENDINGS = 60
"""Tables with more pages than this stay torn from there on."""

MOST_KEPT = 2
"""Presses of a thread: that of the PDF, and that of what is laid out as Word does."""


class PrintingUnavailable(Exception):
    """WeasyPrint cannot load the system's text layout library."""


class Sheets(Enum):
    """What is laid out, and so which style sheets it takes."""

    UNNUMBERED = auto()
    """Pages whose numbers are not shown, or put in later."""
    NUMBERS = auto()
    """The page numbers alone."""
    WHOLE = auto()
    """The body in one piece."""


@dataclass(frozen=True, slots=True)
class Look:
    """All that decides how HTML is laid out, besides the fonts of this machine."""

    base: str
    numbers: str
    own: str
    """Style sheets: reportgen's own, that of page numbers, the profile's."""
    pictures: Mapping[str, bytes]
    """SVG by address."""


_kept = local()
"""The presses of this thread: Pango's fonts are for one thread."""


def press_for(look: Look) -> Press:
    """One that is there, or a new one: a department like the last, and a report built again, find the fonts
    read and their words known. Raises `PrintingUnavailable` where Pango is missing.
    """
    kept: list[Press] = vars(_kept).setdefault("presses", [])
    fitting = [press for press in kept if press.look == look and not press.has_refused]
    if fitting and fitting[0].here == machine():
        return fitting[0]
    made = Press(look)
    kept[:] = [made, *(press for press in kept if press.look != look)][:MOST_KEPT]
    return made


class Press:
    """Raises `PrintingUnavailable` where Pango is missing."""

    def __init__(self, look: Look) -> None:
        try:
            from weasyprint import CSS  # noqa: PLC0415  (slow to load, and only needed here)
            from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415
        except OSError as error:
            raise PrintingUnavailable(str(error)) from error
        ask_styles_once()
        justify_chinese()
        keep_pitch()
        share_glyphs()
        embolden()
        share_lines()
        keep_subsets()
        self.look = look
        self.here = machine()
        """One document has one set of fonts."""
        self._lean = is_of_looks(look.own)
        self.fonts = FontConfiguration()
        self.read_fonts = ReadFonts()
        self.loaded_fonts = LoadedFonts(self.fonts, self.read_fonts)
        self._refused: list[str] = []
        self._fetcher = _fetcher(look.pictures, self._refused)
        base, numbers, own = (
            CSS(string=css, font_config=self.fonts, url_fetcher=self._fetcher)
            for css in (look.base, look.numbers, look.own)
        )
        self._sheets = {
            Sheets.UNNUMBERED: [base, own],
            Sheets.NUMBERS: [base, numbers],
            Sheets.WHOLE: [base, numbers, own],
        }

    @property
    def has_refused(self) -> bool:
        return bool(self._refused)

    def lay_out(self, tree: HtmlElement, sheets: Sheets) -> Any:
        """A WeasyPrint document. Raises `FaultyInput` if it asks for a file or an address."""
        source = ready_html(tree, self._fetcher, lean=self._lean)
        made = source.render(stylesheets=self._sheets[sheets], font_config=self.fonts)
        _refuse_fetching(self._refused)
        return made

    def document(self, pages: Sequence[Any]) -> Any:
        """A WeasyPrint document of pages that were made elsewhere."""
        from weasyprint.document import Document, DocumentMetadata  # noqa: PLC0415  (loaded by now)

        return Document([*pages], DocumentMetadata(), self._fetcher, self.fonts, {}, None)

    def lay_out_rows_whole(self, tree: HtmlElement, sheets: Sheets) -> Any:
        """Again and again until no page tears a row from its labels; may change the tree."""
        name_rows(tree)
        made = self.lay_out(tree, sheets)
        one_by_one = False  # once mending one tear has moved others
        for _ in range(MOST_MENDINGS):
            torn = tears(tree, made.pages)
            if not torn:
                break
            if one_by_one:
                torn = torn[:1]
            tried = _mended(tree, torn)
            if tried is None:
                break
            made = self.lay_out(tried, sheets)
            right = held(torn, made.pages)
            if right != torn:
                one_by_one = True
                tried = _mended(tree, right)
                assert tried is not None, "fewer cuts lose no more than all of them"
                made = self.lay_out(tried, sheets)
            tree = tried
        return made


def _mended(tree: HtmlElement, torn: Sequence[Tear]) -> HtmlElement | None:
    """A copy with its tears mended; None if that would lose a character."""
    mended = deepcopy(tree)
    mend(mended, torn)
    before, after = (Counter(one.text_content()) for one in (tree, mended))
    return (
        mended if all(after[char] >= count for char, count in before.items() if not char.isspace()) else None
    )


def text_of(tree: HtmlElement) -> str:
    return str(tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>"))


def _fetcher(pictures: Mapping[str, bytes], refused: list[str]) -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # noqa: PLC0415  (loaded by now)

    class OwnPictures(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        """Hands out the pictures that were drawn here, and fetches nothing else: a report is made of its
        input and profile, and all its formats show the same."""

        def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
            del headers
            if url in pictures:
                return URLFetcherResponse(url, pictures[url], {"Content-Type": "image/svg+xml"})
            refused.append(url)
            raise ValueError(url)

    return OwnPictures()


def _refuse_fetching(refused: list[str]) -> None:
    """Told here only if it was hidden from the look at templates and style.css, as by escapes in CSS."""
    problem = "格式要取“{}”；报告不取任何文件和网址，请从 style.css、profile.yaml 或模板里删去"
    if refused:
        from reportgen.load.text import printable  # noqa: PLC0415  (loads all models: only for a fault)

        raise FaultyInput(
            printable(Fault(Place("style.css"), problem.format(url))) for url in dict.fromkeys(refused)
        )
