"""Corners taken to what is near: a vertex first, else an edge. Pure; the same rule the browser draws by."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from core.neighbourhood.lawns.model import LawnRules, Position, Surroundings
from core.neighbourhood.lawns.shapes import Plane
from core.neighbourhood.lots.model import NearRoad
from core.neighbourhood.lots.polygons import NotAPolygon


@dataclass(frozen=True, slots=True)
class Snapped:
    """Where a corner goes, and to what: ``vertex``, ``edge``, or empty when nothing is near."""

    place: Position
    to: str
    moved_m: float


class SnapTargets:
    """Lines in metres of a plane that corners may be taken to."""

    def __init__(self, plane: Plane, lines: Iterable[BaseGeometry]) -> None:
        self._plane = plane
        self._lines = shapely.multilinestrings([line for line in lines if line.length > 0])
        self._vertices = shapely.multipoints(shapely.get_coordinates(self._lines))

    def nearest(self, place: Position, within_m: float) -> Snapped:
        """The nearest vertex within reach, else the nearest place on an edge within reach, else where it is."""
        corner = self._plane.metres(Point(*place))
        for kind, targets in (("vertex", self._vertices), ("edge", self._lines)):
            if not targets.is_empty and (away := shapely.distance(targets, corner)) <= within_m:
                target = shapely.get_point(shapely.shortest_line(targets, corner), 0)
                degrees = self._plane.degrees(target)
                return Snapped((float(degrees.x), float(degrees.y)), kind, float(away))
        return Snapped(place, "", 0.0)


def targets_of(around: Surroundings, *, others: Sequence[dict[str, Any]] = ()) -> SnapTargets:
    """What a lawn's corner may be taken to: the lot, its house, neighbours' lots and lawns, edges of roads, and the
    ``others`` (lawns of the same lot)."""
    plane = Plane.around(around.address_point)
    polygons = [around.boundary, around.house, *others]
    for near in around.neighbours:
        polygons += [near.boundary, *near.lawns]
    lines = [line for polygon in polygons if polygon is not None for line in _rings(plane, polygon)]
    return SnapTargets(plane, [*lines, *(edge for road in around.roads for edge in _road_edges(plane, road))])


def snap_ring(ring: Sequence[Position], targets: SnapTargets, rules: LawnRules) -> tuple[Position, ...]:
    """An open ring with every corner taken to what is near; corners that fall together become one."""
    places = [targets.nearest(place, rules.snap_m).place for place in ring]
    kept = [place for number, place in enumerate(places) if place != places[number - 1]]
    return tuple(kept if len(kept) >= 3 else ring)


def _rings(plane: Plane, polygon: Any) -> list[BaseGeometry]:
    try:
        found = plane.read(polygon)
    except NotAPolygon:
        return []
    return [LineString(ring.coords) for ring in (found.exterior, *found.interiors)]


def _road_edges(plane: Plane, road: NearRoad) -> list[BaseGeometry]:
    if len(set(road.line)) < 2:
        return []
    strip = plane.metres(LineString(np.array(road.line))).buffer(road.half_width_m, cap_style="flat")
    return [LineString(part.exterior.coords) for part in shapely.get_parts(strip)]
