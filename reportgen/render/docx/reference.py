"""The looks of a profile's reference.docx put into the styles of a report, as pandoc does it.

Each of reportgen's styles that the reference has, by name, gets its formatting whole; a style that
it is based on and that reportgen has not comes along. What stays reportgen's own is structure, not
look: the outline levels that the contents rest on, and that no blank is added between Chinese and figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field

from docx.oxml.ns import qn
from lxml import etree

from reportgen.compose.word_styles import known_name
from reportgen.render.docx.ooxml import Element, w

_LOOKS = [qn(f"w:{tag}") for tag in ("pPr", "rPr", "tblPr", "trPr", "tcPr", "tblStylePr")]
_STRUCTURE = ("autoSpaceDE", "autoSpaceDN", "outlineLvl")
_AFTER_AUTO_SPACE = (
    *("bidi", "adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents"),
    *("suppressOverlap", "jc", "textDirection", "textAlignment", "textboxTightWrap", "rPr"),
)
"""Of a paragraph's properties, in the order of the schema."""


def overlay(root: Element, reference: bytes) -> None:
    """`root` holds reportgen's styles, `reference` the cleaned styles of the profile's Word file."""
    theirs = etree.fromstring(reference)
    defaults = theirs.find(qn("w:docDefaults"))
    own_defaults = root.find(qn("w:docDefaults"))
    if defaults is not None and own_defaults is not None:
        root.replace(own_defaults, deepcopy(defaults))
    _Overlay(root, theirs).whole()


@dataclass
class _Overlay:
    root: Element
    theirs: Element
    ids: dict[str, str] = field(default_factory=dict)
    """Of the reference's styles that are in use: their id here."""

    def whole(self) -> None:
        ours = {_name(style): style for style in self.root.iterfind(qn("w:style"))}
        chosen: dict[str, Element] = {}
        for style in self.theirs.iterfind(qn("w:style")):
            name = known_name(_name(style))
            if name in ours and (name not in chosen or name == _name(style)):
                chosen[name] = style
        for name, style in chosen.items():
            self.ids[_id(style)] = _id(ours[name])
        for name, style in chosen.items():
            self._dress(ours[name], style)

    def _dress(self, own: Element, style: Element) -> None:
        """Gives a style of ours the formatting of the reference's."""
        structure = {tag: own.find(f"{qn('w:pPr')}/{qn(f'w:{tag}')}") for tag in _STRUCTURE}
        for child in list(own):
            if child.tag in _LOOKS:
                own.remove(child)
        own.extend(_looks(style))
        if own.get(qn("w:type")) == "paragraph":
            _keep_structure(own, structure)
        self._base(own, style)

    def _base(self, own: Element, style: Element) -> None:
        base = self._brought(style)
        old = own.find(qn("w:basedOn"))
        if old is not None:
            own.remove(old)
        if base is not None and base != _id(own):
            own.insert(1, w("basedOn", val=base))

    def _brought(self, style: Element) -> str | None:
        """The id here of what a style of the reference is based on, which is brought along if need be."""
        found = style.find(qn("w:basedOn"))
        base = None if found is None else self._by_id(found.get(qn("w:val"), ""))
        if base is None or base.get(qn("w:type")) != style.get(qn("w:type")):
            return None
        if _id(base) not in self.ids:
            # named before its own base is looked for: styles that are based on each other end here
            self.ids[_id(base)] = f"Reference{len(self.ids)}"
            own = w("style", w("name", val=_name(base)), type=base.get(qn("w:type")))
            own.set(qn("w:styleId"), self.ids[_id(base)])
            own.extend(_looks(base))
            self.root.append(own)
            self._base(own, base)
        return self.ids[_id(base)]

    def _by_id(self, id_: str) -> Element | None:
        return next((s for s in self.theirs.iterfind(qn("w:style")) if _id(s) == id_), None)


def _looks(style: Element) -> Iterable[Element]:
    return [deepcopy(child) for child in style if child.tag in _LOOKS]


def _keep_structure(own: Element, structure: Mapping[str, Element | None]) -> None:
    paragraph = own.find(qn("w:pPr"))
    if paragraph is None:
        paragraph = w("pPr")
        before = own.find(qn("w:rPr"))
        own.append(paragraph) if before is None else before.addprevious(paragraph)
    for tag in structure:
        for old in paragraph.findall(qn(f"w:{tag}")):
            paragraph.remove(old)
    *spaces, level = structure.values()
    later = [child for child in paragraph if etree.QName(child).localname in _AFTER_AUTO_SPACE]
    at = paragraph.index(later[0]) if later else len(paragraph)
    paragraph[at:at] = [space for space in spaces if space is not None]
    if level is not None:
        paragraph.append(level)


def _name(style: Element) -> str:
    name = style.find(qn("w:name"))
    return "" if name is None else name.get(qn("w:val"), "")


def _id(style: Element) -> str:
    return style.get(qn("w:styleId"), "")
