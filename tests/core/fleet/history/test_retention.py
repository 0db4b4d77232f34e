"""Old telemetry is thinned; what was billed, or may be, keeps every reading."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from core.clock import MovableClock
from core.db import Database
from core.fleet.history import ForgetPlaces, HistoryDesk, MinuteKeeper, Thinning
from core.fleet.model import Confidence, MowerState
from core.fleet.sessions import SessionDesk, SessionKeeper, derive
from core.fleet.sessions.minutes import KEEP_AROUND_MS, whole_minutes
from core.fleet.sessions.store import samples_of
from core.fleet.telemetry import TelemetryStore
from tests.core.fleet.cast import NOON
from tests.core.fleet.sessions.cast import NOON_MS, reading

S = MowerState
DAYS = timedelta(days=1)


async def times(database: Database) -> list[int]:
    async with database.connection() as connection:
        rows = await connection.execute(text("SELECT device_time_ms FROM telemetry ORDER BY device_time_ms"))
        return list(rows.scalars())


async def a_day(database: Database, clock: MovableClock) -> tuple[TelemetryStore, SessionKeeper, MinuteKeeper]:
    """Docked for six hours, mowing for one, docked for the rest of a day: a reading every ten seconds."""
    store = TelemetryStore(database, clock)
    keeper, minutes = SessionKeeper(database, store, clock), MinuteKeeper(database, store, clock)
    for second in range(0, 86_400, 10):
        state = S.MOWING if 6 * 3_600 <= second < 7 * 3_600 else S.DOCKED
        said = reading(second, state, north=second % 300 if state is S.MOWING else 0, battery_percent=second // 1_000)
        store.append(1, said, state, Confidence.PROVEN)
    clock.move(86_400)
    await keeper.turn()
    await minutes.turn()
    store.append(1, reading(86_460, S.DOCKED), S.DOCKED, Confidence.PROVEN)
    clock.move(45 * 86_400)
    await keeper.turn()
    await minutes.turn()
    return store, keeper, minutes


async def test_old_minutes_keep_one_reading_and_sessions_keep_all(database: Database, clock: MovableClock) -> None:
    await a_day(database, clock)
    (session,) = await SessionDesk(database).sessions(1, NOON, NOON + DAYS)
    before = await times(database)
    assert await Thinning(database, clock, raw_days=30).run() > 0
    after = await times(database)
    (kept,) = whole_minutes([session], around_ms=KEEP_AROUND_MS)
    inside = [at for at in before if kept.since_ms <= at < kept.until_ms]
    assert [at for at in after if kept.since_ms <= at < kept.until_ms] == inside
    derived_ms = NOON_MS + 86_400_000 - KEEP_AROUND_MS  # sessions follow from what lies after this
    outside = Counter(at // 60_000 for at in after if at < derived_ms and not kept.since_ms <= at < kept.until_ms)
    assert set(outside.values()) == {1}
    assert len(outside) > 1_000


async def test_thinning_again_finds_nothing_and_derives_the_same_sessions(
    database: Database, clock: MovableClock
) -> None:
    await a_day(database, clock)
    found = await SessionDesk(database).sessions(1, NOON, NOON + DAYS)
    thinning = Thinning(database, clock, raw_days=30)
    assert await thinning.run() > 0
    assert await thinning.run() == 0
    async with database.connection() as connection:
        left = await samples_of(connection, 1, after=(0, 0), until_ms=NOON_MS + 86_400_000)
    assert derive(1, left, until_ms=NOON_MS + 86_400_000)[0] == found


async def test_charts_of_a_season_do_not_notice(database: Database, clock: MovableClock) -> None:
    _store, _keeper, minutes = await a_day(database, clock)
    desk, span = HistoryDesk(database), (NOON, NOON + 3 * DAYS)
    before = await desk.series(1, *span)
    await Thinning(database, clock, raw_days=30).run()
    await minutes.turn()
    after = await desk.series(1, *span)
    assert after.lines[0].value.tolist() == before.lines[0].value.tolist()


@pytest.mark.parametrize(("raw_days", "gone"), [(44, True), (46, False)])
async def test_nothing_younger_than_the_setting_is_touched(
    sqlite_database: Database, clock: MovableClock, raw_days: int, gone: bool
) -> None:
    await a_day(sqlite_database, clock)
    assert (await Thinning(sqlite_database, clock, raw_days=raw_days).run() > 0) is gone


async def test_what_was_not_made_into_sessions_yet_is_never_thinned(
    sqlite_database: Database, clock: MovableClock
) -> None:
    store = TelemetryStore(sqlite_database, clock)
    for second in range(0, 3_600, 10):
        store.append(1, reading(second, north=second), S.MOWING, Confidence.PROVEN)
    await store.flush()
    clock.move(90 * 86_400)
    assert await Thinning(sqlite_database, clock, raw_days=1).run() == 0


async def test_a_session_under_way_is_never_thinned(sqlite_database: Database, clock: MovableClock) -> None:
    store = TelemetryStore(sqlite_database, clock)
    keeper, minutes = SessionKeeper(sqlite_database, store, clock), MinuteKeeper(sqlite_database, store, clock)
    for second in range(0, 3_600, 10):
        store.append(1, reading(second, north=second), S.MOWING, Confidence.PROVEN)
    clock.move(3_600)
    await keeper.turn()
    await minutes.turn()
    thinning = Thinning(sqlite_database, clock, raw_days=1)
    clock.move(90 * 86_400)  # the process slept: the session is still open in the table
    assert await thinning.run() == 0


def test_an_absurd_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="raw_days is 0: expected 1 to"):
        Thinning(None, None, raw_days=0)  # type: ignore[arg-type]


async def placed(database: Database) -> tuple[int, int]:
    """Readings and minutes that have a place."""
    async with database.connection() as connection:
        found = [
            (
                await connection.execute(text(f"SELECT COUNT(*) FROM {table} WHERE longitude_e7 IS NOT NULL"))
            ).scalar_one()
            for table in ("telemetry", "telemetry_minute")
        ]
    return found[0], found[1]


async def test_where_a_mower_was_is_forgotten_after_the_setting_also_in_sessions(
    database: Database, clock: MovableClock
) -> None:
    await a_day(database, clock)
    before, readings = await placed(database), await times(database)
    (session,) = await SessionDesk(database).sessions(1, NOON, NOON + DAYS)
    assert await ForgetPlaces(database, clock, days=0).run() == 0
    assert await ForgetPlaces(database, clock, days=60).run() == 0
    assert await placed(database) == before
    gone = await ForgetPlaces(database, clock, days=30).run()
    assert gone >= sum(before) > 0
    assert await placed(database) == (0, 0)
    assert await times(database) == readings  # what a bill stands on stays
    assert (await SessionDesk(database).sessions(1, NOON, NOON + DAYS))[0].mowing_s == session.mowing_s
    assert await ForgetPlaces(database, clock, days=30).run() == 0
