"""The document's tables as an Excel workbook: a sheet for each, totals as formulas."""

from reportgen.render.xlsx.facts import tracing
from reportgen.render.xlsx.workbook import to_xlsx

__all__ = ["to_xlsx", "tracing"]
