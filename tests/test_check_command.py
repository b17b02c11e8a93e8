"""`reportgen check`: a summary first, every finding with place and rule, formats for machines, exit codes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from findings_cases import BASE
from typer.testing import CliRunner

from reportgen.check import RULES
from reportgen.cli import app


@pytest.fixture
def dept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A sound input and its profile, in the working directory."""
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return Path("dept.yaml")


def _check(*words: str, profile: bool = True) -> tuple[int, list[str]]:
    options = ["--profile", "profile"] if profile else []
    result = CliRunner().invoke(app, ["check", *words, *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout.splitlines()


def _spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_sound_input_is_said_to_be_sound(dept: Path) -> None:
    assert _check("dept.yaml") == (0, ["dept.yaml：没有发现问题"])
    assert not Path("out").exists()


def test_the_summary_comes_first_then_errors_then_warnings_then_hints(dept: Path) -> None:
    _spoil(dept, "在职人员工资正常晋档\n  三公", "在职人员工资增长3.8\n  三公")
    _spoil(dept, "联系电话: 0000-0000000", "联系电话: 13800000000")
    _spoil(dept, "总预算: 600000", "总预算: 200000")
    code, lines = _check("dept.yaml")
    assert code == 1
    assert lines[0] == "dept.yaml：1 处错误，1 处提醒，1 处提示"
    assert [line.rsplit(" ", 1)[1] for line in lines[1:]] == [
        "[W1-percent-sign]",
        "[P1-mobile]",
        "[R3-total-budget]",
    ]
    assert lines[1].startswith("dept.yaml:43:9: 错误：")


def test_warnings_fail_only_when_strict(dept: Path) -> None:
    _spoil(dept, "联系电话: 0000-0000000", "联系电话: 13800000000")
    assert _check("dept.yaml")[0] == 0
    assert _check("dept.yaml", "--strict")[0] == 1


def test_hints_never_fail_and_build_does_not_show_them(dept: Path) -> None:
    _spoil(dept, "总预算: 600000", "总预算: 200000")
    assert _check("dept.yaml", "--strict")[0] == 0
    built = CliRunner().invoke(app, ["build", "dept.yaml", "--profile", "profile", "--format", "docx"])
    assert (built.exit_code, built.stderr) == (0, "")


def test_everything_that_was_checked_and_held_can_be_listed(dept: Path) -> None:
    _, lines = _check("dept.yaml", "--all")
    assert lines[1] == f"核对了 {len(RULES)} 条规则，其中 {len(RULES)} 条没有发现问题："
    assert {line.split()[0] for line in lines[2:]} == set(RULES)


def test_errors_of_the_input_leave_the_document_unseen_and_say_so(dept: Path) -> None:
    _spoil(dept, "收入总计: 1303100", "收入总计: 1303000")
    _, lines = _check("dept.yaml", "--all")
    unseen = sum(1 for rule in RULES.values() if rule.printed)
    assert f"还有 {unseen} 条规则要看编排好的表和文字；改正上面的错误后再核对一次" in lines


def test_an_input_that_cannot_be_read_is_a_finding_of_the_rule_input(dept: Path) -> None:
    _spoil(dept, "金额: 98400", "金额: 九万")
    code, lines = _check("dept.yaml")
    assert code == 1
    assert lines[0] == "dept.yaml：1 处错误"
    assert lines[1].endswith("[input]")


def test_several_inputs_are_checked_each_on_its_own(dept: Path) -> None:
    shutil.copy(dept, "other.yaml")
    _spoil(Path("other.yaml"), "收入总计: 1303100", "收入总计: 1303000")
    code, lines = _check("dept.yaml", "other.yaml")
    assert code == 1
    assert lines[:2] == ["dept.yaml：没有发现问题", "other.yaml：1 处错误"]


# --- settings ---


def test_a_rule_that_is_switched_off_is_silent_and_its_reason_printed(dept: Path) -> None:
    _spoil(dept, "联系电话: 0000-0000000", "联系电话: 13800000000")
    dept.write_text(
        dept.read_text("utf-8") + "核对: [{规则: P1-mobile, 关闭: 是, 理由: 值班专用号码}]\n", "utf-8"
    )
    assert _check("dept.yaml", "--strict") == (
        0,
        ["dept.yaml：没有发现问题", "P1-mobile 已关闭，理由：值班专用号码"],
    )


def test_a_tolerance_lets_a_small_difference_pass_and_no_larger_one(dept: Path) -> None:
    _spoil(dept, "收入总计: 1303100", "收入总计: 1303000")
    text = dept.read_text("utf-8")
    for tolerance, code in (("100", 0), ("99.99", 1)):
        setting = f"核对: [{{规则: T1-control, 容差: {tolerance}, 理由: 批复取整}}]\n"
        dept.write_text(text + setting, "utf-8")
        assert _check("dept.yaml")[0] == code


def test_the_input_overrules_its_profile(dept: Path) -> None:
    _spoil(dept, "收入总计: 1303100", "收入总计: 1303000")
    Path("profile/profile.yaml").write_text(
        "extends: standard\nname: 测试\nchecks: [{rule: T1-control, tolerance: 100, reason: 取整}]\n", "utf-8"
    )
    assert _check("dept.yaml")[0] == 0
    dept.write_text(dept.read_text("utf-8") + "核对: [{规则: T1-control, 容差: 1, 理由: 从严}]\n", "utf-8")
    assert _check("dept.yaml")[0] == 1


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("{规则: T1-contrl, 关闭: 是, 理由: x}", "没有规则“T1-contrl”，是不是“T1-control”？"),
        ("{规则: T8-subtotal, 关闭: 是, 理由: x}", "规则 T8-subtotal 不能关闭：明细里没有小计、合计行"),
        ("{规则: T1-control, 理由: x}", "“关闭: 是”与“容差”要写一个，也只写一个"),
        ("{规则: T1-control, 关闭: 是}", "缺少“理由（reason）”"),
    ],
)
def test_a_setting_that_cannot_be_is_told(setting: str, says: str, dept: Path) -> None:
    dept.write_text(dept.read_text("utf-8") + f"核对: [{setting}]\n", "utf-8")
    code, lines = _check("dept.yaml")
    assert code == 1
    assert any(says in line and line.startswith("dept.yaml:5") for line in lines), lines


# --- for machines ---


def test_json_gives_every_finding_with_its_place_and_rule(dept: Path) -> None:
    _spoil(dept, "联系电话: 0000-0000000", "联系电话: 13800000000")
    code, lines = _check("dept.yaml", "--format", "json")
    (told,) = json.loads("\n".join(lines))
    assert code == 0
    assert told["counts"] == {"error": 0, "warning": 1, "hint": 0}
    (finding,) = told["findings"]
    assert {key: finding[key] for key in ("rule", "severity", "file", "line", "column")} == {
        "rule": "P1-mobile",
        "severity": "warning",
        "file": "dept.yaml",
        "line": 10,
        "column": 9,
    }
    assert told["rules"] == list(RULES)


def test_sarif_has_a_rule_and_a_location_for_every_result(dept: Path) -> None:
    _spoil(dept, "收入总计: 1303100", "收入总计: 1303000")
    code, lines = _check("dept.yaml", "--format", "sarif")
    log: dict[str, Any] = json.loads("\n".join(lines))
    (run,) = log["runs"]
    assert (code, log["version"]) == (1, "2.1.0")
    ids = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    (result,) = run["results"]
    assert result["ruleId"] in ids
    assert result["level"] == "error"
    location = result["locations"][0]["physicalLocation"]
    assert location == {
        "artifactLocation": {"uri": "dept.yaml"},
        "region": {"startLine": 51, "startColumn": 9},
    }


def test_a_wrong_option_is_a_usage_error(dept: Path) -> None:
    assert _check("dept.yaml", "--format", "xml")[0] == 2
    assert _check()[0] == 2
