"""The numbers of a PDF, in the order of its content, each with its page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pypdfium2

from reportgen.verify.numbers import Number, excerpt, numbers_in

_PAGE_NUMBER = re.compile(r"^\s*[—–-]\s*\d+\s*[—–-]\s*$")
_CONTINUED = re.compile(r"^\s*续表：")
"""The title of the table that goes on, and its unit, at the head of the page."""
_LEADER = re.compile(r"[·.…]{4,}")
"""Dots between a contents entry and its page."""


def read_pdf(content: bytes) -> list[Number]:
    """Page numbers and the pages of the contents are left out. Raises `ValueError` for what is no PDF."""
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        raise ValueError("不是可以读的 PDF 文件") from error
    try:
        return [number for at, page in enumerate(document, 1) for number in _of_page(page, at)]
    finally:
        document.close()


def _of_page(page: pypdfium2.PdfPage, at: int) -> Iterator[Number]:
    text = page.get_textpage().get_text_range()
    lines = [line for line in text.splitlines() if not (_PAGE_NUMBER.match(line) or _CONTINUED.match(line))]
    if sum(1 for line in lines if _LEADER.search(line)) > len(lines) / 3:
        return  # a page of contents
    for line in lines:
        for found, start in numbers_in(line):
            yield Number(found, place=f"“{excerpt(line, start)}”", page=at)
