"""What a style says in plain lengths is worked out once for a style: WeasyPrint asks again for every box.

This reaches into WeasyPrint's layout, and switches itself off with versions that are not known here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import Any

from reportgen.render.justification import fits

LENGTHS = (
    *(f"{name}_{side}" for name in ("margin", "padding") for side in ("top", "right", "bottom", "left")),
    *("width", "min_width", "max_width", "height", "min_height", "max_height"),
)
BORDERS = tuple(f"border_{side}_width" for side in ("top", "right", "bottom", "left"))


@cache
def ask_styles_once() -> None:
    """Once per process."""
    from weasyprint.formatting_structure.boxes import PageBox  # noqa: PLC0415  (slow to load)
    from weasyprint.layout import block, float, inline, percent, table  # noqa: PLC0415
    from weasyprint.text import line_break  # noqa: PLC0415

    if not fits():
        return
    resolve_plain, strut_plain = percent.resolve_percentages, line_break.strut

    def resolve_percentages(box: Any, containing_block: Any) -> None:
        said = vars(box.style)
        if "plain_lengths" not in said:
            said["plain_lengths"] = plain_lengths(box.style)
        lengths = said["plain_lengths"]
        if lengths is None or isinstance(box, PageBox):
            resolve_plain(box, containing_block)
            return
        own = vars(box)
        own.update(lengths)
        collapse = box.style["border_collapse"] == "collapse"
        for border in BORDERS:
            if not (collapse and border in own):  # else it was settled with the table's other borders
                own[border] = box.style[border]
        percent.adjust_box_sizing(box, "width")
        percent.adjust_box_sizing(box, "height")

    def strut(style: Any) -> Any:
        said = vars(style)
        if "strut" not in said:
            said["strut"] = strut_plain(style)
        return said["strut"]

    _replace("resolve_percentages", resolve_percentages, (block, float, inline, table))
    _replace("strut", strut, (inline, line_break))


def _replace(name: str, function: Callable[..., Any], users: tuple[ModuleType, ...]) -> None:
    for user in users:
        assert hasattr(user, name)
        setattr(user, name, function)


def plain_lengths(style: Any) -> dict[str, Any] | None:
    """The used values, in pixels; None if one of them depends on what is around the box."""
    found: dict[str, Any] = {}
    for name in LENGTHS:
        value = style[name]
        if value == "auto":
            found[name] = 0 if name in ("min_width", "min_height") else value
        elif getattr(value, "unit", None) == "px":
            found[name] = value.value
        else:
            return None
    return found
