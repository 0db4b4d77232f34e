"""Neighbours of a home: found by point or address, each with its verdict, its reason and what blocks it."""

import json
from pathlib import Path

import pytest

from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.neighbourhood import NeighbourFinder, Reason, Verdict, answer_dict, import_addresses, import_roads

ELM_1 = {"longitude": -92.5, "latitude": 44.0}


async def test_neighbours_come_nearest_first_with_verdict_reason_and_blocker(elm_street: NeighbourFinder) -> None:
    answer = await elm_street.find(**ELM_1, rule="line")
    assert answer.home.label == "1 ELM ST NE, ROCHESTER, MN 55901"
    assert [(c.home.address, round(c.distance_m), c.verdict, c.reason) for c in answer.candidates] == [
        ("3 ELM ST NE", 24, Verdict.QUALIFIED, Reason.NO_ROAD_BETWEEN),
        ("2 ELM ST NE", 33, Verdict.BLOCKED, Reason.CROSSES_ROAD),
        ("5 ELM ST NE, UNIT 1", 48, Verdict.QUALIFIED, Reason.NO_ROAD_BETWEEN),
        ("5 ELM ST NE, UNIT 2", 48, Verdict.QUALIFIED, Reason.NO_ROAD_BETWEEN),
    ]
    assert answer.layer is not None
    assert (answer.layer.name, answer.covered, answer.address_points) == ("elm", True, 7)


async def test_the_crossing_point_and_the_road_are_told(elm_street: NeighbourFinder) -> None:
    blocked = (await elm_street.find(**ELM_1, rule="line")).candidates[1]
    assert blocked.words == "The straight line between the two homes crosses Elm Street."
    assert blocked.blocked_by is not None
    assert (blocked.blocked_by.road, blocked.blocked_by.road_class) == ("Elm Street", "residential")
    assert blocked.blocked_by.longitude == pytest.approx(-92.5)
    assert blocked.blocked_by.latitude == pytest.approx(44.00015)
    assert blocked.blocked_by.line == ((-92.501, 44.00015), (-92.499, 44.00015))


async def test_the_answer_in_plain_values_is_what_rest_promises(elm_street: NeighbourFinder) -> None:
    plain = json.loads(json.dumps(answer_dict(await elm_street.find(**ELM_1, rule="line"))))
    assert plain["home"] | {"id": 1} == {
        "id": 1, "address": "1 ELM ST NE", "city": "ROCHESTER", "state": "MN", "postcode": "55901",
        "latitude": 44.0, "longitude": -92.5,
    }  # fmt: skip
    first, second = plain["candidates"][:2]
    assert (first["address"], first["verdict"], first["blocked_by"]) == ("3 ELM ST NE", "qualified", None)
    assert first["distance_m"] == pytest.approx(24.0, abs=0.05)
    assert second["blocked_by"]["road"] == "Elm Street"
    assert second["blocked_by"]["geometry"]["type"] == "LineString"
    assert second["reason"] == "The straight line between the two homes crosses Elm Street."
    assert plain["parameters"] == {"radius_m": 80.0, "road_buffer_deg": 0.00005}


async def test_of_several_roads_the_first_seen_from_the_home_is_named(
    sqlite_database: Database, tmp_path: Path, clock: MovableClock, elm_street_homes: Path
) -> None:
    await import_addresses(sqlite_database, elm_street_homes, clock)
    features = [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": {"type": "LineString", "coordinates": [[-92.51, latitude], [-92.49, latitude]]},
        }
        for name, latitude in (("Far Lane", 44.0002), ("Near Lane", 44.0001))
    ]
    roads = tmp_path / "lanes.json"
    roads.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    await import_roads(sqlite_database, roads, clock)
    finder = NeighbourFinder(sqlite_database)
    seen = {c.home.address: c.blocked_by for c in (await finder.find(**ELM_1, rule="line")).candidates}
    assert seen["2 ELM ST NE"] is not None and seen["2 ELM ST NE"].road == "Near Lane"
    there = await finder.find(longitude=-92.5, latitude=44.0003, rule="line")
    back = {c.home.address: c.blocked_by for c in there.candidates}
    assert back["1 ELM ST NE"] is not None and back["1 ELM ST NE"].road == "Far Lane"


async def test_a_line_along_a_roads_edge_says_so(
    sqlite_database: Database, tmp_path: Path, clock: MovableClock, elm_street_homes: Path
) -> None:
    await import_addresses(sqlite_database, elm_street_homes, clock)
    roads = tmp_path / "edge.json"
    roads.write_text(json.dumps({"type": "LineString", "coordinates": [[-92.51, 43.99996], [-92.49, 43.99996]]}))
    await import_roads(sqlite_database, roads, clock)
    nearest = (await NeighbourFinder(sqlite_database).find(**ELM_1, rule="line")).candidates[0]
    assert (nearest.reason, nearest.words) == (
        Reason.TOUCHES_ROAD,
        "The straight line between the two homes touches the edge of an unnamed road.",
    )
    assert nearest.blocked_by is not None
    assert nearest.blocked_by.latitude == pytest.approx(43.99996)


async def test_units_of_one_building_see_each_other_at_no_distance(elm_street: NeighbourFinder) -> None:
    answer = await elm_street.find_by_address("5 Elm St NE, Unit 2", rule="line")
    assert answer.home.address == "5 ELM ST NE, UNIT 2"
    nearest = answer.candidates[0]
    assert (nearest.home.address, nearest.distance_m, nearest.verdict) == (
        "5 ELM ST NE, UNIT 1", 0.0, Verdict.QUALIFIED,
    )  # fmt: skip


async def test_a_home_outside_the_coverage_needs_review(elm_street: NeighbourFinder) -> None:
    answer = await elm_street.find(longitude=-92.64, latitude=44.03, rule="line")
    assert [(c.verdict, c.reason) for c in answer.candidates] == [(Verdict.NEEDS_REVIEW, Reason.NO_ROADS_KNOWN)]
    assert (answer.layer, answer.covered) == (None, False)


async def test_a_circle_that_leaves_the_coverage_needs_review_and_names_the_layer(elm_street: NeighbourFinder) -> None:
    answer = await elm_street.find(longitude=-92.4902, latitude=44.0, radius_m=500, rule="line")
    assert answer.candidates == ()
    near_the_edge = await elm_street.find(longitude=-92.4958, latitude=44.0, radius_m=500, rule="line")
    free = [c for c in near_the_edge.candidates if c.verdict is Verdict.NEEDS_REVIEW]
    assert len(free) == len(near_the_edge.candidates) == 5
    assert free[0].words == ("The roads of “elm” do not cover all of the 500 m around the home: a person must look.")
    assert near_the_edge.count(Verdict.QUALIFIED) == 0


async def test_a_point_two_metres_away_is_the_home_and_one_further_off_is_a_bare_point(
    elm_street: NeighbourFinder,
) -> None:
    snapped = await elm_street.find(longitude=-92.50001, latitude=44.00001, rule="line")
    assert snapped.home.address == "1 ELM ST NE"
    bare = await elm_street.find(longitude=-92.5001, latitude=44.0, rule="line")
    assert (bare.home.address, bare.home.id) == ("", None)
    assert bare.candidates[0].home.address == "1 ELM ST NE"


async def test_the_radius_decides_who_is_a_candidate(elm_street: NeighbourFinder) -> None:
    assert len((await elm_street.find(**ELM_1, radius_m=30, rule="line")).candidates) == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"radius_m": 0}, "expected 1 to 500"),
        ({"radius_m": 501}, "expected 1 to 500"),
        ({"rule": "yard"}, "expected path, line"),
        ({"latitude": 91}, "expected degrees"),
        ({"longitude": float("nan")}, "expected degrees"),
    ],
)
async def test_bad_questions_say_what_was_expected(
    sqlite_database: Database, values: dict[str, float], words: str
) -> None:
    with pytest.raises(Invalid, match=words):
        await NeighbourFinder(sqlite_database).find(**(ELM_1 | values))


async def test_an_address_in_several_cities_lists_them(elm_street: NeighbourFinder) -> None:
    with pytest.raises(Conflict, match="is the address of 2 homes") as refusal:
        await elm_street.find_by_address("1 Elm Street Northeast", rule="line")
    assert refusal.value.reasons == ("1 ELM ST NE, BYRON, MN 55920", "1 ELM ST NE, ROCHESTER, MN 55901")
    for label in refusal.value.reasons:
        assert (await elm_street.find_by_address(label, rule="line")).home.label == label


async def test_an_unknown_address_suggests_the_most_alike(elm_street: NeighbourFinder) -> None:
    with pytest.raises(NotFound, match="did you mean") as refusal:
        await elm_street.find_by_address("3 ELMM ST NE", rule="line")
    assert refusal.value.reasons[0] == "3 ELM ST NE, ROCHESTER, MN 55901"
    with pytest.raises(NotFound) as refusal:
        await elm_street.find_by_address("Buckingham Palace", rule="line")
    assert refusal.value.reasons == ()


async def test_an_empty_address_is_invalid(elm_street: NeighbourFinder) -> None:
    with pytest.raises(Invalid, match="is empty"):
        await elm_street.find_by_address("  ", rule="line")


async def test_before_any_import_the_answer_says_so(database: Database) -> None:
    finder = NeighbourFinder(database)
    answer = await finder.find(**ELM_1, rule="line")
    assert (answer.candidates, answer.address_points, answer.layer) == ((), 0, None)
    with pytest.raises(NotFound, match="no address file has been imported"):
        await finder.find_by_address("1 ELM ST NE", rule="line")
    assert await finder.search_addresses("1 ELM") == ()


async def test_the_picture_is_renewed_when_an_import_lands_and_kept_otherwise(
    elm_street: NeighbourFinder, database: Database, clock: MovableClock, elm_street_homes: Path, elm_street_roads: Path
) -> None:
    before = await elm_street.book()
    await import_addresses(database, elm_street_homes, clock)
    await import_addresses(database, elm_street_homes, clock, dry_run=True)
    assert await elm_street.book() is before
    with elm_street_homes.open("a") as file:
        file.write("4 ELM ST NE,ROCHESTER,55901,44.0003,-92.4997\n")
    await import_addresses(database, elm_street_homes, clock)
    assert (await elm_street.find(**ELM_1, rule="line")).address_points == 8
    await import_roads(database, elm_street_roads, clock, source="osm")
    assert (await elm_street.find(**ELM_1, rule="line")).covered is False


async def test_search_offers_beginnings_first_and_then_what_is_alike(elm_street: NeighbourFinder) -> None:
    assert [home.label for home in await elm_street.search_addresses("1 elm")] == [
        "1 ELM ST NE, BYRON, MN 55920", "1 ELM ST NE, ROCHESTER, MN 55901",
    ]  # fmt: skip
    assert [home.address for home in await elm_street.search_addresses("99 oka avenue")] == ["99 OAK AVE"]
    assert await elm_street.search_addresses("") == ()
    with pytest.raises(Invalid, match="limit 0: expected 1 to 100"):
        await elm_street.search_addresses("1", 0)
