"""Charts in the finished files: tagged in the PDF, Word's own in the DOCX, drawn in the page, read back."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from conftest import CHARTS
from docx.oxml.ns import qn
from lxml import etree
from lxml import html as lxml_html
from lxml.html import HtmlElement
from reading import ROOT, Report, part, style_of
from test_archive import _elements
from test_hardening import _document

from reportgen.build import Format, build
from reportgen.compose import Document
from reportgen.compose.chart import Chart
from reportgen.compose.chart_spec import ChartKind
from reportgen.faults import FaultyInput
from reportgen.render import pdf as pdf_renderer
from reportgen.verify import verify
from reportgen.verify.expected import expected

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"

ORDER = {
    "chartSpace": "date1904 lang roundedCorners AlternateContent style clrMapOvr pivotSource protection "
    "chart spPr txPr externalData printSettings userShapes extLst",
    "chart": "title autoTitleDeleted pivotFmts view3D floor sideWall backWall plotArea legend plotVisOnly "
    "dispBlanksAs extLst",
    "plotArea": "layout barChart pieChart catAx valAx dTable spPr extLst",
    "scaling": "logBase orientation max min extLst",
    "barChart": "barDir grouping varyColors ser dLbls gapWidth overlap serLines axId extLst",
    "pieChart": "varyColors ser dLbls firstSliceAng extLst",
    "ser": "idx order tx spPr invertIfNegative pictureOptions explosion dPt dLbls trendline errBars cat val "
    "shape extLst",
    "dPt": "idx invertIfNegative marker bubble3D explosion spPr pictureOptions extLst",
    "dLbls": "dLbl delete numFmt spPr txPr dLblPos showLegendKey showVal showCatName showSerName showPercent "
    "showBubbleSize separator showLeaderLines leaderLines extLst",
    "catAx": "axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark "
    "minorTickMark tickLblPos spPr txPr crossAx crosses crossesAt auto lblAlgn lblOffset tickLblSkip "
    "tickMarkSkip noMultiLvlLbl extLst",
    "valAx": "axId scaling delete axPos majorGridlines minorGridlines title numFmt majorTickMark "
    "minorTickMark tickLblPos spPr txPr crossAx crosses crossesAt crossBetween majorUnit "
    "minorUnit dispUnits extLst",
    "legend": "legendPos legendEntry layout overlay spPr txPr extLst",
    "strRef": "f strCache extLst",
    "numRef": "f numCache extLst",
    "strCache": "ptCount pt extLst",
    "numCache": "formatCode ptCount pt extLst",
    "txPr": "bodyPr lstStyle p",
    "externalData": "autoUpdate",
    "inline": "extent effectExtent docPr cNvGraphicFramePr graphic",
    "defRPr": "ln noFill solidFill highlight latin ea cs sym",
    "spPr": "xfrm custGeom prstGeom noFill solidFill ln",
}
"""The children of each element in the order of its complex type (ECMA-376, part 1, 20 and 21)."""


@pytest.fixture(scope="module")
def body(charted_report: Report) -> etree._Element:
    return part(charted_report.docx, "word/document.xml")


def _chart_parts(path: Path) -> list[etree._Element]:
    count = sum("word/charts/chart" in name for name in zipfile.ZipFile(path).namelist())
    return [part(path, f"word/charts/chart{number}.xml") for number in range(1, count + 1)]


@pytest.fixture(scope="module")
def parts(charted_report: Report) -> list[etree._Element]:
    return _chart_parts(charted_report.docx)


# --- PDF ---


@pytest.fixture(scope="module")
def archive(charted_report: Report) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(charted_report.pdf) as opened:
        yield opened


def test_every_chart_is_tagged_as_a_figure_with_its_figures_in_words(
    archive: pikepdf.Pdf, charted: Document
) -> None:
    figures = [e for e in _elements(archive.Root.StructTreeRoot.K) if e.S == "/Figure"]
    assert [str(e.Alt) for e in figures] == [chart.alternative for chart in charted.charts.values()]


def test_the_words_of_a_chart_are_text_in_fonts_that_are_inside(archive: pikepdf.Pdf) -> None:
    fonts = [o for o in archive.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Font"]
    for font in (f for f in fonts if f.Subtype == "/Type0"):
        assert "/ToUnicode" in font
        (descendant,) = font.DescendantFonts
        assert {"/FontFile2", "/FontFile3"} & set(descendant.FontDescriptor.keys())
    images = [o for o in archive.objects if isinstance(o, pikepdf.Stream) and o.get("/Subtype") == "/Image"]
    assert not images


def test_the_page_at_a_glance_is_one_page(charted_report: Report, charted: Document) -> None:
    import pypdfium2

    opened = pypdfium2.PdfDocument(charted_report.pdf)
    texts = [page.get_textpage().get_text_range() for page in opened]
    (glance,) = (at for at, text in enumerate(texts) if "一图读懂某某" in text and "收支总预算" in text)
    assert "公务接待费" in texts[glance]
    assert "11,838.87万元" in texts[glance]
    assert "增加895.72万元" in texts[glance]
    assert "第一部分" in texts[glance + 1]
    opened.close()


def test_a_document_can_show_the_charts_that_it_carries_and_nothing_else(charted: Document) -> None:
    chart = next(iter(charted.charts.values()))
    for address in ("chart:chart1", "data:image/svg+xml;base64,PHN2Zy8+", "file:///etc/hostname"):
        with pytest.raises(FaultyInput) as caught:
            pdf_renderer.lay_out(_document(f"<p><img src='{address}' alt='x'/></p>"))
        assert f"格式要取“{address}”" in str(caught.value)
    page = f"<html><body><section class='text'><div data-chart='{chart.id}'></div></section></body></html>"
    own = pdf_renderer.Document(page, "", "", "题", "名", "某局", charted.style, (), (), {chart.id: chart})
    assert pdf_renderer.lay_out(own).pages == {}
    with pytest.raises(FaultyInput):
        pdf_renderer.lay_out(_document("<p>一</p>", r"p { background: u\72l(chart:chart1) }"))


# --- DOCX ---


def test_children_of_charts_stand_in_the_order_of_the_schema(
    parts: list[etree._Element], body: etree._Element
) -> None:
    seen = Counter()
    for element in (e for root in (*parts, *body.iter(qn("wp:inline"))) for e in root.iter()):
        tag = etree.QName(element).localname
        children = [etree.QName(child).localname for child in element]
        if tag in ORDER and not (tag == "chart" and not children):
            order = ORDER[tag].split()
            assert not [child for child in children if child not in order], tag
            assert children == sorted(children, key=order.index), tag
            seen[tag] += 1
    assert set(seen) == set(ORDER)


def test_drawings_have_ids_of_their_own_and_lead_to_their_charts(
    body: etree._Element, charted_report: Report, charted: Document
) -> None:
    names = [properties.get("id") for properties in body.iter(qn("wp:docPr"))]
    assert len(names) == len(set(names)) == len(charted.charts)
    told = [properties.get("descr") for properties in body.iter(qn("wp:docPr"))]
    assert told == [chart.alternative for chart in charted.charts.values()]
    links = {link.get("Id"): link for link in part(charted_report.docx, "word/_rels/document.xml.rels")}
    targets = [links[held.get(qn("r:id"))].get("Target") for held in body.iter(f"{C}chart")]
    assert targets == [f"charts/chart{number}.xml" for number in range(1, len(names) + 1)]
    for held in body.iter(f"{C}chart"):
        paragraph = next(held.iterancestors(qn("w:p")))
        assert style_of(paragraph) == "Chart", "whose line is as high as what stands in it"


def test_charts_keep_the_kind_and_the_figures_and_name_their_fonts(
    parts: list[etree._Element], charted: Document
) -> None:
    for root, chart in zip(parts, charted.charts.values(), strict=True):
        (plot,) = (e for e in root.iter(f"{C}barChart", f"{C}pieChart"))
        direction = plot.find(f"{C}barDir")
        kind = (
            ChartKind.PIE
            if direction is None
            else {"bar": ChartKind.BAR, "col": ChartKind.COLUMN}[direction.get("val")]
        )
        assert kind is chart.kind
        assert _cached(plot) == [
            [
                (c.full_label, None if p.drawn is None else f"{p.drawn:f}")
                for c in chart.categories
                for p in [c.points[at]]
            ]
            for at in range(len(chart.series))
        ]
        faces = {e.get("typeface") for e in root.iter(f"{A}ea", f"{A}latin")}
        assert faces == {charted.style.fonts.table[0]}
        assert {e.get("formatCode") for e in root.iter(f"{C}numFmt") if e.get("formatCode") != "General"} == {
            "#,##0.00"
        }


def _cached(plot: etree._Element) -> list[list[tuple[str, str | None]]]:
    columns = []
    for series in plot.iterfind(f"{C}ser"):
        labels = {p.get("idx"): p.findtext(f"{C}v") for p in series.iterfind(f"{C}cat//{C}pt")}
        values = {p.get("idx"): p.findtext(f"{C}v") for p in series.iterfind(f"{C}val//{C}pt")}
        columns.append([(str(label), values.get(at)) for at, label in labels.items()])
    return columns


def test_the_workbook_behind_a_chart_holds_what_the_chart_shows(
    charted_report: Report, charted: Document, parts: list[etree._Element]
) -> None:
    with zipfile.ZipFile(charted_report.docx) as package:
        for number, chart in enumerate(charted.charts.values(), 1):
            content = package.read(f"word/embeddings/Microsoft_Excel_Sheet{number}.xlsx")
            sheet = openpyxl.load_workbook(io.BytesIO(content))["Sheet1"]
            assert [cell.value for cell in sheet[1]][1:] == list(chart.series)
            for row, category in zip(sheet.iter_rows(min_row=2), chart.categories, strict=True):
                assert row[0].value == category.full_label
                assert [cell.value for cell in row[1:]] == [float(p.drawn or 0) for p in category.points]
    formulas = [f.text for f in parts[2].iter(f"{C}f")]
    assert formulas == [
        *("Sheet1!$B$1", "Sheet1!$A$2:$A$5", "Sheet1!$B$2:$B$5"),
        *("Sheet1!$C$1", "Sheet1!$A$2:$A$5", "Sheet1!$C$2:$C$5"),
    ]


def test_the_same_input_makes_the_same_files(charted_report: Report, standard: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "reportgen", "build", str(standard), "-o", str(tmp_path), "--profile"]
    surroundings = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "Asia/Shanghai", "PYTHONPATH": str(ROOT)}
    subprocess.run([*command, str(CHARTS)], cwd=ROOT, env=surroundings, check=True, capture_output=True)
    for path in (charted_report.docx, charted_report.pdf):
        assert (tmp_path / path.name).read_bytes() == path.read_bytes()


# --- read back ---


def _edited(path: Path, name: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == name:
                assert content.count(old) == 1
                content = content.replace(old, new)
            target.writestr(item, content)
    return out.getvalue()


def test_what_charts_print_is_expected_of_every_file(charted: Document, charted_report: Report) -> None:
    said = Counter(number.text for number in expected(charted))
    for point in (point for chart in charted.charts.values() for point in chart.points):
        assert said[point.text] >= 1
    for path in (charted_report.docx, charted_report.pdf):
        assert verify(charted, path.read_bytes(), path.suffix) == []


def test_a_figure_changed_in_a_chart_of_the_word_file_is_found(
    charted: Document, charted_report: Report
) -> None:
    content = _edited(charted_report.docx, "word/charts/chart3.xml", b"<c:v>21.00</c:v>", b"<c:v>21.01</c:v>")
    (found,) = verify(charted, content, ".docx")
    assert str(found) == (
        "图“一般公共预算“三公”经费”“公务用车运行费”“2025年预算”：应为 21.00，文件里是 21.01"
    )
    content = _edited(charted_report.docx, "word/charts/chart3.xml", b"<c:v>4.40</c:v>", b"<c:v>4.4</c:v>")
    assert verify(charted, content, ".docx") == [], "shown with two decimals all the same"
    code = b'<c:formatCode>#,##0.00</c:formatCode><c:ptCount val="4"/><c:pt idx="0"><c:v>6.00'
    other = code.replace(b"#,##0.00", b"General")
    content = _edited(charted_report.docx, "word/charts/chart3.xml", code, other)
    assert verify(charted, content, ".docx") == [], "shown in the format of the labels"
    (label,) = (x.full_label for x in charted.charts["chart1"].categories if x.label == "其他")
    old = label.encode()
    content = _edited(charted_report.docx, "word/charts/chart1.xml", old, old.replace(b"%", b"1%"))
    (found,) = verify(charted, content, ".docx")
    assert "应为 2.23%，文件里是 2.231%" in str(found)


def test_a_chart_taken_out_of_the_word_file_is_missed(charted: Document, charted_report: Report) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(charted_report.docx) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "word/document.xml":
                root = etree.fromstring(content)
                run = next(iter(root.iter(qn("w:drawing")))).getparent()
                run.getparent().remove(run)
                content = etree.tostring(root)
            target.writestr(item, content)
    missing = verify(charted, out.getvalue(), ".docx")
    assert any("少了 9,792.77" in str(difference) for difference in missing)


# --- the page, the workbook ---


@pytest.fixture(scope="module")
def others(standard: Path) -> dict[str, bytes]:
    files = build(standard, [Format.HTML, Format.XLSX], profile=CHARTS).files
    return {Path(name).suffix: content for name, content in files.items()}


@pytest.fixture(scope="module")
def page(others: dict[str, bytes]) -> HtmlElement:
    return lxml_html.document_fromstring(others[".html"].decode())


def test_the_page_draws_each_chart_and_says_it_to_those_who_listen(
    page: HtmlElement, charted: Document
) -> None:
    pictures = page.xpath("//div[@class='picture']/*[local-name()='svg']")
    assert [p.get("aria-label") for p in pictures] == [c.alternative for c in charted.charts.values()]
    assert {p.get("role") for p in pictures} == {"img"}
    assert all(p.get("width") is None and p.get("viewBox", p.get("viewbox")) for p in pictures)
    assert page.xpath("//@src") == []
    facts = page.xpath("//*[local-name()='text'][@data-fact]")
    assert len(facts) > 40
    assert not [t for t in facts if t.get("tabindex")], "a picture is one thing to a keyboard"
    css = page.xpath("//style")[-1].text
    assert re.search(r"\.picture svg \{[^}]*width: 100%", css)


def test_charts_stay_out_of_the_workbook(others: dict[str, bytes]) -> None:
    book = openpyxl.load_workbook(io.BytesIO(others[".xlsx"]))
    assert len(book.sheetnames) == 3
    assert not any(sheet._charts for sheet in book.worksheets)
    assert not any("一图读懂" in name for name in book.sheetnames)


def test_a_chart_with_nothing_to_draw_for_a_year_has_no_point_there() -> None:
    from test_chart_drawing import chart

    from reportgen.compose.style import Style
    from reportgen.render.docx.charts import chart_space

    made: Chart = chart(ChartKind.COLUMN, {"一": [None, "2.00"], "二": ["-1.00", "3.00"]})
    root = chart_space(made, Style(), "rId1")
    first, second = root.iter(f"{C}numCache")
    assert [(p.get("idx"), p.findtext(f"{C}v")) for p in first.iter(f"{C}pt")] == [("1", "-1.00")]
    assert first.find(f"{C}ptCount").get("val") == second.find(f"{C}ptCount").get("val") == "2"
    assert root.find(f"{C}chart/{C}legend/{C}legendPos").get("val") == "t"
