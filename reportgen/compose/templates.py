"""Jinja2 in a sandbox: labels, HTML fragments and narratives; their faults named by file and line."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import (
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    pass_context,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from markupsafe import Markup

from reportgen.compose.markdown import CLOSE, OPEN, Tokens, to_html
from reportgen.compose.profile import find_file
from reportgen.compose.sandbox import MAX_WORK, Forbidden, Sandbox, size_of
from reportgen.derive.selection import MissingData
from reportgen.faults import Fault, FaultyInput, Place, nearest
from reportgen.load.text import read_text, shown

_TOKEN = re.compile(f"{OPEN}(\\d+){CLOSE}")

_FETCHES = re.compile(
    r"<(?:img|image|object|embed|iframe|frame|video|audio|source|input|link|script|style|base|svg|meta)\b[^<>]*>"
    r"|<[^<>]*\s(?:src|srcset|data|poster|background|xlink:href)\s*=[^<>]*>"
    r"|<[^<>]*\sstyle\s*=[^<>]*url\s*\([^<>]*>",
    re.IGNORECASE,
)
"""Markup that asks for another file, or that only one of the two formats could show."""


class LackingData(FaultyInput):
    """A text asks for what no ledger knows; tables that ask the same say it better."""


class LabelFault(FaultyInput):
    """A short template of a YAML file went wrong; whoever knows the file can say where it stands."""

    def __init__(self, template: str, message: str) -> None:
        super().__init__([Fault(Place(""), f"“{template}”：{message}")])
        self.template = template

    def at(self, place: Place) -> list[Fault]:
        return [Fault(place, fault.message) for fault in self.faults]


_MEANING = {
    "Missing end of": "{# 或 {% raw %} 没有收尾",
    "Encountered unknown tag": "{% if %}、{% for %} 与 {% endif %}、{% endfor %} 没有配对，或词写错了",
    "Unexpected end of template": "{% if %} 或 {% for %} 没有收尾，要有 {% endif %} 或 {% endfor %}",
    "No filter named": "没有这个过滤器，或者它没有放开（见 docs/security.md）",
    "No test named": "没有这个判断词",
    "unexpected char": "有不认识的字符；引号、逗号、括号要用半角",
    "unexpected '}'": "大括号没有配对",
    "expected token": "这里少了或多了一个符号",
}


SUBJECTS = ("unit", "project")
"""What tables can be about, one by one."""


class NothingWritten(Exception):
    """A narrative prints a value that the input leaves empty."""


@dataclass
class Templates:
    """The templates of one profile, with the names every one of them may use."""

    folders: tuple[Path, ...]
    common: Mapping[str, Any]
    locate: Callable[[MissingData], Place | None]
    """Where the input says the record that lacks something."""
    _labels: Sandbox = field(init=False)
    _fragments: Sandbox = field(init=False)
    _compiled: dict[str, Template] = field(default_factory=dict, repr=False)
    """Labels by their text: a row for each of hundreds of projects prints the same one."""

    def __post_init__(self) -> None:
        self._labels = self._environment(_blank_for_none, autoescape=False)
        self._fragments = self._environment(_blank_for_none, autoescape=True)

    def _environment(self, printed: Callable[[object], object], *, autoescape: bool) -> Sandbox:
        @pass_context  # keeps Jinja from asking it while it compiles
        def charged(_: Context, value: object) -> object:
            text = printed(value)
            sandbox.charge(size_of(text))
            return text

        sandbox = Sandbox(self.folders, autoescape=autoescape, finalize=charged)
        return sandbox

    def label(self, template: str, context: Mapping[str, Any]) -> str:
        """A short template inside a YAML file, as plain text."""
        if "{" not in template:
            return template
        self._labels.left = MAX_WORK
        try:
            compiled = self._compiled.get(template)
            if compiled is None:
                compiled = self._compiled[template] = self._labels.from_string(template)
            return compiled.render({**self.common, **context})
        except FaultyInput:
            raise
        except Exception as error:  # a template may run any expression its author wrote
            raise LabelFault(template, self._explain(error, context)) from error

    def fragment(self, name: str, context: Mapping[str, Any]) -> str:
        """An HTML file of the profile; what the input says arrives escaped."""
        html = self._render(self._fragments, name, context)
        self._refuse_references(html, name)
        return html

    def narrative(self, name: str, context: Mapping[str, Any]) -> str:
        """A Markdown file of the profile, as HTML."""
        tokens = Tokens()

        def hold(value: object) -> Markup:
            if value is None:
                raise NothingWritten
            return Markup(tokens.hold(value))

        # autoescape, so that macros mark their text as the template's own
        environment = self._environment(hold, autoescape=True)
        markdown = self._render(environment, name, context)
        if _expanded(markdown, tokens) > MAX_WORK:
            path = find_file(self.folders, name) or Path(name)
            raise FaultyInput(
                [Fault(Place(shown(path)), "模板印出的文字没有尽头，或者含有内部用的字符 U+E000")]
            )
        html = to_html(markdown, tokens)
        self._refuse_references(html, name)
        return html

    def _refuse_references(self, html: str, name: str) -> None:
        """Neither format prints what lies outside the text; nothing is fetched, so it is told."""
        found = _FETCHES.search(html)
        if found is None:
            return
        path = find_file(self.folders, name) or Path(name)
        source = read_text(path)
        before = source.partition(found[0])[0]
        here = before != source
        line, column = (before.count("\n") + 1, len(before) - before.rfind("\n")) if here else (0, 0)
        problem = f"“{found[0][:60]}”：报告里不放图片和别处的文件，不访问网址；请删去，样式写在 style.css 里"
        raise FaultyInput([Fault(Place(shown(path), line, column), problem)])

    def _render(self, environment: Sandbox, name: str, context: Mapping[str, Any]) -> str:
        names = {**self.common, **context}
        environment.left = MAX_WORK
        try:
            return environment.get_template(name).render(names)
        except FaultyInput:
            raise
        except Exception as error:  # a template may run any expression its author wrote
            fault = Fault(self._place(error, name), self._explain(error, names))
            kind = LackingData if isinstance(error, MissingData) else FaultyInput
            raise kind([fault]) from error

    def _place(self, error: Exception, name: str) -> Place:
        """The line of a template of the profile that was running when `error` arose."""
        if isinstance(error, TemplateSyntaxError):
            path = error.filename or find_file(self.folders, error.name or name) or name
            return Place(shown(Path(path)), error.lineno)
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if any(folder in Path(frame.filename).parents for folder in self.folders):
                return Place(shown(Path(frame.filename)), frame.lineno or 0)
        return Place(shown(find_file(self.folders, name) or self.folders[0] / name))

    def _explain(self, error: Exception, names: Mapping[str, Any]) -> str:  # noqa: PLR0911  (a table of kinds)
        if isinstance(error, MissingData):
            where = self.locate(error)
            return f"这里需要{error.what}，{f'而 {where} 没有填写' if where else '而输入里没有'}"
        if isinstance(error, NothingWritten):
            return "这里要印的内容在输入里没有填写；请补上，或在模板里用 {% if %} 判断"
        if isinstance(error, UndefinedError):
            return self._unknown_name(str(error.message), names)
        if isinstance(error, TemplateSyntaxError):
            said = str(error.message)
            meaning = next((zh for en, zh in _MEANING.items() if en in said), "")
            word = next(iter(re.findall(r"(?:tag|named) '(\w+)'", said)), "")
            return f"模板写法有误：{f'“{word}”：' if word else ''}{meaning or said}"
        if isinstance(error, TemplateNotFound):
            return f"格式的文件夹里没有文件“{error.name}”"
        if isinstance(error, SecurityError):
            word = next(iter(re.findall(r"attribute '([^']*)'", str(error))), "")
            return f"模板里不能用“{word}”"
        if isinstance(error, RecursionError):
            return "模板转着圈引用自己，或者嵌套太深"
        return str(error) if isinstance(error, Forbidden) else f"模板出错（{error}）"

    def _unknown_name(self, said: str, names: Mapping[str, Any]) -> str:
        """What Jinja says of a name that it does not know, in Chinese and with the nearest known one."""
        words = re.findall(r"'([^']*)'", said)
        if "has no attribute" not in said:
            word = words[0] if words else ""
            if word in ("it", *SUBJECTS):
                return f"这里没有“{word}”；逐一列出 {word} 的表（each: {word}）或行里才有"
            return f"模板里没有“{word}”这个名字{nearest(word, {**self.common, **names})}"
        owner, word = words[0], words[-1]
        if owner == "None":
            return f"这里没有记录（如合计行），取不到“{word}”；请先用 {{% if %}} 判断"
        return f"没有“{word}”这一项{nearest(word, _fields(owner.removesuffix(' object')))}；请核对名字"


def _expanded(markdown: str, tokens: Tokens) -> int:
    """The length of a narrative once its tokens are replaced; endless where one holds itself or a later."""
    lengths: list[int] = []
    for text in (*tokens.held, markdown):
        numbers = [int(number) for number in _TOKEN.findall(text)]
        endless = any(number >= len(lengths) for number in numbers)
        lengths.append(MAX_WORK + 1 if endless else len(text) + sum(lengths[number] for number in numbers))
    return lengths[-1]


def _fields(type_name: str) -> list[str]:
    """The fields of a model or a figure, by its full name as Jinja tells it."""
    module, _, name = type_name.rpartition(".")
    type_ = getattr(sys.modules.get(module), name, None)
    models = getattr(type_, "model_fields", ())
    return [word for word in [*models, *dir(type_)] if not word.startswith(("_", "model_"))] if type_ else []


def _blank_for_none(value: object) -> object:
    return "" if value is None else value
