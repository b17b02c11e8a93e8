"""The explanation: its published figures, and how it words changes (rules T12, W1 to W4)."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from lxml import html as lxml_html
from reading import Report, figure, read_docx, read_pdf, squeezed
from strategies import CAUSE, PROFILE, YEAR, composed, disclosures

from reportgen.build import prepare
from reportgen.compose import Document
from reportgen.derive.arithmetic import growth, rounded

GOLDEN = Path(__file__).parent / "golden"

AMOUNT = r"[\d,]+(?:\.\d+)?"
STATED = re.compile(
    rf"(?:(?P<amount>{AMOUNT})元)?"
    r"(?:，?占(?P<share>[\d.]+%))?"
    rf"(?:，?(?:较\d+年)?(?P<change>(?:增加|减少){AMOUNT})元|，(?P<same>与上年持平))?"
    rf"(?:，(?P<rate>(?:增长|下降){AMOUNT}%))?"
)
"""What may stand behind a subject, in this order."""

CHANGE = re.compile(
    rf"较{YEAR - 1}年(?P<verb>增加|减少)(?P<change>{AMOUNT})元(?:，(?P<rise>增长|下降)(?P<rate>{AMOUNT})%)?"
)


def paragraphs(document: Document) -> list[str]:
    text = lxml_html.document_fromstring(document.html).find(".//section[@class='text']")
    assert text is not None
    return [squeezed(block.text_content()) for block in text if block.tag in ("p", "h1", "h2", "h3", "h4")]


def golden(name: str) -> list[dict[str, str]]:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", restval=""))


def _paragraph(document: Document, start: str) -> str:
    (found,) = (text for text in paragraphs(document) if text.startswith(start))
    return found


def _label(row: dict[str, str]) -> str:
    return f"{row['paragraph']}-{row['subject']}"


# --- as published ---


@pytest.mark.parametrize("row", golden("narrative.tsv"), ids=_label)
def test_a_sentence_states_the_published_amount_share_and_change(
    row: dict[str, str], document: Document
) -> None:
    text = _paragraph(document, row["paragraph"])
    stated = [STATED.match(text, at.end()) for at in re.finditer(re.escape(row["subject"]), text)]
    first = next(match for match in stated if match and match[0])
    found = {
        "amount": first["amount"],
        "share": first["share"],
        "change": first["change"] or first["same"],
        "rate": first["rate"],
    }
    plain = {name: (value or "").replace(",", "") for name, value in found.items()}
    assert plain == {name: row[name].replace(",", "") for name in found}


@pytest.mark.parametrize("row", golden("counts.tsv"), ids=_label)
def test_a_sentence_states_the_published_count(row: dict[str, str], document: Document) -> None:
    text = _paragraph(document, row["paragraph"])
    assert re.search(rf"{re.escape(row['subject'])}{re.escape(row['count'])}", text)


def test_both_files_carry_the_same_narrative(document: Document, report: Report) -> None:
    composed_text = "".join(paragraphs(document))
    assert read_docx(report.docx).narrative == composed_text
    assert read_pdf(report.pdf).narrative == composed_text


# --- of any budget ---


def _sums(typed: dict[str, Any], measure: str, **where: str) -> Decimal:
    lines = typed["expenditure"]["支出"]
    return sum(
        (Decimal(line[measure]) for line in lines if measure in line and where.items() <= line.items()),
        Decimal(0),
    )


def _by_function(document: Document) -> dict[tuple[str, str], str]:
    """The sentence on each 项 of each fund, by the fund's heading and the code's names."""
    found, heading = {}, ""
    for text in paragraphs(document):
        heading = text if re.match(r"（[一二三]）", text) else heading
        named = re.match(r"（\d+）(.+?（类）.+?（款）.+?（项）)", text)
        if named:
            found[heading, named[1]] = text
    return found


@given(disclosures(with_prior=True, with_causes=True))
def test_a_change_is_worded_by_its_sign_with_a_percentage_only_on_a_base(typed: dict[str, Any]) -> None:
    document = composed(typed)
    names = _names()
    headings = {
        "general": "（一）一般公共预算",
        "government_fund": "（二）政府性基金预算",
        "state_capital": "（三）国有资本经营预算",
    }
    sentences = _by_function(document)
    expected = {
        (headings[fund], line["function"]): (fund, line["function"])
        for line in typed["expenditure"]["支出"]
        if (fund := line["fund"]) in headings and (fund == "general" or _sums(typed, "amount", fund=fund))
    }
    seen = {(heading, names[label]) for heading, label in sentences}
    assert seen == set(expected)
    if not any("prior" in line for line in typed["expenditure"]["支出"]):
        assert "较" not in "".join(sentences.values())
        return
    for (heading, label), text in sentences.items():
        fund, code = expected[heading, names[label]]
        now = _sums(typed, "amount", fund=fund, function=code)
        before = _sums(typed, "prior", fund=fund, function=code)
        assert figure(re.search(rf"预算数为({AMOUNT})元", text)[1]) == now
        changed = CHANGE.search(text)
        if now == before:
            assert changed is None
            assert text.endswith("，与上年持平。")
            assert "主要" not in text
            continue
        assert changed
        assert changed["verb"] == ("增加" if now > before else "减少")
        assert figure(changed["change"]) == abs(now - before)
        rate = growth(now, before)
        if rate is None:
            assert changed["rate"] is None
        else:
            assert changed["rise"] == ("增长" if now > before else "下降")
            assert Decimal(changed["rate"]) == abs(rounded(rate, 1))
        if code in typed["causes"]:
            assert text.endswith(f"，主要原因是{CAUSE}。")


@given(disclosures(with_causes=True))
def test_every_stated_change_has_a_cause_or_a_warning_names_it(typed: dict[str, Any]) -> None:
    document = composed(typed)
    for text in _by_function(document).values():
        if CHANGE.search(text) and "，主要" not in text:
            assert any("没有写原因" in str(warning) for warning in document.warnings)
    everything = "".join(paragraphs(document))
    assert not re.search(r"主要(?:原因)?是[，；。、）]", everything)


@given(disclosures(with_causes=True))
def test_no_sentence_of_any_budget_is_broken(typed: dict[str, Any]) -> None:
    lines = typed["expenditure"]["支出"]
    assume(any(Decimal(line.get("amount", 0)) and "carryover" not in line for line in lines))
    for text in paragraphs(composed(typed)):
        assert not re.search(r"[，、；：。（]{1}[，、；：。）]", text), text
        assert not re.search(r"None|nan|\{\{|\}\}|\{%|-\d|\d元元", text), text
        assert not re.search(r"(?:增加|减少)[^，；。]*%|(?:增长|下降)[\d.,]+元", text), text


@pytest.mark.parametrize("amount", ["100.00", "0.00"])
def test_a_budget_of_carried_over_money_alone_has_whole_sentences(amount: str) -> None:
    line = {"function": "2040202", "economic": "30201", "nature": "basic", "fund": "general"}
    typed = {
        "profile": PROFILE,
        "year": str(YEAR),
        "department": {"code": "101", "name": "某某局", "kind": "行政单位"},
        "expenditure": {"支出": [{**line, "carryover": "是", "amount": amount}]},
    }
    assert not [text for text in paragraphs(composed(typed)) if re.search("其中：[，。]", text)]


@given(disclosures())
def test_the_narratives_totals_are_those_of_the_tables(typed: dict[str, Any]) -> None:
    document = composed(typed)
    text = "".join(paragraphs(document))

    def stated(subject: str) -> Decimal:
        found = re.search(rf"{subject}({AMOUNT})元", text)
        assert found, subject
        return figure(found[1])

    def printed(code: str, row: int, column: int) -> Decimal:
        (table,) = (t for t in document.tables if t.code == code)
        return figure(table.rows[row].cells[column].text)

    assert stated("年初预算总收入") == stated("年初预算总支出") == printed("表一", 0, 1)
    assert stated("一般公共预算财政拨款支出") == printed("表五", 0, 2)
    assert stated("（1）基本支出") == printed("表六", 0, 1)
    assert stated("人员经费") == printed("表六", 0, 2)
    assert stated("公用经费") == printed("表六", 0, 3)
    assert stated("（2）项目支出") == printed("表八", 0, 1)
    assert stated("“三公”经费预算") == printed("表十", 0, 0)
    if typed["procurement"] and printed("表十四", 0, 1):
        assert stated("政府采购预算总额") == printed("表十四", 0, 1)


def _names() -> dict[str, str]:
    """Names as sentences give them, to codes of 项."""
    from reportgen.catalog import Classification, ancestors, load_catalog

    names = load_catalog(YEAR).names[Classification.FUNCTION]
    return {
        squeezed(
            "".join(f"{names[a]}（{level}）" for a, level in zip(ancestors(code), "类款项", strict=True))
        ): code
        for code in names
        if len(code) == 7
    }


def test_a_cause_is_not_told_of_what_did_not_change(document: Document) -> None:
    unchanged = [text for text in re.split("[；。]", "".join(paragraphs(document))) if "与上年持平" in text]
    assert len(unchanged) == 2
    assert not [text for text in unchanged if "主要" in text]


def test_money_carried_over_explains_a_change_apart_from_the_year_s_own(tmp_path: Path) -> None:
    source = tmp_path / "dept.yaml"
    line = '{功能科目: "2040201", 部门经济科目: "30101", 支出性质: 基本支出, '
    source.write_text(
        '格式: standard\n年度: 2025\n部门: {编码: "101", 名称: 某局, 性质: 行政单位}\n'
        "默认: {资金: 一般公共预算}\n支出:\n"
        f"  - {line}金额: 1300000, 上年预算数: 1400000}}\n  - {line}上年结转: 是, 金额: 500000}}\n",
        "utf-8",
    )
    text = lxml_html.document_fromstring(prepare(source)[0].html).text_content()
    assert (
        "收支总预算180.00万元，比2024年预算数增加40.00万元，增长28.57%，"
        "主要是上年结转增加50.00万元，一般公共预算拨款收入减少10.00万元"
    ) in text
    assert "一般公共预算拨款收入增加" not in text
