"""The command line: thin verbs over the library. Paths go to standard output, all else to standard error."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reportgen import __version__
from reportgen.batch_cli import batch_command
from reportgen.build import STAGES, Built, Format, Progress, build, examine, has_pages, prepare, write
from reportgen.cli_options import (
    AttachOption,
    ForceOption,
    FormatsOption,
    ProfileOption,
    VerifyOption,
    read_formats,
    see_that_there_is_a_pdf,
)
from reportgen.faults import Fault, FaultyInput, Place, Severity, errors
from reportgen.import_cli import app as import_app
from reportgen.render.means import Means, all_means
from reportgen.watch.order import Order
from reportgen.watch_cli import OpenOption, PortOption, WatchOption, see_that_options_fit, watch_until_stopped

if TYPE_CHECKING:
    from reportgen.check.report import Checked

FAULTY, USAGE = 1, 2
MOST_DIFFERENCES = 60
"""Shown by `verify`; a file of another year differs in every number."""

app = typer.Typer(
    help="由预算明细生成部门预算公开报告（PDF、DOCX、XLSX、网页、CSV）。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


app.add_typer(import_app, name="import")
app.command("batch", help="一次生成许多部门的报告，并写出总表；在标准输出打印总表的路径。")(batch_command)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"reportgen {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="显示版本。")
    ] = False,
) -> None:
    """由预算明细生成部门预算公开报告（PDF、DOCX、XLSX、网页、CSV）。"""


UnitOption = Annotated[
    str | None,
    typer.Option("--unit", metavar="CODE", help="只出这个单位自己的预算（它要有自己的输入文件）。"),
]


@app.command("build", help="生成报告。每写出一个文件，在标准输出打印一行路径。")
def build_command(
    inputs: Annotated[list[Path], typer.Argument(metavar="dept.yaml...", help="输入文件，可以有多个。")],
    *,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="写到哪个文件夹。")] = Path("out"),
    formats: FormatsOption = "pdf,docx",
    profile: ProfileOption = None,
    unit: UnitOption = None,
    verify: VerifyOption = True,
    force: ForceOption = False,
    attach_input: AttachOption = False,
    cache: Annotated[
        bool, typer.Option("--cache/--no-cache", help="留着排好的页，下次没有变的不再排。")
    ] = True,
    watch: WatchOption = False,
    port: PortOption = None,
    opens: OpenOption = False,
) -> None:
    wanted = read_formats(formats)
    means = all_means(cached=cache)
    see_that_there_is_a_pdf(attach_input, wanted)
    see_that_options_fit(inputs, watch, port, opens)
    if watch:
        (source,) = inputs
        shown = partial(_progress, source)
        with _ready(means, wanted, verify) as ready:
            order = Order(
                source, tuple(wanted), out, profile, unit, verify, force, ready, shown, attach_input
            )
            watch_until_stopped(order, port, opens)
        return
    written: dict[str, Path] = {}
    failed = False
    for path in inputs:
        try:
            with _progress(path) as progress, _ready(means, wanted, verify) as ready:
                built = build(
                    path,
                    wanted,
                    progress,
                    profile,
                    unit=unit,
                    verified=verify,
                    attach_input=attach_input,
                    means=ready,
                )
            _tell(sorted(built.warnings, key=lambda fault: fault.place))
            _write(built, path, out, written, force)
        except FaultyInput as error:
            _tell(error.faults)
            _count(path, error)
            failed = True
        except BrokenPipeError:
            raise
        except OSError as error:
            _tell([Fault(Place(str(out)), f"写不了文件：{error.strerror or error}；原有文件没有改动")])
            failed = True
    if failed:
        raise typer.Exit(FAULTY)


def _ready(means: Means, wanted: Sequence[Format], verified: bool) -> AbstractContextManager[Means]:
    """With processes that get ready to lay out pages, if there are to be pages."""
    from reportgen.render.workers import standing_by  # noqa: PLC0415

    modules = [
        *(["reportgen.render.docx"] if Format.DOCX in wanted else []),
        *(["reportgen.verify"] if verified else []),
    ]
    return standing_by(means, modules) if has_pages(wanted) else nullcontext(means)


class CheckFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


@app.command("check", help="核对输入和要印的内容，列出全部问题，不写出文件。")
def check_command(
    inputs: Annotated[list[Path], typer.Argument(metavar="dept.yaml...", help="输入文件，可以有多个。")],
    *,
    profile: ProfileOption = None,
    unit: UnitOption = None,
    form: Annotated[
        CheckFormat, typer.Option("--format", help="text 给人看；json、sarif 给程序读。")
    ] = CheckFormat.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="有提醒也算不通过（退出码 1）。")] = False,
    everything: Annotated[bool, typer.Option("--all", help="也列出核对过而没有问题的规则。")] = False,
) -> None:
    from reportgen.check.report import as_json, as_sarif, text_lines  # noqa: PLC0415

    all_checked = [_checked(path, profile, unit) for path in inputs]
    if form is CheckFormat.JSON:
        typer.echo(as_json(all_checked))
    elif form is CheckFormat.SARIF:
        typer.echo(as_sarif(all_checked, __version__))
    else:
        for checked in all_checked:
            for line in text_lines(checked, everything=everything):
                typer.echo(line)
    failing = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    if any(checked.count(severity) for checked in all_checked for severity in failing):
        raise typer.Exit(FAULTY)


def _checked(path: Path, profile: Path | None, unit: str | None) -> Checked:
    from reportgen.check.report import Checked  # noqa: PLC0415

    try:
        with _progress(path) as progress:
            found = examine(path, progress, profile, unit)
    except FaultyInput as error:
        return Checked(str(path), error.faults, {}, ())
    return Checked(str(path), found.findings, found.settings, found.rules)


@app.command("verify", help="读回一个写好的（也许改过的）文件，列出与预算不符的数字。")
def verify_command(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="报告：.docx、.pdf 或 .xlsx。")],
    source: Annotated[Path, typer.Argument(metavar="dept.yaml", help="它的输入文件。")],
    profile: ProfileOption = None,
    unit: UnitOption = None,
) -> None:
    from reportgen.verify import READERS, verify  # noqa: PLC0415

    suffix = report.suffix.lower()
    if suffix not in READERS:
        raise typer.BadParameter(f"不认识的文件类型“{report.suffix}”；可读 {'、'.join(READERS)}")
    try:
        content = report.read_bytes()
        with _progress(source) as progress:
            document, _ = prepare(source, progress, profile, unit)
        found = verify(document, content, suffix)
    except FaultyInput as error:
        _tell(error.faults)
        raise typer.Exit(FAULTY) from None
    except (OSError, ValueError) as error:
        problem = error.strerror if isinstance(error, OSError) else str(error)
        _tell([Fault(Place(str(report)), f"读不了：{problem}")])
        raise typer.Exit(FAULTY) from None
    for difference in found[:MOST_DIFFERENCES]:
        typer.echo(f"{report}: {difference}")
    if not found:
        typer.echo(f"{report}：数字与预算一致")
        return
    more = f"，以上是前 {MOST_DIFFERENCES} 处" if len(found) > MOST_DIFFERENCES else ""
    typer.echo(f"{report}：{len(found)} 处数字与预算不符{more}")
    raise typer.Exit(FAULTY)


@app.command("init", help="写出一个开始填写的文件夹：带说明的 dept.yaml 和只有列名的 CSV。")
def init_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="写到哪个文件夹（应是新的或空的）。")],
    *,
    profile: Annotated[
        str, typer.Option("--profile", prompt="格式（见 reportgen profiles）", help="格式的名字或文件夹。")
    ] = "standard",
    year: Annotated[int, typer.Option("--year", prompt="预算年度", min=2000, max=2099, help="预算年度。")] = (
        datetime.now(tz=UTC).year + 1
    ),
    name: Annotated[str, typer.Option("--department", prompt="部门名称", help="部门名称。")] = "某某局",
    kind: Annotated[str, typer.Option("--kind", help="行政单位、参公单位或事业单位。")] = "行政单位",
    xlsx: Annotated[
        bool, typer.Option("--xlsx", help="写成一个 Excel 工作簿 dept.xlsx，在 Excel 里填。")
    ] = False,
) -> None:
    from reportgen.compose.profile import load_profile  # noqa: PLC0415
    from reportgen.model.department import UnitKind  # noqa: PLC0415
    from reportgen.render.files import write_all  # noqa: PLC0415
    from reportgen.starter import beginning, starter, starter_workbook  # noqa: PLC0415

    try:
        of_kind = UnitKind.read(kind)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    with _faults_told(folder):
        chosen = _profile_folder(profile, "--profile")
        _see_that_it_is_new(folder)
        begun = beginning(load_profile(chosen), chosen.name, year, name, of_kind)
        texts = {} if xlsx else {file: text.encode() for file, text in starter(begun).items()}
        files = starter_workbook(begun) if xlsx else texts
        write_all({folder / file: content for file, content in files.items()})
    for file in files:
        typer.echo(folder / file)


@app.command("convert", help="把输入换一种写法：YAML（旁边带 CSV）和 Excel 工作簿互换，内容不变。")
def convert_command(
    source: Annotated[Path, typer.Argument(metavar="SOURCE", help="输入：.yaml、.json 或 .xlsx。")],
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="写成哪个文件：.yaml 或 .xlsx。")],
    force: Annotated[bool, typer.Option("--force", help="覆盖已有的文件。")] = False,
) -> None:
    from reportgen.convert import convert  # noqa: PLC0415
    from reportgen.render.files import write_all  # noqa: PLC0415

    with _faults_told(target):
        files, notes = convert(source, target)
        _tell(notes)
        there = [] if force else [path for path in files if path.exists()]
        if there:
            problem = "已经有这个文件；请换一个文件夹，或加 --force 覆盖"
            raise FaultyInput([Fault(Place(str(path)), problem) for path in there])
        write_all(files)
    for path in files:
        typer.echo(path)


@app.command("schema", help="打印输入的 JSON Schema，编辑器可以据此补全和检查 dept.yaml。")
def schema_command() -> None:
    from reportgen.schema import json_schema  # noqa: PLC0415

    typer.echo(json.dumps(json_schema(), ensure_ascii=False, indent=1))


@app.command("profiles", help="列出已有的格式。")
def profiles_command() -> None:
    from reportgen.compose.profile import load_profile, shipped_profiles  # noqa: PLC0415

    profiles = shipped_profiles()
    width = max(map(len, profiles), default=0)
    for name, folder in profiles.items():
        typer.echo(f"{name:<{width}}  {load_profile(folder).spec.name}")


@app.command("fonts", help="说明每种文字在这台电脑上用哪个字体，缺什么。")
def fonts_command(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="格式的名字或文件夹。")] = "standard",
) -> None:
    from reportgen.compose.profile import load_profile  # noqa: PLC0415
    from reportgen.render.faces import faces, told  # noqa: PLC0415

    with _faults_told(Path(profile)):
        spec = load_profile(_profile_folder(profile, "fonts")).spec
    for line in told(faces(spec.style.fonts)):
        typer.echo(line)
    typer.echo("DOCX 里写的是每种的第一个字体，在有它的电脑上打开就用它")


@app.command("eject", help="把一种格式的文件复制出来，改好后用 build --profile 使用。")
def eject_command(
    name: Annotated[str, typer.Argument(help="格式的名字，见 reportgen profiles。")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="复制到哪个文件夹（应是新的或空的）。")],
) -> None:
    from reportgen.compose.profile import find_profile  # noqa: PLC0415

    with _faults_told(folder):
        source = find_profile(name, Place("eject"))
        _see_that_it_is_new(folder)
        shutil.copytree(source, folder, dirs_exist_ok=True)
    typer.echo(folder)


@contextmanager
def _faults_told(target: Path) -> Iterator[None]:
    """What is faulty, and a target that cannot be written, is told and ends the command."""
    try:
        yield
    except FaultyInput as error:
        _tell(error.faults)
        raise typer.Exit(FAULTY) from None
    except OSError as error:
        _tell([Fault(Place(str(target)), f"写不了文件：{error.strerror or error}")])
        raise typer.Exit(FAULTY) from None


def _profile_folder(typed: str, asked_by: str) -> Path:
    """A profile that comes with reportgen, by its name, or a folder of the user's own."""
    from reportgen.compose.profile import find_profile, shipped_profiles  # noqa: PLC0415

    is_own = typed not in shipped_profiles() and Path(typed).is_dir()
    return Path(typed) if is_own else find_profile(typed, Place(asked_by))


def _see_that_it_is_new(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FaultyInput([Fault(Place(str(folder)), "已经有内容；请换一个新的文件夹")])


def _write(built: Built, source: Path, out: Path, written: dict[str, Path], force: bool) -> None:
    """Moves the files into place, unless another input of this run has the same name."""
    for name in built.files:
        if name in written:
            problem = f"与 {written[name]} 的报告同名（{name}），没有写出；请分开生成，用 -o 写到不同文件夹"
            raise FaultyInput([Fault(Place(str(source)), problem)])
    for path in write(built, out, force=force):
        typer.echo(path)
    written.update(dict.fromkeys(built.files, source))


def _tell(faults: Any) -> None:
    for fault in faults:
        typer.echo(fault, err=True)


def _count(path: Path, error: FaultyInput) -> None:
    count = len(errors(error.faults))
    typer.echo(f"{path}：{count} 处错误，没有写出文件；改正后再运行一次", err=True)


@contextmanager
def _progress(path: Path) -> Iterator[Progress]:
    """Shows the stage on a terminal; says nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(str(path), total=len(STAGES))

        def show(stage: str) -> None:
            bar.update(task, description=f"{path} {stage}", completed=STAGES.index(stage))

        yield show


def main() -> None:
    """The `reportgen` command."""
    from reportgen.render.press import PrintingUnavailable  # noqa: PLC0415

    try:
        app(prog_name="reportgen")
    except PrintingUnavailable as error:
        typer.echo(
            f"缺少排版用的系统库 Pango（{error}）。请运行 make setup，"
            "或：sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 fonts-noto-cjk",
            err=True,
        )
        sys.exit(FAULTY)
    except BrokenPipeError:
        # the reader of our output went away; nothing more to say to it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAULTY)
