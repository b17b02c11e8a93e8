"""The HTML document to files: PDF by WeasyPrint, DOCX as native Word."""
