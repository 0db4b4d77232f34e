"""No job overlaps itself, in one process or in two; a run that dies is told; idle runs fold into one line."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import MovableClock
from core.db import Database
from core.ids import new_id
from core.jobs import Job, JobBook, JobRunner, Outcome, Run, RunLimits
from core.jobs.model import folds_into

SWEEP = "elm.sweep"


async def test_one_claim_wins_among_many_at_once(database: Database, clock: MovableClock) -> None:
    books = [JobBook(database, clock) for _ in range(4)]  # as four processes would
    claims = await asyncio.gather(*(book.claim(SWEEP) for book in books))
    won = [claim for claim in claims if claim is not None]
    assert len(won) == 1
    await books[0].end(_ended(won[0], clock))
    assert await books[1].claim(SWEEP) is not None


async def test_a_run_that_dies_holds_its_job_for_a_minute_and_is_told_as_lost(
    database: Database, clock: MovableClock
) -> None:
    before, after = JobBook(database, clock), JobBook(database, clock)
    died = await before.claim(SWEEP)
    assert died is not None
    clock.move(59)
    assert await after.claim(SWEEP) is None
    clock.move(2)
    assert await after.claim(SWEEP) is not None
    assert [(run.id, run.outcome) for run in await after.recent(SWEEP)] == [(died.id, Outcome.LOST)]
    assert not await before.renew(died)


async def test_a_claim_that_is_renewed_is_never_taken_over(database: Database, clock: MovableClock) -> None:
    book = JobBook(database, clock)
    run = await book.claim(SWEEP)
    assert run is not None
    for _ in range(10):
        clock.move(50)
        assert await book.renew(run)
        assert await book.claim(SWEEP) is None
    assert (await book.running())[SWEEP].seconds == 500


async def test_runs_with_nothing_to_do_become_one_line(sqlite_database: Database, clock: MovableClock) -> None:
    found = iter([0, 0, 3, 0, 0, 0])

    async def sweep() -> int:
        clock.move(2)
        return next(found)

    book = JobBook(sqlite_database, clock)
    runner = JobRunner(book, clock)
    for _ in range(6):
        await runner.turn(Job(SWEEP, 10, sweep))
    assert [(run.times, run.result, run.seconds) for run in await book.recent(SWEEP)] == [
        (3, "0", 2.0),
        (1, "3", 2.0),
        (2, "0", 2.0),
    ]
    assert await book.lines() == 3


async def test_a_run_whose_claim_was_lost_is_broken_off(sqlite_database: Database, clock: MovableClock) -> None:
    entered, broken_off = asyncio.Event(), asyncio.Event()

    async def stuck() -> None:
        entered.set()
        try:
            await asyncio.Event().wait()
        finally:
            broken_off.set()

    book = JobBook(sqlite_database, clock)
    turn = asyncio.create_task(JobRunner(book, clock).turn(Job(SWEEP, 10, stuck)))
    await entered.wait()
    claimed = (await book.running())[SWEEP]
    await book.end(_ended(claimed, clock))  # as another process would that took the job over
    clock.move(21)
    run = await asyncio.wait_for(turn, 10)
    assert run is not None
    assert run.outcome is Outcome.BROKEN_OFF
    assert broken_off.is_set()
    assert [one.outcome for one in await book.recent(SWEEP)] == [Outcome.BROKEN_OFF]


async def test_thinning_keeps_the_newest_of_every_job(sqlite_database: Database, clock: MovableClock) -> None:
    book = JobBook(sqlite_database, clock, RunLimits(keep_runs=10, keep_days=30))
    runner = JobRunner(book, clock)

    async def works() -> int:
        return 1

    await runner.turn(Job("elm.yearly", 1, works))
    clock.move(86_400 * 40)
    for _ in range(25):
        clock.move(1)
        await runner.turn(Job(SWEEP, 1, works))
    assert await book.thin() == 15
    assert len(await book.recent(SWEEP, 50)) == 10
    assert len(await book.recent("elm.yearly")) == 1
    assert await book.thin() == 0


@given(
    outcome=st.sampled_from(Outcome),
    result=st.sampled_from(["", "0", "1", "two"]),
    asked_by=st.sampled_from(["", "ada@elm.example"]),
)
def test_nothing_that_somebody_asked_for_or_that_did_something_is_folded_away(
    outcome: Outcome, result: str, asked_by: str
) -> None:
    run = _run(outcome=outcome, result=result, asked_by=asked_by)
    quiet = _run(outcome=Outcome.DONE)
    uneventful = outcome is Outcome.DONE and result in ("", "0") and not asked_by
    assert folds_into(quiet, run) == folds_into(run, quiet) == uneventful
    assert not folds_into(None, run)


@pytest.mark.parametrize(
    "fields",
    [{"claim_s": 5}, {"renew_s": 40}, {"keep_runs": 1}, {"keep_days": 0}],
    ids=lambda fields: next(iter(fields)),
)
def test_limits_that_make_no_sense_are_refused(fields: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        RunLimits(**fields)  # type: ignore[arg-type]


def _run(**fields: object) -> Run:
    noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    return Run(id=new_id(), job=SWEEP, started_at=noon, ended_at=noon, seconds=1, **fields)  # type: ignore[arg-type]


def _ended(run: Run, clock: MovableClock) -> Run:
    return replace(run, outcome=Outcome.DONE, ended_at=clock.now())
