"""The watch itself: build, tell, wait for the next save, and again."""

from __future__ import annotations

import webbrowser
from typing import TYPE_CHECKING

from reportgen.faults import Fault
from reportgen.load.asked import asked
from reportgen.watch.changes import Change, wait_for_change
from reportgen.watch.order import Order
from reportgen.watch.rounds import build_round
from reportgen.watch.server import Server, serving
from reportgen.watch.telling import say, tell

if TYPE_CHECKING:
    from rich.console import Console


def watch(order: Order, server: Server, *, opens: bool, console: Console) -> None:
    """Until Ctrl+C."""
    with serving(server):
        say(f"预览：{server.address} （保存后自动更新；按 Ctrl+C 结束）", console)
        if opens:
            webbrowser.open(server.address)
        change = Change((), {})
        known: tuple[Fault, ...] = ()
        while True:
            with asked() as read:
                outcome = build_round(order, server.board)
            tell(outcome, change.paths, known, console)
            if outcome.is_sound:
                known = outcome.findings
            else:  # it was perhaps not read to its end: what was read before is watched on
                read = {**change.states, **read}
            change = wait_for_change(read)
