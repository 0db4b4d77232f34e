"""The way of a mower: distance, moving, standing and unknown time, and its stops."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fleet.history import Way, way
from core.geo import METRES_PER_DEGREE

NOON_MS = 1_780_315_200_000


def north(metres: Callable[[int], float], seconds: range) -> Way:
    """The way of a mower that is so many metres north of its dock at each second, on an RTK fix."""
    times = np.array([NOON_MS + second * 1000 for second in seconds], dtype=np.int64)
    latitude = np.array([44 + metres(second) / METRES_PER_DEGREE for second in seconds])
    return way(times, np.full(len(times), -92.5), latitude, np.zeros(len(times), dtype=np.int64))


def test_driving_is_moving_time_and_metres() -> None:
    made = north(lambda second: 0.4 * second, range(601))
    assert made.distance_m == pytest.approx(240, abs=0.5)
    assert made.moving_s == pytest.approx(600, abs=2)
    assert made.stops == ()


def test_standing_is_a_stop_with_its_place_and_length() -> None:
    made = north(lambda second: 0.4 * min(second, 300) + 0.4 * max(0, second - 900), range(1_201))
    (stop,) = made.stops
    assert stop.seconds == pytest.approx(600, abs=3)
    assert stop.place.latitude == pytest.approx(44 + 120 / METRES_PER_DEGREE, abs=1e-6)
    assert made.idle_s == pytest.approx(600, abs=3)
    assert made.distance_m == pytest.approx(240, abs=0.5)


def test_turning_on_the_spot_for_a_few_seconds_is_no_stop() -> None:
    made = north(lambda second: 0.4 * (second - second // 60 * 5 - min(5, second % 60)), range(601))
    assert made.stops == ()
    assert made.idle_s == 0


def test_silence_is_neither_moving_nor_standing() -> None:
    made = north(lambda second: 0.4 * second, range(0, 100))
    later = north(lambda second: 0.4 * second, [*range(100), *range(700, 800)])  # type: ignore[arg-type]
    assert later.unknown_s == 601
    assert later.distance_m == pytest.approx(2 * made.distance_m, abs=1)


def test_a_position_that_corrects_itself_is_no_way() -> None:
    assert north(lambda second: 0.0 if second < 50 else 30.0, range(60)).distance_m == 0


def test_nothing_has_no_way() -> None:
    assert north(lambda _second: 0.0, range(1)) == Way()


@given(st.lists(st.tuples(st.integers(1, 400), st.floats(-3, 3)), min_size=2, max_size=80))
def test_the_times_add_up_to_the_whole_span(steps: list[tuple[int, float]]) -> None:
    seconds = np.cumsum([step for step, _ in steps])
    latitude = 44 + np.cumsum([metres for _, metres in steps]) / METRES_PER_DEGREE
    made = way(NOON_MS + seconds * 1000, np.full(len(steps), -92.5), latitude, np.zeros(len(steps), dtype=np.int64))
    assert made.moving_s + made.idle_s + made.unknown_s == pytest.approx(float(seconds[-1] - seconds[0]))
    assert sum(stop.seconds for stop in made.stops) <= made.idle_s + 1e-6
