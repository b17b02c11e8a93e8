"""Made-up departments of three sizes to be timed, the same for the same seed: S, M and L."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

YEAR = 2025


@dataclass(frozen=True)
class Size:
    units: int
    functions: int
    """Of basic expenditure, in each unit; projects take from the same."""
    economic: int
    projects: int
    indicators: int
    """Of each project: a form of its own."""
    duties: int


SIZES = {
    "S": Size(units=3, functions=8, economic=10, projects=4, indicators=7, duties=8),
    "M": Size(units=10, functions=16, economic=20, projects=32, indicators=22, duties=20),
    "L": Size(units=24, functions=24, economic=28, projects=200, indicators=40, duties=40),
}
"""Some 25, 60 and 440 pages, 1,100, 5,000 and 36,000 cells."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FUNCTIONS = _words(
    "2010506 2010507 2010601 2010602 2010604 2010605 2010607 2010608 2012902 2013202 2013302 2013402 "
    "2013802 2013901 2013950 2013999 2014004 2040201 2040202 2050302 2050399 2080505 2101101 2210201"
)
PERSONNEL = _words("30101 30102 30103 30106 30107 30112 30199 30301 30302 30304 30305 30399")
OPERATING = _words(
    "30201 30202 30204 30205 30206 30207 30209 30211 30213 30215 30216 30217 30226 30228 30229 30231 "
    "30239 30299"
)
PROJECT = _words("30201 30202 30203 30213 30214 30218 30226 30227 31002 31003 31007")
LEVELS = (
    ("产出指标", "数量指标"),
    ("产出指标", "质量指标"),
    ("产出指标", "时效指标"),
    ("成本指标", "经济成本指标"),
    ("效益指标", "社会效益指标"),
    ("效益指标", "可持续影响指标"),
    ("满意度指标", "服务对象满意度指标"),
)
WORK = _words(
    "业务系统运行维护 办公用房维修 专项调查 设备购置 人员培训 宣传活动 检验检测 档案整理 安全保障 咨询评审"
)
ASPECTS = _words("完成数量 覆盖范围 验收合格率 按期完成率 成本控制率 问题整改率 群众知晓率 服务对象满意度")
CAUSES = _words(
    "收入 支出 财政拨款 一般公共预算 基本支出 三公经费 公务用车运行维护费 公务接待费 机关运行经费"
)


def make(folder: Path, size: Size, seed: int = 1) -> Path:
    """Writes one department into a new folder; returns its main file."""
    draw = random.Random(seed)
    folder.mkdir(parents=True)
    units = [f"101{at:03d}" for at in range(1, size.units + 1)]
    _write_csv(folder / "units.csv", list(_units(units)))
    _write_csv(folder / "lines.csv", [*_basic(units, size, draw), *_projects_lines(units, size, draw)])
    _write_csv(folder / "projects.csv", list(_projects(units, size)))
    _write_csv(folder / "indicators.csv", list(_indicators(size, draw)))
    path = folder / "dept.yaml"
    path.write_text("".join(_main(size)), "utf-8")
    return path


def _main(size: Size) -> Iterator[str]:
    yield f"格式: standard\n年度: {YEAR}\n"
    yield "部门:\n  编码: '101'\n  名称: 某某市综合服务局\n  性质: 行政单位\n  职责:\n"
    for at in range(size.duties):
        yield f"    - 组织实施第{at + 1}类公共服务事项，制定年度工作方案并监督落实，按规定公开办理结果\n"
    yield "单位: units.csv\n默认: {资金: 一般公共预算}\n支出: lines.csv\n"
    yield "项目: projects.csv\n绩效指标: indicators.csv\n"
    yield "整体绩效:\n  - {年度目标: 各项公共服务按计划完成}\n原因:\n"
    for name in (*CAUSES, *FUNCTIONS[: size.functions]):
        yield f'  "{name}": 人员经费按政策调整，部分专项任务的安排有增有减\n'


def _units(codes: Sequence[str]) -> Iterator[dict[str, str]]:
    for at, code in enumerate(codes, 1):
        yield {
            "编码": code,
            "名称": f"某某市综合服务局第{at}服务中心",
            "性质": "行政单位" if at == 1 else "事业单位",
        }


def _basic(units: Sequence[str], size: Size, draw: random.Random) -> Iterator[dict[str, str]]:
    for unit in units:
        for function in FUNCTIONS[: size.functions]:
            for economic in draw.sample(PERSONNEL + OPERATING, size.economic):
                yield _line(unit, function, economic, "", draw)


def _projects_lines(units: Sequence[str], size: Size, draw: random.Random) -> Iterator[dict[str, str]]:
    for at in range(size.projects):
        for economic in draw.sample(PROJECT, 3):
            yield _line(units[at % len(units)], FUNCTIONS[at % size.functions], economic, _code(at), draw)


def _line(unit: str, function: str, economic: str, project: str, draw: random.Random) -> dict[str, str]:
    return {
        "单位": unit,
        "功能科目": function,
        "部门经济科目": economic,
        "支出性质": "项目支出" if project else "基本支出",
        "项目": project,
        "金额": f"{draw.randrange(10**5, 10**8) / 100:.2f}",
        "上年预算数": f"{draw.randrange(10**5, 10**8) / 100:.2f}",
    }


def _code(at: int) -> str:
    return f"P{at + 1:03d}"


def _projects(units: Sequence[str], size: Size) -> Iterator[dict[str, str]]:
    for at in range(size.projects):
        work = WORK[at % len(WORK)]
        yield {
            "编码": _code(at),
            "名称": f"{work}（第{at // len(WORK) + 1}包）",
            "单位": units[at % len(units)],
            "级别": "一般项目",
            "项目性质": "经常性项目",
            "项目概况": f"按照年度工作方案开展{work}，包括方案论证、组织实施、过程检查和结果验收等环节。",
            "立项依据": f"上级部署和本部门职责，参照近三年{work}的实际支出测算。",
            "年度目标": f"完成{work}各项任务，资金使用合规，成果得到应用。",
        }


def _indicators(size: Size, draw: random.Random) -> Iterator[dict[str, str]]:
    for at in range(size.projects):
        count = size.indicators
        for number in range(count):
            level1, level2 = LEVELS[number * len(LEVELS) // count]
            aspect = f"第{number + 1}项任务{ASPECTS[number % len(ASPECTS)]}"
            yield {
                "项目": _code(at),
                "一级指标": level1,
                "二级指标": level2,
                "指标名称": aspect,
                "指标性质": "≥",
                "指标值": str(draw.randrange(60, 100)),
                "计量单位": "%",
                "权重": str(100 - (count - 1) * (100 // count) if number == 0 else 100 // count),
            }


def _write_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
