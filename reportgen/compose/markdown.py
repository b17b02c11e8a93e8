"""The narrative's Markdown to HTML: headings, paragraphs, emphasis — and no lists.

Official Chinese text writes its own numbers («1.», «（一）»), so list syntax stays text.
What a template fills in arrives as tokens, and is put in after the Markdown was read: no
character of the input can become markup.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markupsafe import Markup, escape

OPEN, CLOSE = "\ue000", "\ue001"
_TOKEN = re.compile(f"{OPEN}(\\d+){CLOSE}")
_ALONE = re.compile(f"<p>\\s*{OPEN}(\\d+){CLOSE}\\s*</p>")

_MARKDOWN = MarkdownIt("zero").enable(["heading", "emphasis", "newline"])


class Html(Markup):
    """HTML made by a function of the language, inline."""


class Block(Html):
    """HTML that is a block of its own: it replaces the paragraph that holds nothing else."""


@dataclass
class Tokens:
    """What a template filled in, kept aside while the Markdown around it is read."""

    held: list[Markup] = field(default_factory=list)

    def hold(self, value: object) -> str:
        """A token for a value of the input; text made by the template's own macros stays Markdown."""
        if isinstance(value, Markup) and not isinstance(value, Html) and "<" not in value:
            return str(value)
        if value == "":
            return ""
        self.held.append(value if isinstance(value, Html) else Markup(escape(value)))
        return f"{OPEN}{len(self.held) - 1}{CLOSE}"

    def release(self, html: str) -> str:
        """HTML with every token replaced; what was held may hold tokens itself."""
        html = _ALONE.sub(lambda m: self._alone(int(m[1]), m[0]), html)
        while _TOKEN.search(html):
            html = _TOKEN.sub(lambda m: str(self.held[int(m[1])]), html)
        return html

    def _alone(self, index: int, paragraph: str) -> str:
        return str(self.held[index]) if isinstance(self.held[index], Block) else paragraph


def to_html(markdown: str, tokens: Tokens) -> str:
    html = str(_MARKDOWN.render(markdown))
    # a line broken in the template is one line of Chinese, without a blank
    return tokens.release(html.replace("<br>\n", "").replace("<br />\n", "").replace("\n", ""))
