"""What a file prints against what the budget says, number by number in reading order."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from enum import StrEnum

from reportgen.verify.numbers import DIGITS, Number


class Kind(StrEnum):
    CHANGED = "changed"
    MISSING = "missing"
    ADDED = "added"
    VALUE = "value"
    """Shown as it should be, and of another value: whoever copies the cell copies that."""
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Difference:
    kind: Kind
    expected: Number | None
    found: Number | None

    def __str__(self) -> str:
        page = f"（第 {self.found.page} 页）" if self.found and self.found.page else ""
        if self.expected is None:
            assert self.found is not None
            if self.kind is Kind.HIDDEN:
                return f"{self.found.place}：{self.found.text}"
            return f"多出 {self.found.text}，在{self.found.place}{page}；预算里没有这个数"
        if self.found is None:
            return f"{self.expected.place}：少了 {self.expected.text}"
        if self.kind is Kind.VALUE:
            values = f"应为 {_exact(self.expected):f}，文件里是 {self.found.value:f}"
            return f"{self.expected.place}：显示的是 {self.found.text}，格子里的数却不同：{values}"
        if self.expected.text == self.found.text:
            return f"{self.expected.place}：{self.found.text} 移到了别的列"
        return f"{self.expected.place}：应为 {self.expected.text}，文件里是 {self.found.text}{page}"


def _exact(number: Number) -> Decimal:
    """What a cell holds that prints a number: the figure, to the digits that a spreadsheet keeps."""
    if number.value is not None:
        return Context(prec=DIGITS).plus(number.value)
    bare = Decimal(number.bare.replace(",", "").removesuffix("%"))
    return bare.copy_sign(-1 if number.text.startswith("-") else 1).scaleb(-2 * number.bare.endswith("%"))


NOTHING, BINARY = Decimal("0.0000005"), Decimal("2e-13")
"""Half a 分 in 万元, and the share of a number: so much is lost where a program computes in binary."""
MANY = 5000
"""Above so many numbers the commonest ones (0.00) no longer serve to match by: it would take minutes."""


def differences(said: Sequence[Number], read: Sequence[Number]) -> list[Difference]:
    """Columns are compared where the file knows them."""
    knows_columns = any(number.column >= 0 for number in read)
    if not knows_columns:
        said, read = ([number for number in numbers if number.bare] for numbers in (said, read))

    def key(number: Number) -> tuple[str, int]:
        return (number.text, number.column) if knows_columns else (number.bare, -1)

    start, end = _same_ends(said, read, key)
    ours, theirs = said[start : len(said) - end], read[start : len(read) - end]
    ours_keys, theirs_keys = list(map(key, ours)), list(map(key, theirs))
    matcher = difflib.SequenceMatcher(None, ours_keys, theirs_keys, autojunk=len(theirs) > MANY)
    codes = matcher.get_opcodes()
    found = [
        difference
        for tag, a, b, c, d in codes
        if tag != "equal"
        for difference in _between(ours[a:b], theirs[c:d], said[: start + b], read[: start + c])
    ]
    agreeing = [(said[:start], read[:start]), (said[len(said) - end :], read[len(read) - end :])]
    agreeing += [(ours[a:b], theirs[c:d]) for tag, a, b, c, d in codes if tag == "equal"]
    found += [difference for stretch in agreeing for difference in _of_values(*stretch)]
    return found if knows_columns else _without_floats(found)


def _of_values(said: Sequence[Number], read: Sequence[Number]) -> Iterator[Difference]:
    """The numbers that are shown alike and are not the same."""
    for one, other in zip(said, read, strict=True):
        if other.value is not None and one.bare:
            exact = _exact(one)
            if abs(exact - other.value) > max(NOTHING, abs(exact) * BINARY):
                yield Difference(Kind.VALUE, one, other)


def _same_ends(
    said: Sequence[Number], read: Sequence[Number], key: Callable[[Number], object]
) -> tuple[int, int]:
    """How many numbers agree at the start and at the end: most files agree altogether."""
    shorter = min(len(said), len(read))
    start = next((n for n in range(shorter) if key(said[n]) != key(read[n])), shorter)
    rest = shorter - start
    end = next((n for n in range(rest) if key(said[-1 - n]) != key(read[-1 - n])), rest)
    return start, end


def _between(
    said: Sequence[Number], read: Sequence[Number], before: Sequence[Number], read_before: Sequence[Number]
) -> Iterator[Difference]:
    """The differences of a stretch that does not agree; `before` are the numbers up to its end."""
    if "".join(n.text for n in said) == "".join(n.text for n in read) and len(said) != len(read):
        return  # one number over two lines
    if not said and _printed_again(read, before, read_before):
        return
    for one, other in zip(said, read, strict=False):
        yield Difference(Kind.CHANGED, one, other)
    yield from (Difference(Kind.MISSING, number, None) for number in said[len(read) :])
    yield from (Difference(Kind.ADDED, None, number) for number in read[len(said) :])


def _printed_again(read: Sequence[Number], before: Sequence[Number], read_before: Sequence[Number]) -> bool:
    """Whether the numbers are those of the header of the table that goes on here, or, at the head of a
    page of a PDF, of words that it repeats beside a row that goes on."""
    table = next((n.header for n in reversed(before) if n.header >= 0), -1)
    header = Counter(n.bare for n in before if n.header == table >= 0 and n.bare)
    labels = set()
    page = read_before[-1].page if read_before else 0
    if before and before[-1].row >= (0, 0) and page and all(number.page > page for number in read):
        labels = {n.bare for n in before if n.until >= before[-1].row}
    left = Counter(n.bare for n in read)
    # where a row begins like the header, the stretch may begin in the midst of it
    times = min((left[number] // count for number, count in header.items()), default=0)
    left.subtract({number: count * times for number, count in header.items()})
    return all(number in labels for number in left.elements())


def _without_floats(found: list[Difference]) -> list[Difference]:
    """Without a number that stands beside a table's title and that the file has before it."""
    kept = list(found)
    for missing in found:
        if missing.kind is Kind.MISSING and missing.expected and missing.expected.floats:
            bare = missing.expected.bare
            added = next((d for d in kept if d.kind is Kind.ADDED and d.found and d.found.bare == bare), None)
            if added is not None:
                kept.remove(missing)
                kept.remove(added)
    return kept
