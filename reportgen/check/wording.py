"""The words around figures: causes, signs, verbs, placeholders, years, amounts that people typed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reportgen.check.amounts import project_amount
from reportgen.check.passages import FIGURE, Kind, in_input, passages, sentences, written_at
from reportgen.check.rule import Case, rule
from reportgen.derive.arithmetic import rounded
from reportgen.derive.dimensions import Condition
from reportgen.derive.selection import MissingData
from reportgen.faults import Fault, Place, Severity
from reportgen.model.values import YUAN_PER

_NUMBER = r"\d[\d,]*(?:\.\d+)?"
_AMOUNT = re.compile(rf"({_NUMBER})(万元|元)")
_EMPTY_CAUSE = re.compile(r"(?:原因(?:是|为)|主要是|主要用于|由于)(?=[。；，,;.、]|$)")
_SAID_TWICE = re.compile(r"(?:主要原因是|主要用于|原因是)(主要原因|主要是|主要用于|原因是|用于|由于|因为)")
_NO_SIGN = re.compile(
    r"(?:(?:增长|下降|上升|降低|提高|提升|增幅|降幅)(?:了|约|为|达){0,2}|占比(?:了|约|为|达){0,2}"
    r"|比[例重](?:约|为|达){1,2}|占(?:总|全部|本年|一般)[^，。；\d]{0,10}(?:比[例重])?(?:的|约|为){0,2})"
    rf"(?<![\d.])({_NUMBER})(?:左右|以上)?(?=[，。；）)]|$)"
)
_PERCENT_OF_AMOUNT = re.compile(rf"(增长|下降|上升)(?:了|约)?{_NUMBER}(?:万元|元)")
_AMOUNT_OF_PERCENT = re.compile(r"(增加|减少)(?:了|约)?\d+(?:\.\d+)?[%％](?!的)")
_PLACEHOLDER = re.compile(
    r"(?<![A-Za-zＸ])[XxＸ]{2,}(?=[\u4e00-\u9fff]|$)|(?<=[\u4e00-\u9fff])[XxＸ]{2,}(?![A-Za-z])"
    r"|(?<!\d)[×＊*〇]{2,}"
    r"|(?<![等期招接优])待(?:填写?|补充?|完善|定|核实?|确认|明确)(?=[，。；、）)】]|$)|TODO|TBD|[_＿]{2,}"
    r"|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|\{[^{}]*\}|[【\[][^】\]]{0,12}(?:填|补|原因|待)[^】\]]{0,8}[】\]]"
    r"|此处[填补]|请填写|[?？]{2,}|#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?)|[\ufffd\u200b]|锟斤拷"
)
_DOUBLED = re.compile(r"[，。；：、,;！？](?=[，。；：、,;])|（[，。；、]|[，、；]）|[，、]$")
_YEAR = re.compile(r"(?<![\d.])(20\d\d)(?=年)")
_CITED = re.compile(r"《[^》]*》|〔[^〕]*〕")
_OTHER_YEARS = re.compile(
    r"20\d\d年(?:[末底]|\d+月\d+日)?(?:[以之]?[来前起]|至|到|—|-|－)|20\d\d年第\d|截[至止]|[—\-－至到]20\d\d年|规划|期间|历年"
)
_RATE = re.compile(r"每|人均|单价|标准|造价|[一二三四五六]期|累计|/")
"""Words by which an amount in a clause is not the whole of what the clause names."""


@rule("W2-empty-cause", Severity.ERROR, "写了“原因是”“主要是”，后面有内容", printed=True)
def causes_are_told(case: Case) -> Iterator[Fault]:
    for match in _matches(case, _EMPTY_CAUSE, tuple(Kind)):
        around = match.around(12, 1)
        yield Fault(match.place, f"“…{around}”后面没有写原因；请补上")


@rule("W1-percent-sign", Severity.ERROR, "增减率和占比带百分号", printed=True)
def percentages_have_signs(case: Case) -> Iterator[Fault]:
    for match in _matches(case, _NO_SIGN, (Kind.TITLE, Kind.TEXT)):
        number = match.groups[0].replace(",", "")
        if Decimal(number) > MAX_PERCENT and "." not in number:
            continue  # people or cases, not a percentage
        yield Fault(match.place, f"“{match.text}”像是百分数而没有写 %；请补上")


@rule("W2-said-twice", Severity.WARNING, "“主要原因是”“主要用于”只写一遍", printed=True)
def leads_are_said_once(case: Case) -> Iterator[Fault]:
    """Forms bring these words themselves; a cause that begins with them says them again."""
    for match in _matches(case, _SAID_TWICE, (Kind.TITLE, Kind.TEXT)):
        # the first words are the form's, so the place is where the second ones were written
        end = match.start + len(match.text)
        place = written_at(case, match.passage[end - len(match.groups[0]) : end + 4])
        yield Fault(place, f"“{match.around(4, 8)}”说了两遍；原因和用途里不要再写这几个字")


@rule("W3-verb", Severity.WARNING, "增长、下降说百分比，增加、减少说金额", printed=True)
def verbs_fit_their_figures(case: Case) -> Iterator[Fault]:
    for match in _matches(case, _PERCENT_OF_AMOUNT, (Kind.TITLE, Kind.TEXT)):
        better = {"增长": "增加", "上升": "增加", "下降": "减少"}[match.groups[0]]
        yield Fault(match.place, f"“{match.text}”：金额的变化写“{better}”")
    for match in _matches(case, _AMOUNT_OF_PERCENT, (Kind.TITLE, Kind.TEXT)):
        better = {"增加": "增长", "减少": "下降"}[match.groups[0]]
        yield Fault(match.place, f"“{match.text}”：百分比的变化写“{better}”")


@rule("W4-placeholder", Severity.ERROR, "没有留着待填写的占位文字", printed=True)
def no_placeholders(case: Case) -> Iterator[Fault]:
    for match in _matches(case, _PLACEHOLDER, tuple(Kind)):
        yield Fault(match.place, f"“{match.around(8, 8)}”里有待填写的“{match.text}”；请填好")


@rule("W4-punctuation", Severity.WARNING, "标点没有重复，句子没有断在逗号上", printed=True)
def punctuation_is_single(case: Case) -> Iterator[Fault]:
    for match in _matches(case, _DOUBLED, (Kind.TEXT,)):
        yield Fault(match.place, f"“{match.around(10, 6)}”里标点重复或多余")


@rule("W4-two-units", Severity.HINT, "一句话里的金额用同一个单位", printed=True)
def sentences_have_one_unit(case: Case) -> Iterator[Fault]:
    assert case.document is not None
    for passage in passages(case.document.html):
        for sentence in sentences(passage.text) if passage.kind is Kind.TEXT else ():
            amounts = {unit: number for number, unit in _AMOUNT.findall(sentence)}
            if len(amounts) > 1:
                wan, yuan = amounts["万元"], amounts["元"]
                place = written_at(case, f"{wan}万元") if in_input(case, f"{wan}万元") else None
                place = place or written_at(case, f"{yuan}元")
                yield Fault(place, f"一句话里既有“{wan}万元”又有“{yuan}元”；请用同一个单位")


@rule("W5-title-year", Severity.ERROR, "封面、标题、表名里的年份是预算年度", printed=True)
def titles_name_the_year(case: Case) -> Iterator[Fault]:
    assert case.document is not None
    year = case.budget.disclosure.year
    headings = [p.text for p in passages(case.document.html) if p.kind is Kind.TITLE]
    for title in (case.document.title, case.document.file_name, *headings):
        for found in _YEAR.finditer(_CITED.sub("", title)):
            if int(found[1]) != year:
                place = written_at(case, title[found.start() : found.end() + 6], f"{found[1]}年")
                yield Fault(place, f"标题“{title[:40]}”写的是 {found[1]} 年，预算年度是 {year} 年")


@rule("W5-text-year", Severity.HINT, "文字里的年份是预算年度或上年", printed=True)
def texts_name_the_year(case: Case) -> Iterator[Fault]:
    assert case.document is not None
    year = case.budget.disclosure.year
    for passage in passages(case.document.html):
        if passage.kind is Kind.TEXT:
            plain = _CITED.sub("", passage.typed)
            for found in _YEAR.finditer(plain):
                around = plain[max(0, found.start() - 8) : found.end() + 10]
                around = around.replace(FIGURE, "…")
                if int(found[1]) not in (year, year - 1) and not _OTHER_YEARS.search(around):
                    place = written_at(case, f"{found[1]}年")
                    yield Fault(place, f"“{around}”：{found[1]} 年既不是预算年度也不是上年；请确认")


@rule("T12-typed-amount", Severity.ERROR, "格式的文字里没有写死的金额", printed=True)
def amounts_come_from_lines(case: Case) -> Iterator[Fault]:
    """An amount in the text comes from the lines, or from what the input itself says."""
    assert case.document is not None
    for passage in passages(case.document.html):
        if passage.kind is Kind.TEXT:
            for found in _AMOUNT.finditer(passage.typed.replace(FIGURE, "、")):
                if Decimal(found[1].replace(",", "")) and not in_input(case, found[0]):
                    message = f"“{found[0]}”是写死在格式里的金额，不随明细变化；请改用函数"
                    yield Fault(written_at(case, found[0]), message)


@rule("T12-quoted-amount", Severity.ERROR, "文字里说到项目的金额，与项目的预算一致")
def quoted_amounts_agree(case: Case) -> Iterator[Fault]:
    """A clause that names a project and an amount says that project's amount."""
    projects = case.budget.disclosure.projects
    for path, text, _ in case.texts:
        for clause in re.split(r"[，。；、;\n]", text):
            amounts = list(_AMOUNT.finditer(clause.replace(",", "")))
            if len(amounts) != 1:  # most clauses have none, and there may be hundreds of projects
                continue
            named = [p for p in projects if len(p.name) >= 4 and p.name in clause]
            named = [p for p in named if not any(p.name in other.name for other in named if other is not p)]
            if len(named) != 1 or _RATE.search(clause):
                continue
            project, said = named[0], amounts[0]
            known = _known_amounts(case, project.code)
            known |= {a for a in (project.total, project.transfer) if a}
            if known and not any(_same(said[1], said[2], amount) for amount in known):
                amount = project_amount(case, project.code)
                now = f"{amount:,.2f} 元" if amount is not None else "没有金额"
                yield Fault(
                    case.loaded.place_of(path, text),
                    f"这里说“{project.name}”{said[0]}，明细里本年预算是 {now}；请核对",
                )


MAX_PERCENT = Decimal(100)
"""A whole number above it is more likely a count."""


@dataclass(frozen=True, slots=True)
class _Match:
    """What a pattern found in a passage."""

    passage: str
    start: int
    text: str
    groups: tuple[str, ...]
    place: Place

    def around(self, before: int, behind: int) -> str:
        return self.passage[max(0, self.start - before) : self.start + len(self.text) + behind]


def _matches(case: Case, pattern: re.Pattern[str], kinds: Sequence[Kind]) -> Iterator[_Match]:
    """What a pattern finds in the document; what was written once and printed often is told once."""
    assert case.document is not None
    told = set()
    for passage in passages(case.document.html):
        for found in pattern.finditer(passage.text) if passage.kind in kinds else ():
            near = passage.text[max(0, found.start() - 4) : found.end() + 2]
            place = written_at(case, near, near[:-2], found[0])
            if (place, found[0]) not in told:
                told.add((place, found[0]))
                yield _Match(passage.text, found.start(), found[0], found.groups(), place)


def _known_amounts(case: Case, project: str) -> set[Decimal]:
    """A project's amounts of this year and last, and the change between them."""
    selection = case.budget.select([Condition("project", (project,))])
    known: dict[str, Decimal] = {}
    for measure in ("amount", "prior", "executed"):
        try:
            value = selection.total("expenditure", measure).value
        except MissingData:
            value = None
        if value is not None:
            known[measure] = value
    changes = {abs(known.get("amount", Decimal(0)) - v) for m, v in known.items() if m != "amount"}
    bought = {item.amount for item in case.budget.disclosure.procurement if item.project == project}
    return {*known.values(), *changes, *bought}


def _same(number: str, unit: str, amount: Decimal) -> bool:
    """Whether a printed number is `amount`, rounded as the number is."""
    decimals = len(number.partition(".")[2])
    return rounded(amount / YUAN_PER[unit], decimals) == Decimal(number)
