"""The line rule: vectorised it answers what plain shapely answers, and never says yes where roads are unknown."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.geo import distance_m
from core.neighbourhood import LayerSource, PreparedLayer, RoadInfo, RuleParameters, Verdict, qualify_all
from core.neighbourhood.qualification import VERDICTS, by_precedence, judges_of, pairs_within
from core.neighbourhood.rules import rule_parameters

EVERYWHERE = shapely.box(-93, 43.5, -92, 44.5)
STEP = 0.0001
"""Degrees: 11 m northward, 8 m eastward at 44 degrees."""


def at(x: float, y: float) -> tuple[float, float]:
    return -92.5 + x * STEP, 44.0 + y * STEP


def layer(
    *roads: Sequence[tuple[float, float]],
    coverage: shapely.Geometry = EVERYWHERE,
    name: str = "roads",
    rank: int = 20,
    data_date: datetime | None = None,
) -> PreparedLayer:
    lines = [shapely.LineString([at(*point) for point in road]) for road in roads]
    infos = [RoadInfo(str(number), f"road {number}", "residential") for number in range(len(lines))]
    return PreparedLayer(LayerSource(name, "osm", rank, data_date, None, ""), coverage, infos, lines)


def verdicts(
    homes: Sequence[tuple[float, float]], *layers: PreparedLayer, **options: Any
) -> dict[tuple[int, int], str]:
    """(home, candidate) -> verdict, for homes in steps from a corner."""
    places = np.array([at(*home) for home in homes])
    found = qualify_all(places[:, 0], places[:, 1], layers, RuleParameters(**options))
    return {
        (int(home), int(candidate)): VERDICTS[code].value
        for home, candidate, code in zip(found.home, found.candidate, found.verdict, strict=True)
    }


def reference(homes: Sequence[tuple[float, float]], roads: Sequence[shapely.LineString]) -> dict[tuple[int, int], str]:
    """The rule as it is written, one pair after another."""
    strips = [road.buffer(0.00005) for road in roads]
    places = [at(*home) for home in homes]
    answer = {}
    for a, (lon_a, lat_a) in enumerate(places):
        for b, (lon_b, lat_b) in enumerate(places):
            if a == b or distance_m(*(np.array(v) for v in (lon_a, lat_a, lon_b, lat_b))) > 80:
                continue
            line = shapely.LineString([(lon_a, lat_a), (lon_b, lat_b)])
            blocked = any(line.intersects(strip) for strip in strips)
            answer[a, b] = "blocked" if blocked else "qualified"
    return answer


spots = st.tuples(st.floats(-15, 15), st.floats(-15, 15))
grid_spots = st.tuples(st.integers(-15, 15), st.integers(-15, 15))
towns = st.lists(spots | grid_spots, max_size=25)
streets = st.lists(st.lists(spots | grid_spots, min_size=2, max_size=5), max_size=6)


@settings(deadline=None, max_examples=200)
@given(towns, streets)
def test_the_whole_town_at_once_equals_one_pair_after_another(
    homes: list[tuple[float, float]], roads: list[list[tuple[float, float]]]
) -> None:
    prepared = layer(*(road for road in roads if len(set(road)) > 1))
    if homes:
        assert verdicts(homes, prepared) == reference(homes, list(prepared.lines))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.floats(-92.6, -92.4), st.floats(30, 60)), min_size=1, max_size=40), st.floats(1, 500))
def test_pairs_within_reach_are_those_the_haversine_formula_says(
    homes: list[tuple[float, float]], radius_m: float
) -> None:
    near = [(lon + (n % 3) * 0.0005, 44 + lat % 0.01) for n, (lon, lat) in enumerate(homes)] + homes
    longitude, latitude = np.array(near).T
    found = pairs_within(longitude, latitude, radius_m)
    distances = distance_m(longitude[:, None], latitude[:, None], longitude[None, :], latitude[None, :])
    expected = {(int(a), int(b)) for a, b in np.argwhere(distances <= radius_m) if a < b}
    assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == expected


def test_a_road_between_two_homes_blocks_and_open_ground_does_not() -> None:
    homes = [(0, 0), (3, 0), (-3, 0)]
    assert verdicts(homes, layer([(1, -5), (1, 5)])) == {
        (0, 1): "blocked", (1, 0): "blocked", (0, 2): "qualified", (2, 0): "qualified",
        (1, 2): "blocked", (2, 1): "blocked",
    }  # fmt: skip


def test_a_line_that_only_touches_the_edge_of_the_strip_is_blocked() -> None:
    homes = [(0, 0), (5, 0)]
    assert verdicts(homes, layer([(0, 0.49), (5, 0.49)]))[0, 1] == "blocked"
    assert verdicts(homes, layer([(0, 0.51), (5, 0.51)]))[0, 1] == "qualified"


def test_a_wider_strip_blocks_more() -> None:
    homes, road = [(0, 0), (5, 0)], layer([(0, 1), (5, 1)])
    assert verdicts(homes, road)[0, 1] == "qualified"
    assert verdicts(homes, road, road_buffer_deg=0.0001)[0, 1] == "blocked"
    assert verdicts(homes, road)[0, 1] == "qualified"


def test_homes_at_one_point_are_candidates_of_each_other() -> None:
    assert verdicts([(0, 0), (0, 0)], layer()) == {(0, 1): "qualified", (1, 0): "qualified"}
    assert verdicts([(0, 0), (0, 0)], layer([(0, -1), (0, 1)]))[0, 1] == "blocked"


def test_without_any_layer_everything_needs_review() -> None:
    assert verdicts([(0, 0), (3, 0)]) == {(0, 1): "needs_review", (1, 0): "needs_review"}


def test_a_circle_that_leaves_the_coverage_is_never_qualified_but_a_found_crossing_stays_blocked() -> None:
    west_half = shapely.box(-93, 43.5, at(1, 0)[0], 44.5)
    partly = layer([(-1, -5), (-1, 5)], coverage=west_half)
    assert verdicts([(0, 0), (0, 3), (-3, 0)], partly) == {
        (0, 1): "needs_review", (1, 0): "needs_review", (0, 2): "blocked", (2, 0): "blocked",
        (1, 2): "blocked", (2, 1): "blocked",
    }  # fmt: skip


def test_each_direction_is_judged_by_the_homes_own_coverage() -> None:
    edge = at(0, 0)[0] + 85 / 111_195 / np.cos(np.radians(44))
    half = layer(coverage=shapely.box(-93, 43.5, edge, 44.5))
    assert verdicts([(0, 0), (3, 0)], half) == {(0, 1): "qualified", (1, 0): "needs_review"}


def test_the_circle_is_judged_at_its_true_size() -> None:
    radius_deg = 80 / 111_194.93
    for slack, covered in ((1.01, True), (0.99, False)):
        height = slack * radius_deg
        coverage = shapely.box(-92.5 - 2 * height, 44 - height, -92.5 + 2 * height, 44 + height)
        prepared = layer(coverage=coverage)
        assert bool(prepared.covers(np.array([-92.5]), np.array([44.0]), 80)[0]) is covered


def test_a_hole_in_the_coverage_inside_the_circle_counts_as_unknown() -> None:
    hole = shapely.Point(at(3, 0)).buffer(0.00001)
    prepared = layer(coverage=EVERYWHERE.difference(hole))
    assert verdicts([(0, 0), (0, 3)], prepared)[0, 1] == "needs_review"


def test_the_higher_ranked_layer_judges_alone() -> None:
    homes = [(0, 0), (3, 0)]
    derived = layer([(1, -5), (1, 5)], rank=10, name="derived")
    osm = layer(rank=20, name="osm")
    assert verdicts(homes, derived)[0, 1] == "blocked"
    assert verdicts(homes, derived, osm)[0, 1] == "qualified"


def test_a_covering_layer_judges_before_a_higher_one_that_does_not_cover() -> None:
    homes = [(0, 0), (3, 0)]
    osm = layer([(1, -5), (1, 5)], coverage=shapely.box(*at(-1, -1), *at(1, 1)), rank=20)
    derived = layer(rank=10)
    assert verdicts(homes, osm, derived)[0, 1] == "qualified"
    assert verdicts(homes, osm)[0, 1] == "blocked"


def test_roads_outside_their_own_coverage_still_block() -> None:
    far = layer([(1, -5), (1, 5)], coverage=shapely.box(0, 0, 1, 1))
    assert verdicts([(0, 0), (3, 0), (0, 3)], far) == {
        (0, 1): "blocked", (1, 0): "blocked", (0, 2): "needs_review", (2, 0): "needs_review",
        (1, 2): "blocked", (2, 1): "blocked",
    }  # fmt: skip


def test_of_equal_ranks_the_fresher_data_is_believed() -> None:
    old, new = (layer(data_date=datetime(year, 1, 1, tzinfo=UTC), name=str(year)) for year in (2020, 2025))
    undated = layer(name="undated")
    assert by_precedence([undated, old, new]) == [2, 1, 0]
    judged = judges_of(np.array([-92.5]), np.array([44.0]), [undated, old, new], 80)
    assert (judged.layer.tolist(), judged.covered.tolist()) == ([2], [True])


def test_verdicts_are_counted_by_home() -> None:
    places = np.array([at(*home) for home in [(0, 0), (3, 0), (0, 3), (90, 90)]])
    found = qualify_all(places[:, 0], places[:, 1], [layer([(1, -5), (1, 2)])])
    assert [found.count(verdict) for verdict in VERDICTS] == [0, 4, 2]
    assert found.qualified_of(4).tolist() == [1, 0, 1, 0]


def test_no_homes_give_no_pairs() -> None:
    nothing = np.array([], dtype=np.float64)
    assert len(qualify_all(nothing, nothing, [layer()]).home) == 0


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"radius_m": 0.5}, "expected 1 to 500 metres"),
        ({"radius_m": 501}, "expected 1 to 500 metres"),
        ({"radius_m": float("nan")}, "expected 1 to 500 metres"),
        ({"road_buffer_deg": 0}, "expected above 0"),
        ({"road_buffer_deg": 0.1}, "at most 0.001"),
    ],
)
def test_parameters_out_of_range_say_what_was_expected(values: dict[str, float], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        RuleParameters(**values)


def test_an_unknown_rule_lists_the_known_ones() -> None:
    with pytest.raises(Invalid, match="rule 'walk': expected path, line"):
        rule_parameters("walk", radius_m=80)


def test_roads_and_lines_must_match() -> None:
    with pytest.raises(ValueError, match="0 roads with 1 lines"):
        PreparedLayer(layer().source, EVERYWHERE, [], [shapely.LineString([(0, 0), (1, 1)])])


def test_the_verdict_words_are_those_of_the_interface() -> None:
    assert sorted(Verdict) == ["blocked", "needs_review", "qualified"]
