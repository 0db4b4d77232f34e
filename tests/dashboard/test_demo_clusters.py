"""The demo's clusters: real ones, in every state, approved by another person than drew them, made once."""

from collections import Counter

from core.accounts import Audit
from core.clock import MovableClock
from core.db import Database
from core.neighbourhood import BookReach, NeighbourFinder
from core.neighbourhood.clusters import ClusterRules, Clusters, ClusterState
from dashboard.demo_clusters import DemoAdmin, settle
from dashboard.demo_seed import seed_demo
from tests.core.neighbourhood.clusters.elm_row import open_office
from tests.towns import small_town

TOWN = small_town()


def service(database: Database, clock: MovableClock) -> Clusters:
    finder = NeighbourFinder(database)
    audit = Audit(database, clock)
    rules = ClusterRules()
    return Clusters(database=database, clock=clock, reach=BookReach(finder), books=finder, audit=audit, rules=rules)


async def test_every_cluster_to_be_becomes_a_cluster_and_seeding_again_adds_none(
    database: Database, clock: MovableClock
) -> None:
    await seed_demo(database, TOWN, clock)
    clusters = service(database, clock)
    found = await clusters.list()
    assert Counter(cluster.state for cluster in found) == {
        ClusterState.ACTIVE: 1, ClusterState.SUBMITTED: 1, ClusterState.DRAFT: 2,
    }  # fmt: skip
    assert [cluster.host.address for cluster in found] == [TOWN.homes[one.host].address for one in TOWN.clusters]
    assert all(member.lot_id and member.household_id for cluster in found for member in cluster.members)
    await seed_demo(database, TOWN, clock)
    assert await clusters.list() == found


async def test_who_drew_a_demo_cluster_did_not_approve_it(sqlite_database: Database, clock: MovableClock) -> None:
    await seed_demo(sqlite_database, TOWN, clock)
    clusters = service(sqlite_database, clock)
    (active,) = await clusters.list([ClusterState.ACTIVE])
    assert {active.author, active.decided_by} == {"Alex Moreno", "Priya Raman"}
    actions = [event.action for event in await clusters.events(active.id)]
    assert actions[:4] == ["create", "submit", "approve", "activate"]
    assert active.host.address == TOWN.homes[TOWN.clusters[0].host].address


async def test_demo_clusters_keep_every_rule(sqlite_database: Database, clock: MovableClock) -> None:
    await seed_demo(sqlite_database, TOWN, clock)
    clusters = service(sqlite_database, clock)
    for cluster in await clusters.list():
        assert (await clusters.recheck_cluster(cluster.id)).blocking == ()


async def test_another_town_brings_its_own_clusters(sqlite_database: Database, clock: MovableClock) -> None:
    await seed_demo(sqlite_database, TOWN, clock)
    other = small_town(5)
    await seed_demo(sqlite_database, other, clock)
    found = await service(sqlite_database, clock).list()
    assert [cluster.host.address for cluster in found] == [other.homes[one.host].address for one in other.clusters]


async def test_consents_and_doubts_are_settled_before_a_demo_cluster_is_approved(
    sqlite_database: Database, clock: MovableClock
) -> None:
    office = open_office(sqlite_database, clock)
    office.ways.cross(2, 4, 9)
    office.ways.doubt(2, 3)
    by = DemoAdmin(office.ada.person_id, office.ada.name, office.ada.email)
    settled = await settle(office.clusters, await office.submitted(2, [1, 3, 4]), by)
    assert (await office.clusters.recheck_cluster(settled.id)).blocking == ()
    assert (await office.clusters.approve(settled.id, settled.version, office.ben)).state is ClusterState.APPROVED
