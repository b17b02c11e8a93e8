"""What a profile's chart files may say. `docs/profiles.md` explains each word.

The categories are rows as in a table and the series columns, so a chart's figures are a table's.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from reportgen.compose.numbers import AmountStyle, PercentStyle
from reportgen.compose.spec import Base, Column, Each, Levels, Measure, Row, Source, Tree, Where
from reportgen.model.values import Count, YesNo
from reportgen.model.words import Model, Word, Zh, reject

MEASURES = (Measure.AMOUNT, Measure.PRIOR, Measure.EXECUTED, Measure.CHANGE)
"""Those that are amounts: lengths on one scale."""


MOST_SERIES = 6
MANY = 20
"""Categories of a chart that does not say how many at most: more would not go on a page."""


class ChartKind(Word):
    COLUMN = "column", "柱形"
    BAR = "bar", "条形"
    PIE = "pie", "饼形"


def _drawable(measure: Measure) -> Measure:
    if measure not in MEASURES:
        words = "、".join(f"{m.value}（{m.label}）" for m in MEASURES)
        raise reject(f"图里不能画“{measure.label}”；可写：{words}")
    return measure


def _two_or_more(count: int) -> int:
    if count < 2:
        raise reject("most（最多）至少是 2，其中一个是其余的合计")
    return count


class Series(Model):
    """One bar in each category: a column of figures."""

    label: Annotated[str, Zh("标题")]
    measure: Annotated[Measure, AfterValidator(_drawable), Zh("数值")] = Measure.AMOUNT
    against: Annotated[Base, Zh("对比")] = Base.PRIOR
    source: Annotated[Source | None, Zh("来源")] = None
    where: Annotated[Where, Zh("条件")] = {}

    @property
    def column(self) -> Column:
        return Column(
            label=self.label,
            measure=self.measure,
            against=self.against,
            source=self.source,
            where=self.where,
        )


class Categories(Model):
    """One category, or a rule that makes many, as a row of a table does."""

    label: Annotated[str | None, Zh("标题")] = None
    source: Annotated[Source | None, Zh("来源")] = None
    where: Annotated[Where, Zh("条件")] = {}
    each: Annotated[Each | None, Zh("逐一")] = None
    tree: Annotated[Tree | None, Zh("科目树")] = None
    levels: Annotated[Levels, Zh("级次")] = ("类",)
    codes: Annotated[tuple[str, ...], Zh("科目")] = ()
    all: Annotated[YesNo, Zh("全部列出")] = False
    omit_empty: Annotated[YesNo, Zh("无数据不印")] = False

    @model_validator(mode="after")
    def _as_a_row(self) -> Self:
        if not (self.label or self.each or self.tree):
            raise reject("一个类别要有 label（标题），或 each（逐一）、tree（科目树）之一")
        if self.tree and len(self.levels) != 1:
            raise reject("图里的科目只取一个级次，如 levels: 类；取几个就把同一笔钱画了几次")
        _ = self.row  # holds it to what a row must hold
        return self

    @property
    def row(self) -> Row:
        return Row(
            label=self.label,
            source=self.source,
            where=self.where,
            each=self.each,
            tree=self.tree,
            levels=self.levels,
            codes=self.codes,
            all=self.all,
            omit_empty=self.omit_empty,
        )

    @property
    def makes_many(self) -> bool:
        return bool(self.each or self.tree)


class ChartSpec(Model):
    title: Annotated[str, Zh("标题")]
    kind: Annotated[ChartKind, Zh("图形")] = ChartKind.COLUMN
    source: Annotated[Source, Zh("来源")] = "expenditure"
    where: Annotated[Where, Zh("条件")] = {}
    categories: Annotated[tuple[Categories, ...], Zh("类别")]
    series: Annotated[tuple[Series, ...], Zh("系列")] = (Series(label="{{ year }}年预算"),)
    descending: Annotated[YesNo, Zh("从大到小")] = False
    """Order the categories by the first series, the largest first."""
    most: Annotated[Annotated[Count, AfterValidator(_two_or_more)] | None, Zh("最多")] = None
    """Draw so many categories: the largest, and the sum of the rest."""
    rest: Annotated[str, Zh("其余")] = "其他"
    """What the sum of the rest is called."""
    amounts: Annotated[AmountStyle, Zh("金额格式")] = AmountStyle()
    percents: Annotated[PercentStyle, Zh("百分数格式")] = PercentStyle()
    omit_empty: Annotated[YesNo, Zh("无数据不印")] = False
    empty: Annotated[str, Zh("空图说明")] = "没有数字，不作图。"
    """Stands in the place of a chart that has no figure."""

    @model_validator(mode="after")
    def _words_have_effect(self) -> Self:
        if not self.categories or not self.series:
            raise reject("图要有 categories（类别）和 series（系列）")
        if self.kind is ChartKind.PIE and len(self.series) > 1:
            raise reject("饼形只画一个系列；几个系列请用 column（柱形）或 bar（条形）")
        if self.kind is ChartKind.PIE and self.series[0].measure is Measure.CHANGE:
            raise reject("增减额有正有负，画不成饼形；请用 bar（条形）")
        if len(self.series) > MOST_SERIES:
            raise reject(f"图里最多 {MOST_SERIES} 个系列，再多就分不清了")
        if self.most is not None and not self.has_rest:
            raise reject("most（最多）只用于一条 each（逐一）或 tree（科目树）列出的类别")
        return self

    @property
    def has_rest(self) -> bool:
        """Whether what is listed is one rule's, so that the rest of it is a selection too."""
        return len(self.categories) == 1 and self.categories[0].makes_many
