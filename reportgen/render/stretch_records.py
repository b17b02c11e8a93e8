"""The records of a document's stretches: from the cache, or laid out, by this process or another one."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lxml import html as lxml_html
from lxml.html import HtmlElement
from pydantic import TypeAdapter

from reportgen.render.machine import machine
from reportgen.render.page_numbers import blank_pages
from reportgen.render.press import Look, Press, Sheets, text_of
from reportgen.render.record_cache import RecordCache, cache_folder, drop_oldest, key_of
from reportgen.render.recorded import Drawing, Record, record, record_foot
from reportgen.render.runs import RUN, Piece, Run, is_lead, joined, opened, run_of
from reportgen.render.workers import Job, Workers

RECORDS, DRAWINGS = TypeAdapter(list[Record]), TypeAdapter(list[Drawing])

WORTH_A_PROCESS = 60_000
"""Characters of HTML still to be laid out, from which another process pays for its start."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What others may lay out of a document's stretches."""

    runs: Sequence[Run]
    pieces: Sequence[tuple[Run, Piece, Job[list[Record]]]]

    def records(self, press: Press, workers: Workers) -> list[list[Record]]:
        """The pages of each stretch. Raises `Unrecordable` and `FaultyInput`."""
        found: dict[int, list[tuple[Piece, list[Record]]]] = {id(run): [] for run in self.runs}
        for run, piece, job in self.pieces:
            found[id(run)].append((piece, workers.result(job, press)))

        def lay_out(document: HtmlElement) -> list[Record]:
            return records_of(press, text_of(document), cached=workers.means.cached)

        made = [joined(run, found[id(run)], lay_out) for run in self.runs]
        if (folder := cache_folder()) is not None and workers.means.cached:
            drop_oldest(folder)
        return made


def begin(stretches: Sequence[HtmlElement], look: Look, workers: Workers) -> Asked:
    """Sets to work whoever can help; needs no Pango where others stand by."""
    runs = [run_of(stretch) for stretch in stretches]
    pieces = [(run, piece) for run in runs for piece in run.pieces()]
    parts = [text_of(piece.document) for _, piece in pieces]
    jobs: dict[int, Job[list[Record]]] = {}
    for at in sorted(range(len(parts)), key=lambda at: -len(parts[at])):
        # the longest first, so that no process is left with a long one at the end
        jobs[at] = workers.ask_press(records_of, parts[at], cached=workers.means.cached)
    workers.begin(look, _helpers(parts, look, workers))
    return Asked(runs, [(run, piece, jobs[at]) for at, (run, piece) in enumerate(pieces)])


def _helpers(parts: Sequence[str], look: Look, workers: Workers) -> int:
    """How many other processes are worth while."""
    if not workers.have_some_ready and workers.means.cached and "weasyprint" in sys.modules:
        cache, here = RecordCache(cache_folder(), RECORDS), machine()
        parts = [part for part in parts if not cache.has(key("stretch", part, look, here))]
    return len(parts) - 1 if sum(map(len, parts)) >= WORTH_A_PROCESS else 0


def records_of(press: Press, part: str, *, cached: bool) -> list[Record]:
    """The pages of a piece of a stretch, kept or laid out."""
    if not cached:
        return lay_out_part(part, press)
    cache = RecordCache(cache_folder(), RECORDS)
    name = key("stretch", part, press.look, press.here)
    made = cache.get(name)
    if made is None:
        made = lay_out_part(part, press)
        cache.put(name, made)
    return made


def feet(press: Press, kinds: Sequence[str], *, cached: bool) -> list[Drawing]:
    """The page numbers of pages of such kinds. Raises `Unrecordable`."""
    cache = RecordCache(cache_folder() if cached else None, DRAWINGS)
    name = key_of(("feet", press.here, press.look.base, press.look.numbers, *kinds))
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
