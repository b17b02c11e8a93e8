"""Codes, names, parents, and the way from department to government economic classes."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from reportgen.model.department import UnitKind
from reportgen.resources import CATALOG


class Classification(StrEnum):
    FUNCTION = "function"
    ECONOMIC = "economic"
    GOVERNMENT = "government"

    @property
    def label(self) -> str:
        return {
            Classification.FUNCTION: "支出功能分类",
            Classification.ECONOMIC: "部门预算支出经济分类",
            Classification.GOVERNMENT: "政府预算支出经济分类",
        }[self]


LEVELS = {"类": 3, "款": 5, "项": 7}
"""Digits of a code at each level (economic classes have no 项)."""


def ancestors(code: str) -> Iterator[str]:
    """The codes above and including `code`, the class first: 204, 20402, 2040201."""
    return (code[:digits] for digits in LEVELS.values() if digits <= len(code))


@dataclass(frozen=True)
class Catalog:
    """One year's classifications; `names` maps each classification's codes to names."""

    year: int
    names: Mapping[Classification, Mapping[str, str]]
    correspondence: Mapping[tuple[str, str], str]
    former_names: Mapping[Classification, Mapping[str, tuple[str, ...]]]
    """Names that codes had before, by classification and code."""

    renamed: Mapping[tuple[Classification, str], tuple[str, int]]
    """Codes that were replaced: the new one, and the first year that has it."""

    def successor(self, classification: Classification, code: str, since: int) -> str:
        """What a code of the year `since` is in this catalogue's year."""
        new, first = self.renamed.get((classification, code), (code, 0))
        return new if since < first <= self.year else code

    def former(self, classification: Classification, code: str) -> tuple[str, ...]:
        return self.former_names[classification].get(code, ())

    def name(self, classification: Classification, code: str) -> str | None:
        return self.names[classification].get(code)

    def classes(self, classification: Classification) -> tuple[str, ...]:
        """All codes of 类, in order."""
        return tuple(sorted(code for code in self.names[classification] if len(code) == LEVELS["类"]))

    def government(self, economic: str, kind: UnitKind) -> str | None:
        """The government economic 款 of a department economic 款, or None where none is known."""
        kinds = ["administrative"]
        if kind is UnitKind.PUBLIC_INSTITUTION:
            kinds.insert(0, kind.value)
        keys = [(code, k) for k in kinds for code in (economic, economic[:3])]
        return next((self.correspondence[key] for key in keys if key in self.correspondence), None)


@cache
def load_catalog(year: int, folder: Path = CATALOG) -> Catalog:
    """The catalogue as it stood in `year`."""
    rows = {c: _rows(folder / f"{c.value}.csv") for c in Classification}
    names = {
        c: {r["code"]: r["name"] for r in rows[c] if int(r["from"] or 0) <= year <= int(r["to"] or 9999)}
        for c in Classification
    }
    former: dict[Classification, dict[str, tuple[str, ...]]] = {c: {} for c in Classification}
    for c in Classification:
        for row in rows[c]:
            if int(row["to"] or 9999) < year:
                former[c][row["code"]] = (*former[c].get(row["code"], ()), row["name"])
    with (folder / "correspondence.csv").open(encoding="utf-8", newline="") as file:
        correspondence = {(r["economic"], r["unit_kind"]): r["government"] for r in csv.DictReader(file)}
    renamed = {
        (Classification(r["classification"]), r["old"]): (r["new"], int(r["from"]))
        for r in _rows(folder / "renamed.csv")
    }
    return Catalog(year, names, correspondence, former, renamed)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
