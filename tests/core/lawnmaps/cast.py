"""Elm Row seen from above: lots of 30 by 40 m side by side, and lawns drawn on them in metres."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import numpy as np

from core.fleet.model import DeviceMap, MapZone, Ring
from core.geo import LocalFrame, Point
from core.ids import new_id
from core.neighbourhood import LotView
from tests.core.fleet.cast import LUBA, NOON

FRAME = LocalFrame(Point(-92.5, 44.01))
HOUSEHOLD = new_id()


def ring(*places: tuple[float, float]) -> Ring:
    """Metres east and north of Elm Row's corner as longitude, latitude pairs."""
    metres = np.array(places, dtype=np.float64)
    longitudes, latitudes = FRAME.to_lonlat(metres[:, 0], metres[:, 1])
    return tuple(zip(longitudes.tolist(), latitudes.tolist(), strict=True))


def box(west: float, south: float, east: float, north: float) -> Ring:
    return ring((west, south), (east, south), (east, north), (west, north))


def zone(name: str, *corners: float, key: int | None = None) -> MapZone:
    """A rectangular zone; its hash follows from its place, as the vendor's does."""
    return MapZone(abs(hash(corners)) % 2**63 if key is None else key, name, box(*corners))  # type: ignore[arg-type]


def lawn(*zones: MapZone, **more: Any) -> DeviceMap:
    return DeviceMap(**{"device_name": LUBA, "synced_at": NOON, "areas": zones} | more)


def lot(number: int, *, household: UUID | None = HOUSEHOLD, source: str = "drawn", **more: Any) -> LotView:
    """Lot ``number`` of the row: 30 m wide, 40 m deep."""
    corners = box(30 * number, 0, 30 * number + 30, 40)
    places = [list(place) for place in (*corners, corners[0])]
    return LotView(
        id=more.pop("id", None) or new_id(), household_id=household, address=f"{number} ELM ROW", city="BYRON",
        longitude=corners[0][0], latitude=corners[0][1],
        boundary=more.pop("boundary", {"type": "Polygon", "coordinates": [places]}), house=None, lawns=(),
        source=source, time_zone="America/Chicago", area_m2=1200.0, lawn_area_m2=None,
    )  # fmt: skip


@dataclass
class Row:
    """A shelf of lots that a test fills."""

    lots: list[LotView] = field(default_factory=list)

    async def lots_near(self, box: tuple[float, float, float, float]) -> Sequence[LotView]:
        return tuple(self.lots)
