"""The printed tables as open data: a CSV for each and a description of them all (Frictionless Data).

Forms are left out, since they have no columns. Nothing is told that is not printed: the input's own
lines may hold what is not to be published.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reportgen.compose.document import Document
from reportgen.derive.records import PIECES
from reportgen.render.files import safe_name
from reportgen.render.printed import PrintedCell, PrintedTable, printed_tables

ENCODING = "utf-8"
"""Without a mark at its start: readers of data packages would take it for a part of the first name,
and who opens tables in Excel has the workbook."""
DESCRIPTION = "datapackage.json"
MIXED = "不全是数字，按文字列出"
_NUMBER = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?%?", re.ASCII)
_FORMULA = re.compile(r"[=+@\t\r]|-(?!$)")
"""Beginnings that spreadsheets take for a formula."""


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    cells: tuple[PrintedCell, ...]
    """Those of the body that start in it."""
    is_number: bool
    unit: str
    is_mixed: bool
    """Whether it holds quantities of which some are no numbers."""

    @property
    def decimals(self) -> int:
        """Of its numbers, most of all those."""
        found = Counter(_decimals(cell.text) for cell in self.cells if _NUMBER.fullmatch(cell.text))
        return found.most_common(1)[0][0] if found else 0


def open_data(document: Document, name: str) -> dict[str, bytes]:
    """Files by name; `name` is the package's own, of small letters, digits, points and hyphens.

    Nothing for a document that prints forms only.
    """
    tables = [table for table in printed_tables(document) if not table.is_form]
    files: dict[str, bytes] = {}
    resources = []
    for number, table in enumerate(tables, 1):
        columns = _columns(table)
        # no path of a package may hold two points together
        path = f"{number:02d}_{safe_name(_title(table)).replace('..', '_').replace(' ', '_')}.csv"
        files[path] = _csv(table, columns)
        resources.append(_resource(f"table-{number:02d}", path, table, columns))
    if not resources:
        return {}
    package = {
        "profile": "tabular-data-package",
        "name": name,
        "title": document.title,
        "contributors": [{"title": document.author, "role": "publisher"}],
        "resources": resources,
    }
    described = json.dumps(package, ensure_ascii=False, indent=1).encode(ENCODING) + b"\n"
    return {**files, DESCRIPTION: described}


def package_name(year: int, code: str) -> str:
    """`budget-2025-101`; of a code only what names of packages may hold."""
    return "-".join(re.findall(r"[a-z0-9]+", f"budget {year} {code}".lower()))


def _title(table: PrintedTable) -> str:
    return " ".join([table.code, table.title.removeprefix(table.code).strip()]).strip()


def _columns(table: PrintedTable) -> list[_Column]:
    names = _names(table)
    body = [cell for cell in table.cells if cell.row >= table.heads]
    usual = _unit(body)
    columns = []
    for at, name in enumerate(names):
        cells = tuple(cell for cell in body if cell.column == at)
        is_figures = bool(cells) and all(map(_may_be_number, cells))
        unit = (_unit(cells) or usual) if is_figures else ""
        is_number = is_figures or at in table.quantities
        columns.append(_Column(name, cells, is_number, unit, at in table.counting and not is_number))
    return columns


def _names(table: PrintedTable) -> list[str]:
    """A name for each column: the words of the header above it, each only once."""
    heads = [cell for cell in table.cells if cell.row < table.heads]
    rows = [[cell for cell in heads if cell.row == row] for row in range(table.heads)]
    spoken = [row for row in rows if not all(cell.text.isdigit() for cell in row[1:] or row)]
    names: list[str] = []
    for at in range(len(table.widths)):
        above = [_squeezed(c.text) for row in spoken for c in row if c.column <= at < c.column + c.across]
        name = "/".join(dict.fromkeys(filter(None, above))) or f"列{at + 1}"
        number = 2
        while (unique := name if number == 2 else f"{name}（{number - 1}）") in names:
            number += 1
        names.append(unique)
    return names


def _squeezed(text: str) -> str:
    """Without the blanks that spread short words: «项　目»."""
    return "".join(text.split())


def _may_be_number(cell: PrintedCell) -> bool:
    """A cell for figures, with one in it or with what stands for nothing."""
    is_nothing = not any(char.isalnum() for char in cell.text)
    return cell.kind == "a" and (is_nothing or _NUMBER.fullmatch(cell.text) is not None)


def _unit(cells: Sequence[PrintedCell]) -> str:
    """What the figures of some cells count, by the first that tells."""
    for cell in cells:
        measure = cell.figure.fact.partition("[")[0].rpartition(".")[2] if cell.figure else ""
        if cell.text.endswith("%") or measure in ("growth", "share"):
            return "%"
        if measure in PIECES:
            return "数量"
        if cell.figure and cell.figure.unit:
            return cell.figure.unit
    return ""


def _decimals(text: str) -> int:
    found = _NUMBER.fullmatch(text)
    return len(found[1] or "") if found else 0


def _plain(text: str) -> str:
    return text.replace(",", "").removesuffix("%")


def _csv(table: PrintedTable, columns: Sequence[_Column]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)  # lines end as RFC 4180 says
    writer.writerow([column.name for column in columns])
    writer.writerows(_rows(table, columns))
    return text.getvalue().encode(ENCODING)


def _rows(table: PrintedTable, columns: Sequence[_Column]) -> Iterator[list[str]]:
    """Rows of the body; of merged cells the first has the text."""
    rows = [[""] * len(columns) for _ in range(table.rows - table.heads)]
    for cell in table.cells:
        if cell.row >= table.heads:
            column = columns[cell.column]
            value = _number(cell, column) if column.is_number else _safe(cell.text)
            rows[cell.row - table.heads][cell.column] = value
    yield from rows


def _number(cell: PrintedCell, column: _Column) -> str:
    """As printed, without separators; a 0 that is printed as no number is a 0 all the same."""
    if _NUMBER.fullmatch(cell.text):
        return _plain(cell.text)
    return f"{Decimal(0):.{column.decimals}f}" if cell.figure else ""


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def _resource(name: str, path: str, table: PrintedTable, columns: Sequence[_Column]) -> dict[str, Any]:
    notes = "\n".join(line.text for line in table.after if line.text)
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": _title(table),
        **({"description": notes} if notes else {}),
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": ENCODING,
        "schema": {"fields": list(map(_field, columns)), "missingValues": [""]},
    }


def _field(column: _Column) -> dict[str, str]:
    field = {
        "name": column.name,
        "title": column.name,
        "type": "number" if column.is_number else "string",
    }
    note = MIXED if column.is_mixed else f"单位：{column.unit}" if column.unit else ""
    return field | ({"description": note} if note else {})
