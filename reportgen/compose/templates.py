"""Jinja2 in a sandbox: labels, HTML fragments and narratives; their faults named by file and line."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from reportgen.compose.markdown import Tokens, to_html
from reportgen.derive.selection import MissingData
from reportgen.faults import Fault, FaultyInput, Place, nearest
from reportgen.load.text import shown


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
    "Encountered unknown tag": "{% if %}、{% for %} 与 {% endif %}、{% endfor %} 没有配对，或词写错了",
    "Unexpected end of template": "{% if %} 或 {% for %} 没有收尾，要有 {% endif %} 或 {% endfor %}",
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
    _labels: ImmutableSandboxedEnvironment = field(init=False)

    def __post_init__(self) -> None:
        self._labels = self._environment(autoescape=False, finalize=_blank_for_none)

    def _environment(self, **options: Any) -> ImmutableSandboxedEnvironment:
        return ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(self.folders),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            **options,
        )

    def label(self, template: str, context: Mapping[str, Any]) -> str:
        """A short template inside a YAML file, as plain text."""
        if "{" not in template:
            return template
        try:
            return self._labels.from_string(template).render({**self.common, **context})
        except FaultyInput:
            raise
        except Exception as error:  # a template may run any expression its author wrote
            raise LabelFault(template, self._explain(error, context)) from error

    def fragment(self, name: str, context: Mapping[str, Any]) -> str:
        """An HTML file of the profile; what the input says arrives escaped."""
        environment = self._environment(autoescape=True, finalize=_blank_for_none)
        return self._render(environment, name, context)

    def narrative(self, name: str, context: Mapping[str, Any]) -> str:
        """A Markdown file of the profile, as HTML."""
        tokens = Tokens()

        def hold(value: object) -> Markup:
            if value is None:
                raise NothingWritten
            return Markup(tokens.hold(value))

        # autoescape, so that macros mark their text as the template's own
        environment = self._environment(autoescape=True, finalize=hold)
        return to_html(self._render(environment, name, context), tokens)

    def _render(
        self, environment: ImmutableSandboxedEnvironment, name: str, context: Mapping[str, Any]
    ) -> str:
        names = {**self.common, **context}
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
            return Place(shown(Path(error.filename or name)), error.lineno)
        for frame in reversed(traceback.extract_tb(error.__traceback__)):
            if Path(frame.filename).parent in self.folders:
                return Place(shown(Path(frame.filename)), frame.lineno or 0)
        return Place(name)

    def _explain(self, error: Exception, names: Mapping[str, Any]) -> str:
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
            word = next(iter(re.findall(r"tag '(\w+)'", said)), "")
            return f"模板写法有误：{f'“{word}”：' if word else ''}{meaning or said}"
        return f"模板出错（{error}）"

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


def _fields(type_name: str) -> list[str]:
    """The fields of a model or a figure, by its full name as Jinja tells it."""
    module, _, name = type_name.rpartition(".")
    type_ = getattr(sys.modules.get(module), name, None)
    models = getattr(type_, "model_fields", ())
    return [word for word in [*models, *dir(type_)] if not word.startswith(("_", "model_"))] if type_ else []


def _blank_for_none(value: object) -> object:
    return "" if value is None else value
