"""Trails: the last minutes of each mower, thin, clipped to what the viewer may see."""

from datetime import timedelta

import pytest

from core.accounts import Role
from core.clock import MovableClock
from core.fleet import LiveFleet
from core.fleet.live import POSITION_TYPE_CODES
from core.fleet.model import PositionType
from dashboard.live.frame import decode
from dashboard.live.scope import ALL, ScopeOf
from dashboard.live.trails import Trails
from tests.dashboard.live.cast import ELM_EDGE, ELM_HOUSEHOLD, NOW, channel_of, fleet_of, own_ground, snapshot, viewer


def drive(live: LiveFleet, trails: Trails, *, steps: int, metres_each: float) -> float:
    """Drive mower 1 east, one sample every three seconds; returns the time at the end."""
    for step in range(steps):
        at = NOW + timedelta(seconds=3 * step)
        live.put(snapshot(1, at=at, longitude=-92.5 + step * metres_each / 80_000, version=step + 2))
        trails.sample(at.timestamp())
    return (NOW + timedelta(seconds=3 * (steps - 1))).timestamp()


async def test_a_trail_tells_where_a_mower_was_and_how_long_ago() -> None:
    live = fleet_of(2)
    trails = Trails(live)
    now_s = drive(live, trails, steps=11, metres_each=2)
    told = trails.of(await channel_of(live, MovableClock(NOW)).view(ALL), now_s)
    trail = told["trails"]["Luba-000001"]
    assert [ago for ago, _x, _y in trail] == list(range(30, -1, -3))
    assert told["origin"][0] + trail[-1][1] / 1e7 == pytest.approx(-92.5 + 20 / 80_000, abs=2e-7)
    assert "Luba-000002" not in told["trails"]  # it stood still


async def test_only_the_last_minutes_are_kept_and_a_new_roster_starts_afresh() -> None:
    live = fleet_of(2)
    trails = Trails(live, samples=5)
    now_s = drive(live, trails, steps=20, metres_each=2)
    channel = channel_of(live, MovableClock(NOW))
    assert len(trails.of(await channel.view(ALL), now_s)["trails"]["Luba-000001"]) == 5
    live.set_roster(live.all())
    trails.sample(now_s + 3)
    assert trails.of(await channel.view(ALL), now_s)["trails"] == {}


async def test_a_household_is_told_only_the_part_of_the_trail_on_its_own_lot() -> None:
    live = fleet_of(2)
    trails = Trails(live)
    now_s = drive(live, trails, steps=60, metres_each=2)
    scope = await ScopeOf(own_ground)(viewer(Role.HOMEOWNER, ELM_HOUSEHOLD))
    told = trails.of(await channel_of(live, MovableClock(NOW)).view(scope), now_s)
    places = [told["origin"][0] + x / 1e7 for _ago, x, _y in told["trails"]["Luba-000001"]]
    assert 10 < len(places) < 60
    assert max(places) <= ELM_EDGE + 1e-7
    assert told["origin"] == [0.0, 0.0]  # the middle of the fleet would tell where another mower is


async def test_a_large_fleet_sends_only_the_trails_asked_for() -> None:
    live = fleet_of(400)
    trails = Trails(live)
    now_s = drive(live, trails, steps=5, metres_each=2)
    view = await channel_of(live, MovableClock(NOW)).view(ALL)
    assert trails.of(view, now_s)["trails"] == {}
    assert list(trails.of(view, now_s, frozenset({"Luba-000001"}))["trails"]) == ["Luba-000001"]


async def test_a_trail_tells_its_position_fixes_to_those_who_ask_and_never_to_a_household() -> None:
    live = fleet_of(2)
    trails = Trails(live)
    fixes = [None, PositionType.RTK_FIXED, PositionType.RTK_FLOAT, PositionType.GNSS]
    for step, fix in enumerate(fixes):
        at = NOW + timedelta(seconds=3 * step)
        live.put(snapshot(1, at=at, longitude=-92.5 + step * 2e-5, version=step + 2, fix=fix))
        trails.sample(at.timestamp())
    channel, now_s = channel_of(live, MovableClock(NOW)), (NOW + timedelta(seconds=9)).timestamp()
    everything = await channel.view(ALL)
    asked = trails.of(everything, now_s, fixes=True)["trails"]["Luba-000001"]
    assert [row[3] for row in asked] == [0, *(POSITION_TYPE_CODES[fix] + 1 for fix in fixes[1:] if fix)]
    assert {len(row) for row in trails.of(everything, now_s)["trails"]["Luba-000001"]} == {3}
    own = await channel.view(await ScopeOf(own_ground)(viewer(Role.HOMEOWNER, ELM_HOUSEHOLD)))
    assert {len(row) for row in trails.of(own, now_s, fixes=True)["trails"]["Luba-000001"]} == {3}
    assert decode(own.keyframe(now_s)).flags[0] == 0
    assert decode(everything.keyframe(now_s)).flags[0] >> 1 == POSITION_TYPE_CODES[PositionType.GNSS] + 1
