"""A disclosure written down again as input: YAML with CSV files beside it, or a workbook.

Nothing that was said is lost; comments, which say nothing to the program, are.
"""

from reportgen.convert.conversion import convert

__all__ = ["convert"]
