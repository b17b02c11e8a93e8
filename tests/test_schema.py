"""The JSON Schema accepts what reportgen reads and marks what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from findings_cases import BASE
from jsonschema import Draft202012Validator
from reading import ROOT
from ruamel.yaml import YAML
from typer.testing import CliRunner

from reportgen.cli import app

EXAMPLES = sorted([*(ROOT / "data" / "examples").glob("*/dept.yaml"), BASE / "dept.yaml"])


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    printed = CliRunner().invoke(app, ["schema"]).stdout
    schema = json.loads(printed)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _plain(path: Path) -> Any:
    """As an editor reads it: dates are texts there, codes without quotes numbers."""
    text = json.dumps(YAML(typ="safe", pure=True).load(path.read_text("utf-8")), default=str)
    return json.loads(text)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_every_example_is_valid(path: Path, validator: Draft202012Validator) -> None:
    assert [error.message for error in validator.iter_errors(_plain(path))] == []


@pytest.mark.parametrize(
    ("change", "value"),
    [
        (("年度ｘ",), 2025),
        (("部门", "性质"), "行政单位位"),
        (("部门", "电话号码"), "0"),
        (("支出", 0, "功能科目"), "20105"[:4]),
        (("支出", 0, "资金"), "一般公共"),
        (("支出", 0, "金额"), "八十万"),
        (("国有资产", "截至"), ["2024"]),
        (("项目",), "projects.xlsx"),
    ],
)
def test_what_reportgen_refuses_is_marked(
    change: tuple[str | int, ...], value: object, validator: Draft202012Validator
) -> None:
    data = _plain(BASE / "dept.yaml")
    inner = data
    for key in change[:-1]:
        inner = inner[key]
    inner[change[-1]] = value
    assert list(validator.iter_errors(data))


def test_a_missing_key_is_marked(validator: Draft202012Validator) -> None:
    data = _plain(BASE / "dept.yaml")
    del data["部门"]["名称"]
    assert list(validator.iter_errors(data))


def test_english_keys_are_as_good(validator: Draft202012Validator) -> None:
    english = {
        "profile": "standard",
        "year": 2025,
        "department": {"code": "101", "name": "某局", "kind": "administrative"},
        "expenditure": {"支出": "lines.csv"},
    }
    assert list(validator.iter_errors(english)) == []


def test_every_key_says_what_to_write(validator: Draft202012Validator) -> None:
    for model in validator.schema["$defs"].values():
        for name, field in model["properties"].items():
            assert field["description"], name
