"""What a template may ask of the budget: the functions of narratives and forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from markupsafe import escape

from reportgen.catalog import LEVELS, ancestors
from reportgen.compose.figures import Coded, Figure, Printed
from reportgen.compose.markdown import Block, Html
from reportgen.compose.numbers import AmountStyle, PercentStyle, amount_text, percent_text, unit_label
from reportgen.compose.numerals import chinese
from reportgen.compose.profile_spec import ProfileSpec
from reportgen.compose.rows import Render
from reportgen.compose.spec import Base
from reportgen.compose.values import listed
from reportgen.derive.arithmetic import growth, share
from reportgen.derive.budget import Budget
from reportgen.derive.dimensions import Condition, dimension_of, read_conditions, read_dimension
from reportgen.derive.records import REVENUE, SOURCES
from reportgen.derive.selection import MEASURE_LABELS, MissingData
from reportgen.faults import nearest
from reportgen.model.narrative import Topic

MAX_CONTRIBUTIONS = 3
FALLBACK_DIMENSIONS = ("project", "economic", "function", "unit")
"""Tried in this order when a change has no written cause and the template names no dimension."""


@dataclass
class Language:
    """The functions, bound to a budget and to the style of the place they print in."""

    budget: Budget
    profile: ProfileSpec
    render: Render
    amounts: AmountStyle
    percents: PercentStyle
    unit: str
    """Printed behind amounts."""
    warn: Callable[[str, str, str], None]
    """Told a rule, a message and the input's key that it is about."""
    _warned: set[str] = field(default_factory=set)

    def functions(self) -> dict[str, Any]:
        return {
            "figure": self.figure,
            "amount": self.amount,
            "less": self.less,
            "exact": self.exact,
            "pieces": self.pieces,
            "past": self.past,
            "share": self.share,
            "growth": self.growth,
            "compare": self.compare,
            "codes": self.codes,
            "largest": self.largest,
            "cause": self.cause,
            "use": self.use,
            "missing": self.missing,
            "paragraphs": paragraphs,
            "br": br,
            "numeral": chinese,
            "indicators": self.indicators,
        }

    def figure(
        self, source: str = "expenditure", measure: str = "amount", against: str = "prior", **where: Any
    ) -> Figure:
        """`figure(nature="basic")`: expenditure under conditions; `figure("revenue", fund="other")`.

        It is compared with last year's budget unless `against="executed"`.
        """
        _known(source, SOURCES, "数据来源")
        _known(measure, MEASURE_LABELS, "数值")
        _known(against, [base.value for base in Base], "对比")
        selection = self.budget.select(read_conditions(where))
        return Figure(selection, source, measure, against, self.amounts, self.unit, self._no_before)

    def pieces(self, measure: str, **where: Any) -> Figure:
        """Counts of assets: `pieces("held", category="车辆")`."""
        _known(measure, MEASURE_LABELS, "数值")
        selection = self.budget.select(read_conditions(where))
        return Figure(selection, "assets", measure, "prior", None, "", self._no_before)

    def amount(self, yuan: Decimal) -> Printed:
        """An amount that the input gives outside the lines, such as a transfer."""
        return Printed(amount_text(yuan, self.amounts) + self.unit, yuan, "input", unit_label(self.amounts))

    def exact(self, figure: Figure, decimals: int = 6) -> Printed:
        """A figure with all its digits (or so many decimals) and no trailing zeros."""
        every = self.amounts.model_copy(update={"decimals": decimals, "trim": True})
        return Printed(amount_text(figure.value, every) + self.unit, figure.value, "exact", unit_label(every))

    def past(self, year: int, name: str, unit: str | None = None) -> Printed | None:
        """A figure of an earlier year that the input gives under 历年数; None where it does not."""
        for item in self.budget.disclosure.past:
            if (item.year, item.name, item.unit) == (year, name, unit):
                return self.amount(item.amount)
        return None

    def less(self, figure: Figure, yuan: Decimal) -> Printed:
        """What is left of a figure without a part that the input gives."""
        return self.amount(figure.value - yuan)

    def share(self, part: Figure, whole: Figure, decimals: int | None = None) -> Printed:
        """占比; a part of nothing is 0%."""
        value = share(part.value, whole.value) or Decimal(0)
        return Printed(percent_text(value, self._percents(decimals)), value, f"share of {whole.source}")

    def growth(self, figure: Figure, decimals: int | None = None) -> Printed | None:
        """The change in percent without its sign, or None on a base of 0."""
        value = growth(figure.value, figure.before_value)
        if value is None:
            return None
        return Printed(
            percent_text(abs(value), self._percents(decimals)), abs(value), f"growth of {figure.source}"
        )

    def compare(
        self,
        figure: Figure,
        *,
        cause: str = "",
        by: str = "",
        percent: bool = True,
        explain: bool = True,
        decimals: int | None = None,
        most: int = MAX_CONTRIBUTIONS,
    ) -> Html:
        """«较2023年增加…元，增长…%，主要原因是…»; 与上年持平 without a cause (rules W1 to W3)."""
        wording = self.profile.wording
        if not figure.has_before:
            return Html("")
        if figure.measure != "amount":
            raise ValueError("compare 只比较预算数与上年数；这里的数值是 " + figure.measure)
        if self._rounds_to_nothing(figure):
            return Html(escape(self.render(wording.unchanged, self._against(figure))))
        rises = figure.difference > 0
        parts: list[Printed | str] = [
            self.render(wording.compared, self._against(figure))
            + (wording.increase if rises else wording.decrease),
            figure.change,
        ]
        rate = self.growth(figure, decimals) if percent else None
        if rate is not None:
            parts += ["，" + (wording.growth if rises else wording.decline), rate]
        said = Html("").join(map(escape, parts))
        return said + self._why(figure, cause, by, most) if explain else said

    def moved(self, figure: Figure, *, percent: bool) -> Html:
        """«增加…元», or in percent «增长…%» where the base is not 0, without the words around it."""
        wording = self.profile.wording
        rises = figure.difference > 0
        rate = self.growth(figure) if percent else None
        if self._rounds_to_nothing(figure):
            return Html(escape(self.render(wording.unchanged, self._against(figure))))
        if rate is not None:
            return Html("{}{}").format(wording.growth if rises else wording.decline, rate)
        return Html("{}{}").format(wording.increase if rises else wording.decrease, figure.change)

    def _against(self, figure: Figure) -> dict[str, str]:
        """What wordings may call the figure of the year before: 预算数 or 执行数."""
        return {"against": MEASURE_LABELS[figure.against].removeprefix("上年")}

    def _rounds_to_nothing(self, figure: Figure) -> bool:
        """A change too small for the text's unit is no change there (rule W1)."""
        if figure.style is None or figure.difference == 0:
            return figure.difference == 0
        return amount_text(abs(figure.difference), figure.style) == amount_text(Decimal(0), figure.style)

    def _why(self, figure: Figure, topic: str, by: str, most: int) -> Html:
        """The written cause; else the largest contributions to the change; else nothing, and a warning."""
        written = self.cause(topic) if topic else None
        if written and self._is_about(figure):
            return Html("{}{}").format(self._lead(self.profile.wording.cause, figure), written)
        subject = self._subject(topic)
        for least in (1,) if by else (2, 1):
            # a single function or unit that moved says nothing about why
            usual = FALLBACK_DIMENSIONS if least > 1 else FALLBACK_DIMENSIONS[:2]
            for dimension in (by,) if by else usual:
                found = self._contributions(figure, dimension, least, most, subject)
                if found:
                    lead = self._lead(self.profile.wording.contributions, figure)
                    return Html("{}{}").format(lead, Html("，").join(found))
        subject = subject or str(figure.selection.conditions)
        self._warn_once("W2-no-cause", f"“{subject}”比上年有增减而没有写原因；请在“原因”里补上", "causes")
        return Html("")

    def _is_about(self, figure: Figure) -> bool:
        """Whether the written causes fit: they tell of the change on last year's budget."""
        usual = replace(figure, against="prior")
        if figure.against == "prior" or not usual.selection.gives(figure.source, "prior"):
            return True
        return (figure.difference > 0) is (usual.difference > 0)

    def _lead(self, template: str, figure: Figure) -> str:
        """The words before a cause; they may name the direction, as in «减少的主要原因是»."""
        wording, rises = self.profile.wording, figure.difference > 0
        names = {
            "direction": wording.increase if rises else wording.decrease,
            "trend": wording.growth if rises else wording.decline,
        }
        return self.render(template, names)

    def _contributions(
        self, figure: Figure, dimension: str, least: int, most: int, subject: str
    ) -> list[Html]:
        """«基本支出增加…元» for the values that moved most in the direction of the whole.

        Where they moved by more than the whole, the largest countermove is told too; a figure
        is no explanation of itself.
        """
        try:
            parts = self._divided(figure, dimension)
            moved = [(name, below) for name, below in parts if not self._rounds_to_nothing(below)]
        except MissingData:
            return []
        if len(parts) < least:
            return []
        moved.sort(key=lambda pair: -abs(pair[1].difference))
        rises = figure.difference > 0
        told = [(name, f) for name, f in moved if (f.difference > 0) is rises][:most]
        names = [name for name, _ in told]
        if len(names) == 1 and subject and (names[0].startswith(subject[:3]) or names[0] in subject):
            return []
        if sum(abs(f.difference) for _, f in told) > abs(figure.difference):
            told += [(name, f) for name, f in moved if (f.difference > 0) is not rises][:1]
        wording = self.profile.wording
        return [
            Html("{}{}{}").format(
                name, wording.increase if below.difference > 0 else wording.decrease, below.change
            )
            for name, below in told
        ]

    def _divided(self, figure: Figure, dimension: str) -> list[tuple[str, Figure]]:
        """A figure by the values of a dimension, in their order. Revenue by fund is this year's: what was
        carried over is a part of its own, as 收支总表 has it."""
        measures = ("amount", figure.against)
        parts = []
        if figure.source == REVENUE and dimension == "fund":
            carried = self._below(figure, "carryover", "yes")
            if carried.selection.values(figure.source, "fund", measures):
                parts = [(dimension_of("carryover").label, carried)]
            figure = self._below(figure, "carryover", "no")
        values = sorted(figure.selection.values(figure.source, dimension, measures))
        return [
            *((self.label(dimension, value), self._below(figure, dimension, value)) for value in values),
            *parts,
        ]

    def _below(self, figure: Figure, dimension: str, value: str) -> Figure:
        selection = figure.selection.where([Condition(dimension, (value,))])
        return replace(figure, selection=selection)

    def label(self, dimension: str, value: str) -> str:
        """What a value is called in this profile's sentences."""
        return self.profile.labels.get(dimension, {}).get(value) or self.budget.name(dimension, value)

    def codes(
        self,
        dimension: str,
        level: str = "",
        source: str = "expenditure",
        against: str = "prior",
        **where: Any,
    ) -> list[Coded]:
        """The codes of a level in use this year or last, in order; or every value of a plain dimension.

        Without a level: the codes as deep as the lines give them.
        """
        dimension = read_dimension(dimension)
        top = self.figure(source, against=against, **where)
        measures = ("amount", against) if top.has_before else ("amount",)
        values = top.selection.values(source, dimension, measures)
        if dimension_of(dimension).classification is None:
            ordered = listed(self.budget, dimension, values)
            return [Coded(v, self.label(dimension, v), self._below(top, dimension, v), {}) for v in ordered]
        if level:
            _known(level, LEVELS, "级次")
            digits = LEVELS[level]
            found = sorted({code[:digits] for code in values if len(code) >= digits})
        else:
            found = sorted(values)
        return [
            Coded(
                code,
                self.budget.name(dimension, code),
                self._below(top, dimension, code),
                self._names(dimension, code),
            )
            for code in found
        ]

    def _names(self, dimension: str, code: str) -> dict[str, str]:
        return {
            level: self.budget.name(dimension, above)
            for level, above in zip(LEVELS, ancestors(code), strict=False)
        }

    def largest(self, dimension: str, count: int, source: str = "expenditure", **where: Any) -> list[str]:
        """Names of the values with the largest amounts, largest first."""
        dimension = read_dimension(dimension)
        top = self.figure(source, **where)
        values = top.selection.values(source, dimension, ("amount",))
        amounts = {value: self._below(top, dimension, value).value for value in values}
        ordered = sorted((v for v in values if amounts[v]), key=lambda v: (-amounts[v], v))
        return [self.label(dimension, value) for value in ordered[:count]]

    def cause(self, topic: str) -> str | None:
        """The written cause, without the full stop that the sentence brings itself."""
        return _clause(self.budget.disclosure.causes.get(_key(topic)))

    def use(self, topic: str) -> str | None:
        return _clause(self.budget.disclosure.uses.get(_key(topic)))

    def missing(self, what: str) -> Html:
        """Prints nothing and warns that a part of the text is left out for want of input."""
        self._warn_once("R2-missing-text", f"输入里没有“{what}”，文中相应的一段空着；请补上")
        return Html("")

    def indicators(self, project: str | None = None, unit: str | None = None) -> list[Any]:
        """The performance indicators of a project, or of the department or a unit as a whole."""
        every = self.budget.disclosure.indicators
        return [i for i in every if i.project == project and (project is not None or i.unit == unit)]

    def _subject(self, topic: str) -> str:
        if not topic:
            return ""
        key = _key(topic)
        if key.isdigit():
            return f"{key} {self.budget.name('function', key)}"
        return Topic(key).label

    def _percents(self, decimals: int | None) -> PercentStyle:
        return self.percents if decimals is None else self.percents.model_copy(update={"decimals": decimals})

    def _no_before(self, source: str, asked: str) -> None:
        if source == "expenditure" or asked == "executed":
            self._warn_once("W1-no-year-before", no_year_before(asked), "expenditure")

    def _warn_once(self, rule: str, message: str, key: str = "") -> None:
        if message not in self._warned:
            self._warned.add(message)
            self.warn(rule, message, key)


def no_year_before(asked: str) -> str:
    return f"输入里没有{MEASURE_LABELS[asked]}，表中相应的列空着，文字中不写增减"


def _clause(text: str | None) -> str | None:
    return text.rstrip("。；;. ") or None if text else None


def _known(word: object, words: Iterable[str], what: str) -> None:
    if not isinstance(word, str):
        raise ValueError(f"{what}要写成加引号的文字")
    if word not in words:
        raise ValueError(f"没有{what}“{word}”{nearest(word, words) or '；可写：' + '、'.join(words)}")


def _key(topic: str) -> str:
    """A topic as causes and uses are keyed: its English value, or a code as it is."""
    return topic if topic.isdigit() else Topic.read(topic).value


def paragraphs(texts: str | Iterable[str] | None) -> Block:
    """Each line of each text a paragraph of its own."""
    given = [texts] if isinstance(texts, str) else list(texts or ())
    lines = [line.strip() for text in given for line in text.splitlines() if line.strip()]
    return Block("").join(Block("<p>{}</p>").format(line) for line in lines)


def br() -> Html:
    """A line break inside a heading or a paragraph."""
    return Html("<br/>")
