"""One run of a job, from claim to stored outcome.

1. `JobBook.claim`: nobody else is at it, in this process or another.
2. The function runs; the claim is renewed meanwhile. Where it cannot be renewed the run is broken off.
3. The outcome: done with its result, refused (one of the six errors), failed (a fault), broken off (a stop).
4. `JobBook.end`: claim given back, run stored, `ended` told.
"""

import asyncio
from contextlib import suppress
from dataclasses import replace

import structlog

from core.clock import Clock
from core.errors import Conflict, MowthosError
from core.events import Event
from core.jobs.book import JobBook
from core.jobs.model import Job, Outcome, Run, Where
from core.texts import Text

log = structlog.get_logger(__name__)


DUE = 0.8
"""Part of its period after which a job may run again, where several schedulers count periods of their own."""


class JobRunner:
    """Runs jobs; an error of one is an outcome, never the end of the scheduler."""

    def __init__(self, book: JobBook, clock: Clock, *, process: str = "") -> None:
        """``process`` names this one where several share the work; without it this one is alone."""
        self._process = process
        self.ended: Event[Run] = Event("job_ended")
        self._book, self._clock = book, clock

    async def turn(self, job: Job) -> Run | None:
        """One turn by the timetable; ``None`` when somebody is at the job, or was in this period already."""
        if not self._process:
            run = await self._book.claim(job.name)
        elif job.where is Where.ONCE:
            run = await self._book.claim(job.name, not_within_s=job.every_s * DUE)
        else:
            run = await self._book.claim(job.name, apart=self._process)
        return None if run is None else await self.go_on(job, run)

    async def begin(self, job: Job, *, asked_by: str) -> Run:
        """Claim a run that a person wants now; `go_on` does it. ``Conflict`` while the job runs."""
        run = await self._book.claim(job.name, asked_by=asked_by)
        if run is None:
            raise Conflict(Text("{job} is running already", job=job.name))
        return run

    async def go_on(self, job: Job, run: Run) -> Run:
        """Do a claimed run and keep what became of it."""
        began = self._clock.monotonic()
        outcome, result, detail = Outcome.BROKEN_OFF, "", ""
        work = asyncio.ensure_future(job.function())
        keeping = asyncio.create_task(self._keep(run, work))
        try:
            found = await work
            outcome, result = Outcome.DONE, "" if found is None else str(found)
        except MowthosError as error:
            outcome, detail = Outcome.REFUSED, error.message
            log.warning("job.refused", job=job.name, error=error.message)
        except asyncio.CancelledError:
            stopped = asyncio.current_task()
            if stopped is not None and stopped.cancelling():
                work.cancel()
                raise
        except Exception as error:  # a job that breaks is told and runs again at its next time
            outcome, detail = Outcome.FAILED, f"{type(error).__name__}: {error}"
            log.exception("job.failed", job=job.name)
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping
            ended = replace(
                run,
                ended_at=self._clock.now(),
                seconds=round(self._clock.monotonic() - began, 3),
                outcome=outcome,
                result=result,
                detail=detail,
            )
            await asyncio.shield(self._book.end(ended))
        log.debug("job.ended", job=job.name, outcome=outcome, result=result, seconds=ended.seconds)
        self.ended.emit(ended)
        return ended

    async def _keep(self, run: Run, work: "asyncio.Future[object]") -> None:
        """Renew the claim while the work goes on; without it another process would begin the same."""
        while True:
            await self._clock.sleep(self._book.limits.renew_s)
            if not await self._book.renew(run):
                work.cancel()
                return
