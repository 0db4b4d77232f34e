"""What lies in an area: the pure rule, and that nothing is ever cut by it."""

from uuid import UUID, uuid4

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.geo import Point
from core.sight import ALL, ClusterPlace, Ground, MowerPlace, Places, sight_of

WEST = {"type": "Polygon", "coordinates": [[[-1, -1], [0, -1], [0, 1], [-1, 1], [-1, -1]]]}
IN, OUT = Point(-0.5, 0.0), Point(0.5, 0.0)
NUMBERS = st.floats(min_value=-1, max_value=1, allow_nan=False)
SPOTS = st.builds(Point, NUMBERS, NUMBERS)


def town(
    *, mowers: list[MowerPlace] | None = None, clusters: list[ClusterPlace] | None = None,
    lots: dict[UUID, Point] | None = None,
) -> Places:  # fmt: skip
    places = lots or {}
    return Places(
        mowers=tuple(mowers or ()), clusters=tuple(clusters or ()), lot_ids=tuple(places),
        longitude=np.array([place.longitude for place in places.values()], dtype=np.float64),
        latitude=np.array([place.latitude for place in places.values()], dtype=np.float64),
    )  # fmt: skip


def mower(name: str, home: Point | None, *lots: UUID) -> MowerPlace:
    return MowerPlace(device_name=name, home=home, lots=frozenset(lots))


def test_a_mower_lies_where_its_home_stands() -> None:
    sight = sight_of(
        frozenset(), "", Ground((WEST,)), town(mowers=[mower("in", IN), mower("out", OUT), mower("lost", None)])
    )
    assert sight.mowers == {"in"}
    assert not sight.mower(None)


def test_a_neighbour_over_the_line_lies_with_the_mower_that_serves_it() -> None:
    own, over, other, nobodys = (uuid4() for _ in range(4))
    lots = {own: IN, over: OUT, other: IN, nobodys: IN}
    places = town(mowers=[mower("in", IN, own, over), mower("out", OUT, other)], lots=lots)
    sight = sight_of(frozenset(), "", Ground((WEST,)), places)
    assert sight.lots == {own, over, nobodys}


def test_a_cluster_lies_with_its_mower_and_without_one_with_its_host() -> None:
    host, bare, served = (uuid4() for _ in range(3))
    with_mower, without, elsewhere = (uuid4() for _ in range(3))
    places = town(
        mowers=[mower("in", IN, host)],
        clusters=[
            ClusterPlace(cluster_id=with_mower, host=OUT, host_lot=host, lots=frozenset({host, served})),
            ClusterPlace(cluster_id=without, host=IN, host_lot=bare, lots=frozenset({bare})),
            ClusterPlace(cluster_id=elsewhere, host=OUT, host_lot=None, lots=frozenset()),
        ],
        lots={host: OUT, bare: OUT, served: OUT},
    )
    sight = sight_of(frozenset(), "", Ground((WEST,)), places)
    assert sight.clusters == {with_mower, without}
    assert sight.lots == {host, bare, served}


def test_several_areas_are_seen_together_and_their_edge_belongs_to_them() -> None:
    east = {"type": "Polygon", "coordinates": [[[5, -1], [6, -1], [6, 1], [5, 1], [5, -1]]]}
    ground = Ground((WEST, east))
    assert ground.holds(IN)
    assert ground.holds(Point(5.5, 0))
    assert ground.holds(Point(0, 0))
    assert not ground.holds(Point(3, 0))
    assert ground.bounds == (-1, -1, 6, 1)
    assert list(ground.which(np.array([-0.5, 3.0, np.nan]), np.array([0.0, 0.0, 0.0]))) == [True, False, False]


def test_without_areas_everything_is_seen_and_with_an_empty_one_nothing() -> None:
    assert ALL.mower("any")
    assert ALL.some_mower([])
    assert ALL.lot(uuid4())
    assert ALL.cluster(uuid4())
    assert ALL.place(OUT)
    nothing = sight_of(frozenset(), "", Ground((WEST,)), town())
    assert not nothing.mower("any")
    assert not nothing.some_mower(["any"])
    assert not nothing.every_mower([])
    assert not nothing.lot(uuid4())
    assert not nothing.cluster(uuid4())


def test_two_sights_are_equal_by_their_areas_alone() -> None:
    one = sight_of(frozenset(), "a.1", Ground((WEST,)), town(mowers=[mower("in", IN)]))
    assert one == sight_of(frozenset(), "a.1", Ground((WEST,)), town())
    assert one != sight_of(frozenset(), "a.2", Ground((WEST,)), town())
    assert one != ALL


@given(st.lists(st.tuples(SPOTS, st.lists(SPOTS, max_size=4)), max_size=5))
def test_two_halves_share_the_whole_town_and_cut_no_cluster(spots: list[tuple[Point, list[Point]]]) -> None:
    """A mower with its lots is in the west, or in the rest of the world; never in both, never in neither."""
    rest = {"type": "MultiPolygon", "coordinates": [
        [[[-9, -9], [9, -9], [9, -1.000001], [-9, -1.000001], [-9, -9]]],
        [[[0.0000001, -1], [9, -1], [9, 1], [0.0000001, 1], [0.0000001, -1]]],
    ]}  # fmt: skip
    lots: dict[UUID, Point] = {}
    mowers = []
    for number, (home, places) in enumerate(spots):
        ids = {uuid4(): place for place in places}
        lots |= ids
        mowers.append(mower(f"m{number}", home, *ids))
    places = town(mowers=mowers, lots=lots)
    west, east = (sight_of(frozenset(), "", Ground((shape,)), places) for shape in (WEST, rest))
    edge = [one for one in mowers if one.home is not None and 0 < one.home.longitude <= 1e-7]
    if not edge:
        assert west.mowers | east.mowers == {one.device_name for one in mowers}
        assert west.lots | east.lots == set(lots)
    assert not west.mowers & east.mowers
    assert not west.lots & east.lots
    for one in mowers:
        for sight in (west, east):
            assert sight.lots.issuperset(one.lots) or not sight.lots & one.lots
