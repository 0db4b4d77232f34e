"""What the operations page and its REST twin tell: jobs with their runs, and how the machine keeps up (M4)."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.accounts import Audit, Viewer
from core.clock import Clock
from core.fleet import FleetService
from core.fleet.model import IngestCounts
from core.jobs import JobView, Run
from dashboard.metrics import Answers
from dashboard.scheduler import Scheduler


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Requests of one vendor account in the last 24 h."""

    account: str
    requests_24h: int
    request_ceiling: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Since the start of this process, unless said otherwise."""

    readings: IngestCounts
    queued: int
    """Readings that wait to be taken."""
    unsaved: int
    """Readings taken that wait to be written."""
    mowers: int
    browsers: int
    """Browsers that listen to the live map."""
    budgets: tuple[Budget, ...]
    disk_free_bytes: int
    disk_bytes: int
    since: datetime
    """When this process started."""
    answers: Answers


class Operations:
    """Reads from the running parts; runs a job for a person, and says so in the audit."""

    def __init__(
        self,
        *,
        scheduler: Scheduler,
        fleet: FleetService,
        audit: Audit,
        browsers: Callable[[], int],
        folder: Path,
        answers: Callable[[], Answers],
        clock: Clock,
    ) -> None:
        self._answers, self._since = answers, clock.now()
        self._scheduler, self._fleet, self._audit = scheduler, fleet, audit
        self._browsers, self._folder = browsers, folder

    async def jobs(self) -> Sequence[JobView]:
        return await self._scheduler.views()

    async def job(self, name: str) -> JobView:
        """With its newest runs; ``NotFound`` for an unknown one."""
        return await self._scheduler.view(name)

    async def run(self, name: str, *, by: Viewer, source: str = "web") -> Run:
        """Begin a job now. ``NotFound`` for an unknown one, ``Conflict`` while it runs."""
        run = await self._scheduler.run_now(name, asked_by=by.email)
        await self._audit.record(
            actor=by.email,
            person_id=by.person_id,
            action="job.run",
            object_type="job",
            object_id=name,
            after={"run": str(run.id)},
            source=source,
        )
        return run

    def figures(self) -> Figures:
        fleet, disk = self._fleet, shutil.disk_usage(self._folder)
        return Figures(
            readings=fleet.pipeline.counts,
            queued=fleet.pipeline.queued,
            unsaved=fleet.telemetry.pending,
            mowers=len(fleet.live),
            browsers=self._browsers(),
            budgets=tuple(
                Budget(
                    account=health.account,
                    requests_24h=health.requests_24h,
                    request_ceiling=health.request_ceiling,
                    state=health.state.value,
                )
                for health in fleet.accounts.health()
            ),
            disk_free_bytes=disk.free,
            disk_bytes=disk.total,
            since=self._since,
            answers=self._answers(),
        )
