"""A visit beside the plan: a lawn that is mown again because the first time was not good. Its minutes are not billed.

It stands under its own name (lot, day, extra), so that generation neither takes it for a visit of the plan nor calls it
off; it is held to the same bans, quiet hours and other visits of its mower, and runs as any other.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid
from core.ids import new_id
from core.scheduling.access import may_plan
from core.scheduling.clashes import OtherVisit, clashes_of
from core.scheduling.desk import LONGEST_MINUTES, told
from core.scheduling.hours import DAYS_AHEAD, next_free
from core.scheduling.model import TO_COME, UNDER_WAY, Lot, Visit, VisitReason, VisitSite, VisitState
from core.scheduling.plan_desk import LOOKS_BACK, PlanDesk
from core.scheduling.ports import MowerLots, SiteReader
from core.scheduling.spans import Span
from core.scheduling.store import read_lots, read_visit, visits_between
from core.scheduling.tables import VisitRow
from core.texts import N_, Text, sentence

NOT_AT_ONCE = timedelta(minutes=30)
USUAL_MINUTES = 60
"""Of a lot without a plan."""

type Also = Callable[[AsyncSession, Visit], Awaitable[None]]
"""What else is written in the transaction that adds the visit."""


class ExtraVisits:
    """``suggest`` and ``add``."""

    def __init__(
        self, *, database: Database, clock: Clock, plans: PlanDesk, sites: SiteReader, neighbours: MowerLots,
        audit: Audit,
    ) -> None:  # fmt: skip
        self._database, self._clock, self._plans = database, clock, plans
        self._sites, self._neighbours, self._audit = sites, neighbours, audit

    async def suggest(self, lot_id: UUID, *, minutes: int | None = None, by: Viewer) -> Span | None:
        """The first allowed hour that is free for it; ``None`` where the days ahead have none."""
        site = await self._plans.site(lot_id)
        may_plan(by, site)
        after = self._clock.now() + NOT_AT_ONCE
        async with self._database.session() as session:
            lot = await self._lot(session, site)
            others = await self._others(session, site, after, after + timedelta(days=DAYS_AHEAD + 1))
        busy = [one.visit.span for one in others if one.visit.state in TO_COME | UNDER_WAY]
        return next_free(lot, _lasts(lot, minutes, after), after, busy)

    async def add(
        self, lot_id: UUID, *, begins_at: datetime | None = None, minutes: int | None = None, note: str = "",
        by: Viewer, also: Also | None = None, source: str = "web",
    ) -> Visit:  # fmt: skip
        """At a time, or at the first that is free. ``Conflict`` with every reason against it, or where one stands
        beside the plan on that day already."""
        site = await self._plans.site(lot_id)
        may_plan(by, site)
        now = self._clock.now()
        if begins_at is None:
            span = await self.suggest(lot_id, minutes=minutes, by=by)
            if span is None:
                raise Conflict(Text("no allowed hour is free in the next {n} days", n=DAYS_AHEAD))
        async with self._database.session() as session:
            lot = await self._lot(session, site)
            if begins_at is not None:
                span = Span(begins_at, begins_at + _lasts(lot, minutes, begins_at))
            assert span is not None
            others = await self._others(session, site, span.begins, span.ends)
        visit = Visit(
            id=new_id(), lot_id=lot_id, due_on=span.begins.astimezone(site.zone).date(), plan_version=0,
            state=VisitState.PLANNED, reason=VisitReason.MOWN_AGAIN, note=note, begins_at=span.begins,
            ends_at=span.ends, pinned=True, extra=True,
        )  # fmt: skip
        against = [one.words for one in clashes_of(lot, visit, span, others, now)]
        if against:
            raise Conflict(Text("it cannot be there: {reason}", reason=sentence(against[0])), reasons=against)
        return await self._write(visit, now, by, also, source)

    async def _write(self, visit: Visit, now: datetime, by: Viewer, also: Also | None, source: str) -> Visit:
        row = VisitRow(
            id=visit.id, lot_id=visit.lot_id, due_on=visit.due_on, extra=True, plan_version=visit.plan_version,
            state=visit.state.value, reason=visit.reason.value, note=visit.note, begins_at=visit.begins_at,
            ends_at=visit.ends_at, pinned=True, made_at=now, changed_at=now, changed_by=by.email[:254],
        )  # fmt: skip
        try:
            async with self._database.session() as session:
                session.add(row)
                await session.flush()
                await self._audit.record(
                    actor=by.email, person_id=by.person_id, action="visit.add", object_type="visit",
                    object_id=str(visit.id), after=told(visit), reason=visit.note, source=source, session=session,
                )  # fmt: skip
                if also is not None:
                    await also(session, visit)
                written = await read_visit(session, visit.id)
        except IntegrityError as error:
            raise Conflict(N_("a visit beside the plan stands on that day already")) from error
        assert written is not None
        self._plans.changed.emit(frozenset({visit.lot_id}))
        return written

    async def _lot(self, session: AsyncSession, site: VisitSite) -> Lot:
        today = self._clock.now().astimezone(site.zone).date()
        (lot,) = await read_lots(session, {site.lot_id: site}, today - LOOKS_BACK)
        return lot

    async def _others(
        self, session: AsyncSession, site: VisitSite, begins: datetime, ends: datetime
    ) -> list[OtherVisit]:
        shared = await self._sites(await self._neighbours([site.lot_id]))
        same = {
            one.lot_id: one for one in shared.values() if one.mower_id is not None and one.mower_id == site.mower_id
        } | {site.lot_id: site}
        found = await visits_between(session, list(same), begins, ends)
        return [OtherVisit(one, same[one.lot_id].address) for one in found]


def _lasts(lot: Lot, minutes: int | None, at: datetime) -> timedelta:
    """As long as the plan's visits, unless somebody says otherwise."""
    version = lot.version_on(at.astimezone(lot.site.zone).date())
    lasts = minutes if minutes is not None else USUAL_MINUTES if version is None else version.plan.minutes
    if not 5 <= lasts <= LONGEST_MINUTES:
        raise Invalid(Text("minutes: {n} (expected 5 to 600)", n=lasts))
    return timedelta(minutes=lasts)
