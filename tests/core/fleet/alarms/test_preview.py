"""What a rule would have fired is told from stored telemetry, by the engine that fires for real."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.db import Database
from core.errors import Invalid
from core.fleet.alarms import AlarmKind, AlarmRule, Preview
from core.fleet.model import MowerState
from tests.core.fleet.alarms.cast import rule
from tests.core.fleet.alarms.conftest import Watchroom
from tests.core.fleet.cast import LUBA, NOON, docked, mowing, report

K = AlarmKind


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    return sqlite_database


async def yesterday(room: Watchroom) -> None:
    """Luba mowed for an hour with a battery that fell from 60 to 11 %, was broken for five minutes, and went home."""
    readings = [
        mowing(second, north=second * 0.01, battery_percent=60 - second * 49 // 3_600) for second in range(0, 3_600, 10)
    ]
    readings += [
        report(3_600 + second, north=36 + second * 0.001, mode=MowerState.FAULT, fault_code=1201, battery_percent=11)
        for second in range(0, 300, 10)
    ]
    readings += [docked(3_900), docked(4_500)]
    room.hears(*readings)
    await room.fleet.telemetry.flush()
    room.clock.move(86_400)


async def fired(room: Watchroom, changed: AlarmRule) -> Preview:
    return await room.alarms.preview(changed)


async def test_a_lower_threshold_fires_later_and_a_very_low_one_never(room: Watchroom) -> None:
    await yesterday(room)
    at_15 = await fired(room, rule(K.BATTERY_LOW))
    at_30 = await fired(room, rule(K.BATTERY_LOW, threshold=30.0))
    assert [one.mower for one in at_15.firings] == [LUBA]
    assert at_30.firings[0].raised_at < at_15.firings[0].raised_at
    assert at_15.firings[0].raised_at - NOON == pytest.approx(timedelta(seconds=3_310 + 60), abs=timedelta(seconds=70))
    assert (await fired(room, rule(K.BATTERY_LOW, threshold=5.0))).firings == []
    assert sum(at_15.days) == 1
    assert (at_15.mowers, at_15.of_mowers) == (2, 2)


async def test_a_duration_longer_than_the_trouble_fires_nothing(room: Watchroom) -> None:
    await yesterday(room)
    (one,) = (await fired(room, rule(K.FAULT))).firings
    assert one.raised_at - NOON == pytest.approx(timedelta(seconds=3_600), abs=timedelta(seconds=61))
    assert one.cleared_at is not None
    assert (await fired(room, rule(K.FAULT, duration_s=600))).firings == []


async def test_silence_between_readings_is_found_at_the_second(room: Watchroom) -> None:
    room.hears(*(mowing(second, north=second * 0.01) for second in range(0, 600, 10)), docked(3_000))
    await room.fleet.telemetry.flush()
    room.clock.move(86_400)
    (one,) = (await fired(room, rule(K.SILENT))).firings
    assert one.raised_at == NOON + timedelta(seconds=590 + 300)
    assert (await fired(room, rule(K.SILENT, duration_s=3_000))).firings == []


async def test_what_lies_before_the_seven_days_or_is_told_by_events_is_not_previewed(room: Watchroom) -> None:
    await yesterday(room)
    room.clock.move(7 * 86_400)
    assert (await fired(room, rule(K.FAULT))).firings == []
    with pytest.raises(Invalid, match="cannot tell"):
        await fired(room, replace(rule(K.LIFTED)))
