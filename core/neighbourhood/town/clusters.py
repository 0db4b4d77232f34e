"""Clusters-to-be: a host with its dock, and 3-5 neighbours its mower can reach over back lawns without a road."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from random import Random

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from core.neighbourhood.town.model import Cluster, Home, Link, Town, heading_of
from core.neighbourhood.town.names import device_name

WIDEST_GAP_M = 1.3  # between two lawns that a mower may cross: two lawn edges and a lot line
COMFORTABLE_REACH_M = 78.0
MOWERS_AN_ACCOUNT = 10
DOCK_OFF_WALL_M = 0.45
SPACINGS_M = (118.0, 100.0, 84.0, 66.0, 45.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Group:
    host: Home
    members: tuple[Home, ...]  # host first
    parents: tuple[int, ...]  # index into members; -1 for the host
    dock: Point
    wall: tuple[float, float]  # unit vector out of the wall


def found_clusters(random: Random, town: Town, wanted: int) -> tuple[Cluster, ...]:
    """``wanted`` clusters, spread over the town, no home in two of them; ``ValueError`` when they do not fit."""
    gates = _gates(town)
    hosts = list(town.homes)
    random.shuffle(hosts)
    groups: list[_Group] = []
    used: set[int] = set()
    for spacing in SPACINGS_M:
        for host in hosts:
            if len(groups) == wanted:
                break
            if host.id in used or any(_apart(host, group.host) < spacing for group in groups):
                continue
            group = _grow(random, town, host, gates, used)
            if group is not None:
                groups.append(group)
                used |= {home.id for home in group.members}
    if len(groups) < wanted:
        raise ValueError(f"only {len(groups)} of {wanted} clusters fit into {len(town.homes)} homes")
    groups.sort(key=lambda group: (-round(group.dock.y / 120), group.dock.x))
    taken: set[str] = set()
    return tuple(_cluster(random, index, group, taken) for index, group in enumerate(groups))


def _apart(home: Home, other: Home) -> float:
    return float(home.house.centroid.distance(other.house.centroid))


def back_lawn(home: Home) -> Polygon:
    return next(lawn.polygon for lawn in home.lawns if lawn.part == "back")


def front_lawn(home: Home) -> Polygon:
    return next(lawn.polygon for lawn in home.lawns if lawn.part == "front")


def _gates(town: Town) -> dict[int, list[int]]:
    """For each home the homes whose back lawns adjoin its own; only homes whose side yard lets a mower through."""
    homes = [home for home in town.homes if front_lawn(home).distance(back_lawn(home)) <= WIDEST_GAP_M]
    lawns = [back_lawn(home) for home in homes]
    left, right = STRtree(lawns).query(lawns, predicate="dwithin", distance=WIDEST_GAP_M)
    gates: dict[int, list[int]] = {home.id: [] for home in homes}
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        # a common corner is no passage: a metre and a half of each lawn's edge must face the other
        if a != b and lawns[a].buffer(WIDEST_GAP_M).intersection(lawns[b]).area > 1.5:
            gates[homes[a].id].append(homes[b].id)
    return {home: sorted(others) for home, others in gates.items()}


def _grow(random: Random, town: Town, host: Home, gates: dict[int, list[int]], used: set[int]) -> _Group | None:
    """Spread from the host's back lawn to the nearest free neighbours."""
    place = _dock_place(host)
    if host.id not in gates or place is None:
        return None
    size = 1 + random.choice((3, 4, 4, 5))
    members, parents = [host], [-1]
    while len(members) < size:
        step = min(_steps(town, host, members, gates, used), default=None)
        if step is None:
            break
        _, home, parent = step
        members.append(town.homes[home])
        parents.append(parent)
    if len(members) < 4:
        return None
    return _Group(host, tuple(members), tuple(parents), *place)


def _steps(
    town: Town, host: Home, members: list[Home], gates: dict[int, list[int]], used: set[int]
) -> Iterator[tuple[float, int, int]]:
    inside = {home.id for home in members}
    for index, member in enumerate(members):
        for other in gates.get(member.id, ()):
            home = town.homes[other]
            if other not in inside and other not in used and town.reachable(host, home):
                away = town.distance_m(host, home)
                if away <= COMFORTABLE_REACH_M:
                    yield round(away, 3), other, index


def _dock_place(home: Home) -> tuple[Point, tuple[float, float]] | None:
    """Beside the longest stretch of wall that meets the back lawn, and the way out of that wall."""
    lawn = back_lawn(home)
    walls = [LineString(pair) for pair in pairwise(home.house.exterior.coords)]
    stretches = [(wall, wall.intersection(lawn.buffer(0.4))) for wall in walls]
    lines = [(part, wall) for wall, hit in stretches for part in shapely.get_parts(hit) if isinstance(part, LineString)]
    if not lines:
        return None
    part, wall = max(lines, key=lambda pair: round(pair[0].length, 3))
    if part.length < 1.5:
        return None
    (x0, y0), (x1, y1) = wall.coords
    out = np.array([y1 - y0, x0 - x1]) / wall.length
    middle = np.array(part.interpolate(0.5, normalized=True).coords[0])
    if home.house.contains(Point(middle + 0.2 * out)):
        out = -out
    dock = Point(np.round(middle + DOCK_OFF_WALL_M * out, 3))
    clear = Point(middle + 1.6 * out)
    return (dock, (float(out[0]), float(out[1]))) if lawn.contains(dock) and lawn.contains(clear) else None


def _cluster(random: Random, index: int, group: _Group, taken: set[str]) -> Cluster:
    areas: list[tuple[int, str]] = []
    shapes: list[Polygon] = []
    for home in group.members:
        areas += [(home.id, "back"), (home.id, "front")]
        shapes += [back_lawn(home), front_lawn(home)]
    clear = Point(group.dock.x + 1.3 * group.wall[0], group.dock.y + 1.3 * group.wall[1])
    links = [Link(-1, 0, _line(group.dock, nearest_points(_inner(shapes[0]), clear)[0]))]
    for member, parent in enumerate(group.parents):
        if parent >= 0:
            links.append(Link(2 * parent, 2 * member, _passage(shapes[2 * parent], shapes[2 * member])))
        links.append(Link(2 * member, 2 * member + 1, _passage(shapes[2 * member], shapes[2 * member + 1])))
    name, model = device_name(random, taken)
    base = group.host.house.centroid
    return Cluster(
        id=index,
        label=f"C{index + 1:02d}",
        host=group.host.id,
        neighbours=tuple(home.id for home in group.members[1:]),
        dock=group.dock,
        dock_heading_deg=round(heading_of(-group.wall[0], -group.wall[1]), 1),
        base=Point(round(base.x, 3), round(base.y, 3)),
        yaw_deg=round(random.uniform(-180, 180), 2),
        areas=tuple(areas),
        links=tuple(links),
        device_name=name,
        model=model,
        account=index // MOWERS_AN_ACCOUNT,
    )


def _passage(a: Polygon, b: Polygon) -> LineString:
    """The shortest way from half a metre inside one lawn to half a metre inside the other."""
    return _line(*nearest_points(_inner(a), _inner(b)))


def _inner(lawn: Polygon) -> BaseGeometry:
    """The lawn without its outermost half metre; the whole of it where nothing would be left."""
    inner = lawn.buffer(-0.5)
    return lawn if inner.is_empty else inner


def _line(start: Point, end: Point) -> LineString:
    return LineString([(round(start.x, 3), round(start.y, 3)), (round(end.x, 3), round(end.y, 3))])
