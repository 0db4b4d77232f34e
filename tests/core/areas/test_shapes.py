"""What may be given as the outline of an area, and how a wrong one is told."""

import json
from typing import Any

import pytest

from core.areas import outline_of, read_outline
from core.errors import Invalid

SQUARE: dict[str, Any] = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
FAR: dict[str, Any] = {"type": "Polygon", "coordinates": [[[5, 5], [6, 5], [6, 6], [5, 6], [5, 5]]]}


def feature(geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": {}}


def test_a_polygon_is_kept_and_features_become_one_shape() -> None:
    assert outline_of(SQUARE)["type"] == "Polygon"
    both = outline_of({"type": "FeatureCollection", "features": [feature(SQUARE), feature(FAR)]})
    assert both["type"] == "MultiPolygon"
    assert outline_of(both) == both
    assert read_outline(json.dumps(SQUARE)) == outline_of(SQUARE)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([], "no GeoJSON"),
        ({"type": "Point", "coordinates": [0, 0]}, "holds a Point"),
        ({"type": "FeatureCollection"}, "without its list"),
        ({"type": "FeatureCollection", "features": []}, "no polygon"),
        ({"type": "Polygon"}, "polygon 1"),
        ({"type": "Polygon", "coordinates": []}, "polygon 1 has no corners"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0]]]}, "polygon 1"),
        ({"type": "Polygon", "coordinates": [[["a", 0], [1, 0], [1, 1], ["a", 0]]]}, "polygon 1"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [200, 0], [200, 1], [0, 0]]]}, "off the earth"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}, "Self-intersection"),
        (feature(None), "no GeoJSON"),
        (
            {"type": "FeatureCollection", "features": [feature(SQUARE), feature({**SQUARE, "coordinates": []})]},
            "polygon 2",
        ),
    ],
)
def test_a_wrong_outline_says_what_is_wrong_and_where(given: Any, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        outline_of(given)


def test_text_that_is_no_json_is_told_so() -> None:
    with pytest.raises(Invalid, match="not JSON"):
        read_outline("{")
