"""What follows from what was said: every sum, change and share, each derived from records."""

from reportgen.derive.budget import Budget, derive

__all__ = ["Budget", "derive"]
