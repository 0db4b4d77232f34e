"""The lots of a viewer's households, read within their own scope: nothing of any other lot is loaded at all."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from core.accounts import Viewer
from core.db import Database
from core.db.reads import map_layers, mower_roster, own_lots
from core.neighbourhood.lot_shapes import firm_boundary
from core.neighbourhood.own_lot import OwnLot
from dashboard.home.lot_drawing import LotScene


@dataclass(frozen=True, slots=True)
class MowerHere:
    """A mower that serves the lot; its number is its key in telemetry."""

    device_name: str
    number: int
    model: str


@dataclass(frozen=True, slots=True)
class HomeLot:
    """One lot with what the page shows of it. ``scene`` is ``None`` until a boundary is drawn."""

    lot: OwnLot
    scene: LotScene | None
    lawns: tuple[dict[str, Any], ...]
    mowers: tuple[MowerHere, ...]


async def home_lots(database: Database, viewer: Viewer) -> tuple[HomeLot, ...]:
    """The viewer's lots, by address."""
    scope = own_lots(viewer.household_ids)
    layers = await map_layers(database, scope)
    roster = await mower_roster(database, scope)
    places = {home["properties"]["lot"]: home["properties"] for home in layers["homes"]["features"]}
    found = []
    for key, place in places.items():
        boundary = _one(layers["lots"], "id", key)
        serving = [row for row in roster if key in map(str, row.lot_ids)]
        lot = OwnLot(
            id=UUID(key),
            address=place["address"],
            city=place["city"],
            time_zone=place["time_zone"],
            boundary=firm_boundary(boundary["geometry"], boundary["properties"]["source"]) if boundary else None,
            is_host=any(dock["properties"]["lot"] == key for dock in layers["docks"]["features"]),
        )
        lawns = tuple(_all(layers["lawns"], key))
        mowers = tuple(MowerHere(row.device_name, row.number, row.model) for row in serving)
        found.append(HomeLot(lot, _scene(lot, layers, key, lawns), lawns, mowers))
    return tuple(found)


def _scene(lot: OwnLot, layers: dict[str, Any], key: str, lawns: tuple[dict[str, Any], ...]) -> LotScene | None:
    if lot.boundary is None:
        return None
    house = _one(layers["houses"], "lot", key)
    dock = _one(layers["docks"], "lot", key)
    return LotScene(
        frame=lot.frame,
        boundary=lot.boundary,
        house=house["geometry"] if house else None,
        lawns=lawns,
        fixtures=[
            (item["properties"]["kind"], item["geometry"])
            for item in layers["features"]["features"]
            if item["properties"]["lot"] == key
        ],
        roads=[
            (item["properties"]["name"], item["properties"]["road_class"], item["geometry"])
            for item in layers["roads"]["features"]
        ],
        dock=tuple(dock["geometry"]["coordinates"]) if dock else None,
        number=lot.address.split(" ")[0],
    )


def _one(layer: dict[str, Any], name: str, key: str) -> dict[str, Any] | None:
    return next((item for item in layer["features"] if item["properties"][name] == key), None)


def _all(layer: dict[str, Any], key: str) -> list[dict[str, Any]]:
    return [item["geometry"] for item in layer["features"] if item["properties"]["lot"] == key]
