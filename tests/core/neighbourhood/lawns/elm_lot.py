"""2 Elm Street: a lot of 20 m by 30 m, a house in its middle, a neighbour to the east, Elm Street to the south."""

from typing import Any

import numpy as np

from core.geo import LocalFrame, Point
from core.neighbourhood.lawns import Drawing, NearLot, NearRoad, Surroundings

ORIGIN = (-92.5, 44.0)
FRAME = LocalFrame(Point(*ORIGIN))


def place(x: float, y: float) -> tuple[float, float]:
    """Metres east and north of the lot's south-west corner as longitude and latitude."""
    longitude, latitude = FRAME.to_lonlat(np.array([x - 10]), np.array([y - 15]))
    return float(longitude[0]), float(latitude[0])


def ring(*corners: tuple[float, float]) -> list[list[float]]:
    return [list(place(*corner)) for corner in (*corners, corners[0])]


def polygon(*corners: tuple[float, float], holes: tuple[Any, ...] = ()) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": [ring(*corners), *(ring(*hole) for hole in holes)]}


def box(west: float, south: float, east: float, north: float, *, holes: tuple[Any, ...] = ()) -> dict[str, Any]:
    return polygon((west, south), (east, south), (east, north), (west, north), holes=holes)


def corners_of(west: float, south: float, east: float, north: float) -> tuple[tuple[float, float], ...]:
    return (west, south), (east, south), (east, north), (west, north)


LOT = box(0, 0, 20, 30)
HOUSE = box(6, 12, 14, 20)
NEXT_DOOR = NearLot(None, "4 ELM ST", box(20, 0, 40, 30), (box(21, 1, 39, 10),))
ELM_STREET = NearRoad("Elm Street", "residential", (place(-50, -6), place(80, -6)), 3.5, True)
AROUND = Surroundings(LOT, HOUSE, ORIGIN, (NEXT_DOOR,), (ELM_STREET,))
BACK_LAWN = box(1, 21, 19, 29)


def drawn(*lawns: dict[str, Any], **more: Any) -> Drawing:
    return Drawing(tuple(lawns), **more)
