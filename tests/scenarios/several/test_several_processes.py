"""Web processes, fleet-workers, nginx, PostgreSQL and Redis on one host; some are killed, some restarted under load."""

import asyncio
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser, expect
from playwright.async_api import Error as PlaywrightError

from core.clock import SystemClock
from tests.proofs import cases
from tests.scenarios.several.own_redis import OwnRedis
from tests.scenarios.several.processes import until
from tests.scenarios.several.stage import DISPATCHER, LEASE_S, PASSWORD, Stage, several

BEGINS = "nav.todev_taskctrl"
PASSED_OVER_S = 6
"""nginx passes a process over for 5 s after it refused (`fail_timeout`): the next restart comes after that."""
OVER = {"done", "failed", "expired", "refused"}


async def token(client: httpx.AsyncClient) -> dict[str, str]:
    answer = await client.post("/api/v1/auth/login", json={"email": DISPATCHER, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def mowers(stage: Stage, port: int, headers: dict[str, str]) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=10) as client:
        return list((await client.get("/api/v1/mowers")).json())


async def owners(stage: Stage) -> dict[str, int]:
    """How many accounts each owns now."""
    rows = await stage.rows("SELECT owner, count(*) FROM account_lease WHERE until > now() GROUP BY owner")
    return {row[0]: row[1] for row in rows}


@pytest.mark.prove
@pytest.mark.browser
@pytest.mark.timeout(900)
async def test_killing_and_restarting_processes_loses_nothing_doubles_nothing_and_fails_no_request(
    tmp_path: Path, postgres_address: str, browser: Browser
) -> None:
    redis = OwnRedis(tmp_path)
    webs, many = cases(sample=2, full=3), cases(sample=8, full=24)
    async with several(tmp_path, postgres_address, redis, webs=webs, mowers=many) as stage:
        names = sorted(stage.cloud.fleet.devices)
        async with httpx.AsyncClient(base_url=stage.url, timeout=15) as client:
            headers = await token(client)

            async def every_web_shows_them() -> bool:
                seen = [await mowers(stage, port, headers) for port in stage.ports.values()]
                return all(
                    [one["device_name"] for one in shown] == names
                    and all(one["state"] in ("docked", "charging") for one in shown)
                    for shown in seen
                )

            async def every_web_has_heard_since(since: datetime) -> bool:
                seen = [one for port in stage.ports.values() for one in await mowers(stage, port, headers)]
                heard = [datetime.fromisoformat(one["last_updated"]) for one in seen]
                return len(heard) == len(names) * len(stage.ports) and min(heard) >= since

            async def evenly() -> bool:
                return sorted((await owners(stage)).values()) == [2, 2]

            await until(evenly, "two accounts each", stage)
            await until(every_web_shows_them, "every web process shows all mowers, fresh", stage)

            async def owner_reads_plans(mower: str) -> bool:
                """None of the web processes has a link; the owner may still be fetching the mower's map (409)."""
                read = await client.post(f"/api/v1/mowers/{mower}/plans/read", headers=headers, timeout=60)
                if read.status_code == 409:
                    return False
                assert read.status_code == 200, read.text
                assert read.json()["device_name"] == mower and read.json()["read_at"] is not None
                return True

            for mower in names:
                await until(partial(owner_reads_plans, mower), f"the owner read the plans of {mower}", stage)

            given: dict[str, str] = {}

            async def start(mower: str) -> None:
                key = str(uuid4())
                given[mower] = key
                for _ in range(2):  # the same key twice: it is never carried out twice
                    await client.post(
                        f"/api/v1/mowers/{mower}/commands/start", headers={**headers, "Idempotency-Key": key}
                    )

            await asyncio.gather(*(start(mower) for mower in names))
            stage.processes["fleet-0"].kill()
            killed = monotonic()

            async def one_owns_all() -> bool:
                return list((await owners(stage)).values()) == [4] and not stage.processes["fleet-0"].alive

            await until(one_owns_all, "the other took over", stage, within_s=LEASE_S + 30)
            print(f"accounts taken over {monotonic() - killed:.1f} s after the kill")

            async def all_over() -> bool:
                rows = await stage.rows("SELECT status FROM command")
                return len(rows) == len(names) and all(row[0] in OVER for row in rows)

            await until(all_over, "every command has ended", stage)
            for mower in names:
                fate = (await client.get(f"/api/v1/commands/{given[mower]}", headers=headers)).json()
                assert stage.orders(mower, BEGINS) <= 1, (mower, fate)
                assert fate["status"] != "done" or stage.orders(mower, BEGINS) == 1, (mower, fate)
            assert await stage.rows("SELECT id FROM command WHERE status = 'done'")

            async def halted() -> bool:
                answer = await client.get(f"/api/v1/commands/{halt}", headers=headers)
                return answer.json()["status"] in ("sent", "acknowledged", "seen_in_telemetry", "done")

            taken_over = next(one for one in names if stage.orders(one, BEGINS))
            halt = str(uuid4())
            await client.post(
                f"/api/v1/mowers/{taken_over}/commands/halt", headers={**headers, "Idempotency-Key": halt}
            )
            print(f"STOP handed over after {await until(halted, 'STOP went out', stage, within_s=20):.2f} s")

            await a_web_process_dies(stage, browser)
            await redis_goes_and_comes_back(stage, redis, every_web_has_heard_since)
            for _ in range(cases(sample=1, full=3)):
                await web_processes_restart_one_after_another(stage)


async def a_web_process_dies(stage: Stage, browser: Browser) -> None:
    """The page's own process is killed: within ten seconds it is back through the other, with what was typed."""
    context = await browser.new_context(base_url=stage.url)
    page = await context.new_page()
    await page.goto("/")
    await page.fill("#email", DISPATCHER)
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/fleet**")
    await page.goto("/mowers")
    await page.get_by_label("Filter by name, model, account").fill("half a na")
    await page.wait_for_timeout(500)
    cookie = next(one["value"] for one in await context.cookies() if one["name"] == "mowthos_session")
    assert cookie
    served = {name: await connections(stage, name) for name in stage.ports}
    busy = max(served, key=lambda name: served[name])
    assert served[busy] > 0, served
    began = monotonic()
    stage.processes[busy].kill()
    await stage.processes[busy].running.wait()
    others = [name for name in stage.ports if name != busy]

    async def back() -> bool:
        with suppress(PlaywrightError):  # the page draws itself anew in the middle of the question
            connected = await page.evaluate("() => window.socket?.connected === true")
            return bool(connected) and sum([await connections(stage, name) for name in others]) > 0
        return False

    await until(back, f"the page is back through {others}", stage, within_s=10)
    print(f"browser back {monotonic() - began:.1f} s after the kill")
    await expect(page.get_by_label("Filter by name, model, account")).to_have_value("half a na")
    await context.close()
    await stage.web(busy)
    await stage.ready()


async def redis_goes_and_comes_back(
    stage: Stage, redis: OwnRedis, heard_since: Callable[[datetime], Awaitable[bool]]
) -> None:
    """Every web process says that events do not come, goes on serving, and shows every mower fresh once they do."""

    def all_say(state: str) -> Callable[[], Awaitable[bool]]:
        async def said() -> bool:
            answers = [await ready(port) for port in stage.ports.values()]
            return all(status == 200 and told["events"]["state"] == state for status, told in answers)

        return said

    await until(all_say("up"), "events come", stage)
    await redis.stop()
    await until(all_say("down"), "/ready says that Redis is lost", stage, within_s=30)
    await redis.start()
    took = await until(all_say("up"), "/ready says that Redis is back", stage, within_s=30)
    print(f"events again {took:.1f} s after Redis came back, which had forgotten all")
    back = SystemClock().now()

    async def heard() -> bool:
        return await heard_since(back)

    await until(heard, "every web process shows newer reports of all mowers", stage, within_s=60)


async def ready(port: int) -> tuple[int, dict[str, Any]]:
    async with httpx.AsyncClient(timeout=10) as client:
        answer = await client.get(f"http://127.0.0.1:{port}/ready")
        return answer.status_code, answer.json()


async def web_processes_restart_one_after_another(stage: Stage) -> None:
    """Somebody asks every 50 ms, as many browsers: no request fails."""
    over, answers = asyncio.Event(), Counter[str]()

    async def ask(client: httpx.AsyncClient, number: int) -> None:
        try:
            answer = await client.get("/health", headers={"User-Agent": f"browser {number % 20}"})
            answers[str(answer.status_code)] += 1
        except httpx.HTTPError as error:
            answers[type(error).__name__] += 1

    async def load() -> None:
        async with httpx.AsyncClient(base_url=stage.url, timeout=30) as client, asyncio.TaskGroup() as asking:
            for number in count():
                if over.is_set():
                    return
                asking.create_task(ask(client, number))
                await asyncio.sleep(0.05)

    loading = asyncio.create_task(load())
    for name in stage.ports:
        await asyncio.sleep(PASSED_OVER_S)
        stage.processes[name].running.send_signal(signal.SIGTERM)
        await stage.processes[name].running.wait()
        await stage.web(name)
        await stage.ready()
    over.set()
    await loading
    print(f"{answers.total()} requests through {len(stage.ports)} restarts: {dict(answers)}")
    assert set(answers) == {"200"}, answers


async def connections(stage: Stage, name: str) -> int:
    """Open connections at a web process's port."""
    port = f"{stage.ports[name]:04X}"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return sum(line.split()[1].endswith(f":{port}") and line.split()[3] == "01" for line in lines)
