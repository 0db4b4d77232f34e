"""Boustrophedon lanes: how a mower covers an area, row by row, around the no-go zones."""

from itertools import pairwise
from math import hypot

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from external.mammotion.simulator.lawn import Lawn, Metres, Path, Zone

type Row = tuple[Metres, Metres]


def plan_lanes(lawn: Lawn, zone: Zone, *, spacing_m: float, angle_deg: float, laps: int = 1) -> tuple[Path, ...]:
    """The polylines a mower drives with its blade on, in driving order: first ``laps`` around the edge, then lanes.

    ``angle_deg`` turns the lanes in the device's frame. Between two polylines the mower travels with the blade off.
    """
    ground = zone.polygon.difference(lawn.keep_out).buffer(-spacing_m / 2, join_style="mitre")
    if ground.is_empty:
        return (tuple([*zone.points, zone.points[0]]),)
    pieces = [piece for piece in _polygons(ground) if piece.area > 0.5]
    edges = [edge for piece in pieces for edge in _laps(piece, spacing_m, laps)]
    covered = [chain for piece in pieces for chain in _piece_lanes(piece, spacing_m, angle_deg, laps)]
    return (*edges, *_nearest_first(covered, edges[-1][-1] if edges else zone.points[0]))


def _laps(piece: Polygon, spacing_m: float, laps: int) -> list[Path]:
    """Rings from the outside in."""
    rings = (part for lap in range(laps) for part in _polygons(piece.buffer(-spacing_m * lap, join_style="mitre")))
    return [tuple((float(x), float(y)) for x, y in ring.exterior.coords) for ring in rings]


def length_of(path: Path) -> float:
    """Metres along a polyline."""
    return sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(path))


def _piece_lanes(piece: Polygon, spacing_m: float, angle_deg: float, laps: int) -> list[Path]:
    inner = piece.buffer(-spacing_m * laps, join_style="mitre") if laps else piece
    origin = (piece.centroid.x, piece.centroid.y)
    chains: list[Path] = []
    for part in _polygons(inner):
        turned = affinity.rotate(part, -angle_deg, origin=origin)
        for chain in _chains(_rows(turned, spacing_m)):
            back = affinity.rotate(shapely.LineString(chain), angle_deg, origin=origin)
            chains.append(tuple((float(x), float(y)) for x, y in back.coords))
    return chains


def _rows(ground: Polygon, spacing_m: float) -> list[list[Row]]:
    """The stretches of every horizontal line, from south to north, each from west to east."""
    west, south, east, north = ground.bounds
    heights = np.arange(south + spacing_m / 4, north, spacing_m)
    if not len(heights):
        return []
    ends = np.empty((len(heights), 2, 2))
    ends[:, 0, 0], ends[:, 1, 0] = west - 1, east + 1
    ends[:, 0, 1] = ends[:, 1, 1] = heights
    cuts = shapely.intersection(shapely.linestrings(ends), ground)
    rows = []
    for cut in cuts:
        stretches = []
        for line in shapely.get_parts(cut):
            if line.geom_type == "LineString" and line.length > 0.3:
                (x0, y), (x1, _) = line.coords[0], line.coords[-1]
                stretches.append(((min(x0, x1), y), (max(x0, x1), y)))
        rows.append(sorted(stretches))
    return rows


def _chains(rows: list[list[Row]]) -> list[Path]:
    """Join rows that lie over each other into zigzags (boustrophedon cells)."""
    done: list[list[Metres]] = []
    growing: list[tuple[Row, list[Metres]]] = []
    for row in rows:
        grown: list[tuple[Row, list[Metres]]] = []
        for stretch in row:
            below = [cell for cell in growing if _over(cell[0], stretch)]
            alone = len(below) == 1 and sum(_over(below[0][0], other) for other in row) == 1
            chain = below[0][1] if alone else []
            west, east = stretch
            eastward = not chain or hypot(chain[-1][0] - west[0], 0) <= hypot(chain[-1][0] - east[0], 0)
            chain.extend((west, east) if eastward else (east, west))
            grown.append((stretch, chain))
        done.extend(chain for _, chain in growing if not any(chain is kept for _, kept in grown))
        growing = grown
    done.extend(chain for _, chain in growing)
    return [tuple(chain) for chain in done if len(chain) > 1]


def _over(lower: Row, upper: Row) -> bool:
    return lower[0][0] < upper[1][0] and upper[0][0] < lower[1][0]


def _nearest_first(chains: list[Path], start: Metres) -> list[Path]:
    """Order zigzags greedily, turning those whose far end is nearer."""
    left, here, ordered = list(chains), start, []
    while left:
        index, flip = min(
            ((i, flip) for i in range(len(left)) for flip in (False, True)),
            key=lambda choice: _gap(left[choice[0]][-1 if choice[1] else 0], here),
        )
        chain = left.pop(index)
        chain = tuple(reversed(chain)) if flip else chain
        ordered.append(chain)
        here = chain[-1]
    return ordered


def _gap(a: Metres, b: Metres) -> float:
    return hypot(a[0] - b[0], a[1] - b[1])


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    if isinstance(shape, Polygon):
        return [] if shape.is_empty else [shape]
    if isinstance(shape, MultiPolygon):
        return list(shape.geoms)
    return [part for part in getattr(shape, "geoms", ()) if isinstance(part, Polygon)]
