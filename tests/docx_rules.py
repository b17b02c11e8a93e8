"""What a DOCX must keep to if Word is to open it: rules over all its parts, each telling what breaks it.

From ECMA-376, part 1 (WordprocessingML) and part 2 (packages), as far as our elements go.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cached_property

from docx.oxml.ns import nsmap, qn
from lxml import etree

W = f"{{{nsmap['w']}}}"
R = f"{{{nsmap['r']}}}"
TYPES = "[Content_Types].xml"

ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr "
    "shd tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE "
    "autoSpaceDN bidi adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents "
    "suppressOverlap jc textDirection textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr "
    "sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof "
    "snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd "
    "fitText vertAlign rtl cs em lang eastAsianLayout specVanish oMath",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc "
    "tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription "
    "tblPrChange",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign "
    "hideMark headers cellIns cellDel cellMerge tcPrChange",
    "trPr": "cnfStyle divId gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader tblCellSpacing "
    "jc hidden ins del trPrChange",
    "sectPr": "headerReference footerReference footnotePr endnotePr type pgSz pgMar paperSrc pgBorders "
    "lnNumType pgNumType cols formProt vAlign noEndnote titlePg textDirection bidi rtlGutter "
    "docGrid printerSettings sectPrChange",
    "styles": "docDefaults latentStyles style",
    "docDefaults": "rPrDefault pPrDefault",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed "
    "qFormat locked personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr",
    "tblBorders": "top left start bottom right end insideH insideV",
    "tblCellMar": "top left start bottom right end",
    "tbl": "bookmarkStart bookmarkEnd tblPr tblGrid tr",
    "tr": "tblPrEx trPr tc",
    "tc": "tcPr p tbl",
    "font": "altName panose1 charset family notTrueType pitch sig embedRegular embedBold",
    "settings": "writeProtection view zoom removePersonalInformation mirrorMargins "
    "bordersDoNotSurroundHeader defaultTabStop autoHyphenation evenAndOddHeaders "
    "characterSpacingControl footnotePr endnotePr compat docVars rsids themeFontLang clrSchemeMapping "
    "decimalSymbol listSeparator",
    "compat": "balanceSingleByteDoubleByteWidth doNotLeaveBackslashAlone ulTrailSpace doNotExpandShiftReturn "
    "adjustLineHeightInTable useFELayout compatSetting",
}
"""The children of each element, in the order of its complex type."""

FIRST = {"p": "pPr", "r": "rPr"}
"""Of these only the properties have a place."""

MANY = {"tr", "tc", "headerReference", "footerReference", "p", "tbl", "style", "tblStylePr", "compatSetting"}
MANY |= {"bookmarkStart", "bookmarkEnd"}
"""What may stand more than once."""

_SWITCH = {"0", "1", "true", "false", "on", "off"}
_WIDTH = {"nil", "pct", "dxa", "auto"}
_LINE = {"nil", "none", "single", "thick", "double", "dotted", "dashed"}
VALUES = {
    ("jc", "val"): {"left", "center", "right", "both", "distribute", "start", "end"},
    ("vAlign", "val"): {"top", "center", "bottom", "both"},
    ("trHeight", "hRule"): {"auto", "exact", "atLeast"},
    ("spacing", "lineRule"): {"auto", "exact", "atLeast"},
    ("fldChar", "fldCharType"): {"begin", "separate", "end"},
    ("vMerge", "val"): {"restart", "continue"},
    ("tab", "val"): {"clear", "start", "left", "center", "end", "right", "decimal", "bar", "num"},
    ("tab", "leader"): {"none", "dot", "hyphen", "underscore", "heavy", "middleDot"},
    ("br", "type"): {"page", "column", "textWrapping"},
    ("type", "val"): {"nextPage", "nextColumn", "continuous", "evenPage", "oddPage"},
    ("pgSz", "orient"): {"portrait", "landscape"},
    ("docGrid", "type"): {"default", "lines", "linesAndChars", "snapToChars"},
    ("style", "type"): {"paragraph", "character", "table", "numbering"},
    ("headerReference", "type"): {"default", "even", "first"},
    ("footerReference", "type"): {"default", "even", "first"},
    ("tblLayout", "type"): {"fixed", "autofit"},
    ("shd", "val"): {"nil", "clear", "solid"},
    ("characterSpacingControl", "val"): {"doNotCompress", "compressPunctuation"},
    **{(edge, "val"): _LINE for edge in ("top", "left", "bottom", "right", "insideH", "insideV")},
    **{(width, "type"): _WIDTH for width in ("tblW", "tcW", "tblInd", "top", "left", "bottom", "right")},
    **{
        (switch, "val"): _SWITCH
        for switch in (
            *("keepNext", "keepLines", "pageBreakBefore", "widowControl", "overflowPunct", "autoSpaceDE"),
            *("autoSpaceDN", "snapToGrid", "b", "bCs", "i", "iCs", "cantSplit", "tblHeader", "noWrap"),
            *("qFormat", "semiHidden", "unhideWhenUsed", "evenAndOddHeaders", "useFELayout"),
            *("doNotExpandShiftReturn", "suppressAutoHyphens", "bidi"),
        )
    },
}
"""The words that an attribute may be; one that may be left out is not asked for."""

RANGES = {
    ("sz", "val"): (2, 3276),
    ("szCs", "val"): (2, 3276),
    ("outlineLvl", "val"): (0, 9),
    ("gridSpan", "val"): (2, 63),
    ("zoom", "percent"): (10, 500),
    ("trHeight", "val"): (0, 31680),
    ("pgNumType", "start"): (0, 2**31),
    ("docGrid", "linePitch"): (1, 31680),
    ("spacing", "line"): (1, 31680),
    **{("spacing", name): (0, 31680) for name in ("before", "after")},
    ("spacing", "val"): (-31680, 31680),
    **{("ind", name): (-31680, 31680) for name in ("left", "right", "firstLine", "hanging")},
    **{("ind", name): (-31680, 31680) for name in ("leftChars", "firstLineChars")},
    **{(name, "w"): (0, 31680) for name in ("tblW", "tcW", "gridCol", "pgSz", "top", "left", "bottom")},
    **{("pgMar", name): (0, 31680) for name in ("top", "left", "bottom", "right", "header", "footer")},
    ("tab", "pos"): (0, 31680),
}
"""Whole numbers and their bounds; Word takes no measure above 22 inches, no table above 63 columns."""
REQUIRED = {"zoom": "percent", "fldChar": "fldCharType", "style": "type", "gridCol": "w"}
MOST_COLUMNS = 63


class Package:
    """The parts of a DOCX."""

    def __init__(self, content: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            self.damaged = archive.testzip()
            self.names = archive.namelist()
            self.raw = {name: archive.read(name) for name in self.names}

    @cached_property
    def roots(self) -> dict[str, etree._Element]:
        """Those of the document: text, styles, footers, settings, fonts; not the theme, not relationships."""
        found = {n: etree.fromstring(c) for n, c in self.raw.items() if n.endswith((".xml", ".rels"))}
        return {n: root for n, root in found.items() if root.tag.startswith(W)}

    @cached_property
    def body(self) -> etree._Element:
        return self.roots["word/document.xml"]

    def elements(self) -> Iterator[tuple[str, str, etree._Element]]:
        """Each element of the text's own vocabulary with its part and its bare name."""
        for name, root in self.roots.items():
            for element in root.iter(f"{W}*"):
                yield name, etree.QName(element).localname, element

    def relations(self, part: str) -> dict[str, tuple[str, bool]]:
        """Of a part, or of the whole (""): ids to what they lead to, and whether it is inside."""
        folder, name = posixpath.split(part)
        raw = self.raw.get(posixpath.join(folder, "_rels", f"{name}.rels"))
        return {
            str(link.get("Id")): (
                posixpath.normpath(posixpath.join("/", folder, str(link.get("Target"))))[1:],
                link.get("TargetMode") != "External",
            )
            for link in (etree.fromstring(raw) if raw else ())
        }


Rule = Callable[[Package], Iterator[str]]
RULES: list[Rule] = []


def rule(check: Rule) -> Rule:
    RULES.append(check)
    return check


# --- the package ---


@rule
def whole(package: Package) -> Iterator[str]:
    if package.damaged:
        yield f"{package.damaged} is damaged"
    if package.names[0] != TYPES:
        yield "the content types do not come first"
    yield from (f"{name} twice" for name, count in Counter(package.names).items() if count > 1)


@rule
def typed(package: Package) -> Iterator[str]:
    types = list(etree.fromstring(package.raw[TYPES]))
    suffixes = [str(entry.get("Extension")) for entry in types if entry.get("Extension")]
    overrides = [str(entry.get("PartName")) for entry in types if entry.get("PartName")]
    for name, count in Counter([*suffixes, *overrides]).items():
        if count > 1:
            yield f"two types for {name}"
    for name in package.names[1:]:
        if f"/{name}" not in overrides and name.rpartition(".")[2] not in suffixes:
            yield f"no type for {name}"
    yield from (
        f"a type for {name}, which is not there" for name in overrides if name[1:] not in package.names
    )


@rule
def related(package: Package) -> Iterator[str]:
    """Every relationship leads to a part, every part is led to, every reference has its relationship."""
    reached, ahead = {""}, [""]
    while ahead:
        part = ahead.pop()
        for id_, (target, inside) in package.relations(part).items():
            if not inside or target not in package.raw:
                yield f"{part or 'the package'}: {id_} leads to {target}"
            elif target not in reached:
                reached.add(target)
                ahead.append(target)
    parts = [name for name in package.names if name != TYPES and not name.endswith(".rels")]
    yield from (f"nothing leads to {name}" for name in parts if name not in reached)
    for name in parts:
        if name.endswith(".xml"):
            known = package.relations(name)
            for element in etree.fromstring(package.raw[name]).iter():
                for key, value in element.attrib.items():
                    if str(key).startswith(R) and value not in known:
                        yield f"{name}: no relationship {value}"


# --- the schema ---


@rule
def ordered(package: Package) -> Iterator[str]:
    for part, tag, element in package.elements():
        children = [etree.QName(child).localname for child in element.iterchildren(f"{W}*")]
        if tag in FIRST and FIRST[tag] in children[1:]:
            yield f"{part}: {FIRST[tag]} is not the first of {tag}: {children}"
        order = ORDER.get(tag, "").split()
        if not order:
            continue
        unknown = [child for child in children if child not in order]
        if unknown:
            yield f"{part}: {tag} has {unknown}"
        elif children != sorted(children, key=order.index):
            yield f"{part}: {tag} has {children}"
        yield from (
            f"{part}: {tag} has {child} twice"
            for child, count in Counter(children).items()
            if count > 1 and child not in MANY
        )


@rule
def of_known_values(package: Package) -> Iterator[str]:
    for part, tag, element in package.elements():
        if tag in REQUIRED and element.get(f"{W}{REQUIRED[tag]}") is None:
            yield f"{part}: {tag} without {REQUIRED[tag]}"
        for key, value in element.attrib.items():
            name = etree.QName(key).localname
            if (tag, name) in VALUES and value not in VALUES[tag, name]:
                yield f'{part}: {tag} {name}="{value}"'
            if (tag, name) in RANGES and not _within(str(value), *RANGES[tag, name]):
                yield f'{part}: {tag} {name}="{value}"'


def _within(value: str, least: int, most: int) -> bool:
    return value.lstrip("-").isdecimal() and least <= int(value) <= most


# --- names and references ---


@rule
def named_once(package: Package) -> Iterator[str]:
    body = package.body
    starts = list(body.iter(qn("w:bookmarkStart")))
    ends = [mark.get(qn("w:id")) for mark in body.iter(qn("w:bookmarkEnd"))]
    sets = {
        "bookmark ids": [mark.get(qn("w:id")) for mark in starts],
        "bookmark names": [str(mark.get(qn("w:name"))).casefold() for mark in starts],
        "drawing ids": [drawn.get("id") for drawn in body.iter(qn("wp:docPr"))],
        "style ids": [s.get(qn("w:styleId")) for s in package.roots["word/styles.xml"].iter(qn("w:style"))],
        "style names": [
            s.find(qn("w:name")).get(qn("w:val")).casefold()
            for s in package.roots["word/styles.xml"].iter(qn("w:style"))
        ],
    }
    for what, given in sets.items():
        yield from (f"{what}: {name} twice" for name, count in Counter(given).items() if count > 1)
    if sets["bookmark ids"] != ends:
        yield "bookmarks do not end as they begin"
    yield from (f"Word cuts the bookmark {name}" for name in sets["bookmark names"] if len(str(name)) > 40)


@rule
def linked(package: Package) -> Iterator[str]:
    """Links and references to pages lead to bookmarks of headings, and show their words."""
    marks = {m.get(qn("w:name")): m.getparent() for m in package.body.iter(qn("w:bookmarkStart"))}
    for link in package.body.iter(qn("w:hyperlink")):
        anchor = str(link.get(qn("w:anchor")))
        code = "".join(text.text or "" for text in link.iter(qn("w:instrText"))).split()
        if anchor not in marks or code[:2] != ["PAGEREF", anchor]:
            yield f"a link leads to {anchor}, its page number to {code[1:2]}"
        elif _words(marks[anchor]) != _words(link):
            yield f"a link to {_words(marks[anchor])} says {_words(link)}"


def _words(element: etree._Element) -> str:
    """Up to a tab, behind which a page number stands."""
    found = ""
    for piece in element.iter(qn("w:t"), qn("w:tab"), qn("w:noBreakHyphen")):
        if piece.tag == qn("w:tab") and piece.getparent().tag == qn("w:r"):
            break
        found += "-" if piece.tag == qn("w:noBreakHyphen") else "".join((piece.text or "").split())
    return found


@rule
def styled(package: Package) -> Iterator[str]:
    """Styles that are used, and those they are based on, are there and of the right kind."""
    styles = list(package.roots["word/styles.xml"].iter(qn("w:style")))
    kinds = {style.get(qn("w:styleId")): style.get(qn("w:type")) for style in styles}
    wanted = {"pStyle": "paragraph", "rStyle": "character", "tblStyle": "table"}
    for part, tag, element in package.elements():
        used = element.get(qn("w:val"))
        if tag in wanted and kinds.get(used) != wanted[tag]:
            yield f"{part}: {tag} {used}"
        if tag in ("basedOn", "next") and kinds.get(used) != element.getparent().get(qn("w:type")):
            yield f"{part}: {tag} {used}"
    defaults = [style.get(qn("w:type")) for style in styles if style.get(qn("w:default")) == "1"]
    if defaults.count("paragraph") != 1:
        yield "no default paragraph style, or several"


@rule
def fields_end(package: Package) -> Iterator[str]:
    for part, root in package.roots.items():
        open_: list[str] = []
        for mark in root.iter(qn("w:fldChar")):
            kind = str(mark.get(qn("w:fldCharType")))
            if kind == "begin":
                open_.append(kind)
            elif not open_ or (kind == "separate" and open_[-1] != "begin"):
                yield f"{part}: a field's {kind} without its begin"
            elif kind == "separate":
                open_[-1] = kind
            else:
                open_.pop()
        if open_:
            yield f"{part}: a field does not end"


# --- tables ---


def _cells(row: etree._Element) -> Iterator[tuple[etree._Element, int]]:
    """The cells of a row with the number of grid columns each spans."""
    for cell in row.iterfind(qn("w:tc")):
        span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
        yield cell, 1 if span is None else int(span.get(qn("w:val")))


@rule
def gridded(package: Package) -> Iterator[str]:
    """Cells fill the grid; those merged downwards begin once and go on straight below."""
    for number, table in enumerate(package.body.iter(qn("w:tbl")), 1):
        columns = len(table.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}"))
        if not 0 < columns <= MOST_COLUMNS:
            yield f"table {number} has {columns} columns"
        above: dict[int, tuple[str, int]] = {}
        for row in table.iterfind(qn("w:tr")):
            here: dict[int, tuple[str, int]] = {}
            column = 0
            for cell, span in _cells(row):
                merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
                if merge is not None:
                    state = "begun" if merge.get(qn("w:val")) == "restart" else "going on"
                    if state == "going on" and above.get(column, ("", 0))[1] != span:
                        yield f"table {number}: a cell goes on from none above it"
                    here[column] = (state, span)
                column += span
            if column != columns:
                yield f"table {number}: a row of {column} columns in a grid of {columns}"
            for at, (state, _) in above.items():
                if state == "begun" and here.get(at, ("", 0))[0] != "going on":
                    yield f"table {number}: a cell is merged with nothing"
            above = here
        yield from (
            f"table {number}: a cell begins to merge in the last row"
            for s, _ in above.values()
            if s == "begun"
        )


@rule
def parted(package: Package) -> Iterator[str]:
    """A cell ends with a paragraph; a paragraph stands behind each table."""
    for cell in package.body.iter(qn("w:tc")):
        if len(cell) == 0 or cell[-1].tag != qn("w:p"):
            yield "a cell does not end with a paragraph"
    for table in package.body.iter(qn("w:tbl")):
        following = table.getnext()
        if following is None or following.tag != qn("w:p"):
            yield "no paragraph behind a table"
