"""Every example's DOCX keeps to the rules of the format; each rule sees what breaks it."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from conftest import CHARTS
from docx.oxml.ns import qn
from docx.shared import Pt
from docx_rules import RULES, Package, Rule
from reading import ROOT

from reportgen.build import prepare
from reportgen.compose.reference import read_reference
from reportgen.render.docx import to_docx

EXAMPLES = sorted(path.parent.name for path in (ROOT / "data" / "examples").glob("*/dept.yaml"))
WITH_CHARTS, WITH_REFERENCE = "standard with charts", "standard with a reference.docx"


@pytest.fixture(scope="module", params=[*EXAMPLES, WITH_CHARTS, WITH_REFERENCE])
def package(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Package:
    name = request.param.split()[0]
    source = ROOT / "data" / "examples" / name / "dept.yaml"
    document, _ = prepare(source, profile=CHARTS if request.param == WITH_CHARTS else None)
    if request.param == WITH_REFERENCE:
        path = tmp_path_factory.mktemp("reference") / "reference.docx"
        path.write_bytes(_of_another_hand())
        document = replace(document, word_styles=read_reference(path))
    return Package(to_docx(document, {}))


def _of_another_hand() -> bytes:
    """python-docx's own document, whose theme and lists a report must not inherit."""
    word = docx.Document()
    word.styles["Heading 1"].font.size = Pt(20)
    word.styles["Heading 2"].base_style = word.styles["Title"]
    saved = io.BytesIO()
    word.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_docx_keeps_to_the_rules(rule: Rule, package: Package) -> None:
    assert list(rule(package)) == []


UNSAID = {
    "keepNext": "rows of one form, or of one label, on one page",
    "pageBreakBefore": "the title of a table on a page of its own",
    "tabs": "the right edge, which depends on the page",
    "spacing": "the first line of the cover, the heading of a part of tables",
    "outlineLvl": "the title of a table that no part's heading stands above",
    "sectPr": "the end of a section",
}
"""What no style can say of a paragraph."""


def test_no_run_and_no_paragraph_has_looks_of_its_own(package: Package) -> None:
    runs = {child.tag for look in package.body.iter(qn("w:rPr")) for child in look}
    assert runs <= {qn("w:rStyle")}
    paragraphs = {child.tag for look in package.body.iter(qn("w:pPr")) for child in look}
    assert paragraphs <= {qn("w:pStyle"), *(qn(f"w:{tag}") for tag in UNSAID)}
    spaced = [p for p in package.body.iter(qn("w:pPr")) if p.find(qn("w:spacing")) is not None]
    assert {str(p[0].get(qn("w:val"))) for p in spaced} <= {"CoverName", "CoverText", "Heading1"}


DOCUMENT, STYLES, TYPES = "word/document.xml", "word/styles.xml", "[Content_Types].xml"
RELATIONS, SETTINGS = "word/_rels/document.xml.rels", "word/settings.xml"
BREAKS = {
    "typed": (TYPES, "/word/footer1.xml", "/word/footer9.xml"),
    "related": (RELATIONS, "footer1.xml", "footer9.xml"),
    "ordered": (STYLES, "<w:keepNext/>", '<w:jc w:val="left"/><w:keepNext/>'),
    "of_known_values": (DOCUMENT, '<w:vAlign w:val="center"/>', '<w:vAlign w:val="middle"/>'),
    "named_once": (DOCUMENT, '<w:bookmarkEnd w:id="1"/>', '<w:bookmarkEnd w:id="2"/>'),
    "linked": (DOCUMENT, " PAGEREF _Toc_h1 ", " PAGEREF _Toc_h2 "),
    "styled": (STYLES, 'w:styleId="TableHead"', 'w:styleId="TableHat"'),
    "fields_end": (DOCUMENT, '<w:fldChar w:fldCharType="end"/>', ""),
    "gridded": (DOCUMENT, '<w:vMerge w:val="restart"/>', ""),
    "parted": (DOCUMENT, "</w:tbl>", "</w:tbl><w:tbl/>"),
}
"""For each rule a slip: in which part, what, and what stands there instead."""


def _spoiled(content: bytes, part: str, old: str, new: str) -> Package:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old.encode() in text
                text = text.replace(old.encode(), new.encode(), 1)
            target.writestr(name, text)
    return Package(out.getvalue())


@pytest.fixture(scope="module")
def sound(standard: Path) -> bytes:
    return to_docx(prepare(standard)[0], {})


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if rule.__name__ != "whole"], ids=lambda r: r.__name__
)
def test_each_rule_sees_what_breaks_it(rule: Rule, sound: bytes) -> None:
    assert list(rule(_spoiled(sound, *BREAKS[rule.__name__])))


@pytest.mark.parametrize(
    ("old", "new"),
    [('w:percent="100"', 'w:val="bestFit"'), ('w:val="15"/>', 'w:val="15"/><w:useFELayout/>')],
)
def test_settings_keep_to_the_rules_too(old: str, new: str, sound: bytes) -> None:
    spoiled = _spoiled(sound, SETTINGS, old, new)
    assert [problem for rule in RULES for problem in rule(spoiled)]


def test_a_file_that_is_not_zipped_in_order_is_seen(sound: bytes) -> None:
    package = Package(sound)
    package.names.reverse()
    (whole,) = (rule for rule in RULES if rule.__name__ == "whole")
    assert list(whole(package))
