"""The disclosure's leaves as records that any table can sum: dimensions, measures, origin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from reportgen.catalog import Catalog
from reportgen.derive.dimensions import EXTRA, ITEM_OF_ECONOMIC
from reportgen.model.department import UnitKind
from reportgen.model.disclosure import Disclosure
from reportgen.model.lines import ExpenditureLine, Nature, Staffing
from reportgen.model.procurement import Purchase, Service

AMOUNT, PRIOR, EXECUTED = "amount", "prior", "executed"
PIECES = ("held", "opening", "bought")
"""Measures that count pieces; all others are amounts."""

EXPENDITURE, REVENUE, CARRY_FORWARD = "expenditure", "revenue", "carry_forward"
PROCUREMENT, SERVICES, ASSETS = "procurement", "services", "assets"
SOURCES = {
    EXPENDITURE: "支出",
    REVENUE: "收入",
    CARRY_FORWARD: "结转下年",
    PROCUREMENT: "政府采购",
    SERVICES: "购买服务",
    ASSETS: "国有资产",
}
"""Every source of figures, and what it is called."""


@dataclass(frozen=True, slots=True)
class Record:
    dimensions: Mapping[str, str]
    """A dimension that is absent is not known; one that is "" does not apply."""
    measures: Mapping[str, Decimal]
    """Amounts in 元 (assets: pieces); a measure that is absent was not given."""
    path: tuple[str | int, ...]
    """Where the input says it."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Records that cover the whole of their source along the dimensions they have."""

    name: str
    records: tuple[Record, ...]
    measures: frozenset[str] = field(init=False)
    """The measures that any of its records gives."""
    executed_funds: frozenset[str | None] = field(init=False)
    """The funds of which an execution is known."""

    def __post_init__(self) -> None:
        executed = (record for record in self.records if EXECUTED in record.measures)
        funds = frozenset(record.dimensions.get("fund") for record in executed)
        object.__setattr__(self, "executed_funds", funds)
        given = frozenset(measure for record in self.records for measure in record.measures)
        object.__setattr__(self, "measures", given)


Sources = Mapping[str, tuple[Ledger, ...]]


def sources(disclosure: Disclosure, catalog: Catalog, before: Disclosure | None = None) -> Sources:
    """Every source of figures, by name, each with the ledgers it may be drawn from.

    `before` is last year's own input: where this year's says nothing of the year before, last
    year's amounts stand in.
    """
    now = _of_one_year(disclosure, catalog)
    if before is None:
        return _with_revenue(now)
    earlier = _of_one_year(before, catalog)
    return _with_revenue(
        {
            source: tuple(_with_year_before(ledger, earlier[source]) for ledger in ledgers)
            for source, ledgers in now.items()
        }
    )


def _of_one_year(disclosure: Disclosure, catalog: Catalog) -> Sources:
    kinds: Mapping[str, UnitKind] = {unit.code: unit.kind for unit in disclosure.units}
    ledgers = tuple(
        Ledger(name, tuple(_expenditure(disclosure, catalog, kinds, name))) for name in disclosure.expenditure
    )
    return {
        EXPENDITURE: ledgers,
        CARRY_FORWARD: (Ledger(SOURCES[CARRY_FORWARD], tuple(_carry_forward(disclosure))),),
        PROCUREMENT: (Ledger(SOURCES[PROCUREMENT], tuple(_purchases(disclosure, kinds, PROCUREMENT))),),
        SERVICES: (Ledger(SOURCES[SERVICES], tuple(_purchases(disclosure, kinds, SERVICES))),),
        ASSETS: (Ledger(SOURCES[ASSETS], tuple(_assets(disclosure))),),
    }


def _with_year_before(ledger: Ledger, earlier: tuple[Ledger, ...]) -> Ledger:
    """With last year's amounts, from the ledger of the same name or the only one there is."""
    same = [one for one in earlier if one.name == ledger.name] or (earlier if len(earlier) == 1 else ())
    if PRIOR in ledger.measures or not same:
        return ledger
    records = tuple(
        replace(
            record,
            # no record of this year is meant by a number of last year's list
            dimensions={**record.dimensions, "record": ""},
            measures={PRIOR: record.measures[AMOUNT]},
            # the file stands for its lines, each of which is still one of its own
            path=("year_before", ledger.name, index),
        )
        for index, record in enumerate(same[0].records)
        if AMOUNT in record.measures
    )
    return Ledger(ledger.name, (*ledger.records, *records))


def _with_revenue(now: Sources) -> Sources:
    """Money spent was money received: the lines' funds, and what is left for the next year."""
    (forward,) = now[CARRY_FORWARD]
    return {**now, REVENUE: tuple(_with_forward(ledger, forward.records) for ledger in now[EXPENDITURE])}


def _with_forward(ledger: Ledger, forward: tuple[Record, ...]) -> Ledger:
    """The revenue behind a ledger. It knows the years that the ledger knows: last year's 结转下年
    alone would pass for the whole of last year's revenue."""
    known_years = {AMOUNT, *ledger.measures}
    known = tuple(
        replace(record, measures={m: v for m, v in record.measures.items() if m in known_years})
        for record in forward
    )
    return Ledger(ledger.name, (*ledger.records, *known))


def _expenditure(
    disclosure: Disclosure, catalog: Catalog, kinds: Mapping[str, UnitKind], ledger: str
) -> Iterator[Record]:
    levels = {project.code: project.level for project in disclosure.projects}
    categories = {project.code: project.category for project in disclosure.projects}
    defaults = disclosure.defaults
    extras = _Extras.of(disclosure)
    for index, line in enumerate(disclosure.expenditure[ledger]):
        unit, fund, nature = (
            line.unit or own_unit(disclosure),
            line.fund or defaults.fund,
            line.nature or defaults.nature,
        )
        kind = _kind(disclosure, kinds, unit)
        government = line.government
        if government is None and line.economic and kind:
            government = catalog.government(line.economic, kind)
        no_project = "" if nature and nature is not Nature.PROJECT else None
        known = {
            "unit": unit,
            "unit_kind": kind,
            "function": line.function,
            "economic": line.economic,
            "government": government,
            "nature": nature,
            "staffing": _staffing(line, nature),
            "fund": fund,
            "project": line.project or no_project,
            "project_level": levels.get(line.project) if line.project else no_project,
            "project_category": categories.get(line.project) if line.project else no_project,
            "item": _item(line.economic),
            "carryover": "yes" if line.carryover else "no",
        }
        yield Record(
            {
                **{name: str(value) for name, value in known.items() if value is not None},
                **extras.about(line.extra, line.project or no_project, unit),
            },
            _measures(line.amount, line.prior, line.executed),
            ("expenditure", ledger, index),
        )


@dataclass(frozen=True, slots=True)
class _Extras:
    """What the input says under 附加 of units and projects, for the lines that concern them."""

    units: Mapping[str, Mapping[str, str]]
    projects: Mapping[str, Mapping[str, str]]
    of_projects: frozenset[str]
    """Names said of projects only: they do not apply to a line that belongs to no project."""

    @staticmethod
    def of(disclosure: Disclosure) -> _Extras:
        department = disclosure.department
        units = {department.code: department.extra, **{unit.code: unit.extra for unit in disclosure.units}}
        projects = {project.code: project.extra for project in disclosure.projects}
        lines = (line.extra for ledger in disclosure.expenditure.values() for line in ledger)
        said_elsewhere = {name for extra in (*units.values(), *lines) for name in extra}
        of_projects = {name for extra in projects.values() for name in extra} - said_elsewhere
        return _Extras(units, projects, frozenset(of_projects))

    def about(self, own: Mapping[str, str], project: str | None, unit: str | None) -> dict[str, str]:
        """A record's dimensions of 附加: its own, else its project's, else its unit's."""
        said = {**self.units.get(unit or "", {}), **self.projects.get(project or "", {}), **own}
        if project == "":
            said = {**dict.fromkeys(self.of_projects, ""), **said}
        return {EXTRA + name: value for name, value in said.items()}


def _item(economic: str | None) -> str | None:
    """The 三公 item paid from an economic 款; a 类 alone cannot tell where it has such a 款."""
    if economic is None or economic in ITEM_OF_ECONOMIC:
        return ITEM_OF_ECONOMIC[economic] if economic else None
    return None if any(code.startswith(economic) for code in ITEM_OF_ECONOMIC) else ""


def own_unit(disclosure: Disclosure) -> str | None:
    """The unit of what names none: the default, or the department itself where it lists no units."""
    return disclosure.defaults.unit or (None if disclosure.units else disclosure.department.code)


def _kind(disclosure: Disclosure, kinds: Mapping[str, UnitKind], unit: str | None) -> UnitKind | None:
    """The kind of a line's unit; a line that names none is known by it only where all units are alike."""
    if unit is None:
        return next(iter(kinds.values())) if len(set(kinds.values())) == 1 else None
    return kinds.get(unit, disclosure.department.kind)


def _staffing(line: ExpenditureLine, nature: Nature | None) -> str | None:
    """人员 or 公用: as typed; else by economic class, 301 and 303 being paid to people."""
    if nature is None:
        return line.staffing
    if nature is not Nature.BASIC:
        return ""
    if line.staffing or not line.economic:
        return line.staffing
    return Staffing.PERSONNEL if line.economic[:3] in ("301", "303") else Staffing.OPERATING


def _measures(
    amount: Decimal | None, prior: Decimal | None, executed: Decimal | None = None
) -> dict[str, Decimal]:
    given = {AMOUNT: amount, PRIOR: prior, EXECUTED: executed}
    return {name: value for name, value in given.items() if value is not None}


def _carry_forward(disclosure: Disclosure) -> Iterator[Record]:
    extras = _Extras.of(disclosure)
    for index, item in enumerate(disclosure.carry_forward):
        unit = item.unit or own_unit(disclosure)
        known = {"fund": item.fund, "carryover": "no", "unit": unit, "function": item.function}
        yield Record(
            {
                **{name: str(value) for name, value in known.items() if value is not None},
                **extras.about({}, "", unit),
            },
            _measures(item.amount, item.prior),
            ("carry_forward", index),
        )


def _purchases(disclosure: Disclosure, kinds: Mapping[str, UnitKind], source: str) -> Iterator[Record]:
    """Purchases and services alike: what a service has not, such as a kind, is left out."""
    items: tuple[Purchase | Service, ...] = (
        disclosure.procurement if source == PROCUREMENT else disclosure.services
    )
    extras = _Extras.of(disclosure)
    for index, item in enumerate(items):
        unit = item.unit or own_unit(disclosure)
        known = {
            "unit": unit,
            "unit_kind": _kind(disclosure, kinds, unit),
            "function": item.function,
            "economic": item.economic,
            "kind": getattr(item, "kind", None),
            "fund": item.fund,
            "project": item.project,
            "carryover": "yes" if getattr(item, "carryover", False) else "no",
            "record": f"{source}/{index}",
        }
        measures = ("amount", "prior", "price", "sme", "micro")
        yield Record(
            {
                **{name: str(value) for name, value in known.items() if value is not None},
                **extras.about(item.extra, item.project or "", unit),
            },
            {m: value for m in measures if (value := getattr(item, m, None)) is not None},
            (source, index),
        )


def _assets(disclosure: Disclosure) -> Iterator[Record]:
    for index, item in enumerate(disclosure.assets.items if disclosure.assets else ()):
        unit = item.unit or own_unit(disclosure)
        yield Record(
            {
                "category": item.category,
                "name": item.name,
                "record": f"assets/{index}",
                **({"unit": unit} if unit else {}),
            },
            {m: Decimal(v) for m in (*PIECES, "value") if (v := getattr(item, m)) is not None},
            ("assets", "items", index),
        )
