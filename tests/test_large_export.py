"""Fifty thousand lines are imported, checked and printed in bearable time, with less than a gigabyte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from exports import big_department, big_export
from reading import ROOT

LINES = 50_000
MOST_MEMORY = 1024
"""MB."""

RUN = """
import re, sys
from pathlib import Path
from reportgen.cli import app
try:
    app(sys.argv[1:], prog_name="reportgen")
finally:
    # not getrusage, which counts what the parent had in memory before the child began
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
    print(int(peak[1]) // 1024, file=sys.stderr)
"""


def _run(folder: Path, *words: str) -> tuple[list[str], int]:
    """What is printed, and the peak of memory in MB."""
    result = subprocess.run(
        [sys.executable, "-c", RUN, *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=1200,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    told, _, peak = result.stderr.strip().rpartition("\n")
    return [*result.stdout.splitlines(), *told.splitlines()], int(peak)


@pytest.mark.long
def test_fifty_thousand_lines_are_imported_and_built(tmp_path: Path) -> None:
    big_export(tmp_path / "export.xlsx", LINES)
    told, peak = _run(tmp_path, "import", "lines", "export.xlsx")
    assert told[0] == "lines.csv"
    assert f"读入 {LINES} 行明细" in told[-1]
    assert peak < MOST_MEMORY
    big_department(tmp_path)
    told, peak = _run(tmp_path, "build", "dept.yaml")
    assert told[:2] == ["out/某某局2025年部门预算.pdf", "out/某某局2025年部门预算.docx"]
    assert peak < MOST_MEMORY
