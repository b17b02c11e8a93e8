"""A profile's reference.docx: the looks of Word styles that stand in place of reportgen's own.

Only its styles are read, and the theme for the fonts that they borrow from it. It may come from
anybody: nothing is unpacked unbounded, and nothing but formatting is kept.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from reportgen.compose.word_styles import Kind, kind_of, known_name, shown_name
from reportgen.faults import Fault, FaultyInput, Place
from reportgen.load.text import shown

MAX_REFERENCE_BYTES = 32 * 2**20
MAX_PART_BYTES = 4 * 2**20
"""Of the styles or the theme, unpacked; Word's own are a hundredth of that."""
MAX_BASES = 20
"""Styles, each based on the next; Word takes no more than eleven."""

_OLE = b"\xd0\xcf\x11\xe0"
_DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_STRICT = "http://purl.oclc.org/ooxml/"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_NO_LOOKS = {
    f"{_W}{tag}"
    for tag in (
        *("numPr", "sectPr", "pStyle", "rStyle", "cnfStyle", "divId", "pPrChange", "rPrChange"),
        *("vanish", "webHidden", "specVanish"),
    )
}
"""What a style may hold besides looks: numbers (headings have theirs in the text), references, revisions;
and what hides text, since no figure of a report may be missing from sight."""
_THEME_FONT = re.compile(r"(ascii|hAnsi|eastAsia|cs)(?:Theme|theme)")

_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    etree.XMLSyntaxError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What a damaged or encrypted package raises."""
_DAMAGED = "不是 Word 文档，或者文件坏了；请在 Word 或 WPS 里打开，另存为 Word 文档（.docx）"


class _Refused(Exception):
    """A file that is no Word document of the right kind; says why and what to do."""


def read_reference(path: Path) -> bytes:
    """The styles of a Word file, without its theme; raises `FaultyInput` with every fault."""
    place = Place(shown(path))
    try:
        styles, fonts = _parts(path)
    except _Refused as error:
        raise FaultyInput([Fault(place, str(error))]) from None
    except OSError as error:
        # damage to an entry packed by bzip2 is an OSError too, one without a cause in the system
        problem = f"读不了这个文件：{error.strerror}" if error.strerror else _DAMAGED
        raise FaultyInput([Fault(place, problem)]) from None
    except _UNREADABLE:
        raise FaultyInput([Fault(place, _DAMAGED)]) from None
    faults = [Fault(place, problem) for problem in _of_wrong_kind(styles)]
    if faults:
        raise FaultyInput(faults)
    _keep_looks(styles, fonts)
    return etree.tostring(styles)


def _parts(path: Path) -> tuple[etree._Element, Mapping[str, str]]:
    """The root of the styles, and the theme's fonts by the names that styles borrow them by."""
    if path.stat().st_size > MAX_REFERENCE_BYTES:
        raise _Refused(f"文件超过 {MAX_REFERENCE_BYTES // 2**20} MB，不予读取；只用它的样式，正文可以删去")
    content = path.read_bytes()
    if content[:4] == _OLE:
        raise _Refused("是旧版 Word 文件（.doc）或加了密码；请去掉密码，另存为 Word 文档（.docx）")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        package = _Package(archive)
        main = package.main()
        styles = package.related(main, "styles")
        theme = package.related(main, "theme")
        if styles is None or styles.tag != f"{_W}styles":
            raise _Refused("里面没有样式；请用 Word 文档（.docx），如 reportgen 写出的 DOCX 改好后另存的")
        _refuse_endless(styles)
        return styles, {} if theme is None else _theme_fonts(theme)


@dataclass(frozen=True)
class _Package:
    archive: zipfile.ZipFile

    def main(self) -> str:
        """The name of the document itself; refuses what is none, or one with macros."""
        root = self._read("_rels/.rels")
        main = self._target(root, "", "officeDocument") if root is not None else None
        types = self._read("[Content_Types].xml")
        if main is None or types is None:
            strict = root is not None and _STRICT.encode() in etree.tostring(root)
            how = "是“严格 Open XML”的" if strict else "不是 Word 文档"
            raise _Refused(f"{how}；请在 Word 或 WPS 里另存为普通的 Word 文档（.docx）")
        type_ = next((t.get("ContentType", "") for t in types if t.get("PartName") == f"/{main}"), "")
        if "macroEnabled" in type_ or any(n.endswith("vbaProject.bin") for n in self.archive.namelist()):
            raise _Refused("带有宏，不予读取；请另存为不带宏的 Word 文档（.docx）")
        if type_ != _DOCUMENT:
            raise _Refused(
                "不是 Word 文档（可能是模板或别的文件）；请在 Word 里打开，另存为 Word 文档（.docx）"
            )
        return main

    def related(self, part: str, kind: str) -> etree._Element | None:
        """The part of a kind that belongs to another, if there is one."""
        folder, name = posixpath.split(part)
        relations = self._read(f"{folder}/_rels/{name}.rels")
        target = self._target(relations, folder, kind) if relations is not None else None
        return self._read(target) if target else None

    def _target(self, relations: etree._Element, folder: str, kind: str) -> str | None:
        for relation in relations:
            if relation.get("Type") == _RELATIONS + kind and relation.get("TargetMode") != "External":
                # an address from the root begins with /, which join then begins from
                return posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))[1:]
        return None

    def _read(self, name: str) -> etree._Element | None:
        """A part without what stands for text elsewhere (entities); None where there is none."""
        if name not in self.archive.namelist():
            return None
        with self.archive.open(name) as file:
            content = file.read(MAX_PART_BYTES + 1)
        if len(content) > MAX_PART_BYTES:
            raise _Refused(f"里面的 {name} 展开后超过 {MAX_PART_BYTES // 2**20} MB，不予读取")
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
        )
        root = etree.fromstring(content, parser)
        if root.getroottree().docinfo.internalDTD is not None:
            raise ValueError(name)
        return root


def _refuse_endless(styles: etree._Element) -> None:
    """Styles that are based on each other in a circle, or nearly so; no program writes them."""
    bases = {s.get(f"{_W}styleId", ""): _value(s, "basedOn") for s in styles.iter(f"{_W}style")}
    for style, first in bases.items():
        base, steps = first, 0
        while base:
            base, steps = bases.get(base, ""), steps + 1
            if steps > MAX_BASES:
                raise ValueError(style)


def _theme_fonts(theme: etree._Element) -> dict[str, str]:
    """Of a theme: `minorEastAsia` and the like; a theme names Chinese faces by script, if not outright."""
    fonts: dict[str, str] = {}
    for size in ("major", "minor"):
        for scheme in theme.iter(f"{_A}{size}Font"):
            faces = {etree.QName(e).localname: e.get("typeface", "") for e in scheme if e.tag != f"{_A}font"}
            chinese = next((e.get("typeface", "") for e in scheme if e.get("script") == "Hans"), "")
            latin, east = faces.get("latin", ""), faces.get("ea") or chinese
            of = {"Ascii": latin, "HAnsi": latin, "EastAsia": east, "Bidi": faces.get("cs", "")}
            fonts |= {f"{size}{script}": face for script, face in of.items()}
    return fonts


def _of_wrong_kind(styles: etree._Element) -> Iterator[str]:
    for style in styles.iter(f"{_W}style"):
        name = known_name(_value(style, "name"))
        kind = style.get(f"{_W}type", Kind.PARAGRAPH)
        if name is not None and kind != kind_of(name):
            right, wrong = kind_of(name).label, Kind(kind).label if kind in set(Kind) else "列表样式"
            yield f"样式“{shown_name(name)}”应是{right}，这里是{wrong}；请删去它，再建一个同名的{right}"


def _value(style: etree._Element, tag: str) -> str:
    found = style.find(f"{_W}{tag}")
    return "" if found is None else found.get(f"{_W}val", "")


def _keep_looks(styles: etree._Element, fonts: Mapping[str, str]) -> None:
    """Takes out what needs other parts of the file: theme, numbering, extensions of later versions."""
    for element in list(styles.iter()):
        if not str(element.tag).startswith(_W) or element.tag in _NO_LOOKS:
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
            continue
        if element.tag == f"{_W}rFonts":
            _name_fonts(element, fonts)
        for key in map(str, list(element.attrib)):
            if not key.startswith(_W) or key.startswith(f"{_W}theme"):
                del element.attrib[key]


def _name_fonts(element: etree._Element, fonts: Mapping[str, str]) -> None:
    """A font of the theme goes before the one that is named besides."""
    for key in list(element.attrib):
        found = _THEME_FONT.fullmatch(etree.QName(key).localname)
        if found:
            face = fonts.get(str(element.attrib.pop(key)))
            if face:
                element.set(f"{_W}{found[1]}", face)
