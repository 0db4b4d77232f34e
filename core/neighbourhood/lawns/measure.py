"""Areas of what is drawn. One source everywhere: the geodesic area on WGS84, the same that lots are measured by."""

from collections.abc import Mapping, Sequence
from math import cos, radians, sin, sqrt
from typing import Any

import shapely

from core.neighbourhood.lawns.model import SQUARE_FEET_PER_M2, LawnArea
from core.neighbourhood.lot_shapes import polygon_area_m2
from core.neighbourhood.lots.polygons import NotAPolygon, read_polygon

WGS84_RADIUS_M = 6_378_137.0
WGS84_FLATTENING = 1 / 298.257_223_563


def lawn_area(lawn: Mapping[str, Any]) -> LawnArea | None:
    """The area of one lawn, holes left out; ``None`` while it is no valid polygon: unknown stays unknown."""
    try:
        polygon = read_polygon(lawn)
    except NotAPolygon:
        return None
    if not polygon.is_valid or polygon.is_empty:
        return None
    return area_of(polygon)


def area_of(polygon: shapely.Polygon) -> LawnArea:
    """The same of a valid WGS84 polygon."""
    square_metres = polygon_area_m2(polygon)
    return LawnArea(square_metres, square_metres * SQUARE_FEET_PER_M2, len(polygon.interiors))


def total(areas: Sequence[LawnArea | None]) -> float | None:
    """Square metres of all lawns; ``None`` when there is none, or one of them is unknown."""
    if not areas or any(area is None for area in areas):
        return None
    return sum(area.area_m2 for area in areas if area is not None)


def metres_per_degree(latitude: float) -> tuple[float, float]:
    """Metres that a degree of longitude and one of latitude span on the WGS84 ellipsoid, at this latitude.

    With these two factors the plain shoelace formula gives the area of a lot to some parts in a hundred thousand: the
    browser measures with it while a person draws. Radii of curvature: Snyder 1987, "Map Projections", (4-18), (4-20).
    """
    squared = WGS84_FLATTENING * (2 - WGS84_FLATTENING)
    bend = 1 - squared * sin(radians(latitude)) ** 2
    east = WGS84_RADIUS_M / sqrt(bend) * cos(radians(latitude))
    north = WGS84_RADIUS_M * (1 - squared) / bend**1.5
    return radians(1) * east, radians(1) * north
