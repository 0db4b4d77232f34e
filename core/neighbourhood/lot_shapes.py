"""Lots and lawns as polygons: valid ones only, with their area on the WGS84 ellipsoid."""

from typing import Any

import shapely
from pyproj import Geod
from shapely.errors import ShapelyError
from shapely.geometry import shape

from core.errors import Invalid
from core.texts import Text

LARGEST_LOT_M2 = 1_000_000.0
EDGE_TOLERANCE_DEG = 0.00002
"""How far a house or lawn may stand over the lot's edge (about 2 m): drawn and surveyed lines never agree fully."""

ESTIMATED = "estimated"

_GEOD = Geod(ellps="WGS84")


def firm_boundary(boundary: dict[str, Any] | None, source: str) -> dict[str, Any] | None:
    """The boundary where something may rest on it: area, billing, geofence. An estimate is good for the eye alone.

    Everything that measures or fences a lot asks here.
    """
    return None if source == ESTIMATED else boundary


def area_m2(geometry: dict[str, Any] | None) -> float | None:
    """Area of a GeoJSON polygon in square metres; ``None`` for none."""
    return None if geometry is None else polygon_area_m2(shape(geometry))


def polygon_area_m2(polygon: shapely.Geometry) -> float:
    """Area of a WGS84 polygon in square metres, whichever way its rings turn; holes are left out."""
    area, _ = _GEOD.geometry_area_perimeter(shapely.orient_polygons(polygon))
    return abs(float(area))


def valid_polygon(geometry: dict[str, Any], *, what: str) -> shapely.Polygon:
    """The polygon, or ``Invalid`` saying what is wrong with ``what``."""
    if not isinstance(geometry, dict) or geometry.get("type") != "Polygon":
        kind = geometry.get("type") if isinstance(geometry, dict) else type(geometry).__name__
        raise Invalid(Text("{what}: {kind}; expected a GeoJSON Polygon", what=what, kind=kind))
    try:
        polygon = shape(geometry)
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError) as error:
        raise Invalid(Text("{what}: not a polygon ({problem})", what=what, problem=error)) from error
    if polygon.is_empty or not polygon.is_valid:
        raise Invalid(
            Text("{what}: not a valid polygon ({problem})", what=what, problem=shapely.is_valid_reason(polygon))
        )
    west, south, east, north = polygon.bounds
    if not (west >= -180 and south >= -90 and east <= 180 and north <= 90):
        raise Invalid(Text("{what}: leaves the map; expected [longitude, latitude] in degrees", what=what))
    if not 0 < polygon_area_m2(polygon) <= LARGEST_LOT_M2:
        raise Invalid(
            Text(
                "{what}: {area:,.0f} m²; expected up to {most:,.0f} m²",
                what=what,
                area=polygon_area_m2(polygon),
                most=LARGEST_LOT_M2,
            )
        )
    return polygon


def check_inside(part: shapely.Polygon, lot: shapely.Polygon, *, what: str) -> None:
    """``Invalid`` when a house or lawn stands over the lot's edge."""
    if not lot.buffer(EDGE_TOLERANCE_DEG).covers(part):
        raise Invalid(Text("{what}: reaches over the lot's boundary; expected it to lie inside", what=what))
