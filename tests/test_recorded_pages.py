"""What is laid out in stretches and kept as records is what WeasyPrint makes of the whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pdfplumber
import pikepdf
import pytest

from reportgen.compose import Document
from reportgen.render import pdf
from reportgen.render import recorded as recorded_module
from reportgen.render.pdf import lay_out
from reportgen.render.recorded import filled_in


@pytest.fixture(scope="module", params=["plain", "charted"])
def one(request: pytest.FixtureRequest) -> Document:
    found: Document = request.getfixturevalue({"plain": "document", "charted": "charted"}[request.param])
    return found


@pytest.fixture(scope="module")
def recorded(one: Document) -> bytes:
    return lay_out(one).pdf(one, {})


@pytest.fixture(scope="module")
def whole(one: Document) -> Iterator[bytes]:
    """By WeasyPrint alone, in one piece."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pdf, "is_separable", lambda _: False)
        yield lay_out(one).pdf(one, {})


def test_cutting_the_body_changes_no_byte(
    one: Document, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "can_record", lambda: False)
    assert lay_out(one).pdf(one, {}) == whole


def test_a_font_that_is_not_found_again_leaves_the_pages_as_weasyprint_has_them(
    one: Document, whole: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = recorded_module._used
    monkeypatch.setattr(recorded_module, "_used", lambda font: replace(original(font), hash="ABCDEF"))
    assert lay_out(one).pdf(one, {}) == whole


def _drawn(content: bytes) -> list[Any]:
    """Every glyph and rule of every page, with its place."""
    pages = []
    with pdfplumber.open(io.BytesIO(content)) as opened:
        for page in opened.pages:
            glyphs = sorted(
                (round(c["x0"], 3), round(c["top"], 3), c["text"], c["fontname"], c["size"])
                for c in page.chars
            )
            shapes = page.rects + page.lines + page.curves
            pages.append(
                (glyphs, [tuple(round(s[k], 3) for k in ("x0", "x1", "top", "bottom")) for s in shapes])
            )
    return pages


def test_every_glyph_and_rule_of_recorded_pages_stands_where_it_stood(recorded: bytes, whole: bytes) -> None:
    ours, theirs = _drawn(recorded), _drawn(whole)
    assert len(ours) == len(theirs) > 5
    assert ours == theirs


def _structure(node: Any) -> Any:
    if not isinstance(node, pikepdf.Dictionary):
        return int(node)
    if "/Obj" in node:
        return "link"
    attributes = node.get("/A", pikepdf.Dictionary())
    said = {key: int(attributes[key]) for key in ("/ColSpan", "/RowSpan") if key in attributes}
    headers = len(attributes.get("/Headers", []))
    inside = node.get("/K", pikepdf.Array())
    parts = list(inside) if isinstance(inside, pikepdf.Array) else [inside]
    about = (str(node.get("/S")), said, str(attributes.get("/Scope", "")), headers, str(node.get("/Alt", "")))
    return about, [_structure(part) for part in parts]


def test_the_structure_links_and_bookmarks_of_recorded_pages_are_the_same(
    recorded: bytes, whole: bytes
) -> None:
    with pikepdf.open(io.BytesIO(recorded)) as ours, pikepdf.open(io.BytesIO(whole)) as theirs:
        trees = [_structure(file.Root.StructTreeRoot.K[0]) for file in (ours, theirs)]
        assert trees[0] == trees[1]
        assert str(trees[0]).count("/TD") > 50
        destinations = [
            [str(name) for name in file.Root.Names.Dests.Names if isinstance(name, pikepdf.String)]
            for file in (ours, theirs)
        ]
        assert destinations[0] == destinations[1]


def test_each_piece_of_marked_content_of_recorded_pages_leads_to_its_element(recorded: bytes) -> None:
    with pikepdf.open(io.BytesIO(recorded)) as file:
        numbers = list(file.Root.StructTreeRoot.ParentTree.Nums)
        of_page = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
        checked = 0
        for at, page in enumerate(file.pages):
            elements = of_page[int(page.StructParents)]
            assert int(page.StructParents) == at
            for mark, element in enumerate(elements):
                assert mark in [int(kid) for kid in element.K if not isinstance(kid, pikepdf.Dictionary)]
                assert element.Pg.objgen == page.obj.objgen
                checked += 1
        assert checked > 200


def test_headers_of_cells_name_header_cells(recorded: bytes) -> None:
    with pikepdf.open(io.BytesIO(recorded)) as file:
        cells = [
            o for o in file.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") in ("/TH", "/TD")
        ]
        names = {str(cell.ID) for cell in cells if "/ID" in cell}
        asked = {str(name) for cell in cells for name in cell.get("/A", {}).get("/Headers", [])}
        assert len(names) > 20
        assert asked <= names
        assert asked


def test_the_numbers_of_an_element_move_together() -> None:
    element = b"<</P \x00D\x00/Pg \x00P\x00/K [\x003\x00 \x0012\x00]/ID (\x00#3\x00-0-1)>>"
    expected = b"<</P 7 0 R/Pg 5 0 R/K [103 0 R 112 0 R]/ID (103-0-1)>>"
    assert filled_in(element, 100, b"5 0 R", b"7 0 R") == expected
