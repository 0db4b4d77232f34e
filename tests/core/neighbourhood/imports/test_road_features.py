"""Road files: what counts as a road, what is refused, and which files are broken."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.neighbourhood.imports.road_features import RoadFile, is_drivable, read_road_features

NODES = [{"type": "node", "id": n, "lat": 44.0 + n / 1000, "lon": -92.5} for n in range(1, 5)]


def read(document: object) -> RoadFile:
    return read_road_features(json.dumps(document), name="roads.json")


def overpass(*ways: dict[str, Any], **more: Any) -> RoadFile:
    return read({"elements": [*NODES, *ways], **more})


def way(nodes: list[int], highway: str | None = "residential", **tags: str) -> dict[str, Any]:
    return {"type": "way", "id": 7, "nodes": nodes, "tags": ({"highway": highway} if highway else {}) | tags}


def feature(geometry: object, **properties: object) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def line(*points: object) -> dict[str, Any]:
    return {"type": "LineString", "coordinates": list(points)}


def collection(*features: object) -> RoadFile:
    good = feature({"type": "LineString", "coordinates": [[-92.5, 44.0], [-92.5, 44.1]]}, name="GOOD ST")
    return read({"type": "FeatureCollection", "features": [good, *features]})


def test_an_overpass_way_becomes_a_named_line_with_its_class() -> None:
    read_file = overpass(way([1, 2, 3], name="Fox Grove Pl"))
    (road,) = read_file.roads
    assert (road.way_id, road.name, road.road_class) == ("7", "Fox Grove Pl", "residential")
    assert road.line == [[-92.5, 44.001], [-92.5, 44.002], [-92.5, 44.003]]
    assert (read_file.source, read_file.attribution) == ("osm", "© OpenStreetMap contributors")


def test_the_data_date_is_the_time_of_the_openstreetmap_base() -> None:
    read_file = overpass(way([1, 2]), osm3s={"timestamp_osm_base": "2025-07-23T17:19:50Z"})
    assert read_file.data_date is not None
    assert read_file.data_date.isoformat() == "2025-07-23T17:19:50+00:00"


def test_a_way_may_carry_its_own_geometry() -> None:
    points = [{"lat": 44.0, "lon": -92.5}, {"lat": 44.1, "lon": -92.4}]
    read_file = overpass({"type": "way", "id": 9, "geometry": points, "tags": {"highway": "primary"}})
    assert read_file.roads[0].line == [[-92.5, 44.0], [-92.4, 44.1]]


@pytest.mark.parametrize(
    ("tags", "drivable"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "motorway_link"}, True),
        ({"highway": "living_street"}, True),
        ({"highway": "service"}, True),
        ({"highway": "service", "service": "alley"}, True),
        ({"highway": "service", "service": "driveway"}, False),
        ({"highway": "service", "service": "parking_aisle"}, False),
        ({"highway": "footway"}, False),
        ({"highway": "cycleway"}, False),
        ({"highway": "proposed"}, False),
        ({}, True),
    ],
)
def test_only_roads_that_cars_drive_count(tags: dict[str, str], drivable: bool) -> None:
    assert is_drivable(tags) is drivable


def test_paths_and_ways_without_a_class_are_skipped_not_refused() -> None:
    read_file = overpass(way([1, 2]), way([1, 2], "footway"), way([1, 2], None, building="yes"))
    assert (read_file.features, len(read_file.roads), read_file.skipped, read_file.refused) == (3, 1, 2, [])


def test_a_way_with_a_missing_node_keeps_its_known_parts_and_is_reported() -> None:
    read_file = overpass(way([1, 2, 99, 3, 4]))
    assert [len(road.line) for road in read_file.roads] == [2, 2]
    (refusal,) = read_file.refused
    assert (refusal.row, refusal.field, refusal.value) == (4, "nodes", "way 7: 1 of 5")


def test_an_incomplete_overpass_answer_is_refused_as_a_whole() -> None:
    with pytest.raises(Invalid, match=r"incomplete .*timed out"):
        overpass(way([1, 2]), remark="runtime error: Query timed out")


def test_geojson_lines_are_taken_as_derived_and_multilines_part_by_part() -> None:
    multi = {"type": "MultiLineString", "coordinates": [[[-92, 44], [-92, 45]], [[-91, 44, 300], [-91, 45, 300]]]}
    read_file = collection(feature(multi, name="TWIN RD"))
    assert read_file.source == "derived"
    assert [(road.name, len(road.line)) for road in read_file.roads] == [("GOOD ST", 2), ("TWIN RD", 2), ("TWIN RD", 2)]
    assert read_file.roads[2].line == [[-91.0, 44.0], [-91.0, 45.0]]


def test_a_single_feature_and_a_bare_line_are_taken() -> None:
    straight = {"type": "LineString", "coordinates": [[-92.5, 44.0], [-92.5, 44.1]]}
    assert len(read(straight).roads) == len(read(feature(straight)).roads) == 1


def test_geojson_made_by_overpass_is_openstreetmap_data() -> None:
    straight = {"type": "LineString", "coordinates": [[-92.5, 44.0], [-92.5, 44.1]]}
    made = {"type": "FeatureCollection", "generator": "overpass-turbo", "timestamp": "2026-01-02T03:04:05Z"}
    read_file = read(made | {"features": [feature(straight, highway="residential", **{"@id": "way/5"})]})
    assert (read_file.source, read_file.roads[0].way_id) == ("osm", "way/5")


@pytest.mark.parametrize(
    ("bad", "field", "reason"),
    [
        ("nothing", "feature", "is not an object"),
        (feature(None), "geometry", "is not a line"),
        (feature({"type": "Point", "coordinates": [0, 0]}), "geometry", "is not a line"),
        (feature({"type": "LineString"}), "coordinates", "are fewer than two points"),
        (feature(line([-92, 44])), "coordinates", "are fewer than two points"),
        (feature(line([44, -92], [44, -93])), "coordinates", "hold a point off the map"),
        (feature(line(["a", 1], [1, 1])), "coordinates", "hold a point off the map"),
        (feature(line([1e400, 1], [1, 1])), "coordinates", "hold a point off the map"),
        (feature(line([1, 1], [1, 1])), "coordinates", "are one point repeated"),
    ],
)  # fmt: skip
def test_a_bad_feature_is_refused_with_its_index_field_and_reason(bad: object, field: str, reason: str) -> None:
    read_file = collection(bad)
    assert [(row.row, row.field, row.reason) for row in read_file.refused] == [(1, field, reason)]
    assert len(read_file.roads) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ('{"elements": [', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[1, 2]", "expected a JSON object, found list"),
        ('{"a": 1}', "neither Overpass JSON"),
        ('{"type": "FeatureCollection"}', "'features' is missing"),
        ('{"type": "FeatureCollection", "features": []}', "no drivable road"),
        ('{"elements": []}', "no drivable road"),
        ('{"type": "FeatureCollection", "features": [], "crs": {"name": "EPSG:26915"}}', "expected WGS84"),
    ],
)
def test_a_broken_file_is_refused_as_a_whole(text: str, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_road_features(text, name="roads.json")


def test_names_lose_control_characters_and_halves_of_characters() -> None:
    straight = {"type": "LineString", "coordinates": [[-92.5, 44.0], [-92.5, 44.1]]}
    assert collection(feature(straight, name="A\0B\ud800C")).roads[1].name == "ABC"


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(json_values, json_values)
def test_any_geometry_is_either_taken_or_refused(geometry: object, coordinates: object) -> None:
    read_file = collection(feature(geometry), feature({"type": "MultiLineString", "coordinates": coordinates}))
    assert read_file.features == 3
    assert len(read_file.roads) + len(read_file.refused) + read_file.skipped >= 3


@given(json_values, json_values)
def test_any_way_is_either_taken_skipped_or_refused(nodes: object, tags: object) -> None:
    odd = [
        {"type": "way", "id": 8, "nodes": nodes, "tags": tags},
        {"type": "way", "nodes": nodes, "tags": {"highway": "road"}},
    ]
    read_file = overpass(way([1, 2]), *odd)
    assert read_file.features == 3
    assert len(read_file.roads) >= 1
