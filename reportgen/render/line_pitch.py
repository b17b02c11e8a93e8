"""Lines at their pitch in PDF, whatever faces they are set in.

A character that the text's face lacks is set in another one, whose own height moves WeasyPrint's next line
down: a rare name, and a page has a line less. As CSS has it, the line height is the first face's business.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from reportgen.render.justification import fits


@cache
def keep_pitch() -> None:
    """Once per process; nothing changes with a WeasyPrint that is not known here."""
    from weasyprint.layout import inline  # noqa: PLC0415  (slow to load, and only needed here)
    from weasyprint.text.line_break import strut  # noqa: PLC0415

    if not fits():
        return
    split_plain = inline.split_text_box

    def split_text_box(*given: Any, **named: Any) -> tuple[Any, ...]:
        box, *rest = split_plain(*given, **named)
        if box is not None and box.style["line_height"] != "normal":
            _, box.baseline = strut(box.style)
        return box, *rest

    inline.split_text_box = split_text_box
