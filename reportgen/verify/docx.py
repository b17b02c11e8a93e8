"""The numbers of a Word file, in reading order; contents are left out, since they repeat headings."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

from docx.oxml.ns import qn
from lxml import etree

from reportgen.verify.docx_charts import Charts
from reportgen.verify.numbers import Number, excerpt, numbers_in

_SEEN = {qn("w:tab"): " ", qn("w:br"): "\n", qn("w:noBreakHyphen"): "-"}
"""What is seen of elements that are no text."""
CONTENTS = ("TOC", "toc", "目录")

_IN_CHINESE = re.compile("(?<=[\u4e00-\u9fff])\n(?=[\u4e00-\u9fff])")


def read_docx(content: bytes) -> list[Number]:
    """Raises `ValueError` where the bytes are no Word file."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            body = etree.fromstring(archive.read("word/document.xml")).find(qn("w:body"))
            contents = _contents_styles(archive.read("word/styles.xml"))
            charts = Charts(archive)
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise ValueError("不是可以读的 DOCX 文件") from error
    if body is None:
        raise ValueError("不是可以读的 DOCX 文件")
    return [number for block in _blocks(body) for number in _of_block(block, contents, charts)]


def _contents_styles(styles: bytes) -> frozenset[str]:
    """The ids of the styles of contents entries."""
    found = set()
    for style in etree.fromstring(styles).iter(qn("w:style")):
        name = style.find(qn("w:name"))
        if name is not None and name.get(qn("w:val"), "").startswith(CONTENTS):
            found.add(style.get(qn("w:styleId"), ""))
    return frozenset(found)


def _blocks(parent: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs and tables, those inside content controls and text that was inserted too."""
    for child in parent:
        if child.tag in (qn("w:p"), qn("w:tbl")):
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")):
            yield from _blocks(child)


def _of_block(block: etree._Element, contents: frozenset[str], charts: Charts) -> Iterator[Number]:
    if block.tag == qn("w:tbl"):
        yield from _of_table(block)
        return
    style = block.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    if style is None or style.get(qn("w:val"), "") not in contents:
        text = _text(block)
        yield from (Number(n, place=f"“{excerpt(text, at)}”") for n, at in numbers_in(text))
        yield from charts.of(block)


def _of_table(table: etree._Element) -> Iterator[Number]:
    for row in _children(table, qn("w:tr")):
        column = 0
        for cell in _children(row, qn("w:tc")):
            for text in map(_text, cell.iter(qn("w:p"))):
                for found, at in numbers_in(text):
                    yield Number(found, column, place=f"“{excerpt(text, at)}”")
            span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
            column += int(span.get(qn("w:val"), "1")) if span is not None else 1


def _children(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """The children of a kind, those inside content controls and insertions too."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")):
            yield from _children(child, tag)


def _text(paragraph: etree._Element) -> str:
    """The text as shown: without what was deleted under tracked changes, and a line break in the midst of
    Chinese is none in what is said."""
    parts = []
    for element in paragraph.iter(qn("w:t"), *_SEEN):
        if any(above.tag == qn("w:moveFrom") for above in element.iterancestors()):
            continue
        parts.append(element.text or "" if element.tag == qn("w:t") else _SEEN[element.tag])
    return _IN_CHINESE.sub("", "".join(parts)).replace("\n", " ")
