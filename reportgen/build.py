"""One input to its finished files: load, derive, check, compose, render, write."""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.catalog import load_catalog
from reportgen.check import RULES, Case, findings, settings
from reportgen.compose import Document, compose, load_profile
from reportgen.compose.profile import find_profile
from reportgen.derive import derive
from reportgen.derive.budget import Budget
from reportgen.faults import Fault, FaultyInput, Place, Severity, errors
from reportgen.garbage import seldom_searched
from reportgen.load import Loaded, load_disclosure
from reportgen.load.asked import State, asked
from reportgen.model.checks import CheckSetting
from reportgen.render.files import safe_name
from reportgen.render.means import ALONE, Means
from reportgen.render.sources import Source, sources

if TYPE_CHECKING:
    from reportgen.render.pdf import Begun
    from reportgen.render.press import Press
    from reportgen.render.workers import Workers


class Format(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    HTML = "html"
    CSV = "csv"


STAGES = ("读取", "核对", "编排", "排版", "写出", "读回核对")
"""What `progress` is told, in order, as each stage begins."""

MANY_LINES = 5_000
"""Of expenditure, which take some hundred megabytes."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """A finished report, still in memory."""

    files: dict[str, bytes]
    """By file name."""
    warnings: tuple[Fault, ...]


@dataclass(frozen=True)
class Examined:
    """An input with everything the rules find, and the document if nothing stood in its way."""

    document: Document | None
    loaded: Loaded
    budget: Budget
    findings: tuple[Fault, ...]
    settings: Mapping[str, CheckSetting]
    """The checks that the input or its profile leaves out or loosens, by rule."""
    rules: tuple[str, ...]
    """Those that were looked at; faults of the input leave the document's own unseen."""
    folders: tuple[Path, ...]
    """The profile's own folder, then those it extends."""


def examine(
    path: Path,
    progress: Progress = lambda _: None,
    profile: Path | None = None,
    unit: str | None = None,
    composed: Callable[[Document], None] = lambda _: None,
) -> Examined:
    """Everything that is wrong with an input; raises `FaultyInput` only where it cannot be read.

    `profile` is a folder to use instead of the profile that the input names; `unit` the code of a
    unit with a file of its own, whose report is meant. `composed` is shown the document before the rules
    look at it.
    """
    progress(STAGES[0])
    loaded = load_disclosure(path, unit)
    folder = profile or find_profile(loaded.disclosure.profile, loaded.place("profile"))
    templates = load_profile(folder)
    progress(STAGES[1])
    before = loaded.before.disclosure if loaded.before else None
    budget = derive(loaded.disclosure, load_catalog(loaded.disclosure.year), before)
    chosen, found = settings(
        [(s, loaded.place("checks", at, "rule")) for at, s in enumerate(loaded.disclosure.checks)],
        [(s, templates.place("checks", at, "rule")) for at, s in enumerate(templates.spec.checks)],
    )
    case = Case(loaded, budget, templates, settings=chosen)
    found += findings(case, printed=False)
    looked_at = [r.id for r in RULES.values() if not r.printed]
    document = None
    if not errors(found):
        progress(STAGES[2])
        try:
            document = compose(loaded, budget, templates)
        except FaultyInput as error:
            found += error.faults
        else:
            composed(document)
            found += findings(replace(case, document=document), printed=True)
            looked_at = list(RULES)
    found += loaded.notes
    found.sort(key=lambda fault: fault.place)
    unique = tuple(dict.fromkeys(found))
    return Examined(document, loaded, budget, unique, chosen, tuple(looked_at), templates.folders)


def prepare(
    path: Path,
    progress: Progress = lambda _: None,
    profile: Path | None = None,
    unit: str | None = None,
) -> tuple[Document, list[Fault]]:
    """The composed document of an input and its findings, hints left out; raises `FaultyInput`."""
    return _sound(examine(path, progress, profile, unit))


def _sound(examined: Examined) -> tuple[Document, list[Fault]]:
    found = [fault for fault in examined.findings if fault.severity is not Severity.HINT]
    if examined.document is None or errors(found):
        raise FaultyInput(found)
    return examined.document, found


@seldom_searched()
def build(
    path: Path,
    formats: Sequence[Format],
    progress: Progress = lambda _: None,
    profile: Path | None = None,
    *,
    unit: str | None = None,
    verified: bool = True,
    attach_input: bool = False,
    means: Means = ALONE,
    seen: Callable[[Examined], None] = lambda _: None,
) -> Built:
    """Every format of one input; raises `FaultyInput`, or `PrintingUnavailable` without Pango.

    `verified`: read the finished files back and refuse any number that is not the budget's.
    `attach_input`: the PDF carries every file that it was made of, those of last year too; that of
    a unit none of the other units'.
    `seen` is shown the sound input before its pages are laid out; what it keeps stays in memory.
    """
    from reportgen.render.workers import Workers  # noqa: PLC0415  (checking alone needs none of this)

    with Workers(means) as workers:
        begun: list[Begun] = []

        def ahead(document: Document) -> None:
            """Others lay out pages while the rules look at the document; an unsound one stops them."""
            if means.processes > 1 and has_pages(formats) and not _is_endless(document):
                begun.append(_begun(document, workers))

        with asked() as as_read:
            examined = examine(path, progress, profile, unit, ahead)
        document, warnings = _sound(examined)
        seen(examined)
        beside = _beside(path, examined, document, formats, as_read if attach_input else None)
        if _has_many_lines(examined):
            # pages take memory of their own: what fifty thousand lines took is given back before
            del examined
            gc.collect()
        name, press = safe_name(document.file_name), None
        files = {name + ending: content for ending, content in beside.unpaged.items()}
        if has_pages(formats):
            pages = begun[0] if begun else _begun(document, workers)
            printed, press = _printed(pages, formats, beside, progress, workers)
            files = {**{f"{name}.{form}": content for form, content in printed.items()}, **files}
        if verified:
            progress(STAGES[5])
            _refuse_differences(document, files, workers, press)
    return Built(files, tuple(warnings))


def has_pages(formats: Collection[Format]) -> bool:
    """The contents of a DOCX name pages too."""
    return not {Format.PDF, Format.DOCX}.isdisjoint(formats)


def _begun(document: Document, workers: Workers) -> Begun:
    from reportgen.render.pdf import begin  # noqa: PLC0415  (loading the renderers takes seconds)

    return begin(document, workers)


def _is_endless(document: Document) -> bool:
    from reportgen.render.pdf import is_endless  # noqa: PLC0415

    return is_endless(document)


@dataclass(frozen=True)
class _Beside:
    """What is made without laying out pages."""

    data: Mapping[str, bytes]
    """Files of open data, by name."""
    read: Sequence[Source]
    """What the PDF was made of, to be attached to it."""
    unpaged: Mapping[str, bytes]
    """Finished files, by what their names add to the report's."""


def _beside(
    path: Path,
    examined: Examined,
    document: Document,
    formats: Collection[Format],
    as_read: Mapping[Path, State] | None,
) -> _Beside:
    """`as_read`: the files of the input as they were, where they are to be attached."""
    data = _open_data(document, examined) if not {Format.PDF, Format.CSV}.isdisjoint(formats) else {}
    attached = as_read is not None and Format.PDF in formats
    read = sources(path, _roles(examined.loaded), as_read or {}) if attached else ()
    return _Beside(data, read, dict(_unpaged(document, examined, formats, data)))


def _has_many_lines(examined: Examined) -> bool:
    return sum(map(len, examined.loaded.disclosure.expenditure.values())) > MANY_LINES


def _roles(loaded: Loaded) -> dict[Path, str]:
    """The files of an input, and what those are that are not its own."""
    earlier = loaded.before.files if loaded.before else ()
    return {**dict.fromkeys(loaded.files, ""), **dict.fromkeys(earlier, "上年")}


def write(built: Built, out: Path, *, force: bool = False) -> tuple[Path, ...]:
    """Moves the files into place; raises `FaultyInput` for those that somebody edited, unless forced."""
    from reportgen.render.edited import was_edited  # noqa: PLC0415
    from reportgen.render.files import write_all  # noqa: PLC0415

    edited = [] if force else [out / name for name in built.files if was_edited(out / name)]
    if edited:
        problem = "生成以后有人改过，没有覆盖；请先改名或移走（verify 可以核对改过的数字），或加 --force 覆盖"
        raise FaultyInput([Fault(Place(str(path)), problem) for path in edited])
    write_all({out / name: content for name, content in built.files.items()})
    return tuple(out / name for name in built.files)


def _open_data(document: Document, examined: Examined) -> dict[str, bytes]:
    """The printed tables as data, by file name."""
    from reportgen.render.open_data import open_data, package_name  # noqa: PLC0415

    disclosure = examined.loaded.disclosure
    return open_data(document, package_name(disclosure.year, disclosure.department.code))


def _printed(
    begun: Begun, formats: Collection[Format], beside: _Beside, progress: Progress, workers: Workers
) -> tuple[dict[Format, bytes], Press]:
    """The formats that have pages; the contents of the DOCX carry page numbers too, so either needs them.

    They are those of Word, be there a PDF beside it or not. One is made while the other is, if others help.
    Also the press, for whatever else there is to do.
    """
    from reportgen.render.pdf import assembled, body_pages  # noqa: PLC0415  (loaded by now)
    from reportgen.render.word_file import word_file  # noqa: PLC0415

    progress(STAGES[3])
    document, body = begun.document, body_pages(begun, workers)
    asked = (
        workers.ask(word_file, document, body.laid, cached=workers.means.cached)
        if Format.DOCX in formats
        else None
    )
    files: dict[Format, bytes] = {}
    if Format.PDF in formats:
        printed = assembled(body, workers)
        progress(STAGES[4])
        files[Format.PDF] = printed.pdf(document, beside.data, beside.read)
    if asked is not None:
        if Format.PDF not in formats:
            progress(STAGES[4])
        files[Format.DOCX] = workers.result(asked, body.press)
    return files, body.press


def _unpaged(
    document: Document, examined: Examined, formats: Collection[Format], data: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    """The formats that have no pages, by what their names add to the report's."""
    if Format.XLSX in formats:
        from reportgen.render.xlsx import to_xlsx, tracing  # noqa: PLC0415

        yield ".xlsx", to_xlsx(document, tracing(examined.budget))
    if Format.HTML in formats:
        from reportgen.render.web import explainer, to_html  # noqa: PLC0415

        yield ".html", to_html(document, explainer(examined.loaded, examined.budget))
    if Format.CSV in formats:
        if not data:
            raise FaultyInput(
                [Fault(examined.loaded.place("profile"), "这种格式没有按行列印的表，写不出 CSV")]
            )
        yield from ((f"-csv/{file}", content) for file, content in data.items())


def _refuse_differences(
    document: Document, files: Mapping[str, bytes], workers: Workers, press: Press | None
) -> None:
    """A finished file that says other numbers than the budget is a fault of reportgen's own."""
    from reportgen.verify import READERS, verify  # noqa: PLC0415

    written = {name: content for name, content in files.items() if Path(name).suffix in READERS}
    asked = [
        (name, workers.ask(verify, document, content, Path(name).suffix)) for name, content in written.items()
    ]
    faults = [
        Fault(Place(name), f"读回的数字与预算不符：{difference}；请把输入和这条信息报告给 reportgen 的维护者")
        for name, job in asked
        for difference in workers.result(job, press)
    ]
    if faults:
        raise FaultyInput(faults)
