"""The same words in the same style and room are broken into lines once: a table says the same in many cells.

What is kept belongs to the fonts of one press and goes with them. This reaches into WeasyPrint's line
layout, and switches itself off with versions that are not known here.
"""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import Any

from reportgen.render.justification import fits

LONGEST = 60
"""Characters; longer texts are seldom said twice."""
MOST = 20_000
"""Lines that are kept."""

DECIDING = (
    "direction",
    "font_family",
    "font_feature_settings",
    "font_kerning",
    "font_language_override",
    "font_size",
    "font_stretch",
    "font_style",
    "font_variant_alternates",
    "font_variant_caps",
    "font_variant_east_asian",
    "font_variant_ligatures",
    "font_variant_numeric",
    "font_variant_position",
    "font_variation_settings",
    "font_weight",
    "hyphenate_character",
    "hyphenate_limit_chars",
    "hyphenate_limit_zone",
    "hyphens",
    "lang",
    "letter_spacing",
    "overflow_wrap",
    "tab_size",
    "text_decoration_line",
    "white_space",
    "word_break",
    "word_spacing",
)
"""All of a style that WeasyPrint looks at when it breaks a text."""


@cache
def share_lines() -> None:
    """Once per process."""
    from weasyprint.layout import inline  # noqa: PLC0415  (slow to load, and only needed here)

    if not fits():
        return
    split_plain = inline.split_first_line

    def split_first_line(
        text: str, style: Any, context: Any, max_width: Any, spacing: Any, *more: Any, **named: Any
    ) -> tuple[Any, ...]:
        def split() -> tuple[Any, ...]:
            made: tuple[Any, ...] = split_plain(text, style, context, max_width, spacing, *more, **named)
            return made

        if len(text) > LONGEST:
            return split()
        kept = vars(style.font_config).setdefault("shared_lines", {})
        key = (text, max_width, spacing, more, *named.items(), *looks(style))
        if key not in kept:
            if len(kept) >= MOST:
                kept.clear()
            kept[key] = split()
        layout, *rest = kept[key]
        return copy(layout), *rest  # which a box may change

    inline.split_first_line = split_first_line


def looks(style: Any) -> tuple[Any, ...]:
    """All of it that decides how a text is broken and drawn, but its colour."""
    said = vars(style)
    if "looks" not in said:
        said["looks"] = tuple(_frozen(style[name]) for name in DECIDING)
    found: tuple[Any, ...] = said["looks"]
    return found


def _frozen(value: Any) -> Any:
    """Lines below and above a text are a set of words."""
    return frozenset(value) if isinstance(value, set) else value
