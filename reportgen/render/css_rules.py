"""What a document's style sheet says of padding, sizes and page breaks: Word's tables follow the PDF's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

_POINTS = {"pt": 1.0, "px": 0.75, "mm": 72 / 25.4, "cm": 720 / 25.4, "in": 72.0}
_SIZES = ("font", "font-size")
_SIDES = ("top", "right", "bottom", "left")
_OF_SHORTHAND = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 3: (0, 1, 2, 1), 4: (0, 1, 2, 3)}
"""Which of so many values each side takes."""


@dataclass(frozen=True, slots=True)
class Padding:
    """Points between the edges of a cell and its text."""

    top: float
    right: float
    bottom: float
    left: float


class Rules:
    """The rules of a style sheet that speak of the elements of one document; nothing is inherited."""

    def __init__(self, css: str, root: HtmlElement) -> None:
        import cssselect2  # noqa: PLC0415  (comes with WeasyPrint, and as lazily)
        import tinycss2  # noqa: PLC0415

        self._matcher = cssselect2.Matcher()
        for rule in tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True):
            if rule.type != "qualified-rule":
                continue
            said = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
            declared = [d for d in said if d.type == "declaration" and _is_followed(d.lower_name)]
            if not declared:
                continue
            try:
                selectors = cssselect2.compile_selector_list(rule.prelude)
            except cssselect2.SelectorError:
                continue
            for selector in selectors:
                if selector.pseudo_element is None:
                    self._matcher.add_selector(selector, declared)
        self._wrappers: dict[HtmlElement, Any] = {root: cssselect2.ElementWrapper.from_html_root(root)}

    def padding(self, cell: HtmlElement, usual: Padding) -> Padding:
        found = {side: getattr(usual, side) for side in _SIDES}
        for declaration in self._declared(cell):
            if declaration.lower_name == "padding":
                lengths = list(map(_points, _values(declaration)))
                if len(lengths) in _OF_SHORTHAND and None not in lengths:
                    chosen = _OF_SHORTHAND[len(lengths)]
                    found |= {side: lengths[at] for side, at in zip(_SIDES, chosen, strict=True)}
            elif declaration.lower_name.startswith("padding-"):
                lengths = list(map(_points, _values(declaration)))
                if len(lengths) == 1 and lengths[0] is not None:
                    found[declaration.lower_name.removeprefix("padding-")] = lengths[0]
        return Padding(**found)

    def sets_size(self, cell: HtmlElement) -> bool:
        """Whether the type of a cell has a size of its own, or of its row's."""
        above = (cell, cell.getparent())
        return any(d.lower_name in _SIZES for one in above for d in self._declared(one))

    def may_break(self, element: HtmlElement) -> bool:
        """Whether a page may end within it."""
        value = "auto"
        for declaration in self._declared(element):
            if declaration.lower_name == "break-inside":
                value = getattr(next(iter(_values(declaration)), None), "lower_value", "auto")
        return value == "auto"

    def _declared(self, element: HtmlElement) -> list[Any]:
        """From the weakest to the strongest."""
        matches = self._matcher.match(self._wrapped(element))
        said = [declaration for *_, declared in matches for declaration in declared]
        return sorted(said, key=lambda declaration: bool(declaration.important))

    def _wrapped(self, element: HtmlElement) -> Any:
        """As the matcher wants it; wrapped with its siblings where it is asked for, since most never are."""
        if element not in self._wrappers:
            parent = self._wrapped(element.getparent())
            self._wrappers |= {child.etree_element: child for child in parent.iter_children()}
        return self._wrappers[element]


def _is_followed(name: str) -> bool:
    return (
        name == "break-inside"
        or name in _SIZES
        or name in ("padding", *(f"padding-{side}" for side in _SIDES))
    )


def _values(declaration: Any) -> Iterator[Any]:
    return (token for token in declaration.value if token.type != "whitespace")


def _points(token: Any) -> float | None:
    """A length that does not depend on type or width."""
    if token.type == "number" and token.value == 0:
        return 0.0
    unit = _POINTS.get(token.lower_unit) if token.type == "dimension" else None
    return None if unit is None or token.value < 0 else token.value * unit
