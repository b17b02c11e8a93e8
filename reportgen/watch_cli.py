"""The options of `build` that watch, and how the command ends."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from reportgen.build import Format
from reportgen.faults import Fault, Place
from reportgen.watch.order import Order

FAULTY = 1

WatchOption = Annotated[
    bool,
    typer.Option("--watch", help="守着输入和格式，保存一次就重新生成一次；在浏览器里预览，按 Ctrl+C 结束。"),
]
PortOption = Annotated[
    int | None,
    typer.Option("--port", min=1, max=65535, help="预览用的端口；不写就用任意空着的。只和 --watch 一起用。"),
]
OpenOption = Annotated[bool, typer.Option("--open", help="打开浏览器看预览。只和 --watch 一起用。")]


def see_that_options_fit(inputs: list[Path], watches: bool, port: int | None, opens: bool) -> None:
    if watches and len(inputs) > 1:
        raise typer.BadParameter("--watch 一次只能守着一个输入文件")
    if not watches and (port is not None or opens):
        raise typer.BadParameter("--port、--open 要和 --watch 一起用")


def watch_until_stopped(order: Order, port: int | None, opens: bool) -> None:
    from rich.console import Console  # noqa: PLC0415

    from reportgen.watch.board import Board  # noqa: PLC0415  (loading the renderers takes seconds)
    from reportgen.watch.run import watch  # noqa: PLC0415
    from reportgen.watch.server import Server  # noqa: PLC0415
    from reportgen.watch.telling import say  # noqa: PLC0415

    try:
        server = Server(port or 0, Board(links_pdf=Format.PDF in order.formats))
    except OSError as error:
        problem = f"端口 {port or 0} 用不了（{error.strerror or error}）；请换一个，或不写"
        typer.echo(Fault(Place("--port"), problem), err=True)
        raise typer.Exit(FAULTY) from None
    console = Console()
    try:
        watch(order, server, opens=opens, console=console)
    except KeyboardInterrupt:
        say("已停止", console)
