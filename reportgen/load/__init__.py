"""A file becomes a `Disclosure`, and every value keeps its place for messages."""

from reportgen.load.disclosure import Loaded, load_disclosure

__all__ = ["Loaded", "load_disclosure"]
