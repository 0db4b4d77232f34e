"""Feasibility and week plans of real clusters. Reads and works out; writes nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.clock import Clock
from core.errors import NotFound
from core.scheduling.feasibility import DueLawn, Feasibility, feasibility
from core.scheduling.planner import plan_week
from core.scheduling.planner_model import MowerPace
from core.scheduling.planner_sites import ClusterLawn, ClusterSite, LawnReader, SiteReader, WayReader
from core.scheduling.planner_spans import Span, midnight, rest_of_week
from core.scheduling.planner_week import DueVisit, TimedPlan, timed, week_of
from core.texts import N_

USUAL_PACE = MowerPace()


@dataclass(frozen=True, slots=True)
class ClusterMeter:
    """The meter of one cluster, for the rest of the site's own week."""

    site: ClusterSite
    at: datetime
    until: datetime
    meter: Feasibility


@dataclass(frozen=True, slots=True)
class ClusterPlan:
    """A proposal for the rest of the week. ``unmeasured`` lawns cannot be planned; visits are named by home."""

    site: ClusterSite
    whole: Span
    plan: TimedPlan
    lawns: tuple[ClusterLawn, ...]
    unmeasured: tuple[ClusterLawn, ...]


@dataclass(frozen=True)
class WeekDesk:
    """Every lawn is due once in the site's own week; one that was mowed since Monday no longer is."""

    sites: SiteReader
    lawns: LawnReader
    ways: WayReader
    clock: Clock
    pace: MowerPace = USUAL_PACE

    async def meter(self, cluster_id: UUID) -> ClusterMeter:
        """``NotFound`` when there is no such live cluster."""
        return await self._meter(await self._site(cluster_id))

    async def meters(self) -> Sequence[ClusterMeter]:
        """Of every live cluster, the most overbooked first."""
        found = [await self._meter(site) for site in await self.sites()]
        return sorted(found, key=lambda one: (-one.meter.missing_h, -(one.meter.share or 0), one.site.code))

    async def plan(self, cluster_id: UUID) -> ClusterPlan:
        """The best plan for the rest of the week; ``NotFound`` when there is no such live cluster."""
        site = await self._site(cluster_id)
        now = self.clock.now()
        whole = rest_of_week(now, site.zone)
        due = _due(await self.lawns(cluster_id), site, now)
        homes, lengths = await self.ways(cluster_id)
        rows = {home: row for row, home in enumerate(homes)}
        visits = [
            DueVisit(id=str(lawn.home_id), place=rows[lawn.home_id], area_m2=lawn.area_m2, last_cut=lawn.last_cut)
            for lawn in due
            if lawn.area_m2 is not None and lawn.home_id in rows
        ]
        week = week_of(visits, whole=whole, allowed=site.allowed(whole), lengths_m=lengths.tolist(), pace=self.pace)
        plan = timed(await asyncio.to_thread(plan_week, week), whole.begins)
        return ClusterPlan(site, whole, plan, tuple(due), tuple(lawn for lawn in due if lawn.area_m2 is None))

    async def _meter(self, site: ClusterSite) -> ClusterMeter:
        now = self.clock.now()
        due = [DueLawn(lawn.name, lawn.area_m2) for lawn in _due(await self.lawns(site.cluster_id), site, now)]
        meter = feasibility(due, site.allowed_this_week(now), self.pace)
        return ClusterMeter(site, now, rest_of_week(now, site.zone).ends, meter)

    async def _site(self, cluster_id: UUID) -> ClusterSite:
        found = next((site for site in await self.sites() if site.cluster_id == cluster_id), None)
        if found is None:
            raise NotFound(N_("there is no such live cluster"))
        return found


def _due(lawns: Sequence[ClusterLawn], site: ClusterSite, now: datetime) -> list[ClusterLawn]:
    """The lawns that were not mowed since the site's own Monday."""
    today = now.astimezone(site.zone).date()
    monday = midnight(today.fromordinal(today.toordinal() - today.weekday()), site.zone)
    return [lawn for lawn in lawns if lawn.last_cut is None or lawn.last_cut < monday]
