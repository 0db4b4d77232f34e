"""One visit at a time: skip, unskip, move, pin. A household on its own lot until the cut-off, a dispatcher after it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, Viewer
from core.clock import Clock, require_aware
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.scheduling.access import as_household, may_plan, may_see, too_late
from core.scheduling.clashes import Clash, OtherVisit, clashes_of
from core.scheduling.generation import wanted_visits
from core.scheduling.model import (
    RESTORED_BY_HOUSEHOLD,
    STATE_WORDS,
    TO_COME,
    Choice,
    Lot,
    SchedulingRules,
    Visit,
    VisitReason,
    VisitSite,
    VisitState,
)
from core.scheduling.plan_desk import LOOKS_BACK, PlanDesk
from core.scheduling.ports import MowerLots, SiteReader
from core.scheduling.spans import Span
from core.scheduling.store import read_lots, read_visit, visits_between, write_visit
from core.texts import N_, Text, sentence

REASON_LENGTH = 500
LONGEST_MINUTES = 600


class VisitDesk:
    """Every verb is one transaction, writes one line of audit, and refuses what was changed in between."""

    def __init__(
        self, *, database: Database, clock: Clock, plans: PlanDesk, sites: SiteReader, neighbours: MowerLots,
        audit: Audit, rules: SchedulingRules,
    ) -> None:  # fmt: skip
        self._database, self._clock, self._plans = database, clock, plans
        self._sites, self._neighbours, self._audit, self._rules = sites, neighbours, audit, rules

    async def get(self, visit_id: UUID, *, viewer: Viewer) -> tuple[Visit, VisitSite]:
        """``NotFound`` for an unknown one, or one that is out of the viewer's sight."""
        async with self._database.session() as session:
            visit = await read_visit(session, visit_id)
        site = None if visit is None else (await self._sites([visit.lot_id])).get(visit.lot_id)
        if visit is None or site is None:
            raise _no_such_visit(visit_id)
        try:
            may_see(viewer, site)
        except NotFound:
            raise _no_such_visit(visit_id) from None
        return visit, site

    async def skip(self, visit_id: UUID, *, reason: str = "", by: Viewer, source: str = "web") -> Visit:
        """Nobody comes for this one. ``Conflict`` when it is not to come, or for a household after the cut-off."""
        visit, site = await self.get(visit_id, viewer=by)
        household, now = as_household(by, site), self._clock.now()
        if visit.state is VisitState.SKIPPED and visit.choice is Choice.SKIP:
            return visit
        if visit.state not in TO_COME:
            raise Conflict(Text("it is not to come any more: {state}", state=sentence(STATE_WORDS[visit.state])))
        self._in_time(visit, household=household, now=now)
        why = VisitReason.SKIPPED_BY_HOUSEHOLD if household else VisitReason.SKIPPED_BY_OPERATOR
        after = replace(visit, state=VisitState.SKIPPED, reason=why, choice=Choice.SKIP, note=checked_reason(reason))
        return await self._write(visit, after, "visit.skip", by, source, reason=after.note)

    async def unskip(self, visit_id: UUID, *, by: Viewer, source: str = "web") -> Visit:
        """Let a skipped one take place, in spite of a pause, too. ``Conflict`` where its time is not allowed, has
        passed, or for a household after the cut-off."""
        visit, site = await self.get(visit_id, viewer=by)
        household, now = as_household(by, site), self._clock.now()
        if visit.state is not VisitState.SKIPPED:
            raise Conflict(N_("it is not skipped"))
        self._in_time(visit, household=household, now=now)
        if household and visit.reason not in RESTORED_BY_HOUSEHOLD:
            raise Conflict(N_("it was not skipped by you: ask your operator"))
        if visit.extra:
            return await self._unskip_extra(visit, site, by, source)
        async with self._database.session() as session:
            lot = await self._lot(session, site, visit)
        wanted = next((one for one in wanted_visits(lot, visit.due_on, visit.due_on, self._rules)), None)
        if wanted is None:
            raise Conflict(N_("the service plan does not ask for it any more"))
        state, reason = wanted.state(keep=True)
        if state is VisitState.SKIPPED:
            words = N_("nobody is to come on that day") if wanted.off else N_("no hour of that day is allowed")
            raise Conflict(words)
        span = visit.span if wanted.allows(visit.span) or visit.pinned else wanted.span
        if visit.moved_from is not None:
            state, reason = VisitState.MOVED, VisitReason.MOVED_BY_OPERATOR
        after = replace(
            visit, state=state, reason=reason, choice=Choice.KEEP, note="", begins_at=span.begins, ends_at=span.ends
        )
        return await self._write(visit, after, "visit.unskip", by, source)

    async def _unskip_extra(self, visit: Visit, site: VisitSite, by: Viewer, source: str) -> Visit:
        """One beside the plan: no plan asks for it, what stands against its time does."""
        against = [one.words for one in await self._clashes(visit, site, visit.span)]
        if against:
            raise Conflict(Text("it cannot be there: {reason}", reason=sentence(against[0])), reasons=against)
        after = replace(visit, state=VisitState.PLANNED, reason=VisitReason.MOWN_AGAIN, choice=Choice.KEEP, note="")
        return await self._write(visit, after, "visit.unskip", by, source)

    async def clashes(
        self, visit_id: UUID, *, begins_at: datetime, minutes: int | None = None, viewer: Viewer
    ) -> Sequence[Clash]:
        """Why it may not be moved there; nothing is changed."""
        visit, site = await self.get(visit_id, viewer=viewer)
        may_plan(viewer, site)
        return await self._clashes(visit, site, _span(visit, begins_at, minutes))

    async def move_visit(
        self, visit_id: UUID, *, begins_at: datetime, minutes: int | None = None, expected_version: int | None = None,
        by: Viewer, source: str = "web",
    ) -> Visit:  # fmt: skip
        """Let it take place at another time, or take another time; from then on it is pinned. ``Conflict`` lists every
        reason against it."""
        visit, site = await self.get(visit_id, viewer=by)
        may_plan(by, site)
        if visit.state not in TO_COME:
            raise Conflict(Text("it is not to come any more: {state}", state=sentence(STATE_WORDS[visit.state])))
        if expected_version is not None and visit.version != expected_version:
            raise _changed_in_between()
        span = _span(visit, begins_at, minutes)
        against = await self._clashes(visit, site, span)
        if against:
            words = [one.words for one in against]
            raise Conflict(Text("it cannot be there: {reason}", reason=sentence(words[0])), reasons=words)
        after = replace(
            visit, state=VisitState.MOVED, reason=VisitReason.MOVED_BY_OPERATOR, begins_at=span.begins,
            ends_at=span.ends, pinned=True, moved_from=visit.moved_from or visit.begins_at,
        )  # fmt: skip
        return await self._write(visit, after, "visit.move", by, source)

    async def pin(self, visit_id: UUID, *, pinned: bool, by: Viewer, source: str = "web") -> Visit:
        """Hold it at its time whatever the planner finds better, or let it go again."""
        visit, site = await self.get(visit_id, viewer=by)
        may_plan(by, site)
        if visit.state not in TO_COME:
            raise Conflict(Text("it is not to come any more: {state}", state=sentence(STATE_WORDS[visit.state])))
        if visit.pinned is pinned:
            return visit
        return await self._write(
            visit, replace(visit, pinned=pinned), "visit.pin" if pinned else "visit.unpin", by, source
        )

    def _in_time(self, visit: Visit, *, household: bool, now: datetime) -> None:
        if visit.begins_at <= now:
            raise Conflict(N_("that time has passed already"))
        if household and not visit.open_to_household(now, self._rules):
            raise Conflict(too_late(self._rules))

    async def _clashes(self, visit: Visit, site: VisitSite, span: Span) -> Sequence[Clash]:
        shared = await self._sites(await self._neighbours([visit.lot_id]))
        same = {
            one.lot_id: one for one in shared.values() if one.mower_id == site.mower_id and one.mower_id is not None
        }
        async with self._database.session() as session:
            lot = await self._lot(session, site, visit)
            others = await visits_between(session, list(same), span.begins, span.ends)
        return clashes_of(
            lot, visit, span, [OtherVisit(one, same[one.lot_id].address) for one in others], self._clock.now()
        )

    async def _lot(self, session: AsyncSession, site: VisitSite, visit: Visit) -> Lot:
        (lot,) = await read_lots(session, {site.lot_id: site}, visit.due_on - LOOKS_BACK)
        return lot

    async def _write(
        self, before: Visit, after: Visit, action: str, by: Viewer, source: str, reason: str = ""
    ) -> Visit:
        async with self._database.session() as session:
            if not await write_visit(session, before, after, self._clock.now(), by.email):
                raise _changed_in_between()
            await self._audit.record(
                actor=by.email, person_id=by.person_id, action=action, object_type="visit", object_id=str(before.id),
                before=told(before), after=told(after), reason=reason, source=source, session=session,
            )  # fmt: skip
            written = await read_visit(session, before.id)
        assert written is not None
        self._plans.changed.emit(frozenset({before.lot_id}))
        return written


def checked_reason(text: str) -> str:
    """A reason as it is kept; ``Invalid`` for one that is too long."""
    words = text.strip()
    if len(words) > REASON_LENGTH:
        raise Invalid(Text("reason: expected at most {most} characters", most=REASON_LENGTH))
    return words


def told(visit: Visit) -> dict[str, str | bool]:
    """A visit in the words of the audit."""
    return {
        "state": visit.state.value, "reason": visit.reason.value, "begins": visit.begins_at.isoformat(),
        "ends": visit.ends_at.isoformat(), "pinned": visit.pinned, "due": visit.due_on.isoformat(),
    }  # fmt: skip


def _span(visit: Visit, begins_at: datetime, minutes: int | None) -> Span:
    lasts = visit.minutes if minutes is None else minutes
    if not 5 <= lasts <= LONGEST_MINUTES:
        raise Invalid(Text("minutes: {n} (expected 5 to 600)", n=lasts))
    try:
        begins = require_aware(begins_at)
        if not 2000 <= begins.year <= 2200:
            raise ValueError
        return Span(begins, begins + timedelta(minutes=lasts))
    except (ValueError, OverflowError) as error:
        raise Invalid(N_("begins_at: expected a time with its time zone, between the years 2000 and 2200")) from error


def _no_such_visit(visit_id: UUID) -> NotFound:
    return NotFound(Text("no visit {id}", id=visit_id))


def _changed_in_between() -> Conflict:
    return Conflict(N_("the visit was changed in between: look at it again"))
