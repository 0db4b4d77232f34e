"""The outline of an area as somebody gives it: any GeoJSON with polygons, checked and made into one shape."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from core.errors import Invalid
from core.texts import N_, Text

MOST_CORNERS = 5_000
DIGITS = 7
"""A centimetre."""
POLYGONS = frozenset({"Polygon", "MultiPolygon"})


def read_outline(text: str) -> dict[str, Any]:
    """`outline_of` for GeoJSON as text; ``Invalid`` for text that is no JSON object."""
    try:
        given = json.loads(text)
    except ValueError as error:
        raise Invalid(Text("the outline is not JSON: {error}", error=str(error)[:120])) from error
    return outline_of(given)


def outline_of(given: Any) -> dict[str, Any]:
    """A GeoJSON Polygon or MultiPolygon (longitude, latitude; degrees) of all polygons in a geometry, Feature or
    FeatureCollection. ``Invalid`` says which polygon is wrong, and how."""
    pieces = [_piece(number, one) for number, one in enumerate(_geometries(given), start=1)]
    if not pieces:
        raise Invalid(N_("the outline holds no polygon: expected GeoJSON with a Polygon or MultiPolygon"))
    whole = shapely.normalize(shapely.set_precision(shapely.union_all(pieces), 10**-DIGITS))
    if whole.is_empty or whole.area == 0:
        raise Invalid(N_("the outline has no surface"))
    if shapely.get_num_coordinates(whole) > MOST_CORNERS:
        raise Invalid(Text("the outline has too many corners: expected at most {n}", n=MOST_CORNERS))
    told: dict[str, Any] = json.loads(json.dumps(mapping(whole)))
    return told


def _geometries(given: Any) -> Iterator[Mapping[str, Any]]:
    if not isinstance(given, Mapping):
        raise Invalid(N_("the outline is no GeoJSON: expected an object with a type"))
    kind = given.get("type")
    if kind == "FeatureCollection":
        for feature in _list(given.get("features")):
            yield from _geometries(feature)
    elif kind == "Feature":
        yield from _geometries(given.get("geometry"))
    elif kind == "GeometryCollection":
        for geometry in _list(given.get("geometries")):
            yield from _geometries(geometry)
    elif kind in POLYGONS:
        yield given
    else:
        raise Invalid(Text("the outline holds a {kind}: expected a Polygon or MultiPolygon", kind=str(kind)[:40]))


def _list(given: Any) -> list[Any]:
    if not isinstance(given, list):
        raise Invalid(N_("the outline is no GeoJSON: a collection without its list"))
    return given


def _piece(number: int, given: Mapping[str, Any]) -> BaseGeometry:
    try:
        piece = shapely.force_2d(shape(given))
    except (ValueError, TypeError, LookupError, AttributeError, shapely.errors.ShapelyError) as error:
        raise Invalid(
            Text("polygon {number}: its corners cannot be read: {error}", number=number, error=str(error)[:120])
        ) from error
    if piece.is_empty:
        raise Invalid(Text("polygon {number} has no corners", number=number))
    west, south, east, north = piece.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Invalid(
            Text("polygon {number} lies off the earth: expected longitude and latitude in degrees", number=number)
        )
    if not piece.is_valid:
        raise Invalid(
            Text("polygon {number} is not sound: {why}", number=number, why=shapely.is_valid_reason(piece)[:120])
        )
    return piece
