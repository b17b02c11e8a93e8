"""Rows that a page tears apart are made two, so that each page repeats their labels and rules them off.

A cell over several rows is left behind by the rows that go on to the next page, a row longer than a page
by its own labels, and rows of a form by those that head them within it. WeasyPrint can only be asked
afterwards where it broke: the table is cut there, in the HTML, and laid out again. Where it will break
after that is guessed from where it did: each layout takes time in the number of pages, and there are as
many tears as pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

from reportgen.render.printed import LONGEST_LABEL, is_head, is_label

TABLE, ROW, CELL = "data-table", "data-row", "data-cell"
"""What names an element of the HTML in what is laid out."""

LOOSE, NEW_PAGE = "break-inside: auto", "break-before: page"


@dataclass(frozen=True, slots=True)
class Tear:
    """A place where a page tears a table."""

    table: int
    row: int
    """The row that begins the next page, or goes on there."""
    printed: tuple[tuple[int, str], ...]
    """What a row that goes on has of each cell on the first page, without white space, to the last line
    but one: ruling the row off takes room."""
    heads: int = 0
    """How many rows are said again above it."""

    @property
    def within(self) -> bool:
        return bool(self.printed)


def name_rows(tree: HtmlElement) -> None:
    """So that what is laid out can be told apart. Again after each mending, since rows are added."""
    for at, table in enumerate(tree.iter("table")):
        table.set(TABLE, str(at))
        for number, row in enumerate(_rows(table)):
            row.set(ROW, str(number))
            for place, cell in enumerate(row):
                cell.set(CELL, str(place))


def tears(tree: HtmlElement, pages: Sequence[Any]) -> list[Tear]:
    """For each table that needs mending its first tear, and the later ones as they are before it is mended.

    Only until a row that goes on itself: what a page has of it changes when it moves, so it is told alone.
    """
    tables = list(tree.iter("table"))
    found: dict[int, list[Tear]] = {}
    before: dict[int, list[Any]] = {}
    known: set[int] = set()
    for at, rows in _pieces(pages):
        tear = _tear(tables[at], at, before[at][-1], rows[0]) if at in before and at not in known else None
        if tear is not None:
            if tear.within:
                known.add(at)
            if not (tear.within and at in found):
                found.setdefault(at, []).append(tear)
        before[at] = rows
    return [tear for of_table in found.values() for tear in of_table]


def held(found: Sequence[Tear], pages: Sequence[Any]) -> list[Tear]:
    """Those that were right: the first one, before which nothing was changed, and others as long as a page
    begins with them. Of a table that was wrong once the later ones are guesses upon a guess."""
    opening = {(at, int(rows[0].element.get(ROW))) for at, rows in _pieces(pages)}
    right: list[Tear] = []
    lost: set[int] = set()
    for tear in found:
        row = tear.row + sum(other.heads for other in right if other.table == tear.table)
        if not right or (tear.table not in lost and _opens(tear, row, opening)):
            right.append(tear)
        else:
            lost.add(tear.table)
    return right


def _opens(tear: Tear, row: int, opening: set[tuple[int, int]]) -> bool:
    """Whether a page begins with a mended tear: a row that goes on is cut in two, or left to be cut later."""
    return (tear.table, row) in opening or (tear.within and (tear.table, row + 1) in opening)


def _pieces(pages: Sequence[Any]) -> Iterator[tuple[int, list[Any]]]:
    """The rows that a page has of a table, with the number of the table."""
    for page in pages:
        for box in _tables(page._page_box):
            rows = [row for group in box.children if not group.is_header for row in group.children]
            # a style sheet may make other rows and cells than the HTML has
            told = all(row.element is not None and row.element.get(ROW) is not None for row in rows)
            if rows and told:
                yield int(box.element.get(TABLE)), rows


def _tables(box: Any) -> Iterator[Any]:
    from weasyprint.formatting_structure.boxes import TableBox  # noqa: PLC0415  (loaded by now)

    if isinstance(box, TableBox):
        if box.element.get(TABLE) is not None:
            yield box
        return
    for child in getattr(box, "children", ()):
        yield from _tables(child)


def _tear(table: HtmlElement, at: int, last: Any, first: Any) -> Tear | None:
    row = int(first.element.get(ROW))
    if not is_plain(table):
        return None
    rows = _rows(table)
    within = int(last.element.get(ROW)) == row
    heads = len(_heads(rows, row, within=within))
    reaching = _reaching_over(rows, row)
    if any(_is_long(cell) for cell, _, _ in reaching):
        return None  # its text may go on over the page, which nobody here knows
    if not within:
        return Tear(at, row, (), heads) if reaching or heads else None
    if any(cell.element is None or cell.element.get(CELL) is None for cell in last.children):
        return None
    if any(_is_long(cell) and _down(cell) > 1 for cell in rows[row]):
        return None
    printed = {int(cell.element.get(CELL)): _text_but_last_line(cell) for cell in last.children}
    cells = list(rows[row])
    agree = all(_squeezed(cells[place]).startswith(text) for place, text in printed.items())
    goes_on = any(len(text) < len(_squeezed(cells[place])) for place, text in printed.items() if text)
    return Tear(at, row, tuple(printed.items()), heads) if agree and goes_on else None


def _heads(rows: Sequence[HtmlElement], at: int, *, within: bool) -> list[HtmlElement]:
    """The rows that head a row, or its rest if it is torn `within`, in order; none for one that is a head.

    None either for a row right below them, which is too long for the page that they stand on: said again
    they would be parted from it again, and every time there would be twice as many.
    """
    if is_head(rows[at]):
        return []
    part = rows[at].getparent()
    above = [row for row in rows[:at] if row.getparent() is part]
    last = next((number for number in reversed(range(len(above))) if is_head(above[number])), None)
    if last is None or (last == len(above) - 1 and not within):
        return []
    first = next((number + 1 for number in reversed(range(last)) if not is_head(above[number])), 0)
    found = above[first : last + 1]
    return [] if any(_is_long(cell) for row in found for cell in row) else found


def is_plain(table: HtmlElement) -> bool:
    """Whether its cells say in numbers how far they reach, and its rows have cells alone."""
    spans = (cell.get(name, "1") for cell in table.iter("td", "th") for name in ("rowspan", "colspan"))
    cells = (cell.tag for row in _rows(table) for cell in row)
    return all(re.fullmatch("[1-9][0-9]*", span) for span in spans) and set(cells) <= {"td", "th"}


def _is_long(cell: HtmlElement) -> bool:
    return len(_squeezed(cell)) > LONGEST_LABEL


def _text_but_last_line(cell: Any) -> str:
    from weasyprint.formatting_structure.boxes import LineBox, TextBox  # noqa: PLC0415  (loaded by now)

    lines = [box for box in cell.descendants() if isinstance(box, LineBox)]
    texts = ["".join(box.text for box in line.descendants() if isinstance(box, TextBox)) for line in lines]
    said = ["".join(text.split()) for text in texts]
    return "".join(said[:-1] if len(said) > 2 else said)


def _squeezed(element: HtmlElement) -> str:
    return "".join(element.text_content().split())


def _rows(table: HtmlElement) -> list[HtmlElement]:
    """Those of the body."""
    return [
        row
        for part in table
        for row in ([part] if part.tag == "tr" else part)
        if part.tag != "thead" and row.tag == "tr"
    ]


# --- mending ---


def mend(tree: HtmlElement, found: Sequence[Tear]) -> None:
    """From the last one on, since rows are added."""
    tables = list(tree.iter("table"))
    for tear in reversed(found):
        rows = _rows(tables[tear.table])
        at = tear.row
        if tear.within and LOOSE not in rows[at].get("style", ""):
            # longer than a page: it need not begin on a new one, away from its title
            rows[at].set("style", LOOSE)
            continue
        heads = _heads(rows, at, within=tear.within)
        if tear.within:
            rows[at].addnext(_rest(rows[at], dict(tear.printed)))
            for cell, start, _ in spans(rows):
                # a row more to reach over, cut off again below
                if start < at < start + _down(cell) or (start == at and _down(cell) > 1):
                    cell.set("rowspan", str(_down(cell) + 1))
            rows = _rows(tables[tear.table])
            at += 1
        if heads:
            _cut_off(rows, at, below=rows.index(heads[-1]))
            _say_again(heads, rows, at)
            rows = _rows(tables[tear.table])
        _cut_off(rows, at)
    name_rows(tree)


def _say_again(heads: Sequence[HtmlElement], rows: Sequence[HtmlElement], at: int) -> None:
    """Puts the rows that head a row above it once more, without what reaches out of them."""
    for cell, start, _ in spans(rows):
        if start < at < start + _down(cell):
            cell.set("rowspan", str(_down(cell) + len(heads)))
    for number, head in enumerate(heads):
        again = deepcopy(head)
        again.tail = None
        again.attrib.pop("id", None)
        if number == 0 and NEW_PAGE in rows[at].get("style", ""):
            again.set("style", NEW_PAGE)
            rows[at].set("style", LOOSE)
        for cell in list(again):
            if number + _down(cell) > len(heads):
                again.remove(cell)
        rows[at].addprevious(again)


def _rest(row: HtmlElement, printed: dict[int, str]) -> HtmlElement:
    """Takes from a row what the next page is to have, and gives it as a row of its own."""
    rest = deepcopy(row)
    rest.tail = None
    rest.set("style", f"{NEW_PAGE}; {LOOSE}")
    for place, (cell, other) in enumerate(zip(row, list(rest), strict=True)):
        if _down(cell) > 1:
            rest.remove(other)  # it reaches over both
            continue
        kept = len(printed.get(place, ""))
        if kept < len(_squeezed(cell)):
            _keep(cell, 0, kept)
            _keep(other, kept, None)
        elif not is_label(cell):
            _keep(other, 0, 0)
    return rest


def _keep(element: HtmlElement, start: int, end: int | None) -> None:
    """Leaves of an element's text what stands from one character to another, white space not counted."""
    seen = 0
    for owner, tail, text in list(_texts(element)):
        kept = ""
        for char in text:
            inside = start <= seen and (end is None or seen < end)
            if char.isspace():
                kept += char if inside and (seen > start or start == 0) else ""
            else:
                kept += char if inside else ""
                seen += 1
        if tail:
            owner.tail = kept
        else:
            owner.text = kept
    _drop_breaks(element, first=start > 0)


def _texts(element: HtmlElement) -> Iterator[tuple[HtmlElement, bool, str]]:
    """Texts in reading order with the element each belongs to, and whether it stands behind it."""
    if element.text:
        yield element, False, element.text
    for child in element:
        yield from _texts(child)
        if child.tail:
            yield child, True, child.tail


def _drop_breaks(element: HtmlElement, *, first: bool) -> None:
    """Without the breaks and empty paragraphs at the end that was cut."""
    children = list(element)
    for child in children if first else reversed(children):
        beside = (element.text or "") if first else (child.tail or "")
        if beside.strip() or _squeezed(child):
            return
        if first:
            element.text = (element.text or "") + (child.tail or "")
            child.tail = None
        child.drop_tree()


def _cut_off(rows: Sequence[HtmlElement], at: int, below: int = -1) -> None:
    """Ends every cell that reaches over a row's upper edge there, and begins it anew below; only those
    that start below a certain row."""
    row = [(column, cell) for cell, start, column in spans(rows) if start == at]
    for cell, start, column in _reaching_over(rows, at):
        if start <= below:
            continue
        rest = deepcopy(cell)
        rest.tail = None
        rest.attrib.pop("id", None)
        if not is_label(cell):
            _keep(rest, 0, 0)
        _set_down(rest, start + _down(cell) - at)
        _set_down(cell, at - start)
        row.append((column, rest))
    rows[at][:] = [cell for _, cell in sorted(row, key=lambda placed: placed[0])]


Span = tuple[HtmlElement, int, int]
"""A cell with the row and the column where it starts."""


def spans(rows: Sequence[HtmlElement]) -> list[Span]:
    """The cells of rows, those that reach into them from above taken into account."""
    taken: set[tuple[int, int]] = set()
    found = []
    for at, row in enumerate(rows):
        column = 0
        for cell in row:
            while (at, column) in taken:
                column += 1
            across = int(cell.get("colspan", 1))
            found.append((cell, at, column))
            taken |= {(at + d, column + a) for d in range(_down(cell)) for a in range(across)}
            column += across
    return found


def _reaching_over(rows: Sequence[HtmlElement], at: int) -> list[Span]:
    return [span for span in spans(rows) if span[1] < at < span[1] + _down(span[0])]


def _down(cell: HtmlElement) -> int:
    return int(cell.get("rowspan", 1))


def _set_down(cell: HtmlElement, count: int) -> None:
    if count > 1:
        cell.set("rowspan", str(count))
    else:
        cell.attrib.pop("rowspan", None)
