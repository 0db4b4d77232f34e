"""Layers and roster for the map: complete for those who see everything, own ground alone for a household."""

import json

import pytest
import shapely
from sqlalchemy import select, update
from sqlmodel import col

from core.clock import MovableClock
from core.db import Database
from core.db.reads import ReadScope, map_layers, mower_roster, own_lots
from core.fleet.tables import Mower
from core.neighbourhood.tables import Lot
from dashboard.demo_seed import seed_demo
from tests.towns import small_town

TOWN = small_town()


@pytest.fixture
async def seeded(database: Database, clock: MovableClock) -> Database:
    await seed_demo(database, TOWN, clock)
    return database


async def household_of(database: Database, address: str) -> ReadScope:
    async with database.connection() as connection:
        found = (await connection.execute(select(Lot.household_id).where(col(Lot.address) == address))).scalar_one()
    assert found is not None
    return own_lots(frozenset({found}))


def count(layers: dict[str, dict[str, object]], name: str) -> int:
    features = layers[name]["features"]
    assert isinstance(features, list)
    return len(features)


async def test_everything_holds_the_whole_town(seeded: Database) -> None:
    layers = await map_layers(seeded)
    assert {name: count(layers, name) for name in layers} == {
        "lots": 80,
        "houses": 80,
        "lawns": 160,
        "homes": 80,
        "docks": 4,
        "roads": len(TOWN.streets),
        "features": count(layers, "features"),
    }
    kinds = {item["properties"]["kind"] for item in layers["features"]["features"]}
    assert {"carriageway", "driveway", "tree", "field"} <= kinds and "dock" not in kinds
    for layer in layers.values():
        for item in layer["features"]:
            assert shapely.geometry.shape(item["geometry"]).is_valid
    assert {home["properties"]["lot"] is None for home in layers["homes"]["features"]} == {False}


async def test_own_lots_hold_nothing_of_anyone_else(seeded: Database) -> None:
    neighbour = TOWN.homes[TOWN.clusters[0].neighbours[0]]
    scope = await household_of(seeded, neighbour.address)
    layers, roster = await map_layers(seeded, scope), await mower_roster(seeded, scope)
    told = json.dumps(layers) + repr(roster)
    strangers = [home for home in TOWN.homes if home.id != neighbour.id]
    assert not [home.address for home in strangers if home.address in told]
    assert {name: count(layers, name) for name in ("lots", "houses", "lawns", "homes", "docks")} == {
        "lots": 1,
        "houses": 1,
        "lawns": 2,
        "homes": 1,
        "docks": 0,
    }
    ground = TOWN.lonlat(neighbour.lot).buffer(2e-4)
    for item in layers["features"]["features"]:
        assert ground.covers(shapely.geometry.shape(item["geometry"]))
    assert 0 < count(layers, "roads") < len(TOWN.streets)


async def test_a_neighbour_learns_the_mowers_name_but_neither_host_nor_dock(seeded: Database) -> None:
    cluster = TOWN.clusters[0]
    scope = await household_of(seeded, TOWN.homes[cluster.neighbours[0]].address)
    (row,) = await mower_roster(seeded, scope)
    assert row.device_name == cluster.device_name
    assert (row.host_address, row.dock, row.account, row.cluster, len(row.lot_ids)) == (None, None, None, None, 1)


async def test_a_host_sees_the_dock_on_the_own_lot(seeded: Database) -> None:
    cluster = TOWN.clusters[0]
    host = TOWN.homes[cluster.host]
    (row,) = await mower_roster(seeded, await household_of(seeded, host.address))
    assert (row.host_address, len(row.lot_ids)) == (host.address, 1)
    assert row.dock is not None
    assert TOWN.lonlat(host.lot).covers(shapely.Point(row.dock))


async def test_the_roster_names_each_mower_with_its_cluster(seeded: Database) -> None:
    roster = await mower_roster(seeded)
    assert [row.number for row in roster] == [1, 2, 3, 4]
    for row, cluster in zip(roster, TOWN.clusters, strict=True):
        assert (row.device_name, row.cluster, row.city) == (cluster.device_name, cluster.label, TOWN.name)
        assert row.host_address == TOWN.homes[cluster.host].address
        assert len(row.lot_ids) == 1 + len(cluster.neighbours)


async def test_a_mower_out_of_service_is_not_listed(seeded: Database, clock: MovableClock) -> None:
    async with seeded.connection() as connection:
        await connection.execute(update(Mower).where(col(Mower.number) == 2).values(removed_at=clock.now()))
    assert [row.number for row in await mower_roster(seeded)] == [1, 3, 4]


async def test_a_box_narrows_lots_homes_docks_and_roads(seeded: Database) -> None:
    home = TOWN.homes[10]
    box = (home.longitude - 5e-4, home.latitude - 4e-4, home.longitude + 5e-4, home.latitude + 4e-4)
    layers = await map_layers(seeded, ReadScope(box=box))
    inside = [h for h in TOWN.homes if box[0] <= h.longitude <= box[2] and box[1] <= h.latitude <= box[3]]
    assert count(layers, "lots") == count(layers, "homes") == len(inside)
    assert 0 < count(layers, "roads") < len(TOWN.streets)
    assert count(layers, "docks") < 4


async def test_no_household_gets_nothing_at_all(seeded: Database) -> None:
    scope = own_lots(frozenset())
    layers = await map_layers(seeded, scope)
    assert {count(layers, name) for name in layers} == {0}
    assert await mower_roster(seeded, scope) == ()
