"""The path rule on real addresses and OpenStreetMap roads: 392 homes, every yes and every no put to the raster."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from core.clock import MovableClock
from core.db import Database
from core.neighbourhood import BookReach, NeighbourFinder, Verdict, import_addresses, import_roads
from core.neighbourhood.book import Book
from core.neighbourhood.path.judge import Judged, judge_pairs
from core.neighbourhood.path.land import Land
from core.neighbourhood.path.parameters import PathParameters
from core.neighbourhood.qualification import BLOCKED, Pairs, pairs_within, straight_lines
from core.neighbourhood.rules import RuleParameters
from tests.core.neighbourhood.path.flood import Flood, Road
from tests.proofs import SEED, cases, record

pytestmark = pytest.mark.shared
WEST, SOUTH, EAST, NORTH = -92.5130, 44.0085, -92.4985, 44.0185


class Box:
    """Pairs with a home in the complete box, judged."""

    def __init__(self, book: Book) -> None:
        inside = (book.longitude >= WEST) & (book.longitude <= EAST)
        inside &= (book.latitude >= SOUTH) & (book.latitude <= NORTH)
        pairs = pairs_within(book.longitude, book.latitude, 80.0)
        near = inside[pairs.first] | inside[pairs.second]
        self.book, self.inside = book, inside
        self.pairs = Pairs(pairs.first[near], pairs.second[near], pairs.distance_m[near])
        self.land: Land = book.land(0, PathParameters())
        self.judged: Judged = judge_pairs(self.land, book.longitude, book.latitude, self.pairs.first, self.pairs.second)
        self.xy = self.land.plane.metres(book.longitude, book.latitude)
        self.hosts = inside[self.pairs.first].astype(int) + inside[self.pairs.second]
        """How many hosts in the box see this pair."""

    def blocks(self) -> np.ndarray:
        """The closed block of each home, found by polygonising the centre lines; -1 outside all."""
        lines = [self.land.plane.flat(line) for line in self.land.layer.lines]
        faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(lines))))
        home, face = shapely.STRtree(faces).query(shapely.points(self.xy), predicate="within")
        block = np.full(len(self.xy), -1)
        block[home] = face
        return block

    def line_blocked(self) -> np.ndarray:
        lines = straight_lines(self.book.longitude, self.book.latitude, self.pairs.first, self.pairs.second)
        blocked = np.zeros(len(lines), dtype=bool)
        blocked[self.land.layer.touching(lines, RuleParameters())[0]] = True
        return blocked

    def flood(self, number: int) -> Flood:
        parameters = self.land.parameters
        roads = [
            Road(self.land.plane.metres(*np.array(line.coords).T), parameters.clearance_m(info.road_class))
            for line, info in zip(self.land.layer.lines, self.land.layer.roads, strict=True)
        ]
        ends = self.xy[self.pairs.first[number]], self.xy[self.pairs.second[number]]
        return Flood(*ends, roads, parameters.longest_m)


@pytest.fixture
async def finder(sqlite_database: Database, shared_data: Path, clock: MovableClock) -> NeighbourFinder:
    await import_addresses(sqlite_database, shared_data / "olmsted_addresses_559xx.csv", clock)
    await import_roads(sqlite_database, shared_data / "rochester_nw_overpass.json", clock, name="osm")
    return NeighbourFinder(sqlite_database)


@pytest.fixture
async def box(finder: NeighbourFinder) -> Box:
    return Box(await finder.book())


def test_corridors_win_back_what_the_straight_line_rejects_within_a_block(
    box: Box, request: pytest.FixtureRequest
) -> None:
    assert int(box.inside.sum()) == 392
    assert int(box.hosts.sum()) == 3405
    block = box.blocks()
    same = (block[box.pairs.first] == block[box.pairs.second]) & (block[box.pairs.first] >= 0)
    assert int(box.hosts[same].sum()) == 2338
    rejected = same & box.line_blocked()
    assert int(box.hosts[rejected].sum()) == 473
    corridor = box.judged.length_m <= box.land.parameters.longest_m
    won = int(box.hosts[rejected & corridor].sum())
    assert won == 262
    assert not (corridor & ~same & (block[box.pairs.first] >= 0) & (block[box.pairs.second] >= 0)).any()
    record(request, f"{won} of 473 pairs won back, none across a road")


def test_no_pair_is_accepted_over_a_road_that_the_original_failed_to_load(box: Box, shared_data: Path) -> None:
    position = {
        (round(x, 7), round(y, 7)): n
        for n, (x, y) in enumerate(zip(box.book.longitude, box.book.latitude, strict=True))
    }
    known = {(int(a), int(b)): n for n, (a, b) in enumerate(zip(box.pairs.first, box.pairs.second, strict=True))}
    block = box.blocks()
    mistakes = across = 0
    for line in (shared_data / "cluster_logic_expected.jsonl").read_text().splitlines():
        case: dict[str, Any] = json.loads(line)
        host = position[(round(case["host"]["lon"], 7), round(case["host"]["lat"], 7))]
        for candidate in case["candidates"]:
            other = position[(round(candidate["lon"], 7), round(candidate["lat"], 7))]
            if not candidate["original"] or candidate["line"]:
                continue
            mistakes += 1
            number = known[(min(host, other), max(host, other))]
            if block[host] != block[other]:
                across += 1
                assert box.judged.verdict[number] == BLOCKED
    assert (mistakes, across > 0) == (83, True)


@pytest.mark.prove(figure="every pair of the box")
def test_the_raster_finds_no_wrong_yes_and_no_wrong_no(box: Box, request: pytest.FixtureRequest) -> None:
    bent = sorted(box.judged.bent)
    others = [n for n in range(len(box.pairs.first)) if n not in box.judged.bent]
    rng = np.random.default_rng(SEED)
    chosen = sorted(rng.choice(bent, size=min(len(bent), cases(sample=8, full=10_000)), replace=False).tolist())
    chosen += sorted(rng.choice(others, size=min(len(others), cases(sample=30, full=10_000)), replace=False).tolist())
    yes = no = 0
    for number in chosen:
        flood = box.flood(number)
        if box.judged.length_m[number] <= box.land.parameters.longest_m:
            assert not flood.refutes_yes(float(box.judged.length_m[number])), number
            yes += 1
        else:
            assert not flood.refutes_no(), number
            no += 1
    record(request, f"{yes} yes and {no} no, none refuted")


async def test_each_verdict_comes_with_its_route_or_its_barrier(finder: NeighbourFinder) -> None:
    book = await finder.book()
    inside = [home for home in book.homes if WEST < home.longitude < EAST and SOUTH < home.latitude < NORTH]
    bent = 0
    for home in inside[::12]:
        answer = await finder.find(longitude=home.longitude, latitude=home.latitude)
        assert answer.rule == "path"
        for candidate in answer.candidates:
            if candidate.verdict is Verdict.QUALIFIED:
                assert candidate.route is not None and candidate.length_m is not None
                assert candidate.route[0] == pytest.approx((home.longitude, home.latitude), abs=1e-6)
                assert candidate.length_m <= 160.0
                bent += len(candidate.route) > 2
            elif candidate.verdict is Verdict.BLOCKED:
                assert candidate.barrier is not None
                straight = shapely.LineString(
                    [(home.longitude, home.latitude), (candidate.home.longitude, candidate.home.latitude)]
                )
                assert shapely.geometry.shape(candidate.barrier).intersects(straight)
    assert bent > 3


async def test_pairs_and_graph_say_the_same(finder: NeighbourFinder) -> None:
    book = await finder.book()
    ids = [
        home.id for home in book.homes
        if home.id is not None and WEST < home.longitude < WEST + 0.004 and SOUTH < home.latitude < SOUTH + 0.004
    ]  # fmt: skip
    reach = BookReach(finder)
    pairs = await reach.pairs(ids)
    graph = await reach.graph(ids)
    told = {(int(graph.ids[a]), int(graph.ids[b])) for a, b in zip(graph.first, graph.second, strict=True)}
    qualified = {(way.first, way.second) for way in pairs if way.verdict is Verdict.QUALIFIED}
    assert {tuple(sorted(pair)) for pair in told} == qualified
    assert qualified
    assert all(way.first < way.second for way in pairs)
    assert any(way.crosses for way in pairs)
