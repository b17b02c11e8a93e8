"""`make bench`: what reports of three sizes cost, beside what others take for the same pages.

In one run, each command in turn, again and again: on a machine that others use too only the ratios tell.
Peers that are not on this machine (chromium, soffice, typst) are left out, and it says so.
"""

from __future__ import annotations

import argparse
import math
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from bench.batches import departments, ways
from bench.inputs import SIZES, make
from bench.measure import Median, Run, alternating, timed
from bench.rebuild import again, rebuilder
from bench.typst_source import typst_source
from reportgen.build import prepare
from reportgen.compose import Document
from reportgen.compose.css import page_numbers

CONTENTS = ".toc a::after { content: leader('.') target-counter(attr(href), page) }"
CHROMIUM = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --no-pdf-header-footer"
)
PARTS = ("peers", "growth", "rebuild", "batch")
QUIET = {"REPORTGEN_CACHE": "off"}
PROFILE = Path(__file__).parent / "profile"
"""The general form, with each project's goals on pages of their own."""


@dataclass(frozen=True)
class Material:
    """One report as each program takes it."""

    folder: Path
    main: Path
    pages: int
    cells: int

    @property
    def html(self) -> Path:
        return self.folder / "whole.html"

    @property
    def typst(self) -> Path:
        return self.folder / "whole.typ"

    @property
    def docx(self) -> Path:
        return next((self.folder / "out").glob("*.docx"))


def prepared(folder: Path, size: str) -> Material:
    main = make(folder / size, SIZES[size])
    document, _ = prepare(main, profile=PROFILE)
    (folder / size / "whole.html").write_text(_whole(document), "utf-8")
    (folder / size / "whole.typ").write_text(typst_source(document.html), "utf-8")
    timed(_reportgen(main, "pdf,docx"), QUIET)
    pdf = next((main.parent / "out").glob("*.pdf"))
    return Material(folder / size, main, _pages(pdf), document.html.count("<td") + document.html.count("<th"))


def _whole(document: Document) -> str:
    """The same HTML in one piece, with the contents' numbers as CSS has them."""
    css = "\n".join((document.css, page_numbers(document.style), document.own_css, CONTENTS))
    return document.html.replace("</head>", f"<style>{css}</style></head>")


def _pages(pdf: Path) -> int:
    from pypdfium2 import PdfDocument  # noqa: PLC0415  (not while others are timed)

    with PdfDocument(pdf) as opened:
        return len(opened)


def _reportgen(main: Path, formats: str, *more: str) -> list[str]:
    out = ["-o", str(main.parent / "out"), "--profile", str(PROFILE), "--force", "--no-cache"]
    return [sys.executable, "-m", "reportgen", "build", str(main), "--format", formats, *out, *more]


def peers(material: Material) -> dict[str, Callable[[], Run]]:
    folder, python = material.folder, sys.executable
    wanted: dict[str, list[str] | None] = {
        "reportgen, PDF": _reportgen(material.main, "pdf", "--no-verify"),
        "reportgen, PDF, read back": _reportgen(material.main, "pdf"),
        "reportgen, PDF + DOCX": _reportgen(material.main, "pdf,docx", "--no-verify"),
        "WeasyPrint as it comes": _peer(python, "weasyprint", material.html, folder / "weasyprint.pdf"),
        "Typst": _peer(python, "typst", material.typst, folder / "typst.pdf") if find_spec("typst") else None,
        "python-docx": _peer(python, "python-docx", material.html, folder / "python-docx.docx"),
    }
    if chromium := shutil.which("chromium"):
        target = f"--print-to-pdf={folder / 'chromium.pdf'}"
        own = f"--user-data-dir={folder / 'chromium'}"
        wanted["Chromium"] = [chromium, *CHROMIUM.split(), own, target, str(material.html)]
    if soffice := shutil.which("soffice"):
        own = f"-env:UserInstallation=file://{folder / 'office'}"
        convert = ["--headless", "--convert-to", "pdf", "--outdir", str(folder / "office-out")]
        wanted["LibreOffice, DOCX to PDF"] = [soffice, own, *convert, str(material.docx)]
    for name in ("chromium", "soffice"):
        if not shutil.which(name):
            print(f"{name} is not on this machine and is left out")
    return {name: partial(timed, command, QUIET) for name, command in wanted.items() if command}


def _peer(python: str, name: str, source: Path, target: Path) -> list[str]:
    return [python, "-m", "bench.peers", name, str(source), str(target)]


def rebuilds(material: Material, kept: Path, runs: int) -> dict[str, Median]:
    """A full build beside one after a changed word, by a process that stands and by the command again."""
    pdf, both = (make(material.folder.parent / name, SIZES["M"]) for name in ("changed", "changed-both"))
    again_pdf = [one for one in _reportgen(pdf, "pdf", "--no-verify") if one != "--no-cache"]
    with (
        rebuilder(pdf, PROFILE, "pdf", kept / "pdf") as of_pdf,
        rebuilder(both, PROFILE, "pdf,docx", kept / "both") as of_both,
    ):
        tasks = {
            "PDF": partial(timed, _reportgen(material.main, "pdf", "--no-verify"), QUIET),
            "PDF, a word changed, by --watch": partial(again, of_pdf),
            "PDF, the command again, nothing changed": partial(
                timed, again_pdf, {"REPORTGEN_CACHE": str(kept / "pdf")}
            ),
            "PDF + DOCX, read back": partial(timed, _reportgen(material.main, "pdf,docx"), QUIET),
            "PDF + DOCX, read back, a word changed, by --watch": partial(again, of_both),
        }
        return alternating(tasks, runs)


def table(found: Mapping[str, Median], first: str) -> str:
    """As Markdown; ratios are those of `first` to the others, of medians."""
    rows = [
        "| | wall s (least, median) | CPU s (least, median) | peak MB | ratio wall | ratio CPU |",
        "|---|---|---|---|---|---|",
    ]
    base = found[first]
    for name, one in found.items():
        rows.append(
            f"| {name} | {one.least_wall:.1f}, {one.wall:.1f} | {one.least_cpu:.1f}, {one.cpu:.1f} "
            f"| {one.peak / 1e6:.0f} | {base.wall / one.wall:.2f} | {base.cpu / one.cpu:.2f} |"
        )
    return "\n".join(rows)


def growth(small: Median, large: Median, times: float) -> str:
    """The exponents of time and memory where there is so much more of pages."""
    pairs = ((small.wall, large.wall), (small.cpu, large.cpu), (small.peak, large.peak))
    return ", ".join(f"{math.log(b / a) / math.log(times):.2f}" for a, b in pairs)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("out/bench"))
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--departments", type=int, default=100, help="of the batch, each of size S")
    asked = parser.parse_args()
    shutil.rmtree(asked.out, ignore_errors=True)
    out, parts = asked.out.resolve(), asked.part or PARTS
    sizes = ["S", "M", "L"] if "growth" in parts else ["M"] if {"peers", "rebuild"} & {*parts} else []
    materials = {size: prepared(out, size) for size in sizes}
    said = [f"{size}: {one.pages} pages, {one.cells} cells" for size, one in materials.items()]
    if "peers" in parts:
        said += ["", table(alternating(peers(materials["M"]), asked.runs), "reportgen, PDF")]
    if "growth" in parts:
        tasks = {
            size: partial(timed, _reportgen(one.main, "pdf,docx"), QUIET) for size, one in materials.items()
        }
        found = alternating(tasks, asked.runs)
        said += ["", table(found, "S")]
        for a, b in (("S", "M"), ("M", "L")):
            times = materials[b].pages / materials[a].pages
            said.append(f"{a} to {b}, exponents of wall, CPU, memory: {growth(found[a], found[b], times)}")
    if "rebuild" in parts:
        said += [
            "",
            table(rebuilds(materials["M"], out / "kept", asked.runs), "PDF, a word changed, by --watch"),
        ]
    if "batch" in parts:
        with ways(departments(out / "departments", asked.departments), PROFILE) as tasks:
            found = alternating(tasks, asked.runs)
        said += ["", f"{asked.departments} departments", "", table(found, "-j 1")]
    text = "\n".join(said)
    (asked.out / "bench.md").write_text(text + "\n", "utf-8")
    print(text)


if __name__ == "__main__":
    main()
