"""Jobs run by the timetable, survive their own errors, never overlap themselves, and are gone at the end."""

import asyncio
from datetime import timedelta

import pytest

from core.clock import SystemClock
from core.db import Database
from core.errors import Conflict, NotFound, Unavailable
from core.jobs import Job, JobBook, Outcome
from dashboard.scheduler import Scheduler


async def until(condition: asyncio.Event) -> None:
    await asyncio.wait_for(condition.wait(), 10)


def scheduler_of(database: Database, *jobs: Job) -> Scheduler:
    clock = SystemClock()
    return Scheduler(jobs, clock, JobBook(database, clock))


async def test_a_job_that_fails_runs_again_at_its_next_time_and_every_end_is_on_record(
    sqlite_database: Database,
) -> None:
    turns, third = [], asyncio.Event()

    async def fragile() -> None:
        turns.append(len(turns))
        if len(turns) == 3:
            third.set()
        if len(turns) == 1:
            raise Unavailable("the vendor did not answer")
        raise ZeroDivisionError

    scheduler = scheduler_of(sqlite_database, Job("fragile", 0.05, fragile))
    await scheduler.start()
    await until(third)
    await scheduler.stop()
    assert turns[:3] == [0, 1, 2]
    runs = (await scheduler.view("fragile")).recent[::-1]
    assert [run.outcome for run in runs[:2]] == [Outcome.REFUSED, Outcome.FAILED]
    assert runs[0].detail == "the vendor did not answer"
    assert runs[1].detail.startswith("ZeroDivisionError")


async def test_a_slow_job_does_not_overlap_itself_and_is_broken_off_at_the_end(sqlite_database: Database) -> None:
    began, entered, broken_off = [], asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        began.append(1)
        entered.set()
        try:
            await asyncio.sleep(60)
        finally:
            broken_off.set()

    scheduler = scheduler_of(sqlite_database, Job("slow", 0.05, slow))
    await scheduler.start()
    assert scheduler.running
    await until(entered)
    await asyncio.sleep(0.3)  # time enough for five more turns
    with pytest.raises(Conflict):
        await scheduler.run_now("slow", asked_by="ada@elm.example")
    await scheduler.stop()
    assert len(began) == 1
    assert broken_off.is_set()
    assert not scheduler.running
    view = await scheduler.view("slow")
    assert view.last is not None
    assert view.last.outcome is Outcome.BROKEN_OFF
    assert not view.running


async def test_a_rare_job_is_due_by_its_last_run_also_after_a_restart(sqlite_database: Database) -> None:
    done = asyncio.Event()

    async def daily() -> int:
        done.set()
        return 7

    job = Job("daily", 86_400, daily, "Once a day")
    first = scheduler_of(sqlite_database, job)
    await first.start()
    soon = (await first.view("daily")).next_at
    assert soon is not None
    assert soon - SystemClock().now() < timedelta(seconds=10)
    run = await first.run_now("daily", asked_by="ada@elm.example")
    await until(done)
    while (await first.view("daily")).running:
        await asyncio.sleep(0.01)
    await first.stop()
    again = scheduler_of(sqlite_database, job)
    await again.start()
    view = await again.view("daily")
    await again.stop()
    assert view.next_at == run.started_at + timedelta(days=1)
    assert view.last is not None
    assert (view.last.result, view.last.asked_by) == ("7", "ada@elm.example")
    with pytest.raises(NotFound):
        await again.run_now("weekly", asked_by="ada@elm.example")
