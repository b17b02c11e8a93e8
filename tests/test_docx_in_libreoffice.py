"""The DOCX as LibreOffice prints it: the pages, headings and figures of the PDF.

Fonts that are not on this machine are those that the PDF falls back to. One thing that the PDF does Word
cannot do: hold a figure and its unit together at the end of a line. So its pages are those of a PDF that
does not do it either, and these are the ones that its contents name.
"""

from __future__ import annotations

import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pdfplumber
import pikepdf
import pypdfium2
import pytest
from conftest import CHARTS
from docx.oxml.ns import qn
from libreoffice import Office, as_in_the_pdf, office_or_skip
from lxml import html as lxml_html
from pdfplumber.page import Page
from reading import ROOT, Report, page_number, part, read_docx, read_open_pdf, squeezed, text_of

from reportgen.build import prepare
from reportgen.compose import Document
from reportgen.compose.style import Style
from reportgen.render import halves
from reportgen.render.docx import to_docx
from reportgen.render.pdf import lay_out
from reportgen.render.unbroken import LOOSE_CSS
from reportgen.render.word_pages import word_pages
from reportgen.verify import verify

pytestmark = pytest.mark.long

EXAMPLES = sorted(path.parent.name for path in (ROOT / "data" / "examples").glob("*/dept.yaml"))
WITH_CHARTS = "standard with charts"


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return office_or_skip(tmp_path_factory.mktemp("office"), as_in_the_pdf(Style().fonts))


@dataclass(frozen=True)
class Seen:
    """A report in both formats, and the DOCX as LibreOffice prints it."""

    document: Document
    pages: Mapping[str, int]
    """Those that the contents of the DOCX name, by anchor."""
    breakable: Mapping[str, int]
    """Those of a PDF of ours where figures and units may be parted."""
    sheets: int
    breakable_sheets: int
    """Of our PDF."""
    docx: Path
    office_pdf: Path


@pytest.fixture(scope="session", params=[*EXAMPLES, WITH_CHARTS])
def seen(request: pytest.FixtureRequest, office: Office, tmp_path_factory: pytest.TempPathFactory) -> Seen:
    charted = request.param == WITH_CHARTS
    name = "standard" if charted else request.param
    source = ROOT / "data" / "examples" / name / "dept.yaml"
    document, _ = prepare(source, profile=CHARTS if charted else None)
    printed = lay_out(document)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(halves, "hold_together", lambda _: None)
        breakable = lay_out(replace(document, own_css=f"{document.own_css}\n{LOOSE_CSS}\n"))
    docx = tmp_path_factory.mktemp("seen") / "report.docx"
    pages = word_pages(document, printed.laid)
    docx.write_bytes(to_docx(document, pages))
    office_pdf = office.printed(docx, docx.with_suffix(".pdf"))
    sheets, breakable_sheets = (len(made.sheets.pages) for made in (printed, breakable))
    return Seen(document, pages, breakable.pages, sheets, breakable_sheets, docx, office_pdf)


def _outline(path: Path) -> list[tuple[str, int]]:
    """The headings with the pages they stand on, counted from 0."""

    def walk(items: list[pikepdf.OutlineItem]) -> Iterator[tuple[str, int]]:
        for item in items:
            yield squeezed(item.title), places[item.destination[0].objgen]
            yield from walk(item.children)

    with pikepdf.open(path) as opened, opened.open_outline() as outline:
        places = {page.objgen: at for at, page in enumerate(opened.pages)}
        return list(walk(outline.root))


def _printed_numbers(path: Path) -> list[str]:
    """The number printed on each page, or nothing."""
    with pypdfium2.PdfDocument(path) as opened:
        texts = [page.get_textpage().get_text_bounded(top=page.get_height() * 0.2) for page in opened]
    found = [re.search(r"— (\d+) —", text) for text in texts]
    return [number[1] if number else "" for number in found]


def test_libreoffice_needs_as_many_pages_as_the_pdf(seen: Seen) -> None:
    pages = len(_printed_numbers(seen.office_pdf))
    assert pages == seen.breakable_sheets
    assert pages == pytest.approx(seen.sheets, rel=0.1)


def test_the_headings_are_those_of_the_document_in_its_order(seen: Seen) -> None:
    root = lxml_html.document_fromstring(seen.document.html)
    headings = [squeezed(heading.text_content()) for heading in root.iter("h1", "h2", "h3", "h4")]
    assert [title for title, _ in _outline(seen.office_pdf)] == headings


@dataclass(frozen=True)
class Entry:
    """One of the contents."""

    title: str
    anchor: str
    said: int
    """The page that it names."""
    found: int
    """The number printed on the page where its heading stands."""


def _entries(seen: Seen) -> Iterator[Entry]:
    numbers = _printed_numbers(seen.office_pdf)
    headings = iter(_outline(seen.office_pdf))
    for link in part(seen.docx, "word/document.xml").iter(qn("w:hyperlink")):
        title, _, said = text_of(link).rpartition("\t")
        found = next(numbers[at] for heading, at in headings if heading == squeezed(title))
        yield Entry(title, link.get(qn("w:anchor")).removeprefix("_Toc_"), int(said), int(found))


def test_every_entry_of_the_contents_names_the_page_that_its_heading_is_printed_on(seen: Seen) -> None:
    entries = list(_entries(seen))
    assert entries
    assert [entry for entry in entries if entry.said != entry.found] == []


def test_the_pages_of_word_are_those_of_a_whole_layout_that_holds_nothing_together(seen: Seen) -> None:
    assert seen.pages == seen.breakable


def test_every_figure_of_the_document_is_printed_in_its_place(seen: Seen) -> None:
    if seen.document.charts:
        pytest.skip("LibreOffice sets the figures of a chart in an order of its own")
    assert verify(seen.document, seen.office_pdf.read_bytes(), ".pdf") == []


def test_tables_are_printed_cell_by_cell_with_their_header_on_every_page(
    report: Report, office: Office, tmp_path: Path
) -> None:
    with pdfplumber.open(office.printed(report.docx, tmp_path / "report.pdf")) as opened:
        assert read_open_pdf(opened).tables == read_docx(report.docx).tables


def test_no_page_is_empty(seen: Seen) -> None:
    with pypdfium2.PdfDocument(seen.office_pdf) as opened:
        texts = [squeezed(page.get_textpage().get_text_bounded()) for page in opened]
    assert not [at for at, text in enumerate(texts, 1) if not re.sub(r"—\d+—", "", text)]


def test_with_the_fonts_of_this_machine_nothing_is_lost_and_pages_are_as_many(
    seen: Seen, tmp_path: Path
) -> None:
    """As it is converted by somebody who has none of Word's fonts and changes no setting."""
    made = office_or_skip(tmp_path, {}).converted(seen.docx, tmp_path)
    with pypdfium2.PdfDocument(made) as opened:
        pages = [squeezed(page.get_textpage().get_text_bounded()) for page in opened]
    printed = "".join(re.sub(r"—\d+—$", "", page) for page in pages)
    body = part(seen.docx, "word/document.xml").iter(qn("w:p"))
    texts = [squeezed(text_of(one)) for one in body if not list(one.iterancestors(qn("w:tc")))]
    assert len(pages) == seen.breakable_sheets
    assert [text for text in texts if len(text) > 60 and text not in printed] == []


# --- columns of figures ---

EVEN = "Noto Sans Mono CJK SC"
"""Its figures are half as wide as a character, bold or not: so are those of 宋体, which tables name."""

FIGURE = re.compile(r"-?[\d,]+\.\d+")
EDGE = 5
"""Points from the edge of a cell within which a figure stands right."""


@pytest.mark.parametrize("name", ["standard", "hubei-xianning"])
def test_decimal_points_of_a_column_stand_below_one_another(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("even")
    fonts = Style().fonts
    office = office_or_skip(folder, {**as_in_the_pdf(fonts), fonts.table[0]: EVEN})
    answer = subprocess.run(["fc-match", EVEN], capture_output=True, text=True, check=True).stdout
    if EVEN not in answer:
        pytest.skip(f"{EVEN} is not installed: apt-get install fonts-noto-cjk")
    document, _ = prepare(ROOT / "data" / "examples" / name / "dept.yaml")
    docx = folder / "report.docx"
    docx.write_bytes(to_docx(document, {}))
    with pdfplumber.open(office.printed(docx, folder / "report.pdf")) as opened:
        columns = [column for page in opened.pages if page_number(page) for column in _columns(page)]
    assert len(columns) > 20
    assert not [column for column in columns if max(column) - min(column) > 0.6]


def _columns(page: Page) -> Iterator[list[float]]:
    """Where the decimal points stand in each column of figures that stand right."""
    for table in page.find_tables():
        points: dict[int, list[float]] = defaultdict(list)
        for left, top, right, bottom in (cell for row in table.rows for cell in row.cells if cell):
            inside = [
                char
                for char in page.chars
                if left <= (char["x0"] + char["x1"]) / 2 <= right
                and top <= (char["top"] + char["bottom"]) / 2 <= bottom
            ]
            text = "".join(char["text"] for char in inside).strip()
            if FIGURE.fullmatch(text) and right - max(char["x1"] for char in inside) < EDGE:
                points[round(right)] += [char["x0"] for char in inside if char["text"] == "."]
        yield from (column for column in points.values() if len(column) > 1)


def test_page_numbers_run_on_over_upright_and_turned_pages_and_stand_outside(seen: Seen) -> None:
    numbers = _printed_numbers(seen.office_pdf)
    front = next(at for at, number in enumerate(numbers) if number)
    assert numbers[:front] == [""] * front
    assert [int(number) for number in numbers[front:]] == list(range(1, len(numbers) - front + 1))
    directions = set()
    with pdfplumber.open(seen.office_pdf) as opened:
        for number, page in enumerate(opened.pages[front:], 1):
            below = page.crop((0, page.height * 0.8, page.width, page.height))
            words = below.extract_words(keep_blank_chars=True)
            found = [word for word in words if re.fullmatch(rf"— {number} —", word["text"].strip())]
            (word,) = found
            middle = (word["x0"] + word["x1"]) / 2
            assert (middle > page.width / 2) is (number % 2 == 1)
            directions.add((page.width > page.height, number % 2))
    assert {odd for _, odd in directions} == {0, 1}
    if "landscape" in re.sub("<style.*?</style>", "", seen.document.html, flags=re.DOTALL):
        assert {turned for turned, _ in directions} == {False, True}
