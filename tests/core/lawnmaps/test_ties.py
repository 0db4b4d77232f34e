"""Zones tied to lots: by the rule as maps and land change, by a person for good, with a history of what held when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import Invalid, NotFound
from core.ids import new_id
from core.lawnmaps import TieStatus
from tests.core.fleet.cast import LUBA, NOON, YUKA
from tests.core.lawnmaps.cast import lawn, zone
from tests.core.lawnmaps.conftest import ADA, Desk

FRONT, STRIP = zone("Front", 2, 2, 28, 38), zone("Strip", 20, 0, 40, 4)


async def test_a_synced_map_is_judged_and_what_blocks_billing_is_listed(desk: Desk) -> None:
    home = await desk.add_lot(0)
    await desk.add_lot(1)
    await desk.ties.drain()
    await desk.fleet.maps.put(lawn(FRONT, STRIP))
    assert await desk.ties.drain() == 2
    assert await desk.ties.drain() == 0
    assert await desk.ties.lot_of_zone(LUBA, FRONT.hash) == home.id
    assert await desk.ties.lot_of_zone(LUBA, STRIP.hash) is None
    (blocked,) = await desk.ties.open_zones()
    assert (blocked.zone_name, blocked.status, blocked.device_name) == ("Strip", TieStatus.OVERLAPPING, LUBA)
    assert [round(share.share, 2) for share in blocked.shares] == [0.5, 0.5]


async def test_a_new_lot_judges_the_maps_on_it_anew(desk: Desk) -> None:
    await desk.fleet.maps.put(lawn(FRONT))
    await desk.ties.drain()
    assert [tie.status for tie in await desk.ties.of_mower(LUBA)] == [TieStatus.UNMAPPED]
    home = await desk.add_lot(0)
    desk.ties.land_changed((-93.5, 44.0, -93.4, 44.1))  # elsewhere
    assert await desk.ties.drain() == 0
    desk.ties.land_changed((-92.51, 44.0, -92.49, 44.02))
    assert await desk.ties.drain() == 1
    assert await desk.ties.lot_of_zone(LUBA, FRONT.hash) == home.id


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
async def test_what_a_person_ties_outlives_a_resync_and_is_audited(desk: Desk) -> None:
    await desk.add_lot(0)
    neighbour = await desk.add_lot(1)
    await desk.fleet.maps.put(lawn(FRONT, STRIP))
    await desk.ties.drain()
    tied = await desk.ties.tie(
        device_name=LUBA, zone_hash=STRIP.hash, lot_id=neighbour.id, by=ADA, reason="shared verge"
    )
    assert (tied.status, tied.lot_id, tied.by_person) == (TieStatus.TIED, neighbour.id, True)
    renamed = lawn(FRONT, replace(STRIP, name="Verge"), synced_at=NOON + timedelta(hours=1))
    await desk.fleet.maps.put(renamed)
    await desk.ties.drain()
    kept = next(tie for tie in await desk.ties.of_mower(LUBA) if tie.zone_hash == STRIP.hash)
    assert (kept.zone_name, kept.lot_id, kept.by_person) == ("Verge", neighbour.id, True)
    assert await desk.ties.open_zones() == []
    lines = await desk.audit.lines(action="zone.tie")
    assert [(line.actor, line.object_id, line.reason) for line in lines] == [("ada@elm.example", LUBA, "shared verge")]
    back = await desk.ties.tie(device_name=LUBA, zone_hash=STRIP.hash, lot_id=None, by=ADA)
    assert (back.status, back.by_person) == (TieStatus.OVERLAPPING, False)


async def test_whose_a_zone_was_can_be_asked_for_any_moment(desk: Desk) -> None:
    first, second = await desk.add_lot(0), await desk.add_lot(1)
    await desk.fleet.maps.put(lawn(FRONT))
    await desk.ties.drain()
    desk.clock.move(3600)
    await desk.ties.tie(device_name=LUBA, zone_hash=FRONT.hash, lot_id=second.id, by=ADA)
    at = [NOON - timedelta(seconds=1), NOON, NOON + timedelta(minutes=59), NOON + timedelta(hours=1)]
    owners = [await desk.ties.lot_of_zone(LUBA, FRONT.hash, moment) for moment in at]
    assert owners == [None, first.id, first.id, second.id]
    history = await desk.ties.history(LUBA, FRONT.hash)
    assert [(change.lot_id, change.actor) for change in history] == [(second.id, "ada@elm.example"), (first.id, "")]


async def test_a_zone_that_is_gone_is_listed_no_longer_and_comes_back_as_it_was(desk: Desk) -> None:
    neighbour = await desk.add_lot(1)
    await desk.fleet.maps.put(lawn(FRONT, STRIP))
    await desk.ties.drain()
    await desk.ties.tie(device_name=LUBA, zone_hash=STRIP.hash, lot_id=neighbour.id, by=ADA)
    await desk.fleet.maps.put(lawn(FRONT, synced_at=NOON + timedelta(hours=1)))
    await desk.ties.drain()
    assert [tie.zone_name for tie in await desk.ties.of_mower(LUBA)] == ["Front"]
    await desk.fleet.maps.put(lawn(FRONT, STRIP, synced_at=NOON + timedelta(hours=2)))
    await desk.ties.drain()
    assert await desk.ties.lot_of_zone(LUBA, STRIP.hash) == neighbour.id


async def test_only_a_zone_of_the_map_and_a_household_near_it_can_be_tied(desk: Desk) -> None:
    orphan = await desk.add_lot(0, household=None)
    await desk.fleet.maps.put(lawn(FRONT))
    for zone_hash, lot_id, problem in (
        (4711, orphan.id, NotFound),
        (FRONT.hash, new_id(), NotFound),
        (FRONT.hash, orphan.id, Invalid),
    ):
        with pytest.raises(problem):
            await desk.ties.tie(device_name=LUBA, zone_hash=zone_hash, lot_id=lot_id, by=ADA)
    assert await desk.ties.of_mower(YUKA) == []
    with pytest.raises(NotFound):
        await desk.ties.of_mower("stranger")
