"""How far it is from home to home: along verified corridors for a mower, along roads for a crew."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import shapely
from numpy.typing import NDArray

from core.geo import METRES_PER_DEGREE
from core.neighbourhood.routes.model import NO_WAY

GRID_DEG = 1e-7
"""Road ends so near to one another are one crossing (1 cm)."""

STRIP_M = 6.0
"""Half the width of a road: an end so near to a centre line lies on that road."""

FARTHEST_FROM_ROAD_M = 200.0
"""A home farther from every road has none."""

type Links = dict[int, dict[int, float]]
"""From a node to the nodes beside it, in metres."""


def corridor_lengths(home_ids: Sequence[int], corridors: Iterable[tuple[int, int, float]]) -> NDArray[np.int64]:
    """Metres between homes along corridors (first, second, metres), from one to the next where none leads straight;
    rounded up, ``NO_WAY`` where none leads at all."""
    links: Links = {home: {} for home in home_ids}
    for first, second, metres in corridors:
        if first in links and second in links:
            shorter = min(metres, links[first].get(second, float("inf")))
            links[first][second] = links[second][first] = shorter
    return _matrix(links, list(home_ids))


@dataclass(frozen=True)
class RoadMap:
    """Roads as a graph: crossings and bends are nodes; a road may be driven both ways."""

    links: Links
    points: NDArray[np.float64]
    """Longitude and latitude of each node."""
    _segments: tuple[NDArray[np.int64], shapely.STRtree]

    def lengths(self, places: Sequence[tuple[float, float]]) -> NDArray[np.int64]:
        """Metres between places (longitude, latitude), from the nearest point of a road to that of the other, with the
        straight way to and from the road; rounded up, ``NO_WAY`` where no road leads."""
        links = {node: dict(beside) for node, beside in self.links.items()}
        fresh = [len(self.points) + number for number in range(len(places))]
        joined: dict[int, list[_OnRoad]] = {}
        for node, place in zip(fresh, places, strict=True):
            links[node] = {}
            self._join(links, node, place, joined)
        return _matrix(links, fresh)

    def _join(self, links: Links, node: int, place: tuple[float, float], joined: "dict[int, list[_OnRoad]]") -> None:
        """Link a place with both ends of the nearest piece of road, and with the places that joined it before."""
        ends, tree = self._segments
        if not len(ends):
            return
        point = shapely.Point(_flat(np.array([place]), self._narrow)[0])
        segment = int(tree.nearest(point))
        line = tree.geometries[segment]
        own = _OnRoad(node, float(line.project(point)), float(line.distance(point)))
        if own.away_m > FARTHEST_FROM_ROAD_M:
            return
        first, second = ends[segment].tolist()
        _link(links, node, first, own.away_m + own.along_m)
        _link(links, node, second, own.away_m + float(line.length) - own.along_m)
        for other in joined.setdefault(segment, []):
            _link(links, node, other.node, own.away_m + abs(own.along_m - other.along_m) + other.away_m)
        joined[segment].append(own)

    @property
    def _narrow(self) -> float:
        return float(np.cos(np.radians(self.points[:, 1].mean()))) if len(self.points) else 1.0


@dataclass(frozen=True, slots=True)
class _OnRoad:
    """A place beside a piece of road: metres along it and away from it."""

    node: int
    along_m: float
    away_m: float


def road_map(lines: Sequence[shapely.LineString]) -> RoadMap:
    """Roads that cross meet where they cross, too, even if they share no point there; an end on another road's strip
    meets that road."""
    joined = shapely.MultiLineString([*lines, *_stubs(list(lines))])
    noded = shapely.unary_union(joined, grid_size=GRID_DEG)
    coordinates, index = shapely.get_coordinates(shapely.get_parts(noded), return_index=True)
    keys = np.round(coordinates / GRID_DEG).astype(np.int64).reshape(-1, 2)
    _, where, node = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    points = coordinates[where].reshape(-1, 2)
    node = np.asarray(node).reshape(-1)
    same = index[1:] == index[:-1] if len(index) else np.array([], dtype=np.bool_)
    ends = np.stack([node[:-1][same], node[1:][same]], axis=1) if len(index) else np.empty((0, 2), dtype=np.int64)
    ends = ends[ends[:, 0] != ends[:, 1]]
    narrow = float(np.cos(np.radians(points[:, 1].mean()))) if len(points) else 1.0
    flat = _flat(points, narrow)
    segments = shapely.linestrings(flat[ends]) if len(ends) else np.array([], dtype=object)
    links: Links = {number: {} for number in range(len(points))}
    for (first, second), metres in zip(ends.tolist(), shapely.length(segments).tolist(), strict=True):
        _link(links, first, second, metres)
    return RoadMap(links, points, (ends.astype(np.int64), shapely.STRtree(segments)))


def _stubs(lines: list[shapely.LineString]) -> list[shapely.LineString]:
    """From the ends that stop just short of another road, the rest of the way to its centre line."""
    found = []
    tree = shapely.STRtree(lines)
    for number, line in enumerate(lines):
        for end in (shapely.get_point(line, 0), shapely.get_point(line, -1)):
            reach = STRIP_M / METRES_PER_DEGREE / max(0.01, float(np.cos(np.radians(end.y))))
            for other in tree.query(end, predicate="dwithin", distance=reach).tolist():
                way = shapely.shortest_line(end, lines[other])
                if other != number and way.length and _metres(way) <= STRIP_M:
                    found.append(way)
    return found


def _metres(way: shapely.LineString) -> float:
    points = shapely.get_coordinates(way)
    return float(shapely.LineString(_flat(points, float(np.cos(np.radians(points[0, 1]))))).length)


def _flat(points: NDArray[np.float64], narrow: float) -> NDArray[np.float64]:
    """Degrees as metres on a plane; good to some parts in a thousand over a county."""
    return np.asarray(points * np.array([METRES_PER_DEGREE * narrow, METRES_PER_DEGREE]), dtype=np.float64)


def _link(links: Links, one: int, other: int, metres: float) -> None:
    links[one][other] = links[other][one] = min(metres, links[one].get(other, float("inf")))


def _matrix(links: Links, nodes: Sequence[int]) -> NDArray[np.int64]:
    """Shortest ways between nodes (Dijkstra, 1959), whole metres rounded up."""
    found = np.full((len(nodes), len(nodes)), NO_WAY, dtype=np.int64)
    for row, start in enumerate(nodes):
        metres = _from(links, start, set(nodes))
        for column, end in enumerate(nodes):
            if end in metres:
                found[row, column] = ceil(metres[end] - 1e-9)
    return found


def _from(links: Links, start: int, wanted: set[int]) -> dict[int, float]:
    known: dict[int, float] = {}
    missing = set(wanted)
    queue = [(0.0, start)]
    while queue and missing:
        metres, node = heapq.heappop(queue)
        if node in known:
            continue
        known[node] = metres
        missing.discard(node)
        for beside, length in links[node].items():
            if beside not in known:
                heapq.heappush(queue, (metres + length, beside))
    return known
