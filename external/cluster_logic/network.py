"""The road network around a point as OSMnx 1.x hands it out, from centre lines: pure.

OSMnx (https://github.com/gboeing/osmnx, ``graph_from_point`` with ``dist_type="bbox"``, ``simplify``, ``retain_all``
left at its default) joins the pieces between two junctions or dead ends into one edge, keeps the edges of which both
ends lie within the window, and of these the largest connected part. So a road that leaves the window is dropped as a
whole: the cause of the original's mistakes.

Two differences, as our imports keep neither one-way tags nor node keys: every road is open both ways, and nodes are
one where their coordinates are equal. Where two parts are equally large the one met first in the roads is kept.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from external.cluster_logic.question import Line

EARTH_RADIUS_M = 6_371_009.0
"""OSMnx's own."""


NO_ROADS = "no road is left within the window"


class NoRoads(ValueError):
    """OSMnx raises, too, where nothing is left."""


class Network:
    """Edges between junctions, made once; windows of it are taken for each host."""

    def __init__(self, roads: Sequence[Line]) -> None:
        number: dict[tuple[float, float], int] = {}
        chains = [[number.setdefault(point, len(number)) for point in road] for road in roads]
        paths = list(_edges(chains))
        at = np.array(list(number), dtype=np.float64).reshape(-1, 2)
        self._ends = np.array([(path[0], path[-1]) for path in paths], dtype=np.intp).reshape(-1, 2)
        self._nodes = np.unique(self._ends)
        self._at = at
        self._lines = np.array([shapely.LineString(at[path]) for path in paths], dtype=object)

    def window(self, latitude: float, longitude: float, dist_m: float) -> NDArray[np.object_]:
        """The lines of the edges that are left within ``dist_m`` north, south, east and west of a point.

        ``NoRoads`` when there is none.
        """
        north = np.degrees(dist_m / EARTH_RADIUS_M)
        east = north / np.cos(np.radians(latitude))
        inside = (np.abs(self._at - (longitude, latitude)) <= (east, north)).all(axis=1)
        edges = np.flatnonzero(inside[self._ends].all(axis=1))
        part = _largest_part(self._nodes[inside[self._nodes]].tolist(), self._ends[edges].tolist())
        left = [edge for edge in edges.tolist() if int(self._ends[edge, 0]) in part]
        if not left:
            raise NoRoads(NO_ROADS)
        return self._lines[left]


def _edges(chains: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Paths of nodes from junction or dead end to the next; rings without either stay in their pieces."""
    beside: dict[int, dict[int, None]] = defaultdict(dict)  # dicts, as sets would not keep the order
    for chain in chains:
        for one, other in pairwise(chain):
            if one != other:
                beside[one][other] = beside[other][one] = None
    walked: set[tuple[int, int]] = set()
    for start in [node for node, near in beside.items() if len(near) != 2]:
        for first in beside[start]:
            if (start, first) in walked:
                continue
            path = [start, first]
            while path[-1] != start and len(beside[path[-1]]) == 2:
                path.append(next(node for node in beside[path[-1]] if node != path[-2]))
            steps = list(pairwise(path))
            walked.update(steps, ((there, here) for here, there in steps))
            yield path
    for node, near in beside.items():
        yield from ([node, other] for other in near if node < other and (node, other) not in walked)


def _largest_part(nodes: Sequence[int], edges: Sequence[Sequence[int]]) -> set[int]:
    beside: dict[int, list[int]] = {node: [] for node in nodes}
    for one, other in edges:
        beside[one].append(other)
        beside[other].append(one)
    largest: set[int] = set()
    seen: set[int] = set()
    for node in nodes:
        if node in seen:
            continue
        part, open_nodes = {node}, [node]
        while open_nodes:
            fresh = [other for other in beside[open_nodes.pop()] if other not in part]
            part.update(fresh)
            open_nodes += fresh
        seen |= part
        if len(part) > len(largest):
            largest = part
    return largest
