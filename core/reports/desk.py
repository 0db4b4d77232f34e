"""What people do with reports by mail: ask for one, end it, look at what was sent. Each act is audited."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, Viewer
from core.clock import Clock
from core.db import Database
from core.db.pages import Page, paged
from core.errors import Conflict, Invalid, NotFound
from core.notices import Readers
from core.reports.model import Cadence, ReportView, ReportWanted, RunState, SentView
from core.reports.periods import next_due
from core.reports.tables import ReportRun, ReportSubscription
from core.texts import N_, Text, recalled

MOST_REPORTS = 20
"""Of one person."""
SHOWN = 50
KEEP = timedelta(days=365)

type CheckWanted = Callable[[Viewer, ReportWanted], None]
"""``NotFound`` for an export or form there is none of, ``NotAllowed`` for one that is not theirs."""


class ReportDesk:
    """Everybody has their own reports alone. ``checked`` knows the exports."""

    def __init__(
        self, *, database: Database, clock: Clock, audit: Audit, readers: Readers, checked: CheckWanted
    ) -> None:
        self._database, self._clock, self._audit = database, clock, audit
        self._readers, self._checked = readers, checked

    async def subscribe(self, wanted: ReportWanted, *, by: Viewer, source: str = "web") -> ReportView:
        """The first comes when the next period is over. ``Conflict`` for the same one twice, or too many."""
        if not 0 <= wanted.hour <= 23:
            raise Invalid(N_("hour: expected a full hour of the day, 0 to 23"))
        self._checked(by, wanted)
        now = self._clock.now()
        mine = (ReportSubscription.person_id == by.person_id, col(ReportSubscription.ended_at).is_(None))
        async with self._database.session() as session:
            there = (await session.exec(select(ReportSubscription).where(*mine))).all()
            if len(there) >= MOST_REPORTS:
                raise Conflict(Text("you get {n} reports already: end one first", n=MOST_REPORTS))
            if any(_wanted(row) == wanted for row in there):
                raise Conflict(N_("you get this report already"))
            row = ReportSubscription(
                person_id=by.person_id, export=wanted.export, form=wanted.form, mower=wanted.mower,
                cadence=wanted.cadence, hour=wanted.hour, planned_until=now, created_at=now,
            )  # fmt: skip
            session.add(row)
            await self._record(session, "report.subscribe", row, by.email, by.person_id, source)
        (view,) = await self._views(by.person_id, [row])
        return view

    async def reports(self, person_id: UUID) -> Sequence[ReportView]:
        """Those they get, oldest first."""
        query = (
            select(ReportSubscription)
            .where(ReportSubscription.person_id == person_id, col(ReportSubscription.ended_at).is_(None))
            .order_by(col(ReportSubscription.created_at), col(ReportSubscription.id))
        )
        async with self._database.session() as session:
            rows = (await session.exec(query)).all()
        return await self._views(person_id, rows)

    async def sent(self, person_id: UUID, *, limit: int = SHOWN, page: Page | None = None) -> Sequence[SentView]:
        """What was made for them, newest first, also of reports that are ended; with ``page`` those of it and one
        more."""
        query = (
            select(ReportRun, ReportSubscription)
            .join(ReportSubscription, col(ReportSubscription.id) == col(ReportRun.subscription_id))
            .where(ReportRun.person_id == person_id)
            .order_by(col(ReportRun.created_at).desc(), col(ReportRun.id).desc())
            .limit(limit)
        )
        if page is not None:
            query = paged(query, (col(ReportRun.created_at), col(ReportRun.id)), page)
        async with self._database.session() as session:
            return [_sent(run, row) for run, row in (await session.exec(query)).all()]

    async def end(self, report_id: UUID, *, by: Viewer, source: str = "web") -> None:
        """Nothing more of it is sent, not even what waits. ``NotFound`` also for somebody else's."""
        async with self._database.session() as session:
            row = await session.get(ReportSubscription, report_id)
            if row is None or row.person_id != by.person_id or row.ended_at is not None:
                raise NotFound(N_("there is no such report, or it is not yours"))
            await self._end(session, row)
            await self._record(session, "report.end", row, by.email, by.person_id, source)

    async def by_link(self, report_id: UUID) -> ReportWanted:
        """What a link in a mail is about."""
        async with self._database.session() as session:
            return _wanted(await _known(session, report_id))

    async def switch(self, report_id: UUID, *, on: bool) -> ReportWanted:
        """End it by its link, or take that back; twice does no harm. What fell due in between is not made."""
        async with self._database.session() as session:
            person_id = (await _known(session, report_id)).person_id
        reader = (await self._readers([person_id]))[person_id]
        async with self._database.session() as session:
            row = await _known(session, report_id)
            if on == (row.ended_at is None):
                return _wanted(row)
            if on:
                row.ended_at, row.planned_until = None, self._clock.now()
                session.add(row)
            else:
                await self._end(session, row)
            action = "report.subscribe" if on else "report.end"
            await self._record(session, action, row, reader.email, person_id, "link")
            return _wanted(row)

    async def forget(self) -> int:
        """Delete what was sent more than a year ago, and ended reports of which nothing is left; how many."""
        before = self._clock.now() - KEEP
        runs = delete(ReportRun).where(col(ReportRun.created_at) < before)
        left = select(ReportRun.subscription_id)
        ended = delete(ReportSubscription).where(
            col(ReportSubscription.ended_at) < before, col(ReportSubscription.id).not_in(left)
        )
        async with self._database.session() as session:
            return int((await session.exec(runs)).rowcount) + int((await session.exec(ended)).rowcount)

    async def _end(self, session: AsyncSession, row: ReportSubscription) -> None:
        row.ended_at = self._clock.now()
        session.add(row)
        waits = (col(ReportRun.subscription_id) == row.id, col(ReportRun.state) == RunState.WAITING)
        ended = update(ReportRun).where(*waits)
        await session.exec(ended.values(state=RunState.DROPPED, last_error=N_("ended by its reader")))

    async def _record(
        self, session: AsyncSession, action: str, row: ReportSubscription, actor: str, person_id: UUID, source: str
    ) -> None:
        after: dict[str, Any] = {
            "export": row.export, "form": row.form, "mower": row.mower, "cadence": row.cadence, "hour": row.hour,
        }  # fmt: skip
        await self._audit.record(
            actor=actor, person_id=person_id, action=action, object_type="report", object_id=str(row.id), after=after,
            source=source, session=session,
        )  # fmt: skip

    async def _views(self, person_id: UUID, rows: Sequence[ReportSubscription]) -> list[ReportView]:
        reader = (await self._readers([person_id])).get(person_id)
        if reader is None:
            return []
        now = self._clock.now()
        return [
            ReportView(
                id=row.id,
                wanted=_wanted(row),
                created_at=row.created_at,
                next_at=next_due(Cadence(row.cadence), row.hour, reader.zone, after=now),
                zone=reader.zone.key,
            )
            for row in rows
        ]


async def _known(session: AsyncSession, report_id: UUID) -> ReportSubscription:
    row = await session.get(ReportSubscription, report_id)
    if row is None:
        raise NotFound(N_("this report is gone"))
    return row


def _wanted(row: ReportSubscription) -> ReportWanted:
    return ReportWanted(
        export=row.export, form=row.form, cadence=Cadence(row.cadence), hour=row.hour, mower=row.mower
    )  # fmt: skip


def _sent(run: ReportRun, row: ReportSubscription) -> SentView:
    return SentView(
        id=run.id,
        report_id=row.id,
        wanted=_wanted(row),
        first=run.first_day,
        last=run.end_day - timedelta(days=1),
        zone=run.zone,
        state=RunState(run.state),
        created_at=run.created_at,
        due_at=run.due_at,
        attempts=run.attempts,
        sent_at=run.sent_at,
        linked=run.linked,
        error=recalled(run.last_error),
    )
