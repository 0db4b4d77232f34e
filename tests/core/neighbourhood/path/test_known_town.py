"""The path rule on towns whose truth is known by construction."""

from random import Random

import numpy as np
import pytest
import shapely

from core.geo import LocalFrame, Point
from core.neighbourhood.layers import LayerSource, PreparedLayer, RoadInfo
from core.neighbourhood.path.judge import judge_pairs
from core.neighbourhood.path.land import Land
from core.neighbourhood.path.parameters import PathParameters
from core.neighbourhood.qualification import BLOCKED, QUALIFIED, pairs_within
from tests.core.neighbourhood.path.known_town import Home, Town, known_town, round_the_end
from tests.proofs import SEED, cases, record

FRAME = LocalFrame(Point(-92.5, 44.0))
DOUBT_M = 1.0
"""The search bends at corners up to 2 % outside the exact strip, which makes its ways a little longer."""


def degrees(xy: np.ndarray) -> np.ndarray:
    return np.column_stack(FRAME.to_lonlat(xy[:, 0], xy[:, 1]))


def land_of(town: Town, parameters: PathParameters | None = None) -> Land:
    lines = [shapely.LineString(degrees(line)) for line in town.roads()]
    west, south, east, north = shapely.total_bounds(np.array(lines, dtype=object))
    everywhere = shapely.box(west - 0.01, south - 0.01, east + 0.01, north + 0.01)
    roads = [RoadInfo(str(number), f"Road {number}", "residential") for number in range(len(lines))]
    source = LayerSource("known", "demo", 20, None, None, "")
    return Land(PreparedLayer(source, everywhere, roads, lines), parameters or PathParameters())


@pytest.mark.prove(figure="10,000 pairs")
def test_verdicts_and_lengths_are_the_truth_for_random_pairs(request: pytest.FixtureRequest) -> None:
    wanted, seen, round_ends = cases(sample=600, full=10_000), 0, 0
    random = Random(SEED)
    while seen < wanted:
        town = known_town(random)
        land = land_of(town)
        xy = np.array([(home.x, home.y) for home in town.homes])
        places = degrees(xy)
        pairs = pairs_within(places[:, 0], places[:, 1], 80.0)
        judged = judge_pairs(land, places[:, 0], places[:, 1], pairs.first, pairs.second)
        for number, (first, second) in enumerate(zip(pairs.first, pairs.second, strict=True)):
            true = town.way_m(town.homes[first], town.homes[second])
            if abs(true - 160.0) < DOUBT_M:
                continue
            seen += 1
            expected = QUALIFIED if true <= 160.0 else BLOCKED
            assert judged.verdict[number] == expected, (town.homes[first], town.homes[second], true)
            if expected == QUALIFIED:
                assert true - 0.05 <= judged.length_m[number] <= true + DOUBT_M
                round_ends += true > float(np.hypot(*(xy[first] - xy[second]))) + 0.01
    assert round_ends > wanted / 100
    record(request, f"{seen:,} of {seen:,} pairs as the truth, {round_ends} of them round a dead end")


def test_the_truth_itself_is_right_where_it_can_be_drawn() -> None:
    assert round_the_end((-3.0, 20.0), (5.0, 30.0)) == pytest.approx(np.hypot(8, 10))
    # straight up, a half circle, straight down
    assert round_the_end((-4.0, -30.0), (4.0, -30.0)) == pytest.approx(60 + np.pi * 4, abs=1e-9)


def test_a_home_on_a_street_needs_a_persons_eye_and_one_across_the_block_is_blocked() -> None:
    town = known_town(Random(1), 2, 1)
    land = land_of(town)
    x, y = town.ends[(0, 0)]
    on_street, beside, across = Home(x + 1, y - 10, (0, 0)), Home(x + 20, y - 10, (0, 0)), Home(x, -20, (0, -1))
    places = degrees(np.array([(home.x, home.y) for home in (on_street, beside, across)]))
    judged = judge_pairs(land, places[:, 0], places[:, 1], np.array([0, 1]), np.array([1, 2]))
    assert judged.verdict.tolist() == [0, BLOCKED]
    assert judged.on_barrier.tolist() == [True, False]
