"""A sync that a person asked for: progress, the difference afterwards, and one at a time."""

import asyncio
from dataclasses import replace

import pytest

from core.errors import Conflict, NotFound, Unavailable
from core.lawnmaps import Change, SyncState
from tests.core.fleet.cast import LUBA, YUKA
from tests.core.fleet.fakes import FakeCloud
from tests.core.lawnmaps.cast import lawn, zone
from tests.core.lawnmaps.conftest import ADA, Desk

FRONT = zone("Front", 2, 2, 28, 38)


async def ended(desk: Desk, name: str = LUBA) -> SyncState:
    while (state := desk.sync.state(name)) is None or state.running:
        await asyncio.sleep(0.01)
    return state


async def test_a_sync_tells_how_far_it_is_and_then_what_is_different(desk: Desk, cloud: FakeCloud) -> None:
    home = await desk.add_lot(0)
    told: list[float] = []
    desk.sync.changed.subscribe(lambda state: told.append(round(state.share, 2)))
    cloud.link.maps[LUBA] = lawn(FRONT)
    await desk.sync.begin(device_name=LUBA, by=ADA)
    first = await ended(desk)
    assert (first.first, first.diff, first.error) == (True, None, "")
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert len(set(told)) >= 4
    assert await desk.ties.lot_of_zone(LUBA, FRONT.hash) == home.id
    cloud.link.maps[LUBA] = lawn(replace(FRONT, name="Street side"), zone("Back", 2, 50, 20, 60))
    await desk.sync.begin(device_name=LUBA, by=ADA)
    diff = (await ended(desk)).diff
    assert diff is not None
    assert [(one.name, one.changes) for one in diff.zones] == [
        ("Street side", (Change.RENAMED,)),
        ("Back", (Change.ADDED,)),
    ]
    assert len(await desk.audit.lines(action="map.sync")) == 2


async def test_one_sync_a_mower_at_a_time(desk: Desk, cloud: FakeCloud) -> None:
    cloud.link.maps[LUBA] = lawn(FRONT)
    cloud.link.map_gate = asyncio.Event()
    await desk.sync.begin(device_name=LUBA, by=ADA)
    with pytest.raises(Conflict, match="being fetched already"):
        await desk.sync.begin(device_name=LUBA, by=ADA)
    cloud.link.map_gate.set()
    await ended(desk)


async def test_a_sync_that_fails_says_why_and_leaves_the_map_as_it_was(desk: Desk, cloud: FakeCloud) -> None:
    await desk.fleet.maps.put(lawn(FRONT))
    cloud.link.map_errors.append(Unavailable("the mower did not answer"))
    await desk.sync.begin(device_name=LUBA, by=ADA)
    state = await ended(desk)
    assert (state.error, state.diff) == ("the mower did not answer", None)
    assert desk.fleet.maps.latest(LUBA) == lawn(FRONT)
    cloud.link.map_gate = asyncio.Event()
    await desk.sync.begin(device_name=YUKA, by=ADA)
    await asyncio.sleep(0)
    await desk.sync.stop()
    assert (await ended(desk, YUKA)).error == "the fetch was broken off"


async def test_without_a_link_or_a_mower_there_is_no_sync(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.sync.begin(device_name="stranger", by=ADA)
    await desk.fleet.accounts.unlink("elm.street@mowthos.example", by="ada@elm.example")
    with pytest.raises((Unavailable, NotFound)):
        await desk.sync.begin(device_name=LUBA, by=ADA)
