"""An export to lines.csv, from reading to what is told about it; nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportgen.exports.cells import are_keys
from reportgen.exports.faults import Faults
from reportgen.exports.grid import Grid, chosen, column_of_letter, read_grids, squeezed
from reportgen.exports.guess import Doubt, guessed, label_of, values_of
from reportgen.exports.header import Column, Header, header_at
from reportgen.exports.joined import JOIN, joined, named
from reportgen.exports.lines import as_csv, read_back, totals
from reportgen.exports.mapping import ExportMap, ReadMap, label, read_map, titles_of
from reportgen.exports.readers import CLASSES, CODED, KEYS, FieldReader
from reportgen.exports.rows import Entry, RowReader, Rows, spans
from reportgen.exports.subtotals import Checker, Judged, Parted, Proof, covers, parted, summed
from reportgen.exports.titles import AMOUNT_FIELDS, AMOUNT_UNIT
from reportgen.faults import Fault, FaultyInput, nearest

NAMES = {"function_name": "function", "economic_name": "economic"}
"""Fields for the names of classes, which may stand beside the code in one cell."""

MOST_UNREAD = 1000
"""Rows that are not understood; with more of them no sum can be judged."""


@dataclass(frozen=True)
class Mapped:
    """An export with the mapping that it is read by."""

    grid: Grid
    header: Header
    read: ReadMap
    columns: Mapping[str, Column]
    """By field; entries of 附加 as «附加:名»."""
    notes: tuple[str, ...]
    doubts: tuple[Doubt, ...] = ()
    """What a guess could not settle; nothing is imported before the mapping says it."""

    @property
    def map(self) -> ExportMap:
        return self.read.map


@dataclass(frozen=True)
class Imported:
    csv: str
    told: str
    """What was read and what was left out, in one sentence."""


def mapped(export: Path, map_file: Path | None) -> Mapped:
    """The export with the mapping of the file, or with a guessed one; raises `FaultyInput`."""
    grids = read_grids(export)
    if map_file is None:
        grid, guess = guessed(grids)
        read = ReadMap(guess.map, None, str(export))
        grid, header, joints = _joined(grid, header_at(grid, guess.map.header), read)
        return Mapped(grid, header, read, _columns(header, read, joints), guess.notes, guess.doubts)
    read = read_map(map_file)
    grid = _grid(grids, read, export)
    header = header_at(grid, read.map.header)
    if not any(column.parts for column in header.columns):
        problem = f"导出的第 {read.map.header} 行是空的，不是标题行；请改正"
        raise FaultyInput([Fault(read.place("header"), problem)])
    grid, header, joints = _joined(grid, header, read)
    return Mapped(grid, header, read, _columns(header, read, joints), ())


def _joined(grid: Grid, header: Header, read: ReadMap) -> tuple[Grid, Header, dict[str, Column]]:
    """The export with the columns that the mapping puts together, «类+款+项», as one; by field, that one."""
    titles = {squeezed(column.title) for column in header.columns}
    found = {}
    for field in CLASSES:
        title = getattr(read.map.columns, field)
        if title and JOIN in title and squeezed(title) not in titles and (columns := named(header, title)):
            grid, header = joined(grid, header, columns)
            found[field] = next(one for one in header.columns if one.index == columns[-1].index)
    return grid, header, found


def _grid(grids: list[Grid], read: ReadMap, export: Path) -> Grid:
    if read.map.sheet and grids and grids[0].place.sheet:
        return chosen(grids, read.map.sheet, read.place("sheet"))
    if len(grids) == 1:
        return grids[0]
    known = "、".join(f"“{grid.place.sheet}”" for grid in grids)
    problem = f"{export.name} 有 {len(grids)} 个工作表：{known}；请在映射里用“工作表”写明一个"
    raise FaultyInput([Fault(read.place(), problem)])


def _columns(header: Header, read: ReadMap, joints: Mapping[str, Column]) -> dict[str, Column]:
    """The columns that a mapping names; raises `FaultyInput` with every title that is not there."""
    by_title: dict[str, list[Column]] = {}
    for column in header.columns:
        by_title.setdefault(squeezed(column.title), []).append(column)
    found, faults = {}, []
    for field, title in titles_of(read.map.columns).items():
        same = [joints[field]] if field in joints else by_title.get(squeezed(title), [])
        at = column_of_letter(title)
        extra = field.partition(":")[2]
        place = read.place("columns", "extra", extra) if extra else read.place("columns", field)
        if len(same) == 1:
            found[field] = same[0]
        elif not same and (lettered := [one for one in header.columns if one.index == at]):
            found[field] = lettered[0]
        elif same:
            letters = "、".join(column.letter for column in same)
            faults.append(Fault(place, f"导出里有几列都叫“{title}”；请写列的字母：{letters}"))
        else:
            titles = [column.title for column in header.columns if column.title]
            hint = nearest(title, titles) or f"；有：{'、'.join(titles)}"
            faults.append(Fault(place, f"导出的标题里没有“{title}”{hint}"))
    if faults:
        raise FaultyInput(faults)
    return found


def shown_mapping(found: Mapped) -> Iterator[str]:
    """The mapping for people, a line a column."""
    grid, mapping = found.grid, found.map
    encoding = f"，编码 {grid.encoding}" if grid.encoding else ""
    yield (f"{grid.place}：标题在第 {mapping.header} 行，金额单位 {mapping.amount_unit.label}{encoding}")
    used = {column.index for column in found.columns.values()}
    for column in found.header.columns:
        fields = [label(f) for f, one in found.columns.items() if one.index == column.index]
        if fields:
            example = next(iter(values_of(grid, found.header, column)), "")
            yield f"  {column.letter} {label_of(column)} → {'、'.join(fields)}（例：{example or '空'}）"
    unused = [
        f"{column.letter} {column.title}"
        for column in found.header.columns
        if column.index not in used and (column.title or values_of(grid, found.header, column))
    ]
    if unused:
        yield f"  没有用到：{'、'.join(unused)}"
    for field in type(mapping.values).model_fields:
        words = getattr(mapping.values, field)
        if words:
            yield f"  取值 {label(field)}：{'，'.join(f'{word} → {ours}' for word, ours in words.items())}"
    if mapping.fill_down:
        yield f"  向下填充：{'、'.join(one.label for one in mapping.fill_down)}"
    yield from (f"  注意：{note}" for note in found.notes)
    if grid.hidden:
        yield f"  注意：有 {grid.hidden} 行是隐藏的，也读进来了"


def imported(found: Mapped, out: str) -> Imported:
    """The lines of an export; `out` is what messages call their file. Raises `FaultyInput`."""
    faults = Faults()
    for doubt in found.doubts:
        faults.add("列", doubt.place, doubt.problem)
    _refuse_mixed_units(found, faults)
    readers = {name: _reader(found, name) for name in KEYS if name in found.columns}
    columns = {name: column.index for name, column in found.columns.items()}
    reader = RowReader(found.grid, found.map, columns, readers, faults)
    rows = reader.read()
    _see_to_row_numbers(found, faults)
    said = frozenset(found.map.sums)
    split = parted(rows.entries, frozenset(found.map.lines), said)
    _refuse_gaps(found, split, faults)
    if not split.lines and not faults:
        faults.add("明细", found.grid.place, "标题下面没有一行明细；请核对工作表和标题行")
    unread = [entry for entry in rows.entries if entry.unread]
    checker = Checker(split.lines, split.sums)
    judged = checker.judged() if split.lines and len(unread) <= MOST_UNREAD else []
    _refuse_unclear(found, [*split.unclear, *checker.doubtful(judged, said)], faults)
    for one in judged:
        if one.proof is None and not _has_unread(one, unread):
            _tell(found, reader, one, faults)
    if faults:
        raise FaultyInput(faults.told())
    text = as_csv(split.lines, reader.amount_fields, _texts(found, split.lines, readers))
    _see_that_it_reads(found, reader, split.lines, text, out)
    return Imported(text, _told(reader, rows, split, judged))


def _reader(found: Mapped, name: str) -> FieldReader:
    words = getattr(found.map.values, name)
    values = values_of(found.grid, found.header, found.columns[name]) if name in CODED else []
    return FieldReader(name, words, has_codes=are_keys([value for value in values if value not in words]))


def _see_to_row_numbers(found: Mapped, faults: Faults) -> None:
    """Row numbers of the mapping must be rows of the export, or the mapping is another's."""
    header = found.map.header
    known = {row.line for row in found.grid.rows if not row.is_blank}
    beneath = {line for line in known if line > header.last}
    beside = {line for line in known if not header.first <= line <= header.last}
    for field, right, where in (
        ("lines", beneath, "不在标题下面"),
        ("sums", beneath, "不在标题下面"),
        ("skipped", beside, "是标题行"),
    ):
        for at, number in enumerate(getattr(found.map, field)):
            if number not in right:
                problem = (
                    f"导出的第 {number} 行{where if number in known else '是空的，或没有这一行'}；请改正行号"
                )
                faults.add("行号有误", found.read.place(field, at), problem)


def _refuse_unclear(found: Mapped, pairs: Sequence[tuple[Entry, Entry]], faults: Faults) -> None:
    for entry, other in pairs:
        stated = list(zip(KEYS, entry.own, other.keys, strict=True))
        lacking = "、".join(label(name) for name, mine, its in stated if its and not mine)
        shorter = "、".join(label(name) for name, mine, its in stated if len(its) > len(mine) > 0)
        said = [f"没有写{lacking}"] if lacking else []
        said += [f"{shorter}比第 {other.row.line} 行的短"] if shorter else []
        problem = (
            f"这一行{'，'.join(said)}，别的都与第 {other.row.line} 行相同，金额也一样，可能是它的小计；"
            f"是明细的，请把 {entry.row.line} 写进映射的“明细行”；是小计的，请写进“小计行”"
        )
        faults.add("可能的小计", found.grid.at(entry.row), problem)


def _refuse_mixed_units(found: Mapped, faults: Faults) -> None:
    """Amounts of which one column is in 元 by its title and another in 万元: a mapping has one unit."""
    told = {
        name: units[0]
        for name in AMOUNT_FIELDS
        if name in found.columns and (units := AMOUNT_UNIT.findall(squeezed(found.columns[name].title)))
    }
    for name, unit in told.items():
        first = next(iter(told))
        if unit != told[first]:
            problem = (
                f"“{found.columns[name].title}”写的是{unit}，“{found.columns[first].title}”是{told[first]}；"
                "一份导出只能有一种金额单位，请在导出里换成一样的"
            )
            row = next(row for row in found.grid.rows if row.line == found.map.header.last)
            faults.add("金额单位", found.grid.at(row, found.columns[name].index), problem)


def _refuse_gaps(found: Mapped, split: Parted, faults: Faults) -> None:
    """A line without a unit or a function where others have one would be money that no table shows."""
    for name in ("unit", "function"):
        at = KEYS.index(name)
        if any(line.keys[at] for line in split.lines):
            for line in split.lines:
                if not line.keys[at] and name not in line.unread:
                    problem = (
                        f"这一行没有{label(name)}，别的行有；请补上（空着的与上面相同，请在映射的"
                        f"“向下填充”里写上{label(name)}；是小计的，请把 {line.row.line} 写进“不读的行”）"
                    )
                    place = found.grid.at(line.row, found.columns[name].index)
                    faults.add(f"没有{label(name)}的行", place, problem)


def _has_unread(judged: Judged, unread: Sequence[Entry]) -> bool:
    covered = set(map(id, judged.covered)) if unread else set()
    return any(id(entry) in covered or _may_cover(judged.entry, entry) for entry in unread)


def _may_cover(entry: Entry, unread: Entry) -> bool:
    """Whether a row that was not understood may be why a sum does not hold; it is told already."""
    if unread is entry:
        return True
    said = zip(KEYS, entry.own, unread.keys, strict=True)
    return bool(unread.unread & set(KEYS)) and all(
        not mine or not its or covers(mine, its, name) for name, mine, its in said
    )


def _tell(found: Mapped, reader: RowReader, judged: Judged, faults: Faults) -> None:
    entry, lines = judged.entry, judged.covered
    covered = [line.row.line for line in lines]
    which = f"它的明细（{spans(covered)}，共 {len(covered)} 行）合计" if covered else "找不到它的明细，合计"
    for at, name in enumerate(reader.amount_fields):
        here, total = entry.amounts[at], judged.sums[at]
        if (here or 0) == total:
            continue
        said = "空着" if here is None else f"是 {here:,.2f} 元"
        forced = f"；这一行若是明细，请把 {entry.row.line} 写进映射的“明细行”" if entry.sum is None else ""
        problem = (
            f"小计与明细不符：{label(name)}这里{said}，{which} {total:,.2f} 元，"
            f"相差 {abs((here or 0) - total):,.2f} 元；请核对这一格和这些明细{forced}"
        )
        faults.add("小计不符", found.grid.at(entry.row, reader.fields[name]), problem)


def _texts(found: Mapped, lines: Sequence[Entry], readers: Mapping[str, FieldReader]) -> dict[str, list[str]]:
    """Columns that are copied: notes, 附加, and the names of classes."""
    copied = [f for f in found.columns if f == "note" or f.startswith("附加:")]
    if found.map.names:
        copied += [f for f in NAMES if f in found.columns]
    texts = {field: [_cell(line, found.columns[field].index) for line in lines] for field in copied}
    for field, coded in NAMES.items():
        if found.map.names and field not in texts and coded in found.columns:
            index = found.columns[coded].index
            texts[field] = [readers[coded].name_in(_cell(line, index)) for line in lines]
    for field, coded in NAMES.items():
        if field in texts:
            column = KEYS.index(coded)
            texts[field] = [
                name if line.keys[column] else "" for name, line in zip(texts[field], lines, strict=True)
            ]
    return texts


def _cell(line: Entry, index: int) -> str:
    return line.row.texts[index]


def _see_that_it_reads(found: Mapped, reader: RowReader, lines: Sequence[Entry], text: str, out: str) -> None:
    """The file is read as `build` will read it, and adds up to what the export adds up to."""
    back, problems = read_back(text, out)
    faults = Faults()
    for at, problem in problems:
        faults.add("读不懂的明细", found.grid.at(lines[at].row), problem)
    if not faults and (len(back) != len(lines) or totals(back, reader.amount_fields) != summed(lines)):
        problem = "写出的明细读回来与导出不符；请把导出和这条信息报告给 reportgen 的维护者"
        faults.add("读回不符", found.grid.place, problem)
    if faults:
        raise FaultyInput(faults.told())


def _told(reader: RowReader, rows: Rows, split: Parted, judged: Sequence[Judged]) -> str:
    sums = summed(split.lines)
    amounts = "，".join(
        f"{'合计' if name == 'amount' else label(name) + '合计'} {total:,.2f} 元"
        for name, total in zip(reader.amount_fields, sums, strict=True)
    )
    ways = {proof: sum(one.proof is proof for one in judged) for proof in Proof}
    how = "，".join(f"{proof.value} {count} 行" for proof, count in ways.items() if count)
    checked = f"（与明细相符：{how}）" if split.sums else "（没有可以核对的）"
    told = (
        f"读入 {len(split.lines)} 行明细，{amounts}；跳过 {len(split.sums)} 行小计{checked}、"
        f"{rows.blank} 行空行、{rows.repeated} 行重复的标题"
    )
    others = {
        "标题上面的文字": rows.above,
        "分组的标题": rows.headings,
        "页眉页脚": rows.feet,
        "映射里写明不读的": rows.skipped,
    }
    return told + "".join(f"、{count} 行{what}" for what, count in others.items() if count)
