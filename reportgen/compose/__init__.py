"""A profile and a budget become one semantic HTML document."""

from reportgen.compose.document import Document, compose
from reportgen.compose.profile import Profile, load_profile

__all__ = ["Document", "Profile", "compose", "load_profile"]
