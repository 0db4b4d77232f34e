"""Celery for jobs only: beat says when, a worker runs the same functions that one process runs by itself.

A message holds a job's name and nothing else; the claim in the database decides who runs it (`core.jobs`), so that a
second beat, or a message delivered twice, runs nothing twice.
"""

import asyncio
import threading
from typing import Any

from celery import Celery

from core.clock import SystemClock
from core.db import open_database
from core.jobs import Where
from core.settings import Settings
from dashboard.bootstrap import Parts, build
from dashboard.logs import set_up_logs
from dashboard.roles import Duty
from dashboard.running import running

TASK = "mowthos.job"
AT_ONCE = 8
LONGEST_S = 600.0
"""A job that comes round less often is asked for this often, and runs when it is due by its last run."""


def make_celery(redis: str) -> Celery:
    """The Celery app on this Redis; results are kept by us, not by it."""
    app = Celery("mowthos", broker=redis, set_as_current=False)
    app.conf.update(
        task_default_queue="mowthos.jobs",
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        broker_connection_retry_on_startup=True,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        timezone="UTC",
    )
    return app


def run_worker(settings: Settings, redis: str) -> None:
    """`mowthos worker`: run jobs until a signal ends it."""
    set_up_logs(settings.log_level)
    app, house = make_celery(redis), _House(settings)
    house.start()
    app.task(name=TASK)(house.run)
    try:
        app.Worker(
            pool="threads", concurrency=AT_ONCE, loglevel="WARNING", quiet=True, without_gossip=True,
            without_mingle=True, without_heartbeat=True,
        ).start()  # fmt: skip
    finally:
        house.stop()


def run_beat(settings: Settings, redis: str) -> None:
    """`mowthos beat`: say when jobs are due, until a signal ends it."""
    set_up_logs(settings.log_level)
    app = make_celery(redis)
    parts = build(settings, open_database(settings.database), SystemClock(), Duty.JOBS)
    app.conf.beat_schedule = beat_schedule(parts)
    app.Beat(scheduler="celery.beat:Scheduler", loglevel="WARNING", quiet=True).run()


def beat_schedule(parts: Parts) -> dict[str, dict[str, Any]]:
    """Every job that runs once in the house; a message that nobody took in its period is worth nothing."""
    return {
        job.name: {
            "task": TASK,
            "schedule": min(job.every_s, LONGEST_S),
            "args": (job.name,),
            "options": {"expires": max(1.0, min(job.every_s, LONGEST_S))},
        }
        for job in parts.scheduler.jobs
        if job.where is Where.ONCE
    }


class _House:
    """The object graph on an event loop in a thread of its own: Celery's threads wait for what runs there."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._ready, self._end = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="house")
        self._parts: Parts | None = None
        self._failed: BaseException | None = None

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()
        if self._failed is not None:
            raise self._failed

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join()

    def run(self, name: str) -> None:
        """One turn of a job; on a thread of Celery's."""
        if self._parts is not None:
            asyncio.run_coroutine_threadsafe(self._parts.scheduler.turn(name), self._loop).result()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._live())
        except BaseException as error:
            self._failed = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _live(self) -> None:
        async with running(self._settings, duty=Duty.JOBS) as parts:
            self._parts = parts
            self._ready.set()
            await self._end.wait()
