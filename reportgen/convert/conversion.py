"""An input file written in the other form, and read again to see that it still says the same."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from reportgen.convert.book import book
from reportgen.convert.typed import Typed, typed
from reportgen.convert.workbook import unfit, workbook
from reportgen.convert.yaml_files import yaml_files
from reportgen.faults import Fault, FaultyInput, Place, Severity
from reportgen.load.disclosure import load_own
from reportgen.load.reading import usual_name
from reportgen.load.sheets import SUFFIXES
from reportgen.load.text import shown
from reportgen.model.disclosure import Disclosure

YAML_SUFFIXES = (".yaml", ".yml")


def convert(source: Path, target: Path) -> tuple[dict[Path, bytes], list[Fault]]:
    """The files that `target` consists of (a workbook, or a YAML file and its CSV files), and what to know.

    Raises `FaultyInput` for a faulty source and for what the target cannot hold.
    """
    loaded = load_own(source)
    disclosure = loaded.disclosure
    content = typed(disclosure, disclosure.amount_unit.label)
    _rebase(content, source, target)
    files = _files(content, target)
    _see_that_it_says_the_same(disclosure, files, target)
    notes = list(loaded.notes)
    if loaded.unit_files:
        problem = "各单位的文件合成了一个；单位自己的职责、原因、用途等文字不在里面，--unit 仍用原来的文件"
        notes.append(Fault(Place(shown(source)), problem, Severity.WARNING))
    return {target.parent / name: data for name, data in files.items()}, notes


def _files(content: dict[str, Typed], target: Path) -> dict[str, bytes]:
    suffix = target.suffix.lower()
    if suffix in YAML_SUFFIXES:
        return yaml_files(target.name, content)
    if suffix != SUFFIXES[0]:
        problem = f"不认识的文件类型“{target.suffix}”；可以写成 .yaml 或 .xlsx 文件"
        raise FaultyInput([Fault(Place(shown(target)), problem)])
    sheets = book(content)
    faults = [Fault(Place(shown(target)), problem) for problem in unfit(sheets)]
    if faults:
        raise FaultyInput(faults)
    return {target.name: workbook(sheets)}


def _rebase(content: dict[str, Typed], source: Path, target: Path) -> None:
    """Last year's file is named as seen from the new place."""
    key = usual_name(Disclosure, "year_before")
    named = content.get(key)
    if isinstance(named, str):
        content[key] = Path(os.path.relpath(source.parent / named, target.parent)).as_posix()


def _see_that_it_says_the_same(disclosure: Disclosure, files: dict[str, bytes], target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        again = load_own(Path(folder) / target.name).disclosure
    if _said(again) != _said(disclosure):
        problem = "写出的内容读回来与原来的不一样，没有写出；请把输入报告给 reportgen 的维护者"
        raise FaultyInput([Fault(Place(shown(target)), problem)])


def _said(disclosure: Disclosure) -> dict[str, object]:
    return {**disclosure.model_dump(), "year_before": None}
