"""Made-up departments in any number and of three sizes, the same for the same seed; some of them faulty.

Amounts are kept as they were drawn, so that a test can add them up without reading an input.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

YEAR = 2025

LINES = {"S": 6, "M": 60, "L": 600}
"""Budget lines of a department, by size."""

FUNCTIONS = (
    "2010506",
    "2010602",
    "2040201",
    "2050302",
    "2080505",
    "2101101",
    "2120101",
    "2200150",
    "2210201",
)
PERSONNEL = ("30101", "30102", "30103", "30112", "30302")
OPERATING = ("30201", "30205", "30211", "30228")
PROJECT = ("30227", "30218", "31003")
FUNDS = ("一般公共预算", "一般公共预算", "一般公共预算", "事业收入", "其他收入")
KINDS = ("行政单位", "参公单位", "事业单位")
NAMES = ("教育局", "民政局", "统计局", "水利局", "司法局", "档案馆", "图书馆", "林业局", "卫生局", "交通局")

FAULTY_TEXTS = {
    "unknown-key": ("格式:", "各式:"),
    "no-year": (f"年度: {YEAR}\n", ""),
    "broken-yaml": ("支出:", "支出: ["),
}
"""Ways to spoil the main file: what stands there, and what instead."""
FAULTY_ROWS = {"bad-amount": ("金额", "一百元"), "unknown-code": ("功能科目", "2999999")}
"""Ways to spoil the first line: the column, and what it says."""
FAULTS = ("unknown-key", "bad-amount", "unknown-code", "no-year", "broken-yaml")


@dataclass(frozen=True)
class Line:
    function: str
    economic: str
    fund: str
    project: bool
    cents: int
    prior: int | None

    @property
    def amount(self) -> Decimal:
        return Decimal(self.cents) / 100

    @property
    def typed(self) -> str:
        return f"{self.amount:.2f}"

    @property
    def prior_amount(self) -> Decimal | None:
        return None if self.prior is None else Decimal(self.prior) / 100


@dataclass(frozen=True)
class Made:
    """A department as it was made."""

    path: Path
    code: str
    name: str
    region: str
    lines: tuple[Line, ...]
    fault: str
    """The way it was spoilt; empty for a sound one."""


def make(folder: Path, sizes: Sequence[str], *, seed: int = 1, faulty: int = 0) -> list[Made]:
    """A folder for each department, of these sizes; `faulty` of them, spread out, cannot be built."""
    step = len(sizes) // faulty if faulty else 0
    made = []
    for number, size in enumerate(sizes, 1):
        is_faulty = faulty > 0 and number % step == 0 and number // step <= faulty
        fault = FAULTS[(number // step - 1) % len(FAULTS)] if is_faulty else ""
        made.append(_department(folder, number, size, random.Random(f"{seed}/{number}"), fault))
    return made


def mixed(count: int) -> list[str]:
    """Sizes as a bureau has them: seven small ones to two of middle size and a large one."""
    return ["SSSMSSSSML"[number % 10] for number in range(count)]


def _department(folder: Path, number: int, size: str, draw: random.Random, fault: str) -> Made:
    code = f"{100 + number:03d}"
    name = f"第{number}{draw.choice(NAMES)}"
    region = f"第{number % 3 + 1}片区" if number % 4 else ""
    has_prior = draw.random() < 0.8
    lines = tuple(_line(draw, has_prior) for _ in range(LINES[size]))
    home = folder / f"{code}{name}"
    home.mkdir(parents=True)
    path = home / "dept.yaml"
    text = "".join(_head(code, name, region, draw.choice(KINDS)))
    rows = list(map(_typed, lines))
    if fault in FAULTY_ROWS:
        column, said = FAULTY_ROWS[fault]
        rows[0][column] = said
    if size == "S":
        text += "支出:\n" + "".join(f"  - {_flow(row)}\n" for row in rows)
    else:
        text += "支出: lines.csv\n"
        _write_csv(home / "lines.csv", rows)
    if any(line.project for line in lines):
        text += "项目:\n  - {编码: P1, 名称: 专项业务经费}\n"
    path.write_text(text.replace(*FAULTY_TEXTS[fault], 1) if fault in FAULTY_TEXTS else text, "utf-8")
    return Made(path, code, name, region, lines, fault)


def _line(draw: random.Random, has_prior: bool) -> Line:
    is_project = draw.random() < 0.3
    economic = draw.choice(PROJECT if is_project else PERSONNEL + OPERATING)
    cents = draw.choice((draw.randrange(1, 10**5), draw.randrange(10**6, 10**9)))
    prior = draw.choice((cents, draw.randrange(1, 10**9))) if has_prior else None
    return Line(draw.choice(FUNCTIONS), economic, draw.choice(FUNDS), is_project, cents, prior)


def _head(code: str, name: str, region: str, kind: str) -> Iterator[str]:
    yield f"格式: standard\n年度: {YEAR}\n"
    extra = f", 附加: {{地区: {region}}}" if region else ""
    yield f'部门: {{编码: "{code}", 名称: {name}, 性质: {kind}, 职责: [办理日常事务]{extra}}}\n'


def _typed(line: Line) -> dict[str, str]:
    return {
        "功能科目": line.function,
        "部门经济科目": line.economic,
        "支出性质": "项目支出" if line.project else "基本支出",
        "资金": line.fund,
        "项目": "P1" if line.project else "",
        "金额": line.typed,
        "上年预算数": "" if line.prior_amount is None else f"{line.prior_amount:.2f}",
    }


def _flow(row: Mapping[str, str]) -> str:
    return "{" + ", ".join(f'{key}: "{value}"' for key, value in row.items() if value) + "}"


def _write_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Writes made-up departments into a new folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--sizes", default="", help="e.g. SSM, repeated; a bureau's mixture without it")
    parser.add_argument("--faulty", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    repeated = [asked.sizes[n % len(asked.sizes)] for n in range(asked.count)] if asked.sizes else None
    make(asked.folder, repeated or mixed(asked.count), seed=asked.seed, faulty=asked.faulty)
