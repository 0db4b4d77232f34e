"""Polygons as people and files give them: read with care. Pure."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from shapely import Polygon
from shapely.errors import ShapelyError

from core.neighbourhood.lots.plane import Position
from core.texts import N_, Text

MOST_RAW_CORNERS = 20_000
"""Corners of anything we look at at all; beyond, a drawing is refused unread."""


class NotAPolygon(Exception):
    """What was drawn is no polygon; the message says why and what was expected."""


def read_polygon(geometry: object) -> Polygon:
    """The polygon of a GeoJSON geometry, valid or not, closed rings of at least three corners, on the map, flat.

    Raises `NotAPolygon`.
    """
    if not isinstance(geometry, Mapping) or geometry.get("type") != "Polygon":
        kind = geometry.get("type") if isinstance(geometry, Mapping) else type(geometry).__name__
        raise NotAPolygon(Text("{kind}; expected a GeoJSON Polygon", kind=str(kind)[:40]))
    rings = geometry.get("coordinates")
    if not isinstance(rings, list | tuple) or not rings:
        raise NotAPolygon(N_("has no rings"))
    if sum(len(ring) if isinstance(ring, list | tuple) else 1 for ring in rings) > MOST_RAW_CORNERS:
        raise NotAPolygon(Text("has more than {n:,} corners", n=MOST_RAW_CORNERS))
    places = [_ring(ring) for ring in rings]
    try:
        return Polygon(places[0], places[1:])
    except (ShapelyError, ValueError, TypeError) as error:
        raise NotAPolygon(Text("is not a polygon ({problem})", problem=error)) from error


def _ring(ring: Any) -> list[Position]:
    if not isinstance(ring, list | tuple):
        raise NotAPolygon(N_("a ring is not a list of positions"))
    places = [_place(place) for place in ring]
    if len(set(places)) < 3:
        raise NotAPolygon(N_("a ring has fewer than three corners"))
    return places


def _place(place: Any) -> Position:
    if not isinstance(place, list | tuple) or len(place) < 2:
        raise NotAPolygon(N_("a corner is not [longitude, latitude]"))
    longitude, latitude = place[0], place[1]
    for number, bound in ((longitude, 180), (latitude, 90)):
        if isinstance(number, bool) or not isinstance(number, int | float) or not isfinite(number):
            raise NotAPolygon(N_("a corner is not made of two numbers"))
        if abs(number) > bound:
            raise NotAPolygon(N_("leaves the map; expected [longitude, latitude] in degrees"))
    return float(longitude), float(latitude)
