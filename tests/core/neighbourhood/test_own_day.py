"""A lot's day: only mowing inside its boundary counts."""

from datetime import UTC, datetime, timedelta

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from core.fleet.model import MowerState
from core.neighbourhood.own_day import DayOnLot
from tests.core.neighbourhood.test_own_lot import GROUND, OWN, at

START = datetime(2026, 6, 1, 15, tzinfo=UTC)
LAWN = shapely.box(-9, -15, 10, 5)


def lawn() -> dict[str, object]:
    ring = [at(x, y) for x, y in LAWN.exterior.coords]
    return {"type": "Polygon", "coordinates": [[[place.longitude, place.latitude] for place in ring]]}


def day() -> DayOnLot:
    return DayOnLot(OWN, [lawn()], cut_width_m=0.4)


def drive(log: DayOnLot, places: list[tuple[float, float]], *, step_s: float = 10, start: datetime = START) -> None:
    for index, (x, y) in enumerate(places):
        log.add(start + timedelta(seconds=index * step_s), MowerState.MOWING, at(x, y))


def test_a_straight_lane_counts_its_time_and_its_strip_of_lawn() -> None:
    log = day()
    drive(log, [(-9 + index, 0) for index in range(20)])
    told = log.summary()
    assert told.minutes == pytest.approx(190 / 60)
    assert told.mown.area == pytest.approx(19 * 0.4, rel=0.03)
    assert told.mown_share == pytest.approx(19 * 0.4 / LAWN.area, rel=0.03)
    assert (told.first_at, told.last_at) == (START, START + timedelta(seconds=190))


def test_a_silence_is_not_filled_in() -> None:
    log = day()
    log.add(START, MowerState.MOWING, at(-8, 0))
    log.add(START + timedelta(minutes=10), MowerState.MOWING, at(8, 0))
    assert log.summary().minutes == 0
    assert log.summary().mown.is_empty


def test_a_leap_faster_than_any_mower_is_not_joined() -> None:
    log = day()
    log.add(START, MowerState.MOWING, at(-8, 0))
    log.add(START + timedelta(seconds=1), MowerState.MOWING, at(8, 0))
    assert log.summary().minutes == 0


@pytest.mark.parametrize("state", [state for state in MowerState if state is not MowerState.MOWING])
def test_only_mowing_counts(state: MowerState) -> None:
    log = day()
    for index in range(10):
        log.add(START + timedelta(seconds=index), state, at(index / 2, 0))
    assert log.summary().minutes == 0
    assert log.points == 0


def test_an_older_reading_is_passed_over() -> None:
    log = day()
    drive(log, [(0, 0), (1, 0)])
    log.add(START, MowerState.MOWING, at(5, 0))
    assert log.points == 2


def test_a_lot_without_lawns_has_no_share_and_a_day_without_mowing_no_ground() -> None:
    assert DayOnLot(OWN, [], cut_width_m=0.4).summary().mown_share is None
    told = day().summary()
    assert (told.minutes, told.mown_share, told.last_at, told.mown.is_empty) == (0, 0, None, True)


@given(st.lists(st.tuples(st.floats(-40, 40), st.floats(-40, 40)), max_size=40))
def test_no_ground_outside_the_lot_is_ever_told(places: list[tuple[float, float]]) -> None:
    log = DayOnLot(OWN, [], cut_width_m=0.4)
    drive(log, places, step_s=30)
    assert log.summary().mown.difference(OWN.ground.buffer(0.05)).is_empty
    inside = sum(GROUND.buffer(0.01).contains(shapely.Point(place)) for place in places)
    assert log.points <= inside
