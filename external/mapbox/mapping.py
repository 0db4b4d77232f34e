"""A Mapbox v6 answer as places: the one spot that knows its fields. Pure."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from core.neighbourhood.registration import GeocodedPlace

SURE = frozenset({"exact", "high"})
LENGTHS = {"address": 120, "city": 80, "state": 2, "postcode": 10}


class Malformed(Exception):
    """The answer is not what the provider documents."""


def places_of(document: Mapping[str, Any]) -> tuple[GeocodedPlace, ...]:
    """The addresses of an answer, in its order. `Malformed` when it is no FeatureCollection.

    A feature without number, street, town or position is left out: nobody could register it.
    """
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise Malformed("no FeatureCollection")
    found = (_place(feature) for feature in features)
    return tuple(place for place in found if place is not None)


def _place(feature: Any) -> GeocodedPlace | None:
    properties = _part(feature, "properties")
    context = _part(properties, "context")
    position = _part(properties, "coordinates")
    texts = {
        "address": _text(properties, "name"),
        "city": _text(_part(context, "place"), "name"),
        "state": _text(_part(context, "region"), "region_code"),
        "postcode": _text(_part(context, "postcode"), "name"),
    }
    longitude: Any = position.get("longitude")
    latitude: Any = position.get("latitude")
    whole = properties.get("feature_type") == "address" and texts["address"] and texts["city"]
    if not whole or not _is_degrees(longitude, 180) or not _is_degrees(latitude, 90):
        return None
    sure = _text(_part(properties, "match_code"), "confidence") in SURE
    cut = {name: text[: LENGTHS[name]] for name, text in texts.items()}
    return GeocodedPlace(**cut, longitude=float(longitude), latitude=float(latitude), exact=sure)


def _part(of: Any, name: str) -> Mapping[str, Any]:
    part = of.get(name) if isinstance(of, Mapping) else None
    return part if isinstance(part, Mapping) else {}


def _text(of: Mapping[str, Any], name: str) -> str:
    value = of.get(name)
    return "".join(letter for letter in value if letter.isprintable()).strip() if isinstance(value, str) else ""


def _is_degrees(value: Any, bound: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and abs(value) <= bound
