"""Faults of an export, summed up: thousands of rows may share one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from reportgen.faults import Fault, Place
from reportgen.load.text import printable

MOST = 20
"""Of one kind that are told one by one."""


@dataclass
class _Met:
    place: Place
    message: str
    advice: str
    count: int = 1


@dataclass
class Faults:
    """Collects faults by kind; what is wrong in the same way in several rows is one fault."""

    _kinds: dict[str, dict[object, _Met]] = field(default_factory=dict)

    def add(self, kind: str, place: Place, message: str, advice: str = "", same: object = None) -> None:
        """`same`: faults of a kind with an equal one are one fault, told at its first place."""
        met = self._kinds.setdefault(kind, {})
        key = place if same is None else same
        if key in met:
            met[key].count += 1
        else:
            met[key] = _Met(place, message, advice)

    def __bool__(self) -> bool:
        return bool(self._kinds)

    def told(self) -> Iterator[Fault]:
        for kind, met in self._kinds.items():
            for one in list(met.values())[:MOST]:
                times = f"（共 {one.count} 行，这是第一处）" if one.count > 1 else ""
                yield printable(Fault(one.place, f"{one.message}{times}{one.advice}"))
            if len(met) > MOST:
                last = list(met.values())[MOST].place
                yield Fault(last, f"从这里起还有 {len(met) - MOST} 处{kind}，没有逐条列出；请先改正前面的")
