"""Shortest ways round barriers: over the straight lines that are clear and taut, by Dijkstra's algorithm.

A shortest way between two places of the plane with polygons in it is made of straight lines that bend at their corners
only, and touch the barrier at each bend (Lozano-Perez and Wesley, 1979). Lines that would cut a corner when prolonged
are never part of one, which leaves few.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf

import numpy as np

from core.geo import Floats
from core.neighbourhood.layers import Indices
from core.neighbourhood.path.land import Land, Web

CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Way:
    """A way between two places: metres, and its (n, 2) points from the one to the other."""

    length_m: float
    points: Floats


class Ways:
    """Finds ways among some places of one land. ``places``: (n, 2) metres."""

    def __init__(self, land: Land, places: Floats, longest_m: float) -> None:
        self._land = land
        self._places = places
        self._longest_m = longest_m

    def web(self, corners: Indices) -> Web:
        """The clear and taut lines from each of these corners; kept with the land, where they never change."""
        land, at = self._land, self._land.corners.at
        web = land.web(self._longest_m)
        new = np.array([corner for corner in corners.tolist() if corner not in web], dtype=np.intp)
        for begin in range(0, len(new), CHUNK):
            mine = new[begin : begin + CHUNK]
            one, other = land.corners_within(at[mine], self._longest_m)
            one = mine[one]
            taut = (one != other) & land.bends(one, at[other])
            one, other = one[taut], other[taut]
            taut = land.bends(other, at[one])
            one, other = one[taut], other[taut]
            clear = ~land.blocked(at[one], at[other])
            lengths = np.hypot(*(at[one] - at[other]).T)
            found: dict[int, list[tuple[int, float]]] = {corner: [] for corner in mine.tolist()}
            for a, b, length in zip(one[clear].tolist(), other[clear].tolist(), lengths[clear].tolist(), strict=True):
                found[a].append((b, length))
            web.update(found)
        return web

    def doors(self, places: Indices, reach_m: float) -> Web:
        """From each place the corners in clear and taut sight."""
        land, at = self._land, self._land.corners.at
        doors: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for begin in range(0, len(places), CHUNK):
            mine = places[begin : begin + CHUNK]
            which, corner = land.corners_within(self._places[mine], reach_m)
            place = mine[which]
            taut = land.bends(corner, self._places[place])
            place, corner = place[taut], corner[taut]
            clear = ~land.blocked(self._places[place], at[corner])
            lengths = np.hypot(*(self._places[place] - at[corner]).T)
            found = zip(place[clear].tolist(), corner[clear].tolist(), lengths[clear].tolist(), strict=True)
            for a, b, length in found:
                doors[a].append((b, length))
        return doors

    def from_place(self, start: int, goals: Iterable[int], doors: Web, web: Web) -> dict[int, Way]:
        """The shortest way to each goal that has one of at most the longest length."""
        best: dict[int, float] = {}
        back: dict[int, int] = {}
        heap: list[tuple[float, int, int]] = [(length, corner, -1) for corner, length in doors.get(start, ())]
        heap.sort()
        while heap:
            length, corner, before = heappop(heap)
            if corner in best:
                continue
            best[corner], back[corner] = length, before
            for other, more in web.get(corner, ()):
                if other not in best and length + more <= self._longest_m:
                    heappush(heap, (length + more, other, corner))
        found: dict[int, Way] = {}
        for goal in goals:
            last, length = min(
                ((corner, best[corner] + more) for corner, more in doors.get(goal, ()) if corner in best),
                key=lambda end: end[1],
                default=(-1, inf),
            )
            if length <= self._longest_m:
                found[goal] = Way(length, self._points(start, goal, last, back))
        return found

    def _points(self, start: int, goal: int, last: int, back: Mapping[int, int]) -> Floats:
        chain = []
        while last != -1:
            chain.append(last)
            last = back[last]
        return np.vstack([self._places[start], self._land.corners.at[chain[::-1]], self._places[goal]])
