"""Lengths along corridors and roads, and rounds of real clusters."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from core.clock import MovableClock
from core.db import Database
from core.errors import Invalid, NotFound
from core.ids import new_id
from core.neighbourhood.answers import Home
from core.neighbourhood.layers import LayerSource, PreparedLayer, RoadInfo
from core.neighbourhood.routes import Pace, RouteDesk, RouteStop, UnvisitedReason, corridor_lengths, road_map
from core.neighbourhood.routes.model import NO_WAY
from tests.core.neighbourhood.clusters.elm_row import HandMadeBooks, Office, open_office

WEST, EAST, SOUTH, NORTH = -92.501, -92.499, 44.0, 44.001
STREET_M = 0.002 * 111_194.93 * np.cos(np.radians(44.0))


@pytest.fixture
def office(sqlite_database: Database, clock: MovableClock) -> Office:
    return open_office(sqlite_database, clock)


def desk(office: Office) -> RouteDesk:
    return RouteDesk(office.clusters, office.ways, office.books)


def test_corridors_are_followed_from_one_to_the_next() -> None:
    lengths = corridor_lengths([7, 8, 9, 10], [(7, 8, 30.0), (8, 9, 40.2), (7, 9, 100.0)])
    assert lengths.tolist() == [
        [0, 30, 71, NO_WAY],
        [30, 0, 41, NO_WAY],
        [71, 41, 0, NO_WAY],
        [NO_WAY, NO_WAY, NO_WAY, 0],
    ]


def test_roads_that_cross_without_a_shared_point_meet() -> None:
    cross = [
        shapely.LineString([(WEST, SOUTH), (EAST, SOUTH)]),
        shapely.LineString([(-92.5, 43.999), (-92.5, NORTH)]),
    ]
    lengths = road_map(cross).lengths([(WEST, SOUTH), (-92.5, NORTH)])
    assert lengths[0, 1] == pytest.approx(STREET_M / 2 + 0.001 * 111_194.93, abs=2)


def test_an_end_on_another_roads_strip_meets_it_and_one_short_of_it_does_not() -> None:
    for gap, meets in ((0.00004, True), (0.0002, False)):  # 4 m and 22 m
        roads = [
            shapely.LineString([(WEST, SOUTH), (EAST, SOUTH)]),
            shapely.LineString([(-92.5, SOUTH + gap), (-92.5, NORTH)]),
        ]
        lengths = road_map(roads).lengths([(WEST, SOUTH), (-92.5, NORTH)])
        assert bool(lengths[0, 1] != NO_WAY) is meets


def test_two_homes_on_one_piece_of_road_need_not_drive_to_its_end() -> None:
    road = [shapely.LineString([(WEST, SOUTH), (EAST, SOUTH)])]
    lengths = road_map(road).lengths([(-92.5005, SOUTH), (-92.4995, SOUTH + 0.0001)])
    assert lengths[0, 1] == pytest.approx(STREET_M / 2 + 11.1, abs=2)
    assert lengths[0, 1] == lengths[1, 0]


def test_where_no_road_leads_there_is_no_way() -> None:
    apart = [
        shapely.LineString([(WEST, SOUTH), (-92.5005, SOUTH)]),
        shapely.LineString([(-92.4995, SOUTH), (EAST, SOUTH)]),
    ]
    lengths = road_map(apart).lengths([(WEST, SOUTH), (EAST, SOUTH), (WEST, 44.1)])
    assert lengths[0, 1] == NO_WAY
    assert lengths[0, 2] == NO_WAY
    assert road_map([]).lengths([(0, 0), (0, 1)]).tolist() == [[0, NO_WAY], [NO_WAY, 0]]


def test_real_roads_of_rochester_join_every_corner_of_the_box(shared_data: Path) -> None:
    elements = json.loads((shared_data / "rochester_nw_overpass.json").read_text())["elements"]
    nodes = {one["id"]: (one["lon"], one["lat"]) for one in elements if one["type"] == "node"}
    lines = [shapely.LineString([nodes[n] for n in one["nodes"]]) for one in elements if one["type"] == "way"]
    roads = road_map(lines)
    rng = np.random.default_rng(2)
    places = [(rng.uniform(-92.512, -92.4995), rng.uniform(44.009, 44.018)) for _ in range(12)]
    lengths = roads.lengths(places)
    joined = lengths != NO_WAY
    assert joined.mean() > 0.8
    straight = np.array([[np.hypot((a[0] - b[0]) * 79_980, (a[1] - b[1]) * 111_195) for b in places] for a in places])
    assert np.all(lengths[joined] >= straight[joined] * 0.995)
    assert np.median(lengths[joined & (straight > 100)] / straight[joined & (straight > 100)]) < 3


async def test_the_mower_of_a_cluster_goes_along_its_row(office: Office) -> None:
    cluster = await office.active(host=2, homes=(4, 1, 3))
    plan = await desk(office).inside(cluster.id, pace=Pace(work_s=600))
    assert plan.proven
    assert {visit.home_id for visit in plan.visits} == {1, 2, 3, 4}
    assert plan.figures.drive_s > 0
    assert plan.saved_m >= 0


async def test_a_home_whose_corridor_is_closed_is_reached_by_another_or_not_at_all(office: Office) -> None:
    cluster = await office.active(host=2, homes=(1, 3, 4))
    office.ways.block(2, 4)
    plan = await desk(office).inside(cluster.id, pace=Pace(work_s=600))
    assert 4 in {visit.home_id for visit in plan.visits}
    office.ways.block(1, 4)
    office.ways.block(3, 4)
    plan = await desk(office).inside(cluster.id, pace=Pace(work_s=600), stops={3: RouteStop(work_s=90_000)})
    reasons = {out.home_id: out.reason for out in plan.unvisited}
    assert reasons == {4: UnvisitedReason.NO_WAY, 3: UnvisitedReason.TOO_LONG}


async def test_a_crew_drives_to_the_homes_of_several_clusters(office: Office) -> None:
    first = await office.active(host=2, homes=(1, 3, 4))
    second = await office.active(host=7, homes=(6, 8, 9))
    road = shapely.LineString([(-92.5002, 43.999), (-92.5002, 44.01)])
    layer = PreparedLayer(
        LayerSource("roads", "test", 1, None, None, ""),
        shapely.box(-92.6, 43.9, -92.4, 44.1),
        [RoadInfo("1", "", "")],
        [road],
    )
    books = HandMadeBooks()
    rows = [(h.address, h.city, h.state, h.postcode, h.longitude, h.latitude, h.id) for h in books.homes.values()]
    from core.neighbourhood.book import build_book

    books._book = build_book((1, None), rows, [layer])
    crew = RouteDesk(office.clusters, office.ways, books)
    plan = await crew.across(
        [second.id, first.id], start=(-92.5002, 43.9995), pace=Pace(speed_m_s=8, work_s=300, ends_s=8 * 3600)
    )
    assert [visit.home_id for visit in plan.visits] in ([1, 2, 3, 4, 6, 7, 8, 9], [9, 8, 7, 6, 4, 3, 2, 1])
    assert plan.saved_m > 0
    nowhere = Home("", "", "", "", 10.0, 10.0, 77)
    far = await crew.visits([nowhere], start=(-92.5002, 43.9995), pace=Pace())
    assert far.unvisited[0].reason is UnvisitedReason.NO_WAY


async def test_wishes_for_strangers_and_impossible_paces_are_refused(office: Office) -> None:
    cluster = await office.active(host=2, homes=(1, 3, 4))
    with pytest.raises(NotFound, match="home 99"):
        await desk(office).inside(cluster.id, pace=Pace(), stops={99: RouteStop()})
    with pytest.raises(NotFound):
        await desk(office).inside(new_id(), pace=Pace())
    with pytest.raises(Invalid, match="speed"):
        Pace(speed_m_s=0)
    with pytest.raises(Invalid, match="below 0"):
        Pace(charge_s=-1)


async def test_ways_of_a_cluster_begin_with_its_host(office: Office) -> None:
    cluster = await office.active(2, (1, 3, 4))
    homes, lengths = await desk(office).lengths(cluster.id)
    assert homes[0] == 2 and sorted(homes) == [1, 2, 3, 4]
    assert lengths[0, 0] == 0 and lengths[0, homes.index(3)] == 17  # 15 m and the two of the hand-made way
