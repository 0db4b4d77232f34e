"""A visit on the real fleet: zones from ties, mowing from telemetry, minutes from the sessions that it makes."""

from collections.abc import AsyncIterator

import pytest

from core.clock import MovableClock
from core.db import Database
from core.errors import NotFound
from core.lawnmaps import ZoneTies
from core.lawnmaps.tables import ZoneTie
from core.neighbourhood import LotView
from core.scheduling import VisitState
from dashboard.visits.running import run_visits_with
from tests.core.fleet.cast import LUBA, docked, mowing
from tests.core.scheduling.run_cast import Play, play_on

FRONT = 2**63 + 5
"""The vendor's names have 64 bits; stored they are signed."""


class NoLots:
    async def lots_near(self, _box: object) -> list[LotView]:
        return []


@pytest.fixture
async def play(sqlite_database: Database, clock: MovableClock) -> AsyncIterator[Play]:
    async with play_on(sqlite_database, clock) as stage:
        yield stage


async def test_telemetry_alone_starts_follows_and_ends_a_visit(play: Play) -> None:
    fleet, street = play.street.fleet, play.street
    mower = fleet.roster.identity(LUBA)
    async with play.database.session() as session:
        for zone, status in ((FRONT, "tied"), (FRONT + 1, "overlapping")):
            session.add(
                ZoneTie(
                    mower_id=mower.id, zone_hash=str(zone), area_m2=90, status=status, lot_id=play.lots["12 Elm St"],
                    judged_at=play.clock.now(),
                )
            )  # fmt: skip
    ties = ZoneTies(
        database=play.database, clock=play.clock, maps=fleet.maps, mowers=fleet.roster, lots=NoLots(),
        audit=street.audit,
    )  # fmt: skip
    run_visits_with(play.scheduling, fleet=fleet, ties=ties, weather=None)
    await play.turn()
    assert play.starts_sent() == [[FRONT]]
    for step in range(1, 61):
        play.clock.move(30)
        await street.hears(mowing(play.at_s, step * 0.9, zone_hash=FRONT, progress_percent=step, area_m2=90.0))
    await fleet.session_keeper.turn(hold_s=0)
    await play.turn()
    assert (await play.visit()).state is VisitState.STARTED
    play.clock.move(30)
    await street.hears(mowing(play.at_s, 60.0, zone_hash=FRONT, progress_percent=100, area_m2=90.0))
    for _ in range(3):
        play.clock.move(60)
        await street.hears(docked(play.at_s, progress_percent=100))
    await fleet.session_keeper.turn(hold_s=0)
    await play.turn()
    done = await play.visit()
    assert done.state is VisitState.DONE
    assert done.mowed_minutes is not None and 28 <= done.mowed_minutes <= 31


async def test_hours_that_a_mower_holds_are_asked_of_its_own_link(play: Play) -> None:
    ties = ZoneTies(
        database=play.database, clock=play.clock, maps=play.street.fleet.maps, mowers=play.street.fleet.roster,
        lots=NoLots(), audit=play.street.audit,
    )  # fmt: skip
    run_visits_with(play.scheduling, fleet=play.street.fleet, ties=ties, weather=None)
    desk = play.scheduling.device_hours
    assert desk is not None
    assert (await desk.of(LUBA)).requested_at is None
    with pytest.raises(NotFound):
        await desk.of("Luba-NOBODY")
