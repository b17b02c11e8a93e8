"""What the DOCX takes over from a profile's style.css: padding of cells, and forms that may break."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pytest
from docx.oxml.ns import qn
from lxml import etree
from lxml import html as lxml_html
from reading import ROOT

from reportgen.build import prepare
from reportgen.render.css_rules import Padding, Rules
from reportgen.render.docx import to_docx

USUAL = Padding(top=1, right=2, bottom=3, left=4)
PAGE = """<html><body><section class="tables"><div class="form wide">
<table><tr><th>一</th><td class="a">1</td></tr></table></div></section></body></html>"""


@pytest.mark.parametrize(
    ("css", "padding"),
    [
        ("", (1, 2, 3, 4)),
        ("td { padding: 5pt }", (5, 5, 5, 5)),
        ("td { padding: 5pt 6pt }", (5, 6, 5, 6)),
        ("td { padding: 5pt 6pt 7pt }", (5, 6, 7, 6)),
        ("td { padding: 5pt 6pt 7pt 8pt }", (5, 6, 7, 8)),
        ("td { padding: 0 }", (0, 0, 0, 0)),
        ("td { padding-top: 4px; padding-left: 25.4mm }", (3, 2, 3, 72)),
        ("td { padding: 5pt; padding-left: 1in }", (5, 5, 5, 72)),
        (".tables .wide td { padding: 5pt } td { padding: 9pt }", (5, 5, 5, 5)),
        ("td { padding: 9pt } td { padding: 5pt }", (5, 5, 5, 5)),
        ("td { padding: 9pt !important } td.a { padding: 5pt }", (9, 9, 9, 9)),
        ("th, .elsewhere td, td::before { padding: 9pt }", (1, 2, 3, 4)),
        ("@page { padding: 9pt } @media print { td { padding: 9pt } }", (1, 2, 3, 4)),
        ("td { padding: 1em; padding-top: 5%; padding-left: -1pt; padding-right: 1pt 2pt }", (1, 2, 3, 4)),
        ("td { padding: 5pt 1em } td { paddin: 5pt } td {{ padding: 5pt", (1, 2, 3, 4)),
        ("td:unknown(1) { padding: 9pt } td { color: red; padding: 5pt }", (5, 5, 5, 5)),
    ],
)
def test_padding_is_what_the_strongest_rule_says_in_lengths_that_are_known(
    css: str, padding: tuple[float, ...]
) -> None:
    root = lxml_html.document_fromstring(PAGE)
    found = Rules(css, root).padding(next(root.iter("td")), USUAL)
    assert (found.top, found.right, found.bottom, found.left) == pytest.approx(padding)


@pytest.mark.parametrize(
    ("css", "may"),
    [
        ("", True),
        (".form { break-inside: avoid }", False),
        (".form { break-inside: avoid } .form.wide { break-inside: auto }", True),
        (".form { break-inside: auto }", True),
        (".form { break-inside: avoid-page }", False),
    ],
)
def test_a_form_may_break_unless_the_style_sheet_says_otherwise(css: str, may: bool) -> None:
    root = lxml_html.document_fromstring(PAGE)
    assert Rules(css, root).may_break(next(root.iter("div"))) is may


def test_the_tables_of_a_docx_have_the_padding_of_the_profile_s_own_style_sheet(
    standard: Path, tmp_path: Path
) -> None:
    profile = tmp_path / "own"
    shutil.copytree(ROOT / "templates" / "standard", profile)
    (profile / "style.css").write_text(
        ".tables td, .tables th { padding: 1mm 2pt }\n.form { break-inside: auto }\n", "utf-8"
    )
    usual, own = (_document(standard, folder) for folder in (None, profile))
    margins = {side: 57 if side in ("top", "bottom") else 40 for side in ("top", "left", "bottom", "right")}
    tables = own.findall(f"{qn('w:body')}/{qn('w:tbl')}")
    assert tables
    for table in tables:
        found = table.find(f"{qn('w:tblPr')}/{qn('w:tblCellMar')}")
        assert {etree.QName(e).localname: int(e.get(qn("w:w"))) for e in found} == margins
    assert not list(usual.iter(qn("w:tblCellMar"))), "the table style has it already"
    kept = [
        {_said(row) for row in one.iter(qn("w:tr")) if list(row.iter(qn("w:keepNext")))}
        for one in (usual, own)
    ]
    head, first = "绩效指标一级指标", "项目名称"
    assert all(any(row.startswith(start) for row in kept[0]) for start in (head, first))
    assert any(row.startswith(head) for row in kept[1])
    assert not any(row.startswith(first) for row in kept[1]), "forms may break, but not below a head"


def _said(row: etree._Element) -> str:
    return "".join(text.text or "" for text in row.iter(qn("w:t")))


def _document(source: Path, profile: Path | None) -> etree._Element:
    content = to_docx(prepare(source, profile=profile)[0], {})
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return etree.fromstring(package.read("word/document.xml"))
