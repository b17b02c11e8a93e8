"""The preview as it is served: with a bar that tells what was found, and a script that loads it anew."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup

from reportgen.check.report import by_severity, counted, with_rule
from reportgen.faults import Fault, Severity
from reportgen.render.web import SCRIPT, STYLE

FOLDER = Path(__file__).parent
LIVE_STYLE, LIVE_SCRIPT = ((FOLDER / name).read_text("utf-8") for name in ("live.css", "live.js"))

NOTHING_YET = (
    b'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>reportgen</title></head>'
    b"<body></body></html>"
)


def _hashed(*texts: str) -> str:
    return " ".join(f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts)


POLICY = "; ".join(
    [
        "default-src 'none'",
        f"script-src {_hashed(SCRIPT, LIVE_SCRIPT)}",
        f"style-src-elem {_hashed(STYLE, LIVE_STYLE)}",
        "style-src-attr 'unsafe-inline'",  # widths of columns
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
"""A Content-Security-Policy: of scripts and style sheets only those that reportgen itself brings."""


@dataclass(frozen=True, slots=True)
class Page:
    version: str
    """Another one whenever something else is to be seen."""
    content: bytes


def page(preview: bytes | None, findings: Sequence[Fault], *, is_old: bool, links_pdf: bool) -> Page:
    """`preview` is None before there is any; `is_old`: it is not of the input as it stands now."""
    before, opening, rest = (preview or NOTHING_YET).partition(b"<body>")
    bar = _bar(preview is not None, findings, is_old=is_old, links_pdf=links_pdf)
    body, closing, end = rest.rpartition(b"</body>")
    top = Markup("<style>{}</style>{}").format(Markup(LIVE_STYLE), bar).encode()
    version = sha256(before + top + rest).hexdigest()[:16]
    script = f'<script data-version="{version}">{LIVE_SCRIPT}</script>'.encode()
    return Page(version, b"".join([before, opening, top, body, script, closing, end]))


def _bar(has_preview: bool, findings: Sequence[Fault], *, is_old: bool, links_pdf: bool) -> Markup:
    if not has_preview and not findings:
        return Markup('<header id="watch"><p>正在生成，第一次要等一会儿</p></header>')
    ordered = by_severity(findings)
    worst = ordered[0].severity if ordered else None
    said = counted(findings)
    if worst is Severity.ERROR:
        said += "，文件没有更新" + ("，下面还是上次的预览" if is_old and has_preview else "")
    link = Markup('<a href="/report.pdf">PDF</a>') if links_pdf else Markup("")
    if not ordered:
        return Markup('<header id="watch">{}<p>{}</p></header>').format(link, said)
    items = Markup("").join(Markup("<li>{}</li>").format(with_rule(fault)) for fault in ordered)
    opened = Markup(" open") if worst is Severity.ERROR else ""
    kind = "error" if worst is Severity.ERROR else "found"
    return Markup(
        '<header id="watch" class="{}">{}<details{}><summary>{}</summary><ul>{}</ul></details></header>'
    ).format(kind, link, opened, said, items)
