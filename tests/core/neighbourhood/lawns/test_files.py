"""Files of lawns: what is written comes back corner for corner; what is broken is named, the rest is kept."""

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.neighbourhood.lawns.files import read_lawn_file, write_lawn_file
from tests.core.neighbourhood.lawns.elm_lot import BACK_LAWN, LOT, box, corners_of, place, polygon

POND = box(1, 21, 19, 29, holes=(corners_of(5, 23, 8, 26),)) | {"part": "back"}
FRONT = box(1, 1, 19, 10) | {"part": "front"}

KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="{namespace}"><Document><Folder>{placemarks}</Folder></Document></kml>"""
PLACEMARK = """<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>
{coordinates}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"""
SOUND = "-92.5,44.0,0 -92.4999,44.0,0 -92.4999,44.0001,0 -92.5,44.0,0"


def kml(*placemarks: str, namespace: str = "http://www.opengis.net/kml/2.2") -> bytes:
    return KML.format(namespace=namespace, placemarks="".join(placemarks)).encode()


def placemark(name: str, coordinates: str) -> str:
    return PLACEMARK.format(name=name, coordinates=coordinates)


@pytest.mark.parametrize("kind", ["geojson", "kml"])
def test_what_is_written_comes_back_corner_for_corner(kind: str) -> None:
    text = write_lawn_file(kind, (POND, FRONT), LOT, place(3, 5), address="2 Elm & Oak <St>")
    read = read_lawn_file(text.encode(), name=f"lawn.{kind}")
    assert read.format == kind and read.refused == ()
    assert read.lawns == (POND, FRONT) and read.boundary == LOT and read.dock == place(3, 5)


corner = st.tuples(st.integers(-40, 40), st.integers(-40, 40))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(corner, min_size=3, max_size=8, unique=True), min_size=1, max_size=3),
    st.sampled_from(["geojson", "kml"]),
)
def test_any_ring_survives_the_round_trip(rings: list[list[tuple[float, float]]], kind: str) -> None:
    lawns = tuple(polygon(*ring) for ring in rings)
    text = write_lawn_file(kind, lawns, None, None, address="2 ELM ST")
    assert read_lawn_file(text.encode(), name="x").lawns == lawns


def test_geojson_says_the_area_and_how_it_was_measured() -> None:
    (feature,) = json.loads(write_lawn_file("geojson", (BACK_LAWN,), None, None, address="2 ELM ST"))["features"]
    assert 143 < feature["properties"]["area_m2"] < 145 and "WGS84" in feature["properties"]["area_source"]


def test_broken_placemarks_are_named_and_the_sound_ones_kept() -> None:
    read = read_lawn_file(
        kml(
            placemark("good", SOUND),
            placemark("letters", "a,b c,d e,f"),
            placemark("thin", "-92.5,44.0 -92.4,44.0"),
            "<Placemark><name>nothing</name></Placemark>",
            "<Placemark><name>path</name><LineString><coordinates>1,2 3,4</coordinates></LineString></Placemark>",
            placemark("far", "500,44 501,44 501,45 500,44"),
        ),
        name="lawn.kml",
    )
    assert len(read.lawns) == 1 and read.features == 6
    assert [(row.index, row.name, row.field) for row in read.refused] == [
        (1, "letters", "geometry"),
        (2, "thin", "coordinates"),
        (3, "nothing", "geometry"),
        (4, "path", "geometry"),
        (5, "far", "coordinates"),
    ]
    assert all(row.reason and row.expected for row in read.refused)


@pytest.mark.parametrize("namespace", ["http://earth.google.com/kml/2.1", "http://www.opengis.net/kml/2.2", ""])
def test_older_files_are_read_too(namespace: str) -> None:
    assert len(read_lawn_file(kml(placemark("a", SOUND), namespace=namespace), name="a.kml").lawns) == 1


def test_a_polygon_called_the_boundary_is_the_boundary_and_a_second_one_is_refused() -> None:
    read = read_lawn_file(kml(placemark("Lot boundary", SOUND), placemark("Boundary", SOUND)), name="a.kml")
    assert read.boundary is not None and read.lawns == ()
    assert [row.field for row in read.refused] == ["role"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "empty"),
        (b"PK\x03\x04", "packed"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"{", "not JSON"),
        (b"{}", "no GeoJSON"),
        (b'{"type": "FeatureCollection", "crs": {"name": "EPSG:3857"}, "features": []}', "expected WGS84"),
        (b"<kml><Document>", "not XML"),
        (b"<svg/>", "not KML"),
        (b" " * 2_000_001, "larger than"),
        (b'<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml>&x;</kml>', "document type"),
        (json.dumps({"type": "FeatureCollection", "features": [{}] * 501}).encode(), "more than 500"),
    ],
)
def test_a_file_broken_as_a_whole_is_refused_in_words(content: bytes, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        read_lawn_file(content, name="lawn")


def test_an_entity_bomb_is_not_opened() -> None:
    bomb = '<!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><kml><name>&b;</name></kml>'
    with pytest.raises(Invalid, match="entities"):
        read_lawn_file(bomb.encode(), name="bomb.kml")


KEYS = st.sampled_from(["type", "features", "geometry", "coordinates", "properties", "role", "geometries"])
WORDS = st.sampled_from(["Feature", "Polygon", "MultiPolygon", "Point", "dock", "GeometryCollection"])
ATOMS = st.none() | st.booleans() | st.floats() | st.text(max_size=8)


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner | WORDS, max_size=5)


@settings(max_examples=80, deadline=None)
@given(st.recursive(ATOMS, nested, max_leaves=12))
def test_no_document_however_odd_breaks_the_reader(features: Any) -> None:
    document = {"type": "FeatureCollection", "features": [features]}
    read = read_lawn_file(json.dumps(document).encode(), name="odd.json")
    assert read.features == 1 and (read.refused or read.lawns or read.boundary or read.dock)


def test_importing_the_reader_says_nothing_on_standard_error() -> None:
    code = "import core.neighbourhood.lawns.kml"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
