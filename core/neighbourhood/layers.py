"""A road layer made ready for questions: which homes it covers, and which straight lines touch its roads."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray

from core.geo import METRES_PER_DEGREE, Floats
from core.neighbourhood.rules import RuleParameters

type Flags = NDArray[np.bool_]
type Indices = NDArray[np.intp]

CIRCLE_CORNERS = 256
"""Corners of the polygon that encloses a circle: at most 0.0075 % wider than the circle (6 mm of 80 m)."""

ROUGH_CIRCLE_CORNERS = 32
"""The same where only nearness is asked: 0.5 % wider."""

BUFFER_QUADRANT_SEGMENTS = 16
"""The strip around a road is the polygon GEOS draws with so many pieces a quarter circle (shapely's default)."""

BUFFER_TOLERANCE = 0.02
"""How far, as a part of its width, that polygon may lie from the ideal strip: 0.12 % for the pieces of its arcs and
1 % for the simplification GEOS applies to its input. Closer calls are put to the polygon itself."""

SLACK = 1.001


@dataclass(frozen=True, slots=True)
class LayerSource:
    """Where a layer's roads come from, as shown beside every verdict."""

    name: str
    source: str
    rank: int
    data_date: datetime | None
    imported_at: datetime | None
    attribution: str


@dataclass(frozen=True, slots=True)
class RoadInfo:
    """What is told of a road that blocks."""

    way_id: str
    name: str
    road_class: str


class PreparedLayer:
    """Roads of one layer behind a spatial index. Never changed after it is built; safe to read from any thread."""

    def __init__(
        self,
        source: LayerSource,
        coverage: shapely.Geometry,
        roads: Sequence[RoadInfo],
        lines: Sequence[shapely.LineString],
    ) -> None:
        if len(roads) != len(lines):
            raise ValueError(f"{len(roads)} roads with {len(lines)} lines")
        self.source = source
        self.coverage = coverage
        self.roads = tuple(roads)
        self.lines = np.array(lines, dtype=object)
        self._boundary = coverage.boundary
        shapely.prepare([self.coverage, self._boundary])
        pieces, self._road_of_piece = _pieces(self.lines)
        self._pieces = pieces
        self._index = shapely.STRtree(pieces)
        self._strips: dict[float, NDArray[np.object_]] = {}

    def covers(self, longitude: Floats, latitude: Floats, radius_m: float) -> Flags:
        """Whether the whole circle around each home lies inside the coverage."""
        points = shapely.points(longitude, latitude)
        inside: Flags = shapely.intersects(self.coverage, points)
        if not inside.any():
            return inside
        most = float(np.max(_degrees_of(radius_m, latitude))) * SLACK
        near = np.flatnonzero(inside & shapely.dwithin(self._boundary, points, most))
        inside[near] = shapely.covers(self.coverage, circles(longitude[near], latitude[near], radius_m))
        return inside

    def holds(self, lines: NDArray[np.object_], margin_deg: float) -> Flags:
        """Whether each line lies inside the coverage, at least ``margin_deg`` of latitude from its edge."""
        inside: Flags = shapely.covers(self.coverage, lines)
        middle = shapely.get_coordinates(shapely.centroid(lines))[:, 1] if len(lines) else np.empty(0)
        wide = margin_deg / np.cos(np.radians(middle))
        return inside & ~np.asarray(shapely.dwithin(self._boundary, lines, wide), dtype=np.bool_)

    def reaches(self, longitude: Floats, latitude: Floats, radius_m: float) -> Flags:
        """Whether the coverage or a road of the layer meets the circle around each home."""
        around = circles(longitude, latitude, radius_m, corners=ROUGH_CIRCLE_CORNERS)
        reached: Flags = shapely.intersects(self.coverage, around)
        reached[self._index.query(around, predicate="intersects")[0]] = True
        return reached

    def touching(self, lines: NDArray[np.object_], parameters: RuleParameters) -> tuple[Indices, Indices]:
        """All pairs (index of a line, index of a road) in which the line touches the road's strip."""
        width = parameters.road_buffer_deg
        line, piece = self._index.query(lines, predicate="dwithin", distance=width * (1 + BUFFER_TOLERANCE))
        distance = shapely.distance(lines[line], self._pieces[piece])
        road = self._road_of_piece[piece]
        sure = distance <= width * (1 - BUFFER_TOLERANCE)
        close = np.flatnonzero(~sure)
        if close.size:
            strips = self._strips_of(np.unique(road[close]), width)
            sure[close] = shapely.intersects(strips[road[close]], lines[line[close]])
        return line[sure], road[sure]

    def _strips_of(self, wanted: Indices, width: float) -> NDArray[np.object_]:
        strips = self._strips.get(width)
        if strips is None:
            strips = np.full(len(self.lines), None, dtype=object)
        missing = np.array([road for road in wanted if strips[road] is None], dtype=np.intp)
        if missing.size:
            strips = strips.copy()
            strips[missing] = shapely.buffer(self.lines[missing], width, quad_segs=BUFFER_QUADRANT_SEGMENTS)
            self._strips = {width: strips}
        return strips


def circles(
    longitude: Floats, latitude: Floats, radius_m: float, *, corners: int = CIRCLE_CORNERS
) -> NDArray[np.object_]:
    """Polygons that enclose the circle of ``radius_m`` around each home, tightly."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = radius_m / np.cos(np.pi / corners)
    east = longitude[:, None] + np.cos(angle) * (_degrees_of(reach, latitude)[:, None])
    north = latitude[:, None] + np.sin(angle) * (reach / METRES_PER_DEGREE)
    polygons: NDArray[np.object_] = shapely.polygons(np.stack([east, north], axis=2))
    return polygons


def straight(ends: Floats) -> NDArray[np.object_]:
    """Lines between pairs of points, shape (n, 2, 2); a point where both are one.

    (GEOS measures wrong distances from a line without length.)
    """
    lines: NDArray[np.object_] = shapely.linestrings(ends)
    without_length = np.flatnonzero((ends[:, 0] == ends[:, 1]).all(axis=1))
    lines[without_length] = shapely.points(ends[without_length, 0])
    return lines


def _degrees_of(metres: float, latitude: Floats) -> Floats:
    """East-west degrees that span ``metres``; the wider of the two directions away from the equator."""
    cosine = np.maximum(np.cos(np.radians(latitude)), 1e-6)
    return np.asarray(metres / (METRES_PER_DEGREE * cosine), dtype=np.float64)


def _pieces(lines: NDArray[np.object_]) -> tuple[NDArray[np.object_], Indices]:
    """Every road cut into its straight pieces, which index far better than whole roads; points where a node repeats."""
    if not len(lines):
        return np.array([], dtype=object), np.array([], dtype=np.intp)
    points, road = shapely.get_coordinates(lines, return_index=True)
    same = np.flatnonzero(road[1:] == road[:-1])
    pieces = straight(np.stack([points[same], points[same + 1]], axis=1))
    return pieces, road[same].astype(np.intp)
