"""The DOCX as a package: nothing left over, and fonts with their alternatives."""

from __future__ import annotations

from docx.document import Document as WordDocument
from docx.oxml.ns import qn
from lxml import etree

from reportgen.compose.style import Style
from reportgen.render.docx.ooxml import w


def clear_leftovers(document: WordDocument) -> None:
    """Takes out what python-docx's empty document brings along: a preview, Japanese as its language."""
    package = document.part.package
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            del package.rels[key]
    for language in document.settings.element.findall(qn("w:themeFontLang")):
        language.set(qn("w:eastAsia"), "zh-CN")


def name_alternatives(document: WordDocument, style: Style) -> None:
    """Fills the font table, where Word looks for another name when a font is missing."""
    part = next(p for p in document.part.package.iter_parts() if p.partname.endswith("/fontTable.xml"))
    fonts = [style.fonts.body, style.fonts.kai, style.fonts.hei, style.fonts.title, style.fonts.table]
    table = w(
        "fonts",
        *(
            w("font", w("altName", val=",".join(names[1:])) if len(names) > 1 else None, name=names[0])
            for names in dict.fromkeys(fonts)
        ),
    )
    part._blob = etree.tostring(table, xml_declaration=True, encoding="UTF-8", standalone=True)
