"""The tables as open data: what is printed, as plain numbers, under names and types that are true."""

from __future__ import annotations

import csv
import io
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from findings_cases import BASE
from reading import ROOT
from workbooks import EXAMPLES, document, made_up

from reportgen.build import Format, build
from reportgen.compose.table import Table
from reportgen.render.open_data import DESCRIPTION, open_data, package_name
from reportgen.render.printed import printed_tables

NUMBER = re.compile(r"-?\d+(\.\d+)?")


def opened(example: str) -> tuple[dict[str, Any], dict[str, list[list[str]]]]:
    files = open_data(document(example), "budget-2025-1")
    described: dict[str, Any] = json.loads(files[DESCRIPTION])
    rows = {
        path: list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))
        for path, content in files.items()
        if path != DESCRIPTION
    }
    return described, rows


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_description_fits_the_files(example: str) -> None:
    described, files = opened(example)
    assert re.fullmatch(r"[-a-z0-9._/]+", described["name"])
    assert described["profile"] == "tabular-data-package"
    resources = described["resources"]
    assert [resource["path"] for resource in resources] == list(files)
    assert len({resource["name"] for resource in resources}) == len(resources)
    for resource in resources:
        assert not re.search(r"^[./~]|\.\.|[\\:*?\"<>|]", resource["path"])
        assert (resource["encoding"], resource["schema"]["missingValues"]) == ("utf-8", [""])
        header, *rows = files[resource["path"]]
        fields = resource["schema"]["fields"]
        assert header == [field["name"] for field in fields]
        assert len(set(header)) == len(header)
        assert not any(name.startswith("\ufeff") for name in header)
        for row in rows:
            assert len(row) == len(header)
        for at, field in enumerate(fields):
            if field["type"] == "number":
                assert all(NUMBER.fullmatch(row[at]) for row in rows if row[at])


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_figure_of_the_tables_is_there_as_a_plain_number(example: str) -> None:
    described, files = opened(example)
    tables = [table for table in printed_tables(document(example)) if not table.is_form]
    listed = [t for t in document(example).tables if isinstance(t, Table)]
    assert len(described["resources"]) == len(tables) >= len(listed)
    for table, rows in zip(tables, files.values(), strict=True):
        for cell in table.cells:
            if cell.figure:
                held = rows[cell.row - table.heads + 1][cell.column]
                printed = cell.text.replace(",", "").removesuffix("%")
                assert held == printed or (not printed and Decimal(held) == cell.figure.value == 0)


def test_a_table_reads_as_it_is_printed() -> None:
    described, files = opened("standard")
    header, total, first, *_ = files["05_表五_2025年一般公共预算支出表.csv"]
    assert header[3:] == [
        "2025年预算数/小计",
        "2025年预算数/基本支出",
        "2025年预算数/项目支出",
        "2025年预算数比2024年执行数/增减额",
        "2025年预算数比2024年执行数/增减%",
    ]
    assert total == ["合计", "", "9279.25", "9885.57", "8114.77", "1770.80", "606.32", "6.53"]
    assert first[:2] == ["205", "教育支出"]
    fields = described["resources"][4]["schema"]["fields"]
    assert [field["type"] for field in fields] == ["string"] * 2 + ["number"] * 6
    assert [field.get("description") for field in fields[5:]] == ["单位：万元", "单位：万元", "单位：%"]


def test_the_unit_is_that_of_the_table_however_little_of_it_is_printed() -> None:
    cell = '<td class="a" data-value="0.01" data-fact="revenue.amount[]" data-unit="万元">0</td>'
    html = (
        "<thead><tr><th>项目</th><th>金额</th></tr></thead>"
        f'<tbody><tr><td class="l">合计</td>{cell}</tr></tbody>'
    )
    files = open_data(made_up(html), "budget-2025-1")
    (resource,) = json.loads(files[DESCRIPTION])["resources"]
    assert resource["schema"]["fields"][1]["description"] == "单位：万元"


def test_the_numbers_of_columns_are_no_part_of_their_names() -> None:
    html = (
        "<thead><tr><th>项目</th><th>金额</th></tr><tr><th>栏次</th><th>1</th></tr></thead>"
        '<tbody><tr><td class="l">甲</td><td class="a">1</td></tr></tbody>'
    )
    files = open_data(made_up(html), "budget-2025-1")
    (resource,) = json.loads(files[DESCRIPTION])["resources"]
    assert [field["name"] for field in resource["schema"]["fields"]] == ["项目", "金额"]


def of_quantities(*texts: str) -> tuple[dict[str, str], list[str]]:
    """What is said of a column of quantities, and what it holds."""
    rows = "".join(f'<tr><td class="l">甲</td><td class="l">{text}</td></tr>' for text in texts)
    html = f"<thead><tr><th>项目</th><th>数　量</th></tr></thead><tbody>{rows}</tbody>"
    files = open_data(made_up(html), "budget-2025-1")
    (resource,) = json.loads(files.pop(DESCRIPTION))["resources"]
    (content,) = files.values()
    _, *held = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
    return resource["schema"]["fields"][1], [row[1] for row in held]


def test_quantities_that_are_all_numbers_are_numbers() -> None:
    field, held = of_quantities("1", "", "1,200", "55.08")
    assert (field["type"], held) == ("number", ["1", "", "1200", "55.08"])
    assert "description" not in field


@pytest.mark.parametrize("other", ["3台", "一批", "007", "-"])
def test_quantities_of_which_one_is_no_number_are_texts_and_said_to_be(other: str) -> None:
    field, held = of_quantities("1", other)
    assert (field["type"], field["description"]) == ("string", "不全是数字，按文字列出")
    assert held == ["1", other]


def test_a_column_of_blank_quantities_is_one_of_texts() -> None:
    assert of_quantities("", "")[0]["type"] == "string"


def test_a_note_in_the_input_is_not_published(tmp_path: Path) -> None:
    for path in BASE.glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    source = tmp_path / "dept.yaml"
    text = source.read_text("utf-8")
    source.write_text(text.replace("{单位:", '{备注: "不公开的话", 单位:', 1), "utf-8")
    assert "不公开的话" in source.read_text("utf-8")
    files = build(source, [Format.CSV], profile=BASE / "profile").files
    assert not any("不公开的话" in content.decode() for content in files.values())


def test_files_stand_in_a_folder_named_as_the_report() -> None:
    path = ROOT / "data" / "examples" / "standard" / "dept.yaml"
    files = build(path, [Format.CSV]).files
    assert {name.split("/")[0] for name in files} == {"某某市职业教育中心2025年部门预算-csv"}
    assert (
        json.loads(files[f"某某市职业教育中心2025年部门预算-csv/{DESCRIPTION}"])["name"] == "budget-2025-205"
    )
    assert files == build(path, [Format.CSV]).files


@pytest.mark.parametrize(
    ("code", "expected"), [("101", "budget-2025-101"), ("渝-A/01", "budget-2025-a-01"), ("局", "budget-2025")]
)
def test_a_package_has_a_name_of_small_letters_and_digits(code: str, expected: str) -> None:
    assert package_name(2025, code) == expected


def test_a_label_that_a_spreadsheet_takes_for_a_formula_is_marked_as_a_text(tmp_path: Path) -> None:
    for path in BASE.glob("*.*"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    source = tmp_path / "dept.yaml"
    text = source.read_text("utf-8")
    assert "名称: 经济普查经费," in text
    source.write_text(text.replace("名称: 经济普查经费,", '名称: "=1+1",'), "utf-8")
    files = build(source, [Format.CSV], profile=BASE / "profile").files
    tables = [content.decode() for file, content in files.items() if file.endswith(".csv")]
    cells = {cell for table in tables for row in csv.reader(io.StringIO(table)) for cell in row}
    assert "'=1+1" in cells
    assert not any(cell.startswith(("=", "+", "@")) for cell in cells)
