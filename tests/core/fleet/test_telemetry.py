"""Stored history: what was, what was known, and what a kill may cost."""

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from core.clock import MovableClock
from core.db import Database
from core.fleet import telemetry as telemetry_module
from core.fleet.model import Confidence, MowerState
from core.fleet.telemetry import TelemetryStore
from tests.core.fleet.cast import LUBA, NOON, docked, metres_north, mowing, report

S, C = MowerState, Confidence


async def count(database: Database) -> int:
    async with database.connection() as connection:
        return (await connection.execute(text("SELECT count(*) FROM telemetry"))).scalar_one()


@pytest.fixture
async def store(database: Database, clock: MovableClock) -> TelemetryStore:
    return TelemetryStore(database, clock)


async def test_readings_come_back_as_they_were_in_device_time(store: TelemetryStore) -> None:
    readings = [mowing(second, north=second * 0.5, zone_hash=2**63 + 5, satellites=20) for second in range(10)]
    for reading in reversed(readings):
        store.append(1, reading, S.MOWING, C.PROVEN)
    assert await store.flush() == 10
    stored = await store.history(1, NOON + timedelta(seconds=2), NOON + timedelta(seconds=5), device_name=LUBA)
    assert [row.reading.device_time for row in stored] == [NOON + timedelta(seconds=second) for second in (2, 3, 4)]
    assert stored[0].reading.zone_hash == 2**63 + 5
    assert stored[0].reading.position is not None
    assert stored[0].reading.position.latitude == pytest.approx(metres_north(1.0).latitude, abs=1e-7)
    assert stored[0].state is S.MOWING


async def test_the_past_as_it_was_known_leaves_out_what_came_later(store: TelemetryStore) -> None:
    store.append(1, mowing(0), S.MOWING, C.PROVEN)
    store.append(1, mowing(20), S.MOWING, C.PROVEN)
    store.append(1, mowing(10, lag_s=120), S.MOWING, C.STALE)
    await store.flush()
    span = (NOON, NOON + timedelta(hours=1))
    as_it_was = await store.history(1, *span)
    as_known = await store.history(1, *span, known_by=NOON + timedelta(seconds=60))
    learned = await store.received(1, *span)
    assert [(row.reading.device_time - NOON).seconds for row in as_it_was] == [0, 10, 20]
    assert [(row.reading.device_time - NOON).seconds for row in as_known] == [0, 20]
    assert [(row.reading.device_time - NOON).seconds for row in learned] == [0, 20, 10]


async def test_storing_the_same_reading_twice_keeps_the_first(store: TelemetryStore, database: Database) -> None:
    for battery in (80, 11):
        store.append(1, mowing(0, battery_percent=battery), S.MOWING, C.PROVEN)
        await store.flush()
    assert await count(database) == 1
    (row,) = await store.history(1, NOON, NOON + timedelta(seconds=1))
    assert row.reading.battery_percent == 80


async def test_the_latest_reading_carries_what_earlier_ones_said(store: TelemetryStore) -> None:
    store.append(1, docked(0, firmware="1.30.25"), S.DOCKED, C.PROVEN)
    for second in range(1, 300):
        store.append(1, mowing(second, north=second), S.MOWING, C.PROVEN)
    store.append(1, report(301, battery_percent=70, position_type=None), S.MOWING, C.PROVEN)
    store.append(2, docked(900), S.DOCKED, C.PROVEN)
    await store.flush()
    latest = await store.latest(1, LUBA)
    assert latest is not None
    assert latest.state is S.MOWING
    assert (latest.reading.firmware, latest.reading.battery_percent, latest.reading.mode) == ("1.30.25", 70, S.MOWING)
    assert latest.reading.device_time == NOON + timedelta(seconds=301)
    earlier = await store.latest(1, LUBA, at=NOON + timedelta(seconds=0.5))
    assert earlier is not None
    assert earlier.state is S.DOCKED
    assert await store.latest(99, "nobody") is None


async def test_a_long_history_is_thinned_evenly(store: TelemetryStore) -> None:
    for second in range(1_000):
        store.append(1, mowing(second), S.MOWING, C.PROVEN)
    await store.flush()
    rows = await store.history(1, NOON, NOON + timedelta(seconds=1_000), limit=100)
    assert len(rows) == 100
    gaps = {(after.reading.device_time - before.reading.device_time).seconds for before, after in pairwise(rows)}
    assert gaps == {10}


async def test_a_run_that_was_closed_lost_nothing(database: Database, clock: MovableClock) -> None:
    first = TelemetryStore(database, clock)
    assert await first.start() == ()
    first.append(1, mowing(0), S.MOWING, C.PROVEN)
    await first.close()
    assert await count(database) == 1
    assert await TelemetryStore(database, clock).start() == ()


async def test_a_run_that_was_not_closed_is_reported_once(database: Database, clock: MovableClock) -> None:
    killed = TelemetryStore(database, clock)
    await killed.start()
    for second in range(10):
        clock.move(1)
        killed.append(1, mowing(second), S.MOWING, C.PROVEN)
        killed.append(2, mowing(second), S.MOWING, C.PROVEN)
        await killed.flush()
    flushed_at = clock.now()
    killed.append(1, mowing(11), S.MOWING, C.PROVEN)
    clock.move(3_600)
    (loss,) = await TelemetryStore(database, clock).start()
    assert (loss.complete_until, loss.stored, loss.lost_estimate) == (flushed_at, 20, 2)
    assert loss.lost_at_most_until == flushed_at + timedelta(seconds=1)
    after = TelemetryStore(database, clock)
    assert [report.stored for report in await after.start()] == [0]


async def test_a_full_buffer_says_so_and_loses_nothing(
    store: TelemetryStore, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telemetry_module, "MAX_PENDING", 5)
    for second in range(7):
        assert store.has_room == (second < 5)
        store.append(1, mowing(second), S.MOWING, C.PROVEN)
    await store.flush()
    assert store.has_room
    assert await count(database) == 7


async def test_a_flush_that_fails_keeps_its_rows_for_the_next(sqlite_database: Database, clock: MovableClock) -> None:
    store = TelemetryStore(sqlite_database, clock)
    await store.start()
    store.append(1, mowing(0), S.MOWING, C.PROVEN)
    async with sqlite_database.connection() as connection:
        await connection.execute(text("ALTER TABLE telemetry RENAME TO hidden"))
    with pytest.raises(Exception, match="no such table"):
        await store.flush()
    assert (store.pending, store.flushed) == (1, 0)
    async with sqlite_database.connection() as connection:
        await connection.execute(text("ALTER TABLE hidden RENAME TO telemetry"))
    await store.close()
    assert await count(sqlite_database) == 1
