"""The HTML document walked once and written as native Word, editable in Word and WPS."""

from reportgen.render.docx.writer import to_docx

__all__ = ["to_docx"]
