"""YAML and JSON text to nodes. Scalars stay text: 0101 is no number and no digit is lost."""

from __future__ import annotations

import json
import re
import warnings
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.nodes import Entry, Mapping, Node, Scalar, Sequence
from reportgen.load.text import unprintable

MAX_REPEATED = 100_000
"""Aliases may repeat nodes; beyond this many repetitions the file is a bomb, not a budget."""

MAX_DEPTH = 64
"""No input is deeper than ten; beyond some hundreds Python's own stack ends."""

SHORT = 20_000
"""Characters of a text whose nodes are kept: the files of a profile are read for every report."""

_TIGHT = re.compile(r"(\s*(?:- )?[^\s:#\"'{\[]+:)[{\[\"']")
"""`部门:{…}`, of which YAML tells only what it meets later."""

_NULL = "tag:yaml.org,2002:null"

_MEANING = {
    "'\\t' that cannot start any token": "缩进不能用制表符（Tab），请改用空格",
    "cannot start any token": "以 @、`、%、>、| 开头的文字请加引号",
    "unknown escape character": "双引号里的反斜杠请写两个，或改用单引号",
    "sequence entries are not allowed here": "单独的 - 和以“- ”开头的文字请加引号",
    "block scalar": "以 > 或 | 开头的文字（如 >=）请加引号",
    "but found '<scalar>'": "引号后面还有文字；请把整段文字用引号括起，里面的引号改用“”",
    "flow mapping": "{…} 里各项之间要用半角逗号“, ”，末尾要有“}”；以 {{ 开头的文字请加双引号",
    "flow sequence": "[…] 里各项之间要用半角逗号“, ”，末尾要有“]”",
    "unhashable": "以 {{ 开头的文字请加双引号",
    "mapping values are not allowed here": "这里不该有“: ”；请检查上一行的缩进，含冒号的文字请加引号",
    "could not find expected ':'": "缺少冒号；键后面应是半角冒号加空格",
    "expected <block end>, but found ','": "这里不该有逗号；含逗号的文字请加引号",
    "expected <block end>": "缩进与上文不一致",
    "did not find expected": "缩进或括号与上文不一致",
    "found unexpected end of stream": "引号没有收尾",
    "while scanning a quoted scalar": "引号没有收尾",
    "found undefined alias": "引用了没有定义的锚点；以 * 开头的文字请加引号",
    "expected a single document": "一个文件里只能有一份文档（不要用 --- 分隔）",
    "unacceptable character": "含有不可见的控制字符",
}


def parse_yaml(text: str, file: str) -> Node:
    """Nodes of a YAML text; raises `FaultyInput` at the first syntax fault, as YAML allows no more."""
    return _kept(text, file) if len(text) <= SHORT else _parsed(text, file)


def _parsed(text: str, file: str) -> Node:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an anchor set anew is allowed, and no news for the user
            root = YAML(typ="safe", pure=True).compose(text)
        if root is None:
            raise FaultyInput([Fault(Place(file), "文件里没有内容")])
        return _Builder(file).build(root)
    except MarkedYAMLError as error:
        raise FaultyInput([_syntax_fault(error, text, file)]) from None
    except ReaderError as error:
        before = text[: error.position]
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise FaultyInput([Fault(place, "YAML 写法有误：含有不可见的控制字符")]) from None
    except (YAMLError, ValueError) as error:
        raise FaultyInput([Fault(Place(file), f"YAML 写法有误：{_explain(str(error))}")]) from None
    except RecursionError:
        raise FaultyInput([Fault(Place(file), "层次嵌套过深")]) from None


_kept = lru_cache(maxsize=128)(_parsed)


def _syntax_fault(error: MarkedYAMLError, text: str, file: str) -> Fault:
    """The fault where its cause stands, which is often before the place where the parser gave up."""
    problem = str(error)
    at_cause = any(words in problem for words in ("unexpected end of stream", "could not find expected ':'"))
    mark = (error.context_mark if at_cause else None) or error.problem_mark or error.context_mark
    if mark is None:
        return Fault(Place(file), f"YAML 写法有误：{_explain(problem)}")
    above = text.split("\n")[mark.line - 1] if mark.line else ""
    if "mapping values are not allowed" in problem and "：" in above and ": " not in above:
        return Fault(
            Place(file, mark.line, above.index("：") + 1), "YAML 写法有误：冒号要用半角“:”，后面加空格"
        )
    lines = text.split("\n")
    tight = _TIGHT.match(lines[mark.line]) if mark.line < len(lines) else None
    if tight is not None:
        return Fault(Place(file, mark.line + 1, tight.end(1)), "YAML 写法有误：冒号后面要加空格")
    return Fault(Place(file, mark.line + 1, mark.column + 1), f"YAML 写法有误：{_explain(problem)}")


def _explain(problem: str) -> str:
    found = next((zh for en, zh in _MEANING.items() if en in problem), None)
    return found or problem.strip().splitlines()[0]


def parse_json(text: str, file: str) -> Node:
    """Nodes of a JSON text, with places, through the YAML parser once `json` has accepted it."""
    try:
        json.loads(text, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        before = error.doc[: error.pos].rstrip()
        if before.endswith(",") and error.doc[error.pos : error.pos + 1] in ("]", "}"):
            place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n") - 1)
            raise FaultyInput([Fault(place, "JSON 写法有误：最后一项后面不能有逗号")]) from None
        place = Place(file, error.lineno, error.colno)
        raise FaultyInput([Fault(place, f"JSON 写法有误：{_explain_json(error.msg)}")]) from None
    except RecursionError:
        raise FaultyInput([Fault(Place(file), "层次嵌套过深")]) from None
    # in valid JSON a bare tab only ever stands between tokens, where YAML may object to it
    return parse_yaml(text.replace("\t", " "), file)


_JSON_MEANING = {
    "Expecting property name": "这里应是双引号括起的键（最后一项后面不能有逗号）",
    "Expecting ',' delimiter": "缺少逗号",
    "Expecting ':' delimiter": "缺少冒号",
    "Expecting value": "这里应有一个值（文字要用双引号）",
    "Illegal trailing comma": "最后一项后面不能有逗号",
    "Unterminated string": "双引号没有收尾",
    "Extra data": "文件结尾有多余的内容",
    "Invalid control character": "文字里有不可见的控制字符或换行",
    "Invalid \\escape": "反斜杠后面的写法不认识",
}


def _explain_json(problem: str) -> str:
    return next((zh for en, zh in _JSON_MEANING.items() if problem.startswith(en)), problem)


class _Builder:
    """Turns ruamel's nodes into ours, counting them and collecting repeated keys."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.seen: set[int] = set()
        self.repeated = 0
        self.faults: list[Fault] = []

    def build(self, root: Any) -> Node:
        node = self._node(root, ())
        if self.faults:
            raise FaultyInput(self.faults)
        return node

    def _place(self, node: Any) -> Place:
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def _node(self, node: Any, above: tuple[int, ...]) -> Node:
        place = self._place(node)
        self.repeated += id(node) in self.seen
        self.seen.add(id(node))
        if self.repeated > MAX_REPEATED or id(node) in above:
            raise FaultyInput([Fault(place, "锚点引用展开后过大或自相引用，不予读取")])
        if len(above) > MAX_DEPTH:
            raise FaultyInput([Fault(place, f"层次嵌套过深，最多 {MAX_DEPTH} 层")])
        above = (*above, id(node))
        if isinstance(node, ScalarNode):
            empty = node.tag == _NULL or (node.style is None and node.value in ("", "~", "null"))
            return Scalar(None if empty else _whole_characters(node.value), place)
        if isinstance(node, SequenceNode):
            return Sequence(place, tuple(self._node(item, above) for item in node.value))
        assert isinstance(node, MappingNode)
        return Mapping(place, tuple(self._entries(node, above)))

    def _entries(self, node: Any, above: tuple[int, ...]) -> list[tuple[str, Entry]]:
        seen: dict[str, Entry] = {}
        for key, value in node.value:
            place = self._place(key)
            if isinstance(key, MappingNode):
                problem = "YAML 写法有误：以 {{ 开头的文字请加双引号"
                self.faults.append(Fault(self._place(node), problem))
                continue
            if not isinstance(key, ScalarNode):
                self.faults.append(Fault(place, "键应是一个词，不能是列表或映射"))
                continue
            typed = _whole_characters(str(key.value))
            wrong = unprintable(typed)
            if wrong:
                self.faults.append(Fault(place, f"键“{typed}”{wrong}"))
                continue
            if typed in seen:
                first = seen[typed].key_place.line
                self.faults.append(Fault(place, f"键“{typed}”重复，第 {first} 行已有；请删去一个"))
                continue
            seen[typed] = Entry(typed, place, self._node(value, above))
        return list(seen.items())


def _whole_characters(text: str) -> str:
    """JSON escapes characters beyond U+FFFF as two halves; join them."""
    if any("\ud800" <= char <= "\udfff" for char in text):
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
