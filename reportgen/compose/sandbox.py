"""The sandbox that templates run in: they read data and do nothing else.

A profile may come from anybody: no file outside the profile's folders, no method that does more
than look, and no more work than `MAX_WORK`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateNotFound, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import MAX_RANGE, ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from reportgen.compose.profile import find_file
from reportgen.load.text import read_text

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

MOST_COMPILED = 2000
"""Templates that are kept compiled while the program runs: many departments have one profile."""
_compiled: dict[Any, Any] = {}

_GROUP = 8
"""Texts that `~` joins at once."""

_FORMAT_BOMB = re.compile(r"%(\([^)]*\))?[-+ #0]*(\*|\d{4,}|\d*\.(\*|\d{4,}))")
"""A width or precision of a thousand and more, or one that stands elsewhere."""


class Forbidden(Exception):
    """What a template must not do; the message is Chinese and ready to print."""


class Sandbox(ImmutableSandboxedEnvironment):
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
        self._allowed: dict[tuple[type, str], bool] = {}
        """Known of a type: forms that each look through all purchases ask it for every pair of the two."""
        del self.globals["lipsum"]
        self.globals["range"] = _range
        self.filters = {name: self._limited(name, self.filters[name]) for name in _FILTERS}
        self.filters.update(_turns=self._turns, _made=self._made)

    def charge(self, work: int) -> None:
        self.left -= work
        if self.left < 0:
            raise Forbidden(f"模板要做的太多（循环的遍数、生成的文字合计超过 {MAX_WORK:,}），不再继续")

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        asked = type(obj), attr
        if asked not in self._allowed:
            self._allowed[asked] = super().is_safe_attribute(obj, attr, value) and _is_allowed(*asked)
        return self._allowed[asked]

    def wrap_str_format(self, value: Any) -> None:
        """`str.format` takes widths from anywhere; `%` and the filters do its work under a meter."""

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        self.charge(CALL)
        result = super().call(context, obj, *args, **kwargs)
        self.charge(size_of(result))
        return result

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        match operator:
            case "%":
                _check_format(left)
            case "+":
                self.charge(size_of(left) + size_of(right))
            case "*":
                self.charge(size_of(left) * _times(right) + size_of(right) * _times(left))
                _check_bits(_bits(left) + _bits(right))
            case "**":
                _check_bits(max(_bits(left), 1) * _times(right))
        result = super().call_binop(context, operator, left, right)
        self.charge(size_of(result))
        return result

    def compile(self, source: Any, *args: Any, **kwargs: Any) -> Any:
        """Once for each text: what is compiled knows nothing of the environment that it runs in, unless
        its `finalize` may be asked while it compiles."""
        if self.finalize is not None and not hasattr(self.finalize, "jinja_pass_arg"):
            return super().compile(source, *args, **kwargs)
        key = (source, args, tuple(kwargs.items()), self.autoescape, self.finalize is None)
        if key not in _compiled:
            made = super().compile(source, *args, **kwargs)
            if len(_compiled) >= MOST_COMPILED:
                _compiled.pop(next(iter(_compiled)))
            _compiled[key] = made
        return _compiled[key]

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
            self.charge(size_of(result))
            return result

        return limited

    @staticmethod
    @pass_context  # keeps Jinja from working it out while it compiles
    def _turns(context: Context, values: Iterable[Any], work: int) -> Iterator[Any]:
        sandbox = context.environment
        assert isinstance(sandbox, Sandbox)
        for value in values:
            sandbox.charge(work)
            yield value

    @staticmethod
    @pass_context
    def _made(context: Context, value: Any) -> Any:
        assert isinstance(context.environment, Sandbox)
        context.environment.charge(size_of(value))
        return value


def _is_allowed(kind: type, attr: str) -> bool:
    if kind.__module__.partition(".")[0] == "jinja2":  # loop, namespace, macros
        return True
    own = any(c.__module__.startswith("reportgen.") and attr in vars(c) for c in kind.__mro__)
    fields = (getattr(kind, "model_fields", ()), getattr(kind, "__dataclass_fields__", ()))
    builtin = any(issubclass(kind, of) and attr in names for of, names in _METHODS)
    return own or builtin or any(attr in names for names in fields)


class _Counting(NodeTransformer):
    """Puts a meter on what Jinja compiles to plain Python: loops, `~` and slices."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802  (Jinja's name)
        self.generic_visit(node)
        printed = sum(len(text.data) for text in node.find_all(nodes.TemplateData))
        printed += sum(size_of(constant.value) for constant in node.find_all(nodes.Const))
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


def size_of(value: object) -> int:
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
