"""Mowing sessions over REST."""

from datetime import timedelta

import pytest

from core.accounts import Role
from core.db import Database
from core.fleet import SessionKeeper, TelemetryStore
from core.fleet.model import Confidence, MowerState, PositionType, Reading
from core.geo import Point
from tests.dashboard.api.conftest import ELM_LAWN, Api


async def mow_a_lane(api: Api, database: Database) -> None:
    """Luba-ELM mows the southern edge of its front lawn for four minutes, then its battery is low."""
    store = TelemetryStore(database, api.clock)
    keeper = SessionKeeper(database, store, api.clock)
    began = api.clock.now()
    for second in range(0, 250, 10):
        home = second == 240
        reading = Reading(
            device_name="Luba-ELM",
            device_time=began + timedelta(seconds=second),
            received_at=began + timedelta(seconds=second),
            mode=MowerState.RETURNING if home else MowerState.MOWING,
            position=Point(ELM_LAWN.longitude + second * 1.25e-6, ELM_LAWN.latitude + 1e-6),
            position_type=PositionType.RTK_FIXED,
            battery_percent=30 - second // 24,
            zone_hash=7,
        )
        store.append(1, reading, reading.mode or MowerState.UNKNOWN, Confidence.PROVEN)
    api.clock.move(600)
    await keeper.turn()


async def test_a_session_is_told_with_its_zone_by_name_and_why_it_ended(api: Api, sqlite_database: Database) -> None:
    await mow_a_lane(api, sqlite_database)
    header = await api.as_(Role.TECHNICIAN)
    told = (await api.client.get("/mowers/Luba-ELM/sessions", params={"days": 1}, headers=header)).json()
    (session,) = told["sessions"]
    assert (session["end_reason"], session["mowing_s"], session["open"]) == ("battery", 240.0, False)
    assert session["zones"] == [{"zone": "7", "name": "Front lawn", "seconds": 240.0}]
    assert session["battery_used"] == 10
    assert session["distance_m"] == pytest.approx(23, abs=1)


async def test_coverage_lists_what_was_missed(api: Api, sqlite_database: Database) -> None:
    await mow_a_lane(api, sqlite_database)
    header = await api.as_(Role.DISPATCHER)
    (session,) = (await api.client.get("/mowers/Luba-ELM/sessions", headers=header)).json()["sessions"]
    path = f"/mowers/Luba-ELM/sessions/{session['started_ms']}/coverage"
    told = (await api.client.get(path, headers=header)).json()
    assert told["blade_width_m"] == 0.40
    assert 0 < told["percent"] < 5
    assert told["missed"][0]["area_m2"] == pytest.approx(told["area_m2"] * (1 - told["percent"] / 100), rel=0.05)


async def test_no_session_started_then_and_no_map_are_not_found(api: Api) -> None:
    header = await api.as_(Role.ADMIN)
    for name in ("Luba-ELM", "Nobody"):
        answer = await api.client.get(f"/mowers/{name}/sessions/5/coverage", headers=header)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_homeowner_can_not_ask_for_sessions(api: Api) -> None:
    header = await api.as_(Role.HOMEOWNER)
    for path in ("/mowers/Luba-ELM/sessions", "/mowers/Luba-ELM/sessions/5/coverage"):
        assert (await api.client.get(path, headers=header)).status_code == 403
