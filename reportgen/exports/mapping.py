"""The mapping of an export: what each of its columns and words means. A file that people edit."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Annotated, NamedTuple, Self

from pydantic import BeforeValidator, model_validator

from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.nodes import Mapping, PathKey, key_place, locate
from reportgen.load.reading import Reader
from reportgen.load.text import MAX_TREE_BYTES, printable, read_text, shown
from reportgen.load.validation import validate
from reportgen.load.yaml_nodes import parse_yaml
from reportgen.model.disclosure import AmountUnit
from reportgen.model.lines import ExpenditureLine
from reportgen.model.values import Count, Text, YesNo
from reportgen.model.words import Model, Word, Zh, reject, zh_names

NOTHING = "不写"
"""Of a word: it says nothing about this field."""


_PLAIN = re.compile(r"[\u4e00-\u9fff](?:[\u4e00-\u9fffA-Za-z0-9/()（）-]*[\u4e00-\u9fffA-Za-z0-9)）])?")
"""What YAML takes without quotation marks."""


class FillDown(Word):
    """Fields whose blank cells may repeat the one above."""

    UNIT = "unit", "单位", "单位编码"
    FUNCTION = "function", "功能科目"
    ECONOMIC = "economic", "部门经济科目"
    GOVERNMENT = "government", "政府经济科目"
    NATURE = "nature", "支出性质"
    STAFFING = "staffing", "经费类别"
    FUND = "fund", "资金"
    PROJECT = "project", "项目"


class HeaderRows(NamedTuple):
    """The lines of the titles, first and last."""

    first: int
    last: int

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


def _header_rows(typed: object) -> HeaderRows:
    if isinstance(typed, HeaderRows):
        return typed
    first, _, last = str(typed).replace("—", "-").replace("－", "-").partition("-")
    try:
        rows = HeaderRows(int(first), int(last or first))
    except ValueError:
        rows = HeaderRows(0, 0)
    if not 0 < rows.first <= rows.last < rows.first + 5:
        raise reject(f"“{typed}”不是标题的行号；应写 3，或 3-4")
    return rows


class Columns(Model):
    """Field by field the title of its column, or the column's letter."""

    unit: Annotated[Text | None, Zh("单位", "单位编码")] = None
    unit_name: Annotated[Text | None, Zh("单位名称")] = None
    function: Annotated[Text | None, Zh("功能科目", "功能分类科目", "支出功能分类")] = None
    function_name: Annotated[Text | None, Zh("功能科目名称")] = None
    economic: Annotated[Text | None, Zh("部门经济科目", "经济科目", "部门预算支出经济分类")] = None
    economic_name: Annotated[Text | None, Zh("部门经济科目名称", "经济科目名称")] = None
    government: Annotated[Text | None, Zh("政府经济科目", "政府预算支出经济分类")] = None
    nature: Annotated[Text | None, Zh("支出性质", "性质")] = None
    staffing: Annotated[Text | None, Zh("经费类别", "人员公用")] = None
    fund: Annotated[Text | None, Zh("资金", "资金性质", "资金来源")] = None
    project: Annotated[Text | None, Zh("项目", "项目编码")] = None
    project_name: Annotated[Text | None, Zh("项目名称")] = None
    carryover: Annotated[Text | None, Zh("上年结转", "结转")] = None
    amount: Annotated[Text | None, Zh("金额", "预算数", "本年预算数")] = None
    prior: Annotated[Text | None, Zh("上年预算数", "上年金额")] = None
    executed: Annotated[Text | None, Zh("上年执行数")] = None
    note: Annotated[Text | None, Zh("摘要", "备注")] = None
    extra: Annotated[dict[Text, Text], Zh("附加")] = {}

    @model_validator(mode="after")
    def _has_amounts(self) -> Self:
        if not (self.amount or self.prior or self.executed):
            raise reject("没有金额的列；金额、上年预算数、上年执行数至少写一项")
        return self


Words = dict[Text, Text]


class Values(Model):
    """Field by field what a word of the export means."""

    unit: Annotated[Words, Zh("单位", "单位编码")] = {}
    function: Annotated[Words, Zh("功能科目", "功能分类科目", "支出功能分类")] = {}
    economic: Annotated[Words, Zh("部门经济科目", "经济科目", "部门预算支出经济分类")] = {}
    government: Annotated[Words, Zh("政府经济科目", "政府预算支出经济分类")] = {}
    nature: Annotated[Words, Zh("支出性质", "性质")] = {}
    staffing: Annotated[Words, Zh("经费类别", "人员公用")] = {}
    fund: Annotated[Words, Zh("资金", "资金性质", "资金来源")] = {}
    project: Annotated[Words, Zh("项目", "项目编码")] = {}
    carryover: Annotated[Words, Zh("上年结转", "结转")] = {}


class ExportMap(Model):
    sheet: Annotated[Text | None, Zh("工作表")] = None
    header: Annotated[HeaderRows, BeforeValidator(_header_rows), Zh("标题行")]
    amount_unit: Annotated[AmountUnit, Zh("金额单位")]
    columns: Annotated[Columns, Zh("列")]
    values: Annotated[Values, Zh("取值")] = Values()
    fill_down: Annotated[tuple[FillDown, ...], Zh("向下填充")] = ()
    names: Annotated[YesNo, Zh("科目名称")] = True
    """Whether the names of classes that the export gives are written too."""
    lines: Annotated[tuple[Count, ...], Zh("明细行")] = ()
    """Numbers of rows that are lines though they look like subtotals."""
    sums: Annotated[tuple[Count, ...], Zh("小计行")] = ()
    """Numbers of rows that are subtotals though they may look like lines; they are checked all the same."""
    skipped: Annotated[tuple[Count, ...], Zh("不读的行")] = ()
    """Numbers of rows that are neither lines nor subtotals, such as notes at the foot."""


class ReadMap(NamedTuple):
    """A mapping with the way back to where its parts were typed."""

    map: ExportMap
    root: Mapping | None
    """None for a guess."""
    file: str

    def place(self, *path: PathKey) -> Place:
        return locate(self.root, path)[0] if self.root else Place(self.file)

    def key(self, *path: PathKey) -> Place:
        return key_place(self.root, path) if self.root else Place(self.file)


def read_map(path: Path) -> ReadMap:
    """The mapping that a file holds; raises `FaultyInput` with every fault of it."""
    reader = Reader(path.parent)
    try:
        node = reader.model(parse_yaml(read_text(path, MAX_TREE_BYTES), shown(path)), ExportMap, "整个文件")
    except FaultyInput as error:
        raise FaultyInput(map(printable, error.faults)) from None
    faults: list[Fault] = list(reader.faults)
    if isinstance(node, Mapping):
        found, more = validate(node, ExportMap, {})
        faults += more
        if found is not None and not faults:
            return ReadMap(found, node, shown(path))
    raise FaultyInput(dict.fromkeys(map(printable, faults)))


def label(field: str) -> str:
    """What a field is usually called."""
    model = Columns if field in Columns.model_fields else ExpenditureLine
    return next(iter(zh_names(model.model_fields[field].metadata)), field)


def titles_of(columns: Columns) -> dict[str, str]:
    """Field to title or letter; entries of 附加 as «附加:名»."""
    plain = {f: t for f in Columns.model_fields if f != "extra" and (t := getattr(columns, f))}
    return {**plain, **{f"附加:{name}": title for name, title in columns.extra.items()}}


def quoted(text: str) -> str:
    """A text as YAML has it, in quotation marks where it needs them."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
