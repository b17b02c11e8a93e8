"""Government procurement: one record a purchase."""

from __future__ import annotations

from typing import Annotated

from reportgen.model.lines import Fund
from reportgen.model.values import Amount, Text
from reportgen.model.words import Model, Word, Zh


class PurchaseKind(Word):
    GOODS = "goods", "货物", "货物类"
    WORKS = "works", "工程", "工程类"
    SERVICES = "services", "服务", "服务类"


class Purchase(Model):
    unit: Annotated[Text | None, Zh("单位", "单位编码")] = None
    code: Annotated[Text | None, Zh("编码", "项目编码")] = None
    name: Annotated[Text, Zh("名称", "采购项目名称")]
    kind: Annotated[PurchaseKind, Zh("采购类别", "类别")]
    fund: Annotated[Fund, Zh("资金", "资金性质", "资金来源")]
    amount: Annotated[Amount, Zh("金额", "预算数")]
    prior: Annotated[Amount | None, Zh("上年预算数")] = None
