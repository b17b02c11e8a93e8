"""Which departments a folder, a pattern or a list means, and what their folders are called."""

from __future__ import annotations

import csv
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from reading import ROOT

from reportgen.batch.inputs import Found, find_inputs
from reportgen.batch.looks import is_disclosure
from reportgen.batch.naming import collisions, folders
from reportgen.convert import convert
from reportgen.faults import FaultyInput
from reportgen.load import load_disclosure

SOUND = '格式: standard\n年度: 2025\n部门: {编码: "101", 名称: 甲局, 性质: 行政单位}\n支出: lines.csv\n'
EARLIER = SOUND.replace("2025", "2024")
UNIT = '部门: {编码: "101001", 名称: 甲局本级, 性质: 行政单位}\n支出: lines.csv\n'

Lay = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Files below a folder, by their paths."""

    def write(files: Mapping[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        return tmp_path

    return write


def found(*typed: Path | str, out: str = "out") -> Found:
    return find_inputs(list(map(str, typed)), Path(out))


def names(of: Found, folder: Path) -> list[str]:
    return [one.path.relative_to(folder).as_posix() for one in of.inputs if not one.faults]


def passed(of: Found, folder: Path) -> dict[str, str]:
    return {one.path.relative_to(folder).as_posix(): one.why for one in of.passed_over}


# --- folders ---


def test_a_department_has_a_folder_of_its_own_or_a_file(lay: Lay) -> None:
    root = lay(
        {
            "甲局/dept.yaml": SOUND,
            "乙局/dept.json": '{"年度": "2025", "部门": {}}',
            "丙局.yml": SOUND,
            "丁局/2025年预算.yaml": SOUND,
        }
    )
    assert names(found(root), root) == sorted(
        ["甲局/dept.yaml", "乙局/dept.json", "丙局.yml", "丁局/2025年预算.yaml"]
    )


def test_workbooks_are_departments_and_other_workbooks_are_not(lay: Lay) -> None:
    root = lay({"甲局/README.md": "x"})
    convert_into(root / "甲局" / "dept.xlsx")
    convert_into(root / "乙局.xlsx")
    other = Workbook()
    other.active.title = "汇总"
    other.save(root / "汇总.xlsx")
    (root / "~$乙局.xlsx").write_bytes(b"lock")
    of = found(root)
    assert names(of, root) == ["乙局.xlsx", "甲局/dept.xlsx"]
    assert list(passed(of, root)) == ["汇总.xlsx"]


def convert_into(path: Path) -> None:
    files, _ = convert(ROOT / "data" / "examples" / "standard" / "dept.yaml", path)
    path.write_bytes(files[path])


def test_units_files_are_no_departments_wherever_they_lie(lay: Lay) -> None:
    in_csv = "编码,名称,性质,文件\n101001,本级,行政单位,本级.yaml\n"
    root = lay(
        {
            "甲局/dept.yaml": SOUND + "单位: [本级/unit.yaml]\n",
            "甲局/本级/unit.yaml": UNIT,
            "乙局.yaml": SOUND + "单位: units.csv\n",
            "units.csv": in_csv,
            "丙局/dept.yaml": SOUND + "单位: [{文件: 二级 单位/第 1 个(2)&甲.yaml}]\n",
            "丙局/二级 单位/第 1 个(2)&甲.yaml": UNIT,
            "本级.yaml": UNIT,
        }
    )
    of = found(root, f"{root}/*局/**/*.yaml")
    assert names(of, root) == ["丙局/dept.yaml", "乙局.yaml", "甲局/dept.yaml"]
    assert {path: why.split(" ")[-1] for path, why in passed(of, root).items()} == {
        "本级.yaml": "的单位文件，算在那个部门里",
        "甲局/本级/unit.yaml": "的单位文件，算在那个部门里",
        "丙局/二级 单位/第 1 个(2)&甲.yaml": "的单位文件，算在那个部门里",
    }


def test_last_year_s_input_is_no_department_named_or_not(lay: Lay) -> None:
    root = lay(
        {
            "甲局/dept.yaml": SOUND,
            "甲局/2024/dept.yaml": EARLIER,
            "乙局2024/dept.yaml": EARLIER,
            "乙局2025/dept.yaml": SOUND + "上年: ../乙局2024/dept.yaml\n",
        }
    )
    of = found(f"{root}/**/dept.yaml")
    assert names(of, root) == ["乙局2025/dept.yaml", "甲局/dept.yaml"]
    assert set(passed(of, root)) == {"乙局2024/dept.yaml", "甲局/2024/dept.yaml"}


def test_a_workbook_names_last_year_s_input_too(lay: Lay) -> None:
    root = lay({"2024/dept.yaml": EARLIER, "乙局/dept.yaml": SOUND})
    shutil.copy(ROOT / "data" / "examples" / "standard" / "dept.xlsx", root / "甲局.xlsx")
    of = found(root)
    assert names(of, root) == ["乙局/dept.yaml", "甲局.xlsx"]
    assert list(passed(of, root)) == ["2024/dept.yaml"]


def test_a_folder_for_each_year_of_one_department_is_two_reports(lay: Lay) -> None:
    root = lay({"2024/dept.yaml": EARLIER, "2025/dept.yaml": SOUND})
    assert names(found(root), root) == ["2024/dept.yaml", "2025/dept.yaml"]


def test_speaking_of_another_department_in_a_comment_or_a_text_takes_it_out_of_nothing(lay: Lay) -> None:
    root = lay(
        {
            "甲局/dept.yaml": SOUND + "# 照 ../乙局/dept.yaml 改的\n原因: {支出: 见 ../乙局/dept.yaml}\n",
            "乙局/dept.yaml": SOUND,
        }
    )
    assert names(found(root), root) == ["乙局/dept.yaml", "甲局/dept.yaml"]


def test_units_of_a_department_that_cannot_be_parsed_are_not_built_for_departments(lay: Lay) -> None:
    root = lay({"dept.yaml": SOUND + "单位: [本级/unit.yaml\n", "本级/unit.yaml": UNIT})
    of = found(root)
    assert names(of, root) == ["dept.yaml"]
    assert list(passed(of, root)) == ["本级/unit.yaml"]


def test_two_inputs_of_one_folder_are_asked_about_and_stop_no_other(lay: Lay) -> None:
    root = lay({"甲局/dept.yaml": SOUND, "甲局/dept.json": "{}", "乙局/dept.yaml": SOUND, "丙局.yaml": SOUND})
    (root / "丙局.json").write_text('{"年度": "2025", "部门": {}}', "utf-8")
    of = found(root)
    assert names(of, root) == ["乙局/dept.yaml"]
    asked = {one.path.name: one.faults[0].message for one in of.inputs if one.faults}
    assert {name: message.split("，")[0] for name, message in asked.items()} == {
        "甲局": "有 dept.json、dept.yaml",
        "丙局": "有 丙局.json、丙局.yaml",
    }


def test_what_is_in_the_folder_and_no_department_is_told(lay: Lay) -> None:
    root = lay(
        {
            "甲局/dept.yaml": SOUND,
            "乙局/说明.txt": "还没有交",
            "map.yaml": "工作表: 表1\n金额单位: 元\n列: {}\n",
            "说明.txt": "x",
        }
    )
    (root / "schema.json").write_text('{"properties": {"部门": {}, "年度": {}}}', "utf-8")
    of = found(root)
    assert names(of, root) == ["甲局/dept.yaml"]
    assert set(passed(of, root)) == {"乙局", "map.yaml", "schema.json"}


def test_a_disclosure_that_is_faulty_is_still_a_department(lay: Lay) -> None:
    root = lay({"甲局.yaml": "年度：2025\n部门: {\n", "乙局/dept.yaml": "", "丙局/dept.yaml": SOUND})
    (root / "丁局.yaml").write_bytes(SOUND.encode("gb18030"))
    assert names(found(root), root) == sorted(["甲局.yaml", "乙局/dept.yaml", "丙局/dept.yaml", "丁局.yaml"])


def test_nothing_is_read_from_the_folder_that_is_written_to(lay: Lay) -> None:
    root = lay({"甲局/dept.yaml": SOUND, "out/dept.yaml": SOUND})
    assert names(find_inputs([str(root)], root / "out"), root) == ["甲局/dept.yaml"]


@pytest.mark.parametrize("files", [{}, {"说明.txt": "x"}, {"空/README.md": "x"}])
def test_nothing_found_is_a_fault(lay: Lay, files: dict[str, str]) -> None:
    root = lay({"a/b/c": "x", **files})
    with pytest.raises(FaultyInput, match="没有找到部门的输入"):
        found(root)


def test_what_is_not_there_and_is_no_pattern_is_a_fault() -> None:
    with pytest.raises(FaultyInput, match="找不到这个文件或文件夹"):
        found("没有这个文件夹")


# --- patterns and lists ---


def test_a_pattern_means_files_and_departments_folders(lay: Lay) -> None:
    root = lay({"甲局/dept.yaml": SOUND, "乙局/dept.yaml": SOUND, "乙局/lines.csv": "x", "丙.yaml": SOUND})
    both = ["乙局/dept.yaml", "甲局/dept.yaml"]
    assert names(found(f"{root}/*局"), root) == both
    assert names(found(f"{root}/*/*"), root) == both
    assert names(found(root / "丙.yaml", f"{root}/*局", root), root) == ["丙.yaml", *both]


LIST = "# 今年的\n甲局\n\n乙局/dept.yaml\n"
AS_CSV = "路径,备注\r\n甲局,第一批\r\n# 乙局,\r\n乙局/dept.yaml,\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize(("name", "text"), [("清单.txt", LIST), ("清单.csv", AS_CSV)])
def test_a_list_is_read_as_it_was_saved(lay: Lay, name: str, text: str, encoding: str) -> None:
    root = lay({"甲局/dept.yaml": SOUND, "乙局/dept.yaml": SOUND})
    (root / name).write_bytes(text.encode(encoding))
    assert names(found(root / name), root) == ["乙局/dept.yaml", "甲局/dept.yaml"]


def test_what_a_list_names_and_is_not_there_fails_alone_at_its_line(lay: Lay) -> None:
    root = lay({"甲局/dept.yaml": SOUND, "空/x.txt": "", "清单.txt": "甲局\n乙局/dept.yaml\n空\n"})
    of = found(root / "清单.txt")
    assert names(of, root) == ["甲局/dept.yaml"]
    told = sorted((one.faults[0].place.line, one.faults[0].message) for one in of.inputs if one.faults)
    assert [line for line, _ in told] == [2, 3]
    assert told[0][1].startswith("找不到“乙局/dept.yaml”")
    assert told[1][1].startswith("“空”里没有输入")


def test_a_file_of_lines_given_for_a_list_is_one_fault(lay: Lay) -> None:
    root = lay({"lines.csv": "功能科目,金额\n2010506,100\n2010507,200\n"})
    with pytest.raises(FaultyInput, match="清单里没有一个路径找得到") as raised:
        found(root / "lines.csv")
    assert len(raised.value.faults) == 1


# --- names ---


def named(*homes: str) -> list[str]:
    given = {Path(f"/in/{number}.yaml"): Path(home) for number, home in enumerate(homes)}
    return list(folders(given, ("batch.json",)).values())


def test_a_folder_is_called_as_the_input_is() -> None:
    assert named("/预算/101甲局", "/预算/乙局") == ["101甲局", "乙局"]


def test_inputs_of_one_name_are_told_apart_by_what_is_above() -> None:
    homes = ["/a/东区/统计局", "/a/西区/统计局", "/a/西区/教育局"]
    assert named(*homes) == ["东区_统计局", "西区_统计局", "教育局"]
    given = {Path(f"{home}/dept.yaml"): Path(home) for home in homes}
    assert collisions(given) == {"统计局": [Path(f"{home}/dept.yaml") for home in homes[:2]]}


def test_two_files_of_one_stem_are_told_apart_by_their_suffixes() -> None:
    home = Path("/a/甲局")
    given = {home / "dept.yaml": home, home / "dept.json": home}
    assert list(folders(given, ()).values()) == ["甲局-yaml", "甲局-json"]


def test_no_folder_takes_the_name_of_the_summary() -> None:
    assert named("/a/Batch.json") == ["Batch.json-2"]


@given(
    st.lists(
        st.lists(st.text("甲乙aA.:/ \u200b", min_size=1, max_size=3), min_size=1, max_size=4).map(tuple),
        unique=True,
        max_size=12,
    )
)
def test_no_two_folders_are_alike_on_any_file_system(homes: list[tuple[str, ...]]) -> None:
    given_homes = {Path(f"/in/{n}.yaml"): Path("/", *parts) for n, parts in enumerate(homes)}
    made = list(folders(given_homes, ()).values())
    assert len({name.casefold() for name in made}) == len(homes)
    assert all(name and not set(name) & set('/\\:*?"<>|') and name.strip(" .") == name for name in made)


# --- files and folders that cannot be read ---


def damaged(path: Path) -> None:
    """Its texts are no longer what was packed."""
    with zipfile.ZipFile(path) as archive:
        part = archive.getinfo("xl/workbook.xml")
    content = bytearray(path.read_bytes())
    begin = part.header_offset + 30 + len(part.filename)
    content[begin : begin + part.compress_size] = b"\xff" * part.compress_size
    path.write_bytes(content)


def locked(path: Path) -> None:
    """As some archivers do: every entry is said to have a password."""
    content = bytearray(path.read_bytes())
    for mark, flags in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = content.find(mark)
        while at >= 0:
            content[at + flags] |= 1
            at = content.find(mark, at + 1)
    path.write_bytes(content)


@pytest.mark.parametrize("spoil", [damaged, locked], ids=lambda spoil: spoil.__name__)
def test_a_workbook_that_cannot_be_read_is_a_department_whose_build_tells_why(
    lay: Lay, spoil: Callable[[Path], None]
) -> None:
    root = lay({"甲局.yaml": SOUND})
    convert_into(root / "乙局.xlsx")
    spoil(root / "乙局.xlsx")
    assert names(found(root), root) == ["乙局.xlsx", "甲局.yaml"]
    with pytest.raises(FaultyInput, match="工作簿"):
        load_disclosure(root / "乙局.xlsx")


def test_json_nested_without_end_keeps_no_other_from_being_found(lay: Lay) -> None:
    endless = "[" * 200_000
    root = lay(
        {
            "甲局/dept.yaml": SOUND,
            "乙局/dept.json": endless,
            "丙局.json": '{"年度": "2025", "部门": {}, "支出": ' + endless,
            "丁局.json": endless,
        }
    )
    of = found(root)
    assert names(of, root) == ["丙局.json", "乙局/dept.json", "甲局/dept.yaml"]
    assert list(passed(of, root)) == ["丁局.json"]


def test_no_more_of_a_workbook_is_unpacked_than_names_its_sheets_may_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", '<sheet name="x"/>' + " " * 2000)
    assert not is_disclosure(path)
    monkeypatch.setattr("reportgen.batch.looks._MAX_SHEETS", 1000)
    assert is_disclosure(path), "nothing can be seen of it: told when it is built"


@pytest.fixture
def usual_cells() -> Iterator[None]:
    """The limit that `csv` has of itself, whoever changed it before."""
    before = csv.field_size_limit(131_072)
    yield
    csv.field_size_limit(before)


@pytest.mark.usefixtures("usual_cells")
def test_a_list_with_an_endless_cell_is_refused_with_the_line(lay: Lay) -> None:
    root = lay({"甲局/dept.yaml": SOUND, "list.csv": "甲局\n" + "长" * 200_000 + "\n"})
    with pytest.raises(FaultyInput, match=r"list\.csv:2.*太长"):
        found(root / "list.csv")


def test_a_name_too_long_for_any_file_is_the_fault_of_its_line(lay: Lay) -> None:
    root = lay({"甲局/dept.yaml": SOUND, "list.txt": "甲局\n" + "长" * 300 + "\n"})
    of = found(root / "list.txt")
    assert names(of, root) == ["甲局/dept.yaml"]
    (fault,) = (fault for one in of.inputs for fault in one.faults)
    assert fault.place.line == 2
    assert "找不到" in fault.message
    with pytest.raises(FaultyInput, match="找不到"):
        found("长" * 300)


@pytest.mark.parametrize("typed", [".", "*", "list.txt"])
def test_a_folder_that_may_not_be_opened_is_a_department_that_fails(
    lay: Lay, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    root = lay({"甲局/dept.yaml": SOUND, "乙局/dept.yaml": SOUND, "list.txt": "甲局\n乙局\n"})
    iterdir = Path.iterdir

    def refused(path: Path) -> Iterator[Path]:
        # the tests may be run by root, whom no folder refuses
        if path.name == "乙局":
            raise PermissionError(13, "Permission denied", str(path))
        return iterdir(path)

    monkeypatch.setattr(Path, "iterdir", refused)
    of = found(root / typed)
    assert names(of, root) == ["甲局/dept.yaml"]
    (fault,) = (fault for one in of.inputs for fault in one.faults)
    assert "打不开这个文件夹" in fault.message
    with pytest.raises(FaultyInput, match="打不开这个文件夹"):
        found(root / "乙局")


# --- what a batch wrote ---


def test_a_pattern_finds_no_inputs_among_the_reports_unless_it_begins_there(
    lay: Lay, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = lay({"in/甲局/dept.yaml": SOUND, "in/out/乙局/dept.yaml": SOUND})
    monkeypatch.chdir(root)
    assert names(found("in/**/dept.yaml", out="in/out"), root) == ["in/甲局/dept.yaml"]
    assert names(found("in/*", out="in/out"), root) == ["in/甲局/dept.yaml"]
    assert names(found("in/*", out="in"), root) == ["in/甲局/dept.yaml"]
    assert names(found("in/out/*", out="in/out"), root) == ["in/out/乙局/dept.yaml"]
