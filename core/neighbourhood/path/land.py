"""The land as the path rule sees it: what a corridor keeps off, and the corners it may bend round."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi

import numpy as np
import shapely
from numpy.typing import NDArray

from core.geo import Floats
from core.neighbourhood.layers import Flags, Indices, PreparedLayer
from core.neighbourhood.path.parameters import PathParameters
from core.neighbourhood.path.plane import Plane

QUADRANT_SEGMENTS = 4
ROUNDING = 1.01 / cos(pi / (4 * QUADRANT_SEGMENTS))
"""So much wider is the polygon whose corners are bent round: its sides then keep off by 1 % more than asked, which is
more than GEOS takes away when it simplifies what it buffers."""
CHUNK = 200_000


type Web = dict[int, list[tuple[int, float]]]
"""From a corner, or a home, to corners: (corner, metres)."""


@dataclass(frozen=True, slots=True)
class Corners:
    """Corners of barriers at which a shortest way may bend: (n, 2) metres each."""

    at: Floats
    before: Floats
    after: Floats


class Land:
    """Barriers of one road layer, with obstacles where known. Never changed once built, but for what it remembers of
    the lines between its corners; safe to read from any thread.

    ``obstacles``: polygons in degrees (houses, fences, water) that the corridor keeps off by half its width.
    """

    def __init__(
        self, layer: PreparedLayer, parameters: PathParameters, obstacles: Sequence[shapely.Geometry] = ()
    ) -> None:
        self.layer = layer
        self.parameters = parameters
        self.plane = Plane(*_middle(layer.lines, obstacles))
        roads = [self.plane.flat(line) for line in layer.lines]
        walls = [self.plane.flat(shape) for shape in obstacles]
        clearance = [parameters.clearance_m(road.road_class) for road in layer.roads]
        clearance += [parameters.corridor_m / 2] * len(walls)
        self._barriers = np.array([*roads, *walls], dtype=object)
        self._clearances = np.array(clearance, dtype=np.float64)
        pieces, self._barrier_of_piece = _pieces(self._barriers)
        self._pieces = pieces
        self._clearance = self._clearances[self._barrier_of_piece]
        self._most = float(self._clearance.max(initial=0.0))
        self._index = shapely.STRtree(pieces)
        self.corners = _corners(shapely.buffer(pieces, self._clearance * ROUNDING, quad_segs=QUADRANT_SEGMENTS))
        self._corner_index = shapely.STRtree(shapely.points(self.corners.at))
        self._webs: dict[float, Web] = {}

    def blocked(self, starts: Floats, ends: Floats) -> Flags:
        """Which straight lines between (n, 2) metres come nearer to a barrier than its clearance: exact."""
        found = np.zeros(len(starts), dtype=np.bool_)
        for begin in range(0, len(starts), CHUNK):
            part = slice(begin, begin + CHUNK)
            line, _piece, _ = self._near(_lines(starts[part], ends[part]))
            found[begin + line] = True
        return found

    def touching(self, start: Floats, end: Floats) -> list[int]:
        """The barriers (positions; those after the roads are obstacles) that a straight line touches, nearest first."""
        _line, piece, _ = self._near(_lines(start[None], end[None]))
        barriers = np.unique(self._barrier_of_piece[piece])
        origin = shapely.points(start)
        return sorted((int(b) for b in barriers), key=lambda b: float(shapely.distance(self._barriers[b], origin)))

    def on_barrier(self, points: Floats) -> Flags:
        """Which (n, 2) points stand on a barrier's strip, so that no corridor can begin there."""
        return self.blocked(points, points)

    def corners_within(self, points: Floats, reach_m: float) -> tuple[Indices, Indices]:
        """All pairs (position of a point, position of a corner) at most ``reach_m`` apart."""
        point, corner = self._corner_index.query(shapely.points(points), predicate="dwithin", distance=reach_m)
        return point, corner

    def bends(self, corner: Indices, towards: Floats) -> Flags:
        """Which lines from a corner to a place touch the barrier there without cutting into it: taut ways only."""
        at = self.corners.at[corner]
        line = towards - at
        before = _cross(line, self.corners.before[corner] - at)
        after = _cross(line, self.corners.after[corner] - at)
        return np.asarray(before * after >= -1e-9, dtype=np.bool_)

    @property
    def widest_m(self) -> float:
        """The widest clearance any barrier asks for."""
        return self._most

    def web(self, longest_m: float) -> Web:
        """What was found so far of the lines between corners that are at most so long; `search` fills it."""
        return self._webs.setdefault(longest_m, {})

    def strip(self, barrier: int) -> shapely.Geometry:
        """The ground around a barrier that the corridor's centre line may not enter, in metres."""
        return shapely.buffer(self._barriers[barrier], self._clearances[barrier])

    def strips_within(self, ground: shapely.Geometry) -> list[shapely.Geometry]:
        """The strips of all barriers that reach into a piece of ground (metres)."""
        piece = self._index.query(ground, predicate="dwithin", distance=self._most)
        return [self.strip(int(barrier)) for barrier in np.unique(self._barrier_of_piece[piece])]

    def _near(self, lines: NDArray[np.object_]) -> tuple[Indices, Indices, Floats]:
        line, piece = self._index.query(lines, predicate="dwithin", distance=self._most)
        distance = shapely.distance(lines[line], self._pieces[piece])
        near = distance < self._clearance[piece]
        return line[near], piece[near], distance[near]


def _middle(lines: NDArray[np.object_], obstacles: Sequence[shapely.Geometry]) -> tuple[float, float]:
    west, south, east, north = shapely.total_bounds(np.array([*lines, *obstacles], dtype=object))
    return (0.0, 0.0) if np.isnan(west) else ((west + east) / 2, (south + north) / 2)


def _pieces(barriers: NDArray[np.object_]) -> tuple[NDArray[np.object_], Indices]:
    """Roads cut at their bends, so that a small box says where each piece is; obstacles whole."""
    pieces: list[shapely.Geometry] = []
    owner: list[int] = []
    for number, shape in enumerate(barriers):
        parts = [shape]
        if shape.geom_type == "LineString":
            xy = shapely.get_coordinates(shape)
            parts = list(shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1)))
        pieces += parts
        owner += [number] * len(parts)
    return np.array(pieces, dtype=object), np.array(owner, dtype=np.intp)


def _corners(strips: NDArray[np.object_]) -> Corners:
    """Corners of the joined strips that stick out into free land."""
    joined = shapely.union_all(strips) if len(strips) else shapely.Polygon()
    at, before, after = [np.empty((0, 2))], [np.empty((0, 2))], [np.empty((0, 2))]
    for polygon in shapely.get_parts(shapely.orient_polygons(joined)):
        for ring in (polygon.exterior, *polygon.interiors):
            xy = shapely.get_coordinates(ring)[:-1]
            back, on = np.roll(xy, 1, axis=0), np.roll(xy, -1, axis=0)
            out = _cross(xy - back, on - xy) > 1e-9  # the barrier lies to the left: a left turn sticks out
            at.append(xy[out])
            before.append(back[out])
            after.append(on[out])
    return Corners(np.concatenate(at), np.concatenate(before), np.concatenate(after))


def _cross(a: Floats, b: Floats) -> Floats:
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])


def _lines(starts: Floats, ends: Floats) -> NDArray[np.object_]:
    """Straight lines; points where both ends are one place."""
    lines: NDArray[np.object_] = shapely.linestrings(np.stack([starts, ends], axis=1))
    same = np.flatnonzero((starts == ends).all(axis=1))
    lines[same] = shapely.points(starts[same])
    return lines
