"""A report that is built again after one word of its input was changed, as `build --watch` does it.

`python -m bench.rebuild MAIN PROFILE FORMATS` builds once, then once more for each line it reads, and answers
with the seconds that took, on the wall and on the processor. Read back is what has more than one format.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ, sysconf, times
from pathlib import Path
from typing import TYPE_CHECKING

from bench.measure import Run

if TYPE_CHECKING:
    from reportgen.render.means import Means

WORD = "制定"
"""Stands once in each duty of the inputs that are made here."""


@contextmanager
def rebuilder(main: Path, profile: Path, formats: str, kept: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has built the report once and waits; its pages are kept in a folder of its own."""
    command = [sys.executable, "-m", "bench.rebuild", str(main), str(profile), formats]
    surroundings = {**environ, "REPORTGEN_CACHE": str(kept)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=surroundings
    ) as process:
        _answer(process)
        try:
            yield process
        finally:
            process.kill()


def again(process: subprocess.Popen[str]) -> Run:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    wall, cpu = map(float, _answer(process).split())
    return Run(wall, cpu, 0)


def _answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    answer = process.stdout.readline()
    assert answer, "the process that builds again has ended"
    return answer


def main() -> None:
    from reportgen.build import Format, build, write  # noqa: PLC0415  (not for who only asks it)
    from reportgen.render.means import all_means  # noqa: PLC0415
    from reportgen.render.workers import standing_by  # noqa: PLC0415

    source, profile = map(Path, sys.argv[1:3])
    formats = [Format(name) for name in sys.argv[3].split(",")]
    typed = source.read_text("utf-8")

    def make(means: Means) -> None:
        built = build(source, formats, profile=profile, verified=len(formats) > 1, means=means)
        write(built, source.parent / "out", force=True)

    with standing_by(all_means()) as means:
        make(means)
        print("ready", flush=True)
        for number, _ in enumerate(sys.stdin, 1):
            word = WORD + "一二三四五六七八九十"[number % 10]
            source.write_text(typed.replace(WORD, word, 1), "utf-8")
            began, used = time.monotonic(), _processor_seconds(means)
            make(means)
            print(time.monotonic() - began, _processor_seconds(means) - used, flush=True)


def _processor_seconds(means: Means) -> float:
    """Of this process, of those that have ended, and of those that stand by (on Linux)."""
    standing = means.standing.processes if means.standing else ()
    stats = [Path(f"/proc/{process.pid}/stat") for process in standing]
    said = [stat.read_text().rpartition(")")[2].split()[11:13] for stat in stats if stat.exists()]
    return sum(times()[:4]) + sum(int(part) for parts in said for part in parts) / sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
