"""Approvals that age: new roads, addresses or lots put every cluster to the rules again, and what came out differently
marks its approval stale, with what changed. A verdict that is as it was changes nothing, however new the data."""

from collections.abc import Collection
from uuid import UUID

import structlog

from core.neighbourhood.clusters.desk import ClusterDesk, worsened
from core.neighbourhood.clusters.life import Action
from core.neighbourhood.clusters.model import LIVE, ClusterView, Rule
from core.neighbourhood.clusters.record import JOB, ChangedMeanwhile
from core.neighbourhood.clusters.views import Recheck

log = structlog.get_logger(__name__)

type Box = tuple[float, float, float, float]


class Ageing(ClusterDesk):
    """Re-runs the rules."""

    _checked: object = None

    async def recheck(self, cluster_ids: Collection[UUID] | None = None, *, bbox: Box | None = None) -> Recheck:
        """Judge live clusters anew: these, those with a home in ``bbox`` (west, south, east, north), or all."""
        clusters = await self._store.find(ids=cluster_ids, states=LIVE)
        if bbox is not None:
            clusters = tuple(cluster for cluster in clusters if _inside(cluster, bbox))
        stale = []
        for cluster in clusters:
            reason = await self._age(cluster)
            if reason:
                stale.append((cluster.id, reason))
        log.info("clusters.rechecked", looked_at=len(clusters), stale=len(stale))
        return Recheck(len(clusters), tuple(stale))

    async def recheck_all(self) -> Recheck:
        """Every live cluster; run after an import."""
        return await self.recheck()

    async def recheck_after_import(self) -> Recheck | None:
        """`recheck_all` if an import has landed since this was last asked; else ``None``. For a timetable."""
        version = (await self._homes.book()).version
        if version == self._checked:
            return None
        found = await self.recheck_all()
        self._checked = version
        return found

    async def _age(self, cluster: ClusterView) -> str:
        """Why its approval is stale now, or nothing."""
        check = await self._judge(cluster)
        against = [new for new in worsened(cluster.findings, check.findings) if new.rule is not Rule.OVERLAP]
        if not against:
            return ""
        after = self._next(cluster, findings=check.findings)
        after = self._stale(after, [finding.words for finding in against])
        try:
            await self._step(cluster, after, Action.STALE, JOB, comment=after.stale_reason, check=check)
        except ChangedMeanwhile:  # whoever was quicker has judged it by the same data
            return ""
        return after.stale_reason


def _inside(cluster: ClusterView, bbox: Box) -> bool:
    west, south, east, north = bbox
    return any(west <= home.longitude <= east and south <= home.latitude <= north for home in cluster.members)
