"""The numbers of the charts in a Word file, from what each keeps of its workbook and shows."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from docx.oxml.ns import qn
from lxml import etree

from reportgen.render.number_format import shown
from reportgen.verify.numbers import Number, numbers_in

RELATIONS = "word/_rels/document.xml.rels"
_TEXTS = f"{qn('c:strRef')}/{qn('c:strCache')}"
_NUMBERS = f"{qn('c:numRef')}/{qn('c:numCache')}"


class Charts:
    """The charts of one file by the relation that a paragraph names them by."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._parts: dict[str, etree._Element] = {}
        if RELATIONS not in archive.namelist():
            return
        for link in etree.fromstring(archive.read(RELATIONS)):
            if str(link.get("Type")).endswith("/chart"):
                name = posixpath.normpath(posixpath.join("/word", str(link.get("Target")))).lstrip("/")
                self._parts[str(link.get("Id"))] = etree.fromstring(archive.read(name))

    def of(self, paragraph: etree._Element) -> Iterator[Number]:
        """The numbers of the charts that stand in a paragraph."""
        for held in paragraph.iter(qn("c:chart")):
            part = self._parts.get(str(held.get(qn("r:id"))))
            if part is not None:
                yield from _of_chart(part)


def _of_chart(root: etree._Element) -> Iterator[Number]:
    """In reading order: the names of the series, then each category with its figures."""
    series = list(root.iter(qn("c:ser")))
    names = [_cached(one.find(qn("c:tx")), _TEXTS).get(0, "") for one in series]
    if len(series) > 1:
        yield from (Number(n, place=f"图例“{name}”") for name in names for n, _ in numbers_in(name))
    labels = _cached(series[0].find(qn("c:cat")), _TEXTS) if series else {}
    figures = [_figures(one) for one in series]
    for at in sorted({*labels, *(index for column in figures for index in column)}):
        label = labels.get(at, "")
        yield from (Number(n, place=f"图“{label}”") for n, _ in numbers_in(label))
        for name, column in zip(names, figures, strict=True):
            found = numbers_in(column.get(at, ""))
            yield from (Number(n, place=f"图“{label}”“{name}”") for n, _ in found)


def _cached(holder: etree._Element | None, path: str) -> Mapping[int, str]:
    """Texts or numbers as the chart keeps them, by place."""
    cache = None if holder is None else holder.find(path)
    if cache is None:
        return {}
    points = cache.iterfind(qn("c:pt"))
    return {int(point.get("idx", "0")): point.findtext(qn("c:v")) or "" for point in points}


def _figures(series: etree._Element) -> Mapping[int, str]:
    """As the chart shows them: in the format of its labels, or of the cells behind it."""
    values, labels = series.find(qn("c:val")), series.find(f"{qn('c:dLbls')}/{qn('c:numFmt')}")
    code = None if values is None else values.findtext(f"{_NUMBERS}/{qn('c:formatCode')}")
    if labels is not None and labels.get("sourceLinked") in ("0", "false"):
        code = labels.get("formatCode")
    return {at: _shown(text, code or "General") for at, text in _cached(values, _NUMBERS).items()}


def _shown(text: str, code: str) -> str:
    try:
        return shown(Decimal(text), code)
    except InvalidOperation:
        return text
