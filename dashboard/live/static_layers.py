"""The still layers of the map, as the browser fetches them: read once, styled by kind, built once for everybody."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, degrees, hypot, radians
from typing import Any

from core.fleet.model import DeviceMap
from core.geo import METRES_PER_DEGREE
from dashboard.live.payload import Payload, to_json
from dashboard.live.scenery import DEFAULT_ROAD_M, GROUND, ROAD_WIDTH_M, YARD, Look
from dashboard.live.spec import map_spec

type Collections = Mapping[str, Mapping[str, Any]]
"""``lots houses lawns docks roads features`` as GeoJSON FeatureCollections, as ``core.db.reads.map_layers`` gives, and
``hulls`` of clusters (`dashboard.live.hulls`) where the viewer may know them."""
type Read = Callable[[], Awaitable[Collections]]
type Box = tuple[float, float, float, float]

PAVED = frozenset({"sidewalk", "path", "carriageway", "turning_head"})
UNDER_LAWN = frozenset({"grass", "driveway", "patio"})
NAME_EVERY_M = 260.0
"""A long street carries its name again after this many metres."""
AROUND_DEG = 0.0006


@dataclass(frozen=True)
class Layers:
    """One reading of the still layers: data sets, the specification by theme, bounds, and who must be named."""

    data: Mapping[str, Payload]
    specs: Mapping[str, Payload]

    @classmethod
    def build(cls, collections: Collections, maps: Sequence[DeviceMap], path: str) -> "Layers":
        """``path`` is where data sets are fetched; it may be slow: call it off the event loop."""
        sets = dict(data_sets(collections, maps))
        data = {name: Payload(_collection(features)) for name, features in sets.items() if features}
        addresses = {name: f"{path}/{name}?v={payload.tag}" for name, payload in data.items()}
        box = _bounds([*sets["lots"], *sets["areas"], *sets["docks"]]) or _bounds(sets["roads"])
        told = {
            "bounds": box,
            "docks": [place["geometry"]["coordinates"] for place in sets["docks"]],
            "attributions": sorted({road["properties"].get("attribution") or "" for road in sets["roads"]} - {""}),
            "hulls": addresses.get("hulls"),  # the browser fetches them when it shows them
        }
        view = {"longitude": 0.0, "latitude": 20.0, "zoom": 1.0}
        if box is not None:
            view = {"longitude": (box[0] + box[2]) / 2, "latitude": (box[1] + box[3]) / 2, "zoom": 15.0}
        specs = {}
        for theme in ("light", "dark"):
            spec = map_spec(addresses, theme=theme, view=view)
            specs[theme] = Payload(f'{{"spec":{spec},"facts":{to_json(told)}}}'.encode())
        return cls(data, specs)


class StaticLayers:
    """Keeps the present :class:`Layers`; reads again once told that something changed."""

    def __init__(self, read: Read, maps: Callable[[], Sequence[DeviceMap]], *, path: str = "/live/layer") -> None:
        self._read = read
        self._maps = maps
        self._path = path
        self._layers: Layers | None = None
        self._version = 0
        self._building = asyncio.Lock()

    def outdated(self) -> None:
        """Lots, roads, lawn maps or clusters changed: read again when next asked."""
        self._version += 1
        self._layers = None

    async def layers(self) -> Layers:
        async with self._building:
            while self._layers is None:
                version = self._version
                collections = await self._read()
                built = await asyncio.to_thread(Layers.build, collections, tuple(self._maps()), self._path)
                if version == self._version:
                    self._layers = built
                else:
                    await asyncio.sleep(0)
            return self._layers


def data_sets(collections: Collections, maps: Sequence[DeviceMap]) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    """Every data set of the specification with its features, styled."""

    def features(name: str) -> list[dict[str, Any]]:
        return list(collections.get(name, {}).get("features", []))

    scenery = features("features")
    public = [item for item in scenery if item["properties"].get("lot") is None]
    yard = [item for item in scenery if item["properties"].get("lot") is not None]
    kind = lambda item: item["properties"]["kind"]  # noqa: E731 - a key
    yield "ground", _styled([item for item in public if kind(item) not in PAVED], GROUND)
    yield "carriageways", _styled([item for item in public if kind(item) in PAVED], GROUND)
    yield "yard-ground", _styled([item for item in yard if kind(item) in UNDER_LAWN], YARD)
    yield "yard", _styled([item for item in yard if kind(item) not in UNDER_LAWN], YARD)
    yield "trees", [_bare(item) for item in scenery if kind(item) == "tree"]
    yield "houses", [_feature(item["geometry"], **_fills(YARD["house"])) for item in features("houses")]
    yield "lawns", [_bare(item) for item in features("lawns")]
    yield "lots", [_bare(item) for item in features("lots")]
    yield "roads", [_road(item) for item in features("roads")]
    yield "road-names", [name for item in features("roads") for name in _names(item)]
    yield "areas", [_feature(_polygon(area.line), name=area.name) for one in maps for area in one.areas]
    yield "no-go", [_feature(_polygon(zone.line), name=zone.name) for one in maps for zone in one.no_go]
    known = {one.device_name for one in maps if one.dock is not None}
    docks = [item for item in features("docks") if item["properties"].get("mower") not in known]
    docks += [
        _feature({"type": "Point", "coordinates": [one.dock.longitude, one.dock.latitude]}, mower=one.device_name)
        for one in maps
        if one.dock is not None
    ]
    yield "docks", docks
    yield "hulls", features("hulls")


def _styled(items: list[dict[str, Any]], looks: Mapping[str, Look]) -> list[dict[str, Any]]:
    """Those of a known kind, lowest first, with a fill for each theme; lines are left to the road layer."""
    known = [
        item
        for item in items
        if item["properties"]["kind"] in looks and item["geometry"]["type"] in {"Polygon", "MultiPolygon"}
    ]
    known.sort(key=lambda item: looks[item["properties"]["kind"]].order)
    return [_feature(item["geometry"], **_fills(looks[item["properties"]["kind"]])) for item in known]


def _fills(look: Look) -> dict[str, Any]:
    return {"light": list(look.light), "dark": list(look.dark)}


def _road(item: dict[str, Any]) -> dict[str, Any]:
    properties = item["properties"]
    width = ROAD_WIDTH_M.get(properties.get("road_class", ""), DEFAULT_ROAD_M)
    told = {"name": properties.get("name", ""), "width": width}
    if properties.get("attribution"):
        told["attribution"] = properties["attribution"]
    return _feature(item["geometry"], **told)


def _names(item: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Places for a road's name, along its longer straight pieces; the angle is that of the screen, upright."""
    name, line = item["properties"].get("name"), item["geometry"]["coordinates"]
    if not name or item["geometry"]["type"] != "LineString":
        return
    since = NAME_EVERY_M
    for (lon_a, lat_a), (lon_b, lat_b) in pairwise(line):
        east = (lon_b - lon_a) * cos(radians(lat_a)) * METRES_PER_DEGREE
        north = (lat_b - lat_a) * METRES_PER_DEGREE
        length = hypot(east, north)
        since += length
        if since < NAME_EVERY_M or length < 4.5 * len(name) ** 0.5:
            continue
        since = 0.0
        angle = (degrees(atan2(north, east)) + 90) % 180 - 90
        middle = [(lon_a + lon_b) / 2, (lat_a + lat_b) / 2]
        yield _feature({"type": "Point", "coordinates": middle}, name=name, angle=round(angle, 1))


def _polygon(ring: Sequence[tuple[float, float]]) -> dict[str, Any]:
    closed = [list(place) for place in ring]
    if closed and closed[0] != closed[-1]:
        closed.append(closed[0])
    return {"type": "Polygon", "coordinates": [closed]}


def _feature(geometry: Mapping[str, Any], **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _bare(item: dict[str, Any]) -> dict[str, Any]:
    return _feature(item["geometry"])


def _collection(features: list[dict[str, Any]]) -> bytes:
    return to_json({"type": "FeatureCollection", "features": features}).encode()


def _bounds(features: Iterable[Mapping[str, Any]]) -> Box | None:
    longitudes: list[float] = []
    latitudes: list[float] = []

    def visit(part: Any) -> None:
        if part and isinstance(part[0], int | float):
            longitudes.append(part[0])
            latitudes.append(part[1])
        else:
            for piece in part:
                visit(piece)

    for item in features:
        visit(item["geometry"]["coordinates"])
    if not longitudes:
        return None
    return (
        min(longitudes) - AROUND_DEG / 2, min(latitudes) - AROUND_DEG / 2,
        max(longitudes) + AROUND_DEG / 2, max(latitudes) + AROUND_DEG / 2,
    )  # fmt: skip
