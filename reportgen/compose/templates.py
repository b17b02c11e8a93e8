"""Jinja2 in a sandbox: labels, HTML fragments and narratives; their faults named by file and line.

A profile may come from anybody. Its templates read data and nothing else: no file outside the
profile's folders, no method that does more than look, and no more work than `MAX_WORK`.
"""

from __future__ import annotations

import functools
import re
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    nodes,
    pass_context,
)
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import MAX_RANGE, ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from reportgen.compose.markdown import CLOSE, OPEN, Tokens, to_html
from reportgen.compose.profile import find_file
from reportgen.derive.selection import MissingData
from reportgen.faults import Fault, FaultyInput, Place, nearest
from reportgen.load.text import read_text, shown

MAX_WORK = 20_000_000
"""What one template may do, in characters made and turns taken; a hundred pages need a hundredth."""

CALL = 100
"""A call counts for so much work: it may sum over all the lines."""

MAX_TEMPLATE_BYTES = 2**20
"""The longest of the examples has a thirtieth."""

MAX_BITS = 4096
"""Whole numbers of a template; no amount has more than a hundred bits, and 10**10**10 fills the memory."""

MAX_ARGUMENT = 1000
"""Numbers given to filters and formats say how many decimals, columns or characters."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FILTERS = _words(
    """abs attr batch capitalize count d default dictsort e escape first float forceescape format groupby int
    join last length list lower map max min reject rejectattr replace reverse round safe select selectattr
    slice sort string striptags sum title trim truncate unique upper wordcount"""
)
"""`random` would make another report each time; the others that are left out pad or wrap without end."""

_STR = _words(
    """capitalize count endswith find index isalpha isascii isdecimal isdigit isnumeric isspace lower lstrip
    partition removeprefix removesuffix rfind rindex rpartition rsplit rstrip split splitlines startswith
    strip title upper"""
)
_METHODS: tuple[tuple[type, frozenset[str]], ...] = (
    (str, _STR),
    (list, _words("count index")),
    (tuple, _words("count index")),
    (Mapping, _words("get items keys values")),
    (date, _words("day isoformat month strftime weekday year")),
    (Enum, _words("name value")),
)
"""What a template may ask of Python's own values; amounts and counts are for functions and filters."""

_GROUP = 8
"""Texts that `~` joins at once."""

_FORMAT_BOMB = re.compile(r"%(\([^)]*\))?[-+ #0]*(\*|\d{4,}|\d*\.(\*|\d{4,}))")
"""A width or precision of a thousand and more, or one that stands elsewhere."""

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


class Forbidden(Exception):
    """What a template must not do; the message is Chinese and ready to print."""


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox with names allowed one by one and all work counted.

    Jinja's own lets every public method be called, which with pydantic's models (`parse_raw`
    unpickles) is as good as no sandbox, and lets `'a' * 10**9` fill the memory.
    """

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def __init__(self, folders: tuple[Path, ...], **options: Any) -> None:
        super().__init__(
            loader=_Loader(folders),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            **options,
        )
        self.left = MAX_WORK
        del self.globals["lipsum"]
        self.globals["range"] = _range
        self.filters = {name: self._limited(name, self.filters[name]) for name in _FILTERS}
        self.filters.update(_turns=self._turns, _made=self._made)

    def charge(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise Forbidden(f"模板要做的太多（循环的遍数、生成的文字合计超过 {MAX_WORK:,}），不再继续")

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if not super().is_safe_attribute(obj, attr, value):
            return False
        kind = type(obj)
        if kind.__module__.partition(".")[0] == "jinja2":  # loop, namespace, macros
            return True
        own = any(c.__module__.startswith("reportgen.") and attr in vars(c) for c in kind.__mro__)
        fields = (getattr(kind, "model_fields", ()), getattr(kind, "__dataclass_fields__", ()))
        builtin = any(isinstance(obj, of) and attr in names for of, names in _METHODS)
        return own or builtin or any(attr in names for names in fields)

    def wrap_str_format(self, value: Any) -> None:
        """`str.format` takes widths from anywhere; `%` and the filters do its work under a meter."""

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.charge(CALL)
        result = super().call(context, obj, *args, **kwargs)
        self.charge(_size(result))
        return result

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        match operator:
            case "%":
                _check_format(left)
            case "+":
                self.charge(_size(left) + _size(right))
            case "*":
                self.charge(_size(left) * _times(right) + _size(right) * _times(left))
                _check_bits(_bits(left) + _bits(right))
            case "**":
                _check_bits(max(_bits(left), 1) * _times(right))
        result = super().call_binop(context, operator, left, right)
        self.charge(_size(result))
        return result

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        """Compiles a template with its loops and texts counted."""
        return super()._generate(_Counting(self).visit(source), *args, **kwargs)

    def _load_template(self, name: str, globals: Any) -> Template:
        template = super()._load_template(name, globals)
        assert isinstance(self.loader, _Loader)
        self.charge(CALL + self.loader.sizes.get(name, 0))
        return template

    def _limited(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A filter that is held to small numbers and charged for what it makes."""
        given = 2 if hasattr(function, "jinja_pass_arg") else 1

        @functools.wraps(function)
        def limited(*args: Any, **kwargs: Any) -> Any:
            for number in (*args[given:], *kwargs.values()):
                if isinstance(number, int) and abs(number) > MAX_ARGUMENT:
                    raise Forbidden(f"{name} 的参数不能大于 {MAX_ARGUMENT}")
            if name == "format":
                _check_format(args[0])
            if name == "replace":
                self.charge(str(args[1]).count(str(args[2])) * len(str(args[3])))
            if name == "join" and not (kwargs.get("attribute") or len(args) > 3):
                joined = list(args[1])
                between = len(str(args[2] if len(args) > 2 else kwargs.get("d", "")))
                self.charge(sum(len(str(text)) + between for text in joined))
                args = (args[0], joined, *args[2:])
            result = function(*args, **kwargs)
            self.charge(_size(result))
            return result

        return limited

    @staticmethod
    @pass_context  # keeps Jinja from working it out while it compiles
    def _turns(context: Context, values: Iterable[Any], work: int) -> Iterator[Any]:
        sandbox = context.environment
        assert isinstance(sandbox, _Sandbox)
        for value in values:
            sandbox.charge(work)
            yield value

    @staticmethod
    @pass_context
    def _made(context: Context, value: Any) -> Any:
        assert isinstance(context.environment, _Sandbox)
        context.environment.charge(_size(value))
        return value


class _Counting(NodeTransformer):
    """Puts a meter on what Jinja compiles to plain Python: loops, `~` and slices."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802  (Jinja's name)
        self.generic_visit(node)
        printed = sum(len(text.data) for text in node.find_all(nodes.TemplateData))
        printed += sum(_size(constant.value) for constant in node.find_all(nodes.Const))
        node.iter = self._filter("_turns", node.iter, nodes.Const(1 + printed))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        # in groups, so that no link of a long chain is made before those in front of it are charged
        parts = list(node.nodes)
        while len(parts) > _GROUP:
            groups = [parts[at : at + _GROUP] for at in range(0, len(parts), _GROUP)]
            parts = [self._filter("_made", nodes.Concat(group, lineno=node.lineno)) for group in groups]
        return self._filter("_made", nodes.Concat(parts, lineno=node.lineno))

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Expr:  # noqa: N802
        self.generic_visit(node)
        return self._filter("_made", node) if isinstance(node.arg, nodes.Slice) else node

    def _filter(self, name: str, value: Any, *arguments: nodes.Expr) -> nodes.Filter:
        made = nodes.Filter(value, name, list(arguments), [], None, None)
        made.set_lineno(value.lineno).set_environment(self.environment)
        return made


class _Loader(BaseLoader):
    """Files of the profile's folders, nearest first; nothing that lies or leads outside of them."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.folders = folders
        self.sizes: dict[str, int] = {}

    def get_source(self, _: Environment, template: str) -> tuple[str, str, None]:
        path = find_file(self.folders, template)
        if path is None:
            raise TemplateNotFound(template)
        text = read_text(path, MAX_TEMPLATE_BYTES) if path.stat().st_size else ""
        self.sizes[template] = len(text)
        return text, str(path), None


def _range(*numbers: int) -> range:
    found = range(*numbers)
    # its len() fails beyond 2**63
    if abs(found.stop - found.start) // abs(found.step) > MAX_RANGE:
        raise Forbidden(f"range 最多 {MAX_RANGE} 个数")
    return found


def _size(value: object) -> int:
    return len(value) if isinstance(value, str | bytes | list | tuple | dict) else 0


def _times(value: object) -> int:
    """How often a number repeats what it is multiplied or raised with."""
    return (
        max(int(value), 0)
        if isinstance(value, int | float) and abs(value) < 10**9
        else 10**9 * _is_number(value)
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int | float)


def _bits(value: object) -> int:
    return value.bit_length() if isinstance(value, int) else 0


def _check_bits(bits: int) -> None:
    if bits > MAX_BITS:
        raise Forbidden("模板算出的数太大")


def _check_format(template: object) -> None:
    if isinstance(template, str) and _FORMAT_BOMB.search(template):
        raise Forbidden(f"格式“{template[:20]}”里的宽度和位数应小于 {MAX_ARGUMENT}")


@dataclass
class Templates:
    """The templates of one profile, with the names every one of them may use."""

    folders: tuple[Path, ...]
    common: Mapping[str, Any]
    locate: Callable[[MissingData], Place | None]
    """Where the input says the record that lacks something."""
    _labels: _Sandbox = field(init=False)
    _fragments: _Sandbox = field(init=False)

    def __post_init__(self) -> None:
        self._labels = self._environment(_blank_for_none, autoescape=False)
        self._fragments = self._environment(_blank_for_none, autoescape=True)

    def _environment(self, printed: Callable[[object], object], *, autoescape: bool) -> _Sandbox:
        def charged(value: object) -> object:
            text = printed(value)
            sandbox.charge(_size(text))
            return text

        sandbox = _Sandbox(self.folders, autoescape=autoescape, finalize=charged)
        return sandbox

    def label(self, template: str, context: Mapping[str, Any]) -> str:
        """A short template inside a YAML file, as plain text."""
        if "{" not in template:
            return template
        self._labels.left = MAX_WORK
        try:
            return self._labels.from_string(template).render({**self.common, **context})
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

    def _render(self, environment: _Sandbox, name: str, context: Mapping[str, Any]) -> str:
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
