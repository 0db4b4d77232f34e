"""Why the path rule says what it says of one pair: the corridor, or the barrier that bars every corridor."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping

from core.geo import Floats
from core.neighbourhood.answers import Blocker
from core.neighbourhood.path.land import Land
from core.neighbourhood.path.search import Way
from core.neighbourhood.rules import UNNAMED_ROAD, Reason
from core.texts import Text

ELLIPSE_CORNERS = 96
UNNAMED_OBSTACLE = Text("an obstacle")
type LonLat = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """Reason with its values, and what is drawn: degrees."""

    reason: Reason
    values: dict[str, Any] = field(hash=False)
    route: LonLat | None = None
    barrier: dict[str, Any] | None = None
    """GeoJSON of the strips that cut the one home off from the other, within reach of the longest corridor."""
    blocked_by: Blocker | None = None


class Pair:
    """Two homes on a land: (2,) metres each."""

    def __init__(self, land: Land, start: Floats, end: Floats, way: Way | None) -> None:
        self._land, self._start, self._end, self._way = land, start, end, way

    def qualified(self, length_m: float) -> Explained:
        if self._way is None:
            return Explained(Reason.NO_ROAD_BETWEEN, {}, self._route)
        return Explained(Reason.CORRIDOR_FOUND, {"length_m": round(length_m, 1), **self._round()}, self._route)

    def uncovered(self) -> Explained:
        return Explained(Reason.CORRIDOR_UNCOVERED, {"layer": self._land.layer.source.name}, self._route)

    def on_barrier(self) -> Explained:
        return Explained(Reason.HOME_ON_ROAD, self._round())

    def blocked(self, length_m: float) -> Explained:
        longest = self._land.parameters.longest_m
        if np.isfinite(length_m):  # there is a way, and it is too long
            values = {"length_m": round(length_m, 1), "longest_m": longest, **self._round()}
            return Explained(Reason.CORRIDOR_TOO_LONG, values, self._route, self._barrier(), self._blocker)
        values = {"longest_m": longest, **self._round()}
        return Explained(Reason.NO_CORRIDOR, values, None, self._barrier(), self._blocker)

    @property
    def _route(self) -> LonLat:
        xy = np.stack([self._start, self._end]) if self._way is None else self._way.points
        return tuple((round(float(x), 7), round(float(y), 7)) for x, y in self._land.plane.degrees(xy))

    @cached_property
    def _touched(self) -> list[int]:
        return self._land.touching(self._start, self._end)

    def _round(self) -> dict[str, Any]:
        """The first barrier in the straight way, in words."""
        if not self._touched:
            return {"road": UNNAMED_ROAD}
        first = self._touched[0]
        if first >= len(self._land.layer.roads):
            return {"road": UNNAMED_OBSTACLE}
        return {"road": self._land.layer.roads[first].name or UNNAMED_ROAD}

    @cached_property
    def _blocker(self) -> Blocker | None:
        """The first road in the straight way, and where the two meet or come nearest."""
        layer = self._land.layer
        road = next((barrier for barrier in self._touched if barrier < len(layer.roads)), None)
        if road is None:
            return None
        line, centre = shapely.LineString([self._start, self._end]), self._land.plane.flat(layer.lines[road])
        shared = shapely.intersection(line, centre)
        near = shapely.shortest_line(centre if shared.is_empty else shared, shapely.Point(self._start))
        if shared.is_empty:
            near = shapely.shortest_line(centre, line)
        longitude, latitude = self._land.plane.degrees(shapely.get_coordinates(near)[:1])[0]
        info = layer.roads[road]
        points = tuple((float(x), float(y)) for x, y in shapely.get_coordinates(layer.lines[road]))
        return Blocker(info.name, info.way_id, info.road_class, float(longitude), float(latitude), points)

    def _barrier(self) -> dict[str, Any]:
        """Within the ellipse that holds every corridor short enough: the joined strips that the straight way enters.

        Whatever parts the two ends from each other must be entered by the straight line between them.
        """
        ground = ellipse(self._start, self._end, self._land.parameters.longest_m)
        strips = shapely.intersection(shapely.union_all(self._land.strips_within(ground)), ground)
        line = shapely.LineString([self._start, self._end])
        entered = [part for part in shapely.get_parts(strips) if part.intersects(line)]
        shape = shapely.simplify(shapely.union_all(entered), 0.05)
        drawn = shapely.set_precision(self._land.plane.round(shape), 1e-7)
        found: dict[str, Any] = mapping(drawn)
        return found


def ellipse(start: Floats, end: Floats, length_m: float) -> shapely.Polygon:
    """Every place from which the ways to both ends are together at most so long; drawn round it, not within."""
    apart = float(np.hypot(*(end - start)))
    wide = max(length_m, apart) / 2
    narrow = np.sqrt(max(wide**2 - (apart / 2) ** 2, 0.25))
    turn = np.linspace(0, 2 * np.pi, ELLIPSE_CORNERS, endpoint=False)
    out = 1 / np.cos(np.pi / ELLIPSE_CORNERS)
    along = (end - start) / apart if apart else np.array([1.0, 0.0])
    across = np.array([-along[1], along[0]])
    points = out * (wide * np.cos(turn)[:, None] * along + narrow * np.sin(turn)[:, None] * across)
    return shapely.Polygon((start + end) / 2 + points)
