"""Records of pages put into a PDF, beside pages that were not recorded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from reportgen.render.read_fonts import ReadFonts, unused_copy
from reportgen.render.recorded import Drawing, Record, Unrecordable, UsedFont, filled_in


class RecordedPage:
    """Stands where WeasyPrint expects a page."""

    def __init__(self, record: Record, foot: Drawing, fonts: LoadedFonts) -> None:
        from weasyprint.formatting_structure.boxes import PageBox  # noqa: PLC0415  (loaded by now)

        self.record, self.foot = record, foot
        self.width, self.height, self.bleed = record.width, record.height, record.bleed
        self.anchors, self.bookmarks = record.anchors, record.bookmarks
        self.links: list[Any] = []
        self.forms: dict[Any, list[Any]] = {None: []}
        self._page_box = PageBox(None, None)
        self._fonts = fonts

    def paint(self, stream: Any, scale: float = 1) -> None:
        """The record instead of what the stream has so far, which the record has too."""
        del scale
        put(stream, self.record.drawing.content)
        for drawing in (self.record.drawing, self.foot):
            self._fonts.use(drawing.fonts, stream._fonts)
            _add_alphas(drawing, stream._resources)


def put(stream: Any, content: bytes) -> None:
    """Compressed content into a stream."""
    stream.stream = [content]
    stream.compress = False
    stream.extra["Filter"] = "/FlateDecode"


def _add_alphas(drawing: Drawing, resources: Any) -> None:
    import pydyf  # noqa: PLC0415  (comes with WeasyPrint)

    for name, state in drawing.alphas.items():
        resources["ExtGState"].setdefault(name, pydyf.Dictionary(state))


class LoadedFonts:
    """The fonts that records name, found again on this machine."""

    def __init__(self, configuration: Any, read: ReadFonts) -> None:
        self._map, self._read = configuration.font_map, read
        self._loaded: dict[tuple[str, float], tuple[int, Any, Any]] = {}
        """WeasyPrint's key, Pango's font, which is held, and WeasyPrint's."""

    def find(self, used: Sequence[UsedFont]) -> None:
        """Raises `Unrecordable` if a font cannot be found again by what is known of it."""
        for one in used:
            if (one.hash, one.size) not in self._loaded:
                self._loaded[one.hash, one.size] = self._load(one)

    def use(self, used: Sequence[UsedFont], fonts: dict[int, Any]) -> None:
        """Adds what a record uses to the fonts of a file."""
        for one in used:
            key, _, font = self._loaded[one.hash, one.size]
            if key not in fonts:
                fonts[key] = unused_copy(font)
            for glyph, text in one.to_unicode.items():
                fonts[key].to_unicode.setdefault(glyph, text)
            for glyph, width in one.widths.items():
                fonts[key].widths.setdefault(glyph, width)

    def _load(self, used: UsedFont) -> tuple[int, Any, Any]:
        from weasyprint.pdf.fonts import Font  # noqa: PLC0415  (loaded by now)
        from weasyprint.text.ffi import TO_UNITS, ffi, gobject, pango  # noqa: PLC0415  (loaded by now)
        from weasyprint.text.fonts import get_pango_font_key  # noqa: PLC0415

        wanted = ffi.gc(pango.pango_font_description_new(), pango.pango_font_description_free)
        pango.pango_font_description_set_family(wanted, used.family.encode())
        pango.pango_font_description_set_style(wanted, used.style)
        pango.pango_font_description_set_weight(wanted, used.weight)
        if used.variations:
            pango.pango_font_description_set_variations(wanted, used.variations.encode())
        pango.pango_font_description_set_absolute_size(wanted, round(used.size * TO_UNITS))
        context = ffi.gc(pango.pango_font_map_create_context(self._map), gobject.g_object_unref)
        loaded = pango.pango_font_map_load_font(self._map, context, wanted)
        if loaded == ffi.NULL:
            raise Unrecordable(used.family)
        held = ffi.gc(loaded, gobject.g_object_unref)
        key, description, size = get_pango_font_key(held)
        font = Font(held, description, size)
        if font.hash != used.hash:
            raise Unrecordable(used.family)
        self._read.share_file(font)
        return key, held, font


def finish(pdf: Any, pages: Sequence[Any]) -> None:
    """Adds the structure of the recorded pages, and what stands at their feet."""
    root: Any
    (root,) = (one for one in pdf.objects if isinstance(one, dict) and one.get("S") == "/Document")
    tree = _object(pdf, pdf.catalog["StructTreeRoot"])
    numbers = _object(pdf, tree["ParentTree"])["Nums"]
    references = pdf.page_references
    by_page: dict[bytes, list[bytes]] = {reference: [] for reference in references}
    for reference in root["K"]:
        by_page[_object(pdf, reference)["Pg"]].append(reference)
    for at, (page, reference) in enumerate(zip(pages, references, strict=True)):
        if isinstance(page, RecordedPage):
            added = _add_structure(pdf, page.record, reference, root.reference)
            by_page[reference] += [added[one] for one in page.record.roots]
            numbers[2 * at + 1].extend(added[one] for one in page.record.marks)
            _add_foot(pdf, _object(pdf, reference), page.foot)
    root["K"][:] = [reference for page in by_page.values() for reference in page]


def _object(pdf: Any, reference: bytes) -> Any:
    return pdf.objects[int(reference.split()[0])]


def _add_structure(pdf: Any, record: Record, page: bytes, parent: bytes) -> list[bytes]:
    base = len(pdf.objects)
    ready = _ready()
    for element in record.elements:
        pdf.add_object(ready(filled_in(element, base, page, parent)))
    return [b"%d 0 R" % (base + at) for at in range(len(record.elements))]


def _add_foot(pdf: Any, page: Any, foot: Drawing) -> None:
    import pydyf  # noqa: PLC0415  (comes with WeasyPrint)

    stream = pydyf.Stream()
    put(stream, foot.content)
    pdf.add_object(stream)
    page["Contents"] = pydyf.Array([page["Contents"], stream.reference])


@cache
def _ready() -> Any:
    import pydyf  # noqa: PLC0415  (comes with WeasyPrint)

    class Ready(pydyf.Object):  # type: ignore[misc]  # pydyf has no types
        """An object whose bytes are there."""

        def __init__(self, data: bytes) -> None:
            super().__init__()
            self._data = data

        @property
        def data(self) -> bytes:
            return self._data

    return Ready
