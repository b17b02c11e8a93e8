"""Every example that comes with reportgen composes, under its own profile and with its approved totals."""

from __future__ import annotations

from pathlib import Path

import pytest

from reportgen.build import prepare
from reportgen.compose.profile import load_profile, shipped_profiles
from reportgen.compose.table import Table

EXAMPLES = sorted((Path(__file__).parents[1] / "data" / "examples").glob("*/dept.yaml"))


def test_every_profile_has_an_example() -> None:
    assert {path.parent.name for path in EXAMPLES} == set(shipped_profiles())


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.parent.name for path in EXAMPLES])
def test_an_example_composes_with_its_own_profile_and_nothing_to_remind_of(path: Path) -> None:
    document, warnings = prepare(path)
    assert f"格式: {path.parent.name}" in path.read_text(encoding="utf-8")
    assert warnings == []
    assert document.tables


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.parent.name for path in EXAMPLES])
def test_no_table_of_an_example_is_wider_than_its_page_at_a_readable_size(path: Path) -> None:
    document, _ = prepare(path)
    for table in document.tables:
        if isinstance(table, Table):
            assert table.layout.size >= 6, table.title
            assert sum(table.layout.widths) == pytest.approx(1, abs=0.001)


@pytest.mark.parametrize("name", sorted(shipped_profiles()))
def test_a_profile_stands_alone(name: str) -> None:
    profile = load_profile(shipped_profiles()[name])
    assert profile.folders[0].name == name
    assert profile.spec.name


def test_a_project_category_prints_the_code_that_its_form_asks_for() -> None:
    document, _ = prepare(next(path for path in EXAMPLES if path.parent.name == "hubei-xianning"))
    (table,) = (t for t in document.tables if t.code == "附表-9")
    assert isinstance(table, Table)
    assert ("31", "本级支出项目") in {row.texts[:2] for row in table.rows}
