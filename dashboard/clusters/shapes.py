"""Geometry that only screens need: the ground around a cluster's homes, and areas of GeoJSON in square metres."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape

from core.geo import LocalFrame, Point

AROUND_M = 13.0
"""How far a hull reaches beyond the address points: about half a lot."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A local plane in metres."""

    frame: LocalFrame

    def metres(self, geometry: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(geometry, lambda at: np.column_stack(self.frame.to_metres(at[:, 0], at[:, 1])))

    def degrees(self, geometry: shapely.Geometry) -> shapely.Geometry:
        return shapely.transform(geometry, lambda at: np.column_stack(self.frame.to_lonlat(at[:, 0], at[:, 1])))

    def area(self, geometry: dict[str, Any]) -> float:
        """Square metres of a GeoJSON polygon or multipolygon."""
        return float(self.metres(shape(geometry)).area)


def frame_at(place: Point) -> Ground:
    return Ground(LocalFrame(place))


def hull_of(places: Sequence[Point]) -> dict[str, Any]:
    """A rounded outline around the homes, as a GeoJSON Polygon."""
    ground = frame_at(places[0])
    corners = shapely.MultiPoint([(place.longitude, place.latitude) for place in places])
    around = ground.metres(corners).convex_hull.buffer(AROUND_M, quad_segs=6)
    outline = ground.degrees(around)
    ring = [[round(x, 7), round(y, 7)] for x, y in mapping(outline)["coordinates"][0]]
    return {"type": "Polygon", "coordinates": [ring]}
