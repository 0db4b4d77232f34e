"""From the flat plan to real streets: bend the sheet, name the streets, know the land between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, hypot, pi, radians, sin
from random import Random

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from core.neighbourhood.town.model import (
    CARRIAGEWAY_HALF_M,
    RIGHT_OF_WAY_HALF_M,
    Block,
    RoadClass,
    Street,
)
from core.neighbourhood.town.names import StreetNames
from core.neighbourhood.town.plan import ARTERIAL_GAP_M, BAND_M, FRINGE_M, Plan, PlannedStreet

type Xy = NDArray[np.float64]

HEAD_CARRIAGEWAY_M = 12.0
HEAD_RIGHT_OF_WAY_M = 15.5
CURB_RETURN_M = 7.0


@dataclass(frozen=True, slots=True)
class Bend:
    """A smooth bending of the sheet: long waves both ways, then a turn. Keeps lengths to a few per cent."""

    centre_v: float
    waves: tuple[tuple[float, float, float], ...]  # amplitude m, length m, phase; two across, two along
    turn_deg: float

    @classmethod
    def drawn(cls, random: Random, plan: Plan) -> "Bend":
        def wave(low: float, high: float, shortest: float, longest: float) -> tuple[float, float, float]:
            return random.uniform(low, high), random.uniform(shortest, longest), random.uniform(0, 2 * pi)

        waves = (wave(26, 36, 760, 900), wave(6, 9, 400, 470), wave(30, 42, 720, 860), wave(5, 8, 380, 450))
        return cls(plan.bands * BAND_M / 2, waves, random.uniform(4, 13) * random.choice((-1, 1)))

    def __call__(self, sheet: Xy) -> Xy:
        u, v = sheet[:, 0], sheet[:, 1] - self.centre_v
        (a, la, pa), (b, lb, pb), (c, lc, pc), (d, ld, pd) = self.waves
        y = v + a * np.sin(2 * pi * u / la + pa) + b * np.sin(2 * pi * (u + 0.7 * v) / lb + pb)
        x = u + c * np.sin(2 * pi * v / lc + pc) + d * np.sin(2 * pi * (v - 0.6 * u) / ld + pd)
        turn = radians(self.turn_deg)
        return np.column_stack([x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)])


@dataclass(frozen=True, slots=True)
class Network:
    """The streets with the land they leave. ``ranks`` and ``kinds`` go with the streets by index."""

    bend: Bend
    streets: tuple[Street, ...]
    ranks: tuple[int, ...]
    kinds: tuple[str, ...]
    limits: Polygon
    right_of_way: BaseGeometry
    carriageway: BaseGeometry
    blocks: tuple[Block, ...]


def build_network(random: Random, plan: Plan) -> Network:
    """Bend the plan and take the right of way out of the town's land; what remains are the blocks."""
    bend = Bend.drawn(random, plan)
    names = StreetNames(random)
    streets = tuple(_street(index, planned, bend, names) for index, planned in enumerate(plan.streets))
    limits = Polygon(bend(_outline(plan)))
    right_of_way = _surface(streets, RIGHT_OF_WAY_HALF_M, HEAD_RIGHT_OF_WAY_M, CURB_RETURN_M)
    carriageway = _surface(streets, CARRIAGEWAY_HALF_M, HEAD_CARRIAGEWAY_M, CURB_RETURN_M + 2)
    land = limits.difference(right_of_way)
    pieces = sorted(shapely.get_parts(land), key=lambda p: (round(p.centroid.y), round(p.centroid.x)))
    blocks = tuple(Block(index, piece) for index, piece in enumerate(pieces))
    return Network(
        bend,
        streets,
        tuple(planned.rank for planned in plan.streets),
        tuple(planned.kind for planned in plan.streets),
        limits,
        right_of_way,
        carriageway,
        blocks,
    )


def densified(line: Sequence[tuple[float, float]], step: float) -> Xy:
    """Points at most ``step`` apart along a polyline, corners kept."""
    points: list[tuple[float, float]] = [line[0]]
    for (x0, y0), (x1, y1) in pairwise(line):
        pieces = max(1, int(np.ceil(hypot(x1 - x0, y1 - y0) / step)))
        points.extend((x0 + (x1 - x0) * i / pieces, y0 + (y1 - y0) * i / pieces) for i in range(1, pieces + 1))
    return np.array(points)


def _street(index: int, planned: PlannedStreet, bend: Bend, names: StreetNames) -> Street:
    line = LineString(np.round(bend(densified(planned.line, 6.0)), 3)).simplify(0.05)
    head = Point(line.coords[-1]) if planned.turning_head else None
    return Street(index, names.take(planned.kind), planned.road_class, line, head)


def _surface(streets: Sequence[Street], half: Mapping[RoadClass, float], head: float, curb: float) -> BaseGeometry:
    strips = [s.line.buffer(half[s.road_class], cap_style="flat", join_style="round") for s in streets]
    heads = [s.turning_head.buffer(head, quad_segs=12) for s in streets if s.turning_head is not None]
    joined = shapely.union_all([*strips, *heads, *_joints(streets, half)])
    return joined.buffer(curb, quad_segs=6).buffer(-curb, quad_segs=6).simplify(0.03)


def _joints(streets: Sequence[Street], half: Mapping[RoadClass, float]) -> list[BaseGeometry]:
    """Round caps where streets end on others, so that no notch is left."""
    ends = [(Point(s.line.coords[i]), half[s.road_class]) for s in streets for i in (0, -1)]
    return [point.buffer(width) for point, width in ends]


def _outline(plan: Plan) -> Xy:
    west, east = -plan.half_width - FRINGE_M, plan.half_width + FRINGE_M
    south, north, radius = -ARTERIAL_GAP_M - 14.0, plan.bands * BAND_M + FRINGE_M, 62.0 + FRINGE_M
    steps = [i * pi / 24 for i in range(13)]
    left = [(west + radius * (1 - cos(a)), north - radius + radius * sin(a)) for a in steps]
    right = [(east - radius * (1 - cos(a)), north - radius + radius * sin(a)) for a in reversed(steps)]
    return densified([(west, south), *left, *right, (east, south), (west, south)], 10.0)
