"""The docs say what is there: every key of the input, links that lead to files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from input_reference import DOC, whole
from reading import ROOT

DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])


def test_every_key_of_the_input_is_in_the_docs_as_the_models_have_it() -> None:
    assert DOC.read_text("utf-8") == whole()


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_to_files_that_exist(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), target
