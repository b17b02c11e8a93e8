"""The docs say what is there: every key of the input, links that lead to files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from input_reference import DOC, whole
from reading import ROOT

from reportgen.build import prepare
from reportgen.compose.table import Table

DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def test_every_key_of_the_input_is_in_the_docs_as_the_models_have_it() -> None:
    assert DOC.read_text("utf-8") == whole()


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_to_files_that_exist(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target


def test_the_readme_s_first_report_is_built_as_it_stands_there(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (example,) = re.findall(r"```yaml\n(格式: .*?)```", readme, re.DOTALL)
    source = tmp_path / "dept.yaml"
    source.write_text(example, "utf-8")
    document, _ = prepare(source)
    # what has no execution of the year before is new, and the sums above it take it in
    (table,) = (t for t in document.tables if "一般公共预算支出表" in t.title)
    assert isinstance(table, Table)
    changes = {row.cells[0].text: row.cells[-2].text for row in table.rows}
    assert changes["20105"] == "35.00"
    assert (changes["2010506"], changes["2010507"]) == ("5.00", "30.00")
