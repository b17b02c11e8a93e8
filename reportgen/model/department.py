"""Who discloses: the department and the units that make it up."""

from __future__ import annotations

from typing import Annotated

from reportgen.model.values import Count, Key, Text
from reportgen.model.words import Model, Word, Zh


class UnitKind(Word):
    """What a unit is by law; it decides the government economic class and who has 机关运行经费."""

    ADMINISTRATIVE = "administrative", "行政单位", "行政"
    CIVIL_SERVICE_LIKE = "civil_service_like", "参公单位", "参公", "参照公务员法管理的事业单位"
    PUBLIC_INSTITUTION = "public_institution", "事业单位", "事业"


class Unit(Model):
    code: Annotated[Key, Zh("编码", "单位编码", "单位代码")]
    name: Annotated[Text, Zh("名称", "单位名称")]
    kind: Annotated[UnitKind, Zh("性质", "单位性质")]
    rank: Annotated[Text | None, Zh("规格", "单位规格")] = None
    support: Annotated[Text | None, Zh("经费保障形式")] = None
    extra: Annotated[dict[Text, Text], Zh("附加")] = {}


class StaffGroup(Model):
    """People of one kind: posts authorised and people present."""

    name: Annotated[Text, Zh("类别", "人员类别")]
    authorised: Annotated[Count, Zh("编制", "编制数")] = 0
    present: Annotated[Count, Zh("实有", "实有数")] = 0


class Department(Model):
    code: Annotated[Key, Zh("编码", "部门编码", "部门代码")]
    name: Annotated[Text, Zh("名称", "部门名称")]
    kind: Annotated[UnitKind, Zh("性质", "单位性质")]
    duties: Annotated[tuple[Text, ...], Zh("职责", "主要职责", "职能职责")] = ()
    organisation: Annotated[tuple[Text, ...], Zh("机构设置", "机构")] = ()
    contact: Annotated[Text | None, Zh("联系人")] = None
    phone: Annotated[Text | None, Zh("联系电话", "电话")] = None
    extra: Annotated[dict[Text, Text], Zh("附加")] = {}
    """What only one region's form asks, under the name its templates use."""
