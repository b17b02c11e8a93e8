"""What a round came to, for the terminal: a line with the files, and what was found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from reportgen.check.report import by_severity, counted, with_rule
from reportgen.faults import Fault, Severity
from reportgen.load.text import shown
from reportgen.watch.rounds import Outcome

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.HINT: "cyan"}
MOST_NAMED = 3
"""Files that a line names; the rest are counted."""


def tell(outcome: Outcome, changed: Sequence[Path], known: Collection[Fault], console: Console) -> None:
    """`known`: what was told before; of that only errors are told again."""
    for style, line in _lines(outcome, changed, known):
        say(line, console, style)


def say(line: str, console: Console, style: str = "") -> None:
    """Plain text where nobody sees colours; at once, as a pipe would hold it back."""
    if console.is_terminal:
        console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
    else:
        typer.echo(line)


def _lines(outcome: Outcome, changed: Sequence[Path], known: Collection[Fault]) -> Iterator[tuple[str, str]]:
    now = datetime.now().astimezone().strftime("%H:%M:%S")
    why = f"{_named(list(map(shown, changed)))} 改了，" if changed else ""
    what = f"写出 {_named(list(map(str, outcome.written)))}" if outcome.written else "没有写出文件"
    yield "bold", f"{now} {why}{what}，{outcome.seconds:.1f} 秒；{counted(outcome.findings)}"
    repeated = 0
    for fault in by_severity(outcome.findings):
        if fault.severity is Severity.ERROR or fault not in known:
            yield STYLES[fault.severity], with_rule(fault)
        else:
            repeated += 1
    if repeated:
        yield "dim", f"另有 {repeated} 处和上次一样"


def _named(files: Sequence[str]) -> str:
    more = f"等 {len(files)} 个文件" if len(files) > MOST_NAMED else ""
    return "、".join(files[:MOST_NAMED]) + more
