"""A process that does another one's jobs: for each document it is told a look, then functions and what
they are told, and sends back what they make; None for a fault, which the other one meets too, and tells.

What it reads comes from the process that started it, over a pipe of its own.
"""

from __future__ import annotations

import gc
import pickle
import sys
from contextlib import suppress
from importlib import import_module
from typing import BinaryIO

from reportgen.garbage import seldom_searched
from reportgen.render.press import Look, Press, press_for


def main() -> None:
    source, target = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing else may be written among the records
    with suppress(OSError):  # where the system's library is missing the press says so
        import weasyprint  # noqa: F401, PLC0415  (slow to load: while there is nothing else to do)
    for name in sys.argv[1:]:
        with suppress(ImportError):  # the job that needs it meets this too
            import_module(name)
    press: Press | None = None
    with suppress(EOFError), seldom_searched():
        while True:
            asked = pickle.load(source)
            if isinstance(asked, Look):
                press = press_for(asked)
                _send(target, True)
                continue
            does, takes_press, said, named = asked
            if not takes_press:  # it takes memory of its own: that of pages is given back before
                gc.collect()
            try:
                made = does(*((press,) if takes_press else ()), *said, **named)
            except Exception:  # the other process meets it too, and tells it
                made = None
            _send(target, made)


def _send(target: BinaryIO, what: object) -> None:
    pickle.dump(what, target)
    target.flush()


if __name__ == "__main__":
    main()
