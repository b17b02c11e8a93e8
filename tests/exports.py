"""Exports of the budget system as tests make them: rows of cells to a workbook, lines to random layouts."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

import openpyxl
import xlsxwriter
from reading import ROOT
from typer.testing import CliRunner

from reportgen.cli import app

Cells = Sequence[object]


@dataclass(frozen=True)
class Told:
    code: int
    out: str
    err: str

    @property
    def faults(self) -> list[str]:
        return [line for line in self.err.splitlines() if ": 错误：" in line]

    @property
    def summary(self) -> str:
        return self.err.splitlines()[-1]


def run(*words: object) -> Told:
    """`reportgen import lines …`."""
    result = CliRunner().invoke(app, ["import", "lines", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return Told(result.exit_code, result.stdout, result.stderr)


def workbook(path: Path, rows: Iterable[Cells], merged: Iterable[str] = (), sheet: str = "明细") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for area in merged:
        page.merge_cells(area)
    book.save(path)
    return path


def written(path: Path) -> list[dict[str, str]]:
    """The records of a CSV file, blank fields left out."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{key: text for key, text in record.items() if text} for record in csv.DictReader(file)]


# --- any lines in any layout ---

CODE_STYLES = ("[{}]{}", "{}-{}", "{} {}", "{}{}", "【{}】{}", "（{}）{}", "{1}（{0}）", "columns")
SUBTOTALS = ("none", "foot", "head", "codes", "words")


@dataclass(frozen=True)
class SomeLine:
    unit: str
    function: str
    economic: str
    project: str
    fund: str
    amount: int
    """分."""
    prior: int


@dataclass(frozen=True)
class Layout:
    style: str = "columns"
    subtotals: str = "none"
    whole: str = "foot"
    """Where the row 合计 stands: head, foot or nowhere."""
    in_wan: bool = False
    texts: bool = False
    """Amounts as texts with separators, full-width digits and blanks."""
    unit_once: bool = False
    by_page: int = 0
    """Lines on a page, after which the titles come again."""
    blank_rows: bool = False
    order: tuple[int, ...] = ()
    """Of the columns."""


@dataclass
class Drawn:
    """An export, and which of its rows are lines and which are sums."""

    rows: list[list[str]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    sums: list[int] = field(default_factory=list)
    amount_columns: tuple[int, ...] = ()


NAMES = {"101001": "某某局本级", "101002": "某某中心", "101003": "某某站"}
FUNDS = {"一般公共预算": "经费拨款", "政府性基金预算": "政府性基金预算资金", "事业收入": "事业收入资金"}
AMOUNTS = ("2025年预算数", "2024年预算数")


def drawn(lines: Sequence[SomeLine], layout: Layout) -> Drawn:
    """Lines as an export of this layout, sorted by unit and function as exports are."""
    return _Drawing(layout).of(sorted(lines, key=lambda line: (line.unit, line.function)))


class _Drawing:
    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        titles = [*_keys("单位", "单位", layout), *_keys("支出功能分类", "功能", layout)]
        titles += [
            *_keys("部门预算支出经济分类", "经济", layout),
            "项目编码",
            "项目类别",
            "资金性质",
            *AMOUNTS,
        ]
        order = [at for at in layout.order if at < len(titles)]
        order += [at for at in range(len(titles)) if at not in order]
        self.place = {titles[at]: number for number, at in enumerate(order)}
        self.unit_title, self.head = titles[0], [titles[at] for at in order]
        self.made = Drawn(amount_columns=tuple(self.place[title] for title in AMOUNTS))
        self.on_page = 0

    def of(self, lines: Sequence[SomeLine]) -> Drawn:
        made, layout = self.made, self.layout
        made.rows += [["某某局预算明细"], [f"单位：{'万元' if layout.in_wan else '元'}"], list(self.head)]
        whole = {self.unit_title: "合  计"}
        if layout.whole == "head":
            self.put(whole, lines, made.sums)
        for unit, of_unit in _grouped(lines, "unit"):
            self.unit(unit, of_unit)
        if layout.whole == "foot":
            self.put(whole, lines, made.sums)
        return made

    def put(self, cells: dict[str, str], of: Sequence[SomeLine], kind: list[int]) -> None:
        amounts = [sum(line.amount for line in of), sum(line.prior for line in of)]
        known = {**cells, **{t: _amount(a, self.layout) for t, a in zip(AMOUNTS, amounts, strict=True)}}
        row = [""] * len(self.head)
        for title, text in known.items():
            row[self.place[title]] = text
        kind.append(len(self.made.rows))
        self.made.rows.append(row)

    def unit(self, unit: str, lines: list[SomeLine]) -> None:
        made, subtotals = self.made, self.layout.subtotals
        known = _cells("单位", "单位", unit, NAMES[unit], self.layout)
        if subtotals == "head":
            self.put({**known, "资金性质": "小计"}, lines, made.sums)
        if subtotals == "codes":
            self.put(known, lines, made.sums)
        shown = {} if self.layout.unit_once and subtotals == "codes" else known
        for function, of_function in _grouped(lines, "function"):
            cells = _cells("支出功能分类", "功能", function, f"某类{function[-1]}", self.layout)
            if subtotals == "codes":
                self.put({**shown, **cells}, of_function, made.sums)
            for line in of_function:
                self.line(line, {**shown, **cells})
                shown = {} if self.layout.unit_once else known
            if subtotals == "words":
                self.put(_words(cells, known), of_function, made.sums)
        if subtotals == "foot":
            self.put({self.unit_title: "小计"}, lines, made.sums)
        if self.layout.blank_rows:
            made.rows.append([""] * len(self.head))

    def line(self, line: SomeLine, known: dict[str, str]) -> None:
        if self.layout.by_page and self.on_page == self.layout.by_page:
            self.made.rows += [["某某局预算明细"], list(self.head)]
            self.on_page = 0
        economic = _cells("部门预算支出经济分类", "经济", line.economic, "某项支出", self.layout)
        nature = "特定目标类" if line.project else "人员类"
        other = {"项目编码": line.project, "项目类别": nature, "资金性质": FUNDS[line.fund]}
        self.put({**known, **economic, **other}, [line], self.made.lines)
        self.on_page += 1


def _words(cells: dict[str, str], unit_cells: dict[str, str]) -> dict[str, str]:
    """«2040201小计» in the column of the function's code, with the unit's."""
    first, text = next(iter(cells.items()))
    return {**unit_cells, first: f"{text}小计"}


def _grouped(lines: Iterable[SomeLine], name: str) -> Iterator[tuple[str, list[SomeLine]]]:
    for key, group in groupby(lines, key=lambda line: str(getattr(line, name))):
        yield key, list(group)


def _keys(title: str, short: str, layout: Layout) -> list[str]:
    return [f"{short}编码", f"{short}名称"] if layout.style == "columns" else [title]


def _cells(title: str, short: str, code: str, name: str, layout: Layout) -> dict[str, str]:
    if layout.style == "columns":
        return {f"{short}编码": code, f"{short}名称": name}
    return {title: layout.style.format(code, name)}


def _amount(cents: int, layout: Layout) -> str:
    number = f"{cents / 1000000:.6f}" if layout.in_wan else f"{cents / 100:.2f}"
    whole, point, fraction = number.partition(".")
    if not layout.texts:
        return number
    return f"{int(whole):,}{point}{fraction} ".translate(str.maketrans("0123456789", "０１２３４５６７８９"))


def as_gbk(path: Path, rows: Iterable[Sequence[str]], encoding: str = "gb18030") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


# --- fifty thousand lines ---


def big_export(path: Path, count: int, seed: int = 7) -> None:
    """Twelve columns, thirty units, three hundred projects, subtotals by unit and by function."""
    chance = random.Random(seed)
    functions, economics = _catalogue("function", 7), _catalogue("economic", 5)
    in_use = chance.sample([code for code in functions if code[:3] not in ("208", "223")], 40)
    basic = [code for code in economics if code[:3] in ("301", "302", "303")]
    lines = []
    for _ in range(count):
        number = chance.randrange(300)
        project = f"P{number:04}" if chance.random() < 0.6 else ""
        lines.append(
            (
                f"1010{number % 30:02}",  # a project is of one unit
                chance.choice(in_use),
                chance.choice(list(economics) if project else basic),
                project,
                chance.choice(["经费拨款"] * 5 + ["事业收入资金", "其他收入资金"]),
                *(chance.randint(100, 10**8) for _ in range(3)),
            )
        )
    lines.sort(key=lambda line: line[:4])
    titles = [
        "序号",
        "单位编码",
        "单位名称",
        "功能科目",
        "部门经济科目",
        "项目编码",
        "项目名称",
        "项目类别",
        "资金性质",
    ]
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        page = book.add_worksheet("明细")
        rows = _big_rows(lines, functions, economics)
        years = ["2025年预算数", "2024年预算数", "2024年执行数"]
        for at, row in enumerate((["2025年部门预算明细"], ["单位：元"], [*titles, *years], *rows)):
            for column, value in enumerate(row):
                if value != "":
                    page.write(at, column, value)


def _big_rows(
    lines: list[tuple[str, str, str, str, str, int, int, int]],
    functions: dict[str, str],
    economics: dict[str, str],
) -> Iterator[list[object]]:
    def sums(of: Sequence[tuple[str, str, str, str, str, int, int, int]]) -> list[object]:
        return [sum(int(line[at]) for line in of) / 100 for at in (5, 6, 7)]

    yield ["合计", *[""] * 8, *sums(lines)]
    number = 0
    for unit, group in groupby(lines, key=lambda line: line[0]):
        of_unit = list(group)
        known = ["", unit, f"第{unit}单位"]
        yield [*known, *[""] * 6, *sums(of_unit)]
        for code, of_function in groupby(of_unit, key=lambda line: line[1]):
            below = list(of_function)
            function = f"[{code}]{functions[code]}"
            yield [*known, function, *[""] * 5, *sums(below)]
            for line in below:
                number += 1
                economic = f"{line[2]}-{economics[line[2]]}"
                project = [line[3], line[3] and f"专项{line[3]}", "特定目标类" if line[3] else "人员类"]
                yield [number, *known[1:], function, economic, *project, line[4], *sums([line])]


def _catalogue(name: str, digits: int) -> dict[str, str]:
    with (ROOT / "data" / "catalog" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["code"]: row["name"] for row in rows if len(row["code"]) == digits and not row["to"]}


def big_department(folder: Path) -> Path:
    """The department of the big export, its lines in lines.csv."""
    units = [f'  - {{编码: "1010{at:02}", 名称: 第{at}单位, 性质: 行政单位}}' for at in range(30)]
    projects = [f"  - {{编码: P{at:04}, 名称: 专项{at}号}}" for at in range(300)]
    head = ["格式: standard", "年度: 2025", '部门: {编码: "101", 名称: 某某局, 性质: 行政单位}']
    path = folder / "dept.yaml"
    text = [*head, "单位:", *units, "支出: lines.csv", "项目:", *projects]
    path.write_text("\n".join(text) + "\n", "utf-8")
    return path
