"""The leaves of the budget: expenditure lines and what is carried to the next year."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import model_validator

from reportgen.model.values import Amount, EconomicCode, FunctionCode, Key, Text, YesNo
from reportgen.model.words import Model, Word, Zh, reject


class Nature(Word):
    """支出性质, the columns of 支出总表."""

    BASIC = "basic", "基本支出", "基本"
    PROJECT = "project", "项目支出", "项目"
    BUSINESS = "business", "经营支出", "事业单位经营支出", "经营"
    REMITTANCE = "remittance", "上缴上级支出", "上解上级支出", "上缴上级"
    SUBSIDY = "subsidy", "对附属单位补助支出", "补助附属单位", "对下级单位补助支出"


class Staffing(Word):
    """The two halves of basic expenditure."""

    PERSONNEL = "personnel", "人员经费", "人员"
    OPERATING = "operating", "公用经费", "日常公用经费", "公用"


class Fund(Word):
    """Where the money of a line comes from, the rows of 收支总表."""

    GENERAL = "general", "一般公共预算", "一般公共预算财政拨款"
    GOVERNMENT_FUND = "government_fund", "政府性基金预算", "政府性基金", "政府性基金预算财政拨款"
    STATE_CAPITAL = "state_capital", "国有资本经营预算", "国有资本经营", "国有资本经营预算财政拨款"
    FISCAL_ACCOUNT = "fiscal_account", "财政专户管理资金", "财政专户"
    UNDERTAKING = "undertaking", "事业收入", "事业"
    SUPERIOR_SUBSIDY = "superior_subsidy", "上级补助收入", "上级补助"
    AFFILIATE = "affiliate", "附属单位上缴收入", "附属单位上缴"
    BUSINESS = "business", "事业单位经营收入", "经营收入", "经营"
    OTHER = "other", "其他收入", "其他"
    RESERVES = "reserves", "用事业基金弥补收支差额", "使用非财政拨款结余", "事业基金"


class Item(Word):
    """The items of “三公”经费, and the two that some places print beside them."""

    ABROAD = "abroad", "因公出国（境）费"
    VEHICLE_PURCHASE = "vehicle_purchase", "公务用车购置费"
    VEHICLE_RUNNING = "vehicle_running", "公务用车运行维护费"
    RECEPTION = "reception", "公务接待费"
    CONFERENCE = "conference", "会议费"
    TRAINING = "training", "培训费"


class ExpenditureLine(Model):
    """One budget line. Dimensions that are not known stay empty; an amount or a prior one must stand."""

    unit: Annotated[Key | None, Zh("单位", "单位编码", about="单位编码")] = None
    function: Annotated[
        FunctionCode | None,
        Zh("功能科目", "功能分类科目", "支出功能分类", about="支出功能分类编码，7 位（项），也可 5 位、3 位"),
    ] = None
    function_name: Annotated[Text | None, Zh("功能科目名称", about="编码不在目录里时写名称")] = None
    economic: Annotated[
        EconomicCode | None,
        Zh("部门经济科目", "经济科目", "部门预算支出经济分类", about="部门预算支出经济分类编码，5 位（款）"),
    ] = None
    economic_name: Annotated[
        Text | None, Zh("部门经济科目名称", "经济科目名称", about="编码不在目录里时写名称")
    ] = None
    government: Annotated[
        EconomicCode | None,
        Zh(
            "政府经济科目",
            "政府预算支出经济分类",
            about="政府预算支出经济分类编码；一般不写，由部门经济科目对应得出",
        ),
    ] = None
    nature: Annotated[
        Nature | None,
        Zh("支出性质", "性质"),
    ] = None
    staffing: Annotated[
        Staffing | None,
        Zh(
            "经费类别",
            "人员公用",
            about="人员经费、公用经费；一般不写：基本支出的 301、303 为人员经费，其余为公用经费",
        ),
    ] = None
    fund: Annotated[
        Fund | None,
        Zh("资金", "资金性质", "资金来源"),
    ] = None
    project: Annotated[Key | None, Zh("项目", "项目编码", about="项目编码")] = None
    carryover: Annotated[YesNo, Zh("上年结转", "结转", about="是、否（默认否）")] = False
    amount: Annotated[Amount | None, Zh("金额", "预算数", "本年预算数", about="本年预算数")] = None
    prior: Annotated[Amount | None, Zh("上年预算数", "上年金额", about="上年预算数")] = None
    executed: Annotated[Amount | None, Zh("上年执行数", about="上年执行数")] = None
    note: Annotated[Text | None, Zh("摘要", "备注", about="自己看的备注，不印")] = None
    extra: Annotated[
        dict[Text, Text], Zh("附加", about="只有某个地区的表格才用的分类，`名: 值`；CSV 里写成列 `附加:名`")
    ] = {}
    """What only one region's form tells lines apart by; a dimension of its own for tables."""

    @model_validator(mode="after")
    def _reserves_are_no_carryover(self) -> Self:
        if self.carryover and self.fund is Fund.RESERVES:
            raise reject("“用事业基金弥补收支差额”与“上年结转”只能取其一")
        return self

    @model_validator(mode="after")
    def _has_an_amount(self) -> Self:
        if self.amount is None and self.prior is None and self.executed is None:
            raise reject("这一行没有金额：金额、上年预算数、上年执行数至少填一项")
        return self


class CarryForward(Model):
    """结转下年: money of this year's revenue that is left for the next."""

    fund: Annotated[
        Fund,
        Zh("资金", "资金性质"),
    ]
    unit: Annotated[Key | None, Zh("单位", "单位编码", about="单位编码")] = None
    function: Annotated[
        FunctionCode | None, Zh("功能科目", about="支出功能分类编码，7 位（项），也可 5 位、3 位")
    ] = None
    """Needed where revenue is printed by function."""
    amount: Annotated[Amount, Zh("金额", "预算数", about="本年预算数")]
    prior: Annotated[Amount | None, Zh("上年预算数", about="上年预算数")] = None


class Defaults(Model):
    """Dimensions that every expenditure line has unless it says otherwise."""

    unit: Annotated[Key | None, Zh("单位", "单位编码", about="明细没有写单位时属于哪个单位")] = None
    fund: Annotated[
        Fund | None,
        Zh("资金", "资金性质", "资金来源"),
    ] = None
    nature: Annotated[
        Nature | None,
        Zh("支出性质", "性质"),
    ] = None
