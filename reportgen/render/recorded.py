"""A laid-out page as plain data: it can be kept, sent to another process, and put into a PDF later.

A page is drawn as WeasyPrint draws it, into a stream of our own; what it asks of the file (fonts,
structure) is written down beside it. This reaches into WeasyPrint, so it is tied to the versions it was
tested with (`TESTED`); with others, and for pages that ask for more, the caller keeps the pages as they are.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, ClassVar

from pydantic import ConfigDict

from reportgen.render.line_boxes import page_reflows
from reportgen.render.page_numbers import kind_of
from reportgen.render.read_fonts import ReadFonts, stream_class

TESTED = ("70",)
"""Major versions of WeasyPrint whose pages can be recorded."""

SCALE = 0.75
"""Points in a pixel of CSS."""

PAGE, PARENT = b"\x00P\x00", b"\x00D\x00"
"""Stand for the page and for the root of the structure in a recorded element."""
_REFERENCE = re.compile(rb"(\d+) 0 R")
_PLACES = re.compile(rb"\x00([^\x00]+)\x00")


class Unrecordable(Exception):
    """A page asks for something that a record does not keep."""


@dataclass(frozen=True, slots=True)
class UsedFont:
    """What a page uses of a font, and how to find the font again."""

    family: str
    style: int
    weight: int
    variations: str
    size: float
    hash: str
    """As WeasyPrint names the font in what is drawn."""
    widths: Mapping[int, int]
    to_unicode: Mapping[int, str]


BINARY = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
"""How bytes are kept where a record is written down as JSON."""


@dataclass(frozen=True, slots=True)
class Drawing:
    __pydantic_config__: ClassVar = BINARY
    content: bytes
    """What is drawn, compressed."""
    fonts: Sequence[UsedFont]
    alphas: Mapping[str, Mapping[str, float]]
    """Graphics states by name."""


@dataclass(frozen=True, slots=True)
class Record:
    """One page."""

    __pydantic_config__: ClassVar = BINARY

    kind: str
    """text, tables …"""
    width: float
    height: float
    bleed: Mapping[str, float]
    anchors: Mapping[str, tuple[float, float, float, float]]
    reflows: bool
    """Whether a text on it may have other lines in Word (`line_boxes.reflows`)."""
    bookmarks: Sequence[tuple[int, str, tuple[float, float], str]]
    drawing: Drawing
    elements: Sequence[bytes]
    """The structure, in the order of the file; references are numbers between NUL, counted from 0."""
    roots: Sequence[int]
    """Those elements that belong to no other."""
    marks: Sequence[int]
    """Of each piece of marked content the element that it belongs to."""
    begins: int = -1
    """See `runs.opened`."""


def can_record() -> bool:
    """Of the WeasyPrint that is installed; it is not loaded for that."""
    return version("weasyprint").split(".")[0] in TESTED


def record(page: Any, fonts: ReadFonts) -> Record:
    """Raises `Unrecordable`."""
    if page.links or any(page.forms.values()):
        raise Unrecordable("links")
    tags: dict[Any, Any] = {}
    drawing = _drawing(page, tags, fonts)
    elements, roots, marks = _structure(page._page_box, tags)
    return Record(
        kind=kind_of(page),
        width=page.width,
        height=page.height,
        bleed=dict(page.bleed),
        anchors=dict(page.anchors),
        reflows=page_reflows(page),
        bookmarks=tuple(page.bookmarks),
        drawing=drawing,
        elements=elements,
        roots=roots,
        marks=marks,
    )


def record_foot(page: Any, fonts: ReadFonts) -> Drawing:
    """What a page that is empty but for its number adds to another. Raises `Unrecordable`."""
    return _drawing(page, None, fonts)


def _drawing(page: Any, tags: dict[Any, Any] | None, fonts: ReadFonts) -> Drawing:
    """Without tags what is drawn is furniture, and is added to a page that is there."""
    import pydyf  # noqa: PLC0415  (comes with WeasyPrint)

    kept = ("ExtGState", "XObject", "Pattern", "Shading")
    resources = pydyf.Dictionary({name: pydyf.Dictionary() for name in kept})
    resources["ColorSpace"] = pydyf.Dictionary()
    used: dict[int, Any] = {}
    images: dict[str, Any] = {}
    rectangle = (0, 0, page.width, page.height)
    stream = stream_class()(fonts, used, rectangle, resources, images, tags, {}, None)
    if tags is None:
        stream.begin_marked_content("Artifact")
        page.paint(stream, SCALE)
        stream.end_marked_content()
    else:
        stream.transform(d=-1, f=page.height * SCALE)
        page.paint(stream, SCALE)
    alphas = {name: dict(state) for name, state in resources["ExtGState"].items()}
    plain = all(set(state) <= {"ca", "CA"} for state in alphas.values())
    if images or not plain or any(resources[name] for name in kept[1:]):
        raise Unrecordable("pictures")
    if any(font.missing or font.bitmap or font.png or font.svg or font.colr for font in used.values()):
        raise Unrecordable("glyphs")
    return Drawing(compressed(content_of(stream)), tuple(map(_used, used.values())), alphas)


def content_of(stream: Any) -> bytes:
    import pydyf  # noqa: PLC0415  (comes with WeasyPrint)

    return b"\n".join(item if type(item) is bytes else pydyf._to_bytes(item) for item in stream.stream)


LEVEL = 7
"""Of compression: at 9, as pydyf has it, files are half a hundredth smaller and take twice as long."""


def compressed(content: bytes) -> bytes:
    """As every other stream of the file."""
    return zlib.compress(content, LEVEL)


def _used(font: Any) -> UsedFont:
    variations = ",".join(f"{axis}={value:g}" for axis, value in font.variations.items())
    return UsedFont(
        family=font.family,
        style=font.style,
        weight=font.weight,
        variations=variations,
        size=font.font_size,
        hash=font.hash,
        widths=dict(font.widths),
        to_unicode=dict(font.to_unicode),
    )


# --- structure ---


class _Objects:
    """Takes the place of the PDF while the structure of one page is built."""

    def __init__(self) -> None:
        self.objects: list[Any] = []
        self.page_references = (PAGE,)

    def add_object(self, added: Any) -> None:
        added.number = len(self.objects)
        self.objects.append(added)


class _Root(dict[str, Any]):
    reference = PARENT


def _structure(box: Any, tags: dict[Any, Any]) -> tuple[tuple[bytes, ...], tuple[int, ...], tuple[int, ...]]:
    from weasyprint.pdf.tags import _build_box_tree  # noqa: PLC0415  (loaded by now)

    made = _Objects()
    marks: dict[int, bytes] = {}
    annotations: list[Any] = []
    root = _Root(S="/Document")
    roots = [one.number for one in _build_box_tree(box, root, made, 0, marks, annotations, tags)]
    if annotations or tags:
        raise Unrecordable("annotations")
    for element in made.objects:
        finish_element(element)
    elements = tuple(_placed(element).data for element in made.objects)
    return elements, tuple(roots), tuple(_number(marks[at]) for at in sorted(marks))


def finish_element(element: Any) -> None:
    """What WeasyPrint leaves undone of an element of the structure."""
    import pydyf  # noqa: PLC0415  (comes with WeasyPrint)

    if element.get("S") == "/TH":  # not told what it heads
        element.setdefault("A", pydyf.Dictionary({"O": "/Table"}))["Scope"] = "/Column"


def _number(reference: bytes) -> int:
    return int(reference.split()[0])


def _placed(value: Any, key: str = "") -> Any:
    """With its references, and the names made of numbers of elements, as places to fill in."""
    import pydyf  # noqa: PLC0415  (comes with WeasyPrint)

    if isinstance(value, pydyf.Dictionary):
        return pydyf.Dictionary({name: _placed(one, name) for name, one in value.items()})
    if isinstance(value, pydyf.Array):
        return pydyf.Array(_placed(one, key) for one in value)
    if isinstance(value, pydyf.String) and key in ("ID", "Headers"):
        number, _, rest = str(value.string).partition("-")
        return pydyf.String(b"\x00#%s\x00-%s" % (number.encode(), rest.encode()))
    if isinstance(value, bytes) and value not in (PAGE, PARENT):
        return _REFERENCE.sub(lambda found: b"\x00%s\x00" % found[1], value)
    return value


def filled_in(element: bytes, base: int, page: bytes, parent: bytes) -> bytes:
    """An element with the numbers that it has in a file, where the record's first one has `base`."""

    def place(found: re.Match[bytes]) -> bytes:
        what = found[1]
        if what == b"P":
            return page
        if what == b"D":
            return parent
        if what.startswith(b"#"):
            return b"%d" % (base + int(what[1:]))
        return b"%d 0 R" % (base + int(what))

    return _PLACES.sub(place, element)
