"""What readings add up to: blade, distance, charge, faults and availability, however they are cut into pieces."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import to_epoch_ms
from core.fleet.maintenance.model import DayTotals
from core.fleet.maintenance.odometer import Carry, Sample, fold, split_days
from core.fleet.model import MowerState, PositionType

S = MowerState
NOON_MS = to_epoch_ms(datetime(2026, 6, 1, 12, tzinfo=UTC))
TODAY = date(2026, 6, 1)


def sample(second: float, state: MowerState = S.MOWING, **fields: Any) -> Sample:
    """A sample so many seconds after noon; ``north`` in metres."""
    north = fields.pop("north", None)
    place = (None, None) if north is None else (-92.5, 44.0 + north / 111_320)
    given_fields = {
        "battery_percent": 80,
        "charging": state in (S.CHARGING, S.DOCKED),
        "blade_on": state is S.MOWING,
        "longitude": place[0],
        "latitude": place[1],
        "fix": PositionType.RTK_FIXED,
        "fault_code": None,
    } | fields
    return Sample(at_ms=NOON_MS + round(second * 1000), state=state, **given_fields)


def today(*samples: Sample) -> DayTotals:
    return fold(Carry(), samples)[1][TODAY]


def test_an_hour_of_mowing_is_an_hour_of_blade_and_work_and_wholly_available() -> None:
    totals = today(*(sample(second) for second in range(0, 3_601, 10)))
    assert (totals.blade_s, totals.work_s, totals.observed_s, totals.available_s) == (3_600, 3_600, 3_600, 3_600)


def test_silence_at_work_is_time_it_was_not_available() -> None:
    totals = today(sample(0), sample(1_120, S.CHARGING))
    assert (totals.observed_s, totals.available_s, totals.blade_s) == (1_120, 120, 60)


def test_long_silence_in_the_dock_counts_neither_for_nor_against() -> None:
    totals = today(sample(0, S.CHARGING), sample(7_200, S.CHARGING))
    assert (totals.observed_s, totals.available_s) == (1_800, 1_800)


def test_a_fault_counts_until_recovery_and_unknown_does_not_end_it() -> None:
    totals = today(
        sample(0),
        sample(10, S.FAULT, fault_code=-1201),
        sample(70, S.UNKNOWN),
        sample(130, S.FAULT, fault_code=1201),
        sample(310, S.CHARGING),
        sample(320, S.FAULT, fault_code=1202),
    )
    assert (totals.faults, totals.repairs, totals.repair_s) == (2, 1, 300)
    assert totals.codes == {"1201": 1, "1202": 1}
    assert totals.available_s == 10 + 10


def test_distance_is_driven_way_without_the_noise_of_standing() -> None:
    drive = [sample(second, north=0.4 * second) for second in range(0, 101)]
    stand = [sample(100 + second, north=40 + 0.01 * (second % 3)) for second in range(1, 200)]
    assert today(*drive, *stand).distance_m == pytest.approx(40, abs=0.5)


def test_a_mower_carried_across_town_drove_no_way() -> None:
    assert today(sample(0, north=0), sample(60, north=5_000), sample(70, north=5_004)).distance_m == pytest.approx(
        4, 0.1
    )


def test_charge_is_what_the_battery_took_in_and_not_what_it_gave() -> None:
    levels = [(0, 20, True), (600, 60, True), (1_200, 50, False), (1_800, 50, True), (2_400, 90, True)]
    totals = today(
        *(sample(at, S.CHARGING if on else S.MOWING, battery_percent=level, charging=on) for at, level, on in levels)
    )
    assert totals.charged_percent == 80


def test_a_span_over_midnight_falls_into_both_days() -> None:
    late = to_epoch_ms(datetime(2026, 6, 1, 23, 59, tzinfo=UTC))
    assert list(split_days(late, 180)) == [(date(2026, 6, 1), 60.0), (date(2026, 6, 2), 120.0)]


samples = st.lists(
    st.tuples(
        st.integers(1, 4_000),
        st.sampled_from(list(MowerState)),
        st.integers(0, 100),
        st.floats(0, 500),
        st.sampled_from([None, 1201, -1202]),
    ),
    max_size=40,
)


@given(samples, st.integers(0, 40))
def test_folding_in_two_pieces_gives_what_folding_whole_gives(story: list[tuple[Any, ...]], cut: int) -> None:
    second, made = 0, []
    for pause, state, battery, north, code in story:
        second += pause
        made.append(sample(second, state, battery_percent=battery, north=north, fault_code=code))
    _carry, whole = fold(Carry(), made)
    carry, first = fold(Carry(), made[:cut])
    _carry, rest = fold(Carry.of(carry.to_store()), made[cut:])
    for day in whole:
        for name in ("observed_s", "available_s", "work_s", "blade_s", "distance_m", "charged_percent", "repair_s"):
            pieces = sum(getattr(part.get(day, DayTotals()), name) for part in (first, rest))
            assert pieces == pytest.approx(getattr(whole[day], name)), name
        assert sum(part.get(day, DayTotals()).faults for part in (first, rest)) == whole[day].faults
        assert whole[day].available_s <= whole[day].observed_s + 1e-6
