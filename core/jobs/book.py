"""Claims and runs in the database: the unique key of a claim decides who runs a job, also between processes."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from core.clock import Clock
from core.db import Database
from core.ids import new_id
from core.jobs.model import DEFAULT_RUN_LIMITS, Outcome, Run, RunLimits, folds_into
from core.jobs.tables import JobClaim, JobRun
from core.texts import kept, recalled


class JobBook:
    """Reads and writes `job_claim` and `job_run`."""

    def __init__(self, database: Database, clock: Clock, limits: RunLimits = DEFAULT_RUN_LIMITS) -> None:
        self._database, self._clock, self.limits = database, clock, limits

    async def claim(
        self, job: str, *, asked_by: str = "", apart: str = "", not_within_s: float | None = None
    ) -> Run | None:
        """Begin a run; ``None`` while somebody is at the job. A claim that ran out becomes a run that was lost.

        With ``apart`` (a process's name) others of the same job do not matter: each has its own. With
        ``not_within_s`` the claim is given back where the job began less than that ago: of several schedulers one
        runs it, whoever is first."""
        run = await self._claim(job, f"{job}@{apart}"[:80] if apart else job, asked_by)
        if run is None or not_within_s is None or await self._is_due(job, not_within_s):
            return run
        async with self._database.session() as session:
            await session.exec(_claim_of(run))
        return None

    async def _is_due(self, job: str, not_within_s: float) -> bool:
        last = next(iter(await self.recent(job, 1)), None)
        if last is None:
            return True
        began = last.started_at if last.ended_at is None else last.ended_at - timedelta(seconds=last.seconds)
        return (self._clock.now() - began).total_seconds() >= not_within_s

    async def _claim(self, job: str, name: str, asked_by: str) -> Run | None:
        now, run_id = self._clock.now(), new_id()
        fields: dict[str, Any] = {"run_id": run_id, "started_at": now, "until": self._until(now), "asked_by": asked_by}
        try:
            async with self._database.session() as session:
                held = await session.get(JobClaim, name)
                if held is None:
                    session.add(JobClaim(job=name, **fields))
                elif held.until > now:
                    return None
                else:
                    session.add(_row(_lost(held)))
                    same = (col(JobClaim.job) == name, col(JobClaim.run_id) == held.run_id)
                    taken = await session.exec(update(JobClaim).where(*same).values(**fields))
                    if taken.rowcount != 1:
                        await session.rollback()
                        return None
        except IntegrityError:  # another process was first by a moment
            return None
        return Run(
            id=run_id, job=job, started_at=now, ended_at=None, seconds=0.0, outcome=Outcome.RUNNING,
            asked_by=asked_by, claim=name if name != job else "",
        )  # fmt: skip

    async def renew(self, run: Run) -> bool:
        """Hold the claim longer; false when it is no longer ours."""
        mine = (col(JobClaim.job) == run.claimed_as, col(JobClaim.run_id) == run.id)
        async with self._database.session() as session:
            held = await session.exec(update(JobClaim).where(*mine).values(until=self._until(self._clock.now())))
            return bool(held.rowcount == 1)

    async def end(self, run: Run) -> None:
        """Give the claim back and keep the run; an uneventful one after another adds to its line."""
        async with self._database.session() as session:
            earlier = (await session.exec(_newest(run.job))).first()
            await session.exec(_claim_of(run))
            if earlier is not None and folds_into(_run(earlier), run):
                earlier.ended_at, earlier.times = run.ended_at, earlier.times + 1
                earlier.seconds = max(earlier.seconds, run.seconds)
                session.add(earlier)
            else:
                await session.merge(_row(run))  # it may stand there as lost, when its claim ran out

    async def running(self) -> dict[str, Run]:
        """What is being run now, by job."""
        now = self._clock.now()
        async with self._database.session() as session:
            claims = (await session.exec(select(JobClaim).where(col(JobClaim.until) > now))).all()
        return {
            claim.job.partition("@")[0]: Run(
                id=claim.run_id, job=claim.job.partition("@")[0], started_at=claim.started_at, ended_at=None,
                seconds=(now - claim.started_at).total_seconds(), outcome=Outcome.RUNNING, asked_by=claim.asked_by,
            )
            for claim in claims
        }  # fmt: skip

    async def recent(self, job: str, limit: int = 10) -> Sequence[Run]:
        """The newest runs of a job, newest first."""
        async with self._database.session() as session:
            return [_run(row) for row in (await session.exec(_newest(job, limit))).all()]

    async def thin(self) -> int:
        """Forget runs that are too old or too many, never a job's newest; returns how many lines went."""
        oldest = self._clock.now() - timedelta(days=self.limits.keep_days)
        gone = 0
        async with self._database.session() as session:
            jobs = (await session.exec(select(JobRun.job).distinct())).all()
            for job in jobs:
                newest = [row.id for row in (await session.exec(_newest(job, self.limits.keep_runs))).all()]
                query = delete(JobRun).where(col(JobRun.job) == job, col(JobRun.id).not_in(newest))
                gone += (await session.exec(query)).rowcount
                aged = delete(JobRun).where(
                    col(JobRun.job) == job, col(JobRun.started_at) < oldest, col(JobRun.id) != newest[0]
                )
                gone += (await session.exec(aged)).rowcount
        return gone

    async def lines(self) -> int:
        """How many lines are stored."""
        async with self._database.session() as session:
            return int((await session.exec(select(func.count()).select_from(JobRun))).one())

    def _until(self, now: datetime) -> datetime:
        return now + timedelta(seconds=self.limits.claim_s)


def _newest(job: str, limit: int = 1) -> Any:
    return (
        select(JobRun).where(col(JobRun.job) == job).order_by(col(JobRun.started_at).desc(), col(JobRun.id).desc())
    ).limit(limit)  # fmt: skip


def _claim_of(run: Run) -> Any:
    return delete(JobClaim).where(col(JobClaim.job) == run.claimed_as, col(JobClaim.run_id) == run.id)


def _lost(claim: JobClaim) -> Run:
    return Run(
        id=claim.run_id, job=claim.job.partition("@")[0], started_at=claim.started_at, ended_at=None, seconds=0.0,
        outcome=Outcome.LOST, asked_by=claim.asked_by,
    )  # fmt: skip


def _row(run: Run) -> JobRun:
    return JobRun(
        id=run.id, job=run.job, started_at=run.started_at, ended_at=run.ended_at, seconds=run.seconds,
        outcome=run.outcome, result=run.result[:200], detail=kept(run.detail, most=500), asked_by=run.asked_by,
        times=run.times,
    )  # fmt: skip


def _run(row: JobRun) -> Run:
    return Run(
        id=row.id, job=row.job, started_at=row.started_at, ended_at=row.ended_at, seconds=row.seconds,
        outcome=Outcome(row.outcome), result=row.result, detail=recalled(row.detail), asked_by=row.asked_by,
        times=row.times,
    )  # fmt: skip
