"""Waits until files were saved. They are looked at now and then: that works on every kind of disk."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reportgen.load.asked import State, state_of

EVERY = 0.4
"""Seconds between two looks."""
REST = 0.2
"""Seconds for which nothing may change until a save counts as finished."""
MOST_RESTS = 15
"""A file that is gone may come back for so long, one that never rests is read as it is."""

States = Mapping[Path, State]


@dataclass(frozen=True, slots=True)
class Change:
    paths: tuple[Path, ...]
    """What is not as it was."""
    states: States
    """Everything as it is now."""


def wait_for_change(seen: States) -> Change:
    """Blocks until files are not as they were `seen`, and at rest."""
    while True:
        states = _states(seen)
        if states != seen:
            states = _at_rest(seen, states)
            paths = tuple(path for path in seen if states[path] != seen[path])
            if paths:
                return Change(paths, states)
        time.sleep(EVERY)


def _at_rest(seen: States, states: States) -> States:
    """Editors write in several steps, and some take the file away before they put the new one there."""
    for _ in range(MOST_RESTS):
        before = states
        time.sleep(REST)
        states = _states(seen)
        gone = any(state is None and seen[path] is not None for path, state in states.items())
        if states == before and not gone:
            break
    return states


def _states(paths: States) -> States:
    return {path: state_of(path) for path in paths}
