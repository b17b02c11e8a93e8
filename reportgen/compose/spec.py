"""The table language: what a profile's YAML files may say. `docs/profiles.md` explains each word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from reportgen.catalog import LEVELS, Classification
from reportgen.compose.numbers import AmountStyle, PercentStyle
from reportgen.derive.dimensions import DIMENSIONS, Condition, read_conditions, read_dimension
from reportgen.derive.records import SOURCES
from reportgen.faults import nearest
from reportgen.model.disclosure import Level
from reportgen.model.values import Count, YesNo
from reportgen.model.words import Model, Word, Zh, reject

RECORD_LISTS = ("procurement", "services", "assets")


def _one_of(choices: tuple[str, ...], what: str) -> AfterValidator:
    def read(typed: str) -> str:
        if typed not in choices:
            raise reject(f"没有{what}“{typed}”{nearest(typed, choices) or '；可写：' + '、'.join(choices)}")
        return typed

    return AfterValidator(read)


def _conditions(typed: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    for name, values in typed.items():
        if not values:
            raise reject(f"“{name}”后面没有写值")
    try:
        read_conditions(typed)
    except ValueError as error:
        raise reject(str(error)) from None
    return typed


Where = Annotated[dict[str, tuple[str, ...]], AfterValidator(_conditions)]
"""Conditions, all of which hold: `{nature: basic, fund: [general, other]}`."""

Source = Annotated[str, _one_of(tuple(SOURCES), "数据来源")]


def _each(typed: str) -> str:
    """A dimension whose values are listed, or a list of records."""
    if typed in RECORD_LISTS:
        return typed
    try:
        return read_dimension(typed)
    except ValueError as error:
        raise reject(str(error)) from None


Each = Annotated[str, AfterValidator(_each)]
Tree = Annotated[str, _one_of(tuple(c.value for c in Classification), "科目树")]
Levels = tuple[Annotated[str, _one_of(tuple(LEVELS), "级次")], ...]

LISTABLE = tuple(name for name, d in DIMENSIONS.items() if d.words or name in ("unit", "project"))
"""Dimensions whose values are known without looking at the lines."""


def _must_be_listable(dimension: str | None) -> None:
    """`all` where nobody knows all values, and where it would have no effect."""
    if dimension not in LISTABLE:
        raise reject(f"all（全部列出）在这里没有用；可以全部列出的：{'、'.join(LISTABLE)}")


class Measure(Word):
    """What a column prints of the records it sums."""

    AMOUNT = "amount", "预算数"
    PRIOR = "prior", "上年预算数"
    EXECUTED = "executed", "上年执行数"
    CHANGE = "change", "增减额"
    GROWTH = "growth", "增减率"
    SHARE = "share", "占比"
    HELD = "held", "保有数量"
    BOUGHT = "bought", "购置数量"
    OPENING = "opening", "年初数"
    VALUE = "value", "价值"
    PRICE = "price", "单价"
    SME = "sme", "面向中小企业"
    MICRO = "micro", "面向小微企业"


class Show(Word):
    """A property of the row that a column prints instead of a figure."""

    LABEL = "label", "标签"
    CODE = "code", "编码"
    NAME = "name", "名称"
    NUMBER = "number", "序号"
    CLASS_PART = "class_part", "类码"
    GROUP_PART = "group_part", "款码"
    ITEM_PART = "item_part", "项码"


class Base(Word):
    """What a change or a growth is measured against."""

    PRIOR = "prior", "上年预算数"
    EXECUTED = "executed", "上年执行数"


def recorded(measure: Measure, against: Base) -> tuple[str, ...]:
    """The recorded measures that a printed one is made of."""
    if measure in (Measure.CHANGE, Measure.GROWTH):
        return ("amount", against.value)
    return ("amount",) if measure is Measure.SHARE else (measure.value,)


class Column(Model):
    label: Annotated[str, Zh("标题")]
    columns: Annotated[tuple[Column, ...], Zh("列")] = ()
    show: Annotated[Show | None, Zh("显示")] = None
    text: Annotated[str | None, Zh("文字")] = None
    """A template for the cell's text, about `row`, `it` (the record), `unit`, `project`."""
    source: Annotated[Source | None, Zh("来源")] = None
    where: Annotated[Where, Zh("条件")] = {}
    also: Annotated[Where | None, Zh("另加")] = None
    """Lines under these conditions are summed too; none is counted twice."""
    each: Annotated[Each | None, Zh("逐一")] = None
    """A column (or a group of columns) for each value of a dimension in use."""
    all: Annotated[YesNo, Zh("全部列出")] = False
    """Columns for all values that `each` knows, used or not."""
    in_totals: Annotated[YesNo, Zh("合计行填数")] = True
    """Whether total rows print a figure here; the sum of unit prices, say, means nothing."""
    measure: Annotated[Measure, Zh("数值")] = Measure.AMOUNT
    against: Annotated[Base, Zh("对比")] = Base.PRIOR
    by: Annotated[str | None, _one_of(("project", "unit"), "可借以取数的字段"), Zh("按")] = None
    """Take the figure of the project or unit that this row's record names, from `source`."""
    amounts: Annotated[AmountStyle, Zh("金额格式")] = AmountStyle()
    percents: Annotated[PercentStyle, Zh("百分数格式")] = PercentStyle()

    @model_validator(mode="after")
    def _also_only_sums(self) -> Self:
        if self.also is not None and self.measure in (Measure.CHANGE, Measure.GROWTH, Measure.SHARE):
            raise reject("also（另加）只能用在直接合计的数值上，不能用在增减额、增减率、占比上")
        return self

    @model_validator(mode="after")
    def _words_have_effect(self) -> Self:
        own = {"show", "text", "source", "measure", "by", "also", "against", "in_totals"}
        said = sorted(own & self.model_fields_set)
        if self.columns and said:
            raise reject(f"分组的列不能写 {'、'.join(said)}；请写在下面的各列上")
        if self.each in RECORD_LISTS:
            raise reject(f"列不能逐一列出记录 {self.each}；记录只能一条一行")
        if self.each and not self.columns and not self.is_figure:
            raise reject("逐一列出的列要印数字，不能写 show、text")
        if self.all:
            _must_be_listable(self.each)
        return self

    @property
    def needs(self) -> tuple[str, ...]:
        """The recorded measures that the column's figures are made of."""
        return recorded(self.measure, self.against)

    @property
    def leaves(self) -> tuple[Column, ...]:
        return tuple(leaf for c in self.columns for leaf in c.leaves) if self.columns else (self,)

    @property
    def depth(self) -> int:
        return 1 + max((c.depth for c in self.columns), default=0)

    @property
    def is_figure(self) -> bool:
        return self.show is None and self.text is None

    @property
    def conditions(self) -> tuple[Condition, ...]:
        return read_conditions(self.where)


class Numbering(Word):
    """How the rows of a list are numbered in front of their labels."""

    CHINESE = "一、"
    PARENTHESES = "（一）"
    SHORT_CHINESE = "廿一、"
    """Like 一、 with 廿 for twenty-something."""
    SHORT_PARENTHESES = "（廿一）"
    ARABIC = "1."
    ARABIC_PARENTHESES = "（1）"


class RowKind(Word):
    PLAIN = "plain", "普通"
    BOLD = "bold", "加粗"
    TOTAL = "total", "合计"


class Row(Model):
    """One row, or a rule that makes many: a `tree` of codes, or `each` value or record."""

    label: Annotated[str | None, Zh("标题")] = None
    code: Annotated[str | None, Zh("编码")] = None
    """A template for the row's code, instead of its own."""
    where: Annotated[Where, Zh("条件")] = {}
    source: Annotated[Source | None, Zh("来源")] = None
    measure: Annotated[Measure | None, Zh("数值")] = None
    tree: Annotated[Tree | None, Zh("科目树")] = None
    levels: Annotated[Levels, Zh("级次")] = tuple(LEVELS)
    all: Annotated[YesNo, Zh("全部列出")] = False
    """Print every 类 of the catalogue, used or not."""
    codes: Annotated[tuple[str, ...], Zh("科目")] = ()
    """Print these codes, used or not, in this order; others in use follow."""
    stepped: Annotated[YesNo, Zh("逐级缩进")] = False
    """Indent codes and names level by level."""
    descending: Annotated[YesNo, Zh("从大到小")] = False
    """Order what `each` lists by amount, the largest first."""
    each: Annotated[Each | None, Zh("逐一")] = None
    rows: Annotated[tuple[Row, ...], Zh("下级行")] = ()
    """Rows under each row made, within its selection."""
    numbering: Annotated[Numbering | None, Zh("编号")] = None
    indent: Annotated[Count, Zh("缩进")] = 0
    kind: Annotated[RowKind, Zh("行式")] = RowKind.PLAIN
    merge: Annotated[Count, Zh("合并列数")] = 0
    """The label stands in the first so many columns, merged, as 合计 often does."""
    blank: Annotated[YesNo, Zh("不填数")] = False
    omit_empty: Annotated[YesNo, Zh("无数据不印")] = False
    """Not printed, nor the rows under it, where it has no figure other than 0."""
    only_empty: Annotated[YesNo, Zh("空表才印")] = False
    """Printed only in a table without a figure, and then without the other rows."""
    fill: Annotated[YesNo, Zh("补空行")] = False
    """Blank rows here, as many as the other side needs to end level."""

    @model_validator(mode="after")
    def _words_have_effect(self) -> Self:
        if self.all and not self.tree:
            _must_be_listable(self.each)
        if self.omit_empty and self.fill:
            raise reject("补空行不能写 omit_empty")
        if self.codes and self.each:
            _conditions({self.each: self.codes})
        return self

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        rules = [r for r in (self.tree, self.each, self.fill or None) if r]
        if len(rules) > 1:
            raise reject("tree、each、fill 只能用一个")
        if not rules and self.label is None:
            raise reject("一行要有 label（标题），或 tree、each、fill 之一")
        return self


def _with_rows_below(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        yield row
        yield from _with_rows_below(row.rows)


class Side(Model):
    """Rows and their columns: a table has one such block, a balance two side by side."""

    label: Annotated[str | None, Zh("标题")] = None
    source: Annotated[Source | None, Zh("来源")] = None
    where: Annotated[Where, Zh("条件")] = {}
    columns: Annotated[tuple[Column, ...], Zh("列")]
    rows: Annotated[tuple[Row, ...], Zh("行")]

    @model_validator(mode="after")
    def _some_column_is_always_there(self) -> Self:
        if all(column.each for column in self.columns):
            raise reject("至少要有一列不是逐一列出的，如科目名称")
        if not any(c.is_figure for c in self.leaves) and any(
            r.omit_empty for r in _with_rows_below(self.rows)
        ):
            raise reject("没有印数字的列，omit_empty（无数据不印）会去掉所有的行")
        return self

    @model_validator(mode="after")
    def _labels_leave_columns(self) -> Self:
        for row in _with_rows_below(self.rows):
            if row.merge and row.merge >= len(self.leaves):
                raise reject(f"merge（合并列数）{row.merge} 太多，这里一共 {len(self.leaves)} 列")
            if any(column.each for column in self.leaves[: row.merge]):
                raise reject(f"merge（合并列数）{row.merge} 会盖住逐一列出的列")
            covered = [c for c in self.leaves[: row.merge] if c.is_figure and c.in_totals]
            if covered:
                raise reject(
                    f"merge（合并列数）{row.merge} 会盖住“{covered[0].label}”的数字；"
                    "合计行不印这一列的，在列上写 in_totals: 否"
                )
        return self

    @property
    def leaves(self) -> tuple[Column, ...]:
        """The columns at the foot of the header."""
        return tuple(leaf for column in self.columns for leaf in column.leaves)


class Orientation(Word):
    AUTO = "auto", "自动"
    PORTRAIT = "portrait", "纵向"
    LANDSCAPE = "landscape", "横向"


class TableSpec(Model):
    code: Annotated[str, Zh("表号")]
    title: Annotated[str, Zh("标题")]
    subtitle: Annotated[str, Zh("副标题")] = ""
    heading: Annotated[str, Zh("目录标题")] = ""
    """A heading above the table that the contents list instead of its title."""
    above: Annotated[str | None, Zh("表上左")] = None
    """Printed above the table at the left; at the right stands the amount unit."""
    above_right: Annotated[str | None, Zh("表上右")] = None
    source: Annotated[Source, Zh("来源")] = "expenditure"
    where: Annotated[Where, Zh("条件")] = {}
    amounts: Annotated[AmountStyle, Zh("金额格式")] = AmountStyle()
    percents: Annotated[PercentStyle, Zh("百分数格式")] = PercentStyle()
    columns: Annotated[tuple[Column, ...], Zh("列")] = ()
    rows: Annotated[tuple[Row, ...], Zh("行")] = ()
    sides: Annotated[tuple[Side, ...], Zh("两侧")] = ()
    form: Annotated[str | None, Zh("表单")] = None
    """A file of the profile: an HTML fragment for a form too irregular for rows and columns."""
    each: Annotated[str | None, _one_of(("project", "unit"), "可逐一出表的内容"), Zh("逐一")] = None
    """The table is repeated for each project or unit that `where` selects."""
    all: Annotated[YesNo, Zh("全部列出")] = False
    """Repeated for every one that the input lists, with figures or without."""
    new_page: Annotated[YesNo, Zh("另起页")] = False
    """Each of the forms that `each` makes begins a page."""
    title_once: Annotated[YesNo, Zh("表题只印一次")] = False
    """Forms of one title have it above the first; a page that begins with a later one says 续表."""
    index_row: Annotated[str | None, Zh("栏次行")] = None
    """A row of column numbers under the header; what it says (栏次) stands in its first column."""
    omit_empty: Annotated[YesNo, Zh("无数据不印")] = False
    notes: Annotated[tuple[str, ...], Zh("注")] = ()
    notes_when_empty: Annotated[YesNo, Zh("空表也印注")] = True
    level: Annotated[Level | None, Zh("预算级次")] = None
    """Printed in a department's report only, or in a unit's."""
    empty: Annotated[str, Zh("空表说明")] = ""
    """The statement under a table that has no figure (rule R4)."""
    orientation: Annotated[Orientation, Zh("方向")] = Orientation.AUTO

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        bodies = [bool(self.form), bool(self.sides), bool(self.columns and self.rows)]
        if bodies.count(True) != 1:
            raise reject("一张表要么有 columns 和 rows，要么有 sides，要么有 form")
        if self.omit_empty and self.form and not self.each:
            raise reject("表单只有逐一出表（each）时才能写 omit_empty：没有可列的就不印")
        if self.all and not self.each:
            raise reject("all（全部列出）要与 each 一起写")
        if self.new_page and not self.form:
            raise reject("new_page（另起页）只用于 form（表单）；别的表本来就各占一页")
        if self.title_once and not self.form:
            raise reject("title_once（表题只印一次）只用于 form（表单）")
        if self.columns:
            Side(columns=self.columns, rows=self.rows)  # holds them to what a side must hold
        return self

    @property
    def blocks(self) -> tuple[Side, ...]:
        return self.sides or ((Side(columns=self.columns, rows=self.rows),) if self.columns else ())
