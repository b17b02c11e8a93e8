"""Workbooks of the examples, made once and read without the code that made them."""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from reading import ROOT

from reportgen.build import Examined, examine
from reportgen.compose import Document
from reportgen.render.xlsx import to_xlsx, tracing

EXAMPLES = sorted(path.parent.name for path in (ROOT / "data" / "examples").glob("*/dept.yaml"))
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_REFERENCE = re.compile(r"\$?([A-Z]+)\$?(\d+)(?::\$?([A-Z]+)\$?(\d+))?")


@cache
def examined(name: str) -> Examined:
    return examine(ROOT / "data" / "examples" / name / "dept.yaml")


def document(name: str) -> Document:
    found = examined(name).document
    assert found is not None
    return found


@cache
def workbook(name: str) -> bytes:
    return to_xlsx(document(name), tracing(examined(name).budget))


@dataclass(frozen=True)
class Held:
    """A cell as the file holds it."""

    text: str | None
    """Of a cell of text."""
    value: Decimal | None
    """Of a number, digit by digit."""
    formula: str | None
    code: str
    """Its number format."""


@cache
def sheets(name: str) -> dict[str, dict[str, Held]]:
    return dict(read(workbook(name)))


def read(content: bytes) -> Iterator[tuple[str, dict[str, Held]]]:
    """The cells of each sheet by their names."""
    typed = load_workbook(io.BytesIO(content))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for number, sheet in enumerate(typed.worksheets, 1):
            root = etree.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
            yield sheet.title, {str(c.get("r")): _held(c, sheet) for c in root.iter(f"{_MAIN}c")}


def _held(cell: etree._Element, sheet: Any) -> Held:
    value, formula = cell.findtext(f"{_MAIN}v"), cell.findtext(f"{_MAIN}f")
    read = sheet[cell.get("r")]
    if cell.get("t") == "s":
        return Held(str(read.value), None, None, read.number_format)
    number = Decimal(value) if value is not None else None
    return Held(None, number, f"={formula}" if formula else None, read.number_format)


def shows(value: Decimal, code: str) -> str:
    """What Excel shows of a number under one of the formats that reportgen writes."""
    sections = code.split(";")
    if value == 0 and len(sections) > 2:
        return sections[2].strip('"')
    section, sign = (sections[1], "") if value < 0 and len(sections) > 1 else (sections[0], "")
    if value < 0:
        sign = "-" if len(sections) == 1 or section.startswith("-") else ""
    found = re.fullmatch(r"-?(#,##)?0(?:\.(0+))?(%?)", section)
    assert found, code
    number = abs(value) * (100 if found[3] else 1)
    places = Decimal(1).scaleb(-len(found[2] or ""))
    return f"{sign}{number.quantize(places, ROUND_HALF_UP):{',' if found[1] else ''}f}{found[3]}"


def evaluated(formula: str, cells: dict[str, Held]) -> Decimal:
    """The formula's result, in decimals; a blank cell is 0, and SUM leaves texts out."""

    def cell(reference: str) -> Decimal:
        held = cells.get(reference)
        return (held.value if held else None) or Decimal(0)

    def words(found: re.Match[str]) -> str:
        if not found[3]:
            return f"cell('{found[1]}{found[2]}')"
        names = [
            f"{c}{r}" for r in range(int(found[2]), int(found[4]) + 1) for c in _columns(found[1], found[3])
        ]
        return ",".join(f"cell('{name}')" for name in names)

    script = re.sub(r"(?<![\w'])(\d+)(?![\w'])", r"Decimal(\1)", formula.removeprefix("="))
    script = _REFERENCE.sub(words, script)
    assert re.fullmatch(r"(?:SUM|Decimal|cell|'[A-Z]+\d+'|[\d(),+*/-])+", script), formula
    total: Callable[..., Decimal] = lambda *values: sum(values, Decimal(0))  # noqa: E731
    return Decimal(eval(script, {"SUM": total, "cell": cell, "Decimal": Decimal}))


def made_up(html: str) -> Document:
    """A document of one table that is made up: its rows with their `thead` and `tbody`."""
    return replace(document("standard"), html=f'<div class="table"><table>{html}</table></div>')


def referred(formula: str) -> list[tuple[str, int]]:
    """The cells that a sum or a difference names, each with its sign; one named twice is there twice."""
    found = []
    for one in re.finditer(rf"([-+=(,])(?:SUM\()?{_REFERENCE.pattern}", formula):
        sign, first, top, last, bottom = one.groups()
        rows = range(int(top), int(bottom or top) + 1)
        found += [(f"{c}{r}", -1 if sign == "-" else 1) for r in rows for c in _columns(first, last or first)]
    return found


def weights(cell: str, cells: dict[str, Held]) -> Counter[str]:
    """How many times a cell counts each cell that is typed or blank, through all formulas between."""
    held = cells.get(cell)
    if held is None or held.formula is None or "/" in held.formula:
        return Counter({cell: 1})
    found: Counter[str] = Counter()
    for other, sign in referred(held.formula):
        for leaf, times in weights(other, cells).items():
            found[leaf] += sign * times
    return found


@cache
def _columns(first: str, last: str) -> tuple[str, ...]:
    letters = [get_column_letter(n) for n in range(1, 200)]
    return tuple(letters[letters.index(first) : letters.index(last) + 1])


def with_part(content: bytes, part: str, edit: Callable[[bytes], bytes]) -> bytes:
    """A workbook of which one part was edited."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            target.writestr(name, edit(source.read(name)) if name == part else source.read(name))
    return out.getvalue()
