"""Where the profiles and catalogues that come with reportgen lie: in the wheel or in the checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent
_SHIPPED = _PACKAGE / "shipped"
_HOME = _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent

TEMPLATES = _HOME / "templates"
CATALOG = _HOME / "data" / "catalog"
