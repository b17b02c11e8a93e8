"""The example department, built once and shared by every test that looks at the finished files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pdfplumber
import pytest
from hypothesis import HealthCheck, settings
from pdfplumber.pdf import PDF
from reading import ROOT, Report, build_into

from reportgen.build import prepare
from reportgen.compose import Document

os.environ["REPORTGEN_CACHE"] = "off"  # what a test sees must have been made by the code it tests

_common = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("steady", max_examples=15, derandomize=True, database=None, **_common)
settings.register_profile("search", max_examples=1000, **_common)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(scope="session")
def example() -> Path:
    return ROOT / "data" / "examples" / "chongqing-yubei" / "dept.yaml"


@pytest.fixture(scope="session")
def document(example: Path) -> Document:
    return prepare(example)[0]


@pytest.fixture(scope="session")
def report(example: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return build_into(tmp_path_factory.mktemp("example"), example)


@pytest.fixture(scope="session")
def pdf(report: Report) -> Iterator[PDF]:
    with pdfplumber.open(report.pdf) as opened:
        yield opened


CHARTS = ROOT / "tests" / "profiles" / "charts"
"""The general profile with charts: a page at a glance, a part of charts, charts in the text."""


@pytest.fixture(scope="session")
def standard() -> Path:
    return ROOT / "data" / "examples" / "standard" / "dept.yaml"


@pytest.fixture(scope="session")
def charted(standard: Path) -> Document:
    return prepare(standard, profile=CHARTS)[0]


@pytest.fixture(scope="session")
def charted_report(standard: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    return build_into(tmp_path_factory.mktemp("charts"), standard, CHARTS)
