"""What is to be built again and again, and how."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from reportgen.build import Format, Progress
from reportgen.render.means import Means


@dataclass(frozen=True, slots=True)
class Order:
    source: Path
    formats: tuple[Format, ...]
    out: Path
    profile: Path | None
    unit: str | None
    verified: bool
    force: bool
    means: Means
    progress: Callable[[], AbstractContextManager[Progress]]
    """Shows the stages of a round."""
    attach_input: bool = False
