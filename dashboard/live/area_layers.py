"""What of the map's layers lies in the areas that somebody sees."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from core.geo import Point
from core.sight import Sight
from dashboard.live.static_layers import Collections

type Feature = Mapping[str, Any]


def within(collections: Collections, sight: Sight) -> dict[str, dict[str, Any]]:
    """The layers of `core.db.reads.map_layers` without what stands on lots out of sight, their docks, and addresses
    elsewhere. Roads and scenery on no lot are public; ``hulls`` are read in sight. Any other layer is left out."""
    rules: Mapping[str, Callable[[Feature], bool]] = {
        "lots": lambda one: _lot(one["properties"]["id"], sight),
        "houses": lambda one: _lot(one["properties"]["lot"], sight),
        "lawns": lambda one: _lot(one["properties"]["lot"], sight),
        "homes": lambda one: sight.place(Point(*one["geometry"]["coordinates"][:2])),
        "docks": lambda one: sight.mower(one["properties"]["mower"]),
        "features": lambda one: one["properties"].get("lot") is None or _lot(one["properties"]["lot"], sight),
        "roads": lambda _one: True,
        "hulls": lambda _one: True,
    }
    return {
        name: {**collections[name], "features": [one for one in collections[name]["features"] if keeps(one)]}
        for name, keeps in rules.items()
        if name in collections
    }


def _lot(lot_id: str, sight: Sight) -> bool:
    return sight.lot(UUID(lot_id))
