"""The demo town's clusters: most at work, some on their way there; one demo admin draws, the other approves."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Connection, delete, func, select
from sqlmodel import col

from core.accounts import PERMISSIONS, Audit, Right, Role
from core.accounts.tables import Person
from core.clock import Clock, MovableClock
from core.db import Database
from core.errors import Conflict
from core.neighbourhood import BookReach, NeighbourFinder
from core.neighbourhood.clusters import ClusterRules, Clusters, ClusterView, Level, Rule
from core.neighbourhood.clusters.tables import ClusterMember, ClusterRow
from core.neighbourhood.tables import AddressPoint, DataImport
from core.neighbourhood.town import Cluster, Town

FIRST_DRAWN_DAYS_AGO = 90
STEP_S = 3_600.0

LAST_FATES = (
    ("draft", 5),
    ("draft", 5),
    ("submitted", 5),
    ("submitted", 5),
    ("rejected", 5),
    ("suspended", 5),
    ("active", 2),
    ("active", 2),
    ("approved", 5),
)
"""What becomes of the town's last clusters, from the last one back, and with how many neighbours at most; all others
are active. The first is never among them: the sample homeowners live there."""

REJECTION = "The host's side gate is 70 cm wide: please measure again before drawing it."
GIVEN_BY = "The household"
CONSENT_NOTE = "Asked at the door; the form is signed."
CONFIRMATION = "Walked it with the tape: lawn all the way."
SUSPENSION = "The dock stands under a tree that is being felled."


@dataclass(frozen=True, slots=True)
class DemoAdmin:
    """A sample person who draws or approves."""

    person_id: UUID
    name: str
    email: str
    source: str = "cli"
    household_ids: frozenset[UUID] = frozenset()

    def may(self, right: Right) -> bool:
        return right in PERMISSIONS[Role.ADMIN]


async def seed_clusters(database: Database, town: Town, clock: Clock, emails: tuple[str, str]) -> int:
    """Draw the town's clusters in turns by the two admins, each approved by the other; returns how many were made.

    Where there is any cluster already, nothing happens.
    """
    if await has_clusters(database):
        return 0
    homes = await _home_ids(database, town)
    admins = await _admins(database, emails)
    then = MovableClock(clock.now() - timedelta(days=FIRST_DRAWN_DAYS_AGO))
    finder = NeighbourFinder(database)
    clusters = Clusters(
        database=database,
        clock=then,
        reach=BookReach(finder),
        books=finder,
        audit=Audit(database, clock),
        rules=ClusterRules(),
    )
    names: Counter[str] = Counter()
    last = len(town.clusters) - 1
    for cluster in town.clusters:
        back = last - cluster.id
        fate, most = LAST_FATES[back] if back < len(LAST_FATES) and cluster.id > 0 else ("active", 5)
        author, other = (admins[cluster.id % 2], admins[(cluster.id + 1) % 2])
        home_ids = [homes[town.homes[home].address] for home in cluster.neighbours[:most]]
        host = town.homes[cluster.host]
        names[host.street] += 1
        name = host.street if names[host.street] == 1 else f"{host.street} {names[host.street]}"
        drawn = await clusters.create_draft(homes[host.address], home_ids, name, author)
        then.move(STEP_S)
        await _lead(clusters, drawn, fate, author, other, then)
    await _line_up(clusters, town, homes, admins[0])
    return len(town.clusters)


async def has_clusters(database: Database) -> bool:
    async with database.connection() as connection:
        return bool((await connection.execute(select(func.count()).select_from(ClusterRow))).scalar_one())


def clear_clusters(connection: Connection) -> None:
    """Take the clusters of an earlier demo town away; what happened to them stays in history and audit."""
    imports = select(DataImport.id).where(col(DataImport.source).like("demo town of seed %"))
    homes = select(AddressPoint.id).where(col(AddressPoint.import_id).in_(imports))
    mine = select(ClusterMember.cluster_id).where(col(ClusterMember.home_id).in_(homes))
    connection.execute(delete(ClusterRow).where(col(ClusterRow.id).in_(mine)))


async def _lead(
    clusters: Clusters, drawn: ClusterView, fate: str, author: DemoAdmin, other: DemoAdmin, then: MovableClock
) -> None:
    """Take a draft to where it is meant to stand; one that a rule stops stays where it was stopped."""
    if fate == "draft":
        return
    try:
        found = await clusters.submit(drawn.id, drawn.version, author)
        then.move(STEP_S)
        if fate == "rejected":
            await clusters.reject(found.id, found.version, other, REJECTION)
        if fate in ("rejected", "submitted"):
            return
        found = await settle(clusters, found, author)
        found = await clusters.approve(found.id, found.version, other)
        then.move(STEP_S)
        if fate != "approved":
            found = await clusters.activate(found.id, found.version, other)
        if fate == "suspended":
            await clusters.suspend(found.id, found.version, other, SUSPENSION)
    except Conflict:
        return


async def settle(clusters: Clusters, cluster: ClusterView, by: DemoAdmin) -> ClusterView:
    """What stands between a sound submission and its approval: consents asked at the door, doubtful ways walked."""
    for finding in (await clusters.recheck_cluster(cluster.id)).blocking:
        home_id, seen = finding.home_id, cluster.version
        if home_id is None or finding.level is Level.BROKEN:
            continue
        if finding.rule is Rule.CONSENT:
            cluster = await clusters.consent(cluster.id, seen, home_id, by, given_by=GIVEN_BY, note=CONSENT_NOTE)
        elif finding.rule is Rule.REACH:
            cluster = await clusters.confirm_reach(cluster.id, seen, home_id, by, CONFIRMATION)
    return cluster


async def _line_up(clusters: Clusters, town: Town, homes: Mapping[str, int], by: DemoAdmin) -> None:
    """One home waits for a place in the first full cluster that has such a neighbour."""
    drawn = {home for cluster in town.clusters for home in (cluster.host, *cluster.neighbours)}
    for cluster in town.clusters:
        free = [home for home in town.reachable_from(town.homes[cluster.host]) if home.id not in drawn]
        stored = await _stored(clusters, cluster, town, homes)
        if free and stored is not None and stored.full and stored.live:
            await clusters.join(stored.id, homes[free[0].address], by)
            return


async def _stored(clusters: Clusters, cluster: Cluster, town: Town, homes: Mapping[str, int]) -> ClusterView | None:
    found = await clusters.list(home_id=homes[town.homes[cluster.host].address])
    return found[0] if found else None


async def _home_ids(database: Database, town: Town) -> dict[str, int]:
    query = select(AddressPoint.address, AddressPoint.id).where(col(AddressPoint.city) == town.name)
    async with database.connection() as connection:
        return {row.address: row.id for row in await connection.execute(query)}


async def _admins(database: Database, emails: tuple[str, str]) -> tuple[DemoAdmin, DemoAdmin]:
    query = select(Person.email, Person.id, Person.name).where(col(Person.email).in_(emails))
    async with database.connection() as connection:
        found = {row.email: DemoAdmin(row.id, row.name, row.email) for row in await connection.execute(query)}
    return found[emails[0]], found[emails[1]]
