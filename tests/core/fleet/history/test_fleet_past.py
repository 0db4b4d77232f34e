"""The fleet at a past moment: as it was, as it was known, and aged as it was on the map of that moment."""

from datetime import timedelta

import numpy as np
import pytest

from core.clock import MovableClock
from core.db import Database
from core.fleet.history import FleetPast
from core.fleet.live import UNKNOWN_BYTE
from core.fleet.model import Confidence, MowerState, Source
from core.fleet.telemetry import TelemetryStore
from tests.core.fleet.cast import DOCK, NOON, metres_north
from tests.core.fleet.sessions.cast import code, reading

S = MowerState


@pytest.fixture
async def past(database: Database, clock: MovableClock) -> FleetPast:
    """Mower 1 mows from 0 s to 100 s and docks at 200 s; what it said of 50 s came at 150 s. Mower 2 spoke at 30 s."""
    store = TelemetryStore(database, clock)
    for second in (0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100):
        late = {"received_at": NOON + timedelta(seconds=150)} if second == 50 else {}
        said = reading(second, north=second, battery_percent=80 - second // 10, heading_deg=90.0, **late)
        store.append(1, said, S.MOWING, Confidence.STALE if second == 50 else Confidence.PROVEN)
    store.append(1, reading(200, S.DOCKED), S.DOCKED, Confidence.REPORTED)
    store.append(2, reading(30, S.IDLE, north=5), S.IDLE, Confidence.REPORTED)
    await store.flush()
    return FleetPast(database)


async def test_each_mower_stands_where_its_newest_reading_by_then_put_it(past: FleetPast) -> None:
    columns = await past.columns([2, 1, 3], NOON + timedelta(seconds=95))
    assert columns.latitude[1] == pytest.approx(metres_north(90).latitude, abs=1e-7)
    assert columns.latitude[0] == pytest.approx(metres_north(5).latitude, abs=1e-7)
    assert np.isnan(columns.latitude[2])
    assert columns.state.tolist() == [code(S.IDLE), code(S.MOWING), code(S.UNKNOWN)]
    assert columns.battery_percent.tolist() == [UNKNOWN_BYTE, 71, UNKNOWN_BYTE]
    assert columns.received_s[1] == (NOON + timedelta(seconds=90)).timestamp()


async def test_as_it_was_and_as_it_was_known_differ_by_what_came_late(past: FleetPast) -> None:
    at = NOON + timedelta(seconds=55)
    was, known = await past.columns([1], at), await past.columns([1], at, as_known=True)
    assert was.latitude[0] == pytest.approx(metres_north(50).latitude, abs=1e-7)
    assert known.latitude[0] == pytest.approx(metres_north(40).latitude, abs=1e-7)


async def test_what_the_newest_reading_does_not_tell_is_carried(past: FleetPast) -> None:
    columns = await past.columns([1], NOON + timedelta(seconds=210))
    assert columns.state[0] == code(S.DOCKED)
    assert columns.latitude[0] == pytest.approx(metres_north(100).latitude, abs=1e-7)
    assert columns.battery_percent[0] == 70


async def test_mowing_without_news_turned_unknown_after_a_minute_then_too(past: FleetPast) -> None:
    columns = await past.columns([1], NOON + timedelta(seconds=170))
    assert (columns.state[0], columns.last_known[0]) == (code(S.UNKNOWN), code(S.MOWING))


async def test_a_silent_mower_was_stale_then_too(past: FleetPast) -> None:
    columns = await past.columns([2], NOON + timedelta(hours=1))
    assert columns.confidence[0] == list(Confidence).index(Confidence.STALE)


async def test_before_the_first_reading_nothing_is_known(past: FleetPast) -> None:
    columns = await past.columns([1, 2], NOON - timedelta(seconds=1))
    assert columns.state.tolist() == [code(S.UNKNOWN)] * 2
    assert columns.received_s.tolist() == [0, 0]


async def test_the_span_reaches_from_the_first_to_the_last_reading(past: FleetPast) -> None:
    first, last = await past.span([1, 2, 3]) or (0, 0)
    assert (first, last) == (NOON.timestamp() * 1000, (NOON + timedelta(seconds=200)).timestamp() * 1000)
    assert await past.span([3]) is None
    assert await past.span([]) is None


async def test_the_vendors_word_offline_holds_in_the_past(database: Database, clock: MovableClock) -> None:
    store = TelemetryStore(database, clock)
    store.append(1, reading(0, S.CHARGING, north=0), S.CHARGING, Confidence.PROVEN)
    store.append(1, reading(5, S.OFFLINE, source=Source.STATUS, online=False), S.OFFLINE, Confidence.REPORTED)
    await store.flush()
    columns = await FleetPast(database).columns([1], NOON + timedelta(hours=2))
    assert columns.state[0] == code(S.OFFLINE)
    assert columns.longitude[0] == pytest.approx(DOCK.longitude)


async def test_no_mower_is_no_row(sqlite_database: Database) -> None:
    assert len((await FleetPast(sqlite_database).columns([], NOON)).state) == 0
