"""The way between two points of a lawn: straight when free, else the shortest walk over the corners."""

from heapq import heappop, heappush
from itertools import pairwise
from math import hypot
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from shapely.geometry import Polygon

from external.mammotion.simulator.lawn import Lawn, Metres, Path

_MOST_CORNERS = 160
_NETS: "WeakKeyDictionary[Lawn, CornerNet]" = WeakKeyDictionary()


def route(lawn: Lawn, start: Metres, goal: Metres) -> Path:
    """Waypoints from ``start`` to ``goal`` (both included) inside the drivable ground.

    A start outside it (a mower that was carried) walks straight to the nearest ground first. When no way exists the
    answer is the straight line: a simulated mower never stays behind for geometry's sake.
    """
    net = _net(lawn)
    a, b = net.inside(start), net.inside(goal)
    middle = (a, b) if net.free(a, [b])[0] else net.walk(a, b)
    points = [start, *middle, goal]
    return tuple([points[0], *(p for q, p in pairwise(points) if _gap(p, q) > 0.01)])


class CornerNet:
    """Which corners of a polygon see each other, found out as walks ask for it."""

    def __init__(self, ground: Polygon) -> None:
        self._ground = ground.buffer(0.02)
        shapely.prepare(self._ground)
        core = ground.buffer(-0.25)
        self._core = ground if core.is_empty else core
        corners = _corners(self._core)
        tolerance = 0.1
        while len(corners) > _MOST_CORNERS:
            corners = _corners(self._core.simplify(tolerance))
            tolerance *= 2
        self._corners = corners
        self._seen: dict[int, list[int]] = {}

    def inside(self, point: Metres) -> Metres:
        """The point itself, or the nearest ground to it."""
        spot = shapely.Point(point)
        if self._ground.covers(spot):
            return point
        near = shapely.shortest_line(self._core, spot)
        return float(near.coords[0][0]), float(near.coords[0][1])

    def free(self, start: Metres, goals: list[Metres]) -> list[bool]:
        """For each goal, whether the straight line to it stays on the ground."""
        if not goals:
            return []
        ends = np.array(goals, dtype=np.float64)
        lines = shapely.linestrings(np.stack([np.broadcast_to(np.array(start), ends.shape), ends], axis=1))
        return [bool(free) for free in shapely.covers(self._ground, lines)]

    def walk(self, start: Metres, goal: Metres) -> Path:
        """The shortest walk over corners (A*); straight when there is none."""
        corners = self._corners
        source, target = len(corners), len(corners) + 1
        nodes = [*corners, start, goal]
        near_goal = set(self._visible(goal))
        best = {source: 0.0}
        before: dict[int, int] = {}
        queue = [(_gap(start, goal), source)]
        done: set[int] = set()
        while queue:
            _, here = heappop(queue)
            if here == target:
                path = [target]
                while path[-1] != source:
                    path.append(before[path[-1]])
                return tuple(nodes[i] for i in reversed(path))
            if here in done:
                continue
            done.add(here)
            neighbours = self._visible(start) if here == source else self._from_corner(here)
            for there in [*neighbours, target] if here in near_goal else neighbours:
                total = best[here] + _gap(nodes[here], nodes[there])
                if total < best.get(there, np.inf):
                    best[there], before[there] = total, here
                    heappush(queue, (total + _gap(nodes[there], goal), there))
        return start, goal

    def _from_corner(self, index: int) -> list[int]:
        if index not in self._seen:
            self._seen[index] = [other for other in self._visible(self._corners[index]) if other != index]
        return self._seen[index]

    def _visible(self, point: Metres) -> list[int]:
        return [index for index, free in enumerate(self.free(point, self._corners)) if free]


def _gap(a: Metres, b: Metres) -> float:
    return hypot(a[0] - b[0], a[1] - b[1])


def _corners(ground: shapely.Geometry) -> list[Metres]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(ground)]


def _net(lawn: Lawn) -> CornerNet:
    net = _NETS.get(lawn)
    if net is None:
        net = _NETS[lawn] = CornerNet(lawn.drivable)
    return net
