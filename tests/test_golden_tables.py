"""The composed tables against the published ones, row by row (golden/README.md)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from reading import Rows, whole

from reportgen.compose import Document
from reportgen.compose.table import Table

GOLDEN = Path(__file__).parent / "golden"
PURCHASES = "表十四"
PUBLISHED = sorted(path.stem for path in GOLDEN.glob("表*.tsv"))


def _normal(text: str) -> str:
    return text.translate({ord("（"): "(", ord("）"): ")"})


def published(code: str) -> Rows:
    lines = (GOLDEN / f"{code}.tsv").read_text("utf-8").splitlines()
    rows = [[_normal(cell) for cell in line.split("\t")] for line in lines]
    width = max(map(len, rows))
    return tuple(tuple(row + [""] * (width - len(row))) for row in rows)


@pytest.fixture(scope="session")
def composed(document: Document) -> Callable[[str], Rows]:
    tables = {table.code: table for table in document.tables}

    def rows(code: str) -> Rows:
        table = tables[code]
        assert isinstance(table, Table)
        return tuple(tuple(map(_normal, row)) for row in whole(table))

    return rows


@pytest.mark.parametrize("code", [code for code in PUBLISHED if code != PURCHASES])
def test_a_table_prints_the_published_header_and_rows_and_no_others(
    code: str, composed: Callable[[str], Rows]
) -> None:
    assert composed(code) == published(code)


def test_the_purchases_are_the_published_ones_below_their_total(composed: Callable[[str], Rows]) -> None:
    printed, expected = composed(PURCHASES), published(PURCHASES)
    # the published total has no label in front of it
    assert [row[5:] for row in printed] == [row[5:] for row in expected]
    assert [row for row in printed if row[0] != "合计"] == [row for row in expected if row[0]]


@pytest.mark.parametrize("code", ["表十一", "表十二"])
def test_a_table_without_figures_says_why(code: str, document: Document) -> None:
    (table,) = (table for table in document.tables if table.code == code)
    assert isinstance(table, Table)
    assert len(table.notes) == 1
    assert "此表无数据" in table.notes[0]


def test_a_table_with_figures_does_not_claim_to_be_empty(document: Document) -> None:
    full = [
        table
        for table in document.tables
        if isinstance(table, Table) and any(cell.value for row in table.rows for cell in row.cells)
    ]
    assert full
    assert not [note for table in full for note in table.notes if "无数据" in note]
