"""Small makers of WordprocessingML elements. Child order follows the schema; Word insists on it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from functools import cache

from docx.oxml.ns import nsmap, qn
from lxml import etree

Element = etree._Element

_HYPHEN = re.compile("(?<=[0-9])-(?=[0-9])")

_NSMAP = {"w": nsmap["w"]}


def w(tag: str, *children: Element | None, **attributes: object) -> Element:
    """`w("jc", val="center")`: an element of the w namespace; None children are left out."""
    element = etree.Element(
        _name(tag), {_name(name): str(value) for name, value in attributes.items()}, _NSMAP
    )
    for child in children:
        if child is not None:
            element.append(child)
    return element


@cache
def _name(local: str) -> str:
    return qn(f"w:{local}")


def twips(points: float | Decimal) -> int:
    return round(float(points) * 20)


def mm(millimetres: float | Decimal) -> int:
    """Millimetres in twips."""
    return round(float(millimetres) * 1440 / 25.4)


def half_points(points: float | Decimal) -> int:
    return round(float(points) * 2)


def run(text: str, properties: Element | None = None, *, held: bool = False) -> Element:
    """A run of text; line ends become breaks.

    `held`: no line ends at a hyphen between digits, as of a telephone number or a date. Word's search does
    not take such a hyphen for one that is typed, so it is made only where a line may end.
    """
    children: list[Element] = []
    for index, line in enumerate(text.split("\n")):
        if index:
            children.append(w("br"))
        for at, part in enumerate(_HYPHEN.split(line) if held else [line]):
            if at:
                children.append(w("noBreakHyphen"))
            piece = w("t")
            piece.text = part
            piece.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            children.append(piece)
    return w("r", properties, *children)


def tab() -> Element:
    return w("r", w("tab"))


def field(instruction: str, shown: str) -> list[Element]:
    """A complex field with its result already filled in."""
    return [*field_start(instruction), run(shown), field_end()]


def field_start(instruction: str) -> list[Element]:
    code = w("instrText")
    code.text = f" {instruction} "
    code.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return [
        w("r", w("fldChar", fldCharType="begin")),
        w("r", code),
        w("r", w("fldChar", fldCharType="separate")),
    ]


def field_end() -> Element:
    return w("r", w("fldChar", fldCharType="end"))


def paragraph(style: str, content: Iterable[Element], *properties: Element) -> Element:
    """A paragraph of a style; `properties` follow pStyle in schema order."""
    return w("p", w("pPr", w("pStyle", val=style), *properties), *content)
