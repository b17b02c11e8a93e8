"""Tables, covers and sections as HTML. Figures carry their exact value and where they come from."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from reportgen.compose.chart import Chart
from reportgen.compose.table import Cell, CellKind, Form, FormPage, Table, TableRow

M = Markup

_CLASS = {
    CellKind.AMOUNT: "a",
    CellKind.PERCENT: "a",
    CellKind.CODE: "c",
    CellKind.LABEL: "l",
    CellKind.TEXT: "l",
}


ROWS_KEPT_TOGETHER = 24
"""A form of more rows than this may be longer than a page, and then breaks where it must."""


def table_block(table: Table, level: int) -> Markup:
    """A table with its heading, the line above it, and its notes."""
    columns = M("").join(M('<col style="width:{:.3f}%"/>').format(w * 100) for w in table.layout.widths)
    head = M("").join(_row(row, "th") for row in table.header)
    body = M("").join(_row(row, "td") for row in table.rows)
    grid = M(
        '<table class="{}" style="font-size:{}pt"><colgroup>{}</colgroup>'
        "<thead>{}</thead><tbody>{}</tbody></table>"
    ).format("grid tight" if table.layout.tight else "grid", table.layout.size, columns, head, body)
    return M('<div class="{}"{}>{}{}{}{}</div>').format(
        "table landscape" if table.layout.landscape else "table",
        _code(table.code),
        _heading(table.heading, table.title, table.subtitle, level),
        _above(table.above, table.above_right),
        grid,
        _notes(table.notes),
    )


def form_block(form: Form, level: int) -> Markup:
    """A form's pages, each under its title; a title that repeats the one before is no heading again."""
    pages = []
    for index, page in enumerate(form.pages):
        again = index > 0 and page.title == form.pages[index - 1].title
        heading = form.heading if index == 0 else ""
        title = (
            M("")
            if again and form.title_once
            else _heading(heading, page.title, form.subtitle, 0 if again else level)
        )
        pages.append(_form_page(form, page, title))
    return M('<div class="{}"{}>{}</div>').format(
        "table landscape" if form.landscape else "table", _code(form.code), M("").join(pages)
    )


def chart_block(chart: Chart) -> Markup:
    """A chart's caption, its place and its notes; each format draws it in its own way.

    Without figures there is no picture and no place for one.
    """
    caption = M('<p class="chart-title">{}</p>').format(chart.caption)
    place = M('<div class="picture" data-chart="{}" aria-label="{}"></div>')
    # a name with src= in it must not look like markup that asks for a file
    told = M(str(escape(chart.alternative)).replace("=", "&#61;"))
    picture = place.format(chart.id, told) if chart.categories else M("")
    return M('<figure class="chart">{}{}{}</figure>').format(caption, picture, _notes(chart.notes))


def _code(code: str) -> Markup:
    """What the profile calls the table, by which workbooks name its sheet."""
    return M(' data-code="{}"').format(code) if code else M("")


def _form_page(form: Form, page: FormPage, title: Markup) -> Markup:
    classes = ["form"]
    if page.html.count("<tr") > ROWS_KEPT_TOGETHER:
        classes.append("long")
    if form.new_page and page is not form.pages[0]:
        classes.append("new-page")
    return M('<div class="{}">{}{}{}{}</div>').format(
        " ".join(classes),
        title,
        _above(page.above, page.above_right),
        Markup(page.html),  # the profile's own HTML; what it prints of the input is escaped there
        _notes(page.notes),
    )


def _heading(heading: str, title: str, subtitle: str, level: int) -> Markup:
    """The title, a heading of its own unless another one stands above it; level 0 is no heading."""
    inner = M("{}").format(title)
    if subtitle:
        inner += M('<span class="subtitle">{}</span>').format(subtitle)
    if level and not heading:
        return M('<h{0} class="table-title">{1}</h{0}>').format(level, inner)
    above = M("<h{0}>{1}</h{0}>").format(level, heading) if level else M("")
    return above + M('<p class="table-title">{}</p>').format(inner)


def _above(left: str, right: str) -> Markup:
    if not (left or right):
        return M("")
    # an empty line would hold nothing but a float, which page breaks do not see
    return M('<p class="above"><span class="right">{}</span>{}</p>').format(right, left or "\u00a0")


def _notes(notes: Sequence[str]) -> Markup:
    return M("").join(M('<p class="note">{}</p>').format(note) for note in notes)


def _row(row: TableRow, tag: str) -> Markup:
    cells = "".join(_cell(cell, tag) for cell in row.cells)
    kind = ' class="total"' if row.total or row.bold else ""
    return M(f"<tr{kind}>{cells}</tr>")


def _cell(cell: Cell, tag: str) -> str:
    """Put together as plain text, which is quick: there are thousands."""
    attributes = ""
    if cell.colspan > 1:
        attributes += f' colspan="{cell.colspan}"'
    if cell.rowspan > 1:
        attributes += f' rowspan="{cell.rowspan}"'
    if tag == "th":
        attributes += f' scope="{"colgroup" if cell.colspan > 1 else "col"}"'
    else:
        # a label that spans columns, such as 合计, stands in their middle
        names = "m" if cell.colspan > 1 else _CLASS[cell.kind]
        attributes += f' class="{names}{f" i{min(cell.indent, 3)}" if cell.indent else ""}"'
    if cell.value is not None:
        attributes += f' data-value="{cell.value:f}" data-fact="{escape(cell.fact)}"'
        attributes += f' data-unit="{escape(cell.unit)}"' if cell.unit else ""
    return f"<{tag}{attributes}>{escape(cell.text)}</{tag}>"


def section(kind: str, inner: Markup, *, in_contents: bool = True) -> Markup:
    """`in_contents`: whether the contents list the headings of this section."""
    listed = M("") if in_contents else M(' data-contents="no"')
    return M('<section class="{}"{}>{}</section>').format(kind, listed, inner)
