"""A process that lays out stretches for another one: a look first, then HTML, and records back.

What it reads comes from the process that started it, over a pipe of its own.
"""

from __future__ import annotations

import pickle
import sys
from contextlib import suppress
from typing import BinaryIO

from reportgen.garbage import seldom_searched
from reportgen.render.press import Press
from reportgen.render.stretch_records import lay_out_part


def main() -> None:
    source, target = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing else may be written among the records
    with suppress(OSError):  # where the system's library is missing the press says so
        import weasyprint  # noqa: F401, PLC0415  (slow to load: while there is nothing else to do)
    with suppress(EOFError), seldom_searched():
        press = Press(pickle.load(source))
        _send(target, True)
        while True:
            part = pickle.load(source)
            try:
                made = lay_out_part(part, press)
            except Exception:  # the other process meets it too, and tells it
                made = None
            _send(target, made)


def _send(target: BinaryIO, what: object) -> None:
    pickle.dump(what, target)
    target.flush()


if __name__ == "__main__":
    main()
