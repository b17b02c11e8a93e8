"""One round: the input built as `build` does it, its preview shown as soon as it is sound."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from reportgen.build import Built, Examined, build, write
from reportgen.faults import Fault, FaultyInput, Place, errors
from reportgen.load.text import shown
from reportgen.watch.board import Board
from reportgen.watch.order import Order


@dataclass(frozen=True, slots=True)
class Outcome:
    findings: tuple[Fault, ...]
    written: tuple[Path, ...]
    seconds: float

    @property
    def is_sound(self) -> bool:
        return not errors(self.findings)


def build_round(order: Order, board: Board) -> Outcome:
    """Whatever is wrong with the input is in the outcome, and on the board."""
    began = time.perf_counter()
    board.begin()
    previews: list[bytes] = []
    findings: list[Fault] = []

    def look(examined: Examined) -> None:
        previews.append(_preview(examined))
        findings.extend(examined.findings)
        board.show(previews[0], examined.findings)

    pdf: bytes | None = None
    written: tuple[Path, ...] = ()
    try:
        built = _built(order, look)
        pdf = next((content for name, content in built.files.items() if name.endswith(".pdf")), None)
        written = _written(built, order)
    except FaultyInput as error:
        findings += error.faults
        if previews:
            board.show(previews[0], tuple(findings))
        else:
            board.keep(tuple(findings))
    finally:
        board.end(pdf)
    return Outcome(tuple(findings), written, time.perf_counter() - began)


def _preview(examined: Examined) -> bytes:
    from reportgen.render.web import explainer, to_html  # noqa: PLC0415  (loading the renderers takes seconds)

    assert examined.document is not None
    return to_html(examined.document, explainer(examined.loaded, examined.budget))


def _built(order: Order, look: Callable[[Examined], None]) -> Built:
    try:
        with order.progress() as progress:
            return build(
                order.source,
                order.formats,
                progress,
                order.profile,
                unit=order.unit,
                verified=order.verified,
                attach_input=order.attach_input,
                means=order.means,
                seen=look,
            )
    except OSError as error:  # a file that was saved at this moment; another round follows
        place = Place(shown(Path(error.filename or order.source)))
        raise FaultyInput([Fault(place, f"读不了：{error.strerror or error}；请再保存一次")]) from None


def _written(built: Built, order: Order) -> tuple[Path, ...]:
    try:
        return write(built, order.out, force=order.force)
    except OSError as error:
        problem = f"写不了文件：{error.strerror or error}；原有文件没有改动"
        raise FaultyInput([Fault(Place(str(order.out)), problem)]) from None
