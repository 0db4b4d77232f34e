"""Series for charts: what is thinned keeps its extremes, minutes say what readings said."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import MovableClock
from core.db import Database
from core.errors import Invalid
from core.fleet.history import HistoryDesk, MinuteKeeper
from core.fleet.history.thinning import bands_of, thinned
from core.fleet.model import Confidence, MowerState
from core.fleet.sessions import SessionKeeper
from core.fleet.telemetry import TelemetryStore
from tests.core.fleet.cast import NOON
from tests.core.fleet.sessions.cast import NOON_MS, code, reading

S = MowerState


async def an_hour(store: TelemetryStore, clock: MovableClock) -> None:
    """Half an hour of mowing with one deep dip of the battery, then half an hour of silence but for the end."""
    for second in range(1_800):
        battery = 12 if second == 777 else 80
        said = reading(
            second,
            north=second * 0.4,
            battery_percent=battery,
            progress_percent=second // 18,
            satellites=20 + second // 600,
        )
        store.append(1, said, S.MOWING, Confidence.PROVEN)
    store.append(1, reading(3_599, S.DOCKED, north=0, battery_percent=90), S.DOCKED, Confidence.PROVEN)
    clock.move(3_700)
    await store.flush()


async def test_a_span_comes_with_lines_bands_track_and_totals(database: Database, clock: MovableClock) -> None:
    store = TelemetryStore(database, clock)
    await an_hour(store, clock)
    found = await HistoryDesk(database).series(1, NOON, NOON + timedelta(hours=1), points=100)
    lines = {line.field.key: line for line in found.lines}
    assert len(lines["battery"].value) <= 100
    assert lines["battery"].counted == 1_801
    assert lines["battery"].value.min() == 12  # the one dip outlives the thinning
    assert lines["satellites"].value.tolist() == [20, 21, 22]
    assert [band.state for band in found.bands] == [code(S.MOWING), code(S.DOCKED)]
    assert found.way.distance_m == pytest.approx(720, abs=2)
    assert found.way.unknown_s == 1_800
    assert len(found.track_ms) <= 1_801
    assert not found.by_minute


async def test_minutes_say_what_the_readings_said(database: Database, clock: MovableClock) -> None:
    store = TelemetryStore(database, clock)
    keeper, sessions = MinuteKeeper(database, store, clock), SessionKeeper(database, store, clock)
    await an_hour(store, clock)
    assert await keeper.turn() > 0
    await sessions.turn()
    found = await HistoryDesk(database).series(1, NOON, NOON + timedelta(hours=1), raw=False)
    lines = {line.field.key: line for line in found.lines}
    assert found.readings == 31
    assert (lines["battery"].value.min(), lines["battery"].value.max()) == (12, 90)
    assert lines["progress"].value.max() == 99
    assert lines["satellites"].value.max() == 22
    assert found.way.distance_m == pytest.approx(720, rel=0.01)  # by its session: minutes would cut every corner
    assert (found.way.moving_s, found.way.unknown_s) == (pytest.approx(1_800, abs=2), 3_600 - 31 * 60)


async def test_a_season_is_read_in_buckets_that_keep_every_low_and_high(
    database: Database, clock: MovableClock
) -> None:
    store = TelemetryStore(database, clock)
    keeper = MinuteKeeper(database, store, clock)
    for hour in range(0, 214 * 24):
        battery = 5 if hour == 3_000 else 60
        store.append(1, reading(hour * 3_600, S.DOCKED, battery_percent=battery), S.DOCKED, Confidence.PROVEN)
    await store.flush()
    clock.move(214 * 86_400)
    for _turn in range(3):
        await keeper.turn()
    found = await HistoryDesk(database).series(1, NOON, NOON + timedelta(days=214))
    assert found.readings == 214 * 24
    assert found.lines[0].value.min() == 5
    assert len(found.lines[0].value) <= 1_600


async def test_a_late_reading_sums_its_minute_up_again(database: Database, clock: MovableClock) -> None:
    store = TelemetryStore(database, clock)
    keeper = MinuteKeeper(database, store, clock)
    store.append(1, reading(0, battery_percent=50), S.MOWING, Confidence.PROVEN)
    clock.move(600)
    await keeper.turn()
    store.append(1, reading(5, battery_percent=20, received_at=clock.now()), S.MOWING, Confidence.STALE)
    assert await keeper.turn() == 1
    found = await HistoryDesk(database).series(1, NOON, NOON + timedelta(hours=1), raw=False)
    assert found.lines[0].value.min() == 20


async def test_an_old_database_is_summed_up_from_its_first_reading(database: Database, clock: MovableClock) -> None:
    store = TelemetryStore(database, clock)
    for hour in range(0, 72, 6):
        store.append(1, reading(hour * 3_600, battery_percent=hour), S.DOCKED, Confidence.PROVEN)
    await store.flush()
    clock.move(73 * 3_600)
    keeper = MinuteKeeper(database, store, clock)
    store.append(1, reading(73 * 3_600, battery_percent=99), S.DOCKED, Confidence.PROVEN)
    await keeper.turn()
    clock.move(120)
    await keeper.turn()
    found = await HistoryDesk(database).series(1, NOON, NOON + timedelta(days=5))
    assert found.by_minute
    assert found.lines[0].value.tolist() == [*range(0, 72, 6), 99]


async def test_an_empty_span_is_empty_and_an_absurd_one_refused(sqlite_database: Database) -> None:
    desk = HistoryDesk(sqlite_database)
    found = await desk.series(1, NOON, NOON + timedelta(hours=1))
    assert (found.readings, found.bands, len(found.track_ms)) == (0, (), 0)
    assert (await desk.series(1, NOON, NOON + timedelta(days=30))).readings == 0
    assert await desk.span(1) is None
    for days in (0, 401):
        with pytest.raises(Invalid, match="at most 400 days"):
            await desk.series(1, NOON, NOON + timedelta(days=days))


@given(st.lists(st.one_of(st.none(), st.integers(-100, 100)), max_size=400), st.integers(4, 40))
@settings(deadline=None)
def test_thinning_keeps_ends_and_extremes_and_invents_nothing(values: list[int | None], points: int) -> None:
    points *= 4
    times = NOON_MS + np.arange(len(values), dtype=np.int64) * 1000
    kept_ms, kept = thinned(times, np.array(values, dtype=np.float64), points)
    known = {int(at): value for at, value in zip(times, values, strict=True) if value is not None}
    assert len(kept) <= points
    assert all(known[int(at)] == value for at, value in zip(kept_ms, kept, strict=True))
    if known:
        assert (int(kept_ms[0]), int(kept_ms[-1])) == (min(known), max(known))
    assert len(kept) == len(known) or len(kept) >= points // 2


def test_bands_join_what_is_alike_and_break_at_gaps() -> None:
    times = NOON_MS + np.array([0, 10, 20, 30, 1_000, 1_010]) * 1000
    found = bands_of(times, np.array([0, 0, 4, 4, 4, 4]), gap_ms=180_000)
    assert [((band.since_ms - NOON_MS) // 1000, (band.until_ms - NOON_MS) // 1000, band.state) for band in found] == [
        (0, 20, 0), (20, 30, 4), (1_000, 1_010, 4)
    ]  # fmt: skip


def test_too_many_bands_lose_the_shortest() -> None:
    times = NOON_MS + np.cumsum(np.array([1, 100] * 50)) * 1000
    states = np.array([0, 4] * 50)
    found = bands_of(times, states, gap_ms=180_000, most=50)
    assert len(found) == 50
    assert {band.state for band in found[:-1]} == {0}
