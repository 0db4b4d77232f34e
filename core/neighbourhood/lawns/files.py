"""Lawns to and from files: GeoJSON (RFC 7946) here, KML in `kml`. Pure; nothing is repaired on the way in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import Invalid
from core.neighbourhood.imports.report import printable
from core.neighbourhood.imports.road_features import WGS84_NAMES, read_json
from core.neighbourhood.lawns.kml import KmlShape, read_kml, write_kml
from core.neighbourhood.lawns.measure import lawn_area
from core.neighbourhood.lawns.model import AREA_SOURCE, LawnFile, Position, RefusedShape
from core.neighbourhood.lawns.shapes import plain
from core.neighbourhood.lots.polygons import NotAPolygon
from core.texts import N_, Text

MOST_BYTES = 2_000_000
MOST_FEATURES = 500
FORMATS = ("geojson", "kml")
BOUNDARY_NAMES = frozenset({"boundary", "lot", "lot boundary", "parcel"})


def read_lawn_file(content: bytes, *, name: str) -> LawnFile:
    """A GeoJSON or KML file, told apart by what it holds. Every polygon is a lawn, except one that is called the lot's
    boundary (property ``role``, or the placemark's name). What cannot be read is refused with index and reason.

    ``Invalid`` for a file that is broken as a whole, too large, or neither of the two.
    """
    text = _text(content, name)
    reading = _Reading("kml" if text.lstrip().startswith("<") else "geojson")
    shapes = read_kml(text, name=name) if reading.format == "kml" else _geojson_shapes(text, name)
    for index, shape in enumerate(shapes):
        if index >= MOST_FEATURES:
            raise Invalid(Text("{name}: more than {n} features", name=name, n=MOST_FEATURES))
        reading.features += 1
        _take(reading, index, shape)
    return reading.file()


@dataclass(slots=True)
class _Reading:
    format: str
    features: int = 0
    lawns: list[dict[str, Any]] = field(default_factory=list)
    boundary: dict[str, Any] | None = None
    dock: Position | None = None
    refused: list[RefusedShape] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def refuse(self, index: int, name: str, part: str, reason: str, expected: str) -> None:
        self.refused.append(RefusedShape(index, printable(name, length=80), part, reason, expected))

    def file(self) -> LawnFile:
        refused, warnings = tuple(self.refused), tuple(self.warnings)
        return LawnFile(self.format, self.features, tuple(self.lawns), self.boundary, self.dock, refused, warnings)


def write_geojson(
    lawns: tuple[dict[str, Any], ...], boundary: Mapping[str, Any] | None, dock: Position | None, *, address: str
) -> str:
    """A FeatureCollection that `read_lawn_file` gives back corner for corner."""
    features = [_feature(plain(lawn), _lawn_properties(lawn, address)) for lawn in lawns]
    if boundary is not None:
        features.append(_feature(plain(boundary), {"role": "boundary", "address": address}))
    if dock is not None:
        features.append(_feature({"type": "Point", "coordinates": list(dock)}, {"role": "dock", "address": address}))
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def write_lawn_file(
    kind: str,
    lawns: tuple[dict[str, Any], ...],
    boundary: Mapping[str, Any] | None,
    dock: Position | None,
    *,
    address: str,
) -> str:
    """The text of a file of kind ``geojson`` or ``kml``."""
    if kind == "geojson":
        return write_geojson(lawns, boundary, dock, address=address)
    if kind != "kml":
        raise Invalid(Text("format {format!r}: expected {choices}", format=kind, choices=" or ".join(FORMATS)))
    shapes = [
        KmlShape(_said(lawn, n), "lawn", plain(lawn), str(lawn.get("part", ""))) for n, lawn in enumerate(lawns, 1)
    ]
    if boundary is not None:
        shapes.append(KmlShape("Lot boundary", "boundary", plain(boundary)))
    if dock is not None:
        shapes.append(KmlShape("Dock", "dock", {"type": "Point", "coordinates": list(dock)}))
    return write_kml(shapes, title=address)


def _said(lawn: Mapping[str, Any], number: int) -> str:
    return f"Lawn {number}" + (f" ({lawn['part']})" if lawn.get("part") else "")


def _lawn_properties(lawn: Mapping[str, Any], address: str) -> dict[str, Any]:
    area = lawn_area(lawn)
    measured = {} if area is None else {"area_m2": round(area.area_m2, 2), "area_source": AREA_SOURCE}
    return {"role": "lawn", "part": str(lawn.get("part", "")), "address": address} | measured


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {k: geometry[k] for k in ("type", "coordinates")}}


def _text(content: bytes, name: str) -> str:
    if len(content) > MOST_BYTES:
        raise Invalid(Text("{name}: larger than {n:,} bytes", name=name, n=MOST_BYTES))
    if content.startswith(b"PK"):
        raise Invalid(Text("{name}: a packed file (KMZ?); unpack it and give the KML within", name=name))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(Text("{name}: not UTF-8 text", name=name)) from error
    if not text.strip():
        raise Invalid(Text("{name}: the file is empty", name=name))
    return text


def _geojson_shapes(text: str, name: str) -> Iterator[KmlShape]:
    document = read_json(text, name=name)
    crs = document.get("crs")
    if crs is not None and not any(known in json.dumps(crs) for known in WGS84_NAMES):
        given = json.dumps(crs)[:80]
        raise Invalid(Text("{name}: coordinates in {crs}; expected WGS84 longitude and latitude", name=name, crs=given))
    kind = document.get("type")
    features = document.get("features") if kind == "FeatureCollection" else [document]
    if not isinstance(features, list) or kind is None:
        raise Invalid(Text("{name}: no GeoJSON", name=name))
    for feature in features:
        properties = feature.get("properties") if isinstance(feature, dict) else None
        known = properties if isinstance(properties, dict) else {}
        geometry = (
            feature.get("geometry") if isinstance(feature, dict) and feature.get("type") == "Feature" else feature
        )
        said = str(known.get("role") or ""), str(known.get("name") or "")
        yield KmlShape(said[1], said[0], geometry, str(known.get("part") or ""))


def _take(reading: _Reading, index: int, shape: KmlShape) -> None:
    if shape.problem:
        reading.refuse(index, shape.name, "geometry", shape.problem, N_("a polygon"))
        return
    geometry = shape.geometry
    role = shape.role.lower() or ("boundary" if shape.name.strip().lower() in BOUNDARY_NAMES else "")
    if isinstance(geometry, Mapping) and geometry.get("type") == "Point" and role == "dock":
        _take_dock(reading, index, shape)
        return
    parts = _parts(geometry)
    if not parts:
        kind = geometry.get("type") if isinstance(geometry, Mapping) else type(geometry).__name__
        reason = Text("{kind} is no area", kind=str(kind)[:40])
        reading.refuse(index, shape.name, "geometry", reason, N_("Polygon or MultiPolygon"))
        return
    for part in parts:
        try:
            polygon = plain(part)
        except NotAPolygon as error:
            reading.refuse(
                index, shape.name, "coordinates", str(error.args[0]), N_("a closed ring of corners in degrees")
            )
            continue
        if role != "boundary":
            reading.lawns.append(polygon | ({"part": shape.part[:20]} if shape.part else {}))
        elif reading.boundary is None:
            reading.boundary = polygon
        else:
            reading.refuse(index, shape.name, "role", N_("is a second boundary"), N_("one boundary for a lot"))


def _take_dock(reading: _Reading, index: int, shape: KmlShape) -> None:
    place = shape.geometry.get("coordinates")
    try:
        longitude, latitude = float(place[0]), float(place[1])
    except (TypeError, ValueError, IndexError, KeyError):
        longitude = latitude = float("nan")
    if abs(longitude) <= 180 and abs(latitude) <= 90:
        reading.dock = (longitude, latitude)
    else:
        reading.refuse(index, shape.name, "coordinates", N_("leaves the map"), N_("[longitude, latitude] in degrees"))


def _parts(geometry: Any) -> list[dict[str, Any]]:
    """The polygons of a geometry, those of collections, too."""
    if not isinstance(geometry, Mapping):
        return []
    coordinates = geometry.get("coordinates")
    if geometry.get("type") == "Polygon":
        return [dict(geometry)]
    if geometry.get("type") == "MultiPolygon" and isinstance(coordinates, list | tuple):
        return [{"type": "Polygon", "coordinates": part} for part in coordinates]
    inner = geometry.get("geometries")
    if geometry.get("type") == "GeometryCollection" and isinstance(inner, list | tuple):
        return [
            part
            for one in inner
            if isinstance(one, Mapping) and one.get("type") != geometry["type"]
            for part in _parts(one)
        ]
    return []
