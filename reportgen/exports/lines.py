"""Lines as a CSV file that reportgen reads, and the proof that it reads them as they were meant."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Annotated

from reportgen.exports.mapping import label
from reportgen.exports.readers import KEYS
from reportgen.exports.rows import Entry
from reportgen.faults import Fault
from reportgen.load.csv_nodes import parse_csv
from reportgen.load.nodes import Entry as Typed
from reportgen.load.nodes import Mapping as Mapped
from reportgen.load.reading import Reader
from reportgen.load.text import UTF8_MARK
from reportgen.load.validation import validate
from reportgen.model.lines import ExpenditureLine
from reportgen.model.words import Model, Zh

_ENTRIES = "明细"


class _Lines(Model):
    lines: Annotated[tuple[ExpenditureLine, ...], Zh(_ENTRIES)]


def as_csv(entries: Sequence[Entry], amount_fields: Sequence[str], texts: Mapping[str, Sequence[str]]) -> str:
    """The lines with the columns that the export has; `texts` are columns of names and notes, by field."""
    keys = [at for at, name in enumerate(KEYS) if any(entry.keys[at] for entry in entries)]
    columns = {KEYS[at]: [entry.keys[at] for entry in entries] for at in keys}
    for at, name in enumerate(amount_fields):
        columns[name] = [_typed(entry.amounts[at]) for entry in entries]
    columns |= {name: list(column) for name, column in texts.items() if any(column)}
    ordered = [name for name in ExpenditureLine.model_fields if name in columns]
    ordered += [name for name in columns if name not in ordered]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(name if name.startswith("附加:") else label(name) for name in ordered)
    writer.writerows(zip(*(columns[name] for name in ordered), strict=True))
    return UTF8_MARK + out.getvalue()


def _typed(amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:f}"


def read_back(text: str, file: str) -> tuple[tuple[ExpenditureLine, ...], list[tuple[int, str]]]:
    """The lines of a CSV text as an input reads them; what is wrong, by the number of the line from 0."""
    table = parse_csv(text.removeprefix(UTF8_MARK), file)
    records = {row.line: at for at, row in enumerate(table.rows)}
    root = Mapped(table.place, ((_ENTRIES, Typed(_ENTRIES, table.place, table)),))
    reader = Reader(Path())
    node = reader.model(root, _Lines, file)
    found: _Lines | None = None
    faults: list[Fault] = reader.faults
    if isinstance(node, Mapped) and not faults:
        found, faults = validate(node, _Lines, {"amount_unit": "元"})
    return found.lines if found else (), [(records.get(f.place.line, 0), f.message) for f in faults]


def totals(lines: Iterable[ExpenditureLine], amount_fields: Sequence[str]) -> tuple[Decimal, ...]:
    """元, in the order of the fields."""
    sums = [Decimal(0)] * len(amount_fields)
    for line in lines:
        for at, name in enumerate(amount_fields):
            sums[at] += getattr(line, name) or 0
    return tuple(sums)


def records_in(path: Path) -> int:
    """How many records a CSV file that is there already holds; one that cannot be read counts as one."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return max(sum(any(field.strip() for field in row) for row in csv.reader(file)) - 1, 0)
    except (OSError, ValueError, csv.Error):
        return 1
