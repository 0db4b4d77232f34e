"""Estimated lots: in each block, what lies nearer to a home than to any other home. Pure; for the eye alone.

A block is a piece of land between road strips. Homes that share a point share a cell. A cell reaches ``reach_m`` from
its home at most, so that a lone farm does not own the county.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from core.geo import Floats
from core.neighbourhood.lots.model import LotEstimate
from core.neighbourhood.lots.plane import Plane, Position, geojson

WINDOW_M = 60.0
"""Land looked at beyond the outermost homes."""

ASTRAY_M = 15.0
"""An address point may stand in the road; then it belongs to the nearest land, at most so far away."""


@dataclass(frozen=True, slots=True)
class RoadStrip:
    """A road's centre line in degrees and half the width of its carriageway in metres."""

    line: Sequence[Position]
    half_width_m: float


def estimate_lots(
    homes: Sequence[Position], roads: Sequence[RoadStrip], *, reach_m: float = 45.0
) -> tuple[LotEstimate, ...]:
    """The estimated ground of each home that stands on land, in the order of ``homes``."""
    if not homes:
        return ()
    plane = Plane.around(homes[0])
    points = plane.places(homes)
    strips = [plane.metres(shapely.LineString(road.line)).buffer(road.half_width_m) for road in _drawn(roads)]
    west, south = points.min(axis=0) - WINDOW_M
    east, north = points.max(axis=0) + WINDOW_M
    blocks = blocks_between(strips, shapely.box(west, south, east, north))
    unique, of_home = np.unique(points, axis=0, return_inverse=True)
    cells = share_out(unique, blocks, reach_m)
    mates: dict[int, list[int]] = {}
    for home, cell in enumerate(of_home.ravel()):
        mates.setdefault(int(cell), []).append(home)
    found = []
    for home, cell in enumerate(of_home.ravel()):
        ground = cells[int(cell)]
        if ground is not None:
            others = tuple(mate for mate in mates[int(cell)] if mate != home)
            found.append(LotEstimate(home, geojson(plane.degrees(ground)), others))
    return tuple(found)


def blocks_between(strips: Sequence[BaseGeometry], window: Polygon) -> list[Polygon]:
    """The pieces of land that the strips leave of a window, in metres."""
    tree = shapely.STRtree(strips)
    near = [strips[number] for number in tree.query(window, predicate="intersects")] if len(strips) else []
    land = window.difference(shapely.union_all(near)) if near else window
    return [part for part in shapely.get_parts(land) if isinstance(part, Polygon) and part.area > 1]


def share_out(points: Floats, blocks: Sequence[Polygon], reach_m: float) -> list[Polygon | None]:
    """For each distinct point its share of its block; ``None`` for a point on no land."""
    shares: list[Polygon | None] = [None] * len(points)
    if not len(blocks):
        return shares
    block_of = _block_of(points, blocks)
    for block in np.unique(block_of[block_of >= 0]):
        members = np.flatnonzero(block_of == block)
        for member, share in zip(members, share_block(blocks[block], points[members], reach_m), strict=True):
            shares[int(member)] = share
    return shares


def share_block(block: Polygon, points: Floats, reach_m: float) -> list[Polygon | None]:
    """One block among its distinct points: Voronoi cells cut to the block and to the reach."""
    discs = shapely.buffer(shapely.points(points), reach_m)
    if len(points) == 1:
        cells: Any = np.array([block], dtype=object)
    else:
        cells = shapely.get_parts(shapely.voronoi_polygons(MultiPoint(points), extend_to=block.buffer(1), ordered=True))
    shapely.prepare(block)
    pieces = shapely.intersection(shapely.intersection(cells, discs), block)
    return [_own_part(piece, point) for piece, point in zip(pieces, points, strict=True)]


def _own_part(piece: BaseGeometry, point: NDArray[np.float64]) -> Polygon | None:
    """The part of a cell that its home stands on, or the nearest."""
    parts = [part for part in shapely.get_parts(piece) if isinstance(part, Polygon) and part.area > 1]
    home = shapely.Point(point)
    return min(parts, key=lambda part: (shapely.distance(part, home), -part.area)) if parts else None


def _block_of(points: Floats, blocks: Sequence[Polygon]) -> NDArray[np.intp]:
    """The position of each point's block; -1 for a point astray."""
    tree = shapely.STRtree(blocks)
    found = np.full(len(points), -1, dtype=np.intp)
    at, nearest = tree.query_nearest(shapely.points(points), max_distance=ASTRAY_M, all_matches=False)
    found[at] = nearest
    return found


def _drawn(roads: Sequence[RoadStrip]) -> list[RoadStrip]:
    return [road for road in roads if len(set(map(tuple, road.line))) > 1]
