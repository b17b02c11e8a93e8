"""Where everything of a chart stands: bars, slices, labels. Lengths in points; no label overlaps another.

Shapes come in the order in which they are read: legend, then each category with its figures.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from decimal import Decimal

from reportgen.compose.chart import Category, Chart, Point
from reportgen.compose.chart_spec import ChartKind
from reportgen.compose.phrases import ems
from reportgen.render.svg import Area, Bar, Drawing, Rule, Shape, Words, short

SIZE = 9.0
"""Of all type in a chart."""
LINE = 12.0
SHADES = ("#133153", "#a3bedc", "#3f70a7", "#e6edf5", "#254f7e", "#6e96c4")
"""Told apart in grey too: any two of neighbours differ in lightness."""
EDGE = SHADES[0]
TALLEST = 92.0
"""Of the columns above and below their line, together."""
WIDEST = 42.0
"""Of one column."""
THICK, PITCH = 11.0, 14.0
"""Of a bar, and from one bar to the next."""
LABELS = 0.36
"""The part of the width that the labels beside bars may take."""
LABEL_LINES = 3
"""Lines of a label below a column; where they do not do, bars serve better."""
SPARE = 1.4
"""Word sets its words wider than we do."""
GAP = 4.0
RADIUS = 54.0
SWATCH = 8.0
_PIECE = re.compile(r"[（《“‘【]?(?:[\x21-\x7e]+|.)|.", re.DOTALL)
"""What is not taken apart: a number, a Latin word, an opening mark and what follows it."""
_NOT_FIRST = "，。、；：！？）》”’】％"


def draw(chart: Chart, width: float) -> Drawing:
    """A chart with figures, drawn so wide; columns that have no room for their words become bars."""
    layouts = {ChartKind.PIE: _pie, ChartKind.COLUMN: _columns, ChartKind.BAR: _bars}
    shapes, height = layouts[suited(chart, width)](chart, width)
    return Drawing(width, height, tuple(shapes))


def suited(chart: Chart, width: float) -> ChartKind:
    if chart.kind is not ChartKind.COLUMN:
        return chart.kind
    slot = width / len(chart.categories)
    fits = max(_long(p.text) for p in chart.points) + GAP <= pitch_of(chart, slot)
    short_enough = all(
        len(lines) <= LABEL_LINES and all(_long(line) <= slot - GAP for line in lines)
        for lines in (wrapped(c.label, slot - GAP) for c in chart.categories)
    )
    return ChartKind.COLUMN if fits and short_enough else ChartKind.BAR


def _long(text: str) -> float:
    return ems(text) * SIZE


def wrapped(text: str, room: float) -> list[str]:
    """Lines of a label: a number stays whole if a line can hold it; marks stand with their words."""
    lines: list[list[str]] = [[]]
    for part in (part for piece in _PIECE.findall(text) for part in _parts(piece, room)):
        if not lines[-1] or _long("".join(lines[-1]) + part) <= room:
            lines[-1].append(part)
            continue
        # a closing mark takes the character before it along
        takes = part in _NOT_FIRST and len(lines[-1]) > 1 and _long(lines[-1][-1] + part) <= room
        along = [lines[-1].pop()] if takes else []
        lines.append([*along, part])
    return [line for line in ("".join(parts).strip() for parts in lines) if line] or [""]


def balanced(text: str, room: float) -> list[str]:
    """Lines of about one length, rather than a last one of a single character."""
    lines = wrapped(text, room)
    even = wrapped(text, _long(text) / len(lines) + SIZE)
    return even if len(even) == len(lines) and all(_long(line) <= room for line in even) else lines


def _parts(piece: str, room: float) -> list[str]:
    """A word or a number in pieces that a line can hold, which is mostly one."""
    if _long(piece) <= room or len(piece) == 1:
        return [piece]
    count = max(1, int(room / _long("0")))
    return [piece[at : at + count] for at in range(0, len(piece), count)]


def _legend(chart: Chart, width: float) -> tuple[list[Shape], float]:
    """The series by their shades in the middle above, in as many lines as they need; and how high that is."""
    rows: list[list[tuple[int, list[str]]]] = [[]]
    for at, name in enumerate(chart.legend):
        entry = (at, wrapped(name, width - SWATCH - GAP))
        if rows[-1] and _row_length([*rows[-1], entry]) > width:
            rows.append([])
        rows[-1].append(entry)
    shapes: list[Shape] = []
    y = 0.0
    for row in rows:
        x = (width - _row_length(row)) / 2
        for at, lines in row:
            shapes.append(_swatch(x, y, at))
            shapes += _lines(x + SWATCH + GAP, y, lines)
            x += _row_length([(at, lines)]) + 4 * GAP
        y += LINE * max((len(lines) for _, lines in row), default=0)
    return shapes, y + GAP if shapes else 0.0


def _row_length(row: Sequence[tuple[int, list[str]]]) -> float:
    """Of entries of the legend abreast."""
    entries = [SWATCH + GAP + max(map(_long, lines)) for _, lines in row]
    return sum(entries) + 4 * GAP * (len(entries) - 1)


def _swatch(x: float, top: float, at: int) -> Bar:
    return Bar(x, top + (LINE - SWATCH) / 2, SWATCH, SWATCH, _shade(at))


def _shade(at: int) -> str:
    return SHADES[at % len(SHADES)]


def _lines(x: float, top: float, lines: Sequence[str], anchor: str = "start") -> list[Words]:
    return [Words(x, _baseline(top + at * LINE), line, anchor) for at, line in enumerate(lines)]


def _baseline(top: float) -> float:
    """Of a line of type that begins there."""
    return top + LINE * 0.75


def _extremes(chart: Chart) -> tuple[float, float]:
    """How far the longest bar goes up (or right) and down (or left), in the printed unit."""
    drawn = [point.drawn for point in chart.points if point.drawn is not None]
    return float(max([Decimal(0), *drawn])), float(-min([Decimal(0), *drawn]))


def _scale(chart: Chart, room: float) -> Callable[[Point], float]:
    """Lengths of bars, with their signs; what is not 0 is never too short to be seen."""
    up, down = _extremes(chart)
    whole = up + down or 1.0

    def length(point: Point) -> float:
        drawn = float(point.drawn or 0)
        return math.copysign(max(abs(drawn) * room / whole, 0.6), drawn) if drawn else 0.0

    return length


def least(chart: Chart, kind: ChartKind) -> float:
    """Where an axis with falls must begin for their figures to have room, in the printed unit."""
    up, down = _extremes(chart)
    column, (left, right) = _label_width(chart, chart.width), _room_for_figures(chart)
    room = chart.width - column - left - right
    beyond = (left / max(room, LINE) if kind is ChartKind.BAR else LINE / TALLEST) * SPARE
    return -(down + (up + down) * beyond)


# --- columns ---


def pitch_of(chart: Chart, slot: float) -> float:
    """From one column of a category to the next."""
    count = len(chart.series)
    widest = max(WIDEST, *(_long(p.text) for p in chart.points)) + GAP
    return min(slot * 0.94 / count, widest)


def _columns(chart: Chart, width: float) -> tuple[list[Shape], float]:
    shapes, top = _legend(chart, width)
    length = _scale(chart, TALLEST)
    up, down = (max((length(p) * sign for p in chart.points), default=0.0) for sign in (1, -1))
    zero = top + LINE + max(up, 0.0)
    below = zero + (max(down, 0.0) + LINE if down > 0 else 0.0) + GAP
    slot = width / len(chart.categories)
    pitch = pitch_of(chart, slot)
    thick = min(pitch * 0.8, WIDEST)
    lowest = below
    for at, category in enumerate(chart.categories):
        middle = slot * (at + 0.5)
        lines = balanced(category.label, slot - GAP)
        shapes += _lines(middle, below, lines, "middle")
        lowest = max(lowest, below + LINE * len(lines))
        for series, point in enumerate(category.points):
            x = middle + pitch * (series - (len(category.points) - 1) / 2)
            shapes += _column(x, zero, point, tall=length(point), thick=thick, fill=_shade(series))
    return [*shapes, Rule(0, zero, width, zero)], lowest + GAP


def _column(x: float, zero: float, point: Point, *, tall: float, thick: float, fill: str) -> list[Shape]:
    words = Words(
        x, _baseline(zero - tall) if tall < 0 else zero - max(tall, 0) - 3, point.text, "middle", point
    )
    bar = Bar(x - thick / 2, zero - max(tall, 0), thick, abs(tall), fill)
    return [words, bar] if tall else [words]


# --- bars ---


def _bars(chart: Chart, width: float) -> tuple[list[Shape], float]:
    shapes, y = _legend(chart, width)
    first = y
    column = _label_width(chart, width)
    left, right = _room_for_figures(chart)
    room = max(width - column - GAP - left - right, 10.0)
    length = _scale(chart, room)
    zero = column + GAP + left + max(0.0, *(-length(point) for point in chart.points))
    for category in chart.categories:
        lines = balanced(category.label, column)
        high = max(len(lines) * LINE, len(category.points) * PITCH)
        shapes += _lines(column, y + (high - len(lines) * LINE) / 2, lines, "end")
        start = y + (high - len(category.points) * PITCH) / 2
        for series, point in enumerate(category.points):
            shapes += _bar(zero, start + series * PITCH, length(point), point, _shade(series))
        y += high + GAP
    return [*shapes, Rule(zero, first, zero, y - GAP)], y


def _label_width(chart: Chart, width: float) -> float:
    return min(max(_long(category.label) for category in chart.categories), width * LABELS)


def _room_for_figures(chart: Chart) -> tuple[float, float]:
    """What the figures at the ends of bars take, to the left of the line and to the right."""
    sides: tuple[list[float], list[float]] = ([0.0], [0.0])
    for point in chart.points:
        sides[0 if point.drawn is not None and point.drawn < 0 else 1].append(_long(point.text) + GAP)
    return max(sides[0]), max(sides[1])


def _bar(zero: float, top: float, long: float, point: Point, fill: str) -> list[Shape]:
    end = zero + long - GAP * 0.75 if long < 0 else zero + long + GAP * 0.75
    words = Words(end, _baseline(top + (PITCH - LINE) / 2), point.text, "end" if long < 0 else "start", point)
    bar = Bar(min(zero, zero + long), top + (PITCH - THICK) / 2, abs(long), THICK, fill)
    return [words, bar] if long else [words]


# --- a pie ---


def _pie(chart: Chart, width: float) -> tuple[list[Shape], float]:
    """Slices to the left, and to the right a list that names them: slices may be too thin for words."""
    radius = min(RADIUS, width * 0.16)
    figures = max(_long(category.points[0].text) for category in chart.categories)
    shares = max(_long(category.share.text if category.share else "") for category in chart.categories)
    beside = 2 * radius + 5 * GAP + SWATCH + GAP + figures + shares + 6 * GAP
    labels = min(max(_long(category.label) for category in chart.categories), width - beside)
    left = (width - beside - labels) / 2
    names = left + 2 * radius + 5 * GAP + SWATCH + GAP
    parts = names + labels + 3 * GAP + shares
    ends = parts + 3 * GAP + figures
    rows = [balanced(category.label, labels) for category in chart.categories]
    listed = sum(len(lines) * LINE + GAP for lines in rows)
    height = max(listed, 2 * radius + 2)
    y = (height - listed) / 2
    shapes: list[Shape] = []
    for at, (category, lines) in enumerate(zip(chart.categories, rows, strict=True)):
        point = category.points[0]
        shapes.append(_swatch(names - SWATCH - GAP, y, at))
        shapes += _lines(names, y, lines)
        if category.share:
            shapes.append(Words(parts, _baseline(y), category.share.text, "end", category.share))
        shapes.append(Words(ends, _baseline(y), point.text, "end", point))
        y += len(lines) * LINE + GAP
    return [*shapes, *_slices(chart.categories, left + radius + 1, height / 2, radius)], height


def _slices(categories: Sequence[Category], x: float, y: float, radius: float) -> list[Shape]:
    """Clockwise from the top; by the exact figures, so that a tiny one is a thin one."""
    values = [float(category.points[0].value or 0) for category in categories]
    whole = sum(values)
    shapes: list[Shape] = []
    start = 0.0
    for at, value in enumerate(values):
        end = start + value / whole
        if value == whole:
            shapes.append(Area(_circle(x, y, radius), _shade(at)))
        elif value:
            shapes.append(Area(_slice(x, y, radius, start, end), _shade(at)))
        start = end
    return shapes


def _circle(x: float, y: float, radius: float) -> str:
    half = f"a{short(radius)},{short(radius)} 0 1 1"
    return f"M{short(x)},{short(y - radius)} {half} 0,{short(2 * radius)} {half} 0,{short(-2 * radius)} Z"


def _slice(x: float, y: float, radius: float, start: float, end: float) -> str:
    points = [
        f"{short(x + radius * math.sin(part * math.tau))},{short(y - radius * math.cos(part * math.tau))}"
        for part in (start, end)
    ]
    large = int(end - start > 0.5)
    arc = f"A{short(radius)},{short(radius)} 0 {large} 1 {points[1]}"
    return f"M{short(x)},{short(y)} L{points[0]} {arc} Z"
