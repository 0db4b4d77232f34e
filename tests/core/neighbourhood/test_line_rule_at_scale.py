"""The vectorised line rule against plain shapely, pair by pair: seeded towns, and the real county's derived streets."""

from pathlib import Path

import numpy as np
import pytest
import shapely

from core.geo import Floats, distance_m
from core.neighbourhood import LayerSource, PreparedLayer, Qualification, RoadInfo, qualify_all
from core.neighbourhood.imports.address_rows import read_address_rows
from core.neighbourhood.imports.report import read_text
from core.neighbourhood.imports.road_features import read_road_features
from core.neighbourhood.qualification import BLOCKED, QUALIFIED
from tests.proofs import SEED, cases, record

EVERYWHERE = shapely.box(-180, -90, 180, 90)


def layer(lines: list[shapely.LineString]) -> PreparedLayer:
    source = LayerSource("roads", "osm", 20, None, None, "")
    return PreparedLayer(source, EVERYWHERE, [RoadInfo("", "", "")] * len(lines), lines)


def check_home(home: int, longitude: Floats, latitude: Floats, strips: shapely.STRtree, found: Qualification) -> int:
    """Judge one home by the rule as it is written, and compare; returns how many candidates it has."""
    distances = distance_m(longitude[home], latitude[home], longitude, latitude)
    expected = {}
    for other in np.flatnonzero(distances <= 80):
        if other != home:
            line = shapely.LineString([(longitude[home], latitude[home]), (longitude[other], latitude[other])])
            touched = strips.query(line, predicate="intersects").size > 0
            expected[int(other)] = BLOCKED if touched else QUALIFIED
    mine = found.home == home
    assert dict(zip(found.candidate[mine].tolist(), found.verdict[mine].tolist(), strict=True)) == expected
    return len(expected)


@pytest.mark.prove
def test_seeded_towns_are_judged_as_pair_by_pair(request: pytest.FixtureRequest) -> None:
    chance = np.random.default_rng(SEED)
    towns, judged = cases(sample=10, full=1_000), 0
    for _ in range(towns):
        latitude_0 = chance.uniform(-60, 60)
        longitude = -92.5 + chance.uniform(0, 0.004, 60).round(int(chance.integers(4, 8)))
        latitude = latitude_0 + chance.uniform(0, 0.003, 60).round(int(chance.integers(4, 8)))
        walks = [chance.uniform(0, 0.004, 2) + chance.normal(0, 0.0004, (6, 2)).cumsum(axis=0) for _ in range(5)]
        lines = [shapely.LineString(np.add(walk, (-92.5, latitude_0))) for walk in walks]
        found = qualify_all(longitude, latitude, [layer(lines)])
        strips = shapely.STRtree([line.buffer(0.00005) for line in lines])
        judged += sum(check_home(home, longitude, latitude, strips, found) for home in range(60))
    assert judged > 100 * towns
    record(request, f"{towns:,} towns, {judged:,} verdicts equal")


@pytest.mark.prove
@pytest.mark.shared
def test_the_whole_county_is_judged_as_pair_by_pair(request: pytest.FixtureRequest, shared_data: Path) -> None:
    text, _ = read_text(shared_data / "olmsted_addresses_559xx.csv")
    homes = read_address_rows(text, name="county", default_state="MN").accepted
    text, _ = read_text(shared_data / "olmsted_streets_derived.geojson")
    lines = [shapely.LineString(road.line) for road in read_road_features(text, name="streets").roads]
    longitude, latitude = np.array([(home.longitude, home.latitude) for home in homes]).T
    found = qualify_all(longitude, latitude, [layer(lines)])
    strips = shapely.STRtree([line.buffer(0.00005) for line in lines])
    chosen = np.random.default_rng(SEED).choice(len(homes), cases(sample=150, full=5_000), replace=False)
    judged = sum(check_home(int(home), longitude, latitude, strips, found) for home in chosen)
    assert judged > 10 * len(chosen)
    record(request, f"{len(chosen):,} of {len(homes):,} homes, {judged:,} verdicts equal")
