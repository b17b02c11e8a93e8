"""What profile.yaml may say: amounts, words, parts of the document. `docs/profiles.md` explains each word."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from reportgen.compose.numbers import AmountStyle, PercentStyle
from reportgen.compose.spec import Base, Measure, Source, Where
from reportgen.compose.style import Style
from reportgen.derive.dimensions import read_conditions
from reportgen.model.checks import CheckSetting
from reportgen.model.values import Count, YesNo
from reportgen.model.words import Model, Zh, reject

MOST_FIGURES, MOST_CHARTS = 9, 3
"""Of a page at a glance."""


def _at_a_glance(measure: Measure) -> Measure:
    words = (Measure.AMOUNT, Measure.PRIOR, Measure.EXECUTED, Measure.CHANGE, Measure.GROWTH)
    if measure not in words:
        known = "、".join(f"{m.value}（{m.label}）" for m in words)
        raise reject(f"这里不能写“{measure.label}”；可写：{known}")
    return measure


def _labels(typed: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Labels by dimension and value, both read like conditions."""
    read: dict[str, dict[str, str]] = {}
    for dimension, labels in typed.items():
        for value, label in labels.items():
            try:
                (condition,) = read_conditions({dimension: value})
            except ValueError as error:
                raise reject(str(error)) from None
            read.setdefault(condition.dimension, {})[condition.values[0]] = label
    return read


class Wording(Model):
    """The words in which a change is stated (rules W1 to W3); each is a template."""

    compared: Annotated[str, Zh("比较")] = "较{{ prior_year }}年"
    increase: Annotated[str, Zh("增加")] = "增加"
    decrease: Annotated[str, Zh("减少")] = "减少"
    growth: Annotated[str, Zh("增长")] = "增长"
    decline: Annotated[str, Zh("下降")] = "下降"
    unchanged: Annotated[str, Zh("持平")] = "与上年持平"
    cause: Annotated[str, Zh("原因")] = "，主要原因是"
    contributions: Annotated[str, Zh("构成")] = "，主要是"


class Text(Model):
    """How figures are printed in sentences."""

    amounts: Annotated[AmountStyle, Zh("金额格式")] = AmountStyle()
    percents: Annotated[PercentStyle, Zh("百分数格式")] = PercentStyle()


class Contents(Model):
    title: Annotated[str, Zh("标题")] = "目录"
    levels: Annotated[Count, Zh("级数")] = 2


class GlanceFigure(Model):
    """A figure printed large, under what it is."""

    label: Annotated[str, Zh("标题")]
    source: Annotated[Source, Zh("来源")] = "expenditure"
    where: Annotated[Where, Zh("条件")] = {}
    measure: Annotated[Measure, AfterValidator(_at_a_glance), Zh("数值")] = Measure.AMOUNT
    against: Annotated[Base, Zh("对比")] = Base.PRIOR


class Glance(Model):
    """One page for those who read one page: large figures and a few charts."""

    title: Annotated[str, Zh("标题")] = "一图读懂"
    figures: Annotated[tuple[GlanceFigure, ...], Zh("数字")] = ()
    charts: Annotated[tuple[str, ...], Zh("图")] = ()

    @model_validator(mode="after")
    def _fits_a_page(self) -> Self:
        if not (self.figures or self.charts):
            raise reject("一图读懂要有 figures（数字）或 charts（图）")
        if len(self.figures) > MOST_FIGURES or len(self.charts) > MOST_CHARTS:
            raise reject(f"一图读懂只有一页：最多 {MOST_FIGURES} 个数字、{MOST_CHARTS} 张图")
        return self


class Part(Model):
    """One part of the document; exactly one of its kinds is given."""

    cover: Annotated[str | None, Zh("封面")] = None
    contents: Annotated[Contents | None, Zh("目录")] = None
    text: Annotated[str | None, Zh("正文")] = None
    """A Markdown file with Jinja2."""
    tables: Annotated[tuple[str, ...], Zh("表")] = ()
    """Names of table files, in order, without `.yaml`."""
    charts: Annotated[tuple[str, ...], Zh("图")] = ()
    """Names of chart files, in order, without `.yaml`."""
    glance: Annotated[Glance | None, Zh("一图读懂")] = None
    title: Annotated[str | None, Zh("标题")] = None
    """A heading above the tables or charts."""
    in_contents: Annotated[YesNo, Zh("进目录")] = True
    """Whether the contents list its headings."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [self.cover, self.contents, self.text, self.tables or None, self.charts or None, self.glance]
        if sum(kind is not None for kind in kinds) != 1:
            raise reject("一个部分只写 cover、contents、text、tables、charts、glance 之一")
        return self

    @property
    def placed_charts(self) -> tuple[str, ...]:
        return self.glance.charts if self.glance else self.charts


class ProfileSpec(Model):
    extends: Annotated[str | None, Zh("沿用")] = None
    """Another profile whose files and keys stand where this one has none of its own."""
    name: Annotated[str, Zh("名称")]
    title: Annotated[str, Zh("文档标题")]
    file_name: Annotated[str, Zh("文件名")] = "{{ year }}年{{ department.name }}部门预算"
    amounts: Annotated[AmountStyle, Zh("金额格式")] = AmountStyle()
    percents: Annotated[PercentStyle, Zh("百分数格式")] = PercentStyle()
    above: Annotated[str, Zh("表上左")] = ""
    above_right: Annotated[str, Zh("表上右")] = "单位：{{ amount_unit }}"
    text: Annotated[Text, Zh("正文")] = Text()
    wording: Annotated[Wording, Zh("用语")] = Wording()
    labels: Annotated[dict[str, dict[str, str]], AfterValidator(_labels), Zh("称谓")] = {}
    """What values of a dimension are called in sentences: `{nature: {basic: 基本支出预算}}`."""
    style: Annotated[Style, Zh("版式")] = Style()
    parts: Annotated[tuple[Part, ...], Zh("组成")]
    checks: Annotated[tuple[CheckSetting, ...], Zh("核对")] = ()
    """Checks that this form leaves out or loosens, each with its reason."""
