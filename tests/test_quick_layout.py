"""What is done to lay out pages in less time changes none of them."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from reportgen.build import prepare
from reportgen.compose import Document
from reportgen.render import press, quick_styles, runs, shared_glyphs, shared_lines
from reportgen.render.pdf import lay_out
from reportgen.render.ready_html import is_of_looks


@pytest.fixture(scope="module")
def forms(standard: Path) -> Document:
    """Twelve forms that follow one another, and a table over pages."""
    return prepare(standard)[0]


@pytest.fixture(scope="module")
def quick(forms: Document) -> bytes:
    return _whole(forms)


@pytest.fixture(autouse=True)
def _new_press() -> None:
    """Nothing that another test drew."""
    vars(press._kept).clear()


def _whole(document: Document) -> bytes:
    """With runs of forms in one piece."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(runs, "PIECE", 10**9)
        return lay_out(document).pdf(document, {})


def test_html_that_is_parsed_again_makes_the_same_pages(
    forms: Document, quick: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from weasyprint import HTML

    def parsed(tree: Any, fetcher: Any, *, lean: bool) -> Any:
        return HTML(string=press.text_of(tree), url_fetcher=fetcher)

    monkeypatch.setattr(press, "ready_html", parsed)
    assert lay_out(forms).pdf(forms, {}) == quick


def test_lines_and_styles_that_are_worked_out_each_time_make_the_same_pages(
    forms: Document, quick: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_lines, "LONGEST", -1)
    monkeypatch.setattr(shared_glyphs, "LONGEST", -1)
    monkeypatch.setattr(quick_styles, "plain_lengths", lambda _: None)
    assert lay_out(forms).pdf(forms, {}) == quick


def test_a_press_that_drew_another_document_makes_the_same_pages(
    forms: Document, quick: bytes, document: Document
) -> None:
    other = replace(document, css=forms.css, own_css=forms.own_css, charts={})
    lay_out(other).pdf(other, {})
    (kept,) = press._kept.presses
    for _ in range(2):  # the second time with the fonts that the first left in its file
        assert lay_out(forms).pdf(forms, {}) == quick
    assert press._kept.presses == [kept]


def test_a_glyph_that_a_page_met_at_another_width_is_drawn_as_that_page_has_it(
    forms: Document, quick: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some faces are wider or narrower at another size, by rounding; then nothing is shared, nor lost."""
    seen: list[bool] = []
    original = shared_glyphs._draw

    def other_widths(drawn: Any, stream: Any, box: Any) -> bool:
        wider = [
            replace(used, widths={glyph: width + 1 for glyph, width in used.widths.items()})
            for used in drawn.fonts
        ]
        met = any(
            glyph in stream.add_font(used.pango_font)[0].widths
            for used in drawn.fonts
            for glyph in used.widths
        )
        seen.append(met)
        return met and original(replace(drawn, fonts=wider), stream, box)

    monkeypatch.setattr(shared_glyphs, "_draw", other_widths)
    assert lay_out(forms).pdf(forms, {}) == quick
    assert True in seen


@pytest.mark.parametrize("line", ["underline", "underline overline", "none"])
def test_lines_below_a_text_are_no_fault_and_tell_texts_apart(
    line: str, document: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "".join(
        f"<p>甲乙丙<u>甲乙丙</u><span style='text-decoration: {line}'>甲乙丙</span></p>" for _ in range(3)
    )
    html = f"<html lang='zh-CN'><body><section class='text'>{words}</section></body></html>"
    made = replace(document, html=html, charts={})
    shared = lay_out(made).pdf(made, {})
    monkeypatch.setattr(shared_lines, "LONGEST", -1)
    assert lay_out(made).pdf(made, {}) == shared


def test_all_that_weasyprint_asks_of_a_style_when_it_breaks_lines_tells_lines_apart() -> None:
    asked: set[str] = set()
    for name in ("line_break.py", "fonts.py"):
        source = files("weasyprint").joinpath("text", name).read_text("utf-8")
        asked |= set(re.findall(r"style\['(\w+)'\]", source))
    assert len(asked) > 20
    # only the height of the line asks for its height, and that is asked of the style alone
    assert asked - set(shared_lines.DECIDING) == {"line_height"}


@pytest.mark.parametrize(
    "css", ["li::marker { color: red }", ".x { display: list-item }", "@page { margin: 0 }"]
)
def test_a_style_sheet_that_asks_for_lists_or_footnotes_gets_all_rules_of_weasyprint(css: str) -> None:
    assert not is_of_looks(css)
    assert is_of_looks(".grid td { padding: 1pt }")


# --- runs of forms ---


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pieces each stretch is laid out in, from now on."""
    counts: list[int] = []
    original = runs.Run.pieces

    def pieces(self: runs.Run) -> list[runs.Piece]:
        made = original(self)
        counts.append(len(made))
        return made

    monkeypatch.setattr(runs.Run, "pieces", pieces)
    return counts


@pytest.mark.parametrize(("piece", "beyond"), [(3_000, 5_000), (9_000, 1)])
def test_a_run_of_forms_laid_out_in_pieces_has_the_pages_of_the_whole(
    piece: int, beyond: int, forms: Document, quick: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = _counted(monkeypatch)
    monkeypatch.setattr(runs, "PIECE", piece)
    monkeypatch.setattr(runs, "BEYOND", beyond)
    monkeypatch.setattr(runs, "LONG_PIECE", piece)
    assert lay_out(forms).pdf(forms, {}) == quick
    assert max(counts) > 2


def test_forms_that_go_on_over_pages_are_laid_out_one_piece_after_another(
    forms: Document, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the style sheet and the classes have them that say so of long forms."""

    html = forms.html.replace('<div class="form">', '<div class="form long">')
    assert html != forms.html
    long = replace(forms, html=html)
    whole = _whole(long)
    repaired: list[int] = []
    original = runs.Run.from_form

    def from_form(self: runs.Run, start: int, times: int) -> runs.Piece:
        repaired.append(start)
        return original(self, start, times)

    monkeypatch.setattr(runs.Run, "from_form", from_form)
    for name, size in (("PIECE", 6_000), ("BEYOND", 1), ("LONG_PIECE", 6_000)):
        monkeypatch.setattr(runs, name, size)
    assert lay_out(long).pdf(long, {}) == whole
    assert len(repaired) > 1
