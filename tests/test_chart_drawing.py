"""Where everything of a chart stands: words apart, lengths as the figures, shades that print in grey."""

from __future__ import annotations

import math
import unicodedata
from decimal import Decimal
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from reportgen.compose import Document
from reportgen.compose.chart import NOTHING, Category, Chart, Point
from reportgen.compose.chart_spec import ChartKind
from reportgen.render.chart_layout import SHADES, draw, suited, wrapped
from reportgen.render.charts import picture
from reportgen.render.svg import Area, Bar

PAPER, PHONE = 442.2, 280.0
SVG = "{http://www.w3.org/2000/svg}"
SIZE = 9.0


def point(value: str | None) -> Point:
    number = None if value is None else Decimal(value)
    text = NOTHING if number is None else f"{number:,.2f}"
    return Point(text, number, None if number is None else number * 10000, "expenditure.amount[]")


def chart(
    kind: ChartKind, rows: dict[str, list[str | None]], *, shares: bool = False, series: int | None = None
) -> Chart:
    categories = tuple(
        Category(label, tuple(map(point, values)), Point("99.99%", None, Decimal(1), "x") if shares else None)
        for label, values in rows.items()
    )
    count = series or len(next(iter(rows.values())))
    names = tuple(f"{2024 + at}年预算" for at in range(count))
    return Chart("chart1", "图", "题", "万元", kind, names, categories, (), 2, True, PAPER)


def boxes(one: Chart, width: float) -> list[tuple[float, float, float, float, str]]:
    """What each text covers, read off the picture and measured here: left, top, right, bottom."""
    found = []
    for text in _picture(one, width).iter(f"{SVG}text"):
        words = text.text or ""
        wide = sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.55 for c in words) * SIZE
        x, y = float(text.get("x", "0")), float(text.get("y", "0"))
        left = x - {"start": 0.0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
        found.append((left, y - 0.75 * SIZE, left + wide, y + 0.2 * SIZE, words))
    return found


def _picture(one: Chart, width: float) -> etree._Element:
    document = Document("", "", "", "", "", "", _style(), (), (), {one.id: one})
    return picture(one, document, width)


def _style() -> object:
    from reportgen.compose.style import Style

    return Style()


def _apart(found: list[tuple[float, float, float, float, str]], width: float, height: float) -> None:
    for left, top, right, bottom, words in found:
        assert left >= -0.5, words
        assert right <= width + 0.5, words
        assert top >= -0.5, words
        assert bottom <= height + 0.5, words
    for one, other in combinations(found, 2):
        beside = one[2] <= other[0] + 0.01 or other[2] <= one[0] + 0.01
        above = one[3] <= other[1] + 0.01 or other[3] <= one[1] + 0.01
        assert beside or above, (one[4], other[4])


LABELS = st.text(st.sampled_from("公务用车购置及运行费（境）2025abc、“”"), min_size=1, max_size=40).filter(
    str.strip
)
VALUES = st.one_of(
    st.none(),
    st.sampled_from(["0.00", "0.01", "-0.01", "99999999.99"]),
    st.decimals(-(10**7), 10**7, places=2).map(str),
)


@given(
    st.sampled_from([ChartKind.COLUMN, ChartKind.BAR]),
    st.integers(1, 3).flatmap(
        lambda count: st.dictionaries(
            LABELS, st.lists(VALUES, min_size=count, max_size=count), min_size=1, max_size=12
        )
    ),
    st.sampled_from([PAPER, PHONE]),
)
def test_no_word_of_any_chart_covers_another(
    kind: ChartKind, rows: dict[str, list[str | None]], width: float
) -> None:
    made = chart(kind, rows)
    _apart(boxes(made, width), width, draw(made, width).height)


@given(
    st.dictionaries(LABELS, st.decimals(0, 10**7, places=2).map(lambda v: [str(v)]), min_size=1, max_size=6),
    st.sampled_from([PAPER, PHONE]),
)
def test_no_word_of_any_pie_covers_another(rows: dict[str, list[str | None]], width: float) -> None:
    if any(Decimal(value or 0) for (value,) in rows.values()):
        made = chart(ChartKind.PIE, rows, shares=True)
        _apart(boxes(made, width), width, draw(made, width).height)


@pytest.mark.parametrize("width", [PAPER, PHONE])
def test_the_charts_of_the_example_keep_their_words_apart(charted: Document, width: float) -> None:
    for one in charted.charts.values():
        _apart(boxes(one, width), width, draw(one, width).height)


def test_every_figure_is_a_text_that_carries_its_value_and_where_it_comes_from(charted: Document) -> None:
    for one in charted.charts.values():
        texts = list(picture(one, charted).iter(f"{SVG}text"))
        found = {(t.text, t.get("data-value"), t.get("data-fact")) for t in texts if t.get("data-fact")}
        for figure in one.points:
            assert (figure.text, f"{figure.value:f}", figure.fact) in found
        names = "".join(t.text or "" for t in texts)
        assert all(category.label.replace(" ", "") in names for category in one.categories)
    families = str(picture(one, charted).get("font-family")).split(",")
    assert families == [f"'{name}'" for name in charted.style.fonts.table]


def _bars(made: Chart, width: float = PAPER) -> list[Bar]:
    """Those of figures, without the squares of the legend."""
    return [
        shape for shape in draw(made, width).shapes if isinstance(shape, Bar) and shape.width != shape.height
    ]


def test_bars_are_as_long_as_their_figures_and_falls_go_to_the_other_side() -> None:
    bars = _bars(chart(ChartKind.BAR, {"一": ["40.00"], "二": ["-20.00"], "三": ["10.00"]}))
    assert [bar.width / bars[0].width for bar in bars] == pytest.approx([1, 0.5, 0.25])
    zero = bars[0].x
    assert bars[2].x == zero
    assert bars[1].x + bars[1].width == pytest.approx(zero)
    columns = _bars(chart(ChartKind.COLUMN, {"一": ["40.00"], "二": ["-20.00"]}))
    assert columns[0].height == pytest.approx(2 * columns[1].height)
    assert columns[0].y + columns[0].height == pytest.approx(columns[1].y)


def test_what_is_tiny_beside_what_is_large_is_still_seen_and_0_has_no_bar() -> None:
    made = chart(ChartKind.BAR, {"大": ["99999999.00"], "小": ["0.01"], "零": ["0.00"], "无": [None]})
    large, tiny = _bars(made)
    assert large.width > 100
    assert 0.5 <= tiny.width < 1
    assert [text for *_, text in boxes(made, PAPER)][-4:] == ["零", "0.00", "无", NOTHING]


def test_columns_without_room_for_their_words_become_bars() -> None:
    few = chart(ChartKind.COLUMN, {"基本支出": ["1.00", "2.00"], "项目支出": ["3.00", "4.00"]})
    assert suited(few, PAPER) is suited(few, PHONE) is ChartKind.COLUMN
    many = chart(ChartKind.COLUMN, {f"第{at}类": ["12345678.90", "2.00"] for at in range(8)})
    assert suited(many, PAPER) is ChartKind.BAR
    long = chart(ChartKind.COLUMN, {f"{at}非常长的科目名称" * 4: ["1.00"] for at in range(6)})
    assert suited(long, PAPER) is ChartKind.BAR


def test_slices_go_round_once_in_proportion() -> None:
    made = draw(chart(ChartKind.PIE, {"一": ["75.00"], "二": ["25.00"]}, shares=True), PAPER)
    first, second = (shape.path for shape in made.shapes if isinstance(shape, Area))
    assert " 0 1 1 " in first, "more than half of the circle"
    assert " 0 0 1 " in second
    whole = draw(chart(ChartKind.PIE, {"一": ["75.00"], "二": ["0.00"]}, shares=True), PAPER)
    (circle,) = (shape.path for shape in whole.shapes if isinstance(shape, Area))
    assert circle.count("a") == 2


def _luminance(shade: str) -> float:
    """Of a colour as a grey printer renders it (WCAG 2)."""
    parts = [int(shade[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else math.pow((p + 0.055) / 1.055, 2.4) for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_shades_that_touch_differ_in_grey() -> None:
    lights = [_luminance(shade) + 0.05 for shade in SHADES]
    assert len(set(SHADES)) == len(SHADES) == 6
    for count in range(2, len(lights) + 1):
        ring = [*lights[:count], lights[0]] if count > 2 else lights[:2]
        for one, other in pairwise(ring):
            assert max(one, other) / min(one, other) >= 1.5, count
    assert all(max(a, b) / min(a, b) > 1.3 for a, b in combinations(lights, 2))


def test_numbers_in_labels_are_not_taken_apart() -> None:
    assert wrapped("公务用车2025年购置", 5 * SIZE) == ["公务用车", "2025年购", "置"]
    assert wrapped("因公出国（境）费", 4 * SIZE) == ["因公出国", "（境）费"]
    assert wrapped("因公出国（境）费", 5 * SIZE) == ["因公出国", "（境）费"]
    assert wrapped("1234567890123", 3 * SIZE)[0] == "12345"
