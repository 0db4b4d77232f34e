"""The area in which a road layer is complete: a polygon that someone vouches for, else the roads' convex hull."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape

from core.errors import Invalid
from core.neighbourhood.imports.report import read_text
from core.neighbourhood.imports.road_features import Line, read_json
from core.texts import Text

POLYGONS = ("Polygon", "MultiPolygon")


def coverage_of(covers: Path | dict[str, Any] | None, lines: Sequence[Line]) -> dict[str, Any]:
    """A GeoJSON Polygon or MultiPolygon, WGS84; empty when the roads enclose no area. ``Invalid`` for a bad polygon."""
    if covers is None:
        hull = shapely.multipoints([point for line in lines for point in line]).convex_hull
        return geojson(hull) if hull.geom_type in POLYGONS else geojson(shapely.Polygon())
    if isinstance(covers, Path):
        return geojson(_union(read_json(read_text(covers)[0], name=covers.name), covers.name))
    return geojson(_union(covers, Text("coverage")))


def geojson(geometry: shapely.Geometry) -> dict[str, Any]:
    """A geometry as GeoJSON with lists, as a JSON column gives it back."""
    return {"type": geometry.geom_type, "coordinates": _lists(mapping(geometry)["coordinates"])}


def _lists(nested: Any) -> Any:
    return [_lists(item) for item in nested] if isinstance(nested, list | tuple) else float(nested)


def _union(document: dict[str, Any], name: str) -> shapely.Geometry:
    polygons = [_polygon(part, name) for part in _geometries(document)]
    if not polygons:
        raise Invalid(Text("{name}: holds no polygon; expected GeoJSON with a Polygon or MultiPolygon", name=name))
    return shapely.union_all(polygons)


def _geometries(document: Any) -> list[Any]:
    if not isinstance(document, dict):
        return [document]
    if document.get("type") == "FeatureCollection":
        features = document.get("features")
        return [part for feature in (features if isinstance(features, list) else []) for part in _geometries(feature)]
    return [document.get("geometry")] if document.get("type") == "Feature" else [document]


def _polygon(geometry: Any, name: str) -> shapely.Geometry:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in POLYGONS:
        raise Invalid(
            Text("{name}: holds a {kind}; expected Polygon or MultiPolygon", name=name, kind=kind or "null geometry")
        )
    try:
        polygon = shapely.force_2d(shape(geometry))
    except (ShapelyError, ValueError, TypeError, KeyError, IndexError) as error:
        raise Invalid(Text("{name}: not a polygon ({problem})", name=name, problem=error)) from error
    if polygon.is_empty or not polygon.is_valid:
        raise Invalid(
            Text("{name}: the polygon is not valid ({problem})", name=name, problem=shapely.is_valid_reason(polygon))
        )
    west, south, east, north = polygon.bounds
    if not (west >= -180 and south >= -90 and east <= 180 and north <= 90):
        raise Invalid(Text("{name}: the polygon leaves the map; expected [longitude, latitude] in degrees", name=name))
    return polygon
