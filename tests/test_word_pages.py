"""The contents of the DOCX name the pages of Word, which may part a figure from its unit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reading import ROOT
from strategies import composed, disclosures

from reportgen.build import Format, build, prepare
from reportgen.compose import Document
from reportgen.render import halves, record_cache
from reportgen.render import word_pages as module
from reportgen.render.means import Means
from reportgen.render.pdf import Printed, lay_out
from reportgen.render.press import Press
from reportgen.render.unbroken import LOOSE_CSS
from reportgen.render.word_pages import word_pages

PAGE = "<section class='text'><h1>说明</h1>{}</section>"


@pytest.fixture(scope="module")
def narrow() -> Document:
    """One whose figures make paragraphs a line longer in the PDF, so that headings stand on other pages."""
    return prepare(ROOT / "data" / "examples" / "hubei-jianghan" / "dept.yaml")[0]


@pytest.fixture(scope="module")
def printed(narrow: Document) -> Printed:
    return lay_out(narrow)


def _whole(document: Document) -> dict[str, int]:
    """The pages where nothing is held together, all of them laid out."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(halves, "hold_together", lambda _: None)
        return lay_out(replace(document, own_css=f"{document.own_css}\n{LOOSE_CSS}\n")).pages


def _counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stretches that are laid out again from now on."""
    made: list[str] = []
    original = Press.lay_out_rows_whole

    def counted(self: Any, tree: Any, sheets: Any) -> Any:
        made.append(tree.text_content())
        return original(self, tree, sheets)

    monkeypatch.setattr(Press, "lay_out_rows_whole", counted)
    return made


def test_headings_stand_where_they_do_if_all_is_laid_out_again(narrow: Document, printed: Printed) -> None:
    told = word_pages(narrow, printed.laid)
    assert told == _whole(narrow)
    assert told != printed.pages  # or the report shows nothing


def test_only_what_may_have_other_lines_is_laid_out_again(
    narrow: Document, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = _counted(monkeypatch)
    word_pages(narrow, printed.laid)
    assert 0 < len(made) < len(printed.laid) / 4


def test_a_report_in_one_piece_is_laid_out_again_in_one() -> None:
    short, _ = prepare(ROOT / "data" / "examples" / "hubei-xianning" / "dept.yaml")
    one = replace(short, own_css=short.own_css + "\n.cover { position: static }\n")
    made = lay_out(one)
    assert len(made.laid) == 1
    assert word_pages(one, made.laid) == _whole(one)


def test_pages_that_are_kept_make_the_same_numbers_and_are_not_laid_out_again(
    narrow: Document, printed: Printed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(record_cache.SWITCH, str(tmp_path / "kept"))
    plain = word_pages(narrow, printed.laid)
    kept = Means(cached=True)
    assert word_pages(narrow, printed.laid, kept) == plain
    made = _counted(monkeypatch)
    assert word_pages(narrow, printed.laid, kept) == plain
    assert made == []
    again = lay_out(narrow, kept), lay_out(narrow, kept)  # the second from what the first kept
    assert [one.laid for one in again] == [printed.laid] * 2


def test_a_line_layout_that_is_not_known_is_laid_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "fits", lambda: False)
    assert module.laid_pages([]).reflows


FIGURE = st.tuples(
    st.sampled_from(["共", "其中：", "比上年增加", "较上年预算数减少的部分为", "（", "，", "　", " "]),
    st.integers(0, 10**9).map(lambda n: f"{n / 100:,.2f}"),
    st.sampled_from(["万元", "元", "人", "年", "%", "—7月", "，", "个百分点"]),
    st.sampled_from(["<span class='n'>{}</span>{}", "{}{}", "<strong>{}</strong>{}", "{}{}<br/>"]),
).map(lambda part: part[0] + part[3].format(part[1], part[2]))
PARAGRAPH = st.lists(FIGURE, min_size=1, max_size=40).map("".join)
CELLS = st.lists(PARAGRAPH, min_size=1, max_size=4).map(
    lambda texts: "<table><tr>{}</tr></table>".format("".join(f"<td>{text}</td>" for text in texts))
)


@settings(max_examples=25)
@given(parts=st.lists(st.one_of(PARAGRAPH.map("<p>{}</p>".format), CELLS), min_size=1, max_size=25))
def test_whatever_a_text_holds_its_headings_stand_where_they_do_if_all_is_laid_out_again(
    narrow: Document, parts: list[str]
) -> None:
    body = "".join(f"<h2 id='h{at}'>第{at}部分</h2>{part}" for at, part in enumerate(parts))
    made = replace(narrow, html=f"<html lang='zh-CN'><head></head><body>{PAGE.format(body)}</body></html>")
    assert word_pages(made, lay_out(made).laid) == _whole(made)


@settings(max_examples=5)
@given(typed=disclosures())
def test_any_report_names_the_pages_of_a_whole_layout(typed: dict[str, Any]) -> None:
    made = composed(typed)
    assert word_pages(made, lay_out(made).laid) == _whole(made)


def test_a_docx_is_the_same_with_a_pdf_beside_it_and_without(standard: Path) -> None:
    alone = build(standard, [Format.DOCX], verified=False).files
    both = build(standard, [Format.PDF, Format.DOCX], verified=False).files
    assert [both[name] for name in alone] == list(alone.values())
