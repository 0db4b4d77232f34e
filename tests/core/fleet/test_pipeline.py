"""The flow of one reading, and of many."""

import asyncio
import threading
from datetime import timedelta

import pytest

from core.clock import MovableClock
from core.db import Database
from core.fleet import pipeline as pipeline_module
from core.fleet.live import LiveFleet
from core.fleet.model import FleetEvent, FleetEventKind, MowerSnapshot, MowerState
from core.fleet.pipeline import FleetPipeline
from core.fleet.telemetry import TelemetryStore
from tests.core.fleet.cast import LUBA, NOON, YUKA, docked, mowing, report


@pytest.fixture
def live() -> LiveFleet:
    fleet = LiveFleet()
    fleet.set_roster(
        [MowerSnapshot(number=1, device_name=LUBA), MowerSnapshot(number=2, device_name=YUKA)],
    )
    return fleet


@pytest.fixture
def telemetry(sqlite_database: Database, clock: MovableClock) -> TelemetryStore:
    return TelemetryStore(sqlite_database, clock)


@pytest.fixture
def pipeline(live: LiveFleet, telemetry: TelemetryStore, clock: MovableClock) -> FleetPipeline:
    return FleetPipeline(live, telemetry, clock)


async def settled(condition: object) -> None:
    for _ in range(500):
        if condition():  # type: ignore[operator]
            return
        await asyncio.sleep(0.005)
    raise AssertionError("did not settle")


async def test_a_reading_becomes_live_is_stored_and_counted(
    pipeline: FleetPipeline, live: LiveFleet, telemetry: TelemetryStore
) -> None:
    pipeline.enqueue([docked(0), docked(0, device_name=YUKA, battery_percent=50), docked(1, device_name="stranger")])
    assert live.get(LUBA).state is MowerState.UNKNOWN
    assert pipeline.drain() == 3
    assert live.get(LUBA).state is MowerState.DOCKED
    assert live.columns.battery_percent[live.slot(YUKA)] == 50
    assert (pipeline.counts.accepted, pipeline.counts.refused) == (2, {"unknown_device": 1})
    await telemetry.flush()
    (row,) = await telemetry.history(2, NOON, NOON + timedelta(minutes=1))
    assert (row.state, row.reading.battery_percent) == (MowerState.DOCKED, 50)


async def test_every_refusal_and_repair_is_counted_by_name(pipeline: FleetPipeline) -> None:
    pipeline.enqueue(
        [
            mowing(100, north=0),
            mowing(100, north=0),
            mowing(95, north=1),
            mowing(10, north=1),
            mowing(300, north=1, lag_s=-90),
            mowing(101, north=9_000, battery_percent=240),
        ]
    )
    pipeline.drain()
    counts = pipeline.counts
    assert counts.accepted == 2
    assert counts.refused == {"duplicate": 1, "out_of_order": 1, "late": 1, "future": 1}
    assert counts.repaired == {"jump": 1, "battery_range": 1}
    assert counts.history_only == 2


async def test_a_late_reading_is_history_and_never_live(
    pipeline: FleetPipeline, live: LiveFleet, telemetry: TelemetryStore
) -> None:
    pipeline.enqueue([docked(100)])
    pipeline.drain()
    before = live.get(LUBA)
    pipeline.enqueue([mowing(50, north=3)])
    pipeline.drain()
    assert live.get(LUBA) is before
    await telemetry.flush()
    rows = await telemetry.history(1, NOON, NOON + timedelta(minutes=5))
    assert [row.state for row in rows] == [MowerState.MOWING, MowerState.DOCKED]


async def test_time_alone_ends_mowing_early_enough_for_the_screens_and_tells_so(
    pipeline: FleetPipeline, live: LiveFleet, clock: MovableClock
) -> None:
    told: list[FleetEvent] = []
    pipeline.happened.subscribe(told.append)
    pipeline.enqueue([mowing(0, north=0), mowing(1, north=0.5)])
    pipeline.drain()
    clock.move(58.5)
    pipeline.tick()
    assert live.get(LUBA).state is MowerState.MOWING
    clock.move(0.5)
    pipeline.tick()
    assert live.get(LUBA).last_known is MowerState.MOWING
    assert [event.kind for event in told] == [
        FleetEventKind.STATE_CHANGED,
        FleetEventKind.STATE_CHANGED,
        FleetEventKind.PROOF_LOST,
    ]


async def test_overload_drops_the_oldest_and_counts_them(
    pipeline: FleetPipeline, live: LiveFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline_module, "MAX_QUEUED", 10)
    pipeline.enqueue([docked(second, battery_percent=second) for second in range(25)])
    pipeline.drain()
    assert pipeline.counts.refused == {"overload": 15}
    assert pipeline.counts.accepted == 10
    assert live.columns.battery_percent[live.slot(LUBA)] == 24


async def test_readings_from_other_threads_are_taken_in_order_and_all_stored_at_the_end(
    pipeline: FleetPipeline, live: LiveFleet, telemetry: TelemetryStore
) -> None:
    await telemetry.start()
    running = asyncio.create_task(pipeline.run())
    await asyncio.sleep(0)

    def adapter(name: str) -> None:
        for second in range(300):
            pipeline.enqueue([docked(second, device_name=name)])

    threads = [threading.Thread(target=adapter, args=(name,)) for name in (LUBA, YUKA)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    await settled(lambda: pipeline.counts.accepted == 600)
    assert pipeline.counts.refused == {}
    pipeline.enqueue([report(400, mode=MowerState.IDLE)])
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert live.get(LUBA).state is MowerState.IDLE
    assert (telemetry.pending, telemetry.flushed) == (0, 601)


async def test_the_pipeline_flushes_and_ages_by_the_clock(
    pipeline: FleetPipeline, live: LiveFleet, telemetry: TelemetryStore, clock: MovableClock
) -> None:
    await telemetry.start()
    pipeline.enqueue([mowing(0, north=0), mowing(1, north=1)])
    running = asyncio.create_task(pipeline.run())
    await settled(lambda: telemetry.pending == 2)
    clock.move(0.25)
    await settled(lambda: telemetry.flushed == 2)
    clock.move(75)
    await settled(lambda: live.get(LUBA).last_known is MowerState.MOWING)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert {task.get_name() for task in asyncio.all_tasks()}.isdisjoint({"fleet.work", "fleet.age", "fleet.telemetry"})
