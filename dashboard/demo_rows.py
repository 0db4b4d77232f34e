"""The rows of the demo town: addresses, roads, lots, scenery, mowers. Plain bulk inserts, one transaction."""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from shapely import MultiPolygon, get_parts, make_valid, union_all
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, func, insert, select, update
from sqlmodel import col

from core.clock import Clock
from core.fleet.tables import Mower
from core.ids import new_id
from core.neighbourhood.tables import AddressPoint, Household, Lot, LotMower, Road, RoadLayer, TownFeature
from core.neighbourhood.town import Town

TIME_ZONE = "America/Chicago"
LAYER = "Demo town roads"
COVERAGE_MARGIN_M = 120.0  # no road but the town's own comes nearer: circles of 80 m at its edge are covered


def place_addresses(connection: Connection, town: Town, import_id: UUID) -> None:
    connection.execute(
        insert(AddressPoint),
        [
            {
                "address": home.address,
                "city": town.name,
                "state": town.state,
                "postcode": town.postcode,
                "longitude": home.longitude,
                "latitude": home.latitude,
                "import_id": import_id,
            }
            for home in town.homes
        ],
    )


def place_roads(connection: Connection, town: Town, import_id: UUID) -> None:
    layer = new_id()
    coverage = geojson(town.lonlat(town.limits.buffer(COVERAGE_MARGIN_M, quad_segs=4).simplify(1.0)))
    connection.execute(
        insert(RoadLayer),
        {"id": layer, "name": LAYER, "source": "demo", "rank": 20, "coverage": coverage, "import_id": import_id},
    )
    connection.execute(
        insert(Road),
        [
            {
                "layer_id": layer,
                "way_id": f"demo-{street.id}",
                "name": street.name,
                "road_class": street.road_class.value,
                "line": geojson(town.lonlat(street.line))["coordinates"],
            }
            for street in town.streets
        ],
    )


def place_lots(connection: Connection, town: Town, clock: Clock) -> dict[int, UUID]:
    now = clock.now()
    households = {home.id: new_id() for home in town.homes}
    lots = {home.id: new_id() for home in town.homes}
    connection.execute(
        insert(Household),
        [
            {"id": households[home.id], "name": f"{home.household}, {home.address}", "created_at": now}
            for home in town.homes
        ],
    )
    connection.execute(
        insert(Lot),
        [
            {
                "id": lots[home.id],
                "household_id": households[home.id],
                "address": home.address,
                "city": town.name,
                "longitude": home.longitude,
                "latitude": home.latitude,
                "boundary": geojson(town.lonlat(home.lot)),
                "house": geojson(town.lonlat(home.house)),
                "lawns": [{**geojson(town.lonlat(lawn.polygon)), "part": lawn.part} for lawn in home.lawns],
                "source": "demo",
                "time_zone": TIME_ZONE,
            }
            for home in town.homes
        ],
    )
    return lots


def place_features(connection: Connection, town: Town, lots: Mapping[int, UUID]) -> None:
    rows = [_feature_row(town, item.kind, item.name, item.geometry) for item in town.features]
    for home in town.homes:
        rows.append(_feature_row(town, "driveway", "", home.driveway, lots[home.id]))
        for kind, shapes in _by_kind((item.kind, item.geometry) for item in home.fixtures).items():
            joined = MultiPolygon(get_parts(shapes)) if kind == "tree" else union_all(shapes)
            rows.append(_feature_row(town, kind, "", joined, lots[home.id]))
    for cluster in town.clusters:
        rows.append(_feature_row(town, "dock", cluster.device_name, cluster.dock, lots[cluster.host]))
    connection.execute(insert(TownFeature), rows)


def _feature_row(town: Town, kind: str, name: str, shape: BaseGeometry, lot: UUID | None = None) -> dict[str, Any]:
    # rounding to a centimetre can make edges touch; what has no area left goes
    sound = make_valid(town.lonlat(shape), method="structure", keep_collapsed=False)
    return {"lot_id": lot, "kind": kind, "name": name, "geometry": geojson(sound)}


def _by_kind(items: Iterable[tuple[str, BaseGeometry]]) -> dict[str, list[BaseGeometry]]:
    found: dict[str, list[BaseGeometry]] = {}
    for kind, shape in items:
        found.setdefault(kind, []).extend(get_parts(shape))
    return found


def place_mowers(connection: Connection, town: Town, lots: Mapping[int, UUID], clock: Clock) -> None:
    """Rows and numbers before the cloud is linked, so that relations stand; linking fills in the rest by name."""
    names = [cluster.device_name for cluster in town.clusters]
    known = {
        row.device_name: row.id
        for row in connection.execute(select(Mower.device_name, Mower.id).where(col(Mower.device_name).in_(names)))
    }
    last: int = connection.execute(select(func.max(Mower.number))).scalar() or 0
    fresh = [cluster for cluster in town.clusters if cluster.device_name not in known]
    ids: dict[str, UUID] = known | {cluster.device_name: new_id() for cluster in fresh}
    if known:
        connection.execute(update(Mower).where(col(Mower.id).in_(list(known.values()))).values(removed_at=None))
    if fresh:
        rows = [
            {
                "id": ids[cluster.device_name],
                "number": last + index,
                "device_name": cluster.device_name,
                "model": cluster.model,
                "iot_id": "",
                "product_key": "",
                "created_at": clock.now(),
            }
            for index, cluster in enumerate(fresh, start=1)
        ]
        connection.execute(insert(Mower), rows)
    served = [
        {"lot_id": lots[home], "mower_id": ids[cluster.device_name], "part": part}
        for cluster in town.clusters
        for home, part in [(cluster.host, "host"), *((neighbour, "neighbour") for neighbour in cluster.neighbours)]
    ]
    connection.execute(insert(LotMower), served)


def geojson(shape: BaseGeometry) -> dict[str, Any]:
    """The shape as plain GeoJSON lists."""
    return json.loads(json.dumps(shape.__geo_interface__))  # type: ignore[no-any-return]
