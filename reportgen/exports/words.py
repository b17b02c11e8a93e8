"""What the words of the budget system mean in ours, where they can mean only one thing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from reportgen.exports.cells import key_of
from reportgen.exports.grid import squeezed
from reportgen.exports.mapping import NOTHING
from reportgen.model.lines import Fund, Nature, Staffing
from reportgen.model.words import Word

WORDS: dict[str, type[Word]] = {"nature": Nature, "staffing": Staffing, "fund": Fund}

_FUNDS = {
    Fund.GENERAL: (
        "经费拨款(\\(补助\\))?|本级财力|本级财政|一般公共预算(财政)?(拨款)?(补助)?|公共财政(预算)?(拨款)?"
    ),
    Fund.GOVERNMENT_FUND: "政府性基金(预算)?(财政)?(拨款)?(补助)?",
    Fund.STATE_CAPITAL: "国有资本经营(预算)?(财政)?(拨款)?(补助)?",
    Fund.FISCAL_ACCOUNT: "财政专户(管理)?",
    Fund.UNDERTAKING: "事业(单位事业)?",
    Fund.SUPERIOR_SUBSIDY: "上级补助",
    Fund.AFFILIATE: "附属单位上缴",
    Fund.BUSINESS: "(事业单位)?经营",
    Fund.OTHER: "其他",
}
"""Without «资金», «收入» at the end. 财政拨款 and 单位资金 are several funds and so not here."""
_NATURES = {
    (Nature.BASIC, Staffing.PERSONNEL): "人员(类|经费)(项目)?|人员支出|工资福利",
    (Nature.BASIC, Staffing.OPERATING): "(运转类)?(日常)?公用(经费|支出)?(类)?(项目)?(运转类)?",
    (Nature.BASIC, None): "基本(支出)?(类)?",
    (Nature.PROJECT, None): "特定目标(类)?(项目)?|其他运转(类)?(项目)?|项目(支出)?(类)?|专项(支出|经费)?",
}


def known(field: str, word: str) -> str | None:
    """A word that the field takes as it is."""
    try:
        return WORDS[field].read(word).label
    except ValueError:
        return None


def meant(field: str, word: str) -> str | None:
    """What a word of the export can only mean; `NOTHING` where it says nothing about the field."""
    plain = squeezed(word)
    coded = key_of(plain)
    said = (coded.name if coded else "") or plain
    if field == "fund":
        return _fund(said)
    if field == "carryover":
        return "是" if "结转" in said else "否"
    nature = next((found for found, pattern in _NATURES.items() if _fits(pattern, said)), None)
    if nature is None:
        return None
    if field == "nature":
        return nature[0].label
    return nature[1].label if nature[1] else NOTHING


def _fund(said: str) -> str | None:
    plain = re.sub(r"\((.*)\)$", r"\1", re.sub("上年结转结余|上年结转|结转结余|结转", "", said).strip("-—"))
    plain = re.sub("(资金|收入)+$", "", plain)
    return next((fund.label for fund, pattern in _FUNDS.items() if _fits(f"({pattern})(预算)?", plain)), None)


def _fits(pattern: str, said: str) -> bool:
    return re.fullmatch(pattern, said) is not None


def splits(words: Iterable[str]) -> bool:
    """Whether a column's words tell 人员 from 公用, and so say a second thing."""
    return any(meant("staffing", word) not in (None, NOTHING) for word in words)
