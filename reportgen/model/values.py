"""How single values are read from the text that was typed: amounts, codes, yes or no, dates."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, ValidationInfo

from reportgen.model.words import reject

YUAN_PER = {"元": Decimal(1), "万元": Decimal(10000), "万": Decimal(10000)}

WAN_DECIMALS = 6
"""Of an amount in 万元 that goes down to the 分."""

MAX_DIGITS = 15
"""Before the decimal point; the whole country's budget has fourteen."""

_USUAL = re.compile(rf"[0-9]{{1,{MAX_DIGITS}}}(\.[0-9]{{1,2}})?")
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_PLAIN = re.compile(r"\d+(\.\d*)?")
_EXPONENT = re.compile(r"[\d.,]+[eE][+-]?\d+")


def parse_amount(typed: object, default_unit: str = "元") -> Decimal:
    """An amount as people type it, in 元: `1,234.50`, `1234.5`, `１２３４`, `12.5万元`.

    Refuses what cannot be exact: exponents (digits already lost in a spreadsheet) and
    anything finer than a 分, which only arithmetic in floats leaves behind.
    """
    shown = str(typed).strip()
    if default_unit == "元" and _USUAL.fullmatch(shown):  # most are, in tens of thousands of lines
        return Decimal(shown).quantize(Decimal("0.01"))
    text = unicodedata.normalize("NFKC", shown).replace("−", "-")
    odd = any(unicodedata.decomposition(c).startswith(("<super>", "<sub>", "<circle>")) for c in shown)
    if odd or re.search(r"\d +\d", text):
        raise reject(f"“{shown}”不是金额；数字中间不能有空格，也不能有上标、圈码")
    text = text.replace(" ", "")
    unit = next((u for u in ("万元", "元", "万") if text.endswith(u)), None)
    number = text.removesuffix(unit).removeprefix("¥") if unit else text.removeprefix("¥")
    sign, digits = (Decimal(-1), number[1:]) if number.startswith("-") else (Decimal(1), number)
    if _EXPONENT.fullmatch(digits):
        raise reject(f"“{shown}”是科学计数法，位数可能已经丢失；请写出完整的数字")
    if not (_PLAIN.fullmatch(digits) or _GROUPED.fullmatch(digits)):
        raise reject(f"“{shown}”不是金额；应写成 1234.50 或 1,234.50（单位可写元、万元），没有就空着")
    whole, _, fraction = digits.replace(",", "").partition(".")
    if len(whole) > MAX_DIGITS:
        raise reject(f"“{shown}”太大，不像是金额；请核对")
    scale = YUAN_PER[unit or default_unit]
    if len(fraction.rstrip("0")) > 2 + scale.adjusted():
        if unit is None and default_unit == "元" and len(fraction.rstrip("0")) <= WAN_DECIMALS:
            hint = f"若是万元，请写成 {number}万元，或写明金额单位是万元；若是元，请按分取整"
            raise reject(f"“{shown}”比分还细；{hint}")
        raise reject(f"“{shown}”比分还细，多半是电子表格的浮点误差；请按分取整后填写")
    return (sign * Decimal(f"{whole}.{fraction.rstrip('0') or 0}") * scale).quantize(Decimal("0.01"))


def _amount(typed: object, info: ValidationInfo) -> Decimal:
    context = info.context or {}
    value = typed if isinstance(typed, Decimal) else parse_amount(typed, context.get("amount_unit", "元"))
    if value < 0:
        raise reject(f"“{typed}”是负数；此处的金额不能小于 0")
    return value


def _count(typed: object) -> int:
    text = unicodedata.normalize("NFKC", str(typed).strip()).replace(",", "")
    if not re.fullmatch(r"\d+", text):
        raise reject(f"“{typed}”不是非负整数")
    return int(text)


def _weight(typed: object) -> Decimal:
    text = unicodedata.normalize("NFKC", str(typed).strip()).removesuffix("%")
    if not _PLAIN.fullmatch(text) or Decimal(text) > 100:
        raise reject(f"“{typed}”不是权重；应为 0 到 100 之间的数")
    return Decimal(text)


def _code(lengths: tuple[int, ...], what: str) -> BeforeValidator:
    def read(typed: object) -> str:
        text = unicodedata.normalize("NFKC", str(typed).strip())
        if not (text.isascii() and text.isdigit() and len(text) in lengths):
            expected = "、".join(str(n) for n in lengths)
            raise reject(f"“{typed}”不是{what}；应为 {expected} 位数字")
        return text

    return BeforeValidator(read)


def _yes_no(typed: object) -> bool:
    text = str(typed).strip().lower()
    if text in ("是", "yes", "true", "y", "1", "√"):
        return True
    if text in ("否", "no", "false", "n", "0"):
        return False
    raise reject(f"“{typed}”应写“是”或“否”")


def _year(typed: object) -> int:
    text = unicodedata.normalize("NFKC", str(typed).strip()).removesuffix("年")
    if not re.fullmatch(r"20\d\d", text):
        raise reject(f"“{typed}”不是年度；应为四位数字，如 2024")
    return int(text)


def _date(typed: object) -> date:
    text = unicodedata.normalize("NFKC", str(typed).strip())
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", text)
    if found:
        try:
            return date(*map(int, found.groups()))
        except ValueError:
            pass
    raise reject(f"“{typed}”不是日期；应写成 2023-12-31")


def _key(typed: object) -> str:
    """The code of a unit or a project: full-width characters and stray quotation marks do not count."""
    text = unicodedata.normalize("NFKC", str(typed)).strip().strip("“”‘’\"'").strip()
    if not text or any(char.isspace() for char in text):
        raise reject(f"“{typed}”不是编码；编码不能空着，中间不能有空格或换行")
    return text


def _text(typed: object) -> str:
    text = unicodedata.normalize("NFC", str(typed)).strip()
    # private-use characters have no agreed glyph, control characters no meaning on paper
    bad = next((c for c in text if unicodedata.category(c) in ("Cc", "Co", "Cs") and c != "\n"), None)
    if not text:
        raise reject("不能是空的")
    if bad:
        raise reject(f"含有不能印刷的字符 U+{ord(bad):04X}；请删去")
    return text


def is_text(metadata: object) -> bool:
    """Whether a field's metadata says that it holds a text to be printed as it is."""
    return isinstance(metadata, BeforeValidator) and metadata.func is _text


def is_amount(metadata: object) -> bool:
    """Whether a field's metadata says that it holds an amount of money."""
    return isinstance(metadata, BeforeValidator) and metadata.func is _amount


def is_code(metadata: object) -> bool:
    """Whether a field's metadata says that it holds a classification code."""
    return isinstance(metadata, BeforeValidator) and metadata.func.__qualname__.startswith(_code.__name__)


Amount = Annotated[Decimal, BeforeValidator(_amount)]
"""元, not negative."""
Count = Annotated[int, BeforeValidator(_count)]
Weight = Annotated[Decimal, BeforeValidator(_weight)]
YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Year = Annotated[int, BeforeValidator(_year)]
Day = Annotated[date, BeforeValidator(_date)]
Key = Annotated[str, BeforeValidator(_key)]
Text = Annotated[str, BeforeValidator(_text)]
FunctionCode = Annotated[str, _code((3, 5, 7), "支出功能分类编码")]
EconomicCode = Annotated[str, _code((3, 5), "支出经济分类编码")]
