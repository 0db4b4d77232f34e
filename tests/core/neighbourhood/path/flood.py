"""An independent judge of corridors: land as cells of 0.25 m, flooded. Shares no code with the vector search.

A cell is free where its middle keeps the clearance from every road's centre line. Between two middles the clearance may
be less by half a step, so the judge asks with a tolerance of ``TOLERANCE_M`` in favour of the answer it checks:

- a *yes* is wrong when even with so much less clearance the flood does not connect the homes, or its shortest way is
  longer than the corridor claimed by more than the raster's own excess;
- a *no* is wrong when even with so much more clearance the raster has a way short enough.

Ways run over sixteen directions, which makes them at most 2.8 % longer than straight ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, sparse
from scipy.sparse.csgraph import dijkstra

CELL_M = 0.25
TOLERANCE_M = 0.3
EXCESS = 1.028
STEPS = ((0, 1), (1, 0), (1, 1), (1, -1), (1, 2), (2, 1), (1, -2), (2, -1))

type Floats = NDArray[np.float64]
type Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Road:
    """A centre line in metres, (n, 2), and how far a corridor's middle must stay away from it."""

    line: Floats
    clearance_m: float


class Flood:
    """The land within reach of one pair: every place from which both homes are at most ``longest_m`` away together."""

    def __init__(self, start: Floats, end: Floats, roads: Sequence[Road], longest_m: float) -> None:
        self.longest_m = longest_m
        middle = (start + end) / 2
        half = longest_m / 2 + 2
        count = int(2 * half / CELL_M) + 1
        axis = (np.arange(count) - count // 2) * CELL_M
        self.x, self.y = np.meshgrid(middle[0] + axis, middle[1] + axis)
        away = np.hypot(self.x - start[0], self.y - start[1]) + np.hypot(self.x - end[0], self.y - end[1])
        self.inside: Flags = away <= longest_m + 2 * CELL_M
        self.spare = np.full(self.x.shape, np.inf)
        for road in roads:
            for a, b in zip(road.line[:-1], road.line[1:], strict=True):
                if _segment_distance(middle[None], a, b)[0] <= half * 1.5 + road.clearance_m:
                    self._keep_off(a, b, road.clearance_m)
        self.start, self.end = self._cell(start), self._cell(end)

    def _keep_off(self, a: Floats, b: Floats, clearance_m: float) -> None:
        reach = clearance_m + 1.0
        near = (
            (self.x >= min(a[0], b[0]) - reach) & (self.x <= max(a[0], b[0]) + reach)
            & (self.y >= min(a[1], b[1]) - reach) & (self.y <= max(a[1], b[1]) + reach)
        )  # fmt: skip
        if near.any():
            places = np.column_stack([self.x[near], self.y[near]])
            self.spare[near] = np.minimum(self.spare[near], _segment_distance(places, a, b) - clearance_m)

    def _cell(self, place: Floats) -> tuple[int, int]:
        flat = int(np.argmin((self.x - place[0]) ** 2 + (self.y - place[1]) ** 2))
        row, column = np.unravel_index(flat, self.x.shape)
        return int(row), int(column)

    def _free(self, slack_m: float) -> Flags:
        free: Flags = self.inside & (self.spare >= slack_m)
        for row, column in (self.start, self.end):
            free[max(0, row - 1) : row + 2, max(0, column - 1) : column + 2] |= slack_m < 0
        return free

    def connected(self, slack_m: float) -> bool:
        """Whether the flood from the one home reaches the other, keeping ``slack_m`` more than the clearance."""
        parts, _ = ndimage.label(self._free(slack_m), structure=np.ones((3, 3)))
        return bool(parts[self.start] and parts[self.start] == parts[self.end])

    def shortest_m(self, slack_m: float) -> float:
        """Metres of the shortest way over free cells; infinite where there is none."""
        free = self._free(slack_m)
        number = np.full(free.shape, -1)
        number[free] = np.arange(int(free.sum()))
        rows, columns, lengths = [], [], []
        for down, right in STEPS:
            here, there = _shifted(number, down, right)
            both = (here >= 0) & (there >= 0)
            if abs(down) + abs(right) == 3:  # a long step passes between two cells: both must be free
                for part in _passed(number, down, right):
                    both &= part >= 0
            rows.append(here[both])
            columns.append(there[both])
            lengths.append(np.full(int(both.sum()), CELL_M * float(np.hypot(down, right))))
        size = int(free.sum())
        graph = sparse.coo_matrix(
            (np.concatenate(lengths), (np.concatenate(rows), np.concatenate(columns))), shape=(size, size)
        ).tocsr()
        if number[self.start] < 0 or number[self.end] < 0:
            return float("inf")
        found = dijkstra(graph, directed=False, indices=number[self.start], limit=self.longest_m * EXCESS + 2)
        return float(found[number[self.end]])

    def refutes_yes(self, length_m: float) -> bool:
        """Whether a corridor of this length cannot be."""
        if not self.connected(-TOLERANCE_M):
            return True
        return self.shortest_m(-TOLERANCE_M) > length_m * EXCESS + 4 * CELL_M

    def refutes_no(self) -> bool:
        """Whether there is a corridor after all."""
        return self.connected(TOLERANCE_M) and self.shortest_m(TOLERANCE_M) <= self.longest_m - 2 * CELL_M


def _segment_distance(places: Floats, a: Floats, b: Floats) -> Floats:
    along = b - a
    square = float(along @ along)
    share = np.clip(((places - a) @ along) / square, 0, 1) if square else np.zeros(len(places))
    return np.asarray(np.hypot(*(places - a - share[:, None] * along).T))


def _shifted(number: NDArray[np.int_], down: int, right: int) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Each cell beside the one ``down`` rows below and ``right`` columns right of it."""
    height, width = number.shape
    rows, left = slice(0, height - down), slice(max(0, -right), width - max(0, right))
    return number[rows, left], number[down:, max(0, right) : width + min(0, right)]


def _passed(number: NDArray[np.int_], down: int, right: int) -> list[NDArray[np.int_]]:
    """The two cells a step of three passes between."""
    height, width = number.shape
    side = 1 if right > 0 else -1
    between = ((0, side), (1, side)) if abs(right) == 2 else ((1, 0), (1, side))
    cells = []
    for below, beside in between:
        left = max(0, -right) + beside
        cells.append(number[below : below + height - down, left : left + width - abs(right)])
    return cells
