"""Runs the business's job functions on APScheduler: none overlaps itself, none is lost to an error."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.schedulers.base import STATE_RUNNING

from core.clock import Clock
from core.errors import NotFound
from core.jobs import Job, JobBook, JobRunner, JobView, Run
from core.texts import Text

log = structlog.get_logger(__name__)

RARE_S = 600.0
"""Jobs that come round no more often than this are due by when they last ran, also over a restart."""
SOON_S = 5.0


class Scheduler:
    """The timetable at work."""

    def __init__(
        self, jobs: Iterable[Job], clock: Clock, book: JobBook, *, process: str = "",
        runs: Callable[[Job], bool] = lambda _job: True,
    ) -> None:  # fmt: skip
        """``process`` names this one among several; ``runs`` says which jobs its own clock starts."""
        self._clock, self._book, self._runs = clock, book, runs
        self.runner = JobRunner(book, clock, process=process)
        self._jobs = {job.name: job for job in jobs}
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        self._at_work: set[asyncio.Task[Any]] = set()

    @property
    def running(self) -> bool:
        return bool(self._scheduler.state == STATE_RUNNING)

    async def start(self) -> None:
        for job in filter(self._runs, self._jobs.values()):
            first = await self._first(job)
            self._scheduler.add_job(
                self._turn,
                "interval",
                args=[job],
                seconds=job.every_s,
                id=job.name,
                max_instances=1,
                coalesce=True,
                misfire_grace_time=None,
                **({} if first is None else {"next_run_time": first}),
            )
        self._scheduler.start()

    async def stop(self) -> None:
        """Start nothing more, break off what is at work, and wait until it is gone."""
        if self._scheduler.running:
            self._scheduler.pause()
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def run_now(self, name: str, *, asked_by: str) -> Run:
        """Begin a run now and return at once. ``NotFound`` for an unknown job, ``Conflict`` while it runs."""
        job = self._job(name)
        run = await self.runner.begin(job, asked_by=asked_by)
        self._start(self.runner.go_on(job, run))
        return run

    @property
    def jobs(self) -> Sequence[Job]:
        """Every job of the timetable, also those that other processes start."""
        return tuple(self._jobs.values())

    async def turn(self, name: str) -> Run | None:
        """One turn of a job that another scheduler's clock started, such as Celery's; ``NotFound`` when unknown."""
        return await self.runner.turn(self._job(name))

    async def views(self) -> Sequence[JobView]:
        """Every job of the timetable, in its order."""
        running = await self._book.running()
        return [await self._view(job, running, recent=1) for job in self._jobs.values()]

    async def view(self, name: str, *, recent: int = 20) -> JobView:
        """One job with its newest runs."""
        return await self._view(self._job(name), await self._book.running(), recent=recent)

    def _job(self, name: str) -> Job:
        if name not in self._jobs:
            raise NotFound(Text("no job named {name!r}", name=name))
        return self._jobs[name]

    async def _view(self, job: Job, running: dict[str, Run], *, recent: int) -> JobView:
        runs = await self._book.recent(job.name, recent)
        planned = self._scheduler.get_job(job.name) if self._scheduler.running else None
        return JobView(
            name=job.name,
            tells=job.tells,
            every_s=job.every_s,
            running=job.name in running,
            last=runs[0] if runs else None,
            next_at=None if planned is None else planned.next_run_time,
            recent=tuple(runs),
        )

    async def _first(self, job: Job) -> datetime | None:
        """When a rare job is due for the first time; ``None`` = one period from now."""
        if job.every_s < RARE_S:
            return None
        now, runs = self._clock.now(), await self._book.recent(job.name, 1)
        soon = now + timedelta(seconds=SOON_S)
        return soon if not runs else max(soon, runs[0].started_at + timedelta(seconds=job.every_s))

    async def _turn(self, job: Job) -> None:
        """One turn of a job, as a task of ours: APScheduler would report its end at shutdown as an error."""
        await asyncio.wait([self._start(self.runner.turn(job))])

    def _start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work, name="job")
        self._at_work.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._at_work.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("job.lost", exc_info=error)  # its outcome could not be stored: the database is away
