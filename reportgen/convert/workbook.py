"""The sheets of an input drawn as an Excel workbook that people fill in: drop-downs, formats, notes."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from pydantic.fields import FieldInfo

from reportgen.catalog import Classification, load_catalog
from reportgen.convert.book import Head, SheetContent
from reportgen.convert.typed import Typed
from reportgen.load.reading import plain_type
from reportgen.load.sections import CONTENT, INFO, NOTES, PRIVATE, Layout
from reportgen.model.values import is_amount
from reportgen.model.words import Word
from reportgen.render.stable_zip import CREATED
from reportgen.schema import told

MAX_SHEET_NAME = 31
MAX_CELL = 32767
DIGITS = 15
"""What a spreadsheet keeps of a number."""
MAX_WIDTH = 50
BLANK_ROWS = 2000
"""Below the last record, to which drop-downs reach."""
CODES = f"{PRIVATE}目录"
"""The hidden sheet that drop-downs of classification codes draw on."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]|^'|'$")
_CODE_LENGTH = {Classification.FUNCTION: 7, Classification.ECONOMIC: 5, Classification.GOVERNMENT: 5}
_LISTED_IN = {"unit": "单位", "project": "项目"}
"""Fields that name a record of another sheet by its code, which stands in that sheet's first column."""
_UNLOCKED = {
    "format_cells": True,
    "format_columns": True,
    "format_rows": True,
    "insert_columns": True,
    "insert_rows": True,
    "delete_rows": True,
    "sort": True,
    "autofilter": True,
}


def unfit(sheets: Sequence[SheetContent]) -> Iterator[str]:
    """What a workbook cannot hold: names of sheets, texts that are too long for a cell."""
    names: set[str] = set()
    for sheet in sheets:
        if _FORBIDDEN.search(sheet.name) or len(sheet.name) > MAX_SHEET_NAME:
            yield (
                f"“{sheet.name}”不能做工作表的名字（最多 {MAX_SHEET_NAME} 个字，不能有 []:*?/\\ 和首尾的'）；"
                "请改台账的名字"
            )
        if unicodedata.normalize("NFKC", sheet.name).lower() in names:
            yield f"有两个工作表都叫“{sheet.name}”（不分大小写）；请改台账的名字"
        names.add(unicodedata.normalize("NFKC", sheet.name).lower())
        for record in sheet.records:
            for value in record:
                length = len(value) if isinstance(value, str) else 0
                if length > MAX_CELL:
                    yield f"“{str(value)[:20]}……”有 {length} 个字，一格最多 {MAX_CELL} 个字；请留在 YAML 里"


def workbook(sheets: Sequence[SheetContent], year: int | None = None) -> bytes:
    """The workbook. Headings are protected (without a password), everything else can be filled in."""
    import xlsxwriter  # noqa: PLC0415  (only workbooks need it)

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"created": CREATED})
    drawing = _Drawing(book, sheets, year or _year(sheets))
    for sheet in sheets:
        drawing.draw(sheet)
    drawing.draw_codes()
    book.close()
    return out.getvalue()


def _year(sheets: Sequence[SheetContent]) -> int:
    info = next(sheet for sheet in sheets if sheet.name == INFO)
    values = zip(info.heads, info.records[0], strict=True)
    return next(int(str(value)) for head, value in values if head.field == "year")


class _Drawing:
    """The formats and lists that all sheets of a workbook share."""

    def __init__(self, book: Any, sheets: Sequence[SheetContent], year: int) -> None:
        self.book = book
        self.rows = {sheet.name: len(sheet.records) for sheet in sheets}
        self.codes = {
            kind: [f"{c} {name}" for c, name in sorted(names.items()) if len(c) == _CODE_LENGTH[kind]]
            for kind, names in load_catalog(year).names.items()
        }
        base = {"font_name": "宋体", "font_size": 11, "valign": "vcenter"}
        head = {**base, "bold": True, "bg_color": "#DDE6F0", "border": 1, "text_wrap": True, "locked": True}
        self.head = book.add_format(head)
        self.required = book.add_format({**head, "font_color": "#C00000"})
        self.note = book.add_format({**base, "font_color": "#666666", "text_wrap": True})
        self.text = book.add_format({**base, "num_format": "@", "locked": False})
        self.long_text = book.add_format({**base, "num_format": "@", "locked": False, "text_wrap": True})
        self.number = book.add_format({**base, "num_format": "General", "locked": False})
        self.money = book.add_format({**base, "num_format": "#,##0.00####", "locked": False})

    def draw(self, sheet: SheetContent) -> None:
        page = self.book.add_worksheet(sheet.name)
        page.protect(options=_UNLOCKED)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        if sheet.layout is Layout.FORM:
            self._draw_form(page, sheet)
        else:
            self._draw_table(page, sheet)

    def _draw_table(self, page: Any, sheet: SheetContent) -> None:
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.set_column(len(sheet.heads), 16383, None, self.text)  # columns of the user's own may follow
        forms: list[Any] = []
        for column, head in enumerate(sheet.heads):
            width = _width(head, sheet, column)
            wraps = width == MAX_WIDTH or sheet.layout is Layout.PAIRS
            forms.append(self._format(head.info, long=wraps))
            page.set_column(column, column, width, forms[-1])
            page.write_string(0, column, head.title, self.required if _is_required(head) else self.head)
            if head.info is not None:
                page.write_comment(0, column, _about(head.info), {"x_scale": 1.5})
                last = len(sheet.records) + BLANK_ROWS
                self._offer(page, head, (1, column, last, column))
        for row, record in enumerate(sheet.records, 1):
            for column, value in enumerate(record):
                _write(page, row, column, value, forms[column])

    def _draw_form(self, page: Any, sheet: SheetContent) -> None:
        records = len(sheet.records)
        page.freeze_panes(1, 1)
        page.set_column(0, 0, 26, self.text)
        page.set_column(1, records, 60 if records == 1 else 40, self.long_text)
        page.set_column(records + 1, records + 1, 60, self.note)
        page.write_string(0, 0, "项", self.head)
        for column in range(1, records + 1):
            page.write_string(0, column, CONTENT, self.head)
        page.write_string(0, records + 1, NOTES, self.head)
        for row, head in enumerate(sheet.heads, 1):
            first = row == 1 or sheet.heads[row - 2].title != head.title
            page.write_string(row, 0, head.title, self.required if _is_required(head) else self.head)
            if first and head.info is not None:
                page.write_string(row, records + 1, _about(head.info), self.note)
            form = self.text if head.info is None else self._format(head.info, long=True)
            for column, record in enumerate(sheet.records, 1):
                page.write_blank(row, column, None, form)
                _write(page, row, column, record[row - 1], form)
            self._offer(page, head, (row, 1, row, records))

    def _format(self, info: FieldInfo | None, *, long: bool = False) -> Any:
        if info is None:
            return self.long_text
        inner, metadata = plain_type(info.annotation)
        if inner is Decimal or inner is int:
            return self.money if any(map(is_amount, (*metadata, *info.metadata))) else self.number
        return self.long_text if long else self.text

    def _offer(self, page: Any, head: Head, area: tuple[int, int, int, int]) -> None:
        """A drop-down; other values may be typed, since `check` says more about them than Excel could."""
        source = self._choices(head)
        if source:
            page.data_validation(*area, {"validate": "list", "source": source, "show_error": False})

    def _choices(self, head: Head) -> list[str] | str | None:
        if head.info is None:
            return None
        inner, _ = plain_type(head.info.annotation)
        if isinstance(inner, type) and issubclass(inner, Word):
            return [word.label for word in inner]
        if inner is bool:
            return ["是", "否"]
        codes = next((kind for kind in self.codes if kind.value == head.field), None)
        if codes is not None:
            column = chr(ord("A") + list(self.codes).index(codes))
            return f"='{CODES}'!${column}$1:${column}${len(self.codes[codes])}"
        listed = _LISTED_IN.get(head.field)
        if listed in self.rows and inner is str:
            return f"='{listed}'!$A$2:$A${self.rows[listed] + BLANK_ROWS}"
        return None

    def draw_codes(self) -> None:
        page = self.book.add_worksheet(CODES)
        page.hide()
        for column, listed in enumerate(self.codes.values()):
            for row, code in enumerate(listed):
                page.write_string(row, column, code)


def _write(page: Any, row: int, column: int, value: Typed | None, form: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, (Decimal, int)) and len(Decimal(value).as_tuple().digits) <= DIGITS:
        page.write_number(row, column, float(value), form)
    else:
        page.write_string(row, column, f"{value:f}" if isinstance(value, Decimal) else str(value), form)


def _is_required(head: Head) -> bool:
    return head.info is not None and head.info.is_required()


def _about(info: FieldInfo) -> str:
    told_for_yaml = re.sub("，加引号|；CSV 里写成列.*|`", "", told(info))
    return ("必填。" if info.is_required() else "") + told_for_yaml


def _width(head: Head, sheet: SheetContent, column: int) -> int:
    """In the width of a digit; a Chinese character takes two."""
    if sheet.layout is Layout.PAIRS:
        return 24 if column == 0 else 2 * MAX_WIDTH
    inner = plain_type(head.info.annotation)[0] if head.info else str
    if inner is Decimal:
        return 18
    texts = [head.title, *(str(record[column] or "") for record in sheet.records)]
    longest = max(sum(1 if char.isascii() else 2 for char in text) for text in texts)
    return min(MAX_WIDTH, max(12, longest + 3))
