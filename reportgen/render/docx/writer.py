"""The walk over the HTML document: blocks to paragraphs and tables, headings to contents."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import docx
from docx.document import Document as WordDocument
from lxml import html as lxml_html
from lxml.html import HtmlElement

from reportgen.compose.document import Document
from reportgen.render.balanced import balance
from reportgen.render.charts import charted
from reportgen.render.css_rules import Rules
from reportgen.render.docx import styles
from reportgen.render.docx.charts import drawing
from reportgen.render.docx.inline import inline
from reportgen.render.docx.ooxml import Element, field_end, field_start, mm, paragraph, run, tab, w
from reportgen.render.docx.ooxml import field as field_runs
from reportgen.render.docx.package import name_alternatives, settle
from reportgen.render.docx.sections import no_page_numbers, number_pages, open_section, text_width
from reportgen.render.docx.tables import table
from reportgen.render.printed import is_glance
from reportgen.render.stable_zip import CREATED, stable

PROPERTY_MAX = 255
"""Characters that a document property takes."""
COVER_TOP = mm(70)
"""Twips above the first line of the cover, as in the style sheet."""

WIDE = "tables landscape"
"""The kind of section that a wide table in a text stands in."""
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4}


def to_docx(document: Document, pages: Mapping[str, int]) -> bytes:
    """`pages` gives the printed page of each heading's anchor, for the contents."""
    word = docx.Document()
    cells = styles.CellStyles(document.style.table_size)
    _Walk(document, word, pages, cells).whole()
    styles.apply_styles(word, document.style, cells, document.word_styles)
    properties = word.core_properties
    properties.title, properties.author = document.title[:PROPERTY_MAX], document.author[:PROPERTY_MAX]
    properties.language = "zh-CN"
    properties.comments = ""
    properties.created = properties.modified = CREATED
    settle(word)
    name_alternatives(word, document.style)
    buffer = io.BytesIO()
    word.save(buffer)
    return stable(buffer.getvalue())


@dataclass
class _Walk:
    document: Document
    word: WordDocument
    pages: Mapping[str, int]
    cells: styles.CellStyles
    width: int = 0
    bookmarks: int = 0
    charts: int = 0
    root: HtmlElement = field(init=False)
    rules: Rules = field(init=False)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.root = lxml_html.document_fromstring(self.document.html)
        # what Word lists in its contents and finds by search is one line of words
        balance(self.root, self.document, headings=False)
        self.rules = Rules(self.document.css + self.document.own_css, self.root)
        self.anchors = {link.get("href", "").removeprefix("#") for link in self.root.iter("a")}

    def whole(self) -> None:
        numbered = False
        for index, part in enumerate(self.root.iterfind("body/*")):
            kind = part.get("class") or ""
            counted = part.tag == "section" and kind != "cover"
            self._open(
                WIDE if _opens_wide(part, kind) else kind,
                first=index == 0,
                numbered_from_one=counted and not numbered,
            )
            section = self.word.sections[-1]
            if counted and not numbered:
                number_pages(section)
                numbered = True
            elif index == 0:
                no_page_numbers(section)
            self._part(part, kind)

    def _open(self, kind: str, *, first: bool = False, numbered_from_one: bool = False) -> None:
        open_section(self.word, self.document.style, kind, first=first, numbered_from_one=numbered_from_one)
        self.width = text_width(self.document.style, kind)

    def _add(self, *elements: Element) -> None:
        sentinel = self.word.element.body[-1]
        for element in elements:
            sentinel.addprevious(element)

    def _part(self, part: HtmlElement, kind: str) -> None:
        if part.tag == "nav":
            self._contents(part)
        elif kind == "cover":
            self._cover(part)
        else:
            self._blocks(part, kind)

    def _blocks(self, part: HtmlElement, kind: str) -> None:
        before: list[str] = []
        upended = _opens_wide(part, kind)
        for block in part:
            classes = (block.get("class") or "").split()
            # a wide table in the midst of a text gets pages of its own, and its neighbours stand on them too
            turned = _is_wide(block) and "landscape" not in kind
            if turned != upended:
                self._open(WIDE if turned else kind)
                upended = turned
            again = "table" in classes and "table" in before
            self._block(block, new_page=again and ("tables" in kind or turned))
            before = classes

    def _block(self, block: HtmlElement, *, new_page: bool = False, form: bool = False) -> None:
        tag, classes = str(block.tag), (block.get("class") or "").split()
        chart = charted(block, self.document)
        if chart is not None:
            self.charts += 1
            self._add(paragraph(styles.CHART, [drawing(chart, self.word, self.charts, self.document.style)]))
        elif tag in ("div", "figure"):
            for at, child in enumerate(block):
                starts = at == 0 and (new_page or "new-page" in classes)
                self._block(
                    child, new_page=starts, form="form" in classes and not self.rules.may_break(block)
                )
            if len(block) and block[-1].tag != "table" and _keeps_distance(block) and _goes_on_below(block):
                self._add(paragraph(styles.TABLE_GAP, []))
        elif tag == "table":
            self._add(table(block, self.width, self.cells, self.rules, keep_together=form))
            if block.getnext() is None or is_glance(block):
                # Word joins neighbouring tables and wants a paragraph before a section ends; one that
                # is hardly seen, since behind a full page it would stand on a page of its own
                apart = _keeps_distance(block.getparent())
                self._add(paragraph(styles.TABLE_GAP if apart else styles.TABLE_END, []))
        elif "table-title" in classes:
            self._table_title(block, new_page=new_page)
        elif tag in HEADINGS:
            self._heading(block, HEADINGS[tag], new_page=new_page)
        elif "above" in classes:
            self._above(block)
        elif "chart-title" in classes:
            self._add(_paragraph(styles.CHART_TITLE, block))
        else:
            self._add(_paragraph(styles.NOTE if "note" in classes else styles.BODY, block))

    def _heading(self, block: HtmlElement, level: int, *, new_page: bool) -> None:
        style = styles.heading(level)
        looks = [w("pageBreakBefore")] if new_page else []
        if level == 1 and "tables" in (block.getparent().get("class") or ""):
            looks.append(w("spacing", after=styles.ABOVE_TABLES))
        self._add(paragraph(style, self._marked(block, _words(block, style)), *looks))

    def _table_title(self, block: HtmlElement, *, new_page: bool) -> None:
        subtitle = block.find("span[@class='subtitle']")
        style = styles.TABLE_TITLE if block.tag in HEADINGS else styles.TABLE_TITLE_AGAIN
        breaks = [w("pageBreakBefore")] if new_page else []
        # the outline level belongs to the style; only a document without a part title differs
        level = [w("outlineLvl", val=0)] if block.tag == "h1" else []
        ends = (child for child in block if child.tag == "br")
        content = [run("\n".join([(block.text or "").strip(), *((end.tail or "").strip() for end in ends)]))]
        if subtitle is not None:
            look = w("rPr", w("rStyle", val=styles.SUBTITLE))
            content += [w("r", w("br")), run(subtitle.text_content().strip(), look)]
        self._add(paragraph(style, self._marked(block, content), *breaks, *level))

    def _above(self, block: HtmlElement) -> None:
        right = block.find("span[@class='right']")
        left = block.text_content() if right is None else (right.tail or "")
        content = [run(left.strip())]
        if right is not None and right.text_content().strip():
            content += [tab(), run(right.text_content().strip())]
        stops = w("tabs", w("tab", val="right", pos=self.width))
        self._add(paragraph(styles.TABLE_ABOVE, content, stops))

    def _cover(self, part: HtmlElement) -> None:
        for at, block in enumerate(part):
            classes = (block.get("class") or "").split()
            looks = [w("spacing", before=COVER_TOP)] if at == 0 else []
            self._add(_paragraph(_cover_style(classes), block, *looks))

    def _contents(self, nav: HtmlElement) -> None:
        """A TOC field whose result is already there, for readers that never update fields."""
        title = nav.find("p")
        if title is not None:
            self._add(_paragraph(styles.CONTENTS_TITLE, title))
        levels = nav.get("data-levels", "2")
        items = list(nav.iter("li"))
        for at, item in enumerate(items):
            link = item.find("a")
            assert link is not None
            anchor = link.get("href", "").removeprefix("#")
            entry = w(
                "hyperlink",
                run(link.text_content()),
                tab(),
                *field_runs(f"PAGEREF {_bookmark(anchor)} \\h", str(self.pages.get(anchor, ""))),
                anchor=_bookmark(anchor),
                history=1,
            )
            content = [entry]
            if at == 0:
                content = [*field_start(f'TOC \\o "1-{levels}" \\h \\z \\u'), entry]
            if at == len(items) - 1:
                content = [*content, field_end()]
            level = int((item.get("class") or "level1").removeprefix("level"))
            self._add(paragraph(styles.contents_entry(min(level, 3)), content))

    def _marked(self, block: HtmlElement, content: list[Element]) -> list[Element]:
        """A heading's runs inside the bookmark that the contents point to."""
        anchor = block.get("id")
        if anchor not in self.anchors or anchor is None:
            return content
        self.bookmarks += 1
        return [
            w("bookmarkStart", id=self.bookmarks, name=_bookmark(anchor)),
            *content,
            w("bookmarkEnd", id=self.bookmarks),
        ]


def _paragraph(style: str, block: HtmlElement, *properties: Element) -> Element:
    return paragraph(style, _words(block, style), *properties)


def _words(block: HtmlElement, style: str) -> list[Element]:
    return inline(block, styles.emphasis(style))


def _opens_wide(part: HtmlElement, kind: str) -> bool:
    """Whether a text begins with a wide table, before which no upright page may stand."""
    return kind == "text" and len(part) > 0 and _is_wide(part[0])


def _cover_style(classes: list[str]) -> str:
    if "name" in classes:
        return styles.COVER_NAME
    return styles.COVER_DATE if "date" in classes else styles.COVER_TEXT


def _keeps_distance(group: HtmlElement) -> bool:
    """Whether something may follow on the same page: below a form, and below a table in a text."""
    classes = (group.get("class") or "").split()
    return "form" in classes or (_in_text(group) and "table" in classes and group.find("div") is None)


def _goes_on_below(group: HtmlElement) -> bool:
    """Whether the same page does; each table of the tables begins another, as a section does."""
    following = next(iter(group.xpath("following::*[1]")), None)
    if following is None or following.tag == "section":
        return False
    classes = (following.get("class") or "").split()
    return "new-page" not in classes and ("form" in classes or _in_text(group))


def _in_text(block: HtmlElement) -> bool:
    return any(section.get("class") == "text" for section in block.iterancestors("section"))


def _is_wide(block: HtmlElement) -> bool:
    return "landscape" in (block.get("class") or "").split()


def _bookmark(anchor: str) -> str:
    return f"_Toc_{anchor}"
