"""What the cells of one column say about a field: codes taken from names, words understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError

from reportgen.exports.cells import class_of, key_of, sum_of
from reportgen.exports.grid import squeezed
from reportgen.exports.mapping import NOTHING, label, quoted
from reportgen.exports.words import WORDS, meant
from reportgen.model.lines import ExpenditureLine

KEYS = ("unit", "function", "economic", "government", "project", "nature", "staffing", "fund", "carryover")
"""What tells lines apart, in the order that entries keep it."""
CLASSES = ("function", "economic", "government")
CODED = ("unit", "project")


@dataclass
class FieldReader:
    """Reads each text once; a column of fifty thousand cells holds some hundreds."""

    name: str
    meanings: Mapping[str, str]
    """What the mapping says of the export's words."""
    has_codes: bool = True
    """Whether the cells of units and projects hold codes; else their names stand for them."""
    _read: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    _codes: dict[str, set[str]] = field(default_factory=dict)
    """By name, the codes that were met with it."""

    def __post_init__(self) -> None:
        self.meanings = {squeezed(word): meaning for word, meaning in self.meanings.items()}
        info = ExpenditureLine.model_fields[self.name]
        annotation: Any = info.annotation
        for metadata in info.metadata:
            annotation = Annotated[annotation, metadata]
        self._adapter: TypeAdapter[Any] = TypeAdapter(annotation)

    def read(self, text: str) -> tuple[str, str | None]:
        """The value as lines.csv has it, and what is wrong with it."""
        found = self._read.get(text)
        if found is None:
            found = self._read[text] = self._value(text)
            name = self.name_in(text)
            if name and not found[1]:
                self._codes.setdefault(squeezed(name), set()).add(found[0])
        return found

    def of_sum(self, text: str) -> str:
        """What a cell of a sum says about what it sums up; nothing where it is only a word."""
        said = sum_of(text)
        plain = said.of if said else text
        if not plain:
            return ""
        named = self._codes.get(squeezed(plain), set())
        if len(named) == 1:
            return next(iter(named))
        value, problem = self._value(plain)
        return "" if problem else value

    def name_in(self, text: str) -> str:
        """The name beside the code in one cell."""
        coded = class_of(text) if self.name in CLASSES else key_of(text) if self._holds_keys else None
        return coded.name if coded else ""

    @property
    def _holds_keys(self) -> bool:
        return self.name in CODED and self.has_codes

    def _value(self, text: str) -> tuple[str, str | None]:
        meaning = self.meanings.get(squeezed(text))
        if meaning == NOTHING:
            return "", None
        typed = meaning
        if typed is None:
            coded = class_of(text) if self.name in CLASSES else key_of(text) if self._holds_keys else None
            if coded is None and self._holds_keys:
                return "", f"{label(self.name)}：“{text}”里没有编码，别的行有"
            typed = coded.code if coded else text
        try:
            value = self._adapter.validate_python(typed)
        except ValidationError as error:
            problem = error.errors(include_url=False)[0]["msg"]
            # words of the budget system are no slips of ours: the nearest one would mislead
            return "", f"{label(self.name)}：{problem.partition('，是不是')[0]}"
        if self.name in WORDS:
            return str(value.label), None
        return ("是" if value else "否") if isinstance(value, bool) else str(value), None

    def advice(self, text: str) -> str:
        """What to write into the mapping for a text that is not understood."""
        is_word = self.name in (*WORDS, "carryover")
        ours = (meant(self.name, text) or "上面的一个") if is_word else "编码"
        return f"；请改正，或在映射的“取值”里写 {label(self.name)}: {{{quoted(text)}: {ours}}}"
