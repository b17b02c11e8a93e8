"""What all units have together: people and assets of one kind, added up as sentences tell them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from reportgen.model.assets import Asset, Assets
from reportgen.model.department import StaffGroup


def all_staff(groups: Iterable[StaffGroup]) -> tuple[StaffGroup, ...]:
    """One group for each name, whatever unit it belongs to, in the order in which they first come."""
    found: dict[str, list[StaffGroup]] = {}
    for group in groups:
        found.setdefault(group.name, []).append(group)
    return tuple(
        StaffGroup.model_construct(
            unit=None,
            name=name,
            authorised=sum(one.authorised for one in same),
            present=sum(one.present for one in same),
        )
        for name, same in found.items()
    )


def all_assets(assets: Assets | None) -> Assets | None:
    """One record for each category and name; a count or a value that one unit does not know is not known."""
    if assets is None:
        return None
    found: dict[tuple[str, str], list[Asset]] = {}
    for asset in assets.items:
        found.setdefault((asset.category, asset.name), []).append(asset)
    return assets.model_copy(update={"items": tuple(map(_together, found.values()))})


def _together(same: list[Asset]) -> Asset:
    if len(same) == 1:
        return same[0]
    openings = [one.opening for one in same if one.opening is not None]
    values = [one.value for one in same if one.value is not None]
    return same[0].model_copy(
        update={
            "unit": None,
            "held": sum(one.held for one in same),
            "bought": sum(one.bought for one in same),
            "opening": sum(openings) if len(openings) == len(same) else None,
            "value": sum(values, Decimal(0)) if len(values) == len(same) else None,
        }
    )
