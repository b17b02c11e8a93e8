"""The composed tables: complete, with a statement where they are empty, and adding up as printed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from reportgen.check.passages import written_at
from reportgen.check.rule import Case, rule
from reportgen.compose.profile import MAIN
from reportgen.compose.table import Cell, CellKind, Form, Table, is_empty, placed
from reportgen.faults import Fault, Place, Severity
from reportgen.load.text import shown

DISCLOSURE = "《中华人民共和国预算法》第十四条、《预算法实施条例》第六条、财预〔2016〕143号"

_NARROWER = ("拨款", "公共预算", "基金", "基金预算", "经营", "经营预算", "基本", "项目")
_PLAIN = "".join(rf"(?<!{word})" for word in _NARROWER)
"""Behind these words 支出 is that of one fund or one nature."""

REQUIRED = {
    "收支总表": r"收支(预算)?(总表|总体情况表|总体表)",
    "收入总表": r"(?<!收支)(?<!基金)(?<!基金预算)收入(预算)?(总表|总体情况表|预算表)",
    "支出总表": _PLAIN + r"支出(预算)?(总表|总体情况表|预算表)",
    "财政拨款收支总表": r"财政拨款收支(预算)?(总表|总体情况表)",
    "一般公共预算支出表": r"一般公共预算(财政拨款|拨款)?支出(预算|情况)?表",
    "一般公共预算基本支出表": r"一般公共预算(财政拨款|拨款)?基本支出(预算|情况)?表",
    "一般公共预算“三公”经费支出表": r"三公”?经费",
    "政府性基金预算支出表": r"政府性基金(预算)?(财政拨款|拨款)?支出(预算|情况)?表",
    "国有资本经营预算支出表": r"国有资本经营(预算)?(财政拨款|拨款)?支出(预算|情况)?表",
}
"""The tables that every department publishes, and how regions call them."""

TOTALS = ("合计", "小计", "总计")
MIN_PARTS = 2
"""A total of a single part says nothing about what may be missing."""

_NOTHING = re.compile(
    r"(没有|未安排|无(?!障碍|形|线|偿|人机|害|纸))[^，。；]{0,24}(支出|预算|安排|数据|项目|资金|拨款)|空表|(此表|本表)为空"
)


@rule("R2-required-table", Severity.WARNING, "规定公开的九张表格式里都有", source=DISCLOSURE, printed=True)
def required_tables_are_there(case: Case) -> Iterator[Fault]:
    assert case.document is not None
    titles = [re.sub(r"\s", "", table.heading + table.full_title) for table in case.document.tables]
    for name, pattern in REQUIRED.items():
        if not any(re.search(pattern, title) for title in titles):
            place = Place(shown(case.profile.folders[0] / MAIN))
            yield Fault(place, f"这种格式里没有《{name}》；没有数据也要列出空表并说明")


@rule("R4-empty-table", Severity.WARNING, "没有数据的表写明没有", source=DISCLOSURE, printed=True)
def empty_tables_say_so(case: Case) -> Iterator[Fault]:
    assert case.document is not None
    for table in case.document.tables:
        empty = table.is_empty if isinstance(table, Form) else is_empty(table.rows)
        notes = [n for page in table.pages for n in page.notes] if isinstance(table, Form) else table.notes
        rows = [] if isinstance(table, Form) else [text for row in table.rows for text in row.texts]
        if empty and not any(map(_NOTHING.search, [*notes, *rows])) and not isinstance(table, Form):
            place = _place(case, table)
            yield Fault(place, f"《{table.full_title}》没有数据，也没有说明；请在格式里写 empty（空表说明）")


@rule("W6-statement", Severity.ERROR, "有数字的表下面不写“没有”", source=DISCLOSURE, printed=True)
def statements_fit_tables(case: Case) -> Iterator[Fault]:
    assert case.document is not None
    for table in case.document.tables:
        if isinstance(table, Table) and not is_empty(table.rows):
            for note in table.notes:
                found = _NOTHING.search(note)
                if found and not note.startswith(("注：本表", "说明：本表")):
                    place = written_at(case, re.sub(r"\s", "", found[0]))
                    yield Fault(place, f"《{table.full_title}》有数字，下面却写着“{note}”")


@rule("T8-parents", Severity.ERROR, "表里每个类等于它的款之和，每个款等于它的项之和", printed=True)
def parents_equal_their_children(case: Case) -> Iterator[Fault]:
    assert case.document is not None
    for table in case.document.tables:
        if isinstance(table, Table):
            yield from _parents(case, table)


def _parents(case: Case, table: Table) -> Iterator[Fault]:
    rows, heads = _by_code(table), _heads(table)
    for code, cells in rows.items():
        children = [below for c, below in rows.items() if len(c) == len(code) + 2 and c.startswith(code)]
        for column, cell in enumerate(cells) if children else ():
            total = sum((_value(below[column]) for below in children), Decimal(0))
            if _adds(cell) and abs(total - _value(cell)) > case.tolerance("T8-parents"):
                yield Fault(
                    _place(case, table),
                    f"《{table.full_title}》{code} 的“{heads[column]}”是 {_value(cell):,.2f} 元，"
                    f"下级合计 {total:,.2f} 元，相差 {abs(total - _value(cell)):,.2f} 元",
                )


@rule("T1-balance", Severity.ERROR, "收支总表的收入总计等于支出总计", source=DISCLOSURE, printed=True)
def both_sides_balance(case: Case) -> Iterator[Fault]:
    """A total row with two labels and two figures stands under both sides of a balance."""
    assert case.document is not None
    for table in case.document.tables:
        for row in table.rows if isinstance(table, Table) else ():
            labels = [cell.text for cell in row.cells if cell.kind is CellKind.LABEL]
            figures = [cell for cell in row.cells if _adds(cell)]
            grand = [label for label in labels if re.search(r"总\s*计", label)]
            if len(grand) != 2 or len(figures) != 2:
                continue
            left, right = map(_value, figures)
            if abs(left - right) > case.tolerance("T1-balance"):
                yield Fault(
                    _place(case, table),
                    f"《{table.full_title}》“{labels[0]}” {left:,.2f} 元，“{labels[1]}” {right:,.2f} 元，"
                    f"相差 {abs(left - right):,.2f} 元",
                )


@rule("T13-shares", Severity.ERROR, "表里各项的占比相加等于 100%", printed=True)
def shares_sum_to_a_whole(case: Case) -> Iterator[Fault]:
    """Before rounding: the codes that no other code of the table divides share out the whole."""
    assert case.document is not None
    for table in case.document.tables:
        if not isinstance(table, Table):
            continue
        rows = _by_code(table)
        leaves = [
            cells for code, cells in rows.items() if not any(c.startswith(code) and c != code for c in rows)
        ]
        for column, head in enumerate(_heads(table)):
            shares = [cells[column] for cells in leaves if ".share[" in cells[column].fact]
            total = sum(map(_value, shares), Decimal(0))
            if total and abs(total - 100) > Decimal("0.000001"):
                place = _place(case, table)
                yield Fault(place, f"《{table.full_title}》“{head}”各项相加是 {total:.2f}%，不是 100%")


@rule("T3-columns", Severity.WARNING, "表里的合计列等于各分列之和", printed=True)
def totals_equal_their_columns(case: Case) -> Iterator[Fault]:
    """Where a form has no column for some kind of money, its details fall short of its total."""
    assert case.document is not None
    for table in case.document.tables:
        if not isinstance(table, Table):
            continue
        told = set()
        for cells in _grid(table):
            for total, parts in _sums(table):
                if not all(_adds(cells[at]) for at in (total, *parts)) or not _alike(cells, total, parts):
                    continue
                difference = _value(cells[total]) - sum((_value(cells[at]) for at in parts), Decimal(0))
                if abs(difference) > case.tolerance("T3-columns") and total not in told:
                    told.add(total)
                    heads = _heads(table)
                    yield Fault(
                        _place(case, table),
                        f"《{table.full_title}》“{heads[total]}”与“{'＋'.join(heads[at] for at in parts)}”"
                        f"相差 {abs(difference):,.2f} 元；多半是这种格式没有列出某一种支出或资金",
                    )


def _place(case: Case, table: Table | Form) -> Place:
    """Where the profile says the table's title."""
    return written_at(case, re.sub(r"\s", "", table.title.split("年")[-1]))


def _grid(table: Table) -> list[list[Cell]]:
    """The rows of a table with one cell a column; a merged cell stands in each of its columns."""
    width = sum(cell.colspan for cell in table.header[0].cells)
    blank = Cell("")
    grid = [[blank] * width for _ in table.rows]
    for row, column, cell in placed(table.rows):
        for at in range(column, column + cell.colspan):
            grid[row][at] = cell
    return grid


def _heads(table: Table) -> list[str]:
    """The label of each column, at the foot of the header."""
    width = sum(cell.colspan for cell in table.header[0].cells)
    heads = [""] * width
    for _, column, cell in placed(table.header):
        if cell.colspan == 1 and not heads[column]:
            heads[column] = cell.text
    return heads


def _sums(table: Table) -> Iterator[tuple[int, Sequence[int]]]:
    """A column called 合计, 小计 or 总计, and the columns behind it under the same head that it sums."""
    found = placed(table.header)
    width = sum(cell.colspan for cell in table.header[0].cells)
    for row, column, span in [(-1, 0, width), *((r, at, cell.colspan) for r, at, cell in found)]:
        below = [(at, cell) for r, at, cell in found if r == row + 1 and column <= at < column + span]
        totals = [n for n, (_, cell) in enumerate(below) if cell.text in TOTALS and cell.colspan == 1]
        if len(totals) == 1 and len(below) - totals[0] > MIN_PARTS:
            parts = [_stands_for(found, at, cell) for at, cell in below[totals[0] + 1 :]]
            if all(part is not None for part in parts):
                yield below[totals[0]][0], [at for part in parts for at in part or ()]


def _stands_for(found: Sequence[tuple[int, int, Cell]], column: int, head: Cell) -> list[int] | None:
    """The columns that a head adds to the total before it: its own total, else all below it.

    None where it adds nothing: «其中» repeats a part of another column.
    """
    if head.text.startswith("其中"):
        return None
    if head.colspan == 1:
        return [column]
    leaves: dict[int, Cell] = {}
    for _, at, cell in found:
        if cell.colspan == 1 and column <= at < column + head.colspan:
            leaves.setdefault(at, cell)  # a row of column numbers stands below the labels
    own = [at for at, cell in leaves.items() if cell.text in TOTALS]
    if any(cell.text.startswith("其中") for cell in leaves.values()) and not own:
        return None
    return own[:1] or sorted(leaves)


def _by_code(table: Table) -> dict[str, list[Cell]]:
    """The rows of classification codes; none where a code stands in several rows, under each unit say."""
    rows = [(row.code, cells) for row, cells in zip(table.rows, _grid(table), strict=True) if row.code]
    by_code = dict(rows)
    return by_code if len(by_code) == len(rows) else {}


def _adds(cell: Cell) -> bool:
    return cell.kind is CellKind.AMOUNT


def _alike(cells: Sequence[Cell], total: int, parts: Sequence[int]) -> bool:
    """Whether the cells show one measure of one source."""
    kinds = {cells[at].fact.partition("[")[0] for at in (total, *parts) if cells[at].fact}
    return len(kinds) == 1


def _value(cell: Cell) -> Decimal:
    return cell.value or Decimal(0)
