"""Who discloses: the department and the units that make it up."""

from __future__ import annotations

from typing import Annotated

from reportgen.model.values import Count, Key, Text
from reportgen.model.words import Bare, Model, Word, Zh


class UnitKind(Word):
    """What a unit is by law; it decides the government economic class and who has 机关运行经费."""

    ADMINISTRATIVE = "administrative", "行政单位", "行政"
    CIVIL_SERVICE_LIKE = "civil_service_like", "参公单位", "参公", "参照公务员法管理的事业单位"
    PUBLIC_INSTITUTION = "public_institution", "事业单位", "事业"


class Unit(Model):
    code: Annotated[Key, Zh("编码", "单位编码", "单位代码", about="单位编码，加引号")]
    name: Annotated[Text, Zh("名称", "单位名称", about="名称")]
    kind: Annotated[UnitKind, Zh("性质", "单位性质")]
    rank: Annotated[Text | None, Zh("规格", "单位规格", about="如 副处（县）级")] = None
    support: Annotated[Text | None, Zh("经费保障形式", about="如 财政拨款")] = None
    file: Annotated[
        Text | None,
        Bare(),
        Zh("文件", "单位文件", about="这个单位自己的输入文件；编码、名称、性质照它写的，明细计入部门"),
    ] = None
    extra: Annotated[
        dict[Text, Text], Zh("附加", about="只有某个地区的表单才问的内容，`名: 值`；CSV 里写成列 `附加:名`")
    ] = {}


class StaffGroup(Model):
    """People of one kind: posts authorised and people present."""

    unit: Annotated[Key | None, Zh("单位", "单位编码", about="单位编码，可不写")] = None
    name: Annotated[Text, Zh("类别", "人员类别", about="如 行政人员")]
    authorised: Annotated[Count, Zh("编制", "编制数", about="编制人数")] = 0
    present: Annotated[Count, Zh("实有", "实有数", about="实有人数")] = 0


class Department(Model):
    code: Annotated[Key, Zh("编码", "部门编码", "部门代码", about="编码，加引号")]
    name: Annotated[Text, Zh("名称", "部门名称", about="名称")]
    kind: Annotated[UnitKind, Zh("性质", "单位性质")]
    duties: Annotated[tuple[Text, ...], Zh("职责", "主要职责", "职能职责", about="职责，每条一句")] = ()
    organisation: Annotated[
        tuple[Text, ...], Zh("机构设置", "机构", about="机构设置的文字，每段一条；不写则按单位清单写")
    ] = ()
    contact: Annotated[Text | None, Zh("联系人", about="联系人（公开的办公联系人）")] = None
    phone: Annotated[Text | None, Zh("联系电话", "电话", about="办公电话")] = None
    extra: Annotated[
        dict[Text, Text], Zh("附加", about="只有某个地区的表单才问的内容，`名: 值`；CSV 里写成列 `附加:名`")
    ] = {}
    """What only one region's form asks, under the name its templates use."""
