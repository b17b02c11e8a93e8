"""Which departments a folder, a pattern or a list of paths means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from itertools import takewhile
from pathlib import Path

from reportgen.batch.lists import LIST_SUFFIXES, listed
from reportgen.batch.looks import end_of, files_named_in, is_disclosure, lists_units_beside
from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.named import NamedInputs, named_inputs
from reportgen.load.sheets import SUFFIXES as WORKBOOKS
from reportgen.load.text import is_file, shown

SUFFIXES = (".yaml", ".yml", ".json", *WORKBOOKS)
MAIN = "dept"
"""A department's input in a folder of its own, without its suffix."""

_EARLIER = re.compile(r"(19|20)\d\d年?|上年|去年")
"""Folders in which a department keeps the years before."""


@dataclass(frozen=True, slots=True)
class Input:
    path: Path
    """Of the file, or of the folder or line that does not lead to one."""
    home: Path
    """Its last part names the department: the folder, or the file without its suffix."""
    faults: tuple[Fault, ...] = ()
    """Why it cannot be built; it counts as a department that failed."""


@dataclass(frozen=True, slots=True)
class PassedOver:
    path: Path
    why: str

    def __str__(self) -> str:
        return f"{shown(self.path)}：{self.why}"


@dataclass(frozen=True, slots=True)
class Found:
    inputs: tuple[Input, ...]
    """Each once, in the order of their paths."""
    passed_over: tuple[PassedOver, ...]
    """What lies among them and is no department of its own."""


def find_inputs(typed: Sequence[str], out: Path) -> Found:
    """Raises `FaultyInput` where there is nothing to build; what a folder or a pattern
    has in `out` is no input, unless it begins there itself."""
    looked = [_looked_up(word, out.resolve()) for word in typed]
    passed = [one for found in looked for one in found.passed_over]
    unique = {one.path: one for found in looked for one in found.inputs}
    inputs = [unique[path] for path in sorted(unique)]
    if not inputs:
        problem = "没有找到部门的输入；应是放着各部门文件夹（里面有 dept.yaml）的文件夹，或路径清单"
        seen = "".join(f"\n  没有用：{one}" for one in passed)
        raise FaultyInput([Fault(Place("、".join(typed)), problem + seen)])
    named = _named_by_others(inputs) | _years_before(inputs)
    passed += [PassedOver(path, why) for path, why in named.items()]
    kept = tuple(one for one in inputs if one.path not in named)
    return Found(kept, tuple(dict.fromkeys(passed)))


def _looked_up(word: str, out: Path) -> Found:
    path = Path(word)
    if _is_dir(path):
        return _in_folder(path.resolve(), out)
    if is_file(path):
        if path.suffix.lower() in LIST_SUFFIXES:
            return _of_list(path)
        return Found((_of_file(path.resolve()),), ())
    if has_magic(word):
        return _of_pattern(word, out)
    raise FaultyInput([Fault(Place(word), "找不到这个文件或文件夹；请检查写法和所在的文件夹")])


def _of_file(path: Path) -> Input:
    return Input(path, path.parent if path.stem.lower() == MAIN else path.with_suffix(""))


def _in_folder(folder: Path, out: Path) -> Found:
    """Files that are disclosures, and the folders directly in it, each a department's own."""
    try:
        within = sorted(folder.iterdir())
    except OSError as error:
        raise FaultyInput([_unopened(folder, error)]) from None
    inputs, passed = _twins_refused([_of_file(path) for path in _disclosures(folder)]), []
    for path in _files(folder):
        if path.suffix.lower() in SUFFIXES and not is_disclosure(path):
            passed.append(PassedOver(path, "不像部门的输入（没有“部门”“年度”等键）"))
    for below in (path for path in within if _is_folder(path) and path != out):
        one = _of_department(below)
        if one is not None:
            inputs.append(one)
        elif any(_files(below)):
            passed.append(PassedOver(below, f"文件夹里没有输入（{MAIN}.yaml、{MAIN}.json 或 {MAIN}.xlsx）"))
    return Found(tuple(inputs), tuple(passed))


def _of_department(folder: Path) -> Input | None:
    """The one input of a department's folder; several are a fault, as any of them may be out of date."""
    try:
        files = list(_files(folder))
    except OSError as error:
        return Input(folder, folder, (_unopened(folder, error),))
    mains = [path for path in files if path.stem.lower() == MAIN and path.suffix.lower() in SUFFIXES]
    candidates = mains or _disclosures(folder)
    named = _named_by_others([Input(path, folder) for path in candidates])
    left = [path for path in candidates if path not in named]
    if len(left) > 1:
        return Input(folder, folder, (_which_one(folder, left),))
    return Input(left[0], folder) if left else None


def _unopened(folder: Path, error: OSError) -> Fault:
    return Fault(Place(shown(folder)), f"打不开这个文件夹：{error.strerror}；请检查它的权限")


def _which_one(folder: Path, paths: Sequence[Path]) -> Fault:
    names = "、".join(path.name for path in paths)
    return Fault(
        Place(shown(folder)), f"有 {names}，不知道用哪一个；请只留一个，或用清单写明（一行一个文件的路径）"
    )


def _twins_refused(inputs: Iterable[Input]) -> list[Input]:
    """One name with two suffixes, as after `convert`: either may be out of date."""
    homes: dict[Path, list[Input]] = {}
    for one in inputs:
        homes.setdefault(one.home, []).append(one)
    return [
        same[0] if len(same) == 1 else Input(home, home, (_which_one(home, [one.path for one in same]),))
        for home, same in homes.items()
    ]


def _of_pattern(pattern: str, out: Path) -> Found:
    hits = sorted(Path(hit).resolve() for hit in glob(pattern, recursive=True))  # noqa: PTH207  (absolute too)
    if not _lies_in(_fixed(pattern), out):  # reports may lie beside inputs where both are asked for
        hits = [path for path in hits if not _lies_in(path, out)]
    inputs, passed = [], []
    for path in hits:
        if _is_dir(path):
            one = _of_department(path)
            inputs += [one] if one else []
        elif path.suffix.lower() not in SUFFIXES or _is_private(path):
            continue
        elif is_disclosure(path):
            inputs.append(_of_file(path))
        else:
            passed.append(PassedOver(path, "不像部门的输入（没有“部门”“年度”等键）"))
    return Found(tuple(_twins_refused(inputs)), tuple(passed))


def _fixed(pattern: str) -> Path:
    """The folder in which a pattern begins to search."""
    return Path(*takewhile(lambda part: not has_magic(part), Path(pattern).parts)).resolve()


def _lies_in(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def _of_list(path: Path) -> Found:
    """What the lines of a list name, from the list's own folder."""
    inputs = []
    for place, text in listed(path):
        target = (path.parent / text).resolve()
        one = _of_department(target) if _is_dir(target) else _of_file(target)
        if one is None:
            problem = f"“{text}”里没有输入（{MAIN}.yaml、{MAIN}.json 或 {MAIN}.xlsx）"
            one = Input(target, target, (Fault(place, problem),))
        elif not _exists(target):
            problem = f"找不到“{text}”；请写相对于这份清单的路径，或完整的路径"
            one = Input(target, target, (Fault(place, problem),))
        inputs.append(one)
    if inputs and all(one.faults for one in inputs) and not any(_exists(one.path) for one in inputs):
        problem = "清单里没有一个路径找得到；应是一行一个部门的输入文件或文件夹，相对于清单所在的文件夹"
        raise FaultyInput([Fault(Place(shown(path)), problem)])
    return Found(tuple(inputs), ())


def _named_by_others(inputs: Sequence[Input]) -> dict[Path, str]:
    """Files that another input draws in, with what to say of them: they are no departments."""
    paths = {one.path for one in inputs if not one.faults}
    found: dict[Path, str] = {}
    for path in _may_name_others(paths):
        try:
            named = named_inputs(path)
        except Exception:  # whatever it is, it is told when it is built; its units are not counted meanwhile
            named = _as_far_as_seen(path, paths)
        for unit in named.units:
            found[unit.resolve()] = f"是 {shown(path)} 的单位文件，算在那个部门里"
        before = named.before.resolve() if named.before else path
        if before != path:
            found[before] = f"是 {shown(path)} 的上年文件"
    return {path: why for path, why in found.items() if path in paths}


def _may_name_others(paths: Collection[Path]) -> Iterator[Path]:
    """The few that are worth parsing, in order."""
    names = Counter(end_of(path.name) for path in paths)
    holding = Counter(folder for path in paths for folder in path.parents)
    for path in sorted(paths):
        own = end_of(path.name)
        speaks_of_others = any(names[name] > (name == own) for name in files_named_in(path))
        has_others_below = holding[path.parent] > 1
        if speaks_of_others or (has_others_below and lists_units_beside(path)):
            yield path


def _as_far_as_seen(path: Path, paths: Iterable[Path]) -> NamedInputs:
    """What a file that cannot be parsed seems to name: whatever lies below it and is spoken of."""
    spoken_of = files_named_in(path)
    below = [one for one in paths if path.parent in one.parent.parents and end_of(one.name) in spoken_of]
    return NamedInputs(tuple(below), None)


def _years_before(inputs: Sequence[Input]) -> dict[Path, str]:
    """Inputs in a folder called after a year, inside the folder of a department."""
    homes = {one.home: one.path for one in inputs}
    return {
        one.path: f"在部门的文件夹里，看作 {shown(homes[above])} 的上年文件"
        for one in inputs
        if _EARLIER.fullmatch(one.path.parent.name) and (above := one.path.parent.parent) in homes
    }


def _disclosures(folder: Path) -> list[Path]:
    return [path for path in _files(folder) if path.suffix.lower() in SUFFIXES and is_disclosure(path)]


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(path for path in folder.iterdir() if is_file(path) and not _is_private(path))


def _is_folder(path: Path) -> bool:
    return _is_dir(path) and not _is_private(path)


def _is_dir(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name longer than the file system takes, or a folder that may not be entered
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _is_private(path: Path) -> bool:
    """Hidden, or what Excel and WPS put beside a workbook that is open."""
    return path.name.startswith((".", "~$"))
