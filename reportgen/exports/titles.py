"""What the titles of exports say: which field a column may hold, and which title says it best."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reportgen.exports.grid import squeezed

GENERIC = "科目"
"""A class of a classification that only its codes tell."""
GENERIC_NAME = "科目名称"

_SAID: tuple[tuple[str, tuple[str, ...]], ...] = (
    # the titles of a field as patterns, the best first
    ("unit", ("(预算|基层|用款)?单位编码", "(预算|基层|用款)?单位", "部门编码", "部门")),
    ("unit_name", ("(预算|基层|用款)?单位名称", "部门名称")),
    ("function", ("(支出)?功能.*编码", "(支出)?功能(分类)?(支出)?(科目)?(分类)?")),
    ("function_name", ("(支出)?功能.*名称",)),
    ("government", ("政府.*经济.*编码", "政府.*经济(支出)?(分类|科目)*")),
    ("economic", ("(部门|单位)?.*经济.*编码", "(部门)?(预算)?(支出)?经济(支出)?(分类|科目)*")),
    ("economic_name", ("(部门)?(预算)?(支出)?经济.*名称",)),
    (GENERIC, ("(预算)?科目编码", "(预算)?科目")),
    (GENERIC_NAME, ("(预算)?科目名称",)),
    ("project", ("(预算)?项目编码", "(预算)?项目")),
    ("project_name", ("(预算)?项目名称",)),
    (
        "nature",
        ("支出性质", "(支出|预算|项目)(类型|类别|分类)", "预算项目类别", "项目大类", "经费性质", "性质"),
    ),
    ("staffing", ("经费类别", "人员公用", "经费类型")),
    ("fund", ("资金性质(名称)?", "资金来源(名称)?", "资金(类型|类别)?", "(经费)?来源")),
    ("carryover", ("是否(上年)?结转", "上年结转", "结转(标识|标志)?")),
    ("executed", ("上年(预算)?(执行|决算)(数|金额)?", "上年支出(数|金额)?")),
    ("prior", ("上年(年初)?预算(数|金额)?", "上年(数|金额)")),
    (
        "amount",
        (
            "(本年)?(预算)?金额",
            "(本年|年初)?预算数",
            "(本年|年初)预算(金额)?",
            "本年(数|金额)",
            "(预算)?(批复|安排|申报)(数|金额)?",
            "预算",
            "资金总额",
            "(预算)?(合计|总计)",
        ),
    ),
    ("note", ("备注", "摘要")),
)
_PATTERNS = [(f, rank, re.compile(said)) for f, patterns in _SAID for rank, said in enumerate(patterns)]
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)年?(度)?")
_YEAR_OF = re.compile(r"(?<!\d)20\d\d(?!\d)")
_OTHER_YEAR = "他年"
FROM_ABOVE = 50
"""What is added to the rank of a field that only the last row of a title names."""
AMOUNT_FIELDS = ("amount", "prior", "executed")
AMOUNT_UNIT = re.compile(r"(?:单位[:为]?(?:人民币)?|[(（,，])([十百千万亿]*元)")
"""In a squeezed text: «单位：万元», «金额(元)»."""


def this_year(titles: Iterable[tuple[str, ...]]) -> int | None:
    """The year of the budget: the greatest that stands in a title of amounts."""
    named = {
        int(year)
        for parts in titles
        if any(set(_fields_of(_undated(text))) & set(AMOUNT_FIELDS) for text in ("".join(parts), *parts[-1:]))
        for year in _YEAR_OF.findall(squeezed("".join(parts)))
    }
    return max(named, default=None)


def fields(parts: tuple[str, ...], this_year: int | None) -> list[tuple[str, int]]:
    """The fields that a column with this title may hold, with a rank that is lower the better it fits.

    `parts`: the title from the top row of the header to the last.
    """
    whole = _said("".join(parts), this_year)
    found = list(_fields_of(whole).items())
    if found or len(parts) < 2:
        return found
    # what stands above may turn an amount into another: 上年预算 over 金额
    of_before = "上年" in whole or "结转" in whole
    of_other_year = _OTHER_YEAR in whole
    return [
        (field, rank + FROM_ABOVE)
        for field, rank in _fields_of(_said(parts[-1], this_year)).items()
        if not (of_before and field == "amount") and not (of_other_year and field in AMOUNT_FIELDS)
    ]


def _fields_of(said: str) -> dict[str, int]:
    """The fields that a title fits, each with the best of its ranks."""
    found: dict[str, int] = {}
    for field, rank, pattern in _PATTERNS:
        if pattern.fullmatch(said):
            found.setdefault(field, rank)
    return found


def _said(title: str, this_year: int | None) -> str:
    """A title without what does not matter: white space, remarks in brackets, this year."""

    def relative(found: re.Match[str]) -> str:
        year = int(found[1])
        if this_year is None or year == this_year:
            return ""
        return "上年" if year == this_year - 1 else _OTHER_YEAR

    text = _YEAR.sub(relative, _without_remarks(title)).replace("去年", "上年")
    return re.sub("代码|编号", "编码", text.replace("上年度", "上年").replace("本年度", "本年"))


def _undated(title: str) -> str:
    """A title as it would be of any year."""
    return _YEAR.sub("", _without_remarks(title))


def _without_remarks(title: str) -> str:
    return re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", squeezed(title)).strip("*:：")
