"""Runs visits that are due, from the timetable: each turn looks at every one, decides purely and writes down.

1. Take up: a visit whose time is now becomes due, and its run begins.
2. `running.next_step` says what is to be done with each; here it is done, and asked again until nothing is.
3. `ProblemBoard.look` tells what a dispatcher has to see.

Never twice: a start is written down with its number before it is asked for, and its command is named by visit and
number (`command_name`), so a process that died in between asks for the same command again, and `core.fleet.Commands`
takes the same name once. Every write names the version that it read: of two processes one goes on. Nothing is kept in
memory but answers of the weather gate, which are asked again after a restart.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import Clock
from core.db import Database
from core.errors import MowthosError
from core.events import Event
from core.fleet import CommandRefused
from core.fleet.model import CommandKind
from core.notices import VisitTold
from core.scheduling.board import ProblemBoard
from core.scheduling.model import REASON_WORDS, Visit, VisitReason, VisitSite, VisitState
from core.scheduling.ports import SiteReader
from core.scheduling.run_facts import FactReader
from core.scheduling.run_model import UNDER_THE_MOWER, Phase, RunRules, VisitRun, command_name
from core.scheduling.run_ports import Gate, SessionsOf, SightOf, Starts, Teller, WetAt, ZonesOf
from core.scheduling.run_steps import AskGate, Began, End, Facts, Follow, Hold, RunStep, SendHome, Start, Wait
from core.scheduling.run_store import due_visits, read_run, running_visits, write_run
from core.scheduling.running import mowed_seconds, next_step
from core.scheduling.store import read_visit, write_visit

log = structlog.get_logger(__name__)

BY_JOB = "visits.run"
SOURCE = "job"
MOST_STEPS = 6


class Execution:
    """One for the process that owns the links to the mowers."""

    def __init__(
        self, *, database: Database, clock: Clock, sites: SiteReader, starts: Starts, zones: ZonesOf,
        sessions: SessionsOf, sight: SightOf, wet: WetAt, gate: Gate | None, tell: Teller,
        changed: Event[frozenset[UUID]], rules: RunRules | None = None,
    ) -> None:  # fmt: skip
        self.rules = rules or RunRules()
        self._database, self._clock, self._sites, self._starts = database, clock, sites, starts
        self._tell, self._changed = tell, changed
        self._facts = FactReader(
            database=database, clock=clock, starts=starts, zones=zones, sessions=sessions, sight=sight, wet=wet,
            gate=gate, rules=self.rules,
        )  # fmt: skip
        self._turning = asyncio.Lock()
        self.board = ProblemBoard(database=database, clock=clock, sight=sight, rules=self.rules)

    async def turn(self) -> int:
        """The job: how many steps were taken. What fails for one visit is told in the log and tried again."""
        async with self._turning:
            steps = await self._take_up()
            async with self._database.session() as session:
                running = await running_visits(session)
            sites = await self._sites([visit.lot_id for visit, _run in running])
            self._facts.keep_only({visit.id for visit, _run in running})
            taken = {run.device_name: visit.id for visit, run in running if run.phase in UNDER_THE_MOWER}
            for visit, run in running:
                waits = run.not_before is not None and self._clock.now() < run.not_before
                if visit.lot_id in sites and not (waits and run.phase is Phase.WAITING):
                    steps += await self._tried(visit, run, sites[visit.lot_id], taken)
            return steps + await self.board.look()

    async def run(self, visit_id: UUID) -> None:
        """Look at one visit at once, as a person asked for it; the next turn does the rest."""
        async with self._turning:
            async with self._database.session() as session:
                running = await running_visits(session)
            taken = {run.device_name: visit.id for visit, run in running if run.phase in UNDER_THE_MOWER}
            for visit, run in running:
                if visit.id == visit_id:
                    site = (await self._sites([visit.lot_id])).get(visit.lot_id)
                    if site is not None:
                        self._facts.forget(visit_id)
                        await self._tried(visit, run, site, taken)
            await self.board.look()

    async def _take_up(self) -> int:
        now, taken = self._clock.now(), []
        async with self._database.session() as session:
            due = await due_visits(session, now)
        sites = await self._sites([visit.lot_id for visit in due])
        for visit in due:
            if visit.lot_id not in sites:
                continue
            async with self._database.session() as session:
                run = await read_run(session, visit.id)
                fresh = replace(
                    run, device_name=sites[visit.lot_id].device_name, phase=Phase.WAITING, tries=0, not_before=None,
                    waiting=VisitReason.NONE,
                )  # fmt: skip
                after = replace(visit, state=VisitState.DUE)
                if await write_visit(session, visit, after, now, BY_JOB) and await write_run(session, run, fresh):
                    taken.append(visit.lot_id)
                else:
                    await session.rollback()
        if taken:
            self._changed.emit(frozenset(taken))
        return len(taken)

    async def _tried(self, visit: Visit, run: VisitRun, site: VisitSite, taken: dict[str, UUID]) -> int:
        try:
            return await self._steps(visit, run, site, taken)
        except (MowthosError, DBAPIError) as error:
            log.warning("visits.step_failed", visit=str(visit.id), error=str(error))
            return 0

    async def _steps(self, visit: Visit, run: VisitRun, site: VisitSite, taken: dict[str, UUID]) -> int:
        for number in range(MOST_STEPS):
            facts = await self._facts.of(visit, run, site, taken)
            step = next_step(visit, run, facts, self.rules)
            if isinstance(step, AskGate):
                await self._facts.ask_gate(visit, run, site, facts)
                continue
            after = await self._do(step, visit, run, site, facts)
            if after is None:
                return number
            visit, run = after
            if run.phase in UNDER_THE_MOWER:
                taken[run.device_name] = visit.id
            elif taken.get(run.device_name) == visit.id:
                del taken[run.device_name]
        return MOST_STEPS

    async def _do(
        self, step: RunStep, visit: Visit, run: VisitRun, site: VisitSite, facts: Facts
    ) -> tuple[Visit, VisitRun] | None:
        """Carry a step out; the visit and its run afterwards, ``None`` when nothing more is to be done now."""
        after, run_after = visit, run
        match step:
            case Start(again):
                return await self._start(visit, run, site, facts, again=again)
            case Follow() | AskGate():
                pass
            case Wait(until, reason):
                tries = 0 if run.phase is Phase.HELD else run.tries
                run_after = replace(run, phase=Phase.WAITING, not_before=until, waiting=reason, tries=tries)
            case Began():
                after = replace(visit, state=VisitState.STARTED, started_at=visit.started_at or facts.now)
                run_after = replace(run, phase=Phase.WORKING)
            case Hold(until, send):
                command_id = await self._home(visit, run) if send else run.command_id
                run_after = replace(
                    run, phase=Phase.HELD, not_before=until, waiting=VisitReason.RAIN, command_id=command_id
                )
            case SendHome(reason):
                command_id = await self._home(visit, run)
                run_after = replace(run, phase=Phase.HOME, waiting=reason, command_id=command_id)
            case End(state, reason):
                minutes = round(mowed_seconds(run, facts) / 60)
                after = replace(visit, state=state, reason=reason, ended_at=facts.now, mowed_minutes=minutes)
                run_after = replace(run, phase=Phase.OVER)
        if (after, run_after) == (visit, run):
            return None
        written = await self._write(visit, after, run, run_after, site, facts)
        return None if isinstance(step, Wait | End) else written

    async def _start(
        self, visit: Visit, run: VisitRun, site: VisitSite, facts: Facts, *, again: bool
    ) -> tuple[Visit, VisitRun] | None:
        after: tuple[Visit, VisitRun] | None = (visit, run)
        if not again:
            attempt, now = run.attempt + 1, facts.now
            asked = replace(
                run, phase=Phase.ASKED, attempt=attempt, tries=run.tries + 1, asked_at=now, not_before=None,
                command_id=command_name(visit.id, "start", attempt), first_asked_at=run.first_asked_at or now,
                waiting=VisitReason.NONE,
            )  # fmt: skip
            after = await self._write(visit, visit, run, asked, site, facts)
        if after is None:
            return None
        with suppress(CommandRefused):  # kept with its reasons: the next look reads them
            await self._starts.request(
                device_name=after[1].device_name, kind=CommandKind.START, parameters={"areas": list(facts.zones)},
                asked_by=BY_JOB, source=SOURCE, command_id=after[1].command_id,
            )  # fmt: skip
        return after

    async def _home(self, visit: Visit, run: VisitRun) -> UUID:
        """Send the mower to its dock; one that is on its way already refuses, and is right. Named by the version of
        the run: a process that died before it wrote the step down asks for the same command again."""
        command_id = command_name(visit.id, "home", run.version)
        with suppress(CommandRefused):
            await self._starts.request(
                device_name=run.device_name, kind=CommandKind.RETURN, asked_by=BY_JOB, source=SOURCE,
                command_id=command_id,
            )  # fmt: skip
        return command_id

    async def _write(
        self, visit: Visit, visit_after: Visit, run: VisitRun, run_after: VisitRun, site: VisitSite, facts: Facts
    ) -> tuple[Visit, VisitRun] | None:
        """Both in one transaction with what the household is told; ``None`` where somebody else was first."""
        now = self._clock.now()
        async with self._database.session() as session:
            written = visit == visit_after or await write_visit(session, visit, visit_after, now, BY_JOB)
            if not (written and await write_run(session, run, run_after)):
                await session.rollback()
                return None
            if visit.state is not visit_after.state:
                await self._told(session, visit_after, site, facts)
            stored, stored_run = await read_visit(session, visit.id), await read_run(session, visit.id)
        assert stored is not None
        if visit != visit_after:
            self._changed.emit(frozenset({visit.lot_id}))
        return stored, stored_run

    async def _told(self, session: AsyncSession, visit: Visit, site: VisitSite, facts: Facts) -> None:
        if visit.state is VisitState.STARTED:
            await self._tell(session, VisitTold.STARTED, visit, site, minutes=visit.minutes)
        elif visit.state is VisitState.DONE:
            percent = next((one.progress_end for one in facts.sessions if one.progress_end is not None), 100)
            await self._tell(session, VisitTold.DONE, visit, site, minutes=visit.mowed_minutes, percent=percent)
        elif visit.state is VisitState.SKIPPED:
            words = REASON_WORDS[visit.reason]
            await self._tell(session, VisitTold.SKIPPED, visit, site, begins=visit.begins_at, reason=words)
