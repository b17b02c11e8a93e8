"""The DOCX as a package: its settings, nothing left over, and fonts with their alternatives."""

from __future__ import annotations

from docx.document import Document as WordDocument
from lxml import etree

from reportgen.compose.style import Style
from reportgen.render.docx.ooxml import Element, w

_ABOUT = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
_UNUSED = ("/stylesWithEffects", "/customXml", "/webSettings", "/numbering", "/thumbnail")
"""What python-docx's empty document relates to besides: a preview, styles for Word 2010, lists."""


def settle(document: WordDocument) -> None:
    """Replaces what python-docx's empty document says of itself: an older Word, Japanese, lists."""
    package = document.part.package
    for relations in (package.rels, document.part.rels):
        for key, relation in list(relations.items()):
            if relation.reltype.endswith(_UNUSED):
                del relations[key]
    about = next(part for part in package.iter_parts() if part.partname == "/docProps/app.xml")
    about._blob = f'<Properties xmlns="{_ABOUT}"><Application>reportgen</Application></Properties>'.encode()
    settings = document.settings.element
    for child in list(settings):
        settings.remove(child)
    settings.extend(_settings())


def _settings() -> list[Element]:
    word = "http://schemas.microsoft.com/office/word"
    return [
        w("zoom", percent=100),
        w("defaultTabStop", val=420),
        w("evenAndOddHeaders"),
        # as the PDF sets them: no punctuation narrower than a character
        w("characterSpacingControl", val="doNotCompress"),
        w(
            "compat",
            # a line before a break keeps its length in justified text
            w("doNotExpandShiftReturn"),
            w("useFELayout"),
            w("compatSetting", name="compatibilityMode", uri=word, val=15),
            w("compatSetting", name="overrideTableStyleFontSizeAndJustification", uri=word, val=1),
            w("compatSetting", name="enableOpenTypeFeatures", uri=word, val=1),
            w("compatSetting", name="doNotFlipMirrorIndents", uri=word, val=1),
        ),
        w("themeFontLang", val="en-US", eastAsia="zh-CN"),
        w("decimalSymbol", val="."),
        w("listSeparator", val=","),
    ]


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
