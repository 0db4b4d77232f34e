"""Days without visits: a range, a vacation, a season. A household until the cut-off, a dispatcher after it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from core.scheduling.access import as_household, may_see
from core.scheduling.desk import checked_reason
from core.scheduling.model import TO_COME, Choice, Pause, PauseKind, SchedulingRules, Visit, VisitSite, VisitState
from core.scheduling.plan_desk import PlanDesk
from core.scheduling.store import pause_of, read_lots, write_visit
from core.scheduling.tables import ServicePause
from core.texts import N_, Text

LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Paused:
    """A pause as it was made, and the visits within it that take place all the same: their cut-off had passed."""

    pause: Pause
    too_late: tuple[Visit, ...]


class PauseDesk:
    """``vacation`` is the verb for all three kinds."""

    def __init__(
        self, *, database: Database, clock: Clock, plans: PlanDesk, audit: Audit, rules: SchedulingRules
    ) -> None:
        self._database, self._clock, self._plans, self._audit, self._rules = database, clock, plans, audit, rules

    async def of(self, lot_id: UUID, *, viewer: Viewer) -> Sequence[Pause]:
        """Pauses that hold or are to come, by their first day."""
        site = await self._plans.site(lot_id)
        may_see(viewer, site)
        today = self._today(site)
        async with self._database.session() as session:
            query = select(ServicePause).where(
                ServicePause.lot_id == lot_id, col(ServicePause.ended_at).is_(None), ServicePause.restarts_on > today
            )
            return [pause_of(row) for row in (await session.exec(query.order_by(col(ServicePause.from_on)))).all()]

    async def vacation(
        self, *, lot_id: UUID, from_on: date, restarts_on: date, kind: PauseKind = PauseKind.VACATION, reason: str = "",
        by: Viewer, source: str = "web",
    ) -> Paused:  # fmt: skip
        """No visits from ``from_on`` up to, not including, ``restarts_on``. ``Conflict`` for the same one again."""
        site = await self._plans.site(lot_id)
        household, today = as_household(by, site), self._today(site)
        if not today <= from_on < restarts_on:
            raise Invalid(N_("dates: expected a first day from today on, and a restart after it"))
        if restarts_on - today > LONGEST:
            raise Invalid(Text("restarts_on: expected a day within {days} days", days=LONGEST.days))
        now = self._clock.now()
        row = ServicePause(
            id=new_id(), lot_id=lot_id, kind=kind.value, from_on=from_on, restarts_on=restarts_on,
            reason=checked_reason(reason), person_id=by.person_id, made_by=by.email, made_at=now,
        )  # fmt: skip
        async with self._database.session() as session:
            session.add(row)
            try:
                await session.flush()
            except IntegrityError as error:
                raise Conflict(N_("these days are paused already")) from error
            (lot,) = await read_lots(session, {lot_id: site}, from_on)
            inside = [visit for visit in lot.visits if visit.due_on < restarts_on and visit.begins_at > now]
            late = [visit for visit in inside if household and self._stays(visit, now)]
            for visit in inside:
                choice = Choice.KEEP if visit in late else Choice.NONE if visit.choice is Choice.KEEP else visit.choice
                if choice is not visit.choice:
                    await self._choose(session, visit, choice, by)
            await self._audit.record(
                actor=by.email, person_id=by.person_id, action=f"{kind.value}.make", object_type="lot",
                object_id=str(lot_id), reason=row.reason, source=source, session=session,
                after={"id": str(row.id), "from": from_on.isoformat(), "restarts": restarts_on.isoformat()},
            )  # fmt: skip
            made = pause_of(row)
        await self._plans.generate([lot_id], by=by.email)
        return Paused(made, tuple(late))

    async def end(self, pause_id: UUID, *, by: Viewer, source: str = "web") -> Pause:
        """Visits come again from today on: those of the pause that have not passed are restored. A household's only
        where their cut-off has not passed. ``Conflict`` for one that has ended."""
        now = self._clock.now()
        async with self._database.session() as session:
            row = await session.get(ServicePause, pause_id)
        if row is None:
            raise _no_such_pause(pause_id)
        site = await self._plans.site(row.lot_id)
        try:
            household = as_household(by, site)
        except NotFound:
            raise _no_such_pause(pause_id) from None
        async with self._database.session() as session:
            row = await session.get(ServicePause, pause_id, with_for_update=True)
            if row is None or row.ended_at is not None:
                raise Conflict(N_("it has ended already"))
            row.ended_at, row.ended_by = now, by.email
            (lot,) = await read_lots(session, {row.lot_id: site}, row.from_on)
            for visit in lot.visits:
                late = visit.due_on < row.restarts_on and not visit.open_to_household(now, self._rules)
                if household and late and visit.state is VisitState.SKIPPED and visit.begins_at > now:
                    await self._choose(session, visit, Choice.SKIP, by)
            await self._audit.record(
                actor=by.email, person_id=by.person_id, action=f"{row.kind}.end", object_type="lot",
                object_id=str(row.lot_id), source=source, session=session,
                before={"id": str(row.id), "from": row.from_on.isoformat(), "restarts": row.restarts_on.isoformat()},
            )  # fmt: skip
            ended = pause_of(row)
        await self._plans.generate([site.lot_id], by=by.email)
        return ended

    def _stays(self, visit: Visit, now: datetime) -> bool:
        """Whether it is too late for a household to skip it."""
        return visit.state in TO_COME and not visit.open_to_household(now, self._rules)

    async def _choose(self, session: AsyncSession, visit: Visit, choice: Choice, by: Viewer) -> None:
        if not await write_visit(session, visit, replace(visit, choice=choice), self._clock.now(), by.email):
            raise Conflict(N_("the visit was changed in between: look at it again"))

    def _today(self, site: VisitSite) -> date:
        return self._clock.now().astimezone(site.zone).date()


def _no_such_pause(pause_id: UUID) -> NotFound:
    return NotFound(Text("no pause {id}", id=pause_id))
