"""Performance goals of the department and of each project."""

from __future__ import annotations

from typing import Annotated

from reportgen.model.values import Amount, Key, Text, Weight, Year, YesNo
from reportgen.model.words import Model, Zh


class Indicator(Model):
    """One row of a goal table; without a project it belongs to the department as a whole."""

    project: Annotated[Key | None, Zh("项目", "项目编码", about="项目编码；空着就是部门整体的指标")] = None
    level1: Annotated[Text | None, Zh("一级指标", about="如 产出指标")] = None
    level2: Annotated[Text | None, Zh("二级指标", about="如 数量指标")] = None
    name: Annotated[Text, Zh("指标名称", "三级指标", "名称", about="名称")]
    weight: Annotated[Weight | None, Zh("权重", "指标权重", about="0 到 100")] = None
    measure: Annotated[Text | None, Zh("计量单位", about="如 个、%")] = None
    relation: Annotated[Text | None, Zh("指标性质", about="≥、≤、=、定性")] = None
    target: Annotated[Text | None, Zh("指标值", "目标值", about="目标值")] = None
    core: Annotated[YesNo | None, Zh("核心指标", "是否核心指标", about="是、否")] = None
    unit: Annotated[Key | None, Zh("单位", "单位编码", about="单位编码")] = None
    """A unit that has overall goals of its own."""
    goal: Annotated[Text | None, Zh("目标", "所属目标", about="属于第几个目标，如 1")] = None
    """The goal it belongs to, as the goals are numbered or named."""
    term: Annotated[Text | None, Zh("期限", about="长期、年度")] = None
    """长期 or 年度, where a form has both."""
    description: Annotated[Text | None, Zh("指标描述", "绩效指标描述", about="文字")] = None
    basis: Annotated[Text | None, Zh("指标值依据", "指标值确定依据", about="文字")] = None
    prior: Annotated[Text | None, Zh("上年指标值", about="上年的指标值")] = None
    before: Annotated[Text | None, Zh("前年指标值", about="前年的指标值")] = None
    extra: Annotated[
        dict[Text, Text], Zh("附加", about="只有某个地区的表单才问的内容，`名: 值`；CSV 里写成列 `附加:名`")
    ] = {}


class Performance(Model):
    """The overall goals of the department or, with `unit`, of one unit."""

    unit: Annotated[Key | None, Zh("单位", "单位编码", about="哪个单位的；不写就是部门的")] = None
    goal: Annotated[Text | None, Zh("年度目标", "当年整体绩效目标", about="文字")] = None
    goals: Annotated[tuple[Text, ...], Zh("分项目标", about="分项目标，每条一句")] = ()
    """This year's goals one by one, where indicators belong to them."""
    long_term: Annotated[tuple[Text, ...], Zh("长期目标", about="长期目标，每条一句")] = ()
    tasks: Annotated[tuple[Text, ...], Zh("年度工作任务", "工作任务", about="年度工作任务，每条一句")] = ()
    extra: Annotated[
        dict[Text, Text], Zh("附加", about="只有某个地区的表单才问的内容，`名: 值`；CSV 里写成列 `附加:名`")
    ] = {}


class Past(Model):
    """A figure of an earlier year that no ledger of this input holds."""

    year: Annotated[Year, Zh("年度", about="哪一年")]
    unit: Annotated[Key | None, Zh("单位", "单位编码", about="单位编码")] = None
    name: Annotated[Text, Zh("名称", about="叫什么，模板按这个名字取")]
    amount: Annotated[Amount, Zh("金额", about="金额")]
