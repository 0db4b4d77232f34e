"""The demo town: the same from the same seed, well formed, with clusters whose truth is known."""

import hashlib
import json
from collections import Counter

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from core.geo import distance_m
from core.neighbourhood.town import GREENFIELD, Town, generate_town, town_sites
from core.neighbourhood.town.model import CARRIAGEWAY_HALF_M, RoadClass
from tests.proofs import cases

SLIVER_M2 = 0.05


def fingerprint(town: Town) -> str:
    shapes = [home.lot.wkt for home in town.homes] + [item.geometry.wkt for item in town.features]
    return hashlib.sha256(json.dumps([shapes, town_sites(town)]).encode()).hexdigest()


def overlap_m2(shapes: list[shapely.Polygon]) -> float:
    """The largest area that two of the shapes share."""
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = left < right
    items = np.array(shapes, dtype=object)
    areas = shapely.area(shapely.intersection(items[left[pairs]], items[right[pairs]]))
    return float(areas.max(initial=0.0))


def check_lots(town: Town) -> None:
    lots = [home.lot for home in town.homes]
    assert all(lot.is_valid and lot.geom_type == "Polygon" for lot in lots)
    assert overlap_m2(lots) < 0.001
    road = shapely.union_all([street.line.buffer(CARRIAGEWAY_HALF_M[street.road_class]) for street in town.streets])
    assert max(lot.intersection(road).area for lot in lots) == 0


def check_homes(town: Town) -> None:
    for home in town.homes:
        inside = home.lot.buffer(0.02)
        assert home.house.is_valid and home.house.area > 60 and inside.covers(home.house)
        assert {lawn.part for lawn in home.lawns} == {"front", "back"}
        for lawn in home.lawns:
            assert lawn.polygon.is_valid and lawn.polygon.geom_type == "Polygon" and lawn.polygon.area > 20
            assert inside.covers(lawn.polygon)
            solid = [home.house, home.driveway, *(item.geometry for item in home.fixtures if item.kind != "tree")]
            assert max(lawn.polygon.intersection(shape).area for shape in solid) < SLIVER_M2
        assert home.house.covers(Point(home.house.centroid))


def check_addresses(town: Town) -> None:
    assert len({home.address for home in town.homes}) == len(town.homes)
    sides: dict[tuple[int, int], list[tuple[float, int]]] = {}
    for home in town.homes:
        place = (home.frontage.street, home.frontage.side)
        sides.setdefault(place, []).append((home.frontage.station_m, home.number))
    for (street, side), numbers in sides.items():
        climbing = [number for _station, number in sorted(numbers)]
        assert climbing == sorted(climbing)
        assert len({number % 2 for number in climbing}) == 1
        across = sides.get((street, -side), [])
        assert not across or across[0][1] % 2 != climbing[0] % 2


def check_clusters(town: Town) -> None:
    used: Counter[int] = Counter()
    roads = [street.line for street in town.streets]
    for cluster in town.clusters:
        host = town.homes[cluster.host]
        members = [town.homes[index] for index in (cluster.host, *cluster.neighbours)]
        used.update(home.id for home in members)
        assert 3 <= len(cluster.neighbours) <= 5
        for other in members[1:]:
            away = distance_m(
                *(np.float64(v) for v in (host.longitude, host.latitude, other.longitude, other.latitude))
            )
            assert away <= 80
            assert other.block == host.block
            line = LineString([host.house.centroid, other.house.centroid])
            assert not any(line.intersects(road) for road in roads)
            assert town.reachable(host, other)
        assert host.lot.covers(cluster.dock) and not host.house.covers(cluster.dock)
        assert host.house.distance(cluster.dock) < 1
        assert host.house.covers(cluster.base)
    assert max(used.values()) == 1


def check_ways(town: Town) -> None:
    """Every area of a mower is linked to its dock by ways that cross no house."""
    for cluster in town.clusters:
        linked = {-1}
        houses = shapely.union_all([town.homes[i].house for i in (cluster.host, *cluster.neighbours)]).buffer(-0.05)
        for link in cluster.links:
            assert link.from_area in linked
            linked.add(link.to_area)
            assert not link.line.intersects(houses)
            home, part = cluster.areas[link.to_area]
            lawn = next(lawn.polygon for lawn in town.homes[home].lawns if lawn.part == part)
            assert lawn.buffer(0.01).covers(Point(link.line.coords[-1]))
        assert linked == {-1, *range(len(cluster.areas))}


CHECKS = (check_lots, check_homes, check_addresses, check_clusters, check_ways)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_demo_town_is_well_formed(town: Town, check: object) -> None:
    check(town)  # type: ignore[operator]


def test_the_demo_town_has_600_homes_and_40_mowers_in_ten_to_an_account(town: Town) -> None:
    assert len(town.homes) == 600
    assert len(town.clusters) == 40
    assert Counter(cluster.account for cluster in town.clusters) == {0: 10, 1: 10, 2: 10, 3: 10}
    assert len({cluster.device_name for cluster in town.clusters}) == 40
    assert {cluster.device_name[:4] for cluster in town.clusters} == {"Luba", "Yuka"}


def test_the_demo_town_has_what_a_suburb_has(town: Town) -> None:
    assert {street.road_class for street in town.streets} == set(RoadClass)
    assert sum(street.turning_head is not None for street in town.streets) >= 3
    assert len({street.name for street in town.streets}) == len(town.streets)
    kinds = {item.kind for item in town.features}
    assert {"park", "water", "school", "pitch", "wood", "path", "sidewalk", "carriageway", "tree"} <= kinds


def test_the_demo_town_lies_where_no_real_street_is(town: Town) -> None:
    away = max(
        abs(home.longitude - GREENFIELD.longitude) + abs(home.latitude - GREENFIELD.latitude) for home in town.homes
    )
    assert away < 0.02


def test_the_same_seed_makes_the_same_town_and_another_seed_another() -> None:
    first = fingerprint(generate_town(seed=7, homes=90, clusters=5))
    assert first == fingerprint(generate_town(seed=7, homes=90, clusters=5))
    assert first != fingerprint(generate_town(seed=8, homes=90, clusters=5))


@pytest.mark.prove
@settings(max_examples=cases(sample=1, full=20), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), homes=st.integers(80, 200))
def test_every_seed_makes_a_well_formed_town(seed: int, homes: int) -> None:
    town = generate_town(seed=seed, homes=homes, clusters=homes // 20)
    assert (len(town.homes), len(town.clusters)) == (homes, homes // 20)
    for check in CHECKS:
        check(town)


@pytest.mark.prove
@pytest.mark.parametrize("seed", range(cases(sample=1, full=12)))
def test_many_full_size_towns_are_well_formed(seed: int) -> None:
    town = generate_town(seed=seed, homes=cases(sample=120, full=600), clusters=cases(sample=6, full=40))
    for check in CHECKS:
        check(town)


def test_reaching_is_mutual_and_never_crosses_a_road(town: Town) -> None:
    roads = shapely.union_all([street.line for street in town.streets])
    for home in town.homes[::25]:
        for other in town.reachable_from(home):
            assert town.reachable(other, home)
            assert not LineString([home.house.centroid, other.house.centroid]).intersects(roads)


def test_a_town_too_small_for_its_clusters_is_refused() -> None:
    with pytest.raises(ValueError, match="clusters fit"):
        generate_town(seed=1, homes=60, clusters=30)
    with pytest.raises(ValueError, match="at least 60"):
        generate_town(seed=1, homes=10)
