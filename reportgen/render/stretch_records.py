"""The records of a document's stretches: from the cache, or laid out here and in other processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import html as lxml_html
from lxml.html import HtmlElement
from pydantic import TypeAdapter

from reportgen.render.machine import machine
from reportgen.render.means import ALONE, Means
from reportgen.render.page_numbers import blank_pages
from reportgen.render.press import Look, Press, Sheets, text_of
from reportgen.render.record_cache import RecordCache, cache_folder, drop_oldest, key_of
from reportgen.render.recorded import Drawing, Record, record, record_foot
from reportgen.render.runs import RUN, Piece, is_lead, joined, opened, run_of
from reportgen.render.workers import Workers

RECORDS, DRAWINGS = TypeAdapter(list[Record]), TypeAdapter(list[Drawing])

WORTH_A_PROCESS = 60_000
"""Characters of HTML still to be laid out, from which another process pays for its start."""


def records(stretches: Sequence[HtmlElement], press: Press, means: Means) -> list[list[Record]]:
    """The pages of each stretch. Raises `Unrecordable` and `FaultyInput`."""
    store = _Store(press, RecordCache(cache_folder() if means.cached else None, RECORDS), machine())
    runs = [run_of(stretch) for stretch in stretches]
    pieces = [(run, piece) for run in runs for piece in run.pieces()]
    laid = iter(store.laid_out([text_of(piece.document) for _, piece in pieces], means))
    found: dict[int, list[tuple[Piece, list[Record]]]] = {id(run): [] for run in runs}
    for run, piece in pieces:
        found[id(run)].append((piece, next(laid)))

    def lay_out(document: HtmlElement) -> list[Record]:
        return store.laid_out([text_of(document)], ALONE)[0]

    return [joined(run, found[id(run)], lay_out) for run in runs]


@dataclass(frozen=True, slots=True)
class _Store:
    press: Press
    cache: RecordCache[list[Record]]
    here: str

    def laid_out(self, parts: Sequence[str], means: Means) -> list[list[Record]]:
        keys = [key("stretch", part, self.press.look, self.here) for part in parts]
        found = {at: kept for at, key in enumerate(keys) if (kept := self.cache.get(key)) is not None}
        missing = [at for at in range(len(parts)) if at not in found]
        for at, made in _laid_out(missing, parts, self.press, means).items():
            found[at] = made
            self.cache.put(keys[at], made)
        if missing and self.cache.folder is not None:
            drop_oldest(self.cache.folder)
        return [found[at] for at in range(len(parts))]


def feet(kinds: Sequence[str], press: Press, means: Means) -> list[Drawing]:
    """The page numbers of pages of such kinds. Raises `Unrecordable`."""
    cache = RecordCache(cache_folder() if means.cached else None, DRAWINGS)
    name = key_of(("feet", machine(), press.look.base, press.look.numbers, *kinds))
    kept = cache.get(name)
    if kept is None:
        kept = [
            record_foot(page, press.read_fonts)
            for page in press.lay_out(blank_pages(kinds), Sheets.NUMBERS).pages
        ]
        cache.put(name, kept)
    return kept


def lay_out_part(part: str, press: Press) -> list[Record]:
    pages = press.lay_out_rows_whole(lxml_html.document_fromstring(part), Sheets.UNNUMBERED).pages
    begun = opened(pages) if RUN in part else [-1] * len(pages)
    if begun[0] < 0 and is_lead(pages[0]):
        pages, begun = pages[1:], begun[1:]
    return [
        replace(record(page, press.read_fonts), begins=begins)
        for page, begins in zip(pages, begun, strict=True)
    ]


def key(kind: str, part: str, look: Look, here: str) -> str:
    """By which what is made of a stretch of HTML is kept."""
    pictures = [content.decode() for address, content in look.pictures.items() if address in part]
    return key_of((kind, here, look.base, look.own, part, *pictures))


def _next(waiting: deque[int]) -> int | None:
    """Other threads take from it too."""
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _laid_out(
    missing: Sequence[int], parts: Sequence[str], press: Press, means: Means
) -> dict[int, list[Record]]:
    """The longest first, so that no process is left with a long one at the end."""
    waiting = deque(sorted(missing, key=lambda at: -len(parts[at])))
    long = sum(len(parts[at]) for at in missing) >= WORTH_A_PROCESS
    others = min(means.processes, len(missing)) - 1 if long else 0
    done: dict[int, list[Record]] = {}
    with Workers(others, press.look, parts, waiting, means.standing) as workers:
        while (at := _next(waiting)) is not None:
            done[at] = lay_out_part(parts[at], press)
        done.update(workers.results())
    for at in missing:  # what a lost process was at
        if at not in done:
            done[at] = lay_out_part(parts[at], press)
    return done
