"""Performance goals of the department and of each project."""

from __future__ import annotations

from typing import Annotated

from reportgen.model.values import Text, Weight, YesNo
from reportgen.model.words import Model, Zh


class Indicator(Model):
    """One row of a goal table; without a project it belongs to the department as a whole."""

    project: Annotated[Text | None, Zh("项目", "项目编码")] = None
    level1: Annotated[Text | None, Zh("一级指标")] = None
    level2: Annotated[Text | None, Zh("二级指标")] = None
    name: Annotated[Text, Zh("指标名称", "三级指标", "名称")]
    weight: Annotated[Weight | None, Zh("权重", "指标权重")] = None
    measure: Annotated[Text | None, Zh("计量单位")] = None
    relation: Annotated[Text | None, Zh("指标性质")] = None
    target: Annotated[Text | None, Zh("指标值", "目标值")] = None
    core: Annotated[YesNo | None, Zh("核心指标", "是否核心指标")] = None


class Performance(Model):
    goal: Annotated[Text, Zh("年度目标", "当年整体绩效目标")]
