"""What a region prescribes stands in templates/: the engine names no region and no table of one."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import chain
from pathlib import Path

import pytest
from reading import ROOT
from ruamel.yaml import YAML

_NAMES = """
北京 beijing, 天津 tianjin, 河北 hebei, 山西 shanxi, 内蒙古 neimenggu, 辽宁 liaoning, 吉林 jilin,
黑龙江 heilongjiang, 上海 shanghai, 江苏 jiangsu, 浙江 zhejiang, 安徽 anhui, 福建 fujian, 江西 jiangxi,
山东 shandong, 河南 henan, 湖北 hubei, 湖南 hunan, 广东 guangdong, 广西 guangxi, 海南 hainan,
重庆 chongqing, 四川 sichuan, 贵州 guizhou, 云南 yunnan, 西藏 xizang, 陕西 shaanxi, 甘肃 gansu,
青海 qinghai, 宁夏 ningxia, 新疆 xinjiang, 香港 xianggang, 澳门 aomen, 台湾 taiwan, 渝北 yubei,
永川 yongchuan, 秦皇岛 qinhuangdao, 武汉 wuhan, 江汉 jianghan, 咸宁 xianning, 石家庄 shijiazhuang,
深圳 shenzhen, 广州 guangzhou, 成都 chengdu, 杭州 hangzhou, 南京 nanjing
"""
REGIONS, PINYIN = zip(*(pair.split() for pair in _NAMES.split(",")), strict=True)

GENERAL = {
    "收支总表",
    "收入总表",
    "支出总表",
    "财政拨款收支总表",
    "一般公共预算支出表",
    "一般公共预算基本支出表",
    "一般公共预算“三公”经费支出表",
    "三公”经费",
    "政府性基金预算支出表",
    "国有资本经营预算支出表",
    "项目支出表",
    "政府采购预算表",
}
"""Tables that every department budget has by national rules; the engine may speak of them."""

FILES = sorted(chain((ROOT / "reportgen").rglob("*.py"), (ROOT / "reportgen").rglob("*.j2")))
PROFILES = sorted(
    path.parent
    for path in (ROOT / "templates").glob("*/profile.yaml")
    if set(PINYIN) & set(path.parent.name.split("-"))
)
"""The profiles of regions; one for all of them may carry any name."""


def _lines(path: Path) -> list[tuple[int, str]]:
    return list(enumerate(path.read_text("utf-8").splitlines(), 1))


def _plain(title: str) -> str:
    """What a title says of itself: without the year, the department and the region."""
    text = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|[（）()《》\s]", "", title)
    return re.sub("^年?(?:(?:" + "|".join(REGIONS) + ")[省市区县]?)*", "", text).removeprefix("部门")


def _titles(profile: Path) -> set[str]:
    yaml = YAML(typ="safe", pure=True)
    tables = (yaml.load(path.read_text("utf-8")) for path in sorted(profile.glob("tables/*.yaml")))
    return {_plain(str(table.get("title") or table.get("标题"))) for table in tables if table}


def _found(words: Collection[str], pattern: str) -> list[str]:
    search = re.compile(pattern.format("|".join(map(re.escape, sorted(words, key=len, reverse=True)))), re.I)
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in FILES
        for number, line in _lines(path)
        if search.search(line)
    ]


def test_there_is_an_engine_and_a_profile_to_look_at() -> None:
    assert len(FILES) > 40
    assert PROFILES


def test_the_engine_names_no_region_in_chinese() -> None:
    assert _found(REGIONS, "{}") == []


def test_the_engine_names_no_region_in_pinyin() -> None:
    assert _found(PINYIN, r"(?<![a-z])(?:{})(?![a-z])") == []


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.name)
def test_the_engine_names_no_profile(profile: Path) -> None:
    assert _found([profile.name], r"(?<![\w-]){}(?![\w-])") == []


@pytest.mark.parametrize("profile", PROFILES, ids=lambda path: path.name)
def test_the_engine_names_no_table_of_one_region(profile: Path) -> None:
    titles = {title for title in _titles(profile) if len(title) > 2} - GENERAL
    if titles:  # a form may have none but those that every department has
        assert _found(titles, "{}") == []


def test_most_forms_have_tables_of_their_own() -> None:
    assert sum(1 for profile in PROFILES if _titles(profile) - GENERAL) > len(PROFILES) / 2


def test_the_engine_holds_no_table_numbers() -> None:
    assert _found([], r"[“\"'（]表[一二三四五六七八九十]+[”\"'）：]") == []
