"""Sentences that people write and nothing is wrong with: no rule may stop at them, wherever they stand."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from findings_cases import BASE

from reportgen.build import examine
from reportgen.faults import Severity

SOUND = """
在职人员占比15%以上的单位增加
新的经济增长点逐步形成，下降趋势得到遏制
主要是一般公务用车更新
落实2021—2025年规划，完成“十四五”任务
XBRL财务报告系统升级
内部控制建设和商业秘密保护培训
开展保密工作检查，落实国家秘密法律法规宣传
不涉密信息公开，非涉密网络改造
每台设备补助5000元的标准不变
经济普查经费每户补助80元
等待补助发放，期待填补空白
提高3、4号楼的消防等级
就业人数增长1200，带动投资
无障碍设施改造和无形资产登记
无线电管理支出增加
按照省级文件第13800000000号办理
咨询电话62345678 61234568
增加5%的名额
自2019年以来持续开展，2022年第8期会议纪要已明确
补助对象年龄13-15岁
机构改革后职能划转，人员由12人增加到14人
“三公”经费按规定压减
依据《2019年政府收支分类科目》编制
办公用房面积1200平方米，车辆3辆
"""
SENTENCES = [line for line in SOUND.splitlines() if line]


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize(
    "place",
    ["基本支出: 在职人员工资正常晋档", "年度目标: 按时完成普查登记", "年度目标: 如期完成普查和常规统计"],
)
def test_a_sound_sentence_raises_nothing(
    sentence: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    source = Path("dept.yaml")
    text = source.read_text("utf-8")
    assert text.count(place) == 1
    key, typed = place.split(": ")
    source.write_text(text.replace(place, f'{key}: "{typed}，{sentence}"'.replace("“三公”", "三公")), "utf-8")
    found = examine(source, profile=Path("profile")).findings
    assert [str(fault) for fault in found if fault.severity is not Severity.HINT] == []
