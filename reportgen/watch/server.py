"""Serves the preview to this computer alone: three addresses, from memory, nothing from the disk."""

from __future__ import annotations

import os
import socketserver
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import MappingProxyType
from typing import Any, ClassVar

from reportgen.render.files import unstoppable
from reportgen.watch.board import Board
from reportgen.watch.page import POLICY

HOST = "127.0.0.1"
NAMES = (HOST, "localhost")
"""What a browser on this computer may call the server. Another name that leads here is a trick of some
web page, which would read the preview under that name."""
STILL_THERE = 15.0
"""Seconds after which a silent browser is written to, so that one that went away is noticed."""
LOOK = 0.1
"""Seconds between two looks whether it is to end."""
PATIENCE = 300.0
"""Seconds for which a PDF is waited for."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = os.name == "posix"  # elsewhere it lets two programs have one port

    def __init__(self, port: int, board: Board) -> None:
        """`port` 0 takes any that is free. Raises `OSError` where it cannot be had."""
        self.board = board
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # that of HTTPServer asks for the name of the host
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]  # IPv4

    @property
    def address(self) -> str:
        return f"http://{HOST}:{self.server_port}/"

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # a browser that went away is none
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    server_version, sys_version = "reportgen", ""
    timeout = 60  # seconds for the request to arrive, and for each write
    error_content_type = "text/plain; charset=utf-8"
    error_message_format = "%(code)d %(explain)s\n"
    policy = "default-src 'none'; frame-ancestors 'none'"
    ALWAYS: ClassVar = {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
    }

    def do_GET(self) -> None:
        if not self._is_meant():
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST, "请用命令行里印出的地址打开")
            return
        answers = {"/": self._page, "/report.pdf": self._pdf, "/changes": self._changes}
        answer = answers.get(self.path)
        if answer is None:
            self._refuse(HTTPStatus.NOT_FOUND, "没有这一页")
        else:
            answer()

    def _is_meant(self) -> bool:
        said = self.headers.get_all("Host", [])
        return len(said) == 1 and said[0].lower() in [f"{name}:{self.server.server_port}" for name in NAMES]

    def _page(self) -> None:
        self.policy = POLICY
        self._answer("text/html; charset=utf-8", self.server.board.page.content)

    def _pdf(self) -> None:
        content = self.server.board.pdf(PATIENCE)
        if content is None:
            self._refuse(HTTPStatus.NOT_FOUND, "还没有生成 PDF")
        else:
            self._answer("application/pdf", content)

    def _changes(self) -> None:
        """The page's version, and each new one as soon as there is one (server-sent events)."""
        self._begin("text/event-stream")
        told = ""
        while (version := self.server.board.version_after(told, STILL_THERE)) is not None:
            self.wfile.write(f"data: {version}\n\n".encode() if version != told else b":\n\n")
            told = version

    def _answer(self, kind: str, content: bytes) -> None:
        self._begin(kind, {"Content-Length": str(len(content))})
        self.wfile.write(content)

    def _begin(self, kind: str, more: Mapping[str, str] = MappingProxyType({})) -> None:
        self.send_response(HTTPStatus.OK)
        for name, value in {"Content-Type": kind, **more}.items():
            self.send_header(name, value)
        self.end_headers()

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self.send_error(status, explain=why)

    def end_headers(self) -> None:
        for name, value in {"Content-Security-Policy": self.policy, **self.ALWAYS}.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """The terminal is for what was built."""


@contextmanager
def serving(server: Server) -> Iterator[None]:
    with unstoppable():  # signals are for the thread that builds, and that writes files whole
        Thread(target=server.serve_forever, args=(LOOK,), daemon=True).start()
    try:
        yield
    finally:
        server.board.close()
        with suppress(OSError):
            server.shutdown()
            server.server_close()
