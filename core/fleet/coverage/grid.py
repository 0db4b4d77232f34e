"""Coverage of a lawn. Pure.

Each area of the device's map, less its no-go zones, is laid out in square cells; a cell is cut when its middle lies
within half the blade's width of the way the mower made while it mowed. What is missed is told as patches: cells that
touch, with their area and outline, so that they can be found on the lawn and mowed again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from core.fleet.model import DeviceMap, MapZone, Ring
from core.geo import Floats, LocalFrame, Point

JOIN_S = 60.0
"""Two positions further apart in time are not joined: nobody knows the way between."""
JOIN_M = 5.0
"""Nor those further apart in space."""
PATCH_M2 = 0.5
"""Smaller misses are not listed: the track is good to a few centimetres, the edge of a lawn to less."""
MOST_CELLS = 400_000
"""A larger lawn is laid out in coarser cells: this many are judged in about a second."""


@dataclass(frozen=True, slots=True)
class Strokes:
    """Positions in time order: degrees, milliseconds since 1970, and whether the mower cut there."""

    longitude: Floats
    latitude: Floats
    time_ms: NDArray[np.int64]
    cuts: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Patch:
    """Uncut ground in one piece."""

    zone_hash: int
    area_m2: float
    middle: Point
    outline: Ring  # its outer edge, closed


@dataclass(frozen=True, slots=True)
class AreaCoverage:
    """One area of the map. ``cut`` is one flag a cell; ``longitude`` and ``latitude`` are the cells' middles."""

    zone_hash: int
    name: str
    area_m2: float
    percent: float
    longitude: Floats
    latitude: Floats
    cut: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coverage:
    """All areas, and what was missed, the largest patch first. ``cell_m`` is the side of a cell."""

    cell_m: float
    width_m: float
    area_m2: float
    percent: float
    areas: tuple[AreaCoverage, ...]
    missed: tuple[Patch, ...]


def covered(device_map: DeviceMap, strokes: Sequence[Strokes], *, width_m: float, cell_m: float = 0.25) -> Coverage:
    """What the strokes covered. A map without areas gives a coverage of 0 m²."""
    if not 0.05 <= cell_m <= 2 or not 0.05 <= width_m <= 2:
        raise ValueError(f"cell {cell_m} m, blade {width_m} m: expected 0.05 to 2 m each")
    if not device_map.areas:
        return Coverage(cell_m, width_m, 0.0, 0.0, (), ())
    first = device_map.areas[0].line[0]
    frame = LocalFrame(Point(*first))
    no_go = [_polygon(zone, frame) for zone in device_map.no_go]
    lawns = [_polygon(area, frame).difference(shapely.union_all(no_go)) for area in device_map.areas]
    total = float(sum(lawn.area for lawn in lawns))
    cell_m = max(cell_m, (total / MOST_CELLS) ** 0.5)
    ways = _ways(strokes, frame)
    areas, missed = [], []
    for area, lawn in zip(device_map.areas, lawns, strict=True):
        x, y = _cells(lawn, cell_m)
        cut = _near(ways, x, y, width_m / 2)
        longitude, latitude = frame.to_lonlat(x, y)
        percent = 100 * float(cut.mean()) if cut.size else 0.0
        areas.append(AreaCoverage(area.hash, area.name, float(lawn.area), percent, longitude, latitude, cut))
        missed += _patches(area.hash, x[~cut], y[~cut], cell_m, frame)
    weight = sum(area.cut.size for area in areas)
    percent = 100 * sum(int(area.cut.sum()) for area in areas) / weight if weight else 0.0
    missed.sort(key=lambda patch: -patch.area_m2)
    return Coverage(cell_m, width_m, total, percent, tuple(areas), tuple(missed))


def _polygon(zone: MapZone, frame: LocalFrame) -> shapely.Geometry:
    x, y = frame.to_metres(np.array([place[0] for place in zone.line]), np.array([place[1] for place in zone.line]))
    return shapely.make_valid(shapely.Polygon(np.column_stack((x, y)))) if len(x) > 2 else shapely.Polygon()


def _cells(lawn: shapely.Geometry, cell_m: float) -> tuple[Floats, Floats]:
    if lawn.is_empty:
        return np.empty(0), np.empty(0)
    west, south, east, north = lawn.bounds
    across, up = np.arange(west + cell_m / 2, east, cell_m), np.arange(south + cell_m / 2, north, cell_m)
    x, y = (side.ravel() for side in np.meshgrid(across, up))
    shapely.prepare(lawn)
    inside = shapely.contains_xy(lawn, x, y)
    return x[inside], y[inside]


def _ways(strokes: Sequence[Strokes], frame: LocalFrame) -> NDArray[np.object_]:
    """The stretches on which the mower cut, as one line segment each (or a point where it stood)."""
    found = []
    for one in strokes:
        if not len(one.longitude):
            continue
        x, y = frame.to_metres(one.longitude, one.latitude)
        places = np.column_stack((x, y))
        near = (np.diff(one.time_ms) <= JOIN_S * 1000) & (np.hypot(*np.diff(places, axis=0).T) <= JOIN_M)
        joined = one.cuts[:-1] & near
        found.append(shapely.linestrings(np.stack((places[:-1][joined], places[1:][joined]), axis=1)))
    return np.concatenate(found) if found else np.empty(0, dtype=object)


def _near(ways: NDArray[np.object_], x: Floats, y: Floats, reach_m: float) -> NDArray[np.bool_]:
    cut = np.zeros(len(x), np.bool_)
    if len(ways) and len(x):
        tree = shapely.STRtree(shapely.points(x, y))
        cut[tree.query(ways, predicate="dwithin", distance=reach_m)[1]] = True
    return cut


def _patches(zone_hash: int, x: Floats, y: Floats, cell_m: float, frame: LocalFrame) -> list[Patch]:
    if not len(x):
        return []
    half = cell_m / 2 * 1.001  # neighbours must overlap a little, or rounding keeps them apart
    joined = shapely.union_all(shapely.box(x - half, y - half, x + half, y + half))
    found = []
    for piece in shapely.get_parts(joined):
        if piece.area >= PATCH_M2:
            edge_x, edge_y = shapely.get_coordinates(piece.exterior.simplify(cell_m / 4)).T
            middle_x, middle_y = shapely.get_coordinates(piece.representative_point())[0]
            edge = frame.to_lonlat(edge_x, edge_y)
            middle = frame.to_lonlat(np.array([middle_x]), np.array([middle_y]))
            outline = tuple((float(lon), float(lat)) for lon, lat in zip(*edge, strict=True))
            found.append(Patch(zone_hash, float(piece.area), Point(float(middle[0][0]), float(middle[1][0])), outline))
    return found
