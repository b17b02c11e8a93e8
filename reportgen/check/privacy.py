"""What must not be published: private numbers, and what is marked as secret."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date

from reportgen.check.rule import Case, rule
from reportgen.faults import Fault, Severity

PRIVACY = "《中华人民共和国政府信息公开条例》第十五条、《中华人民共和国个人信息保护法》"
SECRECY = "《中华人民共和国政府信息公开条例》第十四条、财预〔2016〕143号"

_ID = re.compile(r"(?<!\d)(\d{6}[ \-]?\d{8}[ \-]?\d{3}[\dXx])(?!\d)")
_CARD = re.compile(
    r"(?<![0-9A-Za-z])(\d{16,19}|\d{4}([ \-])\d{4}\2\d{4}\2\d{4}(?:\2?\d{1,3})?)(?![0-9A-Za-z])"
)
_MOBILE = re.compile(r"(?<![\d第])(?:(?:\+|00)?86[ \-]?)?(1[3-9]\d(?:[ \-]?\d{4}){2})(?!\d)")
_SECRET = re.compile(
    r"绝密|(?<![动时司])机密(?!切)|国家秘密(?!法)|工作秘密|(?<![非不])涉密(?!人员|载体|信息系统|管理|测评)"
    r"|内部(?:资料(?!性)|文件|使用)|不得公开(?!招标|个人)|(?<!商业)(?<!保守)秘密(?!法)|★"
)


@rule("P1-id-number", Severity.ERROR, "文字里没有身份证号码", source=PRIVACY)
def no_identity_numbers(case: Case) -> Iterator[Fault]:
    yield from _found(case, _ID, is_identity_number, "像是身份证号码；请删去")


@rule("P1-bank-card", Severity.ERROR, "文字里没有银行卡号", source=PRIVACY)
def no_bank_cards(case: Case) -> Iterator[Fault]:
    yield from _found(case, _CARD, is_card_number, "像是银行卡号；请删去")


@rule("P1-mobile", Severity.WARNING, "文字里没有个人手机号码（办公电话可以公开）", source=PRIVACY)
def no_mobile_numbers(case: Case) -> Iterator[Fault]:
    yield from _found(case, _MOBILE, lambda _: True, "像是手机号码；请改成办公电话，或删去")


@rule("P2-secrecy", Severity.WARNING, "文字里没有涉密字样", source=SECRECY)
def nothing_marked_secret(case: Case) -> Iterator[Fault]:
    for path, text, _ in case.texts:
        for found in _SECRET.finditer(text):
            place = case.loaded.place_of(path, text)
            yield Fault(place, f"“{found[0]}”可能涉及秘密；请确认这段文字可以公开")


def _found(
    case: Case, pattern: re.Pattern[str], holds: Callable[[str], bool], message: str
) -> Iterator[Fault]:
    for path, text, _ in case.texts:
        for found in pattern.finditer(unicodedata.normalize("NFKC", text)):
            number = re.sub(r"[ \-]", "", found[1])
            if holds(number):
                shown = f"{number[:3]}…{number[-2:]}"
                yield Fault(case.loaded.place_of(path, text), f"“{shown}”{message}")


def is_identity_number(number: str) -> bool:
    """A citizen identity number of 18 characters: a real date and the right check character (GB 11643)."""
    try:
        date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    weights = [2 ** (17 - at) % 11 for at in range(17)]
    remainder = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False)) % 11
    return "10X98765432"[remainder] == number[17].upper()


def is_card_number(number: str) -> bool:
    """By Luhn's check digit; no card begins with 0 or 1."""
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return number[0] not in "01" and (sum(digits[0::2]) + sum(doubled)) % 10 == 0
