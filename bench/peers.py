"""What reportgen is measured against, each a program of its own: python -m bench.peers NAME SOURCE TARGET."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from lxml import html as lxml_html
from lxml.html import HtmlElement


def weasyprint(source: Path, target: Path) -> None:
    """The same HTML as it comes, contents by target-counter; as many tags and the same kind of PDF."""
    from weasyprint import HTML  # noqa: PLC0415  (only what is timed is loaded)

    HTML(filename=source).write_pdf(target, pdf_variant="pdf/a-3u", pdf_tags=True)


def typst(source: Path, target: Path) -> None:
    import typst as engine  # noqa: PLC0415  (only what is timed is loaded)

    engine.compile(source, output=target, font_paths=["/usr/share/fonts", "/usr/local/share/fonts"])


def python_docx(source: Path, target: Path) -> None:
    """Headings, paragraphs and tables as python-docx is meant to be used; cells are taken once, which is
    its quick way (`table.cell` is quadratic)."""
    import docx  # noqa: PLC0415  (only what is timed is loaded)

    document = docx.Document()
    for element in _blocks(lxml_html.fromstring(source.read_text("utf-8"))):
        if element.tag == "table":
            _add_table(document, element)
        elif element.tag == "p":
            document.add_paragraph(element.text_content())
        else:
            document.add_heading(element.text_content(), int(element.tag[1]))
    document.save(str(target))


def _blocks(root: HtmlElement) -> list[HtmlElement]:
    found = []
    for element in root.find("body").iter("h1", "h2", "h3", "h4", "p", "table"):
        if next(element.iterancestors("table", "p"), None) is None:
            found.append(element)
    return found


def _add_table(document: object, element: HtmlElement) -> None:
    rows = list(element.iter("tr"))
    width = max(sum(int(cell.get("colspan", 1)) for cell in row) for row in rows)
    table = document.add_table(len(rows), width, style="Table Grid")  # type: ignore[attr-defined]
    cells = table._cells
    taken: set[tuple[int, int]] = set()
    for at, row in enumerate(rows):
        place = 0
        for cell in row:
            while (at, place) in taken:
                place += 1
            down, across = int(cell.get("rowspan", 1)), int(cell.get("colspan", 1))
            taken |= {(at + y, place + x) for y in range(down) for x in range(across)}
            cells[at * width + place].text = cell.text_content()
            place += across


PEERS: dict[str, Callable[[Path, Path], None]] = {
    "weasyprint": weasyprint,
    "typst": typst,
    "python-docx": python_docx,
}

if __name__ == "__main__":
    PEERS[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
