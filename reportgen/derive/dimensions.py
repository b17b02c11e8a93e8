"""The words by which figures are selected: dimensions, their values, and measures.

Profiles and sentences select figures with mappings such as `{nature: basic, fund: fiscal}`.
Every dimension and value may be typed in English or Chinese.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.catalog import Classification
from reportgen.faults import nearest
from reportgen.model.department import UnitKind
from reportgen.model.lines import Fund, Item, Nature, Staffing
from reportgen.model.procurement import PurchaseKind
from reportgen.model.projects import ProjectLevel
from reportgen.model.words import Word

ITEM_OF_ECONOMIC = {
    "30212": Item.ABROAD,
    "30217": Item.RECEPTION,
    "30231": Item.VEHICLE_RUNNING,
    "30913": Item.VEHICLE_PURCHASE,
    "31013": Item.VEHICLE_PURCHASE,
    "30215": Item.CONFERENCE,
    "30216": Item.TRAINING,
}
"""The department economic 款 that each item is paid from (rule T7)."""

FISCAL = (Fund.GENERAL, Fund.GOVERNMENT_FUND, Fund.STATE_CAPITAL)
"""财政拨款."""
OWN = (Fund.UNDERTAKING, Fund.SUPERIOR_SUBSIDY, Fund.AFFILIATE, Fund.BUSINESS, Fund.OTHER)
"""单位资金."""
VEHICLES = (Item.VEHICLE_PURCHASE, Item.VEHICLE_RUNNING)
THREE_PUBLIC = (Item.ABROAD, *VEHICLES, Item.RECEPTION)

GROUPS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "fund": {"fiscal": FISCAL, "财政拨款": FISCAL, "own": OWN, "单位资金": OWN},
    "item": {
        "vehicles": VEHICLES,
        "公务用车购置及运行费": VEHICLES,
        "three_public": THREE_PUBLIC,
        "三公经费": THREE_PUBLIC,
    },
    "unit_kind": {
        "agency": (UnitKind.ADMINISTRATIVE, UnitKind.CIVIL_SERVICE_LIKE),
        "机关": (UnitKind.ADMINISTRATIVE, UnitKind.CIVIL_SERVICE_LIKE),
    },
}
"""Words that stand for several values of a dimension."""


class Flag(Word):
    YES = "yes", "是", "true"
    NO = "no", "否", "false"


@dataclass(frozen=True, slots=True)
class Dimension:
    label: str
    words: type[Word] | None = None
    """The closed set of values, where there is one."""
    classification: Classification | None = None
    """Set where values are codes: a condition then matches every code below the one given."""
    follows_from: str = ""
    """What a line must say (in Chinese) for this to be known, where it is not typed itself."""

    @property
    def asked_as(self) -> str:
        return self.follows_from or self.label


DIMENSIONS: Mapping[str, Dimension] = {
    "unit": Dimension("单位"),
    "unit_kind": Dimension("单位性质", UnitKind),
    "function": Dimension("功能科目", classification=Classification.FUNCTION),
    "economic": Dimension("部门经济科目", classification=Classification.ECONOMIC),
    "government": Dimension(
        "政府经济科目",
        classification=Classification.GOVERNMENT,
        follows_from="部门经济科目（或政府经济科目）",
    ),
    "nature": Dimension("支出性质", Nature),
    "staffing": Dimension("经费类别", Staffing, follows_from="部门经济科目（或经费类别）"),
    "fund": Dimension("资金", Fund),
    "project": Dimension("项目"),
    "project_level": Dimension("项目级别", ProjectLevel, follows_from="项目"),
    "project_category": Dimension("项目类别", follows_from="项目清单里的“项目类别”"),
    "item": Dimension("三公项目", Item, follows_from="部门经济科目"),
    "carryover": Dimension("上年结转", Flag),
    "kind": Dimension("采购类别", PurchaseKind),
    "category": Dimension("资产类别"),
    "name": Dimension("资产名称"),
    "record": Dimension("记录"),
}


EXTRA = "extra:"
"""Begins the name of a dimension that the input makes itself, from what it says under 附加."""


def dimension_of(name: str) -> Dimension:
    """A dimension by its name; one that the input makes itself has the name the input gives it."""
    return DIMENSIONS[name] if not name.startswith(EXTRA) else Dimension("附加:" + name.removeprefix(EXTRA))


def read_dimension(typed: str) -> str:
    """A dimension's name as typed in English or Chinese; raises `ValueError` with a Chinese message."""
    for prefix in (EXTRA, "附加:", "附加："):
        if typed.startswith(prefix) and typed != prefix:
            return EXTRA + typed.removeprefix(prefix)
    found = next((name for name, d in DIMENSIONS.items() if typed in (name, d.label)), None)
    if found is None:
        words = [*DIMENSIONS, *(d.label for d in DIMENSIONS.values())]
        raise ValueError(f"不认识的筛选词“{typed}”{nearest(typed, words)}")
    return found


@dataclass(frozen=True, slots=True)
class Condition:
    """A dimension must have one of `values`; a code matches by its beginning."""

    dimension: str
    values: tuple[str, ...]

    def holds(self, value: str) -> bool:
        if dimension_of(self.dimension).classification:
            return bool(value) and value.startswith(self.values)
        return value in self.values

    def cannot_tell(self, value: str) -> bool:
        """Whether a code is too coarse to say: 302 may or may not be 30217."""
        return bool(value and dimension_of(self.dimension).classification) and any(
            asked.startswith(value) and asked != value for asked in self.values
        )

    def __str__(self) -> str:
        return f"{self.dimension}={'|'.join(self.values)}"


def read_conditions(typed: Mapping[str, object]) -> tuple[Condition, ...]:
    """Conditions from `{dimension: value or list of values}`; raises `ValueError` with a Chinese message."""
    return tuple(_condition(name, value) for name, value in typed.items())


def _condition(name: str, value: object) -> Condition:
    dimension = read_dimension(name)
    values = value if isinstance(value, list | tuple) else [value]
    read = tuple(v for item in values for v in _values(dimension, str(item)))
    return Condition(dimension, read)


def _values(dimension: str, typed: str) -> tuple[str, ...]:
    group = GROUPS.get(dimension, {}).get(typed)
    if group:
        return group
    words = dimension_of(dimension).words
    if dimension_of(dimension).classification and not (typed.isascii() and typed.isdigit()):
        raise ValueError(f"“{dimension}”的值要写编码，这里是“{typed}”")
    if words is None:
        return (typed,)
    found = next((w for w in words if typed == w.value or typed in w.zh), None)
    if found is None:
        known = [*(w.value for w in words), *GROUPS.get(dimension, {})]
        raise ValueError(
            f"“{dimension}”没有值“{typed}”{nearest(typed, known) or '；可写：' + '、'.join(known)}"
        )
    return (found.value,)
