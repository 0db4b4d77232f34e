"""The raster judge itself: it must see what is planted."""

import numpy as np
import pytest

from tests.core.neighbourhood.path.flood import Flood, Road

DEAD_END = Road(np.array([[0.0, -200.0], [0.0, 0.0]]), 4.0)
LEFT, RIGHT = np.array([-30.0, -20.0]), np.array([30.0, -20.0])
TRUE_M = 77.3
"""Two tangents (71.7 m) and an arc (5.6 m) round the end."""


def flood(*roads: Road, longest_m: float = 160.0) -> Flood:
    return Flood(LEFT, RIGHT, roads, longest_m)


def test_a_true_yes_and_a_true_no_stand() -> None:
    assert not flood(DEAD_END).refutes_yes(TRUE_M)
    through = Road(np.array([[0.0, -200.0], [0.0, 200.0]]), 4.0)
    assert not flood(through).refutes_no()


def test_a_planted_wrong_yes_is_caught() -> None:
    through = Road(np.array([[0.0, -200.0], [0.0, 200.0]]), 4.0)
    assert flood(through).refutes_yes(60.0)


def test_a_planted_wrong_no_is_caught() -> None:
    assert flood(DEAD_END).refutes_no()


def test_a_corridor_said_to_be_shorter_than_it_is_is_caught() -> None:
    assert flood(DEAD_END).refutes_yes(60.0)


def test_a_corridor_longer_than_allowed_is_no_corridor() -> None:
    assert not flood(DEAD_END, longest_m=66.0).refutes_no()


@pytest.mark.parametrize(("gap_m", "is_way"), [(7.0, False), (9.0, True)])
def test_a_gap_between_two_streets_is_a_way_only_where_it_is_wide_enough(gap_m: float, is_way: bool) -> None:
    south = Road(np.array([[0.0, -200.0], [0.0, -gap_m / 2]]), 4.0)
    north = Road(np.array([[0.0, gap_m / 2], [0.0, 200.0]]), 4.0)
    assert flood(south, north).refutes_no() is is_way


def test_straight_and_slanting_ways_are_as_long_as_they_are() -> None:
    free = flood()
    assert free.shortest_m(0) == pytest.approx(60.0, abs=0.5)
    slanting = Flood(np.array([-30.0, -20.0]), np.array([25.0, 3.0]), [], 160.0)
    assert 59.6 - 0.5 <= slanting.shortest_m(0) <= 59.6 * 1.028 + 0.5
