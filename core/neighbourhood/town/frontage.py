"""Where lots can meet a street: runs of points along the edge of its right of way, cut into lot widths."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from core.neighbourhood.town.model import RIGHT_OF_WAY_HALF_M, Frontage, Street
from core.neighbourhood.town.streets import HEAD_RIGHT_OF_WAY_M, Network, Xy

STEP_M = 1.0
SHORTEST_RUN_M = 13.0
WIDTHS_M = (19.5, 23.5)
HEAD_WIDTH_M = 15.0
CORNER_M = 9.5  # a corner lot runs on past the end of its frontage, to the side street's right of way


@dataclass(frozen=True, slots=True)
class LotSeed:
    """One future lot: its frontage and the sample points that claim land for it."""

    frontage: Frontage
    rank: int
    samples: Xy
    strip: Polygon  # straight back from the frontage, one lot deep


@dataclass(frozen=True, slots=True)
class _Edge:
    """Points along one side of a street: on the lot line, unit vectors inward, stations on the centre line."""

    street: int
    side: int
    points: Xy
    inward: Xy
    station: NDArray[np.float64]
    width: float


def lot_seeds(
    random: Random, network: Network, *, rank: int, land: BaseGeometry, depth: float, taken: BaseGeometry
) -> list[LotSeed]:
    """Frontages of all streets of ``rank`` on ``land`` that ``taken`` has not claimed."""
    free = land if taken.is_empty else land.difference(taken)
    shapely.prepare(free)
    seeds: list[LotSeed] = []
    for street, own_rank, kind in zip(network.streets, network.ranks, network.kinds, strict=True):
        if own_rank == 0:
            continue
        width = random.uniform(*WIDTHS_M)
        if own_rank == rank:
            for edge in _edges(street, width, loop=kind == "loop"):
                seeds.extend(_cut(random, edge, free, rank, depth))
    return seeds


def _edges(street: Street, width: float, *, loop: bool) -> Iterator[_Edge]:
    half = RIGHT_OF_WAY_HALF_M[street.road_class]
    length = street.line.length
    end = length - (HEAD_RIGHT_OF_WAY_M - 2.5 if street.turning_head is not None else 0.0)
    station = np.arange(STEP_M / 2, end, STEP_M, dtype=np.float64)
    centre, normal = _along(street.line, station)
    for side in (1, -1):
        points = centre + side * half * normal
        if loop and side == _inner_side(street.line):
            # inside a crescent only the far end has lots: along the legs they would be slivers
            across = np.abs(normal @ _leg(street.line)) > 0.9
            yield _Edge(street.id, side, points[across], side * normal[across], station[across], width)
            continue
        yield _Edge(street.id, side, points, side * normal, station, width)
    if street.turning_head is not None:
        yield _head_edge(street, length)


def _inner_side(line: LineString) -> int:
    return 1 if shapely.is_ccw(shapely.LinearRing(line.coords)) else -1


def _leg(line: LineString) -> Xy:
    """Unit vector along the first leg of a crescent."""
    leg = np.subtract(line.coords[1], line.coords[0])
    return np.asarray(leg / np.linalg.norm(leg))


def _head_edge(street: Street, length: float) -> _Edge:
    """The arc round a turning head, from the left of the stem clockwise to its right."""
    centre = np.array(street.line.coords[-1])
    before = np.array(street.line.interpolate(length - 20).coords[0])
    back = np.arctan2(*(before - centre)[::-1])
    opening = np.arcsin(RIGHT_OF_WAY_HALF_M[street.road_class] / HEAD_RIGHT_OF_WAY_M) + 0.12
    count = int(HEAD_RIGHT_OF_WAY_M * (2 * np.pi - 2 * opening) / STEP_M)
    angles = back - opening - (np.arange(count) + 0.5) * (2 * np.pi - 2 * opening) / count
    outward = np.column_stack([np.cos(angles), np.sin(angles)])
    points = centre + HEAD_RIGHT_OF_WAY_M * outward
    return _Edge(street.id, 1, points, outward, length + np.arange(count, dtype=np.float64) * STEP_M, HEAD_WIDTH_M)


def _along(line: LineString, station: NDArray[np.float64]) -> tuple[Xy, Xy]:
    """Points and left-hand unit normals at ``station`` metres, the direction smoothed over 12 m."""
    centre = shapely.get_coordinates(shapely.line_interpolate_point(line, station))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, np.minimum(station + 6, line.length)))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(station - 6, 0)))
    tangent = ahead - behind
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    return centre, np.column_stack([-tangent[:, 1], tangent[:, 0]])


def _cut(random: Random, edge: _Edge, free: BaseGeometry, rank: int, depth: float) -> Iterator[LotSeed]:
    probe = edge.points + 0.6 * edge.inward
    deeper = edge.points + 14.0 * edge.inward
    usable = shapely.contains_xy(free, probe[:, 0], probe[:, 1]) & shapely.contains_xy(free, deeper[:, 0], deeper[:, 1])
    for first, last in _runs(usable):
        length = float(np.linalg.norm(np.diff(edge.points[first:last], axis=0), axis=1).sum())
        if length < SHORTEST_RUN_M:
            continue
        count = max(1, round(length / edge.width))
        corner = CORNER_M if rank == 1 else 0.0
        for begin, end in _shares(random, first, last, count):
            yield _seed(edge, begin, end, rank, _strip(edge, begin, end, depth, first, last, corner))


def _runs(usable: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    changes = np.flatnonzero(np.diff(np.concatenate([[0], usable.astype(np.int8), [0]])))
    yield from zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True)


def _shares(random: Random, first: int, last: int, count: int) -> Iterator[tuple[int, int]]:
    """Cut a run into ``count`` nearly equal shares; the ends, which are corner lots, get a little more."""
    weights = [random.uniform(0.95, 1.05) for _ in range(count)]
    if count > 2:
        weights[0] *= 1.12
        weights[-1] *= 1.12
    edges = first + np.round(np.cumsum([0.0, *weights]) / sum(weights) * (last - first)).astype(int)
    yield from zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def _seed(edge: _Edge, begin: int, end: int, rank: int, strip: Polygon) -> LotSeed:
    points, inward = edge.points[begin:end], edge.inward[begin:end]
    middle = len(points) // 2
    width = float(np.linalg.norm(points[-1] - points[0])) + STEP_M
    frontage = Frontage(
        street=edge.street,
        side=edge.side,
        station_m=round(float(edge.station[begin + middle]), 3),
        x=round(float(points[middle][0]), 4),
        y=round(float(points[middle][1]), 4),
        inward_x=float(inward[middle][0]),
        inward_y=float(inward[middle][1]),
        width_m=round(width, 3),
    )
    return LotSeed(frontage, rank, np.round(points + 0.05 * inward, 2), strip)


def _strip(edge: _Edge, begin: int, end: int, depth: float, first: int, last: int, corner: float) -> Polygon:
    """Straight back from a frontage; widened by ``corner`` metres where the run of lots ends."""
    wide = slice(max(0, begin - 1), end + 1)
    points, inward = edge.points[wide], edge.inward[wide]
    if corner and begin == first:
        along = np.array([inward[0][1], -inward[0][0]]) * edge.side
        points, inward = np.vstack([points[0] - corner * along, points]), np.vstack([inward[:1], inward])
    if corner and end == last:
        along = np.array([inward[-1][1], -inward[-1][0]]) * edge.side
        points, inward = np.vstack([points, points[-1] + corner * along]), np.vstack([inward, inward[-1:]])
    strip = Polygon(np.vstack([points - 0.5 * inward, (points + depth * inward)[::-1]]))
    return strip if strip.is_valid else strip.buffer(0)
