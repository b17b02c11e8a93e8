"""The PDF is fit for the archive: PDF/A-3u by its metadata, tagged, fonts whole, tables inside as data."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from lxml import etree
from reading import Report

from reportgen.build import Format, build
from reportgen.compose import Document
from reportgen.compose.table import Table

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"


@pytest.fixture(scope="module")
def archive(report: Report) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(report.pdf) as opened:
        yield opened


def _elements(node: Any) -> Iterator[Any]:
    """The structure elements below a node."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from _elements(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from _elements(node.K)


@pytest.fixture(scope="module")
def elements(archive: pikepdf.Pdf) -> list[Any]:
    return list(_elements(archive.Root.StructTreeRoot.K))


def test_the_metadata_say_once_what_it_is(archive: pikepdf.Pdf, document: Document) -> None:
    root = etree.fromstring(archive.Root.Metadata.read_bytes())
    (rdf,) = root.iter(f"{RDF}RDF")
    said = {
        name: value
        for description in rdf
        for name, value in [*description.attrib.items(), *((c.tag, c) for c in description)]
    }
    assert (said[f"{PDFA}part"], said[f"{PDFA}conformance"]) == ("3", "U")
    text = "".join(rdf.itertext())
    assert document.title in text
    assert document.author in text
    assert str(archive.Root.Lang) == "zh-CN"
    assert archive.Root.MarkInfo.Marked
    assert archive.Root.ViewerPreferences.DisplayDocTitle
    (intent,) = archive.Root.OutputIntents
    assert "/DestOutputProfile" in intent


def test_every_font_is_inside_and_every_glyph_has_its_character(archive: pikepdf.Pdf) -> None:
    fonts = [
        obj for obj in archive.objects if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/Font"
    ]
    whole = [font for font in fonts if font.Subtype == "/Type0"]
    assert len(whole) >= 3
    for font in whole:
        assert "/ToUnicode" in font
        (descendant,) = font.DescendantFonts
        described = descendant.FontDescriptor
        assert {"/FontFile2", "/FontFile3"} & set(described.keys())


def test_the_tables_are_attached_as_data_each_once(archive: pikepdf.Pdf, document: Document) -> None:
    named = archive.Root.Names.EmbeddedFiles.Names
    names = [str(name) for name in list(named)[::2]]
    assert len(archive.Root.AF) == len(names) == len(set(names))
    assert {str(one.AFRelationship) for one in archive.Root.AF} == {"/Data"}
    assert {str(one.EF.F.Subtype) for one in archive.Root.AF} == {"/text/csv", "/application/json"}
    # a CSV for each table of rows and columns, and the description of them all
    assert len(names) == 1 + sum(isinstance(table, Table) for table in document.tables)
    data = archive.attachments["datapackage.json"].get_file().read_bytes()
    assert [resource["path"] for resource in json.loads(data)["resources"]] == names[1:]
    assert {str(one.F) for one in archive.Root.AF} == {str(one.UF) for one in archive.Root.AF} == set(names)


def test_the_input_is_not_attached(archive: pikepdf.Pdf) -> None:
    assert not [name for name in archive.attachments if name.endswith((".yaml", "lines.csv"))]


def test_headings_lists_and_tables_are_tagged_as_such(
    elements: list[Any], document: Document, archive: pikepdf.Pdf
) -> None:
    kinds = Counter(str(element.S) for element in elements)
    assert kinds["/Document"] == 1
    assert kinds["/H1"] >= 2
    assert kinds["/L"] >= 1
    assert kinds["/Table"] >= len(document.tables)
    heads = [element for element in elements if element.S == "/TH"]
    assert heads
    assert {str(head.A.Scope) for head in heads} == {"/Column"}


def test_all_text_belongs_to_the_structure_or_is_marked_as_furniture(archive: pikepdf.Pdf) -> None:
    unmarked = []
    for number, page in enumerate(archive.pages, 1):
        depth = 0
        for _, operator in pikepdf.parse_content_stream(page):
            depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(str(operator), 0)
            if str(operator) in ("Tj", "TJ") and depth == 0:
                unmarked.append(number)
    assert unmarked == []


def test_the_same_input_makes_the_same_pdf(report: Report, example: Path) -> None:
    again = build(example, [Format.PDF], verified=False).files
    assert list(again.values()) == [report.pdf.read_bytes()]
