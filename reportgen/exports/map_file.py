"""A mapping as a file that people edit: YAML with a word about each part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reportgen.exports.mapping import ExportMap, label, quoted, titles_of


def as_yaml(mapping: ExportMap, export: str, unsettled: Mapping[str, str] | None = None) -> str:
    """The text of the file; `export` is what it was guessed from.

    `unsettled`: by field, what stands there until somebody chooses a column.
    """
    return "\n".join(_lines(mapping, export, unsettled or {})) + "\n"


def _lines(mapping: ExportMap, export: str, unsettled: Mapping[str, str]) -> Iterator[str]:
    yield f"# 从 {' '.join(export.split())} 的列名和内容猜出来的映射；请核对，不对的直接改，再运行一次。"
    if mapping.sheet:
        yield f"工作表: {quoted(mapping.sheet)}"
    yield f'标题行: "{mapping.header}"  # 列名所在的行；两行的标题写成 3-4'
    yield f"金额单位: {mapping.amount_unit.label}  # 元或万元"
    yield ""
    yield "# 我们的列: 导出的列名（也可以写列的字母，如 H）。一列可以给两项用；不要的项删去。"
    yield "列:"
    titles = {**titles_of(mapping.columns), **unsettled}
    yield from (f"  {label(f)}: {quoted(title)}" for f, title in titles.items() if ":" not in f)
    yield ""
    yield "# 导出的词: 我们的词；说明不了这一项的写“不写”。编码写错的也可以在这里改，如"
    yield '#   功能科目: {行政运行: "2040201"}'
    words = {field: getattr(mapping.values, field) for field in type(mapping.values).model_fields}
    if any(words.values()):
        yield "取值:"
        yield from _words(words)
    else:
        yield "# 取值:"
    yield ""
    yield "# 空着的格子与上面相同的列（合并的单元格，或只在第一行写的单位）"
    yield f"向下填充: [{', '.join(one.label for one in mapping.fill_down)}]"
    yield ""
    yield f"科目名称: {'是' if mapping.names else '否'}  # 导出里的科目名称也写进明细，与目录核对"
    yield "# 明细行: [17]     # 看着像小计、其实是明细的行"
    yield "# 小计行: [18]     # 看着像明细、其实是小计的行；也与明细核对"
    yield "# 不读的行: [120]  # 表尾的说明之类"


def _words(words: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for field, meanings in words.items():
        if meanings:
            yield f"  {label(field)}:"
            yield from (f"    {quoted(word)}: {quoted(ours)}" for word, ours in meanings.items())
