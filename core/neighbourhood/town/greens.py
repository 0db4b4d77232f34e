"""What is not lots: pond with an irregular shore, park, school, woods and fields around, paths and trees."""

from collections.abc import Sequence
from math import pi
from random import Random

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.affinity import rotate, scale, translate
from shapely.geometry.base import BaseGeometry

from core.neighbourhood.town.model import Feature, RoadClass
from core.neighbourhood.town.plan import LOT_DEPTH_M, Plan, Reserve
from core.neighbourhood.town.streets import Network, densified

COLLECTOR_MARGIN_M = 12.5
STREET_MARGIN_M = 8.5


def reserved_land(network: Network, plan: Plan) -> tuple[Polygon, ...]:
    """The ground of each reserve of the plan, in the plan's order. Lots back on to a pond's park, not to the others."""
    return tuple(_ground(network, reserve, plan.half_width) for reserve in plan.reserves)


def scenery(random: Random, network: Network, plan: Plan, commons: BaseGeometry) -> tuple[Feature, ...]:
    """Every public feature of the town, ground first so that drawing in order is right."""
    features: list[Feature] = [*_surroundings(random, network)]
    names = _PlaceNames(random)
    for reserve, ground in zip(plan.reserves, reserved_land(network, plan), strict=True):
        make = {"pond": _pond_park, "park": _park, "school": _school}[reserve.kind]
        features.extend(make(random, ground, names))
    features.extend(Feature("commons", "", part) for part in shapely.get_parts(commons))
    features.append(Feature("sidewalk", "", _sidewalks(network)))
    features.append(Feature("carriageway", "", network.carriageway))
    features.extend(
        Feature("turning_head", street.name, street.turning_head.buffer(12.0, quad_segs=8))
        for street in network.streets
        if street.turning_head is not None
    )
    trees = _street_trees(random, network)
    features.append(Feature("tree", "", shapely.MultiPolygon(trees)))
    return tuple(feature for feature in features if not feature.geometry.is_empty)


def blob(random: Random, centre: Point, radius: float, *, rough: float = 0.22, points: int = 64) -> Polygon:
    """A closed shore: a circle roughened by a few harmonics."""
    angles = np.arange(points) * 2 * pi / points
    reach = np.ones(points)
    for order in range(2, 7):
        reach += rough / order * random.uniform(0.6, 1.2) * np.sin(order * angles + random.uniform(0, 2 * pi))
    ring = np.column_stack([centre.x + radius * reach * np.cos(angles), centre.y + radius * reach * np.sin(angles)])
    return Polygon(np.round(ring, 2))


class _PlaceNames:
    def __init__(self, random: Random) -> None:
        self._water = random.sample(["Mirror", "Cattail", "Little Heron", "Marsh Wren", "Loon", "Silver"], 6)
        self._parks = random.sample(["Bur Oak", "Wild Plum", "Prairie Smoke", "Big Bluestem", "Redwing", "Compass"], 6)
        self._schools = random.sample(["Bluestem", "Sandhill", "Harvest", "Oak Savanna"], 4)

    def water(self) -> str:
        return f"{self._water.pop() if self._water else 'North'} Pond"

    def park(self) -> str:
        return f"{self._parks.pop() if self._parks else 'North'} Park"

    def school(self) -> str:
        return f"{self._schools.pop() if self._schools else 'North'} Elementary School"


def _ground(network: Network, reserve: Reserve, half_width: float) -> Polygon:
    backing = STREET_MARGIN_M + LOT_DEPTH_M + 2.0
    inset = backing if reserve.kind == "pond" else STREET_MARGIN_M

    def margin(u: float) -> float:
        return COLLECTOR_MARGIN_M if u == 0 else inset

    west, east = reserve.west + margin(reserve.west), reserve.east - margin(reserve.east)
    south, north = reserve.south + inset, reserve.north - inset
    ring = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    ground = Polygon(network.bend(densified(ring, 8.0))).difference(network.right_of_way.buffer(0.5))
    return max(shapely.get_parts(ground.buffer(-12).buffer(12, quad_segs=8)), key=lambda part: part.area)


def _pond_park(random: Random, ground: Polygon, names: _PlaceNames) -> list[Feature]:
    """A pond fills most of its park; a path runs round it, an island may stand in it."""
    middle = ground.minimum_rotated_rectangle
    corners = np.array(middle.exterior.coords)
    sides = [float(np.hypot(*(corners[i + 1] - corners[i]))) for i in (0, 1)]
    turn = float(np.degrees(np.arctan2(*(corners[1] - corners[0])[::-1])))
    round_pond = blob(random, Point(0, 0), 1.0, rough=0.42, points=120)
    pond = scale(round_pond, sides[0] * 0.37, sides[1] * 0.37, origin=(0, 0))
    pond = translate(rotate(pond, turn, origin=(0, 0)), ground.centroid.x, ground.centroid.y)
    pond = pond.intersection(ground.buffer(-13)).buffer(-6).buffer(6)
    pond = max(shapely.get_parts(pond), key=lambda part: part.area)
    path = LineString(pond.buffer(7, quad_segs=8).simplify(0.3).exterior.coords)
    reeds = pond.buffer(2.2).difference(pond)
    trees = _grove(random, ground.buffer(-3).difference(pond.buffer(9.5)), 70)
    return [
        Feature("park", names.park(), ground),
        Feature("path", "", path),
        Feature("reeds", "", reeds),
        Feature("water", names.water(), pond),
        Feature("tree", "", shapely.MultiPolygon(trees)),
    ]


def _park(random: Random, ground: Polygon, names: _PlaceNames) -> list[Feature]:
    """A playground, a ball field, winding paths, groves."""
    centre = ground.centroid
    reach = ground.area**0.5
    diamond = _ball_field(
        translate(centre, reach * 0.17, reach * 0.1), min(34.0, reach * 0.22), random.choice((0, 90, 180))
    )
    play = blob(random, translate(centre, -reach * 0.24, -reach * 0.2), min(13.0, reach * 0.1), rough=0.12)
    clear = shapely.union_all([diamond[0].geometry.buffer(6), play.buffer(4)])
    ring = ground.buffer(-9).buffer(-8).buffer(8)
    loop = LineString(ring.exterior.coords)
    across = _winding(random, loop.interpolate(0.07, normalized=True), loop.interpolate(0.55, normalized=True))
    paths = shapely.union_all([loop, across.intersection(ring)]).difference(clear.buffer(-3))
    trees = _grove(random, ground.buffer(-3).difference(clear).difference(paths.buffer(3.5)), 110)
    return [
        Feature("park", names.park(), ground),
        Feature("path", "", paths),
        *diamond,
        Feature("playground", "", play),
        Feature("tree", "", shapely.MultiPolygon(trees)),
    ]


def _school(random: Random, ground: Polygon, names: _PlaceNames) -> list[Feature]:
    """A school with its wings, a parking lot, a soccer pitch and a ball field."""
    frame = ground.minimum_rotated_rectangle
    corners = np.array(frame.exterior.coords)
    long = max((0, 1), key=lambda i: float(np.hypot(*(corners[i + 1] - corners[i]))))
    along = corners[long + 1] - corners[long]
    turn = float(np.degrees(np.arctan2(along[1], along[0])))
    centre = ground.centroid
    size = min(1.0, float(np.hypot(*along)) / 200)

    def place(shape: BaseGeometry, x: float, y: float) -> BaseGeometry:
        moved = translate(scale(shape, size, size, origin=(0, 0)), x * size, y * size)
        return translate(rotate(moved, turn, origin=(0, 0)), centre.x, centre.y)

    wings = shapely.union_all([shapely.box(-34, -9, 34, 9), shapely.box(-34, 9, -16, 30), shapely.box(14, 5, 38, 34)])
    building = place(wings, -46, -16)
    parking = place(shapely.box(-34, -9, 30, 9), -46, -42)
    pitch = place(shapely.box(-22, -34, 22, 34), 26, 6)
    ball = _ball_field(Point(*place(Point(0, 0), 68, 18).coords[0]), 24 * size, turn + 180)
    clear = shapely.union_all([building, parking, pitch, ball[0].geometry]).buffer(5)
    trees = _grove(random, ground.buffer(-3).difference(clear), 45)
    return [
        Feature("school_ground", names.school(), ground),
        Feature("parking", "", parking.intersection(ground.buffer(-2))),
        Feature("pitch", "", pitch.intersection(ground.buffer(-2))),
        *ball,
        Feature("school", names.school(), building),
        Feature("tree", "", shapely.MultiPolygon(trees)),
    ]


def _ball_field(home: Point, reach: float, turn: float) -> list[Feature]:
    """Outfield (a quarter disc) and infield."""
    angles = np.radians(np.linspace(0, 90, 19) + turn)
    fan = Polygon(
        [(home.x, home.y), *zip(home.x + reach * np.cos(angles), home.y + reach * np.sin(angles), strict=True)]
    )
    infield = Polygon(
        [
            (home.x, home.y),
            *zip(home.x + 0.45 * reach * np.cos(angles), home.y + 0.45 * reach * np.sin(angles), strict=True),
        ]
    )
    return [Feature("pitch", "", fan), Feature("infield", "", infield)]


def _winding(random: Random, start: Point, end: Point) -> LineString:
    t = np.linspace(0, 1, 40)
    bow = random.uniform(10, 18) * random.choice((-1, 1)) * np.sin(2 * pi * t)
    dx, dy = end.x - start.x, end.y - start.y
    length = float(np.hypot(dx, dy)) or 1.0
    return LineString(
        np.round(np.column_stack([start.x + dx * t - dy / length * bow, start.y + dy * t + dx / length * bow]), 2)
    )


def _grove(random: Random, ground: BaseGeometry, wanted: int) -> list[Polygon]:
    """Trees in loose groups on free ground."""
    if ground.is_empty:
        return []
    shapely.prepare(ground)
    west, south, east, north = ground.bounds
    trees: list[Polygon] = []
    for _ in range(wanted // 4):
        x, y = random.uniform(west, east), random.uniform(south, north)
        for _ in range(random.randrange(2, 9)):
            radius = random.uniform(1.8, 4.2)
            spot = Point(x + random.gauss(0, 9), y + random.gauss(0, 9))
            if shapely.contains_xy(ground, spot.x, spot.y):
                trees.append(spot.buffer(radius, quad_segs=3))
    return trees[:wanted]


def _street_trees(random: Random, network: Network) -> list[Polygon]:
    """Trees on the verge of the collector, every 14 m or so."""
    keep_off = network.carriageway.buffer(2.0)
    shapely.prepare(keep_off)
    trees: list[Polygon] = []
    for street in network.streets:
        if street.road_class is not RoadClass.COLLECTOR:
            continue
        for offset in (-8.6, 8.6):
            line = street.line.offset_curve(offset)
            for station in np.arange(6, line.length, 14.0):
                spot = line.interpolate(station + random.uniform(-2, 2))
                if not shapely.contains_xy(keep_off, spot.x, spot.y):
                    trees.append(spot.buffer(random.uniform(2.0, 2.9), quad_segs=3))
    return trees


def _sidewalks(network: Network) -> BaseGeometry:
    """The line midway between curb and lot line, on the town's land only."""
    edge = network.carriageway.buffer(2.6, quad_segs=4).boundary
    return edge.intersection(network.limits.buffer(4)).simplify(0.15)


def _surroundings(random: Random, network: Network) -> Sequence[Feature]:
    """Fields, meadow and woods beyond the town's edge, so that it does not float."""
    west, south, east, north = network.limits.buffer(330).bounds
    outside = (
        shapely.box(west, south, east, north)
        .difference(network.limits.buffer(9))
        .difference(network.right_of_way.buffer(4))
    )
    features: list[Feature] = []
    centre = network.limits.centroid
    reach = max(east - west, north - south)
    cuts = [random.uniform(0, 360) for _ in range(5)]
    lines = [
        rotate(LineString([(centre.x, centre.y), (centre.x + reach, centre.y)]), cut, origin=centre) for cut in cuts
    ]
    fields = outside.difference(shapely.union_all([line.buffer(5) for line in lines]))
    for part in shapely.get_parts(fields):
        if part.area > 4000:
            features.append(Feature("field", "", part.buffer(-6).buffer(6).simplify(0.3)))
    edge = network.limits.buffer(60).exterior
    at = random.random()
    for _ in range(6):
        at += random.uniform(0.06, 0.24)
        spot = edge.interpolate(at % 1, normalized=True)
        wood = blob(random, spot, random.uniform(48, 85), rough=0.5).intersection(outside)
        features.extend(Feature("wood", "", part) for part in shapely.get_parts(wood) if part.area > 1500)
    return features
