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


class Level(Word):
    """Who publishes: a department with its units, or one unit its own budget."""

    DEPARTMENT = "department", "部门"
    UNIT = "unit", "单位"


LEDGER = "支出"
"""The name of the only ledger where the input gives a bare list of lines."""


class Disclosure(Model):
    """One department, one year.

    `expenditure` holds named ledgers; each covers the whole expenditure, seen along the
    dimensions its lines have, and all must agree on what they share.
    """

    profile: Annotated[Text, Zh("格式", about="格式的名字，即 `templates/` 下的文件夹名")]
    year: Annotated[Year, Zh("年度", "预算年度", about="预算年度，如 2024")]
    amount_unit: Annotated[AmountUnit, Zh("金额单位")] = AmountUnit.YUAN
    """The unit of amounts typed without one."""
    level: Annotated[Level, Zh("预算级次")] = Level.DEPARTMENT
    department: Annotated[Department, Zh("部门", about="公开预算的部门")]
    units: Annotated[tuple[Unit, ...], Zh("单位", about="部门预算包括的单位；没有就是部门自己")] = ()
    defaults: Annotated[Defaults, Zh("默认", about="明细没有写明时采用的值")] = Defaults()
    expenditure: Annotated[
        dict[Text, tuple[ExpenditureLine, ...]],
        Named(LEDGER),
        Zh(
            "支出", "支出明细", "台账", about="预算明细，每行一条最细的支出；几份台账写成“台账名: 列表或 CSV”"
        ),
    ]
    carry_forward: Annotated[tuple[CarryForward, ...], Zh("结转下年", about="本年收入里留到下年用的")] = ()
    projects: Annotated[tuple[Project, ...], Zh("项目", about="项目清单；金额写在明细里")] = ()
    procurement: Annotated[tuple[Purchase, ...], Zh("政府采购", about="每项采购一条")] = ()
    assets: Annotated[Assets | None, Zh("国有资产", "国有资产占有使用", about="占有使用的车辆、设备等")] = (
        None
    )
    services: Annotated[tuple[Service, ...], Zh("购买服务", "政府购买服务", about="每项购买的服务一条")] = ()
    staff: Annotated[tuple[StaffGroup, ...], Zh("人员", about="各类人员的编制和实有数")] = ()
    performance: Annotated[
        tuple[Performance, ...], OrOne(), Zh("整体绩效", "部门整体绩效", about="部门（或单位）整体的绩效目标")
    ] = ()
    indicators: Annotated[
        tuple[Indicator, ...], Zh("绩效指标", about="绩效指标；不写项目的是部门整体的")
    ] = ()
    past: Annotated[tuple[Past, ...], Zh("历年数", about="更早年份的数，明细里没有的")] = ()
    causes: Annotated[dict[Subject, Text], Zh("原因", "增减原因", about="增减原因，见“原因与用途”")] = {}
    uses: Annotated[dict[Subject, Text], Zh("用途", "主要用途", about="钱用来做什么，见“原因与用途”")] = {}
    terms: Annotated[tuple[Term, ...], Zh("名词解释", about="格式自带的之外，另加的名词")] = ()
    names: Annotated[
        dict[Text, Text], Zh("科目名称", about='目录里没有的科目编码的名称，`"编码": 名称`')
    ] = {}
    """Names of classification codes that the catalogue lacks."""
    control: Annotated[Control, Zh("批复数", "控制数", about="批复的总数，只用来核对")] = Control()
    year_before: Annotated[
        Text | None,
        Zh(
            "上年",
            "上年文件",
            about="上年自己的输入文件，如 `../2023/dept.yaml`；没有写上年数的用它的，写了的与它核对",
        ),
    ] = None
    """Last year's own input, beside this one: its amounts are what the year before must say."""
    renamed: Annotated[
        dict[Text, Text],
        Zh("编码变动", about='上年文件里的编码今年改成了什么，`"旧编码": "新编码"`；科目、单位、项目都可以'),
    ] = {}
    checks: Annotated[
        tuple[CheckSetting, ...],
        Zh("核对", about="关闭或放宽的核对规则，见 [findings.md](findings.md)"),
    ] = ()
    """Checks left out or loosened, each with its reason."""
