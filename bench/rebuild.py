"""A report that is built again after one word of its input was changed, as `build --watch` does it.

`python -m bench.rebuild MAIN PROFILE` builds once, then once more for each line it reads, and answers with
the seconds that took, on the wall and on the processor.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from os import environ, times
from pathlib import Path

from bench.measure import Run

WORD = "制定"
"""Stands once in each duty of the inputs that are made here."""


@contextmanager
def rebuilder(main: Path, profile: Path, kept: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has built the report once and waits; its pages are kept in a folder of its own."""
    command = [sys.executable, "-m", "bench.rebuild", str(main), str(profile)]
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

    source, profile = map(Path, sys.argv[1:])
    typed = source.read_text("utf-8")

    def make() -> None:
        built = build(source, [Format.PDF], profile=profile, verified=False, means=all_means())
        write(built, source.parent / "out", force=True)

    make()
    print("ready", flush=True)
    for number, _ in enumerate(sys.stdin, 1):
        source.write_text(typed.replace(WORD, WORD + "一二三四五六七八九十"[number % 10], 1), "utf-8")
        began, used = time.monotonic(), sum(times()[:4])
        make()
        print(time.monotonic() - began, sum(times()[:4]) - used, flush=True)


if __name__ == "__main__":
    main()
