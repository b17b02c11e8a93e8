"""`reportgen batch`: the command line over `batch`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reportgen.cli_options import (
    AttachOption,
    ForceOption,
    FormatsOption,
    ProfileOption,
    VerifyOption,
    read_formats,
    see_that_there_is_a_pdf,
)
from reportgen.faults import Fault, FaultyInput, Place, errors

if TYPE_CHECKING:
    from reportgen.batch.engines import Engine
    from reportgen.batch.record import Record
    from reportgen.batch.summary import Summary

FAULTY, STOPPED = 1, 130
MOST_FAULTS = 5
"""Of one department that are printed; batch.html has all."""


class EngineName(StrEnum):
    LOCAL = "local"
    DASK = "dask"


def batch_command(
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="DIR|GLOB|LIST...",
            help="放着各部门文件夹的文件夹、通配符（加引号），或路径清单（.txt、.csv，一行一个）。",
        ),
    ],
    *,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="DIR", help="写到哪个文件夹，一个部门一个子文件夹。")
    ] = Path("out"),
    jobs: Annotated[
        int | None, typer.Option("-j", "--jobs", min=1, metavar="N", help="几个进程；不写就是能用的核数。")
    ] = None,
    formats: FormatsOption = "pdf,docx",
    profile: ProfileOption = None,
    verify: VerifyOption = True,
    force: ForceOption = False,
    attach_input: AttachOption = False,
    resume: Annotated[
        bool, typer.Option("--resume", help="接着做：输入、程序、选项和写出的文件都没有变的不再做。")
    ] = False,
    engine: Annotated[
        EngineName, typer.Option("--engine", help="local 在这台机器上；dask 用已有的集群。")
    ] = EngineName.LOCAL,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="Dask 调度器的地址。")
    ] = None,
) -> None:
    from rich.console import Console  # noqa: PLC0415

    from reportgen.batch.progress import watching  # noqa: PLC0415
    from reportgen.batch.record import Options  # noqa: PLC0415
    from reportgen.batch.run import Asked, run_batch  # noqa: PLC0415

    if (engine is EngineName.DASK) != (scheduler is not None):
        raise typer.BadParameter("--engine dask 和 --scheduler 地址要一起写")
    if engine is EngineName.DASK and jobs is not None:
        raise typer.BadParameter("--engine dask 用几个进程由集群决定；请去掉 -j")
    # workers may stand in another folder
    wanted = read_formats(formats)
    see_that_there_is_a_pdf(attach_input, wanted)
    options = Options(tuple(wanted), profile and profile.resolve(), verify, force, attach_input)
    console = Console(stderr=True)
    try:
        with _engine(scheduler, jobs) as chosen:
            summary = run_batch(
                Asked(inputs, out, options, resume),
                chosen,
                lambda todo: watching(todo, console, _say),
            )
    except FaultyInput as error:
        _tell(error.faults)
        raise typer.Exit(FAULTY) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        _tell(
            [
                Fault(
                    Place(str(out)), f"写不了文件：{error.strerror or error}；完成的已经记下，可以加 --resume"
                )
            ]
        )
        raise typer.Exit(FAULTY) from None
    _report(summary, out)
    _tell(summary.run.faults)
    if summary.run.stopped and summary.left:
        raise typer.Exit(STOPPED)
    if summary.failed or summary.run.faults:
        raise typer.Exit(FAULTY)


@contextmanager
def _engine(scheduler: str | None, jobs: int | None) -> Iterator[Engine]:
    if scheduler is None:
        from reportgen.batch.pool import Pool, usable_cores  # noqa: PLC0415

        yield Pool(jobs or usable_cores())
        return
    from reportgen.batch.dask_engine import cluster  # noqa: PLC0415

    with cluster(scheduler) as found:
        yield found


def _report(summary: Summary, out: Path) -> None:
    """What failed and how it went; the paths of the summary on standard output."""
    from reportgen.batch.summary import FILES  # noqa: PLC0415

    for one in summary.passed_over:
        _say(f"没有当作部门：{one}")
    for record in summary.failed:
        _tell_failed(record)
    for note in summary.notes:
        _say(f"注意：{note}")
    _say(summary.told())
    if summary.left:
        _say("没有做完；完成的都留着，加 --resume 接着做")
    for name in FILES:
        typer.echo(out / name)


def _tell_failed(record: Record) -> None:
    _say(f"失败 {record.folder}：")
    wrong = errors(record.findings)
    for fault in wrong[:MOST_FAULTS]:
        _say(f"  {fault}")
    if len(wrong) > MOST_FAULTS:
        _say(f"  ……共 {len(wrong)} 处错误，都在 batch.html 里")


def _tell(faults: Iterable[Fault]) -> None:
    for fault in faults:
        _say(str(fault))


def _say(text: str) -> None:
    typer.echo(text, err=True)
