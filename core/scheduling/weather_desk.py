"""The weather of every cluster: read by place, judged, kept with its numbers.

`refresh`, step by step: (1) the places of all live clusters; (2) one question to the provider; (3) its answer is kept;
(4) each cluster is judged for a start now; (5) a decision that says something new is kept. A provider that does not
answer is told after the judging: what is stale must be seen to be.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.accounts import Audit
from core.clock import Clock
from core.control import Operator
from core.db import Database
from core.db.pages import Page
from core.errors import MowthosError, NeedsHuman, NotFound
from core.scheduling.planner_sites import ClusterSite, SiteReader
from core.scheduling.weather import conditions, decide
from core.scheduling.weather_data import Place, PlaceWeather, WeatherProvider
from core.scheduling.weather_limits import DEFAULT_LIMITS, WeatherLimits, limits_of
from core.scheduling.weather_model import Asked, CheckKind, Decision, MowerRain
from core.scheduling.weather_store import ClusterLimits, StoredDecision, WeatherStore
from core.scheduling.weather_tables import WeatherLimitsRow
from core.texts import N_

KEPT = timedelta(days=90)
"""How long looks that no visit asked for are kept."""
SAID_AGAIN = timedelta(hours=1)
"""After so long a decision is kept again though it says nothing new: its numbers have moved."""

type RainReader = Callable[[str], MowerRain]
"""The rain sensor of a mower by its device name."""


class WeatherDesk:
    """Weather, thresholds and decisions of live clusters."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        audit: Audit,
        sites: SiteReader,
        rain: RainReader,
        provider: WeatherProvider | None,
    ) -> None:
        self._database, self._clock, self._audit = database, clock, audit
        self._sites, self._rain, self._provider = sites, rain, provider
        self._store = WeatherStore(database)
        self._rained: dict[str, tuple[PlaceWeather, WeatherLimits]] = {}

    async def refresh(self) -> int:
        """Read the weather anew and judge every live cluster; how many decisions said something new. The provider's
        error is raised in the end; ``NeedsHuman`` where none is set up."""
        sites = await self._sites()
        failed: MowthosError | None = None
        try:
            await self._read(sorted({site.place for site in sites}))
        except MowthosError as error:
            failed = error
        kept = await self._judge(sites)
        if failed is not None:
            raise failed
        return kept

    async def decide(
        self,
        cluster_id: UUID,
        *,
        begins: datetime | None = None,
        latest: datetime | None = None,
        work: timedelta | None = None,
        about: UUID | None = None,
    ) -> StoredDecision:
        """Judge a start now and keep the decision. ``NotFound`` when there is no such live cluster."""
        site = await self._site(cluster_id)
        limits = (await self._store.limits_of(cluster_id)).limits
        weather = (await self._store.reports()).get(site.place)
        asked = self._asked(limits, begins, latest, work)
        decision = decide(weather, limits, asked, self._sensor(site))
        async with self._database.session() as session:
            key = await self._store.add(session, cluster_id, decision, about)
        return StoredDecision(key, cluster_id, about, decision)

    async def decisions(
        self, cluster_id: UUID, *, most: int = 50, about: UUID | None = None, page: Page | None = None
    ) -> Sequence[StoredDecision]:
        """Newest first; with ``page`` those of it and one more. A cluster that nobody ever looked at has none."""
        return await self._store.decisions(cluster_id, most=most, about=about, page=page)

    async def newest(self, cluster_id: UUID) -> StoredDecision | None:
        """The newest decision of any kind."""
        return next(iter(await self._store.decisions(cluster_id, most=1)), None)

    async def hours(self, cluster_id: UUID) -> PlaceWeather | None:
        """The weather as it was last read, for those who draw it. ``NotFound`` when there is no such live cluster."""
        return (await self._store.reports()).get((await self._site(cluster_id)).place)

    async def limits(self, cluster_id: UUID) -> ClusterLimits:
        return await self._store.limits_of(cluster_id)

    async def set_limits(
        self, cluster_id: UUID, numbers: Mapping[str, Any], by: Operator, *, source: str = "web"
    ) -> ClusterLimits:
        """Other thresholds for a cluster; a number that is left out is the usual one. ``Invalid`` for a wrong one,
        ``NotFound`` when there is no such live cluster. The cluster is judged anew by the next look."""
        site = await self._site(cluster_id)
        limits, now = limits_of(dict(numbers)), self._clock.now()
        before = await self._store.limits_of(cluster_id)
        async with self._database.session() as session:
            await session.merge(
                WeatherLimitsRow(cluster_id=cluster_id, numbers=limits.told(), set_by=by.email, set_at=now)
            )
            await self._audit.record(
                actor=by.email,
                person_id=by.person_id,
                action="weather_limits.set",
                object_type="cluster",
                object_id=str(cluster_id),
                before=before.limits.told(),
                after={**limits.told(), "code": site.code},
                source=source,
                session=session,
            )
        return ClusterLimits(limits, by.email, now)

    async def forget(self) -> int:
        """Drop old looks; how many."""
        return await self._store.forget(self._clock.now() - KEPT)

    def raining(self, device_name: str) -> bool:
        """Whether the weather, while it is fresh, has rain beyond the cluster's limit in this hour: for the start
        guard. The mower's own sensor comes with its reading."""
        weather, limits = self._rained.get(device_name, (None, DEFAULT_LIMITS))
        now = self._clock.now()
        if weather is None or now - weather.read_at > timedelta(minutes=limits.max_age_min):
            return False
        checks = conditions(weather.hours, limits, now, timedelta(minutes=limits.visit_min))
        return any(check.kind is CheckKind.RAIN_NOW and check.holds is False for check in checks)

    async def _read(self, places: Sequence[Place]) -> None:
        if not places:
            return
        if self._provider is None:
            raise NeedsHuman(N_("no weather service is set up: see MOWTHOS_WEATHER_URL"))
        await self._store.keep(await self._provider.weather(places))

    async def _judge(self, sites: Sequence[ClusterSite]) -> int:
        reports, own, newest = await self._store.reports(), await self._store.limits(), await self._store.newest()
        rained, new = {}, []
        for site in sites:
            limits = own[site.cluster_id].limits if site.cluster_id in own else DEFAULT_LIMITS
            weather = reports.get(site.place)
            decision = decide(weather, limits, self._asked(limits), self._sensor(site))
            if _says_more(decision, newest.get(site.cluster_id)):
                new.append((site.cluster_id, decision))
            if site.device_name is not None and weather is not None:
                rained[site.device_name] = weather, limits
        self._rained = rained
        async with self._database.session() as session:
            for cluster_id, decision in new:
                await self._store.add(session, cluster_id, decision, None)
        return len(new)

    def _asked(
        self,
        limits: WeatherLimits,
        begins: datetime | None = None,
        latest: datetime | None = None,
        work: timedelta | None = None,
    ) -> Asked:
        now = self._clock.now()
        start = begins or now
        return Asked(
            now,
            start,
            latest or max(now, start) + timedelta(hours=limits.longest_wait_h),
            work or timedelta(minutes=limits.visit_min),
        )

    def _sensor(self, site: ClusterSite) -> MowerRain:
        return MowerRain() if site.device_name is None else self._rain(site.device_name)

    async def _site(self, cluster_id: UUID) -> ClusterSite:
        found = next((site for site in await self._sites() if site.cluster_id == cluster_id), None)
        if found is None:
            raise NotFound(N_("there is no such live cluster"))
        return found


def _says_more(decision: Decision, before: StoredDecision | None) -> bool:
    if before is None or not decision.same_as(before.decision):
        return True
    return decision.asked.at - before.decision.asked.at >= SAID_AGAIN
