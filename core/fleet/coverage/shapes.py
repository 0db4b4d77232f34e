"""Coverage as ground to draw: what was cut and what was missed, each one GeoJSON geometry. Pure."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from core.fleet.coverage.grid import AreaCoverage, Coverage
from core.geo import LocalFrame, Point

type Geometry = dict[str, Any]
DIGITS = 8
"""A millimetre: cells must meet, and the file be small."""


def ground(found: Coverage) -> tuple[Geometry, Geometry]:
    """(cut, missed) of all areas, two multi-polygons in degrees."""
    parts = [_split(area, found.cell_m) for area in found.areas if area.cut.size]
    cut = shapely.union_all([part[0] for part in parts])
    missed = shapely.union_all([part[1] for part in parts])
    return _geojson(cut), _geojson(missed)


def _split(area: AreaCoverage, cell_m: float) -> tuple[shapely.Geometry, shapely.Geometry]:
    frame = LocalFrame(Point(float(area.longitude[0]), float(area.latitude[0])))
    x, y = frame.to_metres(area.longitude, area.latitude)
    half = cell_m / 2 * 1.001

    def joined(chosen: NDArray[np.bool_]) -> shapely.Geometry:
        boxes = shapely.box(x[chosen] - half, y[chosen] - half, x[chosen] + half, y[chosen] + half)
        shape = shapely.simplify(shapely.union_all(boxes), cell_m / 8)
        return shapely.transform(shape, lambda places: np.column_stack(frame.to_lonlat(places[:, 0], places[:, 1])))

    return joined(area.cut), joined(~area.cut)


def _geojson(shape: shapely.Geometry) -> Geometry:
    polygons = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    rings = [[_ring(edge) for edge in (part.exterior, *part.interiors)] for part in polygons]
    return {"type": "MultiPolygon", "coordinates": rings}


def _ring(edge: shapely.LinearRing) -> list[list[float]]:
    places: list[list[float]] = np.round(shapely.get_coordinates(edge), DIGITS).tolist()
    return places
