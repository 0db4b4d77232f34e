"""What is wrong with a lawn is said where it is wrong, in words and with the very part."""

from dataclasses import replace
from itertools import pairwise
from math import cos, pi, sin
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from core.neighbourhood.lawns import LawnProblem, LawnRule, LawnRules, Level, Surroundings
from core.neighbourhood.lawns.measure import lawn_area, metres_per_degree
from core.neighbourhood.lawns.repair import propose_repair
from core.neighbourhood.lawns.rules import check_drawing
from core.neighbourhood.lawns.shapes import plain
from core.neighbourhood.lawns.snap import snap_ring, targets_of
from tests.core.neighbourhood.lawns.elm_lot import AROUND, BACK_LAWN, LOT, box, corners_of, drawn, place, polygon

BOW_TIE = polygon((1, 21), (19, 29), (19, 21), (1, 29))


def only(lawn: dict[str, Any], around: Surroundings = AROUND) -> LawnProblem:
    problems = check_drawing(drawn(lawn), around).problems
    assert len(problems) == 1, [problem.words for problem in problems]
    return problems[0]


def test_a_sound_lawn_is_measured_in_both_units_and_says_how() -> None:
    check = check_drawing(drawn(BACK_LAWN), AROUND)
    assert check.ok and check.problems == ()
    assert check.area_m2 == pytest.approx(144, rel=0.004)  # the frame is a sphere, the area is of the ellipsoid
    assert check.area_ft2 == pytest.approx(check.area_m2 * 10.7639104)
    assert "WGS84" in check.area_source


def test_a_hole_is_cut_out_of_the_area() -> None:
    pond = box(1, 21, 19, 29, holes=(corners_of(5, 23, 8, 26),))
    whole, cut = lawn_area(BACK_LAWN), lawn_area(pond)
    assert whole is not None and cut is not None
    assert whole.area_m2 - cut.area_m2 == pytest.approx(9, rel=0.005) and cut.holes == 1


def test_a_lawn_that_crosses_itself_is_shown_at_the_crossing_and_has_no_area() -> None:
    check = check_drawing(drawn(BOW_TIE), AROUND)
    (problem,) = check.problems
    assert problem.rule is LawnRule.CROSSING and not check.ok and check.area_m2 is None
    assert problem.geometry is not None
    assert problem.geometry["coordinates"] == pytest.approx(place(10, 25), abs=1e-7)


def test_an_edge_that_runs_back_over_itself_is_a_crossing_too() -> None:
    spike = polygon((1, 21), (19, 21), (19, 29), (19, 25), (10, 29))
    assert only(spike).rule is LawnRule.CROSSING


def test_a_lawn_over_a_road_names_the_road_and_shows_the_part() -> None:
    lot = replace(AROUND, boundary=box(0, -20, 20, 30))
    problem = only(box(2, -8, 10, 8), lot)
    assert (problem.rule, problem.words) == (LawnRule.ROAD, "the lawn lies over Elm Street")
    assert problem.geometry is not None and shape(problem.geometry).area > 0


def test_a_road_that_was_only_derived_warns_but_does_not_forbid() -> None:
    derived = tuple(replace(road, trusted=False) for road in AROUND.roads)
    lot = replace(AROUND, boundary=box(0, -20, 20, 30), roads=derived)
    check = check_drawing(drawn(box(2, -8, 10, 8)), lot)
    assert check.ok and check.problems[0].level is Level.WARN


def test_a_lawn_outside_the_lot_says_how_much() -> None:
    problem = only(box(-5, 21, 5, 29))
    assert problem.rule is LawnRule.OUTSIDE and problem.words.startswith("40.0 m² of the lawn lie outside")


def test_half_a_metre_over_the_edge_is_a_drawing_s_noise() -> None:
    assert check_drawing(drawn(box(-0.4, 21, 20.4, 30.4)), AROUND).ok


def test_where_no_boundary_is_known_the_lawn_may_stand_and_the_doubt_is_said() -> None:
    check = check_drawing(drawn(BACK_LAWN), replace(AROUND, boundary=None))
    assert check.ok and check.problems[0].level is Level.WARN and "not known" in check.problems[0].words


def test_a_neighbour_s_lawn_and_lot_are_kept_off() -> None:
    unknown = replace(AROUND, boundary=None)
    words = {problem.words for problem in check_drawing(drawn(box(15, 2, 25, 9)), unknown).problems}
    assert "the lawn overlaps a lawn of 4 ELM ST" in words
    words = {problem.words for problem in check_drawing(drawn(box(15, 20, 25, 29)), unknown).problems}
    assert "the lawn reaches onto the lot of 4 ELM ST" in words


def test_a_hole_outside_the_lawn_and_two_that_overlap_are_told_apart() -> None:
    assert only(box(1, 21, 10, 29, holes=(corners_of(12, 22, 14, 24),))).words == "a hole lies outside the lawn"
    two = (corners_of(3, 22, 6, 25), corners_of(5, 24, 8, 27))
    assert only(box(1, 21, 19, 29, holes=two)).words == "two holes overlap"


def test_too_small_and_too_many_corners_are_told_with_what_was_expected() -> None:
    assert only(box(1, 21, 2, 22)).words.endswith("expected at least 4 m²")
    circle = [(10 + 4 * cos(n * pi / 300), 25 + 4 * sin(n * pi / 300)) for n in range(600)]
    assert only(polygon(*circle)).words == "the lawn has 600 corners; expected at most 500"


def test_two_lawns_of_one_lot_may_not_overlap() -> None:
    check = check_drawing(drawn(BACK_LAWN, box(10, 25, 19, 29.5)), AROUND)
    assert [(problem.rule, problem.lawn) for problem in check.problems] == [(LawnRule.OWN, 1)]


def test_a_lawn_over_the_house_is_a_warning() -> None:
    problem = only(box(1, 15, 10, 29))
    assert (problem.rule, problem.level) == (LawnRule.HOUSE, Level.WARN)


def test_a_dock_outside_the_lot_is_refused_with_its_distance() -> None:
    check = check_drawing(drawn(BACK_LAWN, dock=place(-3, 5)), AROUND)
    assert check.problems[0].words == "the dock stands 3.0 m outside the lot"
    assert check_drawing(drawn(BACK_LAWN, dock=place(3, 5)), AROUND).ok


def test_a_new_boundary_is_what_the_lawns_are_judged_by() -> None:
    assert check_drawing(drawn(box(-4, 21, 5, 29), boundary=box(-5, 0, 20, 30)), AROUND).ok
    onto = check_drawing(drawn(BACK_LAWN, boundary=box(0, 0, 30, 30)), AROUND)
    assert onto.problems[0].words == "the lot overlaps the lot of 4 ELM ST"
    crossed = check_drawing(drawn(BACK_LAWN, boundary=BOW_TIE), AROUND)
    assert crossed.problems[0].words == "the lot's boundary crosses or touches itself"


@pytest.mark.parametrize(
    "broken",
    [
        None, 7, [], {}, {"type": "Point", "coordinates": [1, 2]}, {"type": "Polygon"},
        {"type": "Polygon", "coordinates": []}, {"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": [[["a", 0], [1, 1], [2, 2]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, float("nan")], [2, 2]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [200, 1], [2, 2]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], True]]},
    ],
)  # fmt: skip
def test_whatever_is_no_polygon_is_told_and_never_raises(broken: Any) -> None:
    check = check_drawing(drawn(broken), AROUND)
    assert [problem.rule for problem in check.problems] == [LawnRule.SHAPE]
    assert check.lawns == (None,) and check.area_m2 is None


def test_no_lawn_at_all_is_allowed_and_its_area_is_unknown() -> None:
    check = check_drawing(drawn(), AROUND)
    assert check.ok and check.area_m2 is None


def test_a_repair_is_proposed_with_every_change_in_words_and_changes_nothing_itself() -> None:
    wild = drawn(BOW_TIE, box(10, -9, 24, 8))
    repair = propose_repair(wild, AROUND)
    assert repair.check.ok, [problem.words for problem in repair.check.problems]
    told = " | ".join(repair.changes)
    assert "lawn 1: crossing edges untied; 2 pieces remain" in told and "cut off at the lot's boundary" in told
    assert propose_repair(drawn(BACK_LAWN), AROUND).changes == ()


def test_a_corner_goes_to_the_nearest_vertex_before_an_edge_and_stays_where_nothing_is_near() -> None:
    targets = targets_of(AROUND)
    vertex = targets.nearest(place(19.6, 29.5), 1.0)
    assert vertex.to == "vertex" and vertex.place == pytest.approx(place(20, 30), abs=1e-9)
    edge = targets.nearest(place(0.4, 15), 1.0)
    assert edge.to == "edge" and edge.place == pytest.approx(place(0, 15), abs=1e-9)
    assert targets.nearest(place(10, 25), 1.0).place == place(10, 25)
    kerb = targets.nearest(place(10, -2.2), 1.0)
    assert kerb.to == "edge" and kerb.place == pytest.approx(place(10, -2.5), abs=1e-7)


def test_corners_that_snap_to_one_place_become_one() -> None:
    ring = [place(0.3, 0.2), place(0.1, 0.4), place(19.8, 0.1), place(19.9, 29.7)]
    snapped = snap_ring(ring, targets_of(AROUND), LawnRules())
    assert len(snapped) == 3 and snapped[0] == pytest.approx(place(0, 0), abs=1e-9)


def test_the_browser_s_two_factors_measure_as_the_server_does() -> None:
    east, north = metres_per_degree(44.0)
    corners = BACK_LAWN["coordinates"][0]
    xy = [((a - corners[0][0]) * east, (b - corners[0][1]) * north) for a, b in corners]
    shoelace = abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(xy))) / 2
    area = lawn_area(BACK_LAWN)
    assert area is not None and shoelace == pytest.approx(area.area_m2, rel=2e-5)


corner = st.tuples(st.floats(-12, 45), st.floats(-15, 40))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(corner, min_size=3, max_size=9), min_size=1, max_size=4))
def test_what_the_rules_let_pass_is_sound_and_a_repair_only_proposes_what_they_let_pass(
    rings: list[list[tuple[float, float]]],
) -> None:
    wild = drawn(*(polygon(*ring) for ring in rings))
    check = check_drawing(wild, AROUND)
    if check.ok:
        for lawn in wild.lawns:
            sound = shape(plain(lawn))
            assert sound.is_valid and shape(LOT).buffer(0.00002).covers(sound)
    repair = propose_repair(wild, AROUND)
    assert repair.check.ok, [problem.words for problem in repair.check.problems]
    assert check.ok or repair.changes
