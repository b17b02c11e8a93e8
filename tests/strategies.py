"""Random disclosures: a department of a few units, its projects, its lines, with or without a year before.

Everything is drawn as the input would type it and read by the model, so amounts go through the same
validators as a department's own file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from reportgen.catalog import Classification, load_catalog
from reportgen.check import Case, findings
from reportgen.compose import Document, Profile, compose, load_profile
from reportgen.compose.profile import find_profile
from reportgen.derive import derive
from reportgen.faults import Place, errors
from reportgen.load import Loaded
from reportgen.load.nodes import Mapping
from reportgen.model import Disclosure
from reportgen.model.department import UnitKind
from reportgen.model.lines import Fund, Nature
from reportgen.model.procurement import PurchaseKind

YEAR = 2024
PROFILE = "chongqing-yubei"

_CATALOG = load_catalog(YEAR)
_FUNCTIONS = sorted(code for code in _CATALOG.names[Classification.FUNCTION] if len(code) == 7)
_ECONOMIC = sorted(
    code
    for code in _CATALOG.names[Classification.ECONOMIC]
    if len(code) == 5 and all(_CATALOG.government(code, kind) for kind in UnitKind)
)
_THREE_PUBLIC = ("30212", "30217", "30231", "31013", "30913")

CAUSE, USE = "工作安排调整", "日常工作"

_cents = st.one_of(st.just(0), st.integers(1, 100), st.integers(1, 10**6), st.integers(1, 10**13))


def yuan(cents: int) -> str:
    """An amount as typed, in 元 with its 分."""
    return f"{Decimal(cents) / 100:.2f}"


def _words(kind: Any) -> list[str]:
    return [word.value for word in kind]


@st.composite
def _money(draw: st.DrawFn, with_prior: bool) -> dict[str, str]:
    """This year's amount and last year's, equal, up, down, new or gone."""
    amount = draw(_cents)
    typed = {"amount": yuan(amount)}
    if with_prior:
        case = draw(st.sampled_from(["same", "other", "zero", "new", "gone"]))
        if case == "gone":
            return {"prior": yuan(draw(_cents))}
        if case != "new":
            prior = {"same": amount, "zero": 0}.get(case)
            typed["prior"] = yuan(draw(_cents) if prior is None else prior)
    return typed


@st.composite
def disclosures(
    draw: st.DrawFn,
    *,
    natures: Sequence[Nature] = (Nature.BASIC, Nature.PROJECT),
    with_prior: bool | None = None,
    with_causes: bool = False,
    max_lines: int = 12,
) -> dict[str, Any]:
    """What a department types, as plain data for `Disclosure.model_validate`."""
    prior = draw(st.booleans()) if with_prior is None else with_prior
    kinds = draw(st.lists(st.sampled_from(_words(UnitKind)), max_size=3))
    units = [{"code": f"10{n}001", "name": f"单位{n}", "kind": kind} for n, kind in enumerate(kinds, 1)]
    unit = st.sampled_from([u["code"] for u in units]) if units else st.none()
    projects = [
        {
            "code": f"P{n}",
            "name": f"项目{n}",
            "unit": draw(unit),
            "level": draw(st.sampled_from(["key", "general"])),
        }
        for n in range(1, draw(st.integers(1, 4)) + 1)
    ]
    functions = draw(st.lists(st.sampled_from(_FUNCTIONS), min_size=1, max_size=5, unique=True))

    @st.composite
    def line(draw: st.DrawFn) -> dict[str, Any]:
        nature = draw(st.sampled_from(natures))
        fund = draw(st.one_of(st.just(Fund.GENERAL), st.sampled_from(Fund)))
        typed: dict[str, Any] = {
            "unit": draw(unit),
            "function": draw(st.sampled_from(functions)),
            "economic": draw(st.one_of(st.sampled_from(_ECONOMIC), st.sampled_from(_THREE_PUBLIC))),
            "nature": nature.value,
            "fund": fund.value,
            **draw(_money(prior)),
        }
        if nature is Nature.PROJECT:
            typed["project"] = draw(st.sampled_from([p["code"] for p in projects]))
        if fund is not Fund.RESERVES and draw(st.integers(0, 4)) == 0:
            typed["carryover"] = "是"
        return typed

    @st.composite
    def purchase(draw: st.DrawFn) -> dict[str, Any]:
        return {
            "unit": draw(unit),
            "name": draw(st.sampled_from(["办公设备", "修缮", "物业服务"])),
            "kind": draw(st.sampled_from(_words(PurchaseKind))),
            "fund": draw(st.sampled_from(_words(Fund))),
            **yuan_amount(draw),
        }

    def yuan_amount(draw: st.DrawFn) -> dict[str, str]:
        return {"amount": yuan(draw(_cents))}

    left = st.fixed_dictionaries(
        {
            "unit": unit,
            "function": st.sampled_from(functions),
            "fund": st.sampled_from(_words(Fund)),
            "amount": _cents.map(yuan),
        }
    )
    causes = {
        topic: CAUSE
        for topic in ["收入", "支出", "基本支出", "项目支出", "机关运行经费", *functions]
        if with_causes and draw(st.booleans())
    }
    return {
        "profile": PROFILE,
        "year": str(YEAR),
        "department": {"code": "101", "name": "某某局", "kind": draw(st.sampled_from(_words(UnitKind)))},
        "units": units,
        "expenditure": {"支出": draw(st.lists(line(), min_size=1, max_size=max_lines))},
        "carry_forward": draw(st.lists(left, max_size=2)),
        "projects": projects,
        "procurement": draw(st.lists(purchase(), max_size=4)),
        "causes": causes,
    }


def disclosure(typed: dict[str, Any]) -> Disclosure:
    return Disclosure.model_validate(typed, context={"amount_unit": "元"})


def as_views(typed: dict[str, Any]) -> dict[str, Any]:
    """The same department with one ledger by function and one by economic class."""
    lines = typed["expenditure"]["支出"]

    def without(key: str) -> list[dict[str, Any]]:
        return [{name: value for name, value in line.items() if name != key} for line in lines]

    return {**typed, "expenditure": {"按功能": without("economic"), "按经济": without("function")}}


def composed(typed: dict[str, Any]) -> Document:
    """The document of a disclosure given as plain data."""
    loaded = Loaded(disclosure(typed), Mapping(Place("typed"), ()), ())
    budget = derive(loaded.disclosure, load_catalog(YEAR))
    case = Case(loaded, budget, _profile())
    wrong = errors(findings(case, printed=False))
    assert not wrong, wrong
    document = compose(loaded, budget, _profile())
    wrong = errors(findings(replace(case, document=document), printed=True))
    assert not wrong, wrong
    return document


@cache
def _profile() -> Profile:
    return load_profile(find_profile(PROFILE, Place("typed")))
