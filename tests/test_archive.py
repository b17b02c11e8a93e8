"""The PDF is fit for the archive: PDF/A-3u by its metadata, tagged, fonts whole, tables inside as data."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from lxml import etree
from lxml import html as lxml_html
from reading import ROOT, Report, squeezed

from reportgen.build import Format, build, prepare
from reportgen.compose import Document
from reportgen.compose.table import Table
from reportgen.render.accessible import may_be_marked
from reportgen.render.pdf import lay_out

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
PDFA = "{http://www.aiim.org/pdfa/ns/id/}"
PDFUA = "{http://www.aiim.org/pdfua/ns/id/}"
PAINTING = ("f", "F", "f*", "S", "s", "B", "B*", "b", "b*", "Do", "sh", "Tj", "TJ", "'", '"', "BI")


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
    text = "".join(map(str, rdf.itertext()))
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
        for instruction in pikepdf.parse_content_stream(page):
            operator = instruction.operator
            depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(str(operator), 0)
            if str(operator) in ("Tj", "TJ") and depth == 0:
                unmarked.append(number)
    assert unmarked == []


def test_the_same_input_makes_the_same_pdf(report: Report, example: Path) -> None:
    again = build(example, [Format.PDF], verified=False).files
    assert list(again.values()) == [report.pdf.read_bytes()]


# --- PDF/UA-1 ---


@pytest.fixture(scope="module")
def headed() -> Document:
    """A report whose every table has header cells."""
    return prepare(ROOT / "data" / "examples" / "hubei-xianning" / "dept.yaml")[0]


@pytest.fixture(scope="module")
def marked(headed: Document) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(lay_out(headed).pdf(headed, {"01_表.csv": b"a\n"}))) as opened:
        yield opened


def test_a_report_that_has_what_can_be_told_says_so_in_the_same_metadata(marked: pikepdf.Pdf) -> None:
    root = etree.fromstring(marked.Root.Metadata.read_bytes())
    (rdf,) = root.iter(f"{RDF}RDF")
    assert [one.text for one in rdf.iter(f"{PDFUA}part")] == ["1"]
    assert [one.get(f"{PDFA}part") for one in rdf if one.get(f"{PDFA}part")] == ["3"]
    described = [one.text for one in rdf.iter("{http://www.aiim.org/pdfa/ns/schema#}namespaceURI")]
    assert described == [PDFUA.strip("{}")]
    assert {str(page.Tabs) for page in marked.pages} == {"/S"}


def test_a_report_with_a_table_without_header_cells_does_not_say_so(
    archive: pikepdf.Pdf, document: Document
) -> None:
    assert "<table" in document.html
    assert b"pdfua" not in archive.Root.Metadata.read_bytes()


@pytest.mark.parametrize(
    ("body", "may"),
    [
        ("<h1>一</h1><h2>二</h2><h3>三</h3><h1>四</h1>", True),
        ("<h1>一</h1><h3>三</h3>", False),
        ("<h2>二</h2>", False),
        ("<p>一</p>", False),
        ("<h1>一</h1><table><tr><th>表头</th></tr><tr><td>1</td></tr></table>", True),
        ("<h1>一</h1><table><tr><td>1</td></tr></table>", False),
        ("<h1>一</h1><img src='x' alt='图'/>", True),
        ("<h1>一</h1><img src='x' alt=' '/>", False),
    ],
)
def test_it_is_told_from_the_structure_of_the_document(headed: Document, body: str, may: bool) -> None:
    assert may_be_marked(replace(headed, html=f"<html><body>{body}</body></html>")) is may


def test_a_report_without_a_title_is_not_marked(headed: Document) -> None:
    assert may_be_marked(headed)
    assert not may_be_marked(replace(headed, title=" "))


def _links(document: Document) -> list[Any]:
    return list(lxml_html.document_fromstring(document.html).iter("a"))


def test_each_entry_of_the_contents_is_one_link_in_its_element_and_says_where_it_leads(
    marked: pikepdf.Pdf, headed: Document
) -> None:
    entries = [squeezed(one.text_content()) for one in _links(headed)]
    links = [note for page in marked.pages for note in page.get("/Annots", [])]
    assert [squeezed(str(link.Contents)) for link in links] == entries
    numbers = list(marked.Root.StructTreeRoot.ParentTree.Nums)
    leads = {int(numbers[at]): numbers[at + 1] for at in range(0, len(numbers), 2)}
    assert len(leads) == len(marked.pages) + len(links)
    for link in links:
        element = leads[int(link.StructParent)]
        assert element.S == "/Link"
        assert [
            kid.Obj.objgen for kid in element.K if isinstance(kid, pikepdf.Dictionary) and "/Obj" in kid
        ] == [link.objgen]
    others = [one for one in _elements(marked.Root.StructTreeRoot.K) if one.S != "/Link" and "/K" in one]
    assert not [
        kid
        for one in others
        if isinstance(one.K, pikepdf.Array)
        for kid in one.K
        if isinstance(kid, pikepdf.Dictionary) and kid.get("/Type") == "/OBJR"
    ]


def test_rows_of_every_table_fill_the_same_columns(archive: pikepdf.Pdf, marked: pikepdf.Pdf) -> None:
    tables = [e for pdf in (archive, marked) for e in _elements(pdf.Root.StructTreeRoot.K) if e.S == "/Table"]
    assert len(tables) > 30
    for table in tables:
        rows = [row for row in _elements(table.K) if row.S == "/TR"]
        taken: Counter[int] = Counter()
        for at, row in enumerate(rows):
            for cell in row.K:
                down, across = (int(cell.A.get(name, 1)) for name in ("/RowSpan", "/ColSpan"))
                # a cell that reaches over the page goes on in the next piece of its table
                for reached in range(at, min(at + down, len(rows))):
                    taken[reached] += across
        assert len(set(taken.values())) == 1, [dict(taken), table.Pg.objgen]


def test_whatever_is_drawn_is_either_content_or_furniture_and_never_one_in_the_other(
    marked: pikepdf.Pdf,
) -> None:
    drawn = Counter[str]()
    for page in marked.pages:
        inside: list[str] = []
        for instruction in pikepdf.parse_content_stream(page):
            name = str(instruction.operator)
            if name in ("BDC", "BMC"):
                inside.append(str(instruction.operands[0]))
                assert len(inside) == 1
            elif name == "EMC":
                inside.pop()
            elif name in PAINTING:
                assert inside
                drawn[name] += 1
    assert drawn["TJ"] + drawn["Tj"] > 500
    assert drawn["S"] > 500
