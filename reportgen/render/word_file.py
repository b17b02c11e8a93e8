"""The DOCX of a document whose body was laid out: a job that may be done while its PDF is written."""

from __future__ import annotations

from collections.abc import Sequence

from reportgen.compose.document import Document
from reportgen.render.means import Means
from reportgen.render.word_pages import Laid, word_pages


def word_file(document: Document, laid: Sequence[Laid], *, cached: bool) -> bytes:
    """Its contents name the pages of Word. Raises `FaultyInput`."""
    from reportgen.render.docx import to_docx  # noqa: PLC0415  (only whoever does the job loads python-docx)

    return to_docx(document, word_pages(document, laid, Means(cached=cached)))
