"""Whether somebody went on editing a file that reportgen wrote: what people typed must not be lost."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from reportgen.render.stable_zip import CREATED, is_stable

SUFFIXES = (".docx", ".xlsx")
_MODIFIED = re.compile(rb"<dcterms:modified[^>]*>([^<]*)<")
_OURS = CREATED.date().isoformat().encode()
"""Word, WPS and LibreOffice all put today there when they save."""


def was_edited(path: Path) -> bool:
    """Whether there is such a file and it is not as reportgen wrote it; a damaged one was not edited."""
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            if not is_stable(archive):
                return True
            said = _MODIFIED.search(archive.read("docProps/core.xml"))
    except (KeyError, OSError, RuntimeError):  # saved by another program, or with a password
        return True
    except Exception:  # zipfile raises whatever it stumbles over in a damaged file
        return not _is_remains(path)
    return said is None or not said[1].startswith(_OURS)


def _is_remains(path: Path) -> bool:
    """Of a ZIP file, or nothing at all; Word saves a document with a password as something else."""
    with path.open("rb") as file:
        return file.read(2) in (b"", b"PK")
