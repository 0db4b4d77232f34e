"""Parcels out of a GeoJSON text, each checked: pure, no database.

A feature is known by its own number (``KEYS``, else the feature's ``id``). One that has none is known by its shape. A
MultiPolygon is several lots, one a part. Nothing is repaired: what is no sound polygon is refused, with its place.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
import shapely
from shapely import Polygon

from core.errors import Invalid
from core.neighbourhood.answers import Home
from core.neighbourhood.imports.report import RefusedRow, printable
from core.neighbourhood.imports.road_features import WGS84_NAMES, read_json
from core.neighbourhood.lot_shapes import LARGEST_LOT_M2, polygon_area_m2
from core.neighbourhood.lots.plane import geojson
from core.neighbourhood.lots.polygons import NotAPolygon, read_polygon
from core.texts import N_, Text

KEYS = ("parcel_id", "parcelid", "pin", "pid", "apn", "parcel", "parcel_no", "parcelnumb", "objectid", "id")
ADDRESSES = ("address", "situs_address", "situsaddr", "site_address", "siteaddres", "full_address", "st_address")
SMALLEST_M2 = 4.0


@dataclass(frozen=True, slots=True)
class ParcelShape:
    """One accepted parcel."""

    index: int
    """The feature's position in the file, from 0."""
    key: str
    address: str
    polygon: Polygon

    @property
    def boundary(self) -> dict[str, Any]:
        return geojson(self.polygon)


@dataclass(slots=True)
class ParcelFile:
    """What a file of parcels holds."""

    features: int = 0
    duplicates: int = 0
    parcels: list[ParcelShape] = field(default_factory=list)
    refused: list[RefusedRow] = field(default_factory=list)
    split: int = 0
    """Features of several parts, each taken as a lot of its own."""
    unnamed: int = 0
    """Features without a number, known by their shape."""

    def refuse(self, index: int, part: str, reason: str, value: object, expected: str) -> None:
        self.refused.append(RefusedRow(index, part, reason, printable(value, length=80), expected))


def read_parcels(text: str, *, name: str) -> ParcelFile:
    """Check every feature. ``Invalid`` when the file as a whole is broken or holds no usable parcel."""
    read = ParcelFile()
    seen: dict[str, ParcelShape] = {}
    for index, feature in enumerate(_features(read_json(text, name=name), name)):
        read.features += 1
        for parcel in _parcels(read, index, feature):
            first = seen.setdefault(parcel.key, parcel)
            if first is parcel:
                read.parcels.append(parcel)
            elif first.polygon.equals(parcel.polygon):
                read.duplicates += 1
            else:
                reason = Text("is the parcel of feature {n} with another shape", n=first.index)
                read.refuse(index, "parcel_id", reason, parcel.key, N_("one shape for each parcel"))
    if not read.parcels:
        reasons = [
            Text("feature {n}: {field}: {reason}", n=r.row, field=r.field, reason=r.reason) for r in read.refused
        ]
        counts = {"features": read.features, "refused": len(read.refused)}
        raise Invalid(
            Text("{name}: no usable parcel ({features} read, {refused} refused)", name=name, **counts),
            reasons=reasons[:5],
        )
    return read


def homes_on(parcels: Sequence[ParcelShape], homes: Sequence[Home]) -> list[list[int]]:
    """For each parcel the address points that stand on it, by key."""
    known = [home for home in homes if home.id is not None]
    points = shapely.points([home.longitude for home in known], [home.latitude for home in known])
    tree = shapely.STRtree(points)
    parcel, point = tree.query(np.array([one.polygon for one in parcels], dtype=object), predicate="intersects")
    found: list[list[int]] = [[] for _ in parcels]
    for at, number in zip(parcel, point, strict=True):
        home_id = known[number].id
        assert home_id is not None
        found[at].append(home_id)
    return [sorted(ids) for ids in found]


def _features(document: dict[str, Any], name: str) -> list[Any]:
    crs = document.get("crs")
    if crs is not None and not any(known in json.dumps(crs) for known in WGS84_NAMES):
        given = json.dumps(crs)[:80]
        raise Invalid(Text("{name}: coordinates in {crs}; expected WGS84 longitude and latitude", name=name, crs=given))
    kind = document.get("type")
    if kind == "FeatureCollection":
        features = document.get("features")
        if not isinstance(features, list):
            raise Invalid(Text("{name}: 'features' is missing or not a list", name=name))
        return features
    if kind in {"Feature", "Polygon", "MultiPolygon"}:
        return [document]
    raise Invalid(Text("{name}: no GeoJSON FeatureCollection of parcels", name=name))


def _parcels(read: ParcelFile, index: int, feature: Any) -> Iterator[ParcelShape]:
    if not isinstance(feature, dict):
        read.refuse(index, "feature", N_("is not an object"), feature, N_("a Feature"))
        return
    geometry = feature.get("geometry") if feature.get("type") == "Feature" else feature
    given = feature.get("properties")
    properties = {str(name).lower(): value for name, value in given.items()} if isinstance(given, dict) else {}
    parts = _parts(geometry)
    if parts is None:
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        read.refuse(index, "geometry", N_("is not an area"), kind, N_("Polygon or MultiPolygon"))
        return
    polygons = [_polygon(read, index, part) for part in parts]
    if None in polygons:  # a lot of which a part is wrong is wrong
        return
    key = _text(properties, KEYS, 70) or printable(feature.get("id") or "", length=70)
    read.unnamed += not key
    read.split += len(parts) > 1
    for number, polygon in enumerate(polygons, 1):
        assert polygon is not None
        own = key or f"shape-{sha256(shapely.to_wkb(polygon)).hexdigest()[:24]}"
        yield ParcelShape(
            index, f"{own}/{number}" if key and len(parts) > 1 else own, _text(properties, ADDRESSES, 120), polygon
        )


def _parts(geometry: Any) -> list[dict[str, Any]] | None:
    if not isinstance(geometry, dict):
        return None
    if geometry.get("type") == "Polygon":
        return [geometry]
    coordinates = geometry.get("coordinates")
    if geometry.get("type") != "MultiPolygon" or not isinstance(coordinates, list) or not coordinates:
        return None
    return [{"type": "Polygon", "coordinates": part} for part in coordinates]


def _polygon(read: ParcelFile, index: int, part: dict[str, Any]) -> Polygon | None:
    try:
        polygon = read_polygon(part)
    except NotAPolygon as error:
        read.refuse(index, "geometry", error.args[0], part.get("type"), N_("a closed ring of corners in degrees"))
        return None
    if not polygon.is_valid:
        reason = shapely.is_valid_reason(polygon)
        read.refuse(index, "geometry", N_("is not a sound polygon"), reason, N_("edges that do not cross"))
        return None
    area = polygon_area_m2(polygon)
    if not SMALLEST_M2 <= area <= LARGEST_LOT_M2:
        expected = Text("{least:g} to {most:,.0f} m²", least=SMALLEST_M2, most=LARGEST_LOT_M2)
        read.refuse(index, "geometry", N_("has an area out of range"), f"{area:,.1f} m²", expected)
        return None
    return polygon


def _text(properties: Mapping[str, Any], names: Sequence[str], length: int) -> str:
    """The first of these properties that says something."""
    for name in names:
        value = properties.get(name)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            return printable(value, length=length).strip()
    return ""
