"""A house on every lot: footprint squared to the street, driveway, beds, patio, lawns front and back."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
import shapely
from shapely import Point, Polygon, box
from shapely.affinity import affine_transform, translate
from shapely.geometry.base import BaseGeometry

from core.geo import Floats
from core.neighbourhood.town.lots import PlannedLot
from core.neighbourhood.town.model import Feature, Frontage, Lawn

SIDE_YARD_M = 1.9
LAWN_EDGE_M = 0.25
NARROWEST_LAWN_M = 1.3
SMALLEST_LAWN_M2 = 22.0


@dataclass(frozen=True, slots=True)
class Built:
    """What stands on one lot, in town metres."""

    house: Polygon
    driveway: Polygon
    lawns: tuple[Lawn, ...]
    fixtures: tuple[Feature, ...]


@dataclass(frozen=True, slots=True)
class _Design:
    """A house in its own frame: x along the street, y away from it, the front door's wall at y 0."""

    width: float
    depth: float
    garage_left: bool
    garage_out: float
    wing: float  # depth of the wing at the back, 0 for none

    def footprint(self) -> Polygon:
        half = self.width / 2
        garage = box(-half, -self.garage_out, -half + 6.4, 6.4)
        parts: list[BaseGeometry] = [box(-half, 0, half, self.depth), garage]
        if self.wing:
            parts.append(box(half - 6.0, self.depth - 0.5, half - 0.8, self.depth + self.wing))
        whole = shapely.union_all(parts)
        return whole if self.garage_left else affine_transform(whole, [-1, 0, 0, 1, 0, 0])

    def garage_x(self) -> float:
        middle = -self.width / 2 + 3.2
        return middle if self.garage_left else -middle


def build_on(random: Random, lot: PlannedLot, carriageway: BaseGeometry, setback: float) -> Built | None:
    """Everything on a lot, or ``None`` where no house fits with its side yards and two lawns."""
    frame = _Frame(lot.frontage)
    ground = frame.into(lot.polygon)
    room = ground.buffer(-SIDE_YARD_M, join_style="mitre")
    if room.is_empty:
        return None
    shapely.prepare(room)
    for design, x, y in _tries(random, lot.frontage.width_m, setback):
        house = translate(design.footprint(), x, y)
        if room.contains(house):
            return _furnish(random, frame, ground, design, house, x, y, carriageway)
    return None


def _tries(random: Random, frontage: float, setback: float) -> Iterator[tuple[_Design, float, float]]:
    """Wished-for design first, then smaller and further back until something fits a pie-shaped lot."""
    garage_left = random.random() < 0.5
    out, wing = random.choice((0.0, 1.6, 2.4, 3.2)), random.choice((0.0, 0.0, 2.6, 3.4))
    wide, deep = random.uniform(13.0, 17.5), random.uniform(9.0, 11.8)
    shift = random.uniform(-0.8, 0.8)
    for width in (wide, min(wide, 14.2), 12.8, 11.6):
        for back in (0.0, 1.5, 3.0, 5.0, 8.0, 11.0):
            if back > 3.0 and frontage > 18:
                continue
            for aside in (shift, 0.0, 1.6, -1.6, 3.2, -3.2):
                trim = 1.0 if width > 12 else 0.9
                yield (
                    _Design(width, deep * trim, garage_left, out, wing if width > 12 else 0),
                    aside,
                    setback + out + back,
                )


class _Frame:
    """Town metres to lot metres (x along the street, y into the lot) and back; a pure turn and shift."""

    def __init__(self, frontage: Frontage) -> None:
        nx, ny, x0, y0 = frontage.inward_x, frontage.inward_y, frontage.x, frontage.y
        tx, ty = ny, -nx
        self._into = [tx, ty, nx, ny, -(tx * x0 + ty * y0), -(nx * x0 + ny * y0)]
        self._out = [tx, nx, ty, ny, x0, y0]

    def into(self, shape: BaseGeometry) -> BaseGeometry:
        return affine_transform(shape, self._into)

    def out(self, shape: BaseGeometry) -> BaseGeometry:
        return affine_transform(shape, self._out)


def _furnish(
    random: Random,
    frame: _Frame,
    ground: Polygon,
    design: _Design,
    house: Polygon,
    x: float,
    y: float,
    carriageway: BaseGeometry,
) -> Built | None:
    garage = x + design.garage_x()
    front = y - design.garage_out
    paved = box(garage - 2.7, -14, garage + 2.7, front).difference(
        frame.into(carriageway.intersection(_around(frame, ground)))
    )
    drive = max(shapely.get_parts(paved), key=lambda part: part.bounds[3])
    sense = 1 if design.garage_left else -1
    door = x + sense * (design.width / 2 - 4.2 if design.width > 12 else 2.0)
    walk = shapely.union_all([box(door - 0.6, y - 1.9, door + 0.6, y), _between(garage, door, y - 2.5, y - 1.4)])
    drive = shapely.union_all([drive, walk]).difference(house)
    drive = max(shapely.get_parts(drive), key=lambda part: part.area)
    edge = x + sense * design.width / 2
    beds = [
        _between(door + sense * 0.9, edge, y - 1.3, y),
        _between(garage + sense * 3.6, door - sense * 0.9, y - 1.2, y),
    ]
    beds = [bed.difference(house).difference(drive) for bed in beds if bed.area > 1.2]
    fixtures = [("bed", bed) for bed in beds]
    rear = y + design.depth
    fixtures += _backyard(random, ground, house, x, rear, sense)
    fixtures += _front_yard(random, ground, house, drive, y)
    solid = shapely.union_all(
        [
            house.buffer(0.15),
            drive.buffer(0.1),
            *(shape.buffer(0.08, quad_segs=1) for kind, shape in fixtures if kind != "tree"),
        ]
    )
    lawns = _lawns(ground, solid, split=y + design.depth * 0.45)
    if {lawn.part for lawn in lawns} != {"front", "back"}:
        return None
    return Built(
        _tidy(frame.out(house)),
        _tidy(frame.out(drive)),
        tuple(Lawn(lawn.part, _tidy(frame.out(lawn.polygon))) for lawn in lawns),
        tuple(
            Feature(kind, "", shapely.transform(frame.out(shape), _to_millimetres))
            for kind, shape in fixtures
            if not shape.is_empty
        ),
    )


def _around(frame: _Frame, ground: Polygon) -> Polygon:
    west, south, east, north = ground.bounds
    area: Polygon = frame.out(box(west - 20, south - 25, east + 20, north))
    return area


def _between(a: float, b: float, low: float, high: float) -> Polygon:
    return box(min(a, b), low, max(a, b), high)


def _backyard(
    random: Random, ground: Polygon, house: Polygon, x: float, rear: float, sense: int
) -> list[tuple[str, BaseGeometry]]:
    """Patio always; sometimes a shed, a pool, a trampoline, a vegetable bed; trees with a ring of mulch."""
    patio = box(x - sense * 1.0 - 2.4, rear, x - sense * 1.0 + 2.4, rear + 3.4).difference(house)
    found: list[tuple[str, BaseGeometry]] = [("patio", patio)]
    yard = ground.buffer(-1.4).intersection(box(-200, rear + 1.5, 200, 200)).difference(house.buffer(1.8))
    taken: BaseGeometry = patio.buffer(1.8)
    wishes = [
        ("shed", 0.28, box(-1.6, -1.2, 1.6, 1.2)),
        ("pool", 0.08, Point(0, 0).buffer(3.1, quad_segs=6)),
        ("trampoline", 0.16, Point(0, 0).buffer(1.9, quad_segs=5)),
        ("bed", 0.3, box(-2.2, -0.9, 2.2, 0.9)),
        ("tree", 0.85, Point(0, 0).buffer(random.uniform(2.2, 3.6), quad_segs=3)),
        ("tree", 0.6, Point(0, 0).buffer(random.uniform(2.0, 3.2), quad_segs=3)),
        ("tree", 0.35, Point(0, 0).buffer(random.uniform(1.6, 2.6), quad_segs=3)),
    ]
    for kind, chance, wish in wishes:
        if random.random() < chance:
            shape = _placed(random, wish, yard.difference(taken))
            if shape is not None:
                found.append((kind, shape))
                taken = taken.union(shape.buffer(1.9))
    return found


def _front_yard(
    random: Random, ground: Polygon, house: Polygon, drive: Polygon, y: float
) -> list[tuple[str, BaseGeometry]]:
    """Sometimes a tree or an island bed before the house."""
    yard = (
        ground.buffer(-1.6)
        .intersection(box(-200, -5, 200, y - 2))
        .difference(house.buffer(2))
        .difference(drive.buffer(1.9))
    )
    found: list[tuple[str, BaseGeometry]] = []
    if random.random() < 0.62:
        shape = _placed(random, Point(0, 0).buffer(random.uniform(1.8, 2.7), quad_segs=3), yard)
        if shape is not None:
            found.append(("tree", shape))
            yard = yard.difference(shape.buffer(1.9))
    if random.random() < 0.22:
        shape = _placed(random, Point(0, 0).buffer(random.uniform(0.9, 1.3), quad_segs=4), yard)
        if shape is not None:
            found.append(("bed", shape))
    return found


def _placed(random: Random, shape: Polygon, yard: BaseGeometry) -> BaseGeometry | None:
    """The shape somewhere in the yard, tried a few times."""
    if yard.is_empty:
        return None
    west, south, east, north = yard.bounds
    shapely.prepare(yard)
    for _ in range(6):
        x, y = random.uniform(west, east), random.uniform(south, north)
        if not shapely.contains_xy(yard, x, y):
            continue
        moved = translate(shape, x, y)
        if yard.contains(moved):
            return moved
    return None


def _lawns(ground: Polygon, solid: BaseGeometry, split: float) -> list[Lawn]:
    """Front and back: what is left of each half, without strips a mower could not turn in."""
    open_ground = ground.buffer(-LAWN_EDGE_M, join_style="mitre").difference(solid)
    halves = (("front", box(-200, -50, 200, split - 0.2)), ("back", box(-200, split + 0.2, 200, 200)))
    lawns: list[Lawn] = []
    for part, half in halves:
        slim = NARROWEST_LAWN_M / 2
        # grown back 3 cm short, so that the coarse arcs stay inside what was taken away around corners
        opened = open_ground.intersection(half).buffer(-slim, quad_segs=8).buffer(slim - 0.03, quad_segs=2)
        pieces = [piece for piece in shapely.get_parts(opened.simplify(0.04)) if piece.area >= SMALLEST_LAWN_M2]
        if pieces:
            lawns.append(Lawn(part, max(pieces, key=lambda piece: piece.area)))
    return lawns


def _to_millimetres(xy: Floats) -> Floats:
    return np.round(xy, 3)


def _tidy(shape: BaseGeometry) -> BaseGeometry:
    return shapely.set_precision(shape, 0.001)
