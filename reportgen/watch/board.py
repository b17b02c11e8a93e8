"""What is shown now: put up by the thread that builds, read by those that serve."""

from __future__ import annotations

from threading import Condition

from reportgen.faults import Fault
from reportgen.watch.page import Page, page


class Board:
    def __init__(self, *, links_pdf: bool) -> None:
        self._changed = Condition()
        self._links_pdf = links_pdf
        self._preview: bytes | None = None
        self._page = page(None, (), is_old=False, links_pdf=False)
        self._pdf: bytes | None = None
        self._building = False
        self._closed = False

    def show(self, preview: bytes, findings: tuple[Fault, ...]) -> None:
        """A new preview, and what was found in its input."""
        with self._changed:
            self._preview = preview
            self._put_up(findings, is_old=False)

    def keep(self, findings: tuple[Fault, ...]) -> None:
        """Why there is no new preview."""
        with self._changed:
            self._put_up(findings, is_old=True)

    def begin(self) -> None:
        with self._changed:
            self._building = True

    def end(self, pdf: bytes | None) -> None:
        """`pdf` is None where none was made: the last one stays."""
        with self._changed:
            self._building = False
            self._pdf = pdf or self._pdf
            self._changed.notify_all()

    def close(self) -> None:
        """Nobody waits any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def page(self) -> Page:
        with self._changed:
            return self._page

    def pdf(self, seconds: float) -> bytes | None:
        """The last one that could be made; while one is being made it is waited for."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._building, seconds)
            return self._pdf

    def version_after(self, version: str, seconds: float) -> str | None:
        """The version of the page once it is another one, the same after some seconds; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._page.version != version, seconds)
            return None if self._closed else self._page.version

    def _put_up(self, findings: tuple[Fault, ...], *, is_old: bool) -> None:
        self._page = page(self._preview, findings, is_old=is_old, links_pdf=self._links_pdf)
        self._changed.notify_all()
