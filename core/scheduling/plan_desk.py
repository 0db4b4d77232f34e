"""Service plans: saved as versions, and turned into visits ahead of time, once each, however often and by whomever."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import structlog
from sqlalchemy.exc import IntegrityError

from core.accounts import Audit, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid
from core.events import Event
from core.scheduling.access import may_plan, may_see, no_such_lot
from core.scheduling.generation import Changes, changes_of_mower
from core.scheduling.model import Lot, PlanVersion, SchedulingRules, VisitSite
from core.scheduling.ports import MowerLots, SiteReader
from core.scheduling.recurrence import ServicePlan, plan_content
from core.scheduling.store import add_visits, by_mower, new_version_row, read_lots, write_visit
from core.texts import N_

log = structlog.get_logger(__name__)

BY_JOB = "visits.generate"
LOTS_AT_ONCE = 200
LOOKS_BACK = timedelta(days=8)
"""Visits due before today that may still be to come: moved ones, and those whose day gave them to a later one."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What one generation wrote."""

    lots: int
    added: int
    changed: int


class PlanDesk:
    """``save`` and ``generate``."""

    def __init__(
        self, *, database: Database, clock: Clock, sites: SiteReader, neighbours: MowerLots, audit: Audit,
        rules: SchedulingRules,
    ) -> None:  # fmt: skip
        self.changed: Event[frozenset[UUID]] = Event("visits_changed")
        """Lots whose visits became others."""
        self._database, self._clock, self._sites, self._neighbours = database, clock, sites, neighbours
        self._audit, self._rules = audit, rules

    async def site(self, lot_id: UUID) -> VisitSite:
        """``NotFound`` for an unknown lot."""
        found = (await self._sites([lot_id])).get(lot_id)
        if found is None:
            raise no_such_lot(lot_id)
        return found

    async def versions(self, lot_id: UUID, *, viewer: Viewer) -> Sequence[PlanVersion]:
        """Every version of a lot's plan, oldest first."""
        site = await self.site(lot_id)
        may_see(viewer, site)
        async with self._database.session() as session:
            (lot,) = await read_lots(session, {lot_id: site}, self._today(site))
        return lot.versions

    async def save(
        self, *, lot_id: UUID, plan: ServicePlan, valid_from: date, expected_version: int, by: Viewer,
        source: str = "web",
    ) -> PlanVersion:  # fmt: skip
        """Keep the plan as the next version, for the days from ``valid_from`` on, and make its visits.
        ``expected_version`` is what it was drawn from, 0 for the first; ``Conflict`` when another came in between."""
        site = await self.site(lot_id)
        may_plan(by, site)
        today = self._today(site)
        if not today <= valid_from <= today + timedelta(days=400):
            raise Invalid(N_("valid_from: expected a day from today on, within 400 days"))
        async with self._database.session() as session:
            (lot,) = await read_lots(session, {lot_id: site}, today)
            if (newest := max((one.version for one in lot.versions), default=0)) != expected_version:
                raise Conflict(N_("somebody saved the plan in between: look at it again"))
            version = PlanVersion(
                version=newest + 1, valid_from=valid_from, plan=plan, saved_by=by.email, saved_at=self._clock.now()
            )
            session.add(new_version_row(lot_id, version))
            try:
                await session.flush()
            except IntegrityError as error:
                raise Conflict(N_("somebody saved the plan in between: look at it again")) from error
            before = lot.version_on(valid_from)
            await self._audit.record(
                actor=by.email, person_id=by.person_id, action="service_plan.save", object_type="lot",
                object_id=str(lot_id), before=None if before is None else plan_content(before.plan),
                after=plan_content(plan) | {"version": version.version, "valid_from": valid_from.isoformat()},
                source=source, session=session,
            )  # fmt: skip
        await self.generate([lot_id], by=by.email)
        return version

    async def generate(self, lot_ids: Sequence[UUID] | None = None, *, by: str = BY_JOB) -> Generated:
        """Make the visits ahead what plans, pauses and bans ask for: of these lots, or of all that have a plan. Two
        processes at once make nothing twice: what one wrote the other finds or leaves alone."""
        wanted = None if lot_ids is None else frozenset(lot_ids)
        asked = None if wanted is None else await self._neighbours(wanted)
        groups = by_mower((await self._sites(asked)).values())
        lots = added = changed = 0
        while groups:
            batch: list[list[VisitSite]] = []
            while groups and (not batch or sum(map(len, batch)) + len(groups[-1]) <= LOTS_AT_ONCE):
                batch.append(groups.pop())
            found = await self._generate(batch, wanted, by)
            lots, added, changed = lots + found.lots, added + found.added, changed + found.changed
        return Generated(lots, added, changed)

    async def _generate(self, batch: list[list[VisitSite]], wanted: frozenset[UUID] | None, by: str) -> Generated:
        now = self._clock.now()
        sites = {site.lot_id: site for group in batch for site in group}
        since = now.date() - LOOKS_BACK
        async with self._database.session() as session:
            known = {lot.site.lot_id: lot for lot in await read_lots(session, sites, since)}
        groups = [[known[site.lot_id] for site in group] for group in batch]
        found = await asyncio.to_thread(self._all_changes, groups)
        written: set[UUID] = set()
        added = changed = 0
        async with self._database.session() as session:
            for lot, changes in found:
                lot_id = lot.site.lot_id
                if (wanted is not None and lot_id not in wanted) or not (changes.new or changes.changed):
                    continue
                added += await add_visits(session, lot_id, changes.new, now, by)
                for before, after in changes.changed:
                    changed += await write_visit(session, before, after, now, by)
                written.add(lot_id)
        if written:
            log.info("visits.generated", lots=len(written), added=added, changed=changed)
            self.changed.emit(frozenset(written))
        return Generated(len(written), added, changed)

    def _all_changes(self, groups: Sequence[Sequence[Lot]]) -> list[tuple[Lot, Changes]]:
        now = self._clock.now()
        return [one for group in groups for one in changes_of_mower(group, now, self._rules)]

    def _today(self, site: VisitSite) -> date:
        return self._clock.now().astimezone(site.zone).date()
