"""Lawn maps and their versions."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from core.clock import MovableClock
from core.db import Database
from core.errors import NotFound
from core.fleet.maps import MapLibrary, content_of, fingerprint_of, map_from_content
from core.fleet.model import DeviceMap, MapZone
from core.fleet.service import FleetService
from tests.core.fleet.cast import DOCK, LUBA, NOON, YUKA, metres_north

FRONT = MapZone(2**63 + 11, "Front", ((-92.5, 44.0), (-92.49, 44.0), (-92.49, 44.01)))
BACK = MapZone(12, "Back", ((-92.5, 44.02), (-92.49, 44.02), (-92.49, 44.03)))
LAWN = DeviceMap(
    device_name=LUBA,
    synced_at=NOON,
    areas=(FRONT,),
    no_go=(MapZone(3, "", ((-92.5, 44.0), (-92.499, 44.0), (-92.499, 44.001))),),
    channels=(MapZone(4, "", ((-92.5, 44.0), (-92.5, 44.001))),),
    dock=DOCK,
    dock_heading_deg=270.0,
    base=metres_north(3),
    base_yaw_deg=12.5,
    planned_path=(((-92.5, 44.0), (-92.5, 44.001)),),
    path_hash=2**64 - 1,
)


def test_a_map_survives_the_round_trip() -> None:
    assert map_from_content(LUBA, NOON, content_of(LAWN)) == LAWN


def test_the_fingerprint_names_the_lawn_and_not_the_task() -> None:
    later = replace(LAWN, synced_at=NOON + timedelta(days=1), planned_path=(), path_hash=5)
    assert fingerprint_of(later) == fingerprint_of(LAWN)
    assert fingerprint_of(replace(LAWN, areas=(FRONT, BACK))) != fingerprint_of(LAWN)
    assert fingerprint_of(replace(LAWN, areas=(replace(FRONT, name="Street"),))) != fingerprint_of(LAWN)


async def test_every_lawn_is_kept_once_and_the_newest_is_at_hand(linked: FleetService, database: Database) -> None:
    told: list[DeviceMap] = []
    linked.maps.map_changed.subscribe(told.append)
    bigger = replace(LAWN, synced_at=NOON + timedelta(hours=1), areas=(FRONT, BACK))
    replanned = replace(bigger, synced_at=NOON + timedelta(hours=2), planned_path=())
    assert [await linked.maps.put(lawn) for lawn in (LAWN, LAWN, bigger, replanned)] == [True, False, True, False]
    assert told == [LAWN, bigger, replanned]
    assert linked.maps.latest(LUBA) == replanned
    assert await linked.maps.versions(LUBA) == [replanned, LAWN]
    again = MapLibrary(database)
    await again.load()
    assert again.all() == (replanned,)


async def test_an_older_map_that_arrives_late_is_kept_but_not_shown(linked: FleetService) -> None:
    newer = replace(LAWN, synced_at=NOON + timedelta(hours=1), areas=(FRONT, BACK))
    await linked.maps.put(newer)
    await linked.maps.put(LAWN)
    assert linked.maps.latest(LUBA) == newer


async def test_a_map_that_is_pushed_while_it_is_fetched_is_one_version(linked: FleetService) -> None:
    new = await asyncio.gather(*(linked.maps.put(replace(LAWN, synced_at=NOON)) for _ in range(5)))
    assert sorted(new) == [False, False, False, False, True]
    assert len(await linked.maps.versions(LUBA)) == 1


async def test_a_map_of_an_unknown_mower_is_refused(linked: FleetService, clock: MovableClock) -> None:
    with pytest.raises(NotFound):
        await linked.maps.put(replace(LAWN, device_name="stranger"))


async def test_an_old_version_is_drawn_until_the_device_has_another_lawn(
    linked: FleetService, database: Database, clock: MovableClock
) -> None:
    bigger = replace(LAWN, synced_at=NOON + timedelta(hours=1), areas=(FRONT, BACK))
    for lawn in (LAWN, bigger):
        await linked.maps.put(lawn)
    old = (await linked.maps.history(LUBA))[-1]
    assert (old.first_at, old.newest, old.shown) == (NOON, False, False)
    told: list[DeviceMap] = []
    linked.maps.map_changed.subscribe(told.append)
    await linked.maps.restore(LUBA, old.id, clock.now())
    assert len(told) == 1
    assert linked.maps.shown(LUBA) == LAWN
    assert (linked.maps.latest(LUBA), linked.maps.all_shown()) == (bigger, (LAWN,))
    again = MapLibrary(database)
    await again.load()
    assert (again.shown(LUBA), again.latest(LUBA)) == (LAWN, bigger)
    assert [version.shown for version in await again.history(LUBA)] == [False, True]
    await linked.maps.put(replace(bigger, synced_at=NOON + timedelta(hours=2)))
    assert linked.maps.shown(LUBA) == LAWN
    newest = replace(bigger, synced_at=NOON + timedelta(hours=3), no_go=())
    await linked.maps.put(newest)
    assert linked.maps.shown(LUBA) == newest
    await linked.maps.restore(LUBA, old.id, clock.now())
    await linked.maps.restore(LUBA, None, clock.now())
    assert linked.maps.shown(LUBA) == newest
    with pytest.raises(NotFound):
        await linked.maps.restore(YUKA, None, clock.now())
