"""Government procurement and purchased services: one record each."""

from __future__ import annotations

from typing import Annotated

from reportgen.model.lines import Fund
from reportgen.model.values import Amount, EconomicCode, FunctionCode, Key, Text, YesNo
from reportgen.model.words import Model, Word, Zh


class PurchaseKind(Word):
    GOODS = "goods", "货物", "货物类"
    WORKS = "works", "工程", "工程类"
    SERVICES = "services", "服务", "服务类"


class Purchase(Model):
    unit: Annotated[Key | None, Zh("单位", "单位编码", about="单位编码")] = None
    code: Annotated[Text | None, Zh("编码", "项目编码", about="采购项目的编码，可不写")] = None
    name: Annotated[Text, Zh("名称", "采购项目名称", about="名称")]
    kind: Annotated[PurchaseKind, Zh("采购类别", "类别")]
    fund: Annotated[
        Fund,
        Zh("资金", "资金性质", "资金来源"),
    ]
    amount: Annotated[Amount, Zh("金额", "预算数", about="本年预算数")]
    prior: Annotated[Amount | None, Zh("上年预算数", about="上年预算数")] = None
    project: Annotated[
        Text | None, Zh("项目", "来源项目", about="出钱的项目：项目编码；不是项目的写名称，如 日常公用经费")
    ] = None
    """The project that pays, by code; what is no project, by name."""
    item: Annotated[Text | None, Zh("品目", "采购品目", about="品目名称")] = None
    item_code: Annotated[Text | None, Zh("品目编码", "采购目录序号", about="品目编码")] = None
    function: Annotated[
        FunctionCode | None, Zh("功能科目", about="支出功能分类编码，7 位（项），也可 5 位、3 位")
    ] = None
    economic: Annotated[
        EconomicCode | None, Zh("部门经济科目", "经济科目", about="部门预算支出经济分类编码，5 位（款）")
    ] = None
    quantity: Annotated[Text | None, Zh("数量", "采购数量", about="数量")] = None
    measure: Annotated[Text | None, Zh("计量单位", about="如 台、套")] = None
    price: Annotated[Amount | None, Zh("单价", about="单价")] = None
    sme: Annotated[Amount | None, Zh("面向中小企业", about="其中面向中小企业的金额")] = None
    """The part reserved for small and medium firms."""
    micro: Annotated[Amount | None, Zh("面向小微企业", about="其中面向小微企业的金额")] = None
    carryover: Annotated[YesNo, Zh("上年结转", "结转", about="是、否（默认否）")] = False
    extra: Annotated[
        dict[Text, Text], Zh("附加", about="只有某个地区的表单才问的内容，`名: 值`；CSV 里写成列 `附加:名`")
    ] = {}


class Service(Model):
    """A service bought from society (政府购买服务)."""

    unit: Annotated[Key | None, Zh("单位", "单位编码", about="单位编码")] = None
    name: Annotated[Text, Zh("名称", "购买服务内容", about="购买的服务内容")]
    fund: Annotated[
        Fund,
        Zh("资金", "资金性质"),
    ]
    amount: Annotated[Amount, Zh("金额", "购买金额", about="本年预算数")]
    prior: Annotated[Amount | None, Zh("上年预算数", about="上年预算数")] = None
    project: Annotated[Text | None, Zh("项目", "来源项目", about="同政府采购")] = None
    function: Annotated[
        FunctionCode | None, Zh("功能科目", about="支出功能分类编码，7 位（项），也可 5 位、3 位")
    ] = None
    economic: Annotated[
        EconomicCode | None, Zh("部门经济科目", "经济科目", about="部门预算支出经济分类编码，5 位（款）")
    ] = None
    quantity: Annotated[Text | None, Zh("数量", "购买数量", about="数量")] = None
    in_procurement: Annotated[YesNo, Zh("含政府采购", "是否包含政府采购", about="是、否")] = False
    level1: Annotated[Text | None, Zh("一级目录", about="指导性目录")] = None
    level2: Annotated[Text | None, Zh("二级目录", about="指导性目录")] = None
    level3: Annotated[Text | None, Zh("三级目录", about="指导性目录")] = None
    extra: Annotated[
        dict[Text, Text], Zh("附加", about="只有某个地区的表单才问的内容，`名: 值`；CSV 里写成列 `附加:名`")
    ] = {}
