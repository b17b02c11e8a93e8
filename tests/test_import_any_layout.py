"""Any lines, however the budget system lays them out, come back as they are; a changed figure is named."""

from __future__ import annotations

import re
import tempfile
from decimal import Decimal
from pathlib import Path

from exports import (
    CODE_STYLES,
    FUNDS,
    SUBTOTALS,
    Drawn,
    Layout,
    SomeLine,
    Told,
    as_gbk,
    drawn,
    run,
    workbook,
    written,
)
from hypothesis import assume, given
from hypothesis import strategies as st

FUNCTIONS = ("2040201", "2040202", "2040299", "2080505", "2010301")
ECONOMICS = ("30101", "30102", "30201", "30399", "31002")


def _key(line: SomeLine) -> tuple[str, ...]:
    return line.unit, line.function, line.economic, line.project, line.fund


lines = st.lists(
    st.builds(
        SomeLine,
        unit=st.sampled_from(["101001", "101002", "101003"]),
        function=st.sampled_from(FUNCTIONS),
        economic=st.sampled_from(ECONOMICS),
        project=st.sampled_from(["", "P1", "P2"]),
        fund=st.sampled_from(sorted(FUNDS)),
        amount=st.integers(1, 10**11),
        prior=st.integers(0, 10**11),
    ),
    min_size=1,
    max_size=12,
    unique_by=_key,
)
layouts = st.builds(
    Layout,
    style=st.sampled_from(CODE_STYLES),
    subtotals=st.sampled_from(SUBTOTALS),
    whole=st.sampled_from(["foot", "head", "nowhere"]),
    in_wan=st.booleans(),
    texts=st.booleans(),
    unit_once=st.booleans(),
    by_page=st.sampled_from([0, 3]),
    blank_rows=st.booleans(),
    order=st.permutations(range(11)).map(tuple),
)


def _sorted(records: list[dict[str, str]]) -> list[tuple[str, ...]]:
    names = ("单位", "功能科目", "部门经济科目", "项目", "资金")
    return sorted(
        (*(r.get(n, "") for n in names), *(f"{Decimal(r.get(n, '0')):.2f}" for n in ("金额", "上年预算数")))
        for r in records
    )


def _meant(some: list[SomeLine]) -> list[tuple[str, ...]]:
    return sorted((*_key(line), _yuan(line.amount), _yuan(line.prior)) for line in some)


def _yuan(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f}"


def _saved(export: Drawn, folder: str, as_csv: bool) -> Path:
    path = Path(folder) / ("export.csv" if as_csv else "export.xlsx")
    return as_gbk(path, export.rows) if as_csv else workbook(path, export.rows)


@given(lines, layouts, st.booleans())
def test_lines_come_back_from_any_layout(some: list[SomeLine], layout: Layout, as_csv: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "lines.csv"
        export = drawn(some, layout)
        words = [_saved(export, folder, as_csv), "--map", Path(folder) / "map.yaml", "-o", out]
        told = run(*words)
        asked = _asked_about(told)
        if asked:
            assert layout.whole == "nowhere", told.err
            assert asked <= {row + 1 for row in export.sums}
            with words[2].open("a", encoding="utf-8") as file:
                file.write(f"小计行: {sorted(asked)}\n")
            told = run(*words)
        assert told.code == 0, told.err
        assert _sorted(written(out)) == _meant(some)
        assert f"读入 {len(some)} 行明细" in told.summary
        assert f"跳过 {len(export.sums)} 行小计" in told.summary


def _asked_about(told: Told) -> set[int]:
    """Rows that may be sums of the one line that they equal, if nothing else is wrong."""
    found = [re.search(r"!?[A-Z]*(\d+)(:\d+)?: 错误：这一行.*可能是它的小计", f) for f in told.faults]
    return {int(one[1]) for one in found if one} if all(found) else set()


@given(lines, layouts, st.data())
def test_one_changed_amount_is_named(some: list[SomeLine], layout: Layout, data: st.DataObject) -> None:
    assume(layout.whole != "nowhere")
    export = drawn(some, layout)
    row = data.draw(st.sampled_from(export.lines + export.sums))
    column = data.draw(st.sampled_from(export.amount_columns))
    export.rows[row][column] = "987654321.01"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "lines.csv"
        told = run(_saved(export, folder, as_csv=False), "-o", out)
        assert told.code == 1, told.err
        assert not out.exists()
        assert told.faults
        places = {int(found[1]) for f in told.faults if (found := re.match(r".*?![A-Z]+(\d+):", f))}
        if row in export.sums:
            assert row + 1 in places
        else:
            spans = re.findall(r"它的明细（第 ([\d—、]+)( 等)? 行", told.err)
            covered = {n for span, _ in spans for part in span.split("、") for n in _numbers(part)}
            assert row + 1 in covered or any(more for _, more in spans)


def _numbers(part: str) -> range:
    first, _, last = part.partition("—")
    return range(int(first), int(last or first) + 1)
