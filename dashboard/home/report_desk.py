"""A visit's report put together for one viewer: its own lot's work, the weather decision behind it, the bill."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from core.accounts import Right, Viewer
from core.billing import Status, VisitEffect, visit_effect
from core.billing.periods import Period
from core.clock import Clock
from core.db import Database
from core.db.reads import map_layers, own_lots
from core.fleet import TelemetryStore
from core.fleet.coverage import blade_width_m
from core.household.model import HouseholdLot, LotBook
from core.household.report import OwnCoverage, OwnWork, own_coverage, own_work
from core.scheduling import RAN, Visit, VisitSite
from core.scheduling.service import Scheduling
from core.scheduling.spans import whole_day
from core.scheduling.weather_desk import WeatherDesk
from core.scheduling.weather_model import Decision
from dashboard.billing.parts import Billing

HISTORY_ROWS = 20_000
BEFORE = timedelta(hours=24)
"""A look at the weather that is older than this before a visit was not behind it."""
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitReport:
    """All that a household may know of one visit of its own lot. ``work`` is one a mower."""

    visit: Visit
    site: VisitSite
    lot: HouseholdLot
    work: Sequence[OwnWork]
    coverage: OwnCoverage | None
    weather: Decision | None
    bill: VisitEffect | None

    @property
    def first_at(self) -> datetime | None:
        return min((one.first_at for one in self.work if one.first_at is not None), default=None)

    @property
    def last_at(self) -> datetime | None:
        return max((one.last_at for one in self.work if one.last_at is not None), default=None)


class ReportDesk:
    """``report`` reads; nothing is kept."""

    def __init__(
        self, *, database: Database, clock: Clock, lots: LotBook, scheduling: Scheduling, history: TelemetryStore,
        weather: WeatherDesk | None, billing: Billing | None,
    ) -> None:  # fmt: skip
        self._database, self._clock, self._lots, self._scheduling = database, clock, lots, scheduling
        self._history, self._weather, self._billing = history, weather, billing

    async def report(self, visit_id: UUID, *, viewer: Viewer) -> VisitReport:
        """``NotFound`` for a visit that is out of the viewer's sight."""
        visit, site = await self._scheduling.visits.get(visit_id, viewer=viewer)
        lot = await self._lots.own(visit.lot_id, viewer, staff=Right.SEE_SCHEDULE)
        over = visit.state in RAN or visit.begins_at <= self._clock.now()
        work = await self._work(visit, site, lot) if over else []
        return VisitReport(
            visit=visit, site=site, lot=lot, work=work, coverage=await self._coverage(lot, work),
            weather=await self._decision(visit, site), bill=await self._effect(visit, site) if over else None,
        )  # fmt: skip

    async def _work(self, visit: Visit, site: VisitSite, lot: HouseholdLot) -> list[OwnWork]:
        if lot.own.boundary is None:
            return []
        since, until = await self._stretch(visit, site)
        found = []
        for mower in lot.mowers:
            rows = await self._history.history(
                mower.number, since, until, device_name=mower.device_name, limit=HISTORY_ROWS
            )
            found.append(own_work(rows, lot.own))
        return found

    async def _stretch(self, visit: Visit, site: VisitSite) -> tuple[datetime, datetime]:
        """From the first to the last minute that the ledger holds of the lot that day; else the visit's own time."""
        begins, ends = visit.begins_at, visit.ends_at
        if self._billing is not None and not visit.extra:  # whose minutes the ledger does not hold
            day = _day(visit, site)
            first, last = (int(at.timestamp()) // 60 for at in (day.start, day.end))
            entries = await self._billing.ledger.entries(visit.lot_id, first, last)
            if entries:
                begins = datetime.fromtimestamp(min(one.start_minute for one in entries) * 60, begins.tzinfo)
                last_minute = max(one.start_minute + one.minutes for one in entries)
                ends = datetime.fromtimestamp(last_minute * 60, begins.tzinfo)
        return begins - MINUTE, ends + MINUTE

    async def _coverage(self, lot: HouseholdLot, work: Sequence[OwnWork]) -> OwnCoverage | None:
        if lot.household_id is None or not any(one.first_at for one in work):
            return None
        layers = await map_layers(self._database, own_lots(frozenset({lot.household_id})))
        features: list[dict[str, Any]] = layers["lawns"]["features"]
        lawns = [one["geometry"] for one in features if one["properties"]["lot"] == str(lot.id)]
        width = max((blade_width_m(mower.model) for mower in lot.mowers), default=blade_width_m(""))
        return await asyncio.to_thread(own_coverage, work, lot.own, lawns, width_m=width)

    async def _decision(self, visit: Visit, site: VisitSite) -> Decision | None:
        if self._weather is None or site.cluster_id is None:
            return None
        asked = await self._weather.decisions(site.cluster_id, most=1, about=visit.id)
        if asked:
            return asked[0].decision
        latest = max(visit.begins_at, visit.started_at or visit.begins_at)
        looks = await self._weather.decisions(site.cluster_id, most=400)
        behind = (one.decision for one in looks if latest - BEFORE <= one.decision.asked.at <= latest)
        return next(behind, None)

    async def _effect(self, visit: Visit, site: VisitSite) -> VisitEffect | None:
        if self._billing is None or site.household_id is None or visit.extra:
            return None
        rows = await self._billing.desk.of_households(frozenset({site.household_id}))
        mine = [row for row in rows if row.lot_id == visit.lot_id]
        live = [row for row in mine if row.status != Status.CANCELED] or mine
        if not live:
            return None
        _row, life, usage = await self._billing.desk.life(live[0].id)
        return visit_effect(life, usage, _day(visit, site))


def _day(visit: Visit, site: VisitSite) -> Period:
    day = whole_day(visit.begins_at.astimezone(site.zone).date(), site.zone)
    return Period(day.begins, day.ends)
