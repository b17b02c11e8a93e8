"""Projects: what is said of them; their money stands on the expenditure lines."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from reportgen.model.values import Amount, Key, Text
from reportgen.model.words import Model, Word, Zh


class ProjectLevel(Word):
    KEY = "key", "重点项目", "重点"
    GENERAL = "general", "一般项目", "一般"


class Project(Model):
    code: Annotated[Key, Zh("编码", "项目编码", about="编码，加引号")]
    name: Annotated[Text, Zh("名称", "项目名称", about="名称")]
    unit: Annotated[Key | None, Zh("单位", "单位编码", "项目单位", about="单位编码")] = None
    level: Annotated[ProjectLevel, Zh("级别", "项目级别")] = ProjectLevel.GENERAL
    authority: Annotated[Text | None, Zh("业务主管部门", "主管部门", about="不写则为本部门")] = None
    transfer: Annotated[Amount, Zh("对下补助", "补助下级", about="其中补助下级政府的金额")] = Decimal(0)
    """The part of this year's amount that goes to lower governments."""
    category: Annotated[Text | None, Zh("项目类别", about="项目表按它分组，如 本级支出项目")] = None
    """The group that project tables list it under."""
    recurrence: Annotated[Text | None, Zh("项目性质", about="经常性项目、一次性项目、递延性项目")] = None
    """经常性, 一次性, 递延性 …"""
    total: Annotated[Amount | None, Zh("总预算", "项目总预算", about="各年合计的总预算")] = None
    """Over all its years."""
    start: Annotated[Text | None, Zh("起始时间", "开始时间", about="文字，如 2023年1月")] = None
    end: Annotated[Text | None, Zh("终止时间", "结束时间", about="文字")] = None
    plan: Annotated[dict[Text, Text], Zh("支出计划", about="到什么时候花多少，`{3月底: 25%}`")] = {}
    """How far it is to be spent by when: `{3月底: 25%}`."""
    summary: Annotated[Text | None, Zh("项目概况", "概况", about="文字")] = None
    basis: Annotated[Text | None, Zh("立项依据", about="文字")] = None
    goal: Annotated[Text | None, Zh("年度目标", "绩效目标", about="文字")] = None
    extra: Annotated[
        dict[Text, Text], Zh("附加", about="只有某个地区的表单才问的内容，`名: 值`；CSV 里写成列 `附加:名`")
    ] = {}
