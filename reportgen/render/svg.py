"""Shapes written as SVG: text stays text, and a figure carries its exact value and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lxml import etree

from reportgen.compose.chart import Point
from reportgen.compose.css import families

NAMESPACE = "http://www.w3.org/2000/svg"


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; `y` is its baseline, `anchor` which end of it stands at `x`."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    fill: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A line, such as the one that bars stand on."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Area:
    path: str
    fill: str


Shape = Words | Bar | Rule | Area


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes in the order in which they are read; lengths in points."""

    width: float
    height: float
    shapes: tuple[Shape, ...]

    @property
    def words(self) -> tuple[Words, ...]:
        return tuple(shape for shape in self.shapes if isinstance(shape, Words))


def svg(drawing: Drawing, size: float, fonts: Sequence[str], edge: str) -> etree._Element:
    """`size` of the type; `edge` the colour of all outlines, so that light areas have a border on white."""
    width, height = short(drawing.width), short(drawing.height)
    root = etree.fromstring(f'<svg xmlns="{NAMESPACE}"/>')
    _set(root, {"width": f"{width}pt", "height": f"{height}pt", "viewBox": f"0 0 {width} {height}"})
    # without blanks between the names, which WeasyPrint would take for parts of them
    named = families(fonts).replace('"', "'").replace(", ", ",")
    _set(root, {"font-size": short(size), "font-family": named})
    for shape in drawing.shapes:
        root.append(_element(shape, edge))
    return root


def short(length: float) -> str:
    """A length to a hundredth of a point."""
    return f"{length:.2f}".rstrip("0").rstrip(".")


def _element(shape: Shape, edge: str) -> etree._Element:
    outline = {"stroke": edge, "stroke-width": "0.5"}
    match shape:
        case Words():
            return _words(shape)
        case Bar():
            named = {"x": shape.x, "y": shape.y, "width": shape.width, "height": shape.height}
            return _made("rect", {**_lengths(named), "fill": shape.fill, **outline})
        case Rule():
            named = {"x1": shape.x1, "y1": shape.y1, "x2": shape.x2, "y2": shape.y2}
            return _made("line", {**_lengths(named), **outline})
        case Area():
            return _made("path", {"d": shape.path, "fill": shape.fill, **outline})


def _words(words: Words) -> etree._Element:
    attributes = _lengths({"x": words.x, "y": words.y})
    if words.anchor != "start":
        attributes["text-anchor"] = words.anchor
    if words.point is not None and words.point.value is not None:
        attributes["data-value"] = f"{words.point.value:f}"
        attributes["data-fact"] = words.point.fact
    made = _made("text", attributes)
    made.text = words.text
    return made


def _lengths(named: dict[str, float]) -> dict[str, str]:
    return {name: short(length) for name, length in named.items()}


def _made(tag: str, attributes: dict[str, str]) -> etree._Element:
    element = etree.Element(f"{{{NAMESPACE}}}{tag}")
    _set(element, attributes)
    return element


def _set(element: etree._Element, attributes: dict[str, str]) -> None:
    for name, value in attributes.items():
        element.set(name, value)
