"""Clusters as control needs them, through the door of `core.neighbourhood.clusters`."""

import asyncio
from collections.abc import Mapping
from uuid import UUID

import structlog

from core.control.ports import ClusterGround
from core.errors import MowthosError
from core.neighbourhood.clusters import Clusters, ClusterState, ClusterView

log = structlog.get_logger(__name__)

APPROVED = frozenset({ClusterState.APPROVED, ClusterState.ACTIVE})
"""States whose corridors may be driven."""

type Lines = tuple[tuple[tuple[float, float], ...], ...]


class HostClusters:
    """Remembers the corridors of each version of a cluster: they are judged once a version, not once a look."""

    def __init__(self, clusters: Clusters) -> None:
        self._clusters = clusters
        self._lines: dict[UUID, tuple[int, Lines]] = {}

    async def by_host(self) -> Mapping[tuple[str, str], ClusterGround]:
        """The cluster of each host home; of several the live one, else the newest. Never waits for a judgement."""
        found = await self._by_place()
        return {
            place: ClusterGround(
                code=cluster.code,
                state=cluster.state.value,
                corridors=self._known(cluster),
                members=tuple(_place(member.address, member.city) for member in cluster.members),
            )
            for place, cluster in found.items()
        }

    async def learn(self) -> None:
        """Judge the corridors of each approved cluster's version once."""
        clusters = (await self._by_place()).values()
        self._lines = {one.id: self._lines[one.id] for one in clusters if one.id in self._lines}
        for cluster in clusters:
            if cluster.state in APPROVED and self._lines.get(cluster.id, (None,))[0] != cluster.version:
                await self._judge(cluster)

    def _known(self, cluster: ClusterView) -> Lines:
        version, lines = self._lines.get(cluster.id, (None, ()))
        return lines if cluster.state in APPROVED and version == cluster.version else ()

    async def _by_place(self) -> dict[tuple[str, str], ClusterView]:
        found: dict[tuple[str, str], ClusterView] = {}
        for cluster in sorted(await self._clusters.list(), key=lambda one: (one.live, one.created_at)):
            if cluster.state is not ClusterState.RETIRED:
                found[_place(cluster.host.address, cluster.host.city)] = cluster
        return found

    async def _judge(self, cluster: ClusterView) -> None:
        try:
            check = await self._clusters.recheck_cluster(cluster.id)
        except MowthosError as error:
            log.warning("control.corridors_unknown", cluster=cluster.code, error=error.message)
            return
        lines = tuple(
            tuple((float(lon), float(lat)) for lon, lat in corridor.route["coordinates"])
            for corridor in check.corridors
            if corridor.route is not None and corridor.verdict != "blocked"
        )
        self._lines[cluster.id] = (cluster.version, lines)
        await asyncio.sleep(0)  # a fleet of clusters must not hold the loop


def _place(address: str, city: str) -> tuple[str, str]:
    return address.casefold(), city.casefold()
