"""What a PDF needs for readers who do not see it, and the mark of PDF/UA-1 for one that has all that can
be told here: headings that leave no level out, header cells in every table, words for every picture.

Charts are not asked: they always have their alternative text.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from lxml import html as lxml_html
from lxml.html import HtmlElement

from reportgen.compose.document import Document

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")

MARK = """<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
"""PDF/A wants what it does not know itself described."""
_END = b"</rdf:RDF>"


def may_be_marked(document: Document) -> bool:
    """Whether a document has what PDF/UA-1 asks of its author, as far as its structure tells."""
    tree = lxml_html.document_fromstring(document.html)
    levels = [HEADINGS.index(str(heading.tag)) for heading in tree.iter(*HEADINGS)]
    return (
        bool(document.title.strip())
        and bool(levels)
        and levels[0] == 0
        and all(below <= above + 1 for above, below in pairwise(levels))
        and all(next(table.iter("th"), None) is not None for table in tree.iter("table"))
        and all((picture.get("alt") or "").strip() for picture in tree.iter("img"))
    )


def marked(metadata: bytes) -> bytes:
    """XMP that also says PDF/UA-1, in the block that is there."""
    before, end, after = metadata.partition(_END)
    assert end, "metadata have one block"
    return before + MARK.encode() + end + after


def contents_of(document: Document) -> dict[str, str]:
    """What the entries of the contents say, by the anchors that they lead to."""
    tree: HtmlElement = lxml_html.document_fromstring(document.html)
    links = (link for nav in tree.iter("nav") for link in nav.iter("a"))
    return {link.get("href", "").removeprefix("#"): link.text_content().strip() for link in links}


def settle_links(pdf: Any, said: Mapping[str, str]) -> None:
    """One link for each entry of the contents, with words instead of the name of an anchor.

    WeasyPrint makes another for every part of a link that it lays out by itself, outside of the element.
    """
    elements = [one for one in pdf.objects if isinstance(one, dict) and one.get("Type") == "/StructElem"]
    extra: set[bytes] = set()
    for element in elements:
        if element["S"] == "/Link":
            if not _is_within_link(pdf, element):
                continue
            element["S"] = "/Span"
        for kid in [kid for kid in element["K"] if isinstance(kid, bytes) and _is_link(pdf, kid)]:
            extra.add(_object(pdf, kid)["Obj"])
            element["K"].remove(kid)
    for page in (_object(pdf, reference) for reference in pdf.page_references):
        if "Annots" in page:
            page["Annots"][:] = [one for one in page["Annots"] if one not in extra]
            for one in (_object(pdf, reference) for reference in page["Annots"]):
                words = said.get(one["Dest"].string) if "Dest" in one else None
                if words:
                    one["Contents"].string = words
    numbers = _object(pdf, _object(pdf, pdf.catalog["StructTreeRoot"])["ParentTree"])["Nums"]
    gone = {_object(pdf, reference)["StructParent"] for reference in extra}
    pairs = list(zip(numbers[::2], numbers[1::2], strict=True))
    numbers[:] = [part for pair in pairs if pair[0] not in gone for part in pair]


def _is_within_link(pdf: Any, element: Any) -> bool:
    above = _object(pdf, element["P"])
    while above.get("S", "/Document") != "/Document":
        if above["S"] == "/Link":
            return True
        above = _object(pdf, above["P"])
    return False


def _is_link(pdf: Any, reference: bytes) -> bool:
    kid = _object(pdf, reference)
    is_reference = isinstance(kid, dict) and kid.get("Type") == "/OBJR"
    return is_reference and _object(pdf, kid["Obj"]).get("Subtype") == "/Link"


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]
