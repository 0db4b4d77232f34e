"""``rule=upstream`` asked as REST and the command line ask it: on Elm Street, with a folder of the right shape."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.clock import MovableClock
from core.db import Database
from core.errors import Invalid, Unavailable
from core.neighbourhood import (
    UPSTREAM,
    BookReach,
    NeighbourFinder,
    Reason,
    UpstreamParameters,
    Verdict,
    answer_dict,
    import_addresses,
    import_roads,
)
from core.neighbourhood.reach import Area
from external.cluster_logic.engine import ClusterLogic
from tests.external.cluster_logic.lookalike import lookalike

HOMES = """address,city,postcode,latitude,longitude
1 ELM ST,ROCHESTER,55901,44.0000,-92.5000
11 ELM ST,ROCHESTER,55901,44.0000,-92.4997
2 ELM ST,ROCHESTER,55901,44.0003,-92.5000
"5 ELM ST, UNIT 1",ROCHESTER,55901,44.0000,-92.4994
"5 ELM ST, UNIT 2",ROCHESTER,55901,44.0000,-92.4994
"""
STREET = [[-92.501, 44.00015], [-92.499, 44.00015]]
ALLEY = [[-92.49985, 43.9995], [-92.49985, 44.00012]]
AROUND = [[[-92.51, 43.99], [-92.49, 43.99], [-92.49, 44.01], [-92.51, 44.01], [-92.51, 43.99]]]
CLOSE = [[[-92.5005, 43.999], [-92.498, 43.999], [-92.498, 44.001], [-92.5005, 44.001], [-92.5005, 43.999]]]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    return lookalike(tmp_path / "checkout")


async def elm_street(
    database: Database, clock: MovableClock, folder: Path | None, tmp_path: Path, *, covers: Any = AROUND
) -> NeighbourFinder:
    (tmp_path / "homes.csv").write_text(HOMES)
    roads = [("residential", STREET), ("service", ALLEY)]
    features = [
        {"type": "Feature", "properties": {"highway": kind}, "geometry": {"type": "LineString", "coordinates": line}}
        for kind, line in roads
    ]
    (tmp_path / "elm.json").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    await import_addresses(database, tmp_path / "homes.csv", clock)
    area = {"type": "Polygon", "coordinates": covers}
    await import_roads(database, tmp_path / "elm.json", clock, source="osm", covers=area)
    return NeighbourFinder(database, comparisons={UPSTREAM: ClusterLogic(folder)})


async def test_it_is_told_as_the_original_and_for_comparison_only(
    sqlite_database: Database, clock: MovableClock, checkout: Path, tmp_path: Path
) -> None:
    """It takes the alley for no road (OSMnx's 'drive' has no service roads), which our rules see."""
    finder = await elm_street(sqlite_database, clock, checkout, tmp_path)
    answer = await finder.find_by_address("1 ELM ST", rule=UPSTREAM)
    assert (answer.rule, answer.parameters, answer.covered) == (UPSTREAM, UpstreamParameters(), True)
    assert [(c.home.address, c.verdict, c.reason) for c in answer.candidates] == [
        ("11 ELM ST", Verdict.QUALIFIED, Reason.UPSTREAM_ACCEPTS),
        ("2 ELM ST", Verdict.BLOCKED, Reason.UPSTREAM_REJECTS),
        ("5 ELM ST, UNIT 1", Verdict.QUALIFIED, Reason.UPSTREAM_ACCEPTS),
        ("5 ELM ST, UNIT 2", Verdict.QUALIFIED, Reason.UPSTREAM_ACCEPTS),
    ]
    assert all("original Cluster-Logic" in c.words and "For comparison only" in c.words for c in answer.candidates)
    told = answer_dict(answer)
    assert told["parameters"] == {"radius_m": 80.0, "window_m": 300.0, "road_buffer_deg": 0.00005}
    ours = await finder.find_by_address("1 ELM ST", rule="line")
    assert ours.count(Verdict.QUALIFIED) == 0


async def test_a_bare_point_may_ask_too(
    sqlite_database: Database, clock: MovableClock, checkout: Path, tmp_path: Path
) -> None:
    finder = await elm_street(sqlite_database, clock, checkout, tmp_path)
    answer = await finder.find(longitude=-92.4998, latitude=44.0, rule=UPSTREAM)
    assert answer.home.address == ""
    assert [c.home.address for c in answer.candidates if c.verdict is Verdict.BLOCKED] == ["2 ELM ST"]


async def test_what_it_accepts_needs_review_where_the_roads_are_not_complete(
    sqlite_database: Database, clock: MovableClock, checkout: Path, tmp_path: Path
) -> None:
    finder = await elm_street(sqlite_database, clock, checkout, tmp_path, covers=CLOSE)
    answer = await finder.find_by_address("1 ELM ST", rule=UPSTREAM)
    assert not answer.covered
    assert [(c.verdict, c.reason) for c in answer.candidates[:2]] == [
        (Verdict.NEEDS_REVIEW, Reason.OUTSIDE_COVERAGE),
        (Verdict.BLOCKED, Reason.UPSTREAM_REJECTS),
    ]
    area = await finder.area(Area(box=(-92.51, 43.99, -92.49, 44.01)), rule=UPSTREAM)
    ids = [home.id for address in ("1 ELM ST", "11 ELM ST") for home in area.book.homes if home.address == address]
    ends = np.sort(area.table.ids[np.stack([area.table.pairs.first, area.table.pairs.second])], axis=0)
    assert area.table.verdict[(sorted(ids) == ends.T).all(axis=1)].tolist() == [0], "both ends must have their roads"


async def test_without_any_roads_nothing_is_made_up(
    sqlite_database: Database, clock: MovableClock, checkout: Path, tmp_path: Path
) -> None:
    (tmp_path / "homes.csv").write_text(HOMES)
    await import_addresses(sqlite_database, tmp_path / "homes.csv", clock)
    finder = NeighbourFinder(sqlite_database, comparisons={UPSTREAM: ClusterLogic(checkout)})
    answer = await finder.find_by_address("1 ELM ST", rule=UPSTREAM)
    assert {c.reason for c in answer.candidates} == {Reason.NO_ROADS_KNOWN}
    area = await finder.area(Area(box=(-92.51, 43.99, -92.49, 44.01)), rule=UPSTREAM)
    assert set(area.table.verdict.tolist()) == {0}


async def test_an_area_is_judged_from_both_ends(
    sqlite_database: Database, clock: MovableClock, checkout: Path, tmp_path: Path
) -> None:
    finder = await elm_street(sqlite_database, clock, checkout, tmp_path)
    area = await finder.area(Area(box=(-92.51, 43.99, -92.49, 44.01)), rule=UPSTREAM)
    names = {home.id: home.address for home in area.book.homes}
    ids, pairs = area.table.ids, area.table.pairs
    blocked = [
        {names[int(ids[one])], names[int(ids[other])]}
        for one, other, verdict in zip(pairs.first, pairs.second, area.table.verdict, strict=True)
        if verdict == 1
    ]
    assert len(pairs.first) == 10
    assert len(blocked) == 4
    assert all("2 ELM ST" in pair for pair in blocked)


async def test_another_radius_and_too_large_an_area_are_refused(
    sqlite_database: Database, clock: MovableClock, checkout: Path, tmp_path: Path
) -> None:
    finder = await elm_street(sqlite_database, clock, checkout, tmp_path)
    with pytest.raises(Invalid, match="80 metres only"):
        await finder.find_by_address("1 ELM ST", rule=UPSTREAM, radius_m=100)
    small = NeighbourFinder(sqlite_database, comparisons={UPSTREAM: ClusterLogic(checkout, most_homes=4)})
    with pytest.raises(Invalid, match="holds 5 homes; this rule takes 4"):
        await small.area(Area(box=(-92.51, 43.99, -92.49, 44.01)), rule=UPSTREAM)


async def test_nothing_that_is_decided_can_rest_on_it(
    sqlite_database: Database, clock: MovableClock, checkout: Path, tmp_path: Path
) -> None:
    reach = BookReach(await elm_street(sqlite_database, clock, checkout, tmp_path))
    for asked in (reach.pairs([1, 2], rule=UPSTREAM), reach.graph(rule=UPSTREAM)):
        with pytest.raises(Invalid, match="expected path, line"):
            await asked


async def test_where_it_is_not_installed_the_other_rules_answer_all_the_same(
    sqlite_database: Database, clock: MovableClock, tmp_path: Path
) -> None:
    finder = await elm_street(sqlite_database, clock, None, tmp_path)
    for asked in (
        finder.find_by_address("1 ELM ST", rule=UPSTREAM),
        finder.area(Area(box=(-92.51, 43.99, -92.49, 44.01)), rule=UPSTREAM),
    ):
        with pytest.raises(Unavailable, match="not installed"):
            await asked
    assert (await finder.find_by_address("1 ELM ST")).rule == "path"
