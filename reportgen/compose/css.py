"""The style sheets made of the look's tokens; a profile's style.css follows and may override them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from reportgen.compose.style import Style

NUMBER_BELOW, NUMBER_HIGH, EDGE = Decimal("3.8"), Decimal(5), Decimal(6)
"""Millimetres: from the text to the number, whose dashes then stand 7 mm below it (GB/T 9704-2012, 7.5);
the number, of 14 pt; what printers leave white."""


def stylesheet(style: Style) -> str:
    """All but the page numbers."""
    return _template("base").render(style=style, page=style.text_page, table_page=style.table_page)


def page_numbers(style: Style) -> str:
    """The numbers at the foot of the pages that are counted."""
    return _template("page_numbers").render(style=style, page=style.text_page, table_page=style.table_page)


@cache
def _template(name: str) -> Template:
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    environment.filters["families"] = families
    environment.filters["below_text"] = below_text
    source = files("reportgen.compose").joinpath(f"{name}.css.j2")
    return environment.from_string(source.read_text("utf-8"))


def below_text(margin: Decimal) -> Decimal:
    """Millimetres from the text to the page number; less where the margin is narrow."""
    return min(NUMBER_BELOW, max(margin - NUMBER_HIGH - EDGE, Decimal(0)))


def families(names: Iterable[str]) -> str:
    """A CSS font-family list."""
    return ", ".join('"' + name.replace('"', "").replace("\\", "") + '"' for name in names)
