"""A finished file is read back: whatever number a hand changed is found, and where."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from reading import ROOT, Report
from typer.testing import CliRunner

import reportgen.render.docx
from reportgen.build import Format, build, prepare
from reportgen.cli import app
from reportgen.compose import Document
from reportgen.faults import FaultyInput
from reportgen.verify import READERS, verify
from reportgen.verify.compare import Kind, differences

Edit = Callable[[etree._Element], None]


def edited(report: Report, edit: Edit) -> bytes:
    """The Word file as a person saves it after an edit."""
    out = io.BytesIO()
    with zipfile.ZipFile(report.docx) as source, zipfile.ZipFile(out, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == "word/document.xml":
                root = etree.fromstring(content)
                edit(root)
                content = etree.tostring(root)
            target.writestr(item, content)
    return out.getvalue()


def replaced(old: str, new: str, *, nth: int = 0) -> Edit:
    """Types `new` over the nth text that holds `old`."""

    def edit(root: etree._Element) -> None:
        found = [t for t in root.iter(qn("w:t")) if old in (t.text or "")]
        found[nth].text = (found[nth].text or "").replace(old, new)

    return edit


def row_of(root: etree._Element, code: str, cells: int) -> etree._Element:
    """The first row of so many cells that begins with a code."""
    for row in root.iter(qn("w:tr")):
        texts = ["".join(cell.itertext()) for cell in row.iterfind(qn("w:tc"))]
        if len(texts) == cells and texts[0] == code:
            return row
    raise AssertionError(f"no row {code}")


def test_the_files_as_written_agree(report: Report, document: Document) -> None:
    assert verify(document, report.docx.read_bytes(), ".docx") == []
    assert verify(document, report.pdf.read_bytes(), ".pdf") == []


def test_a_digit_changed_in_a_cell_of_the_word_file_names_the_cell(
    report: Report, document: Document
) -> None:
    def edit(root: etree._Element) -> None:
        cell = row_of(root, "2040202", 5).findall(qn("w:tc"))[2]
        text = next(cell.iter(qn("w:t")))
        text.text = "239,550,883.01"

    (found,) = verify(document, edited(report, edit), ".docx")
    assert str(found) == (
        "《2024年渝北区部门支出预算总表》第 5 行“2040202”“总计”列："
        "应为 239,550,883.00，文件里是 239,550,883.01"
    )


def test_a_figure_changed_in_a_sentence_is_told_with_its_heading(report: Report, document: Document) -> None:
    (found,) = verify(document, edited(report, replaced("671,846,074.01元", "671,846,074.10元")), ".docx")
    assert str(found).startswith("“1.按支出属性说明”“（1）基本支出671,846,074.01元")
    assert str(found).endswith("应为 671,846,074.01元，文件里是 671,846,074.10元")


def test_a_percentage_that_lost_its_sign_is_a_difference(report: Report, document: Document) -> None:
    (found,) = verify(document, edited(report, replaced("占72.0%", "占72.0")), ".docx")
    assert (found.expected and found.expected.text, found.found and found.found.text) == ("72.0%", "72.0")


def test_other_words_around_the_same_numbers_are_no_difference(report: Report, document: Document) -> None:
    assert verify(document, edited(report, replaced("主要原因是", "主要由于")), ".docx") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("671,846,074.01元", "671,846,074.01万元"),
        ("较2023年增加", "较2023年减少"),
        ("单位：元", "单位：万元"),
        ("671,846,074.01元", "671,846,074.01万"),
        ("671,846,074.01元", "约671,846,074.01元"),
        ("671,846,074.01元", "近 671,846,074.01元"),
    ],
)
def test_another_unit_or_another_direction_is_a_difference(
    old: str, new: str, report: Report, document: Document
) -> None:
    (found,) = verify(document, edited(report, replaced(old, new)), ".docx")
    assert found.kind is Kind.CHANGED


def test_two_figures_that_changed_places_differ_in_a_pdf_too(report: Report, document: Document) -> None:
    said = READERS[".pdf"](report.pdf.read_bytes())
    at = next(n for n, number in enumerate(said) if number.text.startswith("671,846,074.01"))
    swapped = [*said[:at], said[at + 1], said[at], *said[at + 2 :]]
    assert differences(said, swapped)


def test_text_that_was_moved_away_under_tracked_changes_does_not_count(
    report: Report, document: Document
) -> None:
    def edit(root: etree._Element) -> None:
        run = next(t for t in root.iter(qn("w:t")) if "671,846,074.01" in (t.text or "")).getparent()
        assert run is not None
        moved = etree.Element(qn("w:moveFrom"))
        moved.append(etree.fromstring(etree.tostring(run)))
        run.addprevious(moved)

    assert verify(document, edited(report, edit), ".docx") == []


def test_a_number_that_was_added_is_told(report: Report, document: Document) -> None:
    (found,) = verify(document, edited(report, replaced("主要原因是", "（约3.5亿元）主要原因是")), ".docx")
    assert found.kind is Kind.ADDED
    assert str(found).startswith("多出 约3.5亿元，在“")


def test_a_row_that_was_deleted_is_told_number_by_number(report: Report, document: Document) -> None:
    def edit(root: etree._Element) -> None:
        row = row_of(root, "2210201", 5)
        row.getparent().remove(row)  # type: ignore[union-attr]  # a row stands in a table

    found = verify(document, edited(report, edit), ".docx")
    assert {difference.kind for difference in found} == {Kind.MISSING}
    assert [d.expected.text for d in found if d.expected] == ["2210201", "42,740,949.24", "42,740,949.24"]


def test_a_figure_moved_to_the_next_column_is_told(report: Report, document: Document) -> None:
    def edit(root: etree._Element) -> None:
        row = row_of(root, "2210201", 5)  # basic expenditure only
        cells = row.findall(qn("w:tc"))
        row.insert(list(row).index(cells[3]), cells[4])

    (found,) = verify(document, edited(report, edit), ".docx")
    assert str(found).endswith("“基本支出”列：42,740,949.24 移到了别的列")


def test_what_was_deleted_under_tracked_changes_does_not_count(report: Report, document: Document) -> None:
    def edit(root: etree._Element) -> None:
        run = next(t for t in root.iter(qn("w:t")) if "671,846,074.01" in (t.text or "")).getparent()
        assert run is not None
        copy = etree.fromstring(etree.tostring(run))
        for text in copy.iter(qn("w:t")):
            text.tag = qn("w:delText")
            text.text = "123.45"
        deleted = etree.Element(qn("w:del"))
        deleted.append(copy)
        run.addprevious(deleted)

    assert verify(document, edited(report, edit), ".docx") == []


@given(at=st.integers(0, 10**6), digit=st.sampled_from("0123456789"))
def test_any_digit_changed_anywhere_is_found(report: Report, document: Document, at: int, digit: str) -> None:
    changed: list[bool] = []

    def edit(root: etree._Element) -> None:
        texts = [t for t in root.iter(qn("w:t")) if re.search(r"\d", t.text or "") and not _in_contents(t)]
        text = texts[at % len(texts)]
        typed = text.text or ""
        places = [found.start() for found in re.finditer(r"\d", typed)]
        place = places[at // len(texts) % len(places)]
        changed.append(typed[place] != digit)
        text.text = f"{typed[:place]}{digit}{typed[place + 1 :]}"

    found = verify(document, edited(report, edit), ".docx")
    assert bool(found) is changed[0]


def _in_contents(text: etree._Element) -> bool:
    style = next(text.iterancestors(qn("w:p"))).find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return style is not None and style.get(qn("w:val"), "").startswith("TOC")


def test_a_pdf_built_from_other_figures_fails_with_page_and_cell(tmp_path: Path, example: Path) -> None:
    for path in example.parent.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    lines = tmp_path / "lines.csv"
    text = lines.read_text("utf-8")
    amounts = text.splitlines()[0].split(",").index("金额")
    row = next(line for line in text.splitlines() if "2210201" in line)
    cells = row.split(",")
    cells[amounts] = str(Decimal(cells[amounts]) + 7)
    lines.write_text(text.replace(row, ",".join(cells)), "utf-8")
    other = tmp_path / "dept.yaml"
    without_control = re.sub(r"(?ms)^批复数:.*?(?=^\S|\Z)", "", other.read_text("utf-8"))
    other.write_text(without_control, "utf-8")
    (content,) = build(other, [Format.PDF]).files.values()
    found = verify(prepare(example)[0], content, ".pdf")
    assert {difference.kind for difference in found} == {Kind.CHANGED}
    assert any("“2210201”" in str(d) and re.search(r"（第 \d+ 页）$", str(d)) for d in found)


def test_build_refuses_a_file_that_says_other_numbers(
    example: Path, monkeypatch: pytest.MonkeyPatch, report: Report
) -> None:
    wrong = edited(report, replaced("933,049,357.01", "933,049,357.10"))
    monkeypatch.setattr(reportgen.render.docx, "to_docx", lambda *_: wrong)
    with pytest.raises(FaultyInput, match="读回的数字与预算不符"):
        build(example, [Format.DOCX])
    assert build(example, [Format.DOCX], verified=False).files


# --- the command ---


def _run(*words: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


def test_the_command_says_that_a_file_agrees(report: Report, example: Path) -> None:
    code, out, _ = _run("verify", report.docx, example)
    assert (code, out) == (0, f"{report.docx}：数字与预算一致\n")


def test_the_command_lists_what_a_hand_changed(report: Report, example: Path, tmp_path: Path) -> None:
    path = tmp_path / "改过的.docx"
    path.write_bytes(edited(report, replaced("671,846,074.01元", "671,846,074.10元")))
    code, out, _ = _run("verify", path, example)
    assert code == 1
    assert out.splitlines()[-1] == f"{path}：1 处数字与预算不符"


@pytest.mark.parametrize(
    ("name", "content"), [("x.docx", b"no zip"), ("x.pdf", b"no pdf"), ("x.xlsx", b"no zip")]
)
def test_a_file_that_is_none_is_told(name: str, content: bytes, tmp_path: Path, example: Path) -> None:
    path = tmp_path / name
    path.write_bytes(b"none")
    code, _, err = _run("verify", path, example)
    assert code == 1
    assert err.startswith(f"{path}: 错误：读不了：不是可以读的 ")


def test_a_missing_file_and_another_type_are_told(tmp_path: Path, example: Path) -> None:
    assert _run("verify", tmp_path / "no.docx", example)[0] == 1
    assert _run("verify", ROOT / "README.md", example)[0] == 2
