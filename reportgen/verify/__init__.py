"""A finished file read back: every number is one that the budget says, where the budget says it."""

from __future__ import annotations

from reportgen.compose.document import Document
from reportgen.verify.compare import Difference, differences
from reportgen.verify.docx import read_docx
from reportgen.verify.expected import expected
from reportgen.verify.pdf import read_pdf

READERS = {".docx": read_docx, ".pdf": read_pdf}
"""By the suffix of the file."""


def verify(document: Document, content: bytes, suffix: str) -> list[Difference]:
    """The numbers in which a finished file differs; raises `ValueError` where it cannot be read."""
    return differences(expected(document), READERS[suffix](content))


__all__ = ["READERS", "Difference", "verify"]
