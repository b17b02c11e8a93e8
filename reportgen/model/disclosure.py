"""The whole of what a department writes down."""

from __future__ import annotations

from typing import Annotated

from reportgen.model.assets import Assets
from reportgen.model.checks import CheckSetting
from reportgen.model.control import Control
from reportgen.model.department import Department, StaffGroup, Unit
from reportgen.model.lines import CarryForward, Defaults, ExpenditureLine
from reportgen.model.narrative import Subject, Term
from reportgen.model.performance import Indicator, Past, Performance
from reportgen.model.procurement import Purchase, Service
from reportgen.model.projects import Project
from reportgen.model.values import Text, Year
from reportgen.model.words import Model, Named, OrOne, Word, Zh


class AmountUnit(Word):
    YUAN = "yuan", "元"
    WAN = "wan", "万元"


LEDGER = "支出"
"""The name of the only ledger where the input gives a bare list of lines."""


class Disclosure(Model):
    """One department, one year.

    `expenditure` holds named ledgers; each covers the whole expenditure, seen along the
    dimensions its lines have, and all must agree on what they share.
    """

    profile: Annotated[Text, Zh("格式")]
    year: Annotated[Year, Zh("年度", "预算年度")]
    amount_unit: Annotated[AmountUnit, Zh("金额单位")] = AmountUnit.YUAN
    """The unit of amounts typed without one."""
    department: Annotated[Department, Zh("部门")]
    units: Annotated[tuple[Unit, ...], Zh("单位")] = ()
    defaults: Annotated[Defaults, Zh("默认")] = Defaults()
    expenditure: Annotated[
        dict[Text, tuple[ExpenditureLine, ...]], Named(LEDGER), Zh("支出", "支出明细", "台账")
    ]
    carry_forward: Annotated[tuple[CarryForward, ...], Zh("结转下年")] = ()
    projects: Annotated[tuple[Project, ...], Zh("项目")] = ()
    procurement: Annotated[tuple[Purchase, ...], Zh("政府采购")] = ()
    assets: Annotated[Assets | None, Zh("国有资产", "国有资产占有使用")] = None
    services: Annotated[tuple[Service, ...], Zh("购买服务", "政府购买服务")] = ()
    staff: Annotated[tuple[StaffGroup, ...], Zh("人员")] = ()
    performance: Annotated[tuple[Performance, ...], OrOne(), Zh("整体绩效", "部门整体绩效")] = ()
    indicators: Annotated[tuple[Indicator, ...], Zh("绩效指标")] = ()
    past: Annotated[tuple[Past, ...], Zh("历年数")] = ()
    causes: Annotated[dict[Subject, Text], Zh("原因", "增减原因")] = {}
    uses: Annotated[dict[Subject, Text], Zh("用途", "主要用途")] = {}
    terms: Annotated[tuple[Term, ...], Zh("名词解释")] = ()
    names: Annotated[dict[Text, Text], Zh("科目名称")] = {}
    """Names of classification codes that the catalogue lacks."""
    control: Annotated[Control, Zh("批复数", "控制数")] = Control()
    year_before: Annotated[Text | None, Zh("上年", "上年文件")] = None
    """Last year's own input, beside this one: its amounts are what the year before must say."""
    checks: Annotated[tuple[CheckSetting, ...], Zh("核对")] = ()
    """Checks left out or loosened, each with its reason."""
