"""Clusters over a whole small town with its real book and roads: ages exactly where it must, and answers in time."""

import pytest
from shapely import LineString
from sqlmodel import select

from core.accounts import Audit
from core.clock import MovableClock
from core.db import Database
from core.ids import new_id
from core.neighbourhood import BookReach, NeighbourFinder, Verdict
from core.neighbourhood.clusters import ClusterRules, Clusters, ClusterView, Rule
from core.neighbourhood.tables import DataImport, Road, RoadLayer
from core.neighbourhood.town.model import LINE_RULE_DEG
from dashboard.demo_seed import seed_demo
from tests.core.neighbourhood.clusters.elm_row import Somebody
from tests.towns import small_town

TOWN = small_town()
ADA, BEN = Somebody("Ada"), Somebody("Ben")


async def all_live(database: Database, clock: MovableClock) -> tuple[Clusters, list[ClusterView]]:
    """The small town with its four clusters, every one of them active."""
    await seed_demo(database, TOWN, clock)
    finder = NeighbourFinder(database)
    clusters = Clusters(
        database=database,
        clock=clock,
        reach=BookReach(finder),
        books=finder,
        audit=Audit(database, clock),
        rules=ClusterRules(),
    )
    for one in await clusters.list():
        found = one
        if found.state == "draft":
            found = await clusters.submit(found.id, found.version, ADA)
        if found.state == "submitted":
            found = await clusters.approve(found.id, found.version, BEN)
        if found.state == "approved":
            await clusters.activate(found.id, found.version, BEN)
    return clusters, list(await clusters.list())


async def build_road(database: Database, clock: MovableClock, line: LineString) -> None:
    """An import brings a new road into the town's layer."""
    async with database.session() as session:
        layer = (await session.exec(select(RoadLayer))).one()
        session.add(
            DataImport(
                id=new_id(),
                kind="roads",
                name="new road",
                source="test",
                imported_at=clock.now(),
                content_hash="n" * 64,
                rows=1,
                accepted=1,
                refused=0,
            )
        )
        session.add(Road(layer_id=layer.id, name="New Road", line=[list(point) for point in line.coords]))


async def test_a_new_road_makes_exactly_the_clusters_it_cuts_stale(database: Database, clock: MovableClock) -> None:
    clusters, before = await all_live(database, clock)
    cut = before[1]
    host, far = cut.host, max(cut.neighbours, key=lambda member: member.distance_m or 0)
    middle = ((host.longitude + far.longitude) / 2, (host.latitude + far.latitude) / 2)
    across = (-(far.latitude - host.latitude), far.longitude - host.longitude)
    road = LineString([(middle[0] - across[0], middle[1] - across[1]), (middle[0] + across[0], middle[1] + across[1])])
    hurt = {
        one.id
        for one in before
        for member in one.neighbours
        if LineString(
            [(one.host.longitude, one.host.latitude), (member.longitude, member.latitude)]
        ).distance(road) <= LINE_RULE_DEG
    }  # fmt: skip
    assert cut.id in hurt
    assert len(hurt) < len(before)
    await clusters.recheck_after_import()
    await build_road(database, clock, road)
    found = await clusters.recheck_after_import()
    assert found is not None
    assert {cluster_id for cluster_id, _ in found.stale} == hurt
    for one in await clusters.list():
        assert bool(one.stale_reason) is (one.id in hurt)
        assert ("New Road" in one.stale_reason) is (one.id in hurt)


async def test_an_import_that_changes_no_verdict_makes_nothing_stale(
    sqlite_database: Database, clock: MovableClock
) -> None:
    clusters, before = await all_live(sqlite_database, clock)
    home = before[0].host
    far = LineString([(home.longitude + 0.2, home.latitude), (home.longitude + 0.21, home.latitude)])
    await build_road(sqlite_database, clock, far)
    found = await clusters.recheck_all()
    assert (found.looked_at, found.stale) == (4, ())
    assert [one.version for one in await clusters.list()] == [one.version for one in before]


async def test_a_suggested_cluster_of_the_town_keeps_every_rule(sqlite_database: Database, clock: MovableClock) -> None:
    clusters, found = await all_live(sqlite_database, clock)
    taken = {home for one in found for home in one.home_ids}
    book = await NeighbourFinder(sqlite_database).book()
    free = [home.id for home in book.homes if home.id is not None and home.id not in taken]
    suggestions = [await clusters.suggest(home) for home in free[::6]]
    grown = [one for one in suggestions if one.neighbour_ids]
    assert grown
    for one in grown:
        assert not set(one.neighbour_ids) & taken
        assert {finding.rule for finding in one.findings if finding.blocks_approval} <= {Rule.CONSENT}


@pytest.mark.parametrize("rule", ["path", "line"])
async def test_ways_say_what_the_neighbour_search_says(
    sqlite_database: Database, clock: MovableClock, rule: str
) -> None:
    await seed_demo(sqlite_database, TOWN, clock)
    finder = NeighbourFinder(sqlite_database)
    homes = (await finder.book()).homes[::9]
    for home in homes:
        answer = await finder.find(longitude=home.longitude, latitude=home.latitude, rule=rule)
        told = {one.home.id: (one.verdict, str(one.words)) for one in answer.candidates}
        assert home.id is not None
        ids = [home.id, *(one for one in told if one is not None)]
        ways = [way for way in await BookReach(finder).pairs(ids, rule=rule) if home.id in (way.first, way.second)]
        assert {way.first + way.second - home.id: way.verdict for way in ways} == {
            other: verdict for other, (verdict, _) in told.items()
        }
        for way in ways:
            assert (way.verdict is Verdict.BLOCKED) is (way.barrier is not None)
            assert way.route is not None or way.verdict is not Verdict.QUALIFIED
