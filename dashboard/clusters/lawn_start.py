"""A first drawing: the whole lot without its house, as a lawn to cut further."""

from typing import Any

import shapely
from shapely.geometry import mapping, shape

from core.geo import Point
from core.neighbourhood.lawns import Surroundings
from dashboard.clusters.shapes import frame_at

INSIDE_M = 0.3
"""Off the boundary, so that nobody mows their neighbour's edge."""
FROM_HOUSE_M = 0.5
SMALLEST_M2 = 4.0


def whole_lot(around: Surroundings) -> list[dict[str, Any]]:
    """GeoJSON polygons; empty where the lot's bounds are not known. Estimates are no ground to begin from."""
    if around.boundary is None:
        return []
    ground = frame_at(Point(*around.address_point))
    free = ground.metres(shape(around.boundary)).buffer(-INSIDE_M)
    if around.house is not None:
        free = free.difference(ground.metres(shape(around.house)).buffer(FROM_HOUSE_M, join_style="mitre"))
    parts = [part for part in shapely.get_parts(free) if part.area >= SMALLEST_M2]
    return [_plain(ground.degrees(shapely.simplify(part, 0.05))) for part in parts]


def _plain(polygon: shapely.Geometry) -> dict[str, Any]:
    rings = [[[round(x, 8), round(y, 8)] for x, y in ring] for ring in mapping(polygon)["coordinates"]]
    return {"type": "Polygon", "coordinates": rings}
