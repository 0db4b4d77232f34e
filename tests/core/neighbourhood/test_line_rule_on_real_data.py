"""The line rule on real addresses and OpenStreetMap roads, against 2,103 candidates judged independently."""

import json
from math import asin, cos, radians, sin
from pathlib import Path
from typing import Any

import pytest

from core.clock import MovableClock
from core.db import Database
from core.neighbourhood import NeighbourFinder, Verdict, import_addresses, import_roads

pytestmark = pytest.mark.shared

COMPLETE_BOX: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [
        [[-92.5130, 44.0085], [-92.4985, 44.0085], [-92.4985, 44.0185], [-92.5130, 44.0185], [-92.5130, 44.0085]]
    ],
}

type Expected = list[dict[str, Any]]


@pytest.fixture
def expected(shared_data: Path) -> Expected:
    with (shared_data / "cluster_logic_expected.jsonl").open() as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture
async def finder(sqlite_database: Database, shared_data: Path, clock: MovableClock) -> NeighbourFinder:
    """The county's homes with the OpenStreetMap roads and, outranked, the derived streets."""
    await import_addresses(sqlite_database, shared_data / "olmsted_addresses_559xx.csv", clock)
    await import_roads(sqlite_database, shared_data / "olmsted_streets_derived.geojson", clock)
    await import_roads(sqlite_database, shared_data / "rochester_nw_overpass.json", clock, name="osm")
    return NeighbourFinder(sqlite_database)


def metres_to_the_edge(lat: float, lon: float, **_: str) -> float:
    """How far a home is from the nearest side of the complete box, on the sphere."""
    (west, south), _, (east, north), *_ = COMPLETE_BOX["coordinates"][0]
    along_latitude = min(lat - south, north - lat)
    to_meridian = asin(sin(radians(min(lon - west, east - lon))) * cos(radians(lat)))
    return 6_371_000 * min(radians(along_latitude), to_meridian)


async def test_every_candidate_and_verdict_is_as_expected(finder: NeighbourFinder, expected: Expected) -> None:
    seen = qualified = 0
    mistakes_of_the_original = 0
    for case in expected:
        host = case["host"]
        answer = await finder.find(longitude=host["lon"], latitude=host["lat"], rule="line")
        assert (answer.home.address, answer.home.city) == (host["address"], host["city"])
        assert answer.layer is not None
        assert (answer.layer.name, answer.covered) == ("osm", True)
        ours = {(c.home.address, c.home.latitude, c.home.longitude): c for c in answer.candidates}
        theirs = {(c["address"], c["lat"], c["lon"]): c for c in case["candidates"]}
        assert ours.keys() == theirs.keys()
        assert len(ours) == len(answer.candidates)
        for key, candidate in ours.items():
            wanted = Verdict.QUALIFIED if theirs[key]["line"] else Verdict.BLOCKED
            assert candidate.verdict is wanted, (host, key)
            assert (candidate.blocked_by is not None) is (wanted is Verdict.BLOCKED)
            original = theirs[key]["original"]
            assert original or candidate.verdict is Verdict.BLOCKED  # it errs only by letting lines through
            mistakes_of_the_original += original and candidate.verdict is Verdict.BLOCKED
        seen += len(ours)
        qualified += answer.count(Verdict.QUALIFIED)
    assert (len(expected), seen, qualified, mistakes_of_the_original) == (235, 2_103, 1_325, 83)


async def test_with_the_complete_box_as_coverage_only_circles_inside_it_qualify(
    sqlite_database: Database, shared_data: Path, clock: MovableClock, expected: Expected
) -> None:
    await import_addresses(sqlite_database, shared_data / "olmsted_addresses_559xx.csv", clock)
    await import_roads(
        sqlite_database, shared_data / "rochester_nw_overpass.json", clock, name="osm", covers=COMPLETE_BOX
    )
    finder = NeighbourFinder(sqlite_database)
    covered = 0
    for case in expected:
        answer = await finder.find(longitude=case["host"]["lon"], latitude=case["host"]["lat"], rule="line")
        free = Verdict.QUALIFIED if answer.covered else Verdict.NEEDS_REVIEW
        lines = {(c["address"], c["lat"], c["lon"]): c["line"] for c in case["candidates"]}
        for c in answer.candidates:
            line = lines[c.home.address, c.home.latitude, c.home.longitude]
            assert c.verdict is (free if line else Verdict.BLOCKED)
        assert answer.covered is (metres_to_the_edge(**case["host"]) >= 80)
        covered += answer.covered
    assert covered == 173
