"""Office files are zip archives: the same bytes for the same content."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime

CREATED = datetime(1980, 1, 1, tzinfo=UTC)
"""No clock: what every finished file says of its making, so that the same input makes the same bytes."""

_EPOCH = CREATED.timetuple()[:6]


def stable(content: bytes) -> bytes:
    """Re-zipped with sorted names and no clock; the content types part stays first."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(result, "w") as target:
        for name in _in_order(source.namelist()):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return result.getvalue()


def is_stable(archive: zipfile.ZipFile) -> bool:
    """Whether it is zipped as here, which no program that saves a document does."""
    entries = archive.infolist()
    names = [entry.filename for entry in entries]
    return names == _in_order(names) and all(entry.date_time == _EPOCH for entry in entries)


def _in_order(names: Iterable[str]) -> list[str]:
    return sorted(names, key=lambda name: (name != "[Content_Types].xml", name))
