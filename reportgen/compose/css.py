"""The style sheet made of the look's tokens; a profile's style.css follows it and may override it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from reportgen.compose.style import Style


def stylesheet(style: Style) -> str:
    return _template().render(style=style, page=style.text_page, table_page=style.table_page)


@cache
def _template() -> Template:
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    environment.filters["families"] = families
    return environment.from_string(files("reportgen.compose").joinpath("base.css.j2").read_text("utf-8"))


def families(names: Iterable[str]) -> str:
    """A CSS font-family list."""
    return ", ".join('"' + name.replace('"', "").replace("\\", "") + '"' for name in names)
