"""Ledgers show one budget from several sides: where they share dimensions they must agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from reportgen.check.rule import Case, rule
from reportgen.derive.dimensions import DIMENSIONS
from reportgen.derive.records import EXPENDITURE, Ledger
from reportgen.derive.selection import MEASURE_LABELS
from reportgen.faults import Fault, Severity

COMPARED = tuple(name for name in DIMENSIONS if name not in ("unit_kind", "project_level", "item", "record"))
"""Dimensions that tell what the money is; the others only repeat what these say."""


@rule("T9-ledgers", Severity.ERROR, "几份台账在共有的维度上金额一致")
def ledgers_agree(case: Case) -> Iterator[Fault]:
    for first, second in combinations(case.budget.sources[EXPENDITURE], 2):
        shared = [d for d in COMPARED if _knows(first, d) and _knows(second, d)]
        for measure in ("amount", "prior", "executed"):
            if measure in first.measures and measure in second.measures:
                yield from _differences(case, (first, second), shared, measure)


def _knows(ledger: Ledger, dimension: str) -> bool:
    return bool(ledger.records) and all(dimension in record.dimensions for record in ledger.records)


def _differences(
    case: Case, pair: tuple[Ledger, Ledger], shared: Sequence[str], measure: str
) -> Iterator[Fault]:
    sums = [_sums(ledger, shared, measure) for ledger in pair]
    for key in sorted({*sums[0], *sums[1]}):
        one, other = (s.get(key, Decimal(0)) for s in sums)
        if abs(one - other) > case.tolerance("T9-ledgers"):
            said = "、".join(
                f"{DIMENSIONS[d].label}“{case.budget.name(d, value)}”"
                for d, value in zip(shared, key, strict=True)
                if value and not (d == "carryover" and value == "no")
            )
            yield Fault(
                case.loaded.place("expenditure", pair[1].name),
                f"台账“{pair[0].name}”与“{pair[1].name}”不一致：{said or '合计'}的{MEASURE_LABELS[measure]}"
                f" {one:,.2f} 元 ≠ {other:,.2f} 元，相差 {abs(one - other):,.2f} 元",
            )


def _sums(ledger: Ledger, shared: Sequence[str], measure: str) -> dict[tuple[str, ...], Decimal]:
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for record in ledger.records:
        if measure in record.measures:
            sums[tuple(record.dimensions[d] for d in shared)] += record.measures[measure]
    return sums
