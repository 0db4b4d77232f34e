"""Real workers of Celery, a real beat, a real Redis: what is due runs once, and what a kill broke off runs again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest
from kombu.exceptions import OperationalError
from sqlalchemy import text

from core.db import open_database
from core.db.migrate import migrate
from core.jobs.runner import DUE
from dashboard.celery_jobs import TASK, make_celery
from tests.scenarios.several.own_redis import OwnRedis
from tests.scenarios.several.processes import Processes, environment, until

JOB, EVERY_S = "hooks.deliver", 5
STUCK = """
    SELECT application_name FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%hook_delivery%'
    AND application_name LIKE 'worker-%'"""
RUNS = f"SELECT coalesce(sum(times), 0) FROM job_run WHERE job = '{JOB}'"
SPAN = f"SELECT extract(epoch FROM max(ended_at) - min(started_at)) FROM job_run WHERE job = '{JOB}'"


@asynccontextmanager
async def workers_and_beat(folder: Path, postgres: str, redis: OwnRedis) -> AsyncIterator[Processes]:
    """Two workers and a beat; and somebody who asks for the job each second, as other beats would."""
    async with AsyncExitStack() as stack:
        stack.push_async_callback(redis.stop)
        await redis.start()
        database = open_database(postgres)
        stack.push_async_callback(database.close)
        await migrate(database)
        (folder / "data").mkdir()
        house = Processes(folder=folder, database=database, environment=environment(folder, postgres, redis.url))
        stack.push_async_callback(house.end)
        for name in ("worker-0", "worker-1", "beat"):
            await house.begin(name, name.partition("-")[0])
        asking = asyncio.create_task(_ask(redis.url))
        yield house
        asking.cancel()


async def _ask(redis: str) -> None:
    beat = make_celery(redis)
    while True:
        with suppress(OperationalError):  # Redis is away
            await asyncio.to_thread(beat.send_task, TASK, (JOB,), expires=EVERY_S, retry=False)
        await asyncio.sleep(1)


@pytest.mark.timeout(400)
async def test_a_job_runs_once_among_workers_and_again_once_where_its_worker_was_killed(
    tmp_path: Path, postgres_address: str
) -> None:
    redis = OwnRedis(tmp_path)
    async with workers_and_beat(tmp_path, postgres_address, redis) as house:

        async def ran(times: int) -> bool:
            return bool(await house.one(RUNS) >= times)

        took = await until(lambda: ran(3), "the job runs by its timetable", house)
        print(f"three runs {took:.1f} s after the start")
        runs, span = await house.one(RUNS), float(await house.one(SPAN))
        assert runs <= span / (EVERY_S * DUE) + 2, f"{runs} runs in {span} s: asked for each second, and by beat"

        async with house.database.connection() as holding:
            await holding.execute(text("LOCK TABLE hook_delivery IN ACCESS EXCLUSIVE MODE"))

            async def stuck() -> list[str]:
                return sorted(row[0] for row in await house.rows(STUCK))

            async def somebody_is_at_it() -> bool:
                return len(await stuck()) > 0

            await until(somebody_is_at_it, "a worker is in the middle of the job", house)
            (busy,) = await stuck()
            await asyncio.sleep(EVERY_S + 1)
            assert await stuck() == [busy], "while one is at it no worker begins the same, whoever asks"
            house.processes[busy].kill()
            await house.processes[busy].running.wait()
            other = "worker-1" if busy == "worker-0" else "worker-0"
            await house.change(f"UPDATE job_claim SET until = until - interval '60 s' WHERE job = '{JOB}'")

            async def the_other_is_at_it() -> bool:
                return other in await stuck()

            took = await until(the_other_is_at_it, "the other worker does what was broken off", house, within_s=30)
            print(f"taken up {took:.1f} s after the claim ran out")
            before = await house.one(RUNS)

        await until(lambda: ran(before + 1), "the run ends", house)
        ends = await house.rows(f"SELECT outcome FROM job_run WHERE job = '{JOB}' ORDER BY started_at")
        assert [row[0] for row in ends].count("lost") == 1, ends
        assert {row[0] for row in ends} == {"done", "lost"}, ends

        await redis.stop()
        await asyncio.sleep(2)
        await redis.start()
        before = await house.one(RUNS)
        took = await until(lambda: ran(before + 2), "jobs run again after Redis was away", house)
        print(f"two runs {took:.1f} s after Redis came back")
        assert all(house.processes[name].alive for name in (other, "beat"))
