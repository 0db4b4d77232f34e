"""The movable clock moves forward only and wakes its sleepers; naive datetimes are refused."""

import asyncio
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import MovableClock, from_epoch_ms, require_aware, to_epoch_ms


async def test_a_sleeper_wakes_when_the_clock_passes_it(clock: MovableClock) -> None:
    task = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0)
    clock.move(9.9)
    await asyncio.sleep(0)
    assert not task.done()
    clock.move(0.1)
    await asyncio.wait_for(task, 1)


def test_a_clock_never_moves_back(clock: MovableClock) -> None:
    with pytest.raises(ValueError, match="forward only"):
        clock.move(-1)


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="naive datetime refused"):
        require_aware(datetime(2026, 6, 1))


def test_another_zone_becomes_utc() -> None:
    noon_in_chicago = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=-5)))
    assert require_aware(noon_in_chicago) == datetime(2026, 6, 1, 17, tzinfo=UTC)


@given(st.integers(min_value=0, max_value=4_102_444_800_000))
def test_epoch_milliseconds_survive_the_round_trip(milliseconds: int) -> None:
    assert to_epoch_ms(from_epoch_ms(milliseconds)) == milliseconds
