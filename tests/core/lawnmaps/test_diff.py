"""What changed between two versions of a map."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fleet.model import MapZone
from core.geo import Point
from core.lawnmaps import Change, ZoneKind, map_diff, zone_area_m2
from tests.core.lawnmaps.cast import box, lawn, ring, zone

FRONT, BACK = zone("Front", 0, 0, 10, 20), zone("Back", 0, 30, 20, 40)


def told(before: object, after: object) -> list[tuple[str, tuple[Change, ...], int]]:
    return [(one.name, one.changes, round(one.change_m2)) for one in map_diff(before, after).zones]  # type: ignore[arg-type]


def test_the_same_map_is_no_difference() -> None:
    assert map_diff(lawn(FRONT, BACK), lawn(BACK, FRONT)).same


def test_zones_that_came_and_went_are_told_with_their_area() -> None:
    assert told(lawn(FRONT), lawn(BACK)) == [("Back", (Change.ADDED,), 200), ("Front", (Change.REMOVED,), -200)]


def test_a_zone_with_another_name_is_renamed() -> None:
    assert told(lawn(FRONT), lawn(replace(FRONT, name="Street side"))) == [("Street side", (Change.RENAMED,), 0)]


def test_a_zone_that_was_redrawn_is_known_again_by_its_name_though_its_hash_is_another() -> None:
    assert told(lawn(FRONT, BACK), lawn(zone("Front", 0, 0, 12, 20), BACK)) == [("Front", (Change.RESHAPED,), 40)]


def test_a_zone_redrawn_and_renamed_is_known_again_by_its_ground() -> None:
    after = lawn(zone("Street side", 0, 0, 9, 20), BACK)
    assert told(lawn(FRONT, BACK), after) == [("Street side", (Change.RENAMED, Change.RESHAPED), -20)]
    assert len(map_diff(lawn(FRONT, BACK), after).of(Change.RESHAPED)) == 1


def test_two_zones_that_swap_their_names_are_two_that_were_renamed() -> None:
    after = lawn(replace(FRONT, name="Back"), replace(BACK, name="Front"))
    assert sorted(told(lawn(FRONT, BACK), after)) == [("Back", (Change.RENAMED,), 0), ("Front", (Change.RENAMED,), 0)]


def test_of_two_zones_of_one_name_each_finds_itself_by_its_ground() -> None:
    a, b = zone("Area", 0, 0, 10, 10), zone("Area", 50, 0, 60, 10)
    changed = map_diff(lawn(a, b), lawn(zone("Area", 50, 0, 60, 12), zone("Area", 0, 0, 10, 11))).zones
    assert sorted(round(one.change_m2) for one in changed) == [10, 20]
    assert all(one.changes == (Change.RESHAPED,) for one in changed)


def test_a_shape_moved_aside_has_no_other_area_but_is_reshaped() -> None:
    (change,) = map_diff(lawn(FRONT), lawn(zone("Front", 5, 0, 15, 20))).zones
    assert change.changes == (Change.RESHAPED,)
    assert change.change_m2 == pytest.approx(0, abs=0.1)
    assert change.differs_m2 == pytest.approx(200, rel=0.01)


def test_channels_are_lines_without_area_and_dock_and_base_are_told() -> None:
    channel = MapZone(7, "", ring((0, 0), (5, 5)))
    diff = map_diff(lawn(FRONT), lawn(FRONT, channels=(channel,), dock=Point(-92.5, 44.0), base=Point(-92.5, 44.0)))
    assert [(one.kind, one.after_m2) for one in diff.zones] == [(ZoneKind.CHANNEL, None)]
    assert (diff.dock_moved, diff.base_moved) == (True, True)


boxes = st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 20), st.integers(1, 20)).map(
    lambda at: (at[0], at[1], at[0] + at[2], at[1] + at[3])
)
maps = st.lists(st.tuples(st.sampled_from(["Front", "Back", "Side", ""]), boxes), max_size=5, unique_by=lambda z: z[1])


@given(maps, maps)
def test_a_difference_read_backwards_is_its_opposite(
    before: list[tuple[str, tuple[int, ...]]], after: list[tuple[str, tuple[int, ...]]]
) -> None:
    old, new = (lawn(*(zone(name, *corners) for name, corners in zones)) for zones in (before, after))
    forth, back = map_diff(old, new), map_diff(new, old)
    assert len(forth.of(Change.ADDED)) - len(forth.of(Change.REMOVED)) == len(after) - len(before)
    grown = sum(zone_area_m2(z.line) for z in new.areas) - sum(zone_area_m2(z.line) for z in old.areas)
    assert sum(one.change_m2 for one in forth.zones) == pytest.approx(grown, abs=0.3)
    assert sum(one.change_m2 for one in back.zones) == pytest.approx(-grown, abs=0.3)
    assert map_diff(old, old).same


def test_area_is_that_of_the_ellipsoid() -> None:
    assert zone_area_m2(box(0, 0, 100, 50)) == pytest.approx(5000, rel=0.005)
    assert zone_area_m2(ring((0, 0), (1, 1))) == 0
