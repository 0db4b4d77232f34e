"""Polygons as drawn: read with care, and where a ring crosses itself. Pure; metres of a local frame inside."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from shapely import MultiPoint
from shapely.geometry.base import BaseGeometry

from core.neighbourhood.lots.plane import Plane as LotPlane
from core.neighbourhood.lots.plane import geojson
from core.neighbourhood.lots.polygons import read_polygon


class Plane(LotPlane):
    """Metres around a lot, for what is drawn there."""

    def read(self, geometry: object) -> Any:
        """`read_polygon`, in metres."""
        return self.metres(read_polygon(geometry))

    def told(self, geometry: BaseGeometry) -> dict[str, Any] | None:
        """What to show of it, as GeoJSON in degrees to the centimetre; ``None`` for nothing."""
        return None if geometry.is_empty else geojson(shapely.set_precision(self.degrees(geometry), 1e-7))


def plain(geometry: Mapping[str, Any]) -> dict[str, Any]:
    """A polygon as it is stored: type, two numbers a corner, rings closed; ``part`` is kept."""
    polygon = read_polygon(geometry)
    kept = {"part": str(geometry["part"])[:20]} if geometry.get("part") else {}
    return geojson(polygon) | kept


def crossings(ring: Any) -> MultiPoint:
    """Where a closed ring crosses or touches itself; empty for a simple one."""
    corners = shapely.remove_repeated_points(shapely.LineString(ring.coords))
    if corners.is_simple:
        return MultiPoint()
    places = shapely.get_coordinates(corners)
    edges = shapely.linestrings(np.stack([places[:-1], places[1:]], axis=1))
    first, second = shapely.STRtree(edges).query(edges, predicate="intersects")
    last = len(edges) - 1
    apart = (second - first > 1) & ~((first == 0) & (second == last))
    shared = list(shapely.intersection(edges[first[apart]], edges[second[apart]]))
    shared += _folds(edges)
    points = shapely.get_coordinates(shared)
    return MultiPoint(np.unique(np.round(points, 3), axis=0)) if len(points) else MultiPoint([places[0]])


def _folds(edges: Any) -> list[BaseGeometry]:
    """Edges that run back over the one before them."""
    shared = shapely.intersection(edges, np.roll(edges, -1))
    return [part for part in shared if part.length > 0]
