"""The alarm engine beside 2,000 reports a second: what a report costs it, and its share of one core."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from core.fleet.alarms.engine import next_alarms
from core.fleet.alarms.facts import FactsOfFleet, Signals
from core.fleet.alarms.kinds import DEFAULT_RULES
from core.fleet.alarms.model import AlarmState
from core.fleet.live import LiveFleet
from core.fleet.model import Confidence, LinkHealth, LinkState, MowerSnapshot, MowerState, PositionType, Reading
from core.geo import Point
from tests.bench.rows import BenchRow

REPORTS_A_SECOND = 2_000
SECONDS = 60
FAULTY = 20
"""One mower in so many has something to tell: a fault, a low battery, silence."""
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def bench() -> list[BenchRow]:
    rows = []
    for mowers in (2_000, 10_000):
        share, per_report, alarms = measured(mowers)
        rows += [
            BenchRow(f"CPU a report, {mowers:,} mowers", per_report * 1e6, "us"),
            BenchRow(f"share of a core, {mowers:,} mowers", share * 100, "%", aim=25.0),
            BenchRow(f"alarms raised in {SECONDS} s", alarms, "alarms"),
        ]
    return rows


def measured(mowers: int) -> tuple[float, float, int]:
    """(CPU seconds a second, CPU seconds a report, alarms raised) of one look a second."""
    live = LiveFleet()
    live.set_roster(snapshot(number, 0) for number in range(mowers))
    health = LinkHealth(account="bench", state=LinkState.UP, since=START)
    facts = FactsOfFleet(live, Signals(), lambda _name: "bench", lambda: [health])
    state, raised, spent, turn = AlarmState(), 0, 0.0, 0
    for second in range(SECONDS):
        for _ in range(REPORTS_A_SECOND):
            live.put(snapshot(turn % mowers, second))
            turn += 1
        now = START + timedelta(seconds=second)
        began = time.process_time()
        state, changes = next_alarms(state, facts.now(START), DEFAULT_RULES, now)
        spent += time.process_time() - began
        raised += len(changes)
    return spent / SECONDS, spent / (SECONDS * REPORTS_A_SECOND), raised


def snapshot(number: int, second: int) -> MowerSnapshot:
    at = START + timedelta(seconds=second)
    bad = number % FAULTY
    well = MowerSnapshot(
        number=number + 1,
        device_name=f"Luba-{number:05}",
        state=MowerState.MOWING,
        confidence=Confidence.PROVEN,
        since=START,
        received_at=at,
        evidence_at=at,
        reading=Reading(
            device_name=f"Luba-{number:05}",
            device_time=at,
            received_at=at,
            battery_percent=10 if bad == 1 else 80,
            charging=False,
            position=Point(-92.48, 44.02 + second * 1e-6),
            position_type=PositionType.GNSS if bad == 2 else PositionType.RTK_FIXED,
            correction_age_s=1.0,
        ),
    )
    return replace(well, state=MowerState.FAULT, in_fault=True, fault_code=1201) if bad == 3 else well
