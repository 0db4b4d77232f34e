"""What a process is for, where several share the work (`MOWTHOS_REDIS_URL`); one that is alone does everything.

`mowthos serve` shows pages, `mowthos fleet-worker` owns vendor accounts, `mowthos worker` runs jobs that `mowthos beat`
starts.
"""

import os
import socket
from enum import StrEnum
from uuid import uuid4

from core.fleet.holding import HOUSE
from core.jobs import Job, Where
from core.settings import Settings


class Duty(StrEnum):
    """The part a process has."""

    HOUSE = "house"  # everything: it is alone
    PAGES = "pages"
    LINKS = "links"
    JOBS = "jobs"

    @property
    def owns_links(self) -> bool:
        return self in (Duty.HOUSE, Duty.LINKS)

    @property
    def shows_pages(self) -> bool:
        return self in (Duty.HOUSE, Duty.PAGES)

    def runs(self, job: Job) -> bool:
        """Whether this process's own clock starts a job; what runs once in the house Celery's beat starts."""
        if self is Duty.HOUSE:
            return True
        return (self, job.where) in {(Duty.LINKS, Where.LINKS), (Duty.PAGES, Where.PAGES)}


def duty_of_server(settings: Settings) -> Duty:
    """What `mowthos serve` is."""
    return Duty.HOUSE if settings.redis is None else Duty.PAGES


def process_name(duty: Duty) -> str:
    """The name of this process among the others: another with every start, so that no lease outlives its owner."""
    if duty is Duty.HOUSE:
        return HOUSE
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:8]}"
