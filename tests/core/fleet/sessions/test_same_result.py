"""The same readings give the same sessions: in any chunks, in any order of arrival, live or from stored history."""

from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.clock import MovableClock
from core.db import Database
from core.fleet.model import Confidence, MowerState, Reading
from core.fleet.sessions import MowingSession, Sample, SessionDesk, SessionKeeper, SessionTracker, derive
from core.fleet.sessions.minutes import Span, gaps, whole_minutes
from core.fleet.telemetry import TelemetryStore
from tests.core.fleet.cast import NOON
from tests.core.fleet.sessions.cast import NOON_MS, reading, sample

S = MowerState
STATES = (S.MOWING, S.MOWING, S.MOWING, S.PAUSED, S.FAULT, S.UNKNOWN, S.OFFLINE, S.RETURNING, S.CHARGING)
steps = st.tuples(
    st.sampled_from([1, 5, 10, 30, 300, 700, 1_900]),
    st.sampled_from(STATES),
    st.none() | st.integers(0, 100),
    st.none() | st.integers(0, 100),
    st.booleans(),
)


def day(rows: list[tuple[int, MowerState, int | None, int | None, bool]]) -> list[Sample]:
    found, at = [], 0
    for step, state, battery, progress, rain in rows:
        at += step
        found.append(
            sample(at, state, north=at % 50, battery_percent=battery, progress_percent=progress, rain=rain or None)
        )
    return found


@given(rows=st.lists(steps, max_size=60), cuts=st.lists(st.integers(0, 60), max_size=6), slack=st.integers(0, 4_000))
@settings(max_examples=150, deadline=None)
def test_any_chunking_with_time_passing_between_gives_what_one_batch_gives(
    rows: list[tuple[int, MowerState, int | None, int | None, bool]], cuts: list[int], slack: int
) -> None:
    samples = day(rows)
    until = (samples[-1].device_time_ms if samples else NOON_MS) + slack * 1_000
    batch, after = derive(1, samples, until_ms=until)
    tracker, found = SessionTracker(1), []
    bounds = sorted({0, len(samples), *(cut for cut in cuts if cut <= len(samples))})
    for low, high in pairwise(bounds):
        found += [ended for one in samples[low:high] if (ended := tracker.take(one)) is not None]
        ticked = until if high == len(samples) else samples[high].device_time_ms - 1
        found += [ended for ended in (tracker.settle(ticked),) if ended is not None]
    if not samples:
        found += [ended for ended in (tracker.settle(until),) if ended is not None]
    assert found == batch
    assert tracker.open == after.open


@given(rows=st.lists(steps, max_size=60))
@settings(max_examples=100, deadline=None)
def test_a_tracker_started_at_any_session_goes_on_as_the_first_one_did(
    rows: list[tuple[int, MowerState, int | None, int | None, bool]],
) -> None:
    samples = day(rows)
    until = samples[-1].device_time_ms if samples else NOON_MS
    whole, _ = derive(1, samples, until_ms=until)
    for place, session in enumerate(whole):
        rest = [one for one in samples if one.device_time_ms >= session.started_ms]
        again, _ = derive(1, rest, until_ms=until, last=whole[place - 1] if place else None)
        assert again == whole[place:]


@given(rows=st.lists(steps, max_size=60))
@settings(max_examples=100, deadline=None)
def test_times_of_a_session_never_exceed_its_length_and_sessions_never_overlap(
    rows: list[tuple[int, MowerState, int | None, int | None, bool]],
) -> None:
    samples = day(rows)
    found, _ = derive(1, samples, until_ms=samples[-1].device_time_ms + 10_000_000 if samples else NOON_MS)
    for session in found:
        assert session.mowing_s + session.paused_s + session.fault_s <= session.seconds + 1e-6
    assert all(before.ended_ms <= after.started_ms for before, after in pairwise(found))


@given(st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 10**6)), max_size=12))
def test_billable_minutes_are_whole_separate_and_cover_every_session(rows: list[tuple[int, int]]) -> None:
    sessions = [MowingSession(number=1, started_ms=since, ended_ms=since + length) for since, length in rows]
    spans = whole_minutes(sessions)
    assert all(edge % 60_000 == 0 for span in spans for edge in span)
    assert all(before.until_ms < after.since_ms for before, after in pairwise(spans))
    for session in sessions:
        assert any(span.since_ms <= session.started_ms and session.ended_ms < span.until_ms for span in spans)
    free = gaps(spans, 0, 2 * 10**7)
    assert sum(b - a for a, b in [*spans, *free]) == 2 * 10**7
    assert gaps([], 5, 9) == [Span(5, 9)]


def busy_day(seed: int) -> list[Reading]:
    """Four hours of one mower with every kind of end."""
    dice, rows, at, progress = Random(seed), [], 0, 0
    while at < 4 * 3_600:
        for _ in range(dice.randint(20, 80)):
            at += dice.choice((5, 10, 10, 20))
            progress = (progress + dice.choice((0, 0, 1))) % 101
            state = dice.choice((S.MOWING,) * 12 + (S.PAUSED, S.FAULT, S.UNKNOWN))
            rows.append(reading(at, state, north=at % 40, battery_percent=90 - at % 80, progress_percent=progress))
        at += dice.choice((10, 700, 1_000))
        rows.append(reading(at, dice.choice((S.RETURNING, S.IDLE, S.MOWING)), battery_percent=50))
    return rows


async def stored_by_arrival(
    database: Database, clock: MovableClock, rows: list[Reading], seed: int
) -> tuple[list[MowingSession], list[MowingSession]]:
    """What the keeper made of readings as they came, some of them late; and what one batch makes of them."""
    store = TelemetryStore(database, clock)
    keeper = SessionKeeper(database, store, clock)
    dice = Random(seed)
    arrivals = sorted(rows, key=lambda one: one.device_time.timestamp() + dice.choice((0,) * 30 + (3, 60, 900, 4_000)))
    for row in arrivals:
        wait = (row.device_time - clock.now()).total_seconds() + 0.5
        if wait > 0:
            clock.move(wait)
        store.append(1, row, row.mode or S.UNKNOWN, Confidence.PROVEN)
        if dice.random() < 0.05:
            await keeper.turn()
    clock.move(3_000)
    await keeper.turn()
    desk = SessionDesk(database)
    found = await desk.sessions(1, NOON, NOON + timedelta(days=1))
    ordered = sorted(sample(at(row), row.mode or S.UNKNOWN, **said(row)) for row in rows)
    return found[::-1], derive(1, ordered, until_ms=NOON_MS + 10 * 3_600_000)[0]


def at(row: Reading) -> float:
    return (row.device_time - NOON).total_seconds()


def said(row: Reading) -> dict[str, object]:
    north = None if row.position is None else at(row) % 40
    return {"north": north, "battery_percent": row.battery_percent, "progress_percent": row.progress_percent}


@pytest.mark.parametrize("seed", range(3))
async def test_late_and_disordered_readings_end_in_the_same_sessions(
    database: Database, clock: MovableClock, seed: int
) -> None:
    found, batch = await stored_by_arrival(database, clock, busy_day(seed), seed)
    assert len(batch) > 3
    assert found == batch


async def test_a_restart_in_the_middle_of_a_session_changes_nothing(database: Database, clock: MovableClock) -> None:
    rows = busy_day(9)
    store = TelemetryStore(database, clock)
    for part in (rows[:150], rows[150:160], rows[160:]):  # each part by a keeper that knows nothing of the one before
        keeper = SessionKeeper(database, store, clock)
        for row in part:
            clock.move(max(0.0, (row.device_time - clock.now()).total_seconds()))
            store.append(1, row, row.mode or S.UNKNOWN, Confidence.PROVEN)
        clock.move(6)
        await keeper.turn()
    clock.move(3_000)
    await keeper.turn()
    found = await SessionDesk(database).sessions(1, NOON, NOON + timedelta(days=1))
    ordered = [sample(at(row), row.mode or S.UNKNOWN, **said(row)) for row in rows]
    assert found[::-1] == derive(1, ordered, until_ms=NOON_MS + 10 * 3_600_000)[0]


async def test_a_session_under_way_is_listed_and_then_told_once_it_has_ended(
    sqlite_database: Database, clock: MovableClock
) -> None:
    store = TelemetryStore(sqlite_database, clock)
    keeper = SessionKeeper(sqlite_database, store, clock)
    told: list[MowingSession] = []
    keeper.ended.subscribe(told.append)
    for second in range(0, 120, 10):
        store.append(1, reading(second, north=second), S.MOWING, Confidence.PROVEN)
    clock.move(180)
    await keeper.turn()
    desk = SessionDesk(sqlite_database)
    (under_way,) = await desk.sessions(1, NOON, NOON + timedelta(hours=1))
    assert under_way.open
    assert told == []
    store.append(1, reading(180, S.RETURNING), S.RETURNING, Confidence.PROVEN)
    clock.move(10)
    await keeper.turn()
    (ended,) = await desk.sessions(1, NOON, NOON + timedelta(hours=1))
    assert not ended.open
    assert told == [ended]
    assert await desk.billable(1, NOON_MS, NOON_MS + 3_600_000) == [Span(NOON_MS, NOON_MS + 240_000)]
