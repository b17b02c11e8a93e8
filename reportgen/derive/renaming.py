"""Last year's input in this year's codes, so that the two years can be laid side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from reportgen.catalog import Catalog, Classification
from reportgen.model.disclosure import Disclosure
from reportgen.model.words import Model

M = TypeVar("M", bound=Model)

CODES = {
    "function": Classification.FUNCTION,
    "economic": Classification.ECONOMIC,
    "government": Classification.GOVERNMENT,
}
"""Fields that hold a classification code."""
KEYS = ("unit", "project")
"""Fields that name a unit or a project by its code."""
OWN_NAMES = {"function": "function_name", "economic": "economic_name"}
"""A name given for a code that has changed is not the new one's."""


def in_codes_of(now: Disclosure, catalog: Catalog, before: Disclosure) -> Disclosure:
    """`before` with every code that has changed since: as the catalogue knows, and as `now` says itself."""
    successor = _successor(now.renamed, catalog, before.year)
    lists = ("carry_forward", "procurement", "services", "indicators", "performance", "past", "staff")
    changed: dict[str, Any] = {
        name: tuple(map(partial(_recoded, successor), getattr(before, name))) for name in lists
    }
    changed["expenditure"] = {
        ledger: tuple(_recoded(successor, line) for line in lines)
        for ledger, lines in before.expenditure.items()
    }
    for name in ("units", "projects"):
        items = (_recoded(successor, item) for item in getattr(before, name))
        changed[name] = tuple(
            item.model_copy(update={"code": now.renamed.get(item.code, item.code)}) for item in items
        )
    changed["defaults"] = _recoded(successor, before.defaults)
    if before.assets:
        assets = tuple(_recoded(successor, asset) for asset in before.assets.items)
        changed["assets"] = before.assets.model_copy(update={"items": assets})
    own = now.renamed.get(before.department.code, before.department.code)
    changed["department"] = before.department.model_copy(update={"code": own})
    # the name of a code that has changed is not the new one's
    changed["names"] = {code: name for code, name in before.names.items() if code not in now.renamed}
    return before.model_copy(update=changed)


def _successor(own: Mapping[str, str], catalog: Catalog, since: int) -> Callable[[str, str], str]:
    """A field and a code as it was, to the code as it is."""

    def successor(field: str, code: str) -> str:
        if code in own:
            return own[code]
        return catalog.successor(CODES[field], code, since) if field in CODES else code

    return successor


def _recoded(successor: Callable[[str, str], str], record: M) -> M:
    changed: dict[str, str | None] = {}
    for field in (*CODES, *KEYS):
        code = getattr(record, field, None)
        new = successor(field, code) if code else None
        if new != code:
            changed[field] = new
            if field in OWN_NAMES and hasattr(record, OWN_NAMES[field]):
                changed[OWN_NAMES[field]] = None
    return record.model_copy(update=changed) if changed else record
