"""Jobs under several schedulers: what runs once in the house does, and what is each process's own does not wait."""

from core.clock import MovableClock
from core.db import Database
from core.jobs import Job, JobBook, JobRunner, Where


def runners(database: Database, clock: MovableClock) -> list[JobRunner]:
    return [JobRunner(JobBook(database, clock), clock, process=name) for name in ("worker-1", "worker-2", "worker-3")]


async def test_a_job_runs_once_in_its_period_whoever_asks(database: Database, clock: MovableClock) -> None:
    done: list[str] = []

    async def count() -> None:
        done.append("x")

    job = Job("visits.generate", 60, count)
    several = runners(database, clock)
    for _ in range(3):
        for runner in several:
            await runner.turn(job)
            clock.move(1)
        clock.move(60)
    assert len(done) == 3
    assert await JobBook(database, clock).running() == {}, "a claim that was not due is given back"


async def test_a_job_of_links_is_each_owners_own(database: Database, clock: MovableClock) -> None:
    first, second, _ = runners(database, clock)
    at_work: list[str] = []

    async def ask() -> None:
        at_work.append("second")

    async def ask_while_another_is_at_it() -> None:
        at_work.append("first")
        assert await second.turn(Job("fleet.ask_silent_mowers", 10, ask, where=Where.LINKS)) is not None

    await first.turn(Job("fleet.ask_silent_mowers", 10, ask_while_another_is_at_it, where=Where.LINKS))
    assert at_work == ["first", "second"]
    assert await first.turn(Job("fleet.ask_silent_mowers", 10, ask, where=Where.LINKS)) is not None
