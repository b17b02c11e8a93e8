"""What makes a PDF fit for the archive: PDF/A-3u, tags, names, and its tables as data inside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from reportgen.compose.document import Document
from reportgen.render.accessible import contents_of, marked, may_be_marked, settle_links
from reportgen.render.recorded import compressed, content_of, finish_element
from reportgen.render.recorded_pdf import finish, put
from reportgen.render.sources import Source, names
from reportgen.render.stable_zip import CREATED

VARIANT = "pdf/a-3u"

DESCRIBED = {".csv": "表的数据", ".json": "各表数据的说明（Frictionless Data）"}
SOURCE = "输入"
KINDS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""What is attached, the same on every machine."""


def archived(
    pages: Any, document: Document, data: Mapping[str, bytes], sources: Sequence[Source] = ()
) -> bytes:
    """The laid-out document as tagged PDF/A-3u, with files of data attached (by name), and its sources.

    No conformance is claimed beyond what the metadata say: no validator has looked at it.
    """
    from weasyprint import Attachment  # noqa: PLC0415  (slow to load, and only needed here)

    day = CREATED.isoformat().replace("+00:00", "Z")
    metadata = pages.metadata
    metadata.title, metadata.authors, metadata.lang = document.title, [document.author], "zh-CN"
    metadata.created = metadata.modified = day
    # an attachment can be written once, so they are made for each writing
    tables = {PurePosixPath(name).name: content for name, content in data.items()}
    attached = [
        (name, content, DESCRIBED.get(PurePosixPath(name).suffix, ""), "Data")
        for name, content in tables.items()
    ]
    attached += [
        (name, source.content, _described(source), "Source")
        for name, source in names(sources, tables).items()
    ]
    metadata.attachments = [
        Attachment(
            string=content,
            name=name,
            description=description,
            relationship=relationship,
            created=CREATED,
            modified=CREATED,
        )
        for name, content, description, relationship in attached
    ]
    result = pages.write_pdf(pdf_variant=VARIANT, pdf_tags=True, finisher=partial(_finish, source=document))
    assert isinstance(result, bytes)
    return result


def _described(source: Source) -> str:
    return f"{SOURCE}{f'（{source.role}）' if source.role else ''}：{source.path}"


def _finish(pages: Any, pdf: Any, *, source: Document) -> None:
    """What WeasyPrint leaves undone."""
    import pydyf  # noqa: PLC0415  (comes with WeasyPrint)

    settle_links(pdf, contents_of(source))
    finish(pdf, pages.pages)
    if may_be_marked(source):
        metadata = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
        metadata.stream = [marked(b"".join(metadata.stream))]
    dictionaries = [element for element in pdf.objects if isinstance(element, pydyf.Dictionary)]
    if "AF" in pdf.catalog:  # each attachment is listed there twice
        pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    named = {}
    for element in dictionaries:
        if element.get("Type") == "/Filespec":  # under a name whose encoding no reader knows
            named[element.reference] = element["F"] = element["UF"]
            _tell_kind(pdf, element)
        else:
            finish_element(element)
    tree = pdf.catalog["Names"]["EmbeddedFiles"] if named else None
    for element in dictionaries:
        if tree is not None and element.reference == tree:  # which must be in the order of its names
            ordered = sorted(named.items(), key=lambda pair: _encoded(pair[1].string))
            element["Names"] = pydyf.Array([part for file, name in ordered for part in (name, file)])
    _compress(pdf)


def _compress(pdf: Any) -> None:
    """All streams, those too that are added while the file is written; once, though pydyf asks for their
    bytes twice: for the file's identifier, and for the file."""
    add_plain = pdf.add_object

    def compress(element: Any) -> None:
        if getattr(element, "compress", False):
            put(element, compressed(content_of(element)))

    def add_object(added: Any) -> None:
        add_plain(added)
        compress(added)

    for element in pdf.objects:
        compress(element)
    pdf.add_object = add_object


def _tell_kind(pdf: Any, file: Any) -> None:
    """Python knows it of some files on some machines."""
    kind = KINDS.get(PurePosixPath(file["UF"].string).suffix.lower())
    if kind is not None:
        content = pdf.objects[int(file["EF"]["F"].split()[0])]
        content.extra["Subtype"] = f"/{kind.replace('/', '#2f')}"


def _encoded(name: str) -> bytes:
    return name.encode() if name.isascii() else b"\xfe\xff" + name.encode("utf-16-be")
