"""Where a title or a label may be broken into lines of nearly one length, not within a word.

Chinese has no blanks between words. The words of the field are known here, and so is whatever is handed
in, such as the name of the department; between other characters a break is possible and not welcome.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import accumulate, pairwise

_OF_THE_FIELD = """
    部门 单位 预算 决算 公开 情况 情况说明 说明 收支 收入 支出 总表 明细表 明细 报表 总体
    整体 部分 概况 财政 拨款 专户 资金 一般公共预算 一般公共 公共 政府性基金 政府性 基金
    国有资本 国有资产 国有 资本 经营 基本 项目 人员 公用 经费 三公 因公 出国 公务 接待
    接待费 用车 购置 购置费 运行 维护 维护费 车辆 费用 会议费 培训费 绩效 目标 指标 指标值
    申报 自评 评价 政府 采购 购买 服务 服务对象 满意度 货物 工程 名词 解释 功能 分类 经济
    科目 编码 代码 名称 合计 小计 总计 上年 本年 当年 年度 年初 年末 结转 结余 下年 执行
    增减 增减额 增减率 比例 比重 金额 数量 单价 计量 性质 权重 核心 是否 级别 类别 主管
    归口 处室 联系人 联系 电话 长期 中期 重点 任务 立项 依据 概述 内容 产出 效益 成本
    质量 时效 社会 生态 可持续 影响 经济效益 补助 补贴 工资 福利 商品 家庭 债务 利息
    对个人和家庭 机关 事业 企业 上级 附属 上缴 用事业基金 弥补 收支差额 差额 管理 资产 占用
    配置 机构 设置 职责 职能 主要 其他 其中 有关 重要 事项 关于 安排 使用 投入 使用情况
    变动 原因 备注 序号 栏次 项目库 预算数 执行数 决算数 度量 数值 编制 填报 负责人 评审
    支付 保障 发展 中央 省级 市级 区级 转移
"""
WORDS = frozenset(_OF_THE_FIELD.split())
"""Of the forms, whatever the region."""

_LONGEST = max(map(len, WORDS))
_IN = "0-9０-９A-Za-z.．,%％‰℃/+±−－—–～~-"
_BEFORE = "第≥≤><＞＜=＝≈＋￥¥$"
_COUNTED = "年度|万元|亿元|万人次|万人|人次|公里|平方米|立方米|公顷|个月|[\u4e00-\u9fff]"
_NUMBER = re.compile(
    f"[{_BEFORE}]*[{_IN}]*[0-9０-９][{_IN}]*(?:{_COUNTED})?|[{_IN}]+|第[一二三四五六七八九十]+部分"
)
"""A number with its sign and what it counts, or a word of letters: no line ends within one."""
_CLOSING = "，。、；：！？）》】”’〕〉…—～·,.;:!?)%％"
_OPENING = "（《【“‘〔〈("

Break = tuple[int, float]
"""A place in a text, between characters, and what a line end there costs."""

_IN_UNKNOWN, _IN_PHRASE = 0.35, 1.5
"""Between characters that belong to no known word; within what was handed in. Beside a word it costs
nothing, within one it is not done."""
_LONELY = 3.0
LEAST_ENDING = 2.0
"""Ems of a last line: fewer are lonely."""


def ems(text: str) -> float:
    """The width of a line of text in ems: wide characters 1, others a little over a half."""
    return sum(map(_em, text))


@cache
def _em(char: str) -> float:
    return 1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.56


def balanced(text: str, room: float, phrases: Iterable[str] = ()) -> list[str]:
    """The text in as few lines as `room` ems ask for, near-equal and broken between words.

    One line where it fits, and where no such lines are found.
    """
    if ems(text) <= room or not text.strip():
        return [text]
    ends = [*_breaks(text, room, tuple(filter(None, phrases))), (len(text), 0.0)]
    reached = _reached(text)
    fewest = int(reached[-1] // room) + 1
    for count in range(fewest, fewest + 2):
        found = _lines(ends, reached, room, count)
        if found is not None:
            return [text[start:end] for start, end in pairwise([0, *found])]
    return [text]


def filled(text: str, room: float) -> list[str]:
    """The lines that a typesetter makes who fills each as far as it goes."""
    ends, reached, start = [*_possible(text), len(text)], _reached(text), 0
    lines = []
    while start < len(text):
        first = bisect_right(ends, start)
        last = bisect_right(ends, reached[start] + room, lo=first, key=reached.__getitem__) - 1
        end = ends[max(first, last)]
        lines.append(text[start:end])
        start = end
    return lines


def is_lonely(lines: Sequence[str]) -> bool:
    """Whether a single character is left for the last of several lines, be there a mark behind it or not."""
    return len(lines) > 1 and not _ends_well(lines[-1])


def _ends_well(line: str) -> bool:
    return ems(line.strip().rstrip(_CLOSING)) >= LEAST_ENDING


def accompanied(lines: Sequence[str], room: float) -> list[str]:
    """Filled lines of which the last takes a word from the one before, so that it is not lonely; of a long
    one rather a part, since a short line above a full one looks like a slip."""
    *others, before, last = lines
    joined = before + last
    places = [
        (cost + ems(joined[place:]) / room, len(joined) - place)
        for place, cost in _breaks(joined, room, ())
        if _ends_well(joined[place:])
    ]
    fitting = [(cost, at) for cost, at in places if ems(joined[:-at]) <= room and ems(joined[-at:]) <= room]
    if not fitting:
        return [*lines]
    _, at = min(fitting)
    return [*others, joined[:-at], joined[-at:]]


def _lines(ends: Sequence[Break], reached: Sequence[float], room: float, count: int) -> list[int] | None:
    """The ends of so many lines that cost least, from the front."""
    mean = reached[-1] / count
    best: dict[int, tuple[float, list[int]]] = {0: (0.0, [])}
    for line in range(1, count + 1):
        found: dict[int, tuple[float, list[int]]] = {}
        for start, (cost, before) in best.items():
            for end, own in ends:
                width = reached[end] - reached[start]
                if end <= start or width > room or (line == count) != (end == len(reached) - 1):
                    continue
                total = cost + own + ((width - mean) / mean) ** 2
                total += _LONELY if width < LEAST_ENDING else 0.0
                if end not in found or total < found[end][0]:
                    found[end] = (total, [*before, end])
        best = found
    return best[len(reached) - 1][1] if len(reached) - 1 in best else None


def _reached(text: str) -> list[float]:
    """How far a line reaches, place by place."""
    return [0.0, *accumulate(map(_em, text))]


def _breaks(text: str, room: float, phrases: tuple[str, ...]) -> list[Break]:
    """The places where a line may end before the last, with what each costs."""
    words = list(_words(text, int(room)))
    handed = [found.span() for phrase in phrases for found in re.finditer(re.escape(phrase), text)]
    inside = {place for start, end in handed for place in range(start + 1, end)}
    edges = {edge for span in (*handed, *words) for edge in span if span[1] - span[0] > 1}
    made = []
    for place in sorted({start for start, _ in words} & {*_possible(text)}):
        apart = place in edges or not (text[place - 1].isalnum() and text[place].isalnum())
        made.append((place, _IN_PHRASE if place in inside else 0.0 if apart else _IN_UNKNOWN))
    return made


def _possible(text: str) -> list[int]:
    """Where a line may end at all: not before a closing mark, behind an opening one, or in a number."""
    inside = {place for found in _NUMBER.finditer(text) for place in range(found.start() + 1, found.end())}
    return [
        place
        for place in range(1, len(text))
        if text[place] not in _CLOSING
        and not text[place].isspace()
        and text[place - 1] not in _OPENING
        and place not in inside
    ]


def _words(text: str, longest: int) -> Iterable[tuple[int, int]]:
    """The longest known words from the front, numbers with what they count, and single characters."""
    start = 0
    while start < len(text):
        number = _NUMBER.match(text, start)
        end = number.end() if number else start + _known(text[start : start + min(longest, _LONGEST)])
        yield start, end
        start = end


def _known(text: str) -> int:
    return next((size for size in range(len(text), 1, -1) if text[:size] in WORDS), 1)
