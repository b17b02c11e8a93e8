"""Imported once by the process that all workers come from, so that none of them loads it again."""

from __future__ import annotations

import contextlib

import reportgen.batch.work
import reportgen.render.docx
import reportgen.render.open_data
import reportgen.render.pdf
import reportgen.render.web
import reportgen.render.xlsx
import reportgen.verify  # noqa: F401

with contextlib.suppress(OSError):  # without Pango: told by the first worker that lays out pages
    import weasyprint.text.fonts  # noqa: F401
