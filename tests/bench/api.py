"""REST under 200 programs that ask at once and without a pause, beside bare FastAPI routes over the same database that
ask the same core functions: no callers, rights, limits, tags or pages there. One server process each, the programs in
another; one is asked while the other stands idle.

Asked for are the clusters of the town with their homes, and the visits of a week. ``paced``: each program once in five
seconds, as integrations do.
"""

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from dashboard.demo_seed import DEMO_PEOPLE
from tests.bench.rows import BenchRow
from tests.browsers import served

PROGRAMS, SECONDS, WARM_S, PACE_S = 200, 15.0, 2.0, 5.0
AIM_TIMES, AIM_P95_MS = 1.5, 200.0
WEEK = "from=2026-06-01T00:00:00Z&to=2026-06-08T00:00:00Z"
ASKED = {"clusters": "clusters", "a week of visits": f"visits?{WEEK}"}


def bench() -> list[BenchRow]:
    """About two minutes."""
    with TemporaryDirectory() as folder, served("tests.dashboard.privacy.server", Path(folder)) as ours:
        return asyncio.run(_beside(ours, folder))


async def _beside(ours: str, folder: str) -> list[BenchRow]:
    tokens = await _tokens(ours)
    rows: list[BenchRow] = []
    with served("tests.bench.api_server", Path(folder)) as bare:
        for name, path in ASKED.items():
            product = [await _asked(f"{ours}/api/v1/{path}", tokens, pace) for pace in (0.0, PACE_S)]
            plain = [await _asked(f"{bare}/{path}", tokens, pace) for pace in (0.0, PACE_S)]
            for word, took, reference in zip(("at once", "paced"), product, plain, strict=True):
                p95, bare_p95 = _p95(took), _p95(reference)
                aim = AIM_P95_MS if word == "paced" else AIM_TIMES * bare_p95
                rows.append(BenchRow(f"{name}, {word}: p95", p95, "ms", bare_p95, "measured", aim))
            a_second = [len(took) / SECONDS for took in (product[0], plain[0])]
            rows.append(BenchRow(f"{name}, at once: answers", a_second[0], "1/s", a_second[1], "measured"))
            times = a_second[1] / a_second[0]
            rows.append(BenchRow(f"{name}: cost beside bare", times, "times", 1.0, "measured", AIM_TIMES))
    return rows


async def _tokens(url: str) -> list[str]:
    """An access token of its own for each program; of one login, since a password takes its time on purpose."""
    dispatcher = next(one for one in DEMO_PEOPLE if one.role == "dispatcher")
    path, given = "login", {"email": dispatcher.email, "password": dispatcher.password}
    tokens: list[str] = []
    async with aiohttp.ClientSession() as session:
        while len(tokens) < PROGRAMS:
            async with session.post(f"{url}/api/v1/auth/{path}", json=given) as answer:
                assert answer.status == 200, await answer.text()
                told = await answer.json()
            tokens.append(str(told["access_token"]))
            path, given = "refresh", {"refresh_token": told["refresh_token"]}
    return tokens


async def _asked(url: str, tokens: list[str], pace_s: float) -> list[float]:
    """Milliseconds that each answer took which came once everything was warm."""
    took: list[float] = []
    begun = time.perf_counter()
    counted, ends = begun + WARM_S, begun + WARM_S + SECONDS
    connector = aiohttp.TCPConnector(limit=0)

    async def program(session: aiohttp.ClientSession, number: int) -> None:
        headers = {"Authorization": f"Bearer {tokens[number]}"}
        await asyncio.sleep(number / PROGRAMS * (pace_s or 0.5))
        while (at := time.perf_counter()) < ends:
            async with session.get(url, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
                await answer.read()
            now = time.perf_counter()
            if counted <= now < ends:
                took.append(1_000 * (now - at))
            if pace_s:
                await asyncio.sleep(max(0.0, pace_s - (now - at)))

    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(program(session, number) for number in range(PROGRAMS)))
    return took


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]
