"""The latest record of every department, kept safe against a kill at any moment: a line each, appended."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from pydantic import ValidationError

from reportgen.batch.record import Record
from reportgen.render.files import write_all

JOURNAL = "batch.jsonl"


def read_journal(path: Path) -> dict[str, Record]:
    """The latest records by input; a line that was cut short, or of another version, is as if not there."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return {}
    records: dict[str, Record] = {}
    for line in lines:
        try:
            record = Record.model_validate_json(line)
        except ValidationError:
            continue
        records[record.input] = record
    return records


class Journal:
    """The journal of a batch, open for more; on the disk before `append` returns."""

    def __init__(self, path: Path, records: Mapping[str, Record]) -> None:
        """Begins with these records alone, so that what was superseded does not pile up."""
        write_all({path: b"".join(map(_line, records.values()))})
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)
        os.fsync(self._file)

    def append(self, record: Record) -> None:
        # in one piece: a kill cuts off the last line and no other
        line = _line(record)
        if os.write(self._file, line) != len(line):
            raise OSError(f"{JOURNAL} 没有写完")
        os.fsync(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)


def _line(record: Record) -> bytes:
    return record.model_dump_json().encode() + b"\n"
