"""The words of the input language: names of keys and values, in Chinese and English."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from reportgen.faults import nearest


class Model(BaseModel):
    """The base of every input model: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Zh:
    """The Chinese names of a field, the usual one first, and what to write there."""

    names: tuple[str, ...]
    about: str

    def __init__(self, *names: str, about: str = "") -> None:
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "about", about)


@dataclass(frozen=True, slots=True)
class Named:
    """On a mapping of lists: a bare list stands for one entry of this name."""

    name: str


@dataclass(frozen=True, slots=True)
class OrOne:
    """On a list of records: a bare record stands for a list of one."""


@dataclass(frozen=True, slots=True)
class Bare:
    """On a field of a record: in a list, a bare text stands for a record that says only this."""


def reject(message: str) -> PydanticCustomError:
    """The one kind of error validators raise: `message` is Chinese and ready to print."""
    return PydanticCustomError("reportgen", "{message}", {"message": message})


class Word(StrEnum):
    """An enumeration whose members are typed by their English value or any Chinese name."""

    zh: tuple[str, ...]

    def __new__(cls, value: str, *zh: str) -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.zh = zh
        return member

    @property
    def label(self) -> str:
        """The usual Chinese name, the value itself where it has none."""
        return self.zh[0] if self.zh else self.value

    @classmethod
    def read(cls, typed: object) -> Self:
        text = str(typed).strip()
        for member in cls:
            if text == member.value or text in member.zh:
                return member
        choices = [m.label for m in cls]
        known = [m.value for m in cls] if text.isascii() else [word for m in cls for word in m.zh]
        raise reject(f"“{text}”不在可选值之内：{'、'.join(choices)}{nearest(text, known)}")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.read)


def about(metadata: Iterable[object]) -> str:
    """What to write in a field, in Chinese, found among its annotations."""
    return next((m.about for m in metadata if isinstance(m, Zh)), "")


def zh_names(metadata: Iterable[object]) -> tuple[str, ...]:
    """The Chinese names found among a field's annotations."""
    return next((m.names for m in metadata if isinstance(m, Zh)), ())
