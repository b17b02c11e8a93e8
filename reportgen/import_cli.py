"""`reportgen import`: the command line over `exports`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reportgen.faults import Fault, FaultyInput, Place, errors

FAULTY = 1

app = typer.Typer(
    help="读入别的系统的导出。",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def _options() -> None:
    """读入别的系统的导出。"""


@app.command("lines", help="把一体化系统导出的预算明细变成 lines.csv；小计逐个与明细核对，不写进去。")
def lines_command(
    export: Annotated[Path, typer.Argument(metavar="export.xlsx", help="导出的明细：.xlsx 或 .csv。")],
    map_file: Annotated[
        Path | None,
        typer.Option("--map", metavar="map.yaml", help="列的映射；没有这个文件就猜一份写到这里，供修改。"),
    ] = None,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="lines.csv", help="写到哪个文件。")] = Path(
        "lines.csv"
    ),
    force: Annotated[bool, typer.Option("--force", help="已有明细的文件也换掉。")] = False,
) -> None:
    from reportgen.exports.importing import imported, mapped, shown_mapping  # noqa: PLC0415
    from reportgen.exports.lines import records_in  # noqa: PLC0415
    from reportgen.exports.map_file import as_yaml  # noqa: PLC0415
    from reportgen.render.files import write_all  # noqa: PLC0415

    try:
        known = map_file if map_file is not None and map_file.exists() else None
        found = mapped(export, known)
        for line in shown_mapping(found):
            typer.echo(line, err=True)
        if map_file is not None and known is None:
            unsettled = {doubt.field: doubt.instead for doubt in found.doubts}
            write_all({map_file: as_yaml(found.map, export.name, unsettled).encode()})
            typer.echo(map_file)
        if not force and out.exists() and (out.is_dir() or records_in(out)):
            problem = "已经有明细；要换掉请加 --force，或用 -o 写到别的文件"
            raise FaultyInput([Fault(Place(str(out)), problem)])
        made = imported(found, out.name)
        write_all({out: made.csv.encode()})
    except FaultyInput as error:
        for fault in error.faults:
            typer.echo(fault, err=True)
        count = len(errors(error.faults))
        typer.echo(f"{export}：{count} 处错误，没有写出 {out.name}；改正后再运行一次", err=True)
        raise typer.Exit(FAULTY) from None
    except OSError as error:
        typer.echo(Fault(Place(str(out)), f"写不了文件：{error.strerror or error}"), err=True)
        raise typer.Exit(FAULTY) from None
    typer.echo(f"{export}：{made.told}", err=True)
    typer.echo(out)
