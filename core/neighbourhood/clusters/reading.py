"""Questions about clusters as they are: lists, versions, numbers, who is near, who could join."""

from collections import Counter
from collections.abc import Collection, Sequence
from uuid import UUID

from core.errors import NotFound
from core.neighbourhood.clusters.desk import ClusterDesk
from core.neighbourhood.clusters.hosts import best_host, grow
from core.neighbourhood.clusters.judging import place_of
from core.neighbourhood.clusters.life import MOVES, Action
from core.neighbourhood.clusters.model import (
    LIVE,
    CheckResult,
    ClusterState,
    ClusterView,
    Level,
    MemberView,
)
from core.neighbourhood.clusters.ports import By
from core.neighbourhood.clusters.versions import compare
from core.neighbourhood.clusters.views import (
    BestHost,
    ClusterStats,
    EventView,
    ExistingNeighbour,
    Qualifying,
    Suggestion,
    VersionDiff,
    VersionView,
)
from core.texts import N_, Text

JOINABLE = frozenset({ClusterState.DRAFT, *LIVE})
LOOKED_AT = 24
"""So many of the nearest homes are looked at for a suggestion."""
NEAR_M = 160.0
"""Hosts so near are worth telling why their cluster does not fit."""


class Reading(ClusterDesk):
    """Reads and judges; writes nothing."""

    async def list(
        self,
        states: Collection[ClusterState] | None = None,
        *,
        search: str = "",
        stale: bool | None = None,
        home_id: int | None = None,
        household_ids: Collection[UUID] | None = None,
        bbox: tuple[float, float, float, float] | None = None,
    ) -> tuple[ClusterView, ...]:
        """By code; ``bbox`` is west, south, east, north and asks for a member within, ``search`` looks in code, name,
        author and addresses."""
        holding = None if home_id is None else [home_id]
        found = await self._store.find(states=states, holding=holding)
        own = await self._judging.places_of(household_ids) if household_ids is not None else frozenset()
        return tuple(
            cluster
            for cluster in found
            if _matches(cluster, search.strip().casefold())
            and (stale is None or bool(cluster.stale_reason) is stale)
            and (household_ids is None or any(place_of(member) in own for member in cluster.members))
            and (bbox is None or any(_within(member, bbox) for member in cluster.members))
        )

    async def versions(self, cluster_id: UUID) -> tuple[VersionView, ...]:
        """Oldest first; ``NotFound`` when there is no such cluster."""
        await self.get(cluster_id)
        return await self._store.versions(cluster_id)

    async def diff(self, cluster_id: UUID, before: int, after: int) -> VersionDiff:
        """What changed between two versions; ``NotFound`` when there is no such version."""
        known = {version.version: version for version in await self.versions(cluster_id)}
        for number in (before, after):
            if number not in known:
                raise NotFound(Text("there is no version {version}", version=number))
        return compare(known[before], known[after])

    async def events(self, cluster_id: UUID) -> tuple[EventView, ...]:
        """The history, oldest first."""
        return await self._store.events(cluster_id)

    async def stats(self) -> ClusterStats:
        """Counts over all clusters that are not retired."""
        clusters = await self._store.find(states=set(ClusterState) - {ClusterState.RETIRED})
        live = [cluster for cluster in clusters if cluster.live]
        neighbours = [len(cluster.neighbours) for cluster in live]
        return ClusterStats(
            by_state=dict(Counter(cluster.state.value for cluster in clusters)),
            homes=sum(neighbours) + len(live),
            hosts=len(live),
            places_left=sum(cluster.places_left for cluster in live),
            forming=sum(cluster.forming for cluster in live),
            full=sum(cluster.full for cluster in live),
            stale=sum(bool(cluster.stale_reason) for cluster in live),
            waiting=sum(cluster.waiting for cluster in clusters),
            mean_neighbours=sum(neighbours) / len(live) if live else None,
        )

    async def check(self, host_id: int, home_ids: Sequence[int], *, cluster_id: UUID | None = None) -> CheckResult:
        """The rules, live while drawing. ``home_ids`` are the neighbours (the host among them does no harm); with
        ``cluster_id`` its consents and confirmations count, and its own homes are no overlap."""
        return (await self._judging.judge(host_id, home_ids, cluster_id=cluster_id)).result

    async def recheck_cluster(self, cluster_id: UUID) -> CheckResult:
        """The rules for a cluster as it stands, asked now."""
        return await self._judge(await self.get(cluster_id))

    async def best_host(self, home_ids: Sequence[int]) -> BestHost:
        """The home of the group whose mower reaches most of the others by the shortest corridors, with the reason."""
        homes = await self._homes.of(list(dict.fromkeys(home_ids)))
        pairs = await self._ways.pairs(list(homes), rule=self.rules.rule, radius_m=self.rules.radius_m)
        return best_host(homes, pairs)

    async def suggest(self, host_id: int) -> Suggestion:
        """A cluster around a host: the homes of no live cluster that its mower reaches by the shortest corridors."""
        near = (await self._near(host_id, self.rules.radius_m))[:LOOKED_AT]
        pairs = await self._ways.pairs([host_id, *near], rule=self.rules.rule, radius_m=self.rules.radius_m)
        taken = {home for cluster in await self._store.find(states=LIVE, holding=near) for home in cluster.home_ids}
        chosen = grow(host_id, pairs, taken, self.rules.max_neighbours)
        check = await self.check(host_id, [home_id for home_id, _ in chosen])
        return Suggestion(
            host_id=host_id,
            neighbour_ids=tuple(home_id for home_id, _ in chosen),
            corridor_m=sum(length for _, length in chosen),
            findings=check.findings,
        )

    async def existing_neighbours(self, home_id: int) -> tuple[ExistingNeighbour, ...]:
        """Homes within the radius that are members of live clusters, nearest first."""
        near = set(await self._near(home_id, self.rules.radius_m))
        live = [
            (cluster, member)
            for cluster in await self._store.find(states=LIVE, holding=near)
            for member in cluster.members
            if member.home_id in near
        ]
        homes = [home_id, *(member.home_id for _, member in live)]
        pairs = await self._ways.pairs(homes, rule=self.rules.rule, radius_m=self.rules.radius_m)
        ways = {pair.first + pair.second - home_id: pair for pair in pairs if home_id in (pair.first, pair.second)}
        found = [
            ExistingNeighbour(cluster.id, cluster.code, cluster.state, member, way.distance_m, way.verdict.value)
            for cluster, member in live
            for way in [ways.get(member.home_id)]
            if way is not None
        ]
        return tuple(sorted(found, key=lambda other: other.distance_m))

    async def qualifying(self, home_id: int) -> tuple[Qualifying, ...]:
        """The live clusters whose host is near a home; for each whether it could join, or why not. Those that it could
        join come first. The words name no other home, but tell how far the host is: they are for our own people."""
        near = await self._near(home_id, NEAR_M)
        clusters = await self._store.find(states=LIVE, holding=[*near, home_id])
        found = [
            await self._qualifies(home_id, cluster)
            for cluster in clusters
            if cluster.host.home_id in near or home_id in cluster.home_ids
        ]
        return tuple(sorted(found, key=lambda one: not one.qualifies))

    async def _qualifies(self, home_id: int, cluster: ClusterView) -> Qualifying:
        if home_id in cluster.home_ids:
            return Qualifying(cluster, False, (N_("This home is a member already."),))
        check = await self.check(
            cluster.host.home_id,
            [*(member.home_id for member in cluster.neighbours), home_id],
            cluster_id=cluster.id,
        )
        own = [finding for finding in check.findings if finding.home_id == home_id and finding.level is not Level.OK]
        words = [finding.words for finding in own]
        if cluster.full:
            taken = {"n": len(cluster.neighbours), "most": cluster.max_neighbours}
            words.append(Text("It is full: {n} of {most} places are taken.", **taken))
        broken = tuple(dict.fromkeys(finding.rule for finding in own if finding.level is Level.BROKEN))
        return Qualifying(cluster, not broken and not cluster.full, tuple(words), broken)

    async def _near(self, home_id: int, radius_m: float) -> "tuple[int, ...]":
        """The other homes within the radius; ``NotFound`` for a home that is not in the address book."""
        home = (await self._homes.of([home_id])).get(home_id)
        if home is None:
            raise NotFound(Text("Home {home} is not in the address book.", home=home_id))
        book = await self._homes.book()
        positions, _ = book.within(home.longitude, home.latitude, radius_m)
        ids = (book.homes[position].id for position in positions)
        return tuple(other for other in ids if other is not None and other != home_id)

    def moves(self, cluster: ClusterView, by: By) -> "tuple[str, ...]":
        """What a person with these rights may do with it now, by the machine; that nobody approves their own is found
        when they try, or told by `shaped_by`."""
        return tuple(
            dict.fromkeys(
                move.action.value
                for move in MOVES
                if cluster.state in move.origin
                and by.may(move.right)
                and not (move.only_stale and not cluster.stale_reason)
                and not (move.action is Action.ACTIVATE and cluster.stale_reason)
            )
        )

    async def shaped_by(self, cluster_id: UUID) -> frozenset[UUID]:
        """Who drew, changed or submitted it since its last approval, and so may not approve it."""
        return await self._store.shapers(cluster_id)


def _matches(cluster: ClusterView, search: str) -> bool:
    texts = (cluster.code, cluster.name, cluster.author, *(member.address for member in cluster.members))
    return not search or any(search in text.casefold() for text in texts)


def _within(member: MemberView, bbox: tuple[float, float, float, float]) -> bool:
    west, south, east, north = bbox
    return west <= member.longitude <= east and south <= member.latitude <= north
