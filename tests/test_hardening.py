"""What an input or a profile of unknown origin cannot do: read elsewhere, run code, never end, half write."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from itertools import product
from pathlib import Path

import openpyxl
import pytest
from jinja2 import pass_context
from reading import ROOT

from reportgen.build import examine, prepare
from reportgen.compose.sandbox import MAX_WORK, Forbidden, Sandbox
from reportgen.compose.style import Style
from reportgen.compose.templates import Templates
from reportgen.faults import FaultyInput
from reportgen.load import load_disclosure
from reportgen.load.text import MAX_TREE_BYTES, MAX_VALUE
from reportgen.render import files, pdf
from reportgen.render.files import safe_name, write_all

EXAMPLE = ROOT / "data" / "examples" / "chongqing-yubei" / "dept.yaml"
SECRET = "not for print"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a profile to spoil, with a secret beside it."""
    shutil.copytree(ROOT / "templates" / "chongqing-yubei", tmp_path / "profile")
    (tmp_path / "secret.html.j2").write_text(SECRET, "utf-8")
    return tmp_path / "profile"


def told(folder: Path) -> list[str]:
    """What a build with the profile refuses."""
    with pytest.raises(FaultyInput) as caught:
        prepare(EXAMPLE, profile=folder)
    messages = [str(fault) for fault in caught.value.faults]
    assert SECRET not in "".join(messages)
    return messages


# --- templates: the sandbox ---


@pytest.fixture(scope="module")
def label() -> Callable[[str], str]:
    """Prints a short template that knows the department."""
    department = load_disclosure(EXAMPLE).disclosure.department
    templates = Templates((ROOT,), {"department": department}, lambda _: None)
    return lambda template: templates.label(template, {})


UNPICKLED = (
    r"{{ department.parse_raw('cos\nsystem\n(S\"touch pwned\"\ntR.', proto='pickle', allow_pickle=True) }}"
)


@pytest.mark.parametrize(
    "template",
    [
        UNPICKLED,
        "{{ department.parse_file('/etc/passwd') }}",
        "{{ department.model_copy() }}",
        "{{ department['model_dump'] }}",
        "{{ department | attr('model_dump') }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ '{0.__class__}'.format(department) }}",
        "{{ lipsum.__globals__ }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self.__init__ }}",
        "{{ [department] | map(attribute='__class__') | join }}",
    ],
)
def test_a_template_only_reads_the_fields_of_what_it_is_given(
    template: str, label: Callable[[str], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FaultyInput):
        label(template)
    assert not list(tmp_path.iterdir())


def _doubled(how: str) -> str:
    return (
        "{% set n = namespace(x='aaaaaaaaaa') %}{% for i in range(99) %}{% set n.x = "
        + how
        + " %}{% endfor %}"
    )


BOMBS = [
    "{{ 'a' * 10**9 }}",
    "{{ [1] * 10**9 }}",
    "{{ 10**(10**10) }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "{% for i in range(99999) %}" + "a" * 1000 + "{% endfor %}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' | format(1000000000, 1) }}",
    "{{ '%.1000000000f' | format(1.5) }}",
    "{{ 'a'.ljust(10**9) }}",
    "{{ 'a' | batch(10**9, 'x') | list }}",
    _doubled("n.x ~ n.x"),
    _doubled("n.x + n.x"),
    _doubled("n.x | replace('a', 'aaaaaaaaaa')"),
    _doubled("[n.x, n.x] | join"),
    _doubled("n.x * 10"),
    "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{{ '' ~ " + "('a' * 1000) ~ " * 3000 + "'' }}",
    "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
]


@pytest.mark.parametrize("template", BOMBS)
def test_a_template_that_would_not_end_is_refused_soon(template: str, label: Callable[[str], str]) -> None:
    start = time.process_time()
    with pytest.raises(FaultyInput):
        label(template)
    assert time.process_time() - start < 20


def test_ordinary_expressions_are_what_they_were(label: Callable[[str], str]) -> None:
    template = (
        "{{ 2 * 3 }} {{ 'a' * 3 }} {{ '%.2f' % 1.5 }} {{ 2 ** 10 }} {{ 'ab'[1:] ~ 1 ~ '<' }} {{ [1] + [2] }} "
        "{% for a, b in [(1, 2), (3, 4)] if a > 1 %}{{ loop.index }}{{ loop.last }}{{ a + b }}{% endfor %} "
        "{{ {'k': 1}.get('k') }} {{ department.code.startswith('1') }} {{ range(3) | join('、') }}"
    )
    assert label(template) == "6 aaa 1.50 1024 b1< [1, 2] 1True7 1 True 0、1、2"


@pytest.mark.parametrize(
    "name", ["../secret.html.j2", "secret-link.html.j2", "/etc/hostname", "tables/../../secret.html.j2"]
)
@pytest.mark.parametrize("tag", ["{{% include '{}' %}}", "{{% import '{}' as x %}}", "{{% extends '{}' %}}"])
def test_a_template_includes_nothing_outside_the_profile(folder: Path, name: str, tag: str) -> None:
    (folder / "secret-link.html.j2").symlink_to(folder.parent / "secret.html.j2")
    (folder / "cover.html.j2").write_text("<p>\n" + tag.format(name), "utf-8")
    (message,) = told(folder)
    assert "cover.html.j2:2: 错误：格式的文件夹里没有文件" in message


def test_two_templates_that_include_each_other_are_told(folder: Path) -> None:
    (folder / "cover.html.j2").write_text("{% include 'cover.html.j2' %}", "utf-8")
    assert "cover.html.j2:1: 错误：模板转着圈引用自己" in told(folder)[0]


def test_a_narrative_cannot_forge_the_marks_that_stand_for_values(folder: Path) -> None:
    for forged in (
        '{{ "\\ue0000\\ue001" }}',
        '{{ "\\ue0000\\ue001<" | safe }}',
        "\ue0000\ue001",
        "\ue0009\ue001",
    ):
        (folder / "narrative.md.j2").write_text(forged, "utf-8")
        assert "narrative.md.j2: 错误：" in told(folder)[0]


# --- profiles: files and addresses outside ---


@pytest.mark.parametrize("name", ["profile.yaml", "style.css", "reference.docx", "tables/表三-支出总表.yaml"])
def test_a_file_of_a_profile_that_leads_outside_is_refused(folder: Path, name: str) -> None:
    outside = folder.parent / "outside"
    outside.write_text((folder / name).read_text("utf-8") if (folder / name).exists() else "p {}", "utf-8")
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(outside)
    (message,) = told(folder)
    assert f"{name}: 错误：是通向格式文件夹外面的链接" in message


def test_a_chart_file_that_is_a_link_to_elsewhere_is_refused(folder: Path) -> None:
    (folder / "charts").mkdir()
    (folder / "charts" / "图.yaml").symlink_to(folder.parent / "secret.html.j2")
    (message,) = told(folder)
    assert "charts/图.yaml: 错误：是通向格式文件夹外面的链接" in message


@pytest.mark.parametrize(
    ("key", "usual"),
    [("cover: ", "cover.html.j2"), ("text: ", "narrative.md.j2"), ("form: ", "project-goal.html.j2")],
)
@pytest.mark.parametrize("name", ["../secret.html.j2", "/etc/hostname", "link.html.j2"])
def test_a_template_that_is_named_outside_is_not_found(folder: Path, key: str, usual: str, name: str) -> None:
    (folder / "link.html.j2").symlink_to(folder.parent / "secret.html.j2")
    for path in (folder / "profile.yaml", *(folder / "tables").iterdir()):
        path.write_text(path.read_text("utf-8").replace(key + usual, key + name), "utf-8")
    assert any(f"没有文件“{name}”" in message for message in told(folder))


def test_a_profile_extends_its_neighbours_and_nothing_further(folder: Path, tmp_path: Path) -> None:
    child = tmp_path / "regions" / "child"
    child.mkdir(parents=True)
    (child / "profile.yaml").write_text("extends: ../base\nname: 试\n", "utf-8")
    shutil.copytree(folder, child.parent / "base")
    assert prepare(EXAMPLE, profile=child)[0].html
    for name in ("../../profile", "./link"):
        (child / "profile.yaml").write_text(f"extends: {name}\nname: 试\n", "utf-8")
        (child / "link").unlink(missing_ok=True)
        (child / "link").symlink_to(folder)
        assert "profile.yaml:1:10: 错误：" in told(child)[0]
        assert "通向别处" in told(child)[0]


@pytest.mark.parametrize(
    "css",
    [
        "@import 'file:///etc/passwd';",
        "p { background: url(http://127.0.0.1:9/x.png) }",
        "@font-face { font-family: x; src: url(file:///etc/passwd) }",
        "p { content: URL( '../secret.html.j2' ) }",
    ],
)
def test_a_style_sheet_that_asks_for_files_is_refused_with_its_place(folder: Path, css: str) -> None:
    (folder / "style.css").write_text(f"/* url(no) */\n{css}\n", "utf-8")
    (message,) = told(folder)
    assert "style.css:2:" in message
    assert "不取任何文件和网址" in message


def test_a_template_that_was_compiled_before_is_charged_again_and_by_its_own_environment() -> None:
    text = "{% for x in range(1000) %}一{% endfor %}{{ '甲' | upper }}"
    first, second = Sandbox(()), Sandbox((), finalize=pass_context(lambda _, value: f"<{value}>"))
    assert first.from_string(text).render() == "一" * 1000 + "甲"
    assert second.from_string(text).render() == "一" * 1000 + "<甲>"
    assert first.left == second.left < MAX_WORK
    second.left = 500
    with pytest.raises(Forbidden):
        second.from_string(text).render()


@pytest.mark.parametrize(
    "html",
    [
        "<img src='file:///etc/passwd'>",
        "<object data='../secret.html.j2'></object>",
        "<p style='background: url(http://127.0.0.1:9/)'>",
        "<style>@import 'x'</style>",
        "<link rel=attachment href='file:///etc/passwd'>",
        "{{ '<img src=x>' | safe }}",
    ],
)
def test_a_form_that_asks_for_files_is_refused_with_its_place(folder: Path, html: str) -> None:
    (folder / "cover.html.j2").write_text(f"<p>{{{{ department.name }}}}</p>\n{html}\n", "utf-8")
    (message,) = told(folder)
    assert "cover.html.j2:2:" in message
    assert "不访问网址" in message


def _document(html: str, css: str = "") -> pdf.Document:
    page = f"<html><body><section class='text'>{html}</section></body></html>"
    return pdf.Document(page, "", css, "题", "名", "某局", Style(), (), ())


def test_what_is_hidden_from_that_look_is_not_fetched_either(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda *args, **_: opened.append(args))
    for css in (r"p { background: u\72l(file:///etc/hostname) }", r"@\69mport 'http://127.0.0.1:9/';"):
        with pytest.raises(FaultyInput) as caught:
            pdf.lay_out(_document("<p>一</p>", css))
        assert "style.css: 错误：格式要取“" in str(caught.value)
    assert opened == []


# --- inputs: limits ---


def _input(tmp_path: Path, more: str = "") -> Path:
    path = tmp_path / "dept.yaml"
    path.write_text(
        '格式: standard\n年度: 2025\n部门: {编码: "101", 名称: 某局, 性质: 行政单位}\n'
        f"默认: {{资金: 一般公共预算, 支出性质: 基本支出}}\n支出: lines.csv\n{more}",
        "utf-8",
    )
    (tmp_path / "lines.csv").write_text("功能科目,部门经济科目,金额\n2010506,30101,100\n", "utf-8")
    return path


def _refused(path: Path) -> str:
    with pytest.raises(FaultyInput) as caught:
        examine(path)
    return str(caught.value)


def test_a_value_of_ten_million_characters_is_refused_in_few_words(tmp_path: Path) -> None:
    text = "字" * (MAX_VALUE + 1)
    message = _refused(_input(tmp_path, f"原因: {{基本支出: {text}}}\n"))
    assert message.endswith(
        f"dept.yaml:6:12: 错误：基本支出：有 {MAX_VALUE + 1} 个字，一项最多 {MAX_VALUE} 个字"
    )
    path = _input(tmp_path)
    (tmp_path / "lines.csv").write_text(
        f"功能科目,摘要,金额\n2010506,{'字' * 10**7},{'x' * 10**7}\n", "utf-8"
    )
    message = _refused(path)
    assert "lines.csv:2:9: 错误：摘要：有 10000000 个字" in message
    assert len(message) < 1000


def test_yaml_larger_than_its_limit_is_refused_unread(tmp_path: Path) -> None:
    path = _input(tmp_path, "# " + "x" * MAX_TREE_BYTES + "\n")
    start = time.process_time()
    assert "文件超过 8 MB，不予读取；长的明细请放进旁边的 CSV 文件" in _refused(path)
    assert time.process_time() - start < 5


def test_nesting_is_refused_where_it_gets_too_deep(tmp_path: Path) -> None:
    assert "dept.yaml:6:69: 错误：层次嵌套过深，最多 64 层" in _refused(
        _input(tmp_path, f"原因: {'[' * 100}{']' * 100}\n")
    )
    assert "dept.yaml: 错误：层次嵌套过深" in _refused(_input(tmp_path, f"原因: {'[' * 9999}{']' * 9999}\n"))


def test_a_name_too_long_for_any_file_is_told(tmp_path: Path) -> None:
    assert "dept.yaml:6:5: 错误：找不到上年的文件" in _refused(_input(tmp_path, f"上年: {'x' * 300}.yaml\n"))
    assert "读不了这个文件" in _refused(tmp_path / f"{'x' * 300}.yaml")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_pipe_is_no_input(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "dept.yaml")
    assert "不是普通文件" in _refused(tmp_path / "dept.yaml")


def test_a_hundred_thousand_lines_are_read_and_summed(tmp_path: Path) -> None:
    path = _input(tmp_path)
    rows = [f"2010506,301{at % 3 + 1:02},{at % 97 + 1}.50,{at}" for at in range(100_000)]
    (tmp_path / "lines.csv").write_text("功能科目,部门经济科目,金额,摘要\n" + "\n".join(rows), "utf-8")
    start = time.process_time()
    document = examine(path).document
    assert time.process_time() - start < 120  # docs/security.md says what it takes
    assert document is not None
    assert f"{sum(at % 97 + 1.5 for at in range(100_000)) / 10000:,.2f}" in document.html


def test_a_document_too_long_to_lay_out_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "MAX_HTML", 1000)
    with pytest.raises(FaultyInput, match="最多 0 百万"):
        pdf.lay_out(_document("<p>一</p>" * 1000))


@pytest.mark.parametrize("typed", ['"\\e[31m甲"', '"甲\\ue0000\\ue001"', '"甲\\u009b2J"'])
@pytest.mark.parametrize(
    "where", ["单位: [{{编码: {}, 名称: 某局, 性质: 行政单位}}]", "原因: {{{}: 甲}}", "默认: {{单位: {}}}"]
)
def test_a_control_character_is_refused_and_never_reaches_the_terminal(
    tmp_path: Path, typed: str, where: str
) -> None:
    path = _input(tmp_path)
    kept = path.read_text("utf-8")
    added = where.format(typed)
    text = (
        kept.replace("默认: {资金: 一般公共预算, 支出性质: 基本支出}\n", "")
        if added.startswith("默认")
        else kept
    )
    path.write_text(text + added + "\n", "utf-8")
    message = _refused(path)
    assert "含有不能印刷的字符 U+" in message
    assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in message.replace("\n", ""))


# --- output: whole or not at all ---


@pytest.fixture
def standing(tmp_path: Path) -> dict[Path, bytes]:
    """An earlier report in both formats."""
    before = {tmp_path / "a.pdf": b"old pdf", tmp_path / "a.docx": b"old docx"}
    for path, content in before.items():
        path.write_bytes(content)
    return before


def _found(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError(28, "No space left on device"), SystemExit])
@pytest.mark.parametrize("step", list(product(["write_bytes", "chmod", "replace"], [1, 2])))
def test_whatever_stops_the_writing_leaves_the_earlier_report(
    standing: dict[Path, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException] | BaseException,
    step: tuple[str, int],
) -> None:
    calls, (name, at) = 0, step
    usual = getattr(Path, name)

    def stopped(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == at:
            raise error
        return usual(*arguments)

    monkeypatch.setattr(Path, name, stopped)
    with pytest.raises((KeyboardInterrupt, OSError, SystemExit)) as caught:
        write_all(dict.fromkeys(standing, b"new"))
    monkeypatch.undo()
    assert isinstance(caught.value, error if isinstance(error, type) else type(error))
    assert _found(tmp_path) == standing


def test_new_files_are_gone_where_a_later_one_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path, path: Path) -> Path:
        if path.suffix == ".docx":
            raise OSError(28, "No space left on device")
        return Path(shutil.move(_, path))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write_all({tmp_path / "a.pdf": b"new", tmp_path / "a.docx": b"new"})
    assert _found(tmp_path) == {}


def test_all_files_are_replaced_where_nothing_stops_it(standing: dict[Path, bytes], tmp_path: Path) -> None:
    write_all(dict.fromkeys(standing, b"new"))
    assert _found(tmp_path) == dict.fromkeys(standing, b"new")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_writing_leaves_the_earlier_report(
    standing: dict[Path, bytes], tmp_path: Path, number: signal.Signals
) -> None:
    code = (
        "import os, sys, pathlib\nfrom reportgen.render.files import write_all\n"
        "usual = pathlib.Path.chmod\n"
        f"def stop(path, mode):\n    usual(path, mode)\n    os.kill(os.getpid(), {int(number)})\n"
        "pathlib.Path.chmod = stop\n"
        f"write_all({{pathlib.Path(p): b'new' for p in {[str(p) for p in standing]!r}}})\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=ROOT, check=False)
    assert result.returncode != 0
    assert _found(tmp_path) == standing


@pytest.mark.parametrize("others", [0, 3], ids=["alone", "beside other threads"])
def test_a_signal_while_files_are_moved_waits(
    others: int, standing: dict[Path, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = Path.replace
    over = threading.Event()
    threads = [threading.Thread(target=over.wait) for _ in range(others)]
    for thread in threads:
        thread.start()

    def stopped(self: Path, target: Path) -> Path:
        os.kill(os.getpid(), signal.SIGINT)
        return usual(self, target)

    monkeypatch.setattr(Path, "replace", stopped)
    try:
        with pytest.raises(KeyboardInterrupt):
            write_all(dict.fromkeys(standing, b"new"))
    finally:
        over.set()
    assert _found(tmp_path) == dict.fromkeys(standing, b"new")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "report"),
        ("a\0b\x1b[31m", "ab[31m"),
        ("某局. . ", "某局"),
        ("某局\u202efdp.exe", "某局fdp.exe"),
        ("CON", "_CON"),
        ("com1.2024", "_com1.2024"),
        ("lpt9", "_lpt9"),
        ("console", "console"),
        ('a<b>:"c"|d?*e', "a_b_c_d_e"),
        (".hidden", "hidden"),
        ("\u2028\u200f", "report"),
        ("2024年某某局部门预算", "2024年某某局部门预算"),
    ],
)
def test_a_file_name_is_one_that_every_system_takes(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize("char", ["a", "某", "😀", "\ud800"])
def test_a_very_long_name_is_cut_to_what_file_systems_take(char: str, tmp_path: Path) -> None:
    name = safe_name(char * 5000)
    assert 0 < len(name) <= files.MAX_NAME
    (tmp_path / f"{name}.docx").write_bytes(b"")


# workbooks --------------------------------------------------------------------------------------------


def test_a_workbook_that_unpacks_into_gigabytes_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "dept.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (513 * 2**20))
    with pytest.raises(FaultyInput) as caught:
        load_disclosure(path)
    assert [fault.message for fault in caught.value.faults] == [
        "文件过大（最多 64 MB，展开后 512 MB），不予读取"
    ]


def test_a_sheet_with_a_mark_in_its_last_row_is_told_and_not_walked_through(tmp_path: Path) -> None:
    path = tmp_path / "dept.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "支出"
    book.active["XFD1048576"] = "x"
    book.save(path)
    with pytest.raises(FaultyInput) as caught:
        load_disclosure(path)
    assert [str(fault).removeprefix(f"{path}:") for fault in caught.value.faults] == [
        "支出: 错误：这个工作表占了 1048576 行、16384 列；请删去末尾没有用的行和列"
    ]


def test_a_unit_s_file_cannot_lie_outside_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text('部门: {编码: "1", 名称: 某局, 性质: 行政单位}\n支出: []\n')
    folder = tmp_path / "input"
    folder.mkdir()
    (folder / "unit.yaml").symlink_to(tmp_path / "secret.yaml")
    (folder / "dept.yaml").write_text(
        '格式: standard\n年度: 2025\n部门: {编码: "1", 名称: 某局, 性质: 行政单位}\n单位: [unit.yaml]\n'
    )
    with pytest.raises(FaultyInput) as caught:
        load_disclosure(folder / "dept.yaml")
    assert [fault.message for fault in caught.value.faults] == [
        "“unit.yaml”不在输入文件所在的文件夹里；请把文件放到旁边"
    ]
