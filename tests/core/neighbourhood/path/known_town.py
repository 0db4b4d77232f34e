"""Towns whose truth is known by construction: who reaches whom is worked out with compasses, not by search.

A grid of closed blocks. In each block one dead-end street comes in from the south; a park lies at its end, or an alley
runs along the whole block beside it and closes it. Homes stand at random. Two homes of one block on either side of the
dead end reach each other round its end: two tangents and an arc of a circle.
"""

from dataclasses import dataclass
from math import acos, atan2, hypot, inf, pi, sqrt
from random import Random

import numpy as np
from numpy.typing import NDArray

BLOCK_M = 240.0
NEED_M = 4.0
"""Half of a residential street and of the corridor."""


@dataclass(frozen=True)
class Home:
    x: float
    y: float
    block: tuple[int, int]


@dataclass(frozen=True)
class Town:
    """Metres; ``ends``: the dead end of each block as (x, y of its end); ``alleys``: x of the alley that closes it."""

    columns: int
    rows: int
    ends: dict[tuple[int, int], tuple[float, float]]
    alleys: dict[tuple[int, int], float]
    homes: tuple[Home, ...]

    def roads(self) -> list[NDArray[np.float64]]:
        width, height = self.columns * BLOCK_M, self.rows * BLOCK_M
        lines = [[(0.0, row * BLOCK_M), (width, row * BLOCK_M)] for row in range(self.rows + 1)]
        lines += [[(column * BLOCK_M, 0.0), (column * BLOCK_M, height)] for column in range(self.columns + 1)]
        for (_column, row), (x, y) in self.ends.items():
            lines.append([(x, row * BLOCK_M), (x, y)])
        for (_column, row), x in self.alleys.items():
            lines.append([(x, row * BLOCK_M), (x, (row + 1) * BLOCK_M)])
        return [np.array(line) for line in lines]

    def way_m(self, one: Home, other: Home) -> float:
        """The shortest corridor's length, infinite where none is: exact."""
        if one.block != other.block:
            return inf
        alley = self.alleys.get(one.block)
        if alley is not None and (one.x - alley) * (other.x - alley) < 0:
            return inf
        x, y = self.ends[one.block]
        return round_the_end((one.x - x, one.y - y), (other.x - x, other.y - y))

    def stands_clear(self, home: Home, by_m: float) -> bool:
        """Whether a home is so far from every road's strip that no rounding decides."""
        x, y = self.ends[home.block]
        column, row = home.block
        edges = [home.x - column * BLOCK_M, (column + 1) * BLOCK_M - home.x]
        edges += [home.y - row * BLOCK_M, (row + 1) * BLOCK_M - home.y]
        edges.append(abs(home.x - x) if home.y < y else hypot(home.x - x, home.y - y))
        if home.block in self.alleys:
            edges.append(abs(home.x - self.alleys[home.block]))
        return min(edges) >= NEED_M + by_m


def round_the_end(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Length of the shortest way past a street that ends at the origin and leads straight south, keeping ``NEED_M``."""
    straight = hypot(one[0] - other[0], one[1] - other[1])
    if one[0] * other[0] >= 0 or _clears(one, other):
        return straight
    left, right = (one, other) if one[0] < 0 else (other, one)
    tangents = sqrt(hypot(*left) ** 2 - NEED_M**2) + sqrt(hypot(*right) ** 2 - NEED_M**2)
    # angles from the south, growing through the west over the north to the east
    leaves = _angle(left) + acos(NEED_M / hypot(*left))
    lands = _angle(right) - acos(NEED_M / hypot(*right))
    return tangents + NEED_M * (lands - leaves)


def _angle(place: tuple[float, float]) -> float:
    return (atan2(-place[0], -place[1]) + 2 * pi) % (2 * pi)


def _clears(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether the straight line passes north of the end, at ``NEED_M`` or more from it."""
    dx, dy = other[0] - one[0], other[1] - one[1]
    crosses_at = one[1] + dy * (-one[0] / dx)
    nearest = min(1.0, max(0.0, -(one[0] * dx + one[1] * dy) / (dx * dx + dy * dy)))
    return crosses_at > 0 and hypot(one[0] + nearest * dx, one[1] + nearest * dy) >= NEED_M


def known_town(random: Random, columns: int = 3, rows: int = 3, homes_a_block: int = 26) -> Town:
    ends, alleys, homes = {}, {}, []
    for column in range(columns):
        for row in range(rows):
            block = (column, row)
            west, south = column * BLOCK_M, row * BLOCK_M
            ends[block] = (west + random.uniform(80, 160), south + random.uniform(30, 200))
            if random.random() < 0.25:
                alleys[block] = ends[block][0] + random.choice((-1, 1)) * random.uniform(20, 50)
            homes += [
                Home(west + random.uniform(5, BLOCK_M - 5), south + random.uniform(5, BLOCK_M - 5), block)
                for _ in range(homes_a_block)
            ]
    town = Town(columns, rows, ends, alleys, ())
    return Town(columns, rows, ends, alleys, tuple(home for home in homes if town.stands_clear(home, 0.3)))
