"""Whether somebody went on editing a file that reportgen wrote: what people typed must not be lost."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from reportgen.render.stable_zip import CREATED

SUFFIXES = (".docx", ".xlsx")
_MODIFIED = re.compile(rb"<dcterms:modified[^>]*>([^<]*)<")
_OURS = CREATED.date().isoformat().encode()
"""Word, WPS and LibreOffice all put today there when they save."""


def was_edited(path: Path) -> bool:
    """Whether there is such a file and it is not as reportgen wrote it."""
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            said = _MODIFIED.search(archive.read("docProps/core.xml"))
    except (zipfile.BadZipFile, KeyError, OSError):
        return True
    return said is None or not said[1].startswith(_OURS)
