"""The exceptions board as a dispatcher uses it: what is open, and one verb that fixes a line."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from core.accounts import Audit, Right, Viewer
from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable
from core.events import Event
from core.fleet.model import CommandKind
from core.scheduling.access import may_plan
from core.scheduling.clashes import Clash, ClashKind, OtherVisit, clashes_of
from core.scheduling.desk import checked_reason, told
from core.scheduling.hours import DAYS_AHEAD, next_free
from core.scheduling.model import TO_COME, UNDER_WAY, Choice, Visit, VisitReason, VisitSite, VisitState
from core.scheduling.plan_desk import LOOKS_BACK
from core.scheduling.ports import MowerLots, SiteReader
from core.scheduling.run_model import UNDER_THE_MOWER, Fix, Phase, Problem, VisitRun
from core.scheduling.run_ports import Starts
from core.scheduling.run_store import close_problems, open_problems, read_problem, read_run, write_run
from core.scheduling.spans import Span
from core.scheduling.store import read_lots, read_visit, visits_between, write_visit
from core.texts import N_, Text, sentence

NOT_AT_ONCE = timedelta(minutes=5)


class Runner(Protocol):
    """`core.scheduling.execution.Execution` is one; without one the next turn of the job does it."""

    async def run(self, visit_id: UUID) -> None: ...


@dataclass(frozen=True, slots=True)
class BoardLine:
    """A line with what it is about."""

    problem: Problem
    visit: Visit
    site: VisitSite


class ProblemDesk:
    """Reads for those who see the schedule; fixes for those who plan visits, commands for those who give them."""

    def __init__(
        self, *, database: Database, clock: Clock, sites: SiteReader, neighbours: MowerLots, audit: Audit,
        changed: Event[frozenset[UUID]],
    ) -> None:  # fmt: skip
        self._database, self._clock, self._sites, self._neighbours = database, clock, sites, neighbours
        self._audit, self._changed = audit, changed
        self.starts: Starts | None = None
        """The fleet's commands; without them no mower is sent home from here."""
        self.runner: Runner | None = None

    async def lines(self, viewer: Viewer) -> Sequence[BoardLine]:
        """What is open, oldest first. ``NotAllowed`` for those who do not see the schedule."""
        if not viewer.may(Right.SEE_SCHEDULE):
            raise NotAllowed(N_("your role does not include the schedule"))
        async with self._database.session() as session:
            problems = await open_problems(session)
            visits = {one.visit_id: await read_visit(session, one.visit_id) for one in problems}
        sites = await self._sites([visit.lot_id for visit in visits.values() if visit is not None])
        lines = [(one, visits[one.visit_id]) for one in problems]
        return [
            BoardLine(one, visit, sites[visit.lot_id])
            for one, visit in lines
            if visit and visit.lot_id in sites and viewer.sight.lot(visit.lot_id)
        ]

    async def fix(
        self, problem_id: UUID, fix: Fix, *, reason: str = "", by: Viewer, source: str = "web"
    ) -> tuple[Problem, Visit]:
        """Do it and close the line. ``Conflict`` where it cannot be done, with every reason; the line stays then."""
        problem, visit, run, site = await self._found(problem_id, by)
        if fix not in problem.fixes:
            raise Invalid(Text("fix: expected one of {known}", known=", ".join(problem.fixes)))
        note = checked_reason(reason)
        match fix:
            case Fix.START_NOW:
                await self._start_now(visit, run, site, by, source)
            case Fix.NEXT_FREE:
                await self._next_free(visit, run, site, by, source)
            case Fix.SEND_HOME:
                await self._send_home(visit, run, by, source)
            case Fix.SKIP:
                await self._skip(visit, run, note, by, source)
            case Fix.CLEAR:
                pass
        await self._close(problem, fix, note, by, source)
        if fix is Fix.START_NOW and self.runner is not None:
            await self.runner.run(visit.id)
        async with self._database.session() as session:
            after, closed = await read_visit(session, visit.id), await read_problem(session, problem_id)
        assert after is not None and closed is not None
        return closed, after

    async def _found(self, problem_id: UUID, by: Viewer) -> tuple[Problem, Visit, VisitRun, VisitSite]:
        async with self._database.session() as session:
            problem = await read_problem(session, problem_id)
            visit = None if problem is None else await read_visit(session, problem.visit_id)
            if problem is None or visit is None:
                raise NotFound(Text("no exception {id}", id=problem_id))
            run = await read_run(session, visit.id)
        site = (await self._sites([visit.lot_id])).get(visit.lot_id)
        if site is None:
            raise NotFound(Text("no exception {id}", id=problem_id))
        may_plan(by, site)
        if problem.closed_at is not None:
            raise Conflict(Text("{who} dealt with it already", who=problem.closed_by))
        return problem, visit, run, site

    async def _start_now(self, visit: Visit, run: VisitRun, site: VisitSite, by: Viewer, source: str) -> None:
        _may_command(by)
        _not_mowing(run)
        now = self._clock.now()
        span = visit.span if visit.state in UNDER_WAY else Span(now, now + visit.span.lasts)
        against = [one.words for one in await self._against(visit, site, Span(now, now + visit.span.lasts))]
        if against:
            raise Conflict(Text("it cannot start now: {reason}", reason=sentence(against[0])), reasons=against)
        after = replace(
            visit, state=VisitState.DUE, reason=VisitReason.NONE, begins_at=span.begins, ends_at=span.ends,
            pinned=True, ended_at=None,
            moved_from=visit.moved_from if visit.state in UNDER_WAY else visit.moved_from or visit.begins_at,
        )  # fmt: skip
        fresh = replace(
            run, device_name=site.device_name, phase=Phase.WAITING, tries=0, not_before=None,
            waiting=VisitReason.NONE,
        )  # fmt: skip
        await self._write(visit, after, run, fresh, "visit.start", by, source)

    async def _next_free(self, visit: Visit, run: VisitRun, site: VisitSite, by: Viewer, source: str) -> None:
        _not_mowing(run)
        now = self._clock.now()
        span = await self._free(visit, site, now + NOT_AT_ONCE)
        if span is None:
            raise Conflict(Text("no allowed hour is free in the next {n} days", n=DAYS_AHEAD))
        after = replace(
            visit, state=VisitState.MOVED, reason=VisitReason.MOVED_BY_OPERATOR, begins_at=span.begins,
            ends_at=span.ends, pinned=True, ended_at=None, moved_from=visit.moved_from or visit.begins_at,
        )  # fmt: skip
        await self._write(visit, after, run, _over(run), "visit.move", by, source)

    async def _skip(self, visit: Visit, run: VisitRun, note: str, by: Viewer, source: str) -> None:
        _not_mowing(run)
        if not note:
            raise Invalid(N_("reason: say why, the household reads it"))
        after = replace(
            visit, state=VisitState.SKIPPED, reason=VisitReason.SKIPPED_BY_OPERATOR, choice=Choice.SKIP, note=note
        )
        await self._write(visit, after, run, _over(run), "visit.skip", by, source, reason=note)

    async def _send_home(self, visit: Visit, run: VisitRun, by: Viewer, source: str) -> None:
        _may_command(by)
        if run.phase not in {Phase.WORKING, Phase.HOME}:
            raise Conflict(N_("it does not mow any more"))
        if self.starts is None:
            raise Unavailable(N_("no mower can be commanded from here"))
        command = await self.starts.request(
            device_name=run.device_name, kind=CommandKind.RETURN, asked_by=by.email, person_id=by.person_id,
            source=source,
        )  # fmt: skip
        going = replace(run, phase=Phase.HOME, waiting=VisitReason.STOPPED, command_id=command.id)
        await self._write(visit, visit, run, going, "visit.send_home", by, source)

    async def _free(self, visit: Visit, site: VisitSite, after: datetime) -> Span | None:
        same = await self._same_mower(site)
        async with self._database.session() as session:
            (lot,) = await read_lots(session, {site.lot_id: site}, visit.due_on - LOOKS_BACK)
            others = await visits_between(session, list(same), after, after + timedelta(days=DAYS_AHEAD + 1))
        busy = [one.span for one in others if one.id != visit.id and one.state in TO_COME | UNDER_WAY]
        return next_free(lot, visit.span.lasts, after, busy)

    async def _against(self, visit: Visit, site: VisitSite, span: Span) -> Sequence[Clash]:
        same = await self._same_mower(site)
        async with self._database.session() as session:
            (lot,) = await read_lots(session, {site.lot_id: site}, visit.due_on - LOOKS_BACK)
            others = await visits_between(session, list(same), span.begins, span.ends)
        running = [OtherVisit(one, same[one.lot_id].address) for one in others if one.state in UNDER_WAY]
        found = clashes_of(lot, visit, span, running, span.begins - timedelta(seconds=1))
        return [one for one in found if one.kind is not ClashKind.PAST]

    async def _same_mower(self, site: VisitSite) -> dict[UUID, VisitSite]:
        shared = await self._sites(await self._neighbours([site.lot_id]))
        return {
            one.lot_id: one for one in shared.values() if one.mower_id is not None and one.mower_id == site.mower_id
        } | {site.lot_id: site}

    async def _write(
        self, visit: Visit, after: Visit, run: VisitRun, run_after: VisitRun, action: str, by: Viewer, source: str,
        reason: str = "",
    ) -> None:  # fmt: skip
        now = self._clock.now()
        async with self._database.session() as session:
            written = visit == after or await write_visit(session, visit, after, now, by.email)
            if not (written and await write_run(session, run, run_after)):
                raise Conflict(N_("the visit was changed in between: look at it again"))
            await self._audit.record(
                actor=by.email, person_id=by.person_id, action=action, object_type="visit", object_id=str(visit.id),
                before=told(visit), after=told(after), reason=reason, source=source, session=session,
            )  # fmt: skip
        self._changed.emit(frozenset({visit.lot_id}))

    async def _close(self, problem: Problem, fix: Fix, note: str, by: Viewer, source: str) -> None:
        async with self._database.session() as session:
            await close_problems(session, [problem.id], self._clock.now(), by=by.email, fix=fix.value)
            await self._audited(session, problem, fix, note, by, source)

    async def _audited(
        self, session: AsyncSession, problem: Problem, fix: Fix, note: str, by: Viewer, source: str
    ) -> None:
        await self._audit.record(
            actor=by.email, person_id=by.person_id, action="visit_problem.close", object_type="visit",
            object_id=str(problem.visit_id), after={"problem": problem.kind.value, "fix": fix.value}, reason=note,
            source=source, session=session,
        )  # fmt: skip


def _over(run: VisitRun) -> VisitRun:
    return replace(run, phase=Phase.OVER, waiting=VisitReason.NONE, not_before=None)


def _not_mowing(run: VisitRun) -> None:
    if run.phase in UNDER_THE_MOWER:
        raise Conflict(N_("the mower is at it: send it home first"))


def _may_command(by: Viewer) -> None:
    if not by.may(Right.COMMAND_MOWERS):
        raise NotAllowed(N_("your role does not include commanding mowers"))
