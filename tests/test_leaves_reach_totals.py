"""One budget line is raised by 1,000.00: every figure that contains it follows, and no other."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from reading import (
    Printed,
    PrintedTable,
    Report,
    Rows,
    build_into,
    figure,
    read_docx,
    read_pdf,
    squeezed,
)

from reportgen.compose import Document

RAISE = Decimal("1000.00")

Key = tuple[str, str, int]
"""Table (a balance has two, by side), the row's words in front of the figure, and the column."""

UNIT = "112001/重庆市公安局渝北区分局（本级）"
PROJECT = "“雪亮工程”建设维护项目"
_PUBLIC_SECURITY = ("合计", "204/公共安全支出", "20402/公安")
_BALANCES: list[Key] = [
    ("表一收入", "合计", 1),
    ("表一收入", "一、本年收入合计", 1),
    ("表一收入", "一般公共预算财政拨款资金", 1),
    ("表一支出", "合计", 1),
    ("表一支出", "一、本年支出合计", 1),
    ("表一支出", "公共安全支出", 1),
    ("表四收入", "一、本年收入", 1),
    ("表四收入", "一般公共预算财政拨款", 1),
    ("表四收入", "收入合计", 1),
    *(("表四支出", row, at) for row in ("一、本年支出", "公共安全支出", "支出合计") for at in (1, 2)),
    ("表十五", "部门（单位）名称/重庆市公安局渝北区分局/部门支出预算数", 4),
]
_WHOLE = [
    "年初预算总收入",
    "一般公共预算财政拨款收入",
    "收入较2023年增加",
    "一般公共预算财政拨款收入增加",
    "年初预算总支出",
    "公共安全支出",
    "支出较2023年增加",
]
_GENERAL = ["一般公共预算财政拨款收入", "一般公共预算财政拨款支出", "较2023年增加"]


@dataclass(frozen=True)
class Leaf:
    """A line, what of it is raised, and all that follows."""

    line: dict[str, str]
    column: str
    figures: list[Key]
    sentences: list[str]
    """The words right in front of each figure of the narrative that follows, in reading order."""


BASIC_LINE = {"单位": "112001", "功能科目": "2040201", "部门经济科目": "30231", "支出性质": "基本支出"}
PROJECT_LINE = {
    "单位": "112001",
    "功能科目": "2040202",
    "部门经济科目": "30213",
    "项目": "50011224T000003826417",
}

BASIC = Leaf(
    BASIC_LINE,
    "金额",
    figures=[
        *_BALANCES,
        *(
            (table, row, at)
            for table, columns in (("表二", (2, 4)), ("表三", (2, 3)), ("表五", (3, 4)))
            for row in (*_PUBLIC_SECURITY, "2040201/行政运行")
            for at in columns
        ),
        *(
            ("表六", row, at)
            for row in ("合计", "302/商品和服务支出", "30231/公务用车运行维护费")
            for at in (2, 4)
        ),
        *(("表七", row, 2) for row in ("合计", "502/机关商品和服务支出", "50208/公务用车运行维护费")),
        *(("表十", "", at) for at in (0, 2, 4)),
    ],
    sentences=[
        *_WHOLE,
        "基本支出预算增加",
        *_GENERAL,
        "（1）基本支出",
        "较2023年增加",
        "公用经费",
        "行政运行（项）2024年预算数为",
        "较2023年增加",
        "“三公”经费预算",
        "较2023年减少",
        "公务用车运行维护费",
        "较2023年减少",
        "机关运行经费财政拨款预算",
        "较2023年减少",
    ],
)
PROJECT_LEAF = Leaf(
    PROJECT_LINE,
    "金额",
    figures=[
        *_BALANCES,
        *(
            (table, row, at)
            for table, columns in (("表二", (2, 4)), ("表三", (2, 4)), ("表五", (3, 5)))
            for row in (*_PUBLIC_SECURITY, "2040202/一般行政管理事务")
            for at in columns
        ),
        *(("表八", row, 2) for row in ("合计", "302/商品和服务支出", "30213/维修（护）费")),
        *(("表九", row, 2) for row in ("合计", "502/机关商品和服务支出", "50209/维修（护）费")),
        *(("表十三", row, at) for row in ("合计", f"{UNIT}/小计", f"{UNIT}/{PROJECT}") for at in (3, 4)),
        (f"表十七{PROJECT}", "当年预算", 1),
        (f"表十七{PROJECT}", "当年预算/区级支出（元）", 5),
    ],
    sentences=[
        *_WHOLE,
        "项目支出预算增加",
        *_GENERAL,
        "（2）项目支出",
        "较2023年增加",
        "一般行政管理事务（项）2024年预算数为",
        "较2023年增加",
        "涉及财政拨款",
        "一般公共预算财政拨款安排",
        "纳入一般绩效目标评价的项目23个，金额",
    ],
)
PRIOR = Leaf(
    BASIC_LINE,
    "上年预算数",
    figures=[
        *(("表五", row, 2) for row in (*_PUBLIC_SECURITY, "2040201/行政运行")),
        *(("表十", "", at) for at in (6, 8, 10)),
    ],
    sentences=[
        "收入较2023年增加",
        "一般公共预算财政拨款收入增加",
        "支出较2023年增加",
        "基本支出预算增加",
        "较2023年增加",
        "较2023年增加",
        "较2023年增加",
        "较2023年减少",
        "较2023年减少",
        "较2023年减少",
    ],
)
LEAVES = {"a basic line": BASIC, "a project line": PROJECT_LEAF, "a line of the year before": PRIOR}


def _copy_raised(source: Path, folder: Path, leaf: Leaf) -> Path:
    """The example with one cell of its lines raised, and without the approved totals it would miss."""
    copy = folder / "input"
    shutil.copytree(source.parent, copy)
    with (copy / "lines.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    (line,) = (line for line in lines if leaf.line.items() <= line.items())
    line[leaf.column] = str(Decimal(line[leaf.column]) + RAISE)
    with (copy / "lines.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(line))
        writer.writeheader()
        writer.writerows(lines)
    main = copy / source.name
    main.write_text(re.sub(r"(?m)^批复数:\n(?:[ #].*\n?)+", "", main.read_text("utf-8")), "utf-8")
    return main


@pytest.fixture(scope="module", params=list(LEAVES))
def leaf(request: pytest.FixtureRequest) -> Leaf:
    return LEAVES[request.param]


@pytest.fixture(scope="module")
def raised(leaf: Leaf, example: Path, tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("raised")
    return build_into(folder, _copy_raised(example, folder, leaf))


@pytest.fixture(scope="module", params=[read_docx, read_pdf], ids=["DOCX", "PDF"])
def read(request: pytest.FixtureRequest) -> Callable[[Report], Printed]:
    reader, of = request.param, {"read_docx": "docx", "read_pdf": "pdf"}[request.param.__name__]
    return lambda report: reader(getattr(report, of))


def _blocks(printed: Printed, codes: dict[str, str]) -> dict[str, Rows]:
    """Tables by code; the sides of a balance and the forms of projects apart."""
    blocks: dict[str, Rows] = {}
    for table in printed.tables:
        for name, rows in _parts(codes.get(table.title, ""), table):
            assert name not in blocks
            blocks[name] = rows
    return blocks


def _parts(code: str, table: PrintedTable) -> list[tuple[str, Rows]]:
    if code in ("表一", "表四"):
        sides = (("收入", slice(0, 2)), ("支出", slice(2, None)))
        return [(code + side, tuple(row[part] for row in table.rows)) for side, part in sides]
    return [(code + (table.rows[0][1] if code == "表十七" else ""), table.rows)]


def _words_before(row: tuple[str, ...], column: int) -> str:
    return "/".join(text for text in row[:column] if text and not re.fullmatch(r"[\d,]+\.\d\d", text))


def _changes(before: dict[str, Rows], after: dict[str, Rows]) -> dict[Key, Decimal]:
    assert list(before) == list(after)
    found: dict[Key, Decimal] = {}
    for name, rows in before.items():
        assert len(rows) == len(after[name])
        for old, new in zip(rows, after[name], strict=True):
            for column, (was, now) in enumerate(zip(old, new, strict=True)):
                if was != now:
                    key = (name, _words_before(old, column), column)
                    assert key not in found
                    found[key] = figure(now) - figure(was)
    return found


def test_every_table_figure_above_a_raised_leaf_rises_as_much_and_no_other_changes(
    leaf: Leaf, raised: Report, report: Report, read: Callable[[Report], Printed], document: Document
) -> None:
    codes = {squeezed(table.full_title): table.code for table in document.tables}
    changed = _changes(_blocks(read(report), codes), _blocks(read(raised), codes))
    assert changed == dict.fromkeys(leaf.figures, RAISE)


def test_every_sentence_about_a_raised_leaf_follows_and_no_other_changes(
    leaf: Leaf, raised: Report, report: Report, read: Callable[[Report], Printed]
) -> None:
    number = r"(\d[\d,]*(?:\.\d+)?)"
    old, new = (re.split(number, read(files).narrative) for files in (report, raised))
    assert old[::2] == new[::2], "only figures may change"
    pairs = zip(old[::2], old[1::2], new[1::2], strict=False)
    said = "".join(old)
    at, changed = 0, []
    for words, was, now in pairs:
        at += len(words)
        if was != now:
            changed.append((said[max(0, at - 30) : at], figure(now) - figure(was)))
        at += len(was)
    assert len(changed) == len(leaf.sentences), [words for words, _ in changed]
    for (words, difference), expected in zip(changed, leaf.sentences, strict=True):
        assert words.endswith(expected)
        grows = words.endswith("减少") is (leaf.column != "金额")
        assert difference == (RAISE if grows else -RAISE), words
