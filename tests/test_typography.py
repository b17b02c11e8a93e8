"""How pages are set, measured on them: flush lines, what begins and ends a line, what holds together."""

from __future__ import annotations

import io
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pdfplumber
import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from lxml import html as lxml_html
from pdfplumber.page import Page
from pdfplumber.pdf import PDF
from reading import ROOT, body_pages, squeezed

from reportgen.build import prepare
from reportgen.compose import Document
from reportgen.render import bold as bold_type
from reportgen.render.faces import faces
from reportgen.render.pdf import lay_out
from reportgen.render.unbroken import JOINER, held

MM = 72 / 25.4
NEAR = 0.5
"""Points by which what is flush or aligned may differ."""
NO_START = "，。；：、！？）》”’」』】％%…"
NO_END = "（《“‘「『【"
MEASURES = "元万亿年月日号个人名辆台次期项件户处家组天%％‰℃"

Char = dict[str, Any]
Line = list[Char]


def said(line: Line) -> str:
    return "".join(char["text"] for char in line)


def lines_of(chars: Sequence[Char]) -> list[Line]:
    """What stands beside each other, from top to bottom and from left to right."""
    found: list[Line] = []
    for char in sorted((c for c in chars if c["text"].strip()), key=_middle):
        if found and _middle(char) - _middle(found[-1][0]) < char["size"] / 2:
            found[-1].append(char)
        else:
            found.append([char])
    return [sorted(line, key=lambda char: float(char["x0"])) for line in found]


def _middle(char: Char) -> float:
    return float(char["top"] + char["bottom"]) / 2


def _inside(char: Char, box: tuple[float, float, float, float]) -> bool:
    return box[0] < (char["x0"] + char["x1"]) / 2 < box[2] and box[1] < _middle(char) < box[3]


@dataclass(frozen=True)
class Cell:
    page: int
    box: tuple[float, float, float, float]
    lines: list[Line]


@dataclass(frozen=True)
class Typeset:
    """A report's pages as lines."""

    document: Document
    pdf: PDF

    @cached_property
    def cells(self) -> list[Cell]:
        return [
            Cell(page.page_number, box, lines_of([char for char in page.chars if _inside(char, box)]))
            for page in self.pdf.pages
            for table in page.find_tables()
            for box in table.cells
        ]

    @cached_property
    def texts(self) -> list[tuple[Page, list[Line]]]:
        """What stands outside tables, page by page, without page numbers."""
        return [(page, lines_of(list(self._beside_tables(page)))) for page in self.pdf.pages]

    def _beside_tables(self, page: Page) -> Iterator[Char]:
        style = self.document.style
        margin = style.table_page if page.width > page.height else style.text_page
        boxes = [table.bbox for table in page.find_tables()]
        for char in page.chars:
            if _middle(char) < page.height - float(margin.bottom) * MM and not any(
                _inside(char, box) for box in boxes
            ):
                yield char

    @cached_property
    def blocks(self) -> list[list[Line]]:
        """What has lines of its own: a cell, a page without its tables."""
        return [cell.lines for cell in self.cells] + [lines for _, lines in self.texts]

    @cached_property
    def paragraphs(self) -> list[list[tuple[Page, Line]]]:
        """The lines of every paragraph of the narrative."""
        tree = lxml_html.document_fromstring(self.document.html)
        texts = [
            squeezed(block.text_content())
            for block in tree.iterfind(".//section[@class='text']/p")
            if not block.get("class")
        ]
        numbered = {page.page_number for page in body_pages(self.pdf)}
        stream = [
            (page, line) for page, lines in self.texts for line in lines if page.page_number in numbered
        ]
        found: list[list[tuple[Page, Line]]] = []
        for text in filter(None, texts):
            start = next(at for at, (_, line) in enumerate(stream) if text.startswith(said(line)))
            end, read = start, ""
            while read != text:
                read += said(stream[end][1])
                assert text.startswith(read), text
                end += 1
            found.append(stream[start:end])
            stream = stream[end:]
        return found


def opened(document: Document) -> PDF:
    return pdfplumber.open(io.BytesIO(lay_out(document).pdf(document, {})))


SHARED = "chongqing-yubei"
OTHERS = ["standard", "hubei-jianghan", "hubei-xianning"]
MORE = ["hebei-qinhuangdao", "chongqing-yongchuan"]


@pytest.fixture(
    scope="module", params=[SHARED, *OTHERS, *(pytest.param(name, marks=pytest.mark.long) for name in MORE)]
)
def typeset(request: pytest.FixtureRequest) -> Iterator[Typeset]:
    if request.param == SHARED:
        yield Typeset(request.getfixturevalue("document"), request.getfixturevalue("pdf"))
        return
    document, _ = prepare(ROOT / "data" / "examples" / request.param / "dept.yaml")
    with opened(document) as pdf:
        yield Typeset(document, pdf)


# --- lines ---


def test_full_lines_of_the_narrative_end_at_the_right_margin(typeset: Typeset) -> None:
    full = [(page, line) for paragraph in typeset.paragraphs for page, line in paragraph[:-1]]
    if not typeset.paragraphs:
        pytest.skip("it has tables only")
    assert len(full) > 30
    margin = float(typeset.document.style.text_page.right) * MM
    ends = [(page.page_number, said(line), page.width - margin - line[-1]["x1"]) for page, line in full]
    assert [end for end in ends if abs(end[-1]) > NEAR] == []


def test_no_line_begins_or_ends_with_the_wrong_mark(typeset: Typeset) -> None:
    wrong = [
        (above, below)
        for lines in typeset.blocks
        for above, below in pairwise(map(said, lines))
        if below[0] in NO_START or above[-1] in NO_END
    ]
    assert wrong == []


TORN = re.compile(
    rf"[0-9.,]\n[0-9.,{MEASURES}]"  # an amount, a code, a number and its unit
    r"|[万亿]\n元|第\n[0-9]"
    r"|[0-9]\n[—–~～]|[—–~～]\n[0-9]"  # 1—7月, — 1 —
)


def test_no_line_tears_a_number_apart_or_from_its_unit(typeset: Typeset) -> None:
    contents = typeset.pdf.pages.index(body_pages(typeset.pdf)[0])
    torn = [
        said(above) + "\n" + said(below)
        for lines in [cell.lines for cell in typeset.cells] + [lines for _, lines in typeset.texts[contents:]]
        for above, below in pairwise(lines)
        if TORN.search(said(above)[-2:] + "\n" + said(below)[:2])
    ]
    assert torn == []


def test_what_holds_a_number_to_its_unit_leaves_no_trace(typeset: Typeset) -> None:
    assert not any(JOINER in char["text"] for page in typeset.pdf.pages for char in page.chars)


@pytest.mark.parametrize(
    ("before", "text", "joined"),
    [
        ("", "2025年1月1日", "2025|年1|月1|日"),
        ("", "3.5%、20565360元", "3.5|%、20565360|元"),
        ("保有154", "辆", "|辆"),
        ("保有", "辆", "辆"),
        ("", "单价（万元）", "单价（万|元）"),
        ("", "2022年1—7月，第21期，≥300万元", "2022|年1|—|7|月，第|21|期，≥300|万|元"),
        ("", "2080505，30231", "2080505，30231"),
    ],
)
def test_a_number_is_joined_to_what_it_counts(before: str, text: str, joined: str) -> None:
    assert held(text, before).replace(JOINER, "|") == joined


# --- columns ---


def test_figures_of_a_column_stand_point_below_point_in_bold_and_in_light_type(typeset: Typeset) -> None:
    columns: dict[tuple[int, int, int], list[tuple[float, bool, str]]] = defaultdict(list)
    for cell in typeset.cells:
        line = cell.lines[0] if len(cell.lines) == 1 else []
        # the figures of forms may also stand in the middle of their cells
        if re.fullmatch(r"-?[\d,]+\.\d\d", said(line)) and cell.box[2] - line[-1]["x1"] < line[-1]["size"]:
            key = cell.page, round(cell.box[0]), round(cell.box[2])
            columns[key].append((line[-3]["x0"], "Bold" in line[-3]["fontname"], said(line)))
    for column in columns.values():
        places = [place for place, *_ in column]
        assert max(places) - min(places) <= NEAR, column
    assert sum(len({bold for _, bold, _ in column}) == 2 for column in columns.values()) > 5


# --- weight ---


def test_a_bold_heading_is_bold_whether_or_not_its_face_has_a_bold(pdf: PDF, document: Document) -> None:
    """Where it has none, its strokes are drawn wider."""
    heading = "1.按支出属性说明"
    page = next(page for page in pdf.pages if heading in map(said, lines_of(page.chars)))
    modes = {}
    with pypdfium2.PdfDocument(pdf.stream) as read:
        place = read[page.page_number - 1]
        texts = place.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], textpage=place.get_textpage())
        for shown in texts:
            modes[squeezed(shown.extract())] = pdfium.FPDFTextObj_GetTextRenderMode(shown.raw)
    face = next(face for face in faces(document.style.fonts) if face.role == "正文").name
    bold = subprocess.run(["fc-list", f":family={face}:bold", "file"], capture_output=True, check=True).stdout
    wider = pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
    assert modes[heading] == (pdfium.FPDF_TEXTRENDERMODE_FILL if bold else wider)
    assert [
        words for words, mode in modes.items() if mode == wider and not words.startswith(("1.", "2."))
    ] == []


def test_the_weight_of_a_font_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def is_light(font: SimpleNamespace) -> bool:
        read.append(font.hash)
        return font.hash == "light"

    monkeypatch.setattr(bold_type, "_is_light", is_light)
    light = bold_type._weigher()
    asked = ["light", "heavy", "light", "heavy"]
    assert [light(SimpleNamespace(hash=name)) for name in asked] == [True, False, True, False]
    assert read == ["light", "heavy"]


# --- the grid ---

RARE = "頔祎喆镕㙍䶮"
"""Characters of names that the free 仿宋 does not have."""


@pytest.fixture(scope="module")
def plain_pages(standard: Path) -> Iterator[tuple[Document, PDF]]:
    """A long paragraph without a mark or a digit, of the general profile."""
    document = prepare(standard)[0]
    text = "".join(f"预算公开{rare}说明文字" for rare in RARE) * 30
    html = f"<html lang='zh-CN'><body><section class='text'><p>{text}</p></section></body></html>"
    plain = replace(document, html=html)
    with opened(plain) as pdf:
        yield plain, pdf


def test_a_full_page_of_text_has_22_lines_of_28_characters(plain_pages: tuple[Document, PDF]) -> None:
    """As GB/T 9704 has it."""
    document, pdf = plain_pages
    lines = Typeset(document, pdf).texts[0][1]
    assert [len(line) for line in lines] == [26] + [28] * 21


def test_a_character_of_another_face_leaves_the_lines_where_they_are(
    plain_pages: tuple[Document, PDF],
) -> None:
    document, pdf = plain_pages
    _, lines = Typeset(document, pdf).texts[0]
    baselines = [sorted({round(char["matrix"][5], 3) for char in line}) for line in lines]
    assert [len(heights) for heights in baselines] == [1] * len(lines)
    pitches = [above[0] - below[0] for above, below in pairwise(baselines)]
    assert pitches == pytest.approx([float(document.style.line_pitch)] * 21, abs=0.01)
