"""The still layers: styled by kind, named by content, specified by pydeck, read again only when told to."""

import json
from typing import Any

import pytest

from core.fleet.model import DeviceMap, MapZone
from core.geo import Point
from dashboard.live import scenery
from dashboard.live.static_layers import Layers, StaticLayers, data_sets
from tests.dashboard.live.cast import NOW
from tests.dashboard.test_state_style import STATE_STYLES, contrast

SQUARE = [[[-92.5, 44.0], [-92.4, 44.0], [-92.4, 44.1], [-92.5, 44.1], [-92.5, 44.0]]]


def collection(*features: dict[str, Any]) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)}


def polygon(**properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": SQUARE}, "properties": properties}


def road(name: str, road_class: str, *places: list[float], attribution: str = "") -> dict[str, Any]:
    properties = {"name": name, "road_class": road_class, "attribution": attribution}
    return {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": list(places)},
        "properties": properties,
    }


TOWN = {
    "lots": collection(polygon(id="1", address="12 Elm Street")),
    "houses": collection(polygon(lot="1")),
    "lawns": collection(polygon(lot="1", part="front")),
    "homes": collection(),
    "docks": collection(
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [-92.45, 44.05]}, "properties": {"mower": "A"}}
    ),
    "roads": collection(
        road("Elm Street", "residential", [-92.5, 44.0], [-92.49, 44.0], attribution="© OpenStreetMap contributors"),
        road("", "service", [-92.5, 44.0], [-92.5, 44.01]),
    ),
    "features": collection(
        polygon(kind="water", name="Mill Pond", lot=None),
        polygon(kind="park", name="", lot=None),
        polygon(kind="bed", name="", lot="1"),
        polygon(kind="tree", name="", lot=None),
        polygon(kind="spaceship", name="", lot=None),
    ),
}
LUBA_MAP = DeviceMap(
    device_name="A",
    synced_at=NOW,
    areas=(MapZone(7, "Front", ((-92.5, 44.0), (-92.4, 44.0), (-92.4, 44.1))),),
    dock=Point(-92.41, 44.01),
)


def test_every_data_set_is_styled_and_what_is_of_no_known_kind_is_left_out() -> None:
    sets = dict(data_sets(TOWN, [LUBA_MAP]))
    assert [item["properties"]["light"] for item in sets["ground"]] == [
        list(scenery.GROUND["park"].light),
        list(scenery.GROUND["water"].light),
    ]
    assert len(sets["yard"]) == len(sets["trees"]) == len(sets["areas"]) == 1
    assert [item["properties"]["width"] for item in sets["roads"]] == [8.4, 4.5]
    assert {item["properties"]["name"] for item in sets["road-names"]} == {"Elm Street"}
    assert [dock["geometry"]["coordinates"] for dock in sets["docks"]] == [[-92.41, 44.01]]  # the device knows best


def test_the_specification_is_pydecks_and_names_only_data_that_is_there() -> None:
    layers = Layers.build(TOWN, [], "/live/layer")
    told = json.loads(layers.specs["light"].body)
    ids = {layer["id"]: layer for layer in told["spec"]["layers"]}
    assert ids["lawns"]["@@type"] == "GeoJsonLayer"
    assert ids["lawns"]["data"] == f"/live/layer/lawns?v={layers.data['lawns'].tag}"
    assert ids["ground"]["getFillColor"] == "@@=properties.light"
    assert "no-go" not in ids
    assert told["facts"]["attributions"] == ["© OpenStreetMap contributors"]
    assert json.loads(layers.specs["dark"].body)["spec"]["layers"][0]["getFillColor"] == "@@=properties.dark"


def test_day_and_night_differ_in_the_specification_but_share_their_data() -> None:
    layers = Layers.build(TOWN, [], "/live/layer")
    light, dark = (json.loads(layers.specs[theme].body)["spec"]["layers"] for theme in ("light", "dark"))
    assert [layer["data"] for layer in light] == [layer["data"] for layer in dark]
    assert light != dark


async def test_layers_are_read_once_until_they_are_outdated() -> None:
    reads = 0

    async def read() -> dict[str, Any]:
        nonlocal reads
        reads += 1
        return TOWN

    layers = StaticLayers(read, lambda: [LUBA_MAP])
    first = await layers.layers()
    assert await layers.layers() is first
    layers.outdated()
    assert await layers.layers() is not first
    assert reads == 2


def test_an_empty_database_gives_a_map_of_nothing() -> None:
    told = json.loads(Layers.build({}, [], "/live/layer").specs["light"].body)
    assert told["spec"].get("layers", []) == []
    assert told["facts"]["bounds"] is None


@pytest.mark.parametrize("kind", ["lawn", "grass", "park", "commons", "carriageway", "field"])
def test_every_state_stands_out_from_the_ground_it_drives_on(kind: str) -> None:
    look = scenery.LAWN if kind == "lawn" else scenery.GROUND.get(kind) or scenery.YARD[kind]

    def text(colour: tuple[int, int, int, int]) -> str:
        return "#" + "".join(f"{part:02x}" for part in colour[:3])

    for style in STATE_STYLES.values():
        assert contrast(style.colour.light, text(look.light)) >= 3
        assert contrast(style.colour.dark, text(look.dark)) >= 3
