"""Projects: what is said of them; their money stands on the expenditure lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from reportgen.model.values import Amount, Text
from reportgen.model.words import Model, Word, Zh


class ProjectLevel(Word):
    KEY = "key", "重点项目", "重点"
    GENERAL = "general", "一般项目", "一般"


class Project(Model):
    code: Annotated[Text, Zh("编码", "项目编码")]
    name: Annotated[Text, Zh("名称", "项目名称")]
    unit: Annotated[Text | None, Zh("单位", "单位编码", "项目单位")] = None
    level: Annotated[ProjectLevel, Zh("级别", "项目级别")] = ProjectLevel.GENERAL
    authority: Annotated[Text | None, Zh("业务主管部门", "主管部门")] = None
    transfer: Annotated[Amount, Zh("对下补助", "补助下级")] = Decimal(0)
    """The part of this year's amount that goes to lower governments."""
    summary: Annotated[Text | None, Zh("项目概况", "概况")] = None
    basis: Annotated[Text | None, Zh("立项依据")] = None
    goal: Annotated[Text | None, Zh("年度目标", "绩效目标")] = None
