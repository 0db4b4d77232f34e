"""Estimated lots share out the land between roads, and nothing rests on them."""

import csv
import json
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely.geometry import shape

from core.clock import MovableClock
from core.db import Database
from core.db.reads.own_ground import own_ground
from core.fleet.tables import Mower
from core.geo import Point
from core.neighbourhood import create_household, register_lot
from core.neighbourhood.households import assign_mower
from core.neighbourhood.lot_shapes import firm_boundary
from core.neighbourhood.lots import RoadStrip, estimate_lots
from core.neighbourhood.lots.estimate import blocks_between, share_out
from core.neighbourhood.lots.plane import Plane

HERE = Plane.around((-92.5, 44.0))


def at(x: float, y: float) -> tuple[float, float]:
    place = HERE.degrees(shapely.Point(x, y))
    return float(place.x), float(place.y)


STREET = RoadStrip([at(-100, 0), at(200, 0)], 3.5)


def test_two_homes_across_a_road_never_share_land_and_a_lot_never_lies_on_the_road() -> None:
    cells = estimate_lots([at(0, 15), at(20, 15), at(0, -15)], [STREET])
    grounds = [HERE.metres(shape(cell.boundary)) for cell in cells]
    strip = shapely.LineString([(-100, 0), (200, 0)]).buffer(3.49)
    assert [cell.home for cell in cells] == [0, 1, 2]
    assert all(not ground.intersects(strip) for ground in grounds)
    assert grounds[0].intersection(grounds[1]).area < 0.01
    assert grounds[0].contains(shapely.Point(0, 15)) and grounds[0].bounds[1] == pytest.approx(3.5, abs=0.01)
    assert grounds[0].bounds[2] == pytest.approx(10, abs=0.01)  # half-way to the neighbour


def test_a_lone_home_gets_no_more_than_its_reach() -> None:
    (cell,) = estimate_lots([at(0, 60)], [STREET], reach_m=45)
    assert HERE.metres(shape(cell.boundary)).area < np.pi * 45**2


def test_flats_at_one_point_share_a_cell_and_say_so() -> None:
    first, second, other = estimate_lots([at(0, 15), at(0, 15), at(20, 15)], [STREET])
    assert first.boundary == second.boundary
    assert (first.shared_with, second.shared_with, other.shared_with) == ((1,), (0,), ())


def test_a_home_whose_point_stands_in_the_road_takes_the_land_beside_it() -> None:
    (cell,) = estimate_lots([at(0, 1)], [STREET])
    assert HERE.metres(shape(cell.boundary)).bounds[1] >= 3.49


def test_no_homes_make_no_lots_and_no_roads_make_one_block() -> None:
    assert estimate_lots([], [STREET]) == ()
    assert len(estimate_lots([at(0, 0), at(30, 0)], [])) == 2


@settings(max_examples=60, deadline=None)
@example([(-24, -5), (-3, -3), (9, 12)])
@example([(14, -10), (20, -16), (-20, -5)])
@given(
    st.lists(st.tuples(st.integers(-26, 26), st.integers(-20, 20)), min_size=1, max_size=25, unique=True).map(
        lambda places: [(3 * x, 3 * y) for x, y in places]
    )
)
def test_shares_of_a_block_tile_it_within_reach_without_overlap(places: list[tuple[int, int]]) -> None:
    points = np.array(places, dtype=np.float64)
    strips = [shapely.LineString([(-200, 0), (200, 0)]).buffer(3.5)]
    blocks = blocks_between(strips, shapely.box(-140, -120, 140, 120))
    shares = share_out(points, blocks, 45)
    grounds = [share for share in shares if share is not None]
    whole = shapely.union_all(grounds, grid_size=1e-6)  # without a grid GEOS 3.14.1 may lose one of two neighbours
    assert sum(ground.area for ground in grounds) == pytest.approx(whole.area, abs=0.01)
    assert not whole.intersects(strips[0].buffer(-0.01))
    for point, share in zip(points, shares, strict=True):
        if abs(point[1]) > 3.5:
            assert share is not None and share.distance(shapely.Point(point)) < 1e-6


@settings(max_examples=40, deadline=None)
@example([(14, -10), (20, -16), (-20, -5)])
@given(st.lists(st.tuples(st.integers(-80, 80), st.integers(-60, -4)), min_size=1, max_size=25, unique=True))
def test_land_belongs_to_the_nearest_home(places: list[tuple[int, int]]) -> None:
    points = np.array(places, dtype=np.float64)
    shares = share_out(points, [shapely.box(-140, -120, 140, -3.5)], 45)
    spots = np.random.default_rng(len(places)).uniform((-140, -120), (140, -3.5), (2000, 2))
    away = np.hypot(*(spots[:, None] - points[None]).transpose(2, 0, 1))
    clear = np.diff(np.sort(away, axis=1)[:, :2], axis=1).ravel() > 0.01 if len(points) > 1 else np.full(2000, True)
    inner = clear & (away.min(axis=1) < 44)  # the rim of the reach is a polygon
    for number, share in enumerate(shares):
        own = share is not None and shapely.contains_xy(share, *spots[inner].T)
        mine = away[inner].argmin(axis=1) == number
        assert share is None or not np.any(own & ~mine)
        assert share is None or np.count_nonzero(mine & ~own) == 0


def test_every_real_home_has_its_lot(shared_data: Path) -> None:
    with (shared_data / "olmsted_addresses_559xx.csv").open() as file:
        rows = [(float(row["longitude"]), float(row["latitude"])) for row in csv.DictReader(file)]
    homes = [row for row in rows if 44.0085 < row[1] < 44.0185 and -92.5130 < row[0] < -92.4985]
    document = json.loads((shared_data / "rochester_nw_overpass.json").read_text())
    nodes = {one["id"]: (one["lon"], one["lat"]) for one in document["elements"] if one["type"] == "node"}
    lines = [[nodes[node] for node in one["nodes"]] for one in document["elements"] if one["type"] == "way"]
    cells = estimate_lots(homes, [RoadStrip(line, 3.5) for line in lines])
    assert len(homes) == 392 and len(cells) == 392


SQUARE = {"type": "Polygon", "coordinates": [[[-92.5, 44.0], [-92.4995, 44.0], [-92.4995, 44.0005], [-92.5, 44.0]]]}


@pytest.mark.parametrize("source", ["demo", "drawn", "imported", "unknown"])
def test_every_source_but_the_estimate_is_firm(source: str) -> None:
    assert firm_boundary(SQUARE, source) is SQUARE
    assert firm_boundary(SQUARE, "estimated") is None


async def test_an_estimated_lot_has_no_area_and_fences_nothing(sqlite_database: Database, clock: MovableClock) -> None:
    household = await create_household(sqlite_database, clock, name="Elm")
    place = {"address": "1 ELM ST", "city": "BYRON", "longitude": -92.4999, "latitude": 44.0001, "boundary": SQUARE}
    firm = await register_lot(sqlite_database, household_id=household, source="drawn", **place)  # type: ignore[arg-type]
    guess = await register_lot(sqlite_database, household_id=household, source="estimated", **place)  # type: ignore[arg-type]
    assert firm.area_m2 is not None and firm.area_m2 > 500
    assert guess.area_m2 is None and guess.boundary == SQUARE
    on_it = Point(-92.4996, 44.0002)
    for lot, held in ((firm, True), (guess, False)):
        mower = Mower(
            id=uuid4(), device_name=f"Luba-{lot.source}", number=1 + held, model="Luba", created_at=clock.now()
        )
        async with sqlite_database.session() as session:
            session.add(mower)
        await assign_mower(sqlite_database, lot_id=lot.id, mower_id=mower.id, part="neighbour")
        ground = await own_ground(sqlite_database, frozenset({household}))
        assert ground[mower.device_name].holds(on_it) is held
