"""The cells of a printed table that are numbers, and what the sheet's formulas may know of them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from reportgen.render.number_format import Number, number
from reportgen.render.printed import PrintedCell, PrintedTable
from reportgen.render.xlsx.facts import Tracing
from reportgen.render.xlsx.formulas import Depth, Spot, formulas
from reportgen.render.xlsx.references import Place

USUAL = "#,##0.00"
"""For a column whose figures are all 0 and print as no number."""
_CODE = re.compile(r"[0-9A-Za-z]+")
"""Of a classification or a project; 合计 may stand in its column too."""


def numbers(table: PrintedTable) -> dict[Place, Number]:
    """The cells that hold a number, by row and column of the table."""
    grouped = any(cell.figure and "," in cell.text for cell in table.cells)
    found: dict[Place, Number] = {}
    later: list[PrintedCell] = []
    used: dict[int, Counter[str]] = defaultdict(Counter)
    for cell in filter(lambda cell: _is_number(cell, table), table.cells):
        value, unit = _value(cell, table)
        read = number(value, cell.text, unit, grouped=grouped or "," in cell.text, usual=USUAL)
        if read and any(char.isdigit() for char in cell.text):
            found[cell.row, cell.column] = read
            used[cell.column][read.code] += 1
        elif read:
            later.append(cell)
    for cell in later:
        usual = next((code for code, _ in used[cell.column].most_common() if ";" not in code), USUAL)
        read = number(Decimal(0), cell.text, "", grouped=grouped, usual=usual)
        if read:
            found[cell.row, cell.column] = read
    return found


def _is_number(cell: PrintedCell, table: PrintedTable) -> bool:
    """A figure; a quantity; or what stands for nothing where a table has its figures, such as 0.00."""
    if cell.figure is not None or _is_quantity(cell, table):
        return True
    return cell.kind == "a" and bool(cell.text) and not table.is_form


def _is_quantity(cell: PrintedCell, table: PrintedTable) -> bool:
    return cell.row >= table.heads and cell.column in table.quantities and bool(cell.text)


def _value(cell: PrintedCell, table: PrintedTable) -> tuple[Decimal, str]:
    """What a cell says, and in which unit if it is an amount."""
    if cell.figure:
        return cell.figure.value, cell.figure.unit
    return Decimal(cell.text.replace(",", "")) if _is_quantity(cell, table) else Decimal(0), ""


def totals(
    table: PrintedTable, found: dict[Place, Number], trace: Tracing, first_row: int
) -> dict[Place, str]:
    """Formulas by place in the table; `first_row` is the sheet's row in which the table begins."""
    labels = _Labels(table.cells)
    spots = []
    for cell in table.cells:
        read = found.get((cell.row, cell.column))
        fact = trace(cell.figure.fact) if cell.figure else None
        if read and fact:
            place = (cell.row + first_row, cell.column)
            spots.append(Spot(place, read.value, read.code, fact, labels.depth(cell)))
    idle = [(row + first_row, column) for row, column in _idle(table, found)]
    # the rows and columns of a form mean something else from page to page
    zeros = [] if table.is_form else [at for at in idle if (at[0] - first_row, at[1]) in found]
    made = formulas(spots, idle, zeros)
    return {(row - first_row, column): text for (row, column), text in made.items()}


def _idle(table: PrintedTable, found: dict[Place, Number]) -> Iterator[Place]:
    """Cells that add nothing: blank, or the 0 that stands for nothing."""
    texts = {(cell.row, cell.column) for cell in table.cells if cell.text}
    for row in range(table.rows):
        for column in range(len(table.widths)):
            read = found.get((row, column))
            if (read is None and (row, column) not in texts) or (read and not read.value):
                yield row, column


class _Labels:
    """The labels and codes before the figures of each row."""

    def __init__(self, cells: Sequence[PrintedCell]) -> None:
        self.rows: dict[int, list[PrintedCell]] = defaultdict(list)
        for cell in cells:
            self.rows[cell.row].append(cell)

    def depth(self, figure: PrintedCell) -> Depth:
        """How deep the row is nested: no total, the indent of its label, the length of its code."""
        before = [cell for cell in self.rows[figure.row] if cell.column < figure.column]
        while before and before[-1].kind == "a":
            before.pop()
        labels = []
        while before and before[-1].kind != "a":
            labels.append(before.pop())
        code = sum(len(cell.text) for cell in labels if cell.kind == "c" and _CODE.fullmatch(cell.text))
        return 0 if figure.bold else 1, max((cell.indent for cell in labels), default=0), code
