"""A profile's reference.docx: its styles stand in a report's DOCX; a bad one is told, whatever it is."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import nsmap, qn
from docx.shared import Pt, RGBColor
from hypothesis import given
from hypothesis import strategies as st
from libreoffice import office_or_skip
from lxml import etree
from reading import ROOT

from reportgen.build import prepare
from reportgen.compose import Document
from reportgen.compose import reference as reference_module
from reportgen.compose.profile import load_profile
from reportgen.compose.reference import read_reference
from reportgen.compose.word_styles import KINDS, kind_of, known_name
from reportgen.faults import FaultyInput
from reportgen.render.docx import to_docx

LOOKS = ("pPr", "rPr", "tblPr", "tcPr")


@pytest.fixture(scope="module")
def plain(standard: Path) -> Document:
    return prepare(standard)[0]


@pytest.fixture(scope="module")
def built(plain: Document) -> bytes:
    """A report as a user would begin with: its styles are to be changed and saved as reference.docx."""
    return to_docx(plain, {})


def _styles(content: bytes) -> dict[str, etree._Element]:
    """The styles of a DOCX by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        root = etree.fromstring(package.read("word/styles.xml"))
    return {str(_said(style, "name")): style for style in root.iter(qn("w:style"))}


def _said(style: etree._Element, path: str, attribute: str = "val") -> str | None:
    found = style.find("/".join(qn(f"w:{step}") for step in path.split("/")))
    return None if found is None else found.get(qn(f"w:{attribute}"))


def _with_styles(content: bytes, edit: Callable[[str], str], also: Mapping[str, str] | None = None) -> bytes:
    """A DOCX whose styles.xml is edited as text, and other parts replaced."""
    return _with_parts(
        content, {"word/styles.xml": edit, **{k: lambda _, v=v: v for k, v in (also or {}).items()}}
    )


def _with_parts(content: bytes, edits: Mapping[str, Callable[[str], str]]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            raw = old.read(name)
            new.writestr(name, edits[name](raw.decode()).encode() if name in edits else raw)
    return written.getvalue()


def _built_with(plain: Document, tmp_path: Path, reference: bytes) -> bytes:
    path = tmp_path / "reference.docx"
    path.write_bytes(reference)
    return to_docx(replace(plain, word_styles=read_reference(path)), {})


def _document_xml(content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return package.read("word/document.xml")


# --- what it changes ---


@pytest.fixture
def changed(built: bytes) -> bytes:
    """The report with some styles changed as a user changes them, by python-docx."""
    word = docx.Document(io.BytesIO(built))
    word.styles["表头"].font.size = Pt(9)
    word.styles["表头"].font.color.rgb = RGBColor(0x1F, 0x4E, 0x79)
    word.styles["Heading 1"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    word.styles["Normal"].paragraph_format.first_line_indent = Pt(0)
    borders = word.styles["公开表"].element.find(f"{qn('w:tblPr')}/{qn('w:tblBorders')}")
    borders.find(qn("w:insideV")).set(qn("w:val"), "none")
    saved = io.BytesIO()
    word.save(saved)
    return saved.getvalue()


def test_styles_changed_in_the_reference_change_in_the_report_and_nothing_else(
    plain: Document, built: bytes, changed: bytes, tmp_path: Path
) -> None:
    made = _built_with(plain, tmp_path, changed)
    styles = _styles(made)
    assert _said(styles["表头"], "rPr/sz") == "18"
    assert _said(styles["表头"], "rPr/color") == "1F4E79"
    assert _said(styles["heading 1"], "pPr/jc") == "left"
    assert _said(styles["Normal"], "pPr/ind", "firstLine") == "0"
    assert _said(styles["公开表"], "tblPr/tblBorders/insideV") == "none"
    assert _document_xml(made) == _document_xml(built)


def test_a_size_of_a_style_follows_the_style_and_can_be_changed_itself(
    plain: Document, built: bytes, tmp_path: Path
) -> None:
    word = docx.Document(io.BytesIO(built))
    word.styles["表头"].font.italic = True
    word.styles["表头 9磅"].font.color.rgb = RGBColor(0xAA, 0, 0)
    saved = io.BytesIO()
    word.save(saved)
    styles = _styles(_built_with(plain, tmp_path, saved.getvalue()))
    assert _said(styles["表头 9磅"], "basedOn") == styles["表头"].get(qn("w:styleId"))
    assert styles["表头"].find(f"{qn('w:rPr')}/{qn('w:i')}") is not None
    assert _said(styles["表头 9磅"], "rPr/color") == "AA0000"
    assert _said(styles["表头 9磅"], "rPr/sz") == "18"


def test_a_report_that_serves_as_its_own_reference_changes_nothing(
    plain: Document, built: bytes, tmp_path: Path
) -> None:
    assert _built_with(plain, tmp_path, built) == built


def test_a_profile_s_reference_reaches_the_report_and_is_inherited(
    standard: Path, changed: bytes, tmp_path: Path
) -> None:
    base = tmp_path / "base"
    shutil.copytree(ROOT / "templates" / "standard", base)
    (base / "reference.docx").write_bytes(changed)
    own = tmp_path / "own"
    own.mkdir()
    (own / "profile.yaml").write_text("extends: ../base\nname: 自己的\n", "utf-8")
    for folder in (base, own):
        made = to_docx(prepare(standard, profile=folder)[0], {})
        assert _said(_styles(made)["表头"], "rPr/sz") == "18"
        assert to_docx(prepare(standard, profile=folder)[0], {}) == made


def test_every_style_of_a_report_can_be_changed_and_is_of_the_kind_that_is_expected(built: bytes) -> None:
    kinds = {name: style.get(qn("w:type")) for name, style in _styles(built).items()}
    assert {name: kind for name, kind in kinds.items() if name in KINDS} == KINDS
    variants = {name for name in kinds if name not in KINDS}
    assert "表格数字 9磅" in variants
    assert "表格文字 缩进1" in variants
    assert all(known_name(name) == name and kinds[name] == kind_of(name) for name in variants)


def test_styles_of_our_own_are_named_in_chinese_and_marked_as_custom(built: bytes) -> None:
    for name, style in _styles(built).items():
        assert (style.get(qn("w:customStyle")) == "1") == (not name.isascii()), name


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("heading 1", "标题 1"), ("heading 1", "Heading 1"), ("toc 1", "TOC 1"), ("Normal", "正文")],
)
def test_a_style_is_found_by_the_names_that_other_programs_give_it(
    plain: Document, built: bytes, tmp_path: Path, ours: str, theirs: str
) -> None:
    def edit(xml: str) -> str:
        begin, style = xml.split(f'<w:name w:val="{ours}"/>')
        coloured = style.replace("<w:sz ", '<w:color w:val="AA0000"/><w:sz ', 1)
        return f'{begin}<w:name w:val="{theirs}"/>{coloured}'

    made = _built_with(plain, tmp_path, _with_styles(built, edit))
    assert _said(_styles(made)[ours], "rPr/color") == "AA0000"
    assert theirs not in _styles(made)


THEME = f"""<a:theme xmlns:a="{nsmap["a"]}" name="x"><a:themeElements><a:fontScheme name="x">
<a:majorFont><a:latin typeface="Big"/><a:ea typeface=""/><a:font script="Hans" typeface="大字"/></a:majorFont>
<a:minorFont><a:latin typeface="Small"/><a:ea typeface="小字"/><a:cs typeface=""/></a:minorFont>
</a:fontScheme></a:themeElements></a:theme>"""


def test_fonts_of_the_theme_are_named_and_nothing_of_the_theme_is_left(
    plain: Document, built: bytes, tmp_path: Path
) -> None:
    themed = (
        '<w:rFonts w:asciiTheme="minorHAnsi" w:hAnsiTheme="majorHAnsi" w:eastAsia="宋体"'
        ' w:eastAsiaTheme="majorEastAsia" w:cs="黑体" w:cstheme="minorBidi"/>'
        '<w:color w:val="2F5496" w:themeColor="accent1" w:themeShade="BF"/>'
    )

    def edit(xml: str) -> str:
        begin, style = xml.split('<w:name w:val="表头"/>')
        start, end = style.index("<w:rFonts"), style.index("<w:b/>")
        return f'{begin}<w:name w:val="表头"/>{style[:start]}{themed}{style[end:]}'

    made = _styles(_built_with(plain, tmp_path, _with_styles(built, edit, {"word/theme/theme1.xml": THEME})))
    fonts = {k: _said(made["表头"], "rPr/rFonts", k) for k in ("ascii", "hAnsi", "eastAsia", "cs")}
    assert fonts == {"ascii": "Small", "hAnsi": "Big", "eastAsia": "大字", "cs": "黑体"}
    assert _said(made["表头"], "rPr/color") == "2F5496"
    assert not any("heme" in key for s in made.values() for e in s.iter() for key in e.attrib)


def test_a_style_that_others_are_based_on_comes_along(plain: Document, built: bytes, tmp_path: Path) -> None:
    def edit(xml: str) -> str:
        begin, style = xml.split('<w:name w:val="表头"/><w:basedOn w:val="Normal"/>')
        base = (
            '<w:style w:type="paragraph" w:styleId="{}"><w:name w:val="{}"/><w:basedOn w:val="{}"/>'
            "<w:rPr><w:i/></w:rPr></w:style>"
        )
        more = base.format("a7", "单位模板", "a8") + base.format("a8", "更底下", "Normal")
        made = f'{begin}<w:name w:val="表头"/><w:basedOn w:val="a7"/>{style}'
        return made.replace("</w:styles>", f"{more}</w:styles>")

    made = _styles(_built_with(plain, tmp_path, _with_styles(built, edit)))
    ids = {name: style.get(qn("w:styleId")) for name, style in made.items()}
    assert _said(made["表头"], "basedOn") == ids["单位模板"]
    assert _said(made["单位模板"], "basedOn") == ids["更底下"]
    assert _said(made["更底下"], "basedOn") == "Normal"
    assert made["更底下"].find(f"{qn('w:rPr')}/{qn('w:i')}") is not None
    assert len(set(ids.values())) == len(ids)


def test_structure_stays_whatever_the_reference_says(plain: Document, built: bytes, tmp_path: Path) -> None:
    def edit(xml: str) -> str:
        assert '<w:outlineLvl w:val="1"/>' in xml
        without = xml.replace('<w:outlineLvl w:val="1"/>', "").replace('<w:autoSpaceDE w:val="0"/>', "")
        numbers = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr>'
        return without.replace("<w:keepNext/>", f"<w:keepNext/>{numbers}")

    made = _styles(_built_with(plain, tmp_path, _with_styles(built, edit)))
    assert {k: etree.tostring(v) for k, v in made.items()} == {
        k: etree.tostring(v) for k, v in _styles(built).items()
    }


def test_no_style_of_the_reference_hides_what_a_report_says(
    plain: Document, built: bytes, tmp_path: Path
) -> None:
    hidden = "<w:vanish/><w:webHidden/><w:specVanish/>"
    reference = _with_styles(built, lambda xml: xml.replace("<w:rPr>", f"<w:rPr>{hidden}"))
    assert b"vanish" in etree.tostring(_styles(reference)["表格数字"])
    made = _built_with(plain, tmp_path, reference)
    assert {k: etree.tostring(v) for k, v in _styles(made).items()} == {
        k: etree.tostring(v) for k, v in _styles(built).items()
    }


@pytest.mark.long
def test_a_reference_saved_by_libreoffice_keeps_names_and_looks(
    plain: Document, changed: bytes, tmp_path: Path
) -> None:
    office = office_or_skip(tmp_path, {})
    (tmp_path / "in.docx").write_bytes(changed)
    saved = office.saved_again(tmp_path / "in.docx", tmp_path / "out").read_bytes()
    first = _styles(_built_with(plain, tmp_path, changed))
    again = _styles(_built_with(plain, tmp_path, saved))
    assert list(again) == list(first)
    same = {
        "rPr/sz": "val", "rPr/color": "val", "rPr/rFonts": "eastAsia", "pPr/jc": "val", "pPr/spacing": "line",
        "pPr/outlineLvl": "val", "tblPr/tblBorders/insideV": "val", "tblPr/tblCellMar/left": "w",
    }  # fmt: skip
    for name in first:
        for path, attribute in same.items():
            before, after = (_said(styles[name], path, attribute) for styles in (first, again))
            assert after == before or (path, before, after) == ("rPr/color", None, "auto"), f"{name} {path}"


# --- bad ones ---


def _replaced(name: str, old: str, new: str) -> Callable[[bytes], bytes]:
    def spoil(content: bytes) -> bytes:
        def edit(xml: str) -> str:
            assert old in xml
            return xml.replace(old, new)

        return _with_parts(content, {name: edit})

    return spoil


def _without(part: str) -> Callable[[bytes], bytes]:
    def spoil(content: bytes) -> bytes:
        written = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
            for name in old.namelist():
                if name != part:
                    new.writestr(name, old.read(name))
        return written.getvalue()

    return spoil


def _with_macros(content: bytes) -> bytes:
    written = io.BytesIO(content)
    with zipfile.ZipFile(written, "a") as package:
        package.writestr("word/vbaProject.bin", b"")
    return written.getvalue()


def _damaged_inside(method: int) -> Callable[[bytes], bytes]:
    """Its styles packed by some method, with the bytes in the middle of them turned over."""

    def spoil(content: bytes) -> bytes:
        written = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
            for name in old.namelist():
                new.writestr(name, old.read(name), method if name == STYLES else zipfile.ZIP_DEFLATED)
            entry = new.getinfo(STYLES)
        raw = bytearray(written.getvalue())
        middle = entry.header_offset + 30 + len(STYLES) + entry.compress_size // 2
        raw[middle : middle + 60] = bytes(byte ^ 0xFF for byte in raw[middle : middle + 60])
        return bytes(raw)

    return spoil


def _told_to_be(offset: int, value: int) -> Callable[[bytes], bytes]:
    """A field of every entry, in the central directory, changed: its flags or its way of packing."""

    def spoil(content: bytes) -> bytes:
        changed = bytearray(content)
        at = content.find(b"PK\x01\x02")
        while at >= 0:
            changed[at + offset] = value
            at = content.find(b"PK\x01\x02", at + 1)
        return bytes(changed)

    return spoil


TYPES, RELATIONS, STYLES = "[Content_Types].xml", "_rels/.rels", "word/styles.xml"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
MAIN = f"{WORD}.document.main+xml"
DAMAGED = "不是 Word 文档，或者文件坏了"


def _named(name: str, more: str) -> Callable[[bytes], bytes]:
    """Something more in a style."""
    mark = f'<w:name w:val="{name}"/>'
    return _replaced(STYLES, mark, mark + more)


BAD: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a text": (lambda _: "不是 docx".encode(), DAMAGED),
    "nothing": (lambda _: b"", DAMAGED),
    "the first half of a file": (lambda content: content[: len(content) // 2], DAMAGED),
    "an old .doc, or a password": (lambda content: b"\xd0\xcf\x11\xe0" + content, "旧版 Word 文件（.doc）"),
    "a document with macros": (
        _replaced(TYPES, MAIN, "application/vnd.ms-word.document.macroEnabled.main+xml"),
        "带有宏",
    ),
    "macros besides": (_with_macros, "带有宏"),
    "a template": (_replaced(TYPES, MAIN, f"{WORD}.template.main+xml"), "可能是模板或别的文件"),
    "strict": (
        _replaced(RELATIONS, "http://schemas.openxmlformats.org/officeDocument/2006", "http://purl.oclc.org/ooxml"),
        "严格 Open XML",
    ),
    "no relations": (_without(RELATIONS), "不是 Word 文档"),
    "no content types": (_without(TYPES), "不是 Word 文档"),
    "no styles": (_without(STYLES), "里面没有样式"),
    "XML that does not end": (_replaced(STYLES, "</w:styles>", ""), DAMAGED),
    "entities": (_replaced(STYLES, "<w:styles", '<!DOCTYPE x [<!ENTITY a "b">]><w:styles'), DAMAGED),
    "styles in a circle": (_named("Normal", '<w:basedOn w:val="TableHead"/>'), DAMAGED),
    **{
        f"damage within {name}": (_damaged_inside(method), DAMAGED)
        for name, method in {
            "nothing packed": zipfile.ZIP_STORED,
            "deflate": zipfile.ZIP_DEFLATED,
            "bzip2": zipfile.ZIP_BZIP2,
            "LZMA": zipfile.ZIP_LZMA,
        }.items()
    },
    "entries that are encrypted": (_told_to_be(8, 1), DAMAGED),
    "entries packed in an unknown way": (_told_to_be(10, 99), DAMAGED),
    "a style of another kind": (
        _replaced(STYLES, 'w:type="table" w:styleId="DisclosureTable"', 'w:type="paragraph" w:styleId="x"'),
        "样式“公开表”应是表格样式，这里是段落样式",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BAD)
def test_a_bad_reference_is_told_with_its_name_and_what_to_do(
    what: str, built: bytes, tmp_path: Path
) -> None:
    spoil, says = BAD[what]
    path = tmp_path / "reference.docx"
    path.write_bytes(spoil(built))
    with pytest.raises(FaultyInput) as caught:
        read_reference(path)
    for fault in caught.value.faults:
        assert fault.place.file.endswith("reference.docx")
        assert says in fault.message
        assert "请" in fault.message


def test_every_style_of_a_wrong_kind_is_told_at_once(built: bytes, tmp_path: Path) -> None:
    path = tmp_path / "reference.docx"
    path.write_bytes(_replaced(STYLES, 'w:type="paragraph"', 'w:type="character"')(built))
    with pytest.raises(FaultyInput) as caught:
        read_reference(path)
    kinds = [kind_of(name) for name in _styles(built)]
    assert len(caught.value.faults) == kinds.count("paragraph")


def test_a_bad_reference_is_a_fault_of_its_profile_like_any_other(built: bytes, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "profile.yaml").write_text("extends: standard\nname: 自己的\n", "utf-8")
    (folder / "style.css").write_text("@import 'x';\n", "utf-8")
    (folder / "reference.docx").write_bytes(built[:1000])
    with pytest.raises(FaultyInput) as caught:
        load_profile(folder)
    assert [Path(fault.place.file).name for fault in caught.value.faults] == ["reference.docx", "style.css"]


def test_styles_that_unpack_into_too_much_are_refused_unread(
    built: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "reference.docx"
    path.write_bytes(built)
    read_reference(path)
    monkeypatch.setattr(reference_module, "MAX_PART_BYTES", 4000)
    with pytest.raises(FaultyInput, match=r"word/styles\.xml 展开后超过"):
        read_reference(path)
    monkeypatch.setattr(reference_module, "MAX_REFERENCE_BYTES", len(built) - 1)
    with pytest.raises(FaultyInput, match="不予读取"):
        read_reference(path)


@given(at=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255), cut=st.booleans())
def test_a_damaged_reference_is_read_or_told_and_nothing_else_happens(
    built: bytes, tmp_path_factory: pytest.TempPathFactory, at: float, byte: int, cut: bool
) -> None:
    path = tmp_path_factory.getbasetemp() / "reference.docx"
    where = int(at * len(built))
    path.write_bytes(built[:where] if cut else built[:where] + bytes([byte]) + built[where + 1 :])
    try:
        assert etree.fromstring(read_reference(path)).tag == qn("w:styles")
    except FaultyInput as error:
        assert all("reference.docx" in str(fault) for fault in error.faults)
