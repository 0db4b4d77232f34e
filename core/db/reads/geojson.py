"""Small makers of GeoJSON (RFC 7946)."""

from collections.abc import Iterable
from typing import Any


def feature(geometry: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def point(longitude: float, latitude: float) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [longitude, latitude]}


def bare(geometry: dict[str, Any]) -> dict[str, Any]:
    """The geometry without foreign members."""
    return {"type": geometry["type"], "coordinates": geometry["coordinates"]}
