"""The preview is served to this computer alone, and nothing but the preview."""

from __future__ import annotations

import http.client
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html as lxml_html
from watched import LONG_ENOUGH, TINY, department, get

from reportgen.build import Format, build
from reportgen.faults import Fault, Place, Severity
from reportgen.watch.board import Board
from reportgen.watch.page import POLICY, page
from reportgen.watch.server import HOST, Server, serving


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return department(tmp_path)


@pytest.fixture
def served() -> Iterator[Server]:
    server = Server(0, Board(links_pdf=True))
    with serving(server):
        yield server


@pytest.fixture(scope="module")
def closed() -> Iterator[Server]:
    """Nobody waits for changes there."""
    server = Server(0, Board(links_pdf=True))
    server.board.close()
    with serving(server):
        yield server


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_the_server_goes_by_the_names_of_this_computer(served: Server, name: str) -> None:
    assert get(served.server_port, "/", f"{name}:{served.server_port}")[0] == 200


@pytest.mark.parametrize(
    "name",
    [
        "evil.example:{}",
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:1",
        "127.0.0.1:{}.evil.example",
        "[::1]:{}",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/", "/report.pdf", "/changes"])
def test_another_name_that_leads_here_is_refused(served: Server, name: str, path: str) -> None:
    status, content = get(served.server_port, path, name.format(served.server_port))
    assert status in (400, 421)
    assert b"<" not in content


@pytest.mark.parametrize(
    "path",
    [
        "/x",
        "/index.html",
        "/../dept.yaml",
        "/?",
        "/.",
        "/report.pdf/",
        "/%2e%2e/etc/passwd",
        "/etc/passwd",
        "*",
    ],
)
def test_there_is_no_other_page(served: Server, path: str) -> None:
    assert get(served.server_port, path)[0] == 404


@given(path=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30))
def test_whatever_is_asked_for_only_three_addresses_answer(closed: Server, path: str) -> None:
    status, _ = get(closed.server_port, "/" + path)
    assert status == (200 if path.lstrip("/") in ("", "changes") else 404)


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_there_is_nothing_to_do_but_read(served: Server, method: str) -> None:
    assert get(served.server_port, "/", method=method)[0] == 501


def test_the_server_listens_on_this_computer_alone(served: Server) -> None:
    assert served.socket.getsockname()[0] == "127.0.0.1"
    assert served.address == f"http://127.0.0.1:{served.server_port}/"


def test_every_answer_forbids_to_keep_it_to_guess_its_kind_and_to_frame_it(served: Server) -> None:
    for path in ("/", "/nothing"):
        connection = http.client.HTTPConnection(HOST, served.server_port, timeout=LONG_ENOUGH)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.getheader("Cache-Control") == "no-store"
        assert answer.getheader("X-Content-Type-Options") == "nosniff"
        assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"
        assert "frame-ancestors 'none'" in (answer.getheader("Content-Security-Policy") or "")
        connection.close()


def test_the_policy_lets_run_what_the_page_has_and_nothing_else(source: Path) -> None:
    (preview,) = build(source, [Format.HTML], profile=TINY).files.values()
    content = page(preview, (), is_old=False, links_pdf=True).content
    root = lxml_html.document_fromstring(content.decode())
    scripts = root.xpath("//script[not(@type)]/text()")
    styles = root.xpath("//style/text()")
    assert (len(scripts), len(styles)) == (2, 2)
    allowed = dict(part.split(" ", 1) for part in POLICY.split("; "))
    for directive, texts in (("script-src", scripts), ("style-src-elem", styles)):
        hashes = {f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts}
        assert set(allowed[directive].split()) == hashes
    assert allowed["default-src"] == "'none'"
    assert root.xpath("//@onclick | //@onload | //@onerror") == []


def test_what_findings_quote_cannot_become_markup() -> None:
    bad = Fault(Place("</summary><script>alert(1)</script>.yaml", 1), "“<img src=x onerror=alert(1)>”")
    content = page(None, (bad,), is_old=True, links_pdf=True).content.decode()
    root = lxml_html.document_fromstring(content)
    assert len(root.xpath("//script")) == 1
    assert root.xpath("//img") == []
    assert "<img src=x onerror=alert(1)>" in root.get_element_by_id("watch").text_content()


def test_the_same_is_the_same_version_and_findings_make_another() -> None:
    preview = b"<!DOCTYPE html><html><head></head><body><p>1</p></body></html>"
    hint = Fault(Place("dept.yaml", 1), "x", Severity.HINT)
    first, again, other, found = (
        page(content, findings, is_old=False, links_pdf=False).version
        for content, findings in (
            (preview, ()),
            (preview, ()),
            (preview.replace(b"1", b"2"), ()),
            (preview, (hint,)),
        )
    )
    assert first == again
    assert len({first, other, found}) == 3
