"""A finished file read back: every number is one that the budget says, where the budget says it."""

from __future__ import annotations

from reportgen.compose.document import Document
from reportgen.verify.compare import Difference, Kind, differences
from reportgen.verify.docx import read_docx
from reportgen.verify.expected import expected, expected_of_tables
from reportgen.verify.pdf import read_pdf
from reportgen.verify.xlsx import hidden, read_xlsx

READERS = {".docx": read_docx, ".pdf": read_pdf, ".xlsx": read_xlsx}
"""By the suffix of the file."""
OF_TABLES = (".xlsx",)
"""Files that have the tables without the text."""


def verify(document: Document, content: bytes, suffix: str) -> list[Difference]:
    """The numbers in which a finished file differs; raises `ValueError` where it cannot be read."""
    said = expected_of_tables(document) if suffix in OF_TABLES else expected(document)
    found = differences(said, READERS[suffix](content))
    unseen = hidden(content) if suffix in OF_TABLES else []
    return found + [Difference(Kind.HIDDEN, None, line) for line in unseen]


__all__ = ["READERS", "Difference", "verify"]
