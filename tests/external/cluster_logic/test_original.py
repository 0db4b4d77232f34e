"""The genuine checkout, where ``MOWTHOS_CLUSTER_LOGIC_DIR`` names one; without it nothing here is collected."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from core.clock import MovableClock
from core.db import Database
from core.neighbourhood import UPSTREAM, NeighbourFinder, Verdict, import_addresses, import_roads
from core.neighbourhood.path.judge import judge_pairs
from core.neighbourhood.path.parameters import PathParameters
from core.neighbourhood.qualification import QUALIFIED, pairs_within, straight_lines
from core.neighbourhood.rules import RuleParameters
from external.cluster_logic.engine import ClusterLogic
from external.cluster_logic.mapping import question_of
from external.cluster_logic.process import checkout
from tests.proofs import SEED, cases, record

FOLDER = os.environ.get("MOWTHOS_CLUSTER_LOGIC_DIR")
__test__ = FOLDER is not None
pytestmark = pytest.mark.shared

WEST, SOUTH, EAST, NORTH = -92.5130, 44.0085, -92.4985, 44.0185


@pytest.fixture
def original() -> ClusterLogic:
    return ClusterLogic(Path(FOLDER or ""))


@pytest.fixture
async def finder(
    sqlite_database: Database, shared_data: Path, clock: MovableClock, original: ClusterLogic
) -> NeighbourFinder:
    await import_addresses(sqlite_database, shared_data / "olmsted_addresses_559xx.csv", clock)
    await import_roads(sqlite_database, shared_data / "rochester_nw_overpass.json", clock, name="osm")
    return NeighbourFinder(sqlite_database, comparisons={UPSTREAM: original})


@pytest.mark.prove(figure="all 235 hosts")
async def test_it_says_what_was_recorded_of_it(
    finder: NeighbourFinder, shared_data: Path, request: pytest.FixtureRequest
) -> None:
    lines = (shared_data / "cluster_logic_expected.jsonl").read_text().splitlines()
    chosen = np.random.default_rng(SEED).permutation(len(lines))[: cases(sample=8, full=len(lines))]
    seen = accepted = 0
    for case in (json.loads(lines[number]) for number in chosen.tolist()):
        host: dict[str, Any] = case["host"]
        answer = await finder.find(longitude=host["lon"], latitude=host["lat"], rule=UPSTREAM)
        recorded = {(c["address"], c["lat"], c["lon"]): c["original"] for c in case["candidates"]}
        told = {(c.home.address, c.home.latitude, c.home.longitude): c.verdict for c in answer.candidates}
        assert {key: verdict is Verdict.QUALIFIED for key, verdict in told.items()} == recorded, host
        seen += len(told)
        accepted += answer.count(Verdict.QUALIFIED)
    if len(chosen) == 235:
        assert (seen, accepted) == (2_103, 1_408)
    record(request, f"{seen:,} answers as recorded, {accepted:,} accepted")


@pytest.mark.prove
async def test_beside_ours_on_every_home_of_the_complete_box(
    finder: NeighbourFinder, original: ClusterLogic, request: pytest.FixtureRequest
) -> None:
    """392 hosts, 3,405 pairs: the original accepts 136 whose straight line is barred by a road, path none over one."""
    book = await finder.book()
    inside = (book.longitude >= WEST) & (book.longitude <= EAST) & (book.latitude >= SOUTH) & (book.latitude <= NORTH)
    near = pairs_within(book.longitude, book.latitude, 80.0)
    host, other = np.concatenate([near.first, near.second]), np.concatenate([near.second, near.first])
    host, other = host[inside[host]], other[inside[host]]
    homes = np.unique(np.concatenate([np.flatnonzero(inside), other])).tolist()
    place = {home: number for number, home in enumerate(homes)}
    hosts = [place[home] for home in np.flatnonzero(inside).tolist()]
    replies = await original.replies(question_of(book.layers[0], [book.homes[home] for home in homes], hosts))
    accepted = {(number, one) for number, reply in zip(hosts, replies, strict=True) for one in reply.accepted}
    upstream = np.array([(place[a], place[b]) in accepted for a, b in zip(host.tolist(), other.tolist(), strict=True)])

    lines = straight_lines(book.longitude, book.latitude, host, other)
    barred = np.zeros(len(lines), dtype=bool)
    barred[book.layers[0].touching(lines, RuleParameters())[0]] = True
    land = book.land(0, PathParameters())
    judged = judge_pairs(land, book.longitude, book.latitude, host, other)
    ours = judged.verdict == QUALIFIED
    ways = np.array(
        [
            land.plane.round(shapely.LineString(judged.bent[pair].points)) if pair in judged.bent else lines[pair]
            for pair in np.flatnonzero(ours).tolist()
        ]
    )
    over = shapely.intersects(ways, shapely.union_all(book.layers[0].lines))

    wrong, round_the_end = int((upstream & barred).sum()), int((upstream & barred & ours).sum())
    assert (len(hosts), len(host), wrong) == (392, 3_405, 136)
    assert not (~upstream & ~barred).any(), "it errs only by letting lines through"
    assert int(over.sum()) == 0
    record(
        request,
        f"{len(hosts)} homes, {len(host):,} pairs: upstream accepts {wrong} over a road; path reaches {round_the_end} "
        f"of them round its end and none over it; path accepts {int(ours.sum()):,}, upstream {int(upstream.sum()):,}",
    )


async def test_its_folder_stays_as_it_was(finder: NeighbourFinder) -> None:
    folder = checkout(Path(FOLDER or ""))
    before = listing(folder)
    await finder.find_by_address("999 FOXWOODS CT SW, ROCHESTER", rule=UPSTREAM)
    assert listing(folder) == before


def listing(folder: Path) -> dict[str, tuple[int, int]]:
    """Every file with its size and time of change (git's own apart)."""
    files = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}
