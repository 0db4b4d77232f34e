"""Every period's report is sent once: a row a period is stored first, and what is due is claimed, made, sent, noted.

1. Plan: periods that fell due get their rows. Of two processes one does (`planned_until` moves with them in one
   transaction, from where it stood), and the unique pair of report and period holds whoever tries.
2. Claim: an attempt counts itself and puts the next look behind a lease, in one conditional update.
3. Make: the file of the period, for its reader as they are now. Who may not have it gets nothing.
4. Send and note. A process killed between the two sends again when the lease ends, under the same Message-ID, by which
   mail servers and programs know it for the same mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import update
from sqlmodel import col, select

from core.clock import Clock
from core.db import Database
from core.errors import Invalid, MowthosError, NotAllowed, NotFound
from core.notices import Reader, Readers, RetryRules, Sender, Unreachable, wait_after
from core.reports.model import Cadence, DueReport, ReportLetters, ReportWanted, RunState
from core.reports.periods import due_between
from core.reports.tables import ReportRun, ReportSubscription
from core.texts import N_, kept

log = structlog.get_logger(__name__)

AT_ONCE = 20
REPORT_RETRIES = RetryRules(first=timedelta(minutes=1), lease=timedelta(minutes=10))
"""A large file takes its time to be made and sent."""


@dataclass(frozen=True, slots=True)
class _Claimed:
    run: ReportRun
    report: ReportSubscription


class ReportOutbox:
    """The timetable's job. Without a ``sender`` no mail is set up, and nothing is planned."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        readers: Readers,
        letters: ReportLetters,
        sender: Sender | None,
        rules: RetryRules = REPORT_RETRIES,
    ) -> None:
        self._database, self._clock, self._readers = database, clock, readers
        self._letters, self._sender, self._rules = letters, sender, rules

    async def run(self) -> int:
        """Plan, then send what is due; how many were sent. One that breaks holds no other back; it is raised in the
        end."""
        if self._sender is None:
            return 0
        await self.plan()
        sent, broken = 0, []
        for row in await self._due():
            if await self._claim(row.run):
                try:
                    sent += await self._deliver(row, self._sender)
                except Exception as error:  # a fault of ours with one report
                    await self._failed(row.run, f"{type(error).__name__}: {error}")
                    broken.append(error)
        if broken:
            raise broken[0]
        return sent

    async def plan(self) -> int:
        """Store a row for every period that fell due; how many."""
        active = select(ReportSubscription).where(col(ReportSubscription.ended_at).is_(None))
        async with self._database.session() as session:
            reports = (await session.exec(active)).all()
        if not reports:
            return 0
        readers = await self._readers({report.person_id for report in reports})
        return sum([await self._plan(one, readers[one.person_id]) for one in reports if one.person_id in readers])

    async def _plan(self, report: ReportSubscription, reader: Reader) -> int:
        now = self._clock.now()
        cadence = Cadence(report.cadence)
        periods = due_between(cadence, report.hour, reader.zone, after=report.planned_until, now=now)
        if not periods:
            return 0
        here = (col(ReportSubscription.id) == report.id, col(ReportSubscription.ended_at).is_(None))
        unmoved = col(ReportSubscription.planned_until) == report.planned_until
        moved = update(ReportSubscription).where(*here, unmoved).values(planned_until=periods[-1].due)
        known = select(col(ReportRun.first_day)).where(ReportRun.subscription_id == report.id)
        known = known.where(col(ReportRun.first_day).in_([period.first for period in periods]))
        async with self._database.session() as session:
            if not (await session.exec(moved)).rowcount:
                return 0  # another process has planned them, or it was ended
            there = set((await session.exec(known)).all())  # their reader has moved to another zone
            fresh = [period for period in periods if period.first not in there]
            for period in fresh:
                session.add(
                    ReportRun(
                        subscription_id=report.id, person_id=report.person_id, first_day=period.first,
                        end_day=period.end,
                        zone=reader.zone.key, since=period.since, until=period.until, due_at=period.due, created_at=now,
                    )
                )  # fmt: skip
        return len(fresh)

    async def _due(self) -> Sequence[_Claimed]:
        query = (
            select(ReportRun, ReportSubscription)
            .join(ReportSubscription, col(ReportSubscription.id) == col(ReportRun.subscription_id))
            .where(ReportRun.state == RunState.WAITING, ReportRun.due_at <= self._clock.now())
            .order_by(col(ReportRun.due_at), col(ReportRun.id))
            .limit(AT_ONCE)
        )
        async with self._database.session() as session:
            return [_Claimed(run, report) for run, report in (await session.exec(query)).all()]

    async def _claim(self, run: ReportRun) -> bool:
        mine = (col(ReportRun.id) == run.id, col(ReportRun.attempts) == run.attempts)
        claim = update(ReportRun).where(*mine, col(ReportRun.state) == RunState.WAITING)
        later = self._clock.now() + self._rules.lease
        async with self._database.session() as session:
            done = await session.exec(claim.values(attempts=run.attempts + 1, due_at=later))
        return int(done.rowcount) == 1

    async def _deliver(self, row: _Claimed, sender: Sender) -> bool:
        reader = (await self._readers([row.run.person_id])).get(row.run.person_id)
        if reader is None or not reader.active:
            await self._drop(row.run, N_("this person may not sign in any more"))
            return False
        try:
            packed = await self._letters.letter(_due(row, reader))
        except (NotAllowed, NotFound) as refusal:
            await self._drop(row.run, refusal.message)
            return False
        except MowthosError as error:
            await self._failed(row.run, error.message, hopeless=isinstance(error, Invalid))
            return False
        try:
            reference = await sender.send(packed.letter)
        except MowthosError as error:
            await self._failed(row.run, error.message, hopeless=isinstance(error, Unreachable | Invalid))
            return False
        await self._note(
            row.run, state=RunState.SENT, sent_at=self._clock.now(), reference=reference[:120], last_error="",
            linked=packed.linked,
        )  # fmt: skip
        log.info("reports.sent", report=str(row.report.id), run=str(row.run.id), export=row.report.export)
        return True

    async def _drop(self, run: ReportRun, why: str) -> None:
        log.warning("reports.dropped", run=str(run.id), reason=why)
        await self._note(run, state=RunState.DROPPED, last_error=kept(why, most=300))

    async def _failed(self, run: ReportRun, error: str, *, hopeless: bool = False) -> None:
        """Try later; or give up, at once where the address is the reason, else after the last attempt."""
        attempts = run.attempts + 1
        wait = None if hopeless else wait_after(attempts, self._rules)
        log.warning("reports.not_sent", run=str(run.id), attempts=attempts, error=error, dead=wait is None)
        values: dict[str, object] = {"last_error": kept(error, most=300)}
        values |= {"state": RunState.DEAD} if wait is None else {"due_at": self._clock.now() + wait}
        await self._note(run, **values)

    async def _note(self, run: ReportRun, **values: object) -> None:
        """Of this attempt alone: one that its reader ended meanwhile stays ended."""
        mine = (col(ReportRun.id) == run.id, col(ReportRun.state) == RunState.WAITING)
        async with self._database.session() as session:
            await session.exec(update(ReportRun).where(*mine).values(**values))


def _due(row: _Claimed, reader: Reader) -> DueReport:
    report, run = row.report, row.run
    return DueReport(
        id=run.id,
        report_id=report.id,
        reader=reader,
        wanted=ReportWanted(
            export=report.export, form=report.form, cadence=Cadence(report.cadence), hour=report.hour,
            mower=report.mower,
        ),
        first=run.first_day,
        last=run.end_day - timedelta(days=1),
        since=run.since,
        until=run.until,
    )  # fmt: skip
