"""The homeowner's page: what it weighs and when it is first drawn, and 2,000 of them open on one server.

Bytes are what the network carries (headers included), in Chromium at 390 px: cold with an empty cache, warm the second
time. Open pages are what a browser keeps: the page's own request and its one socket, by the protocol of socket.io.
While every mower reports once a second, CPU of the server is read for ten seconds, and pages are loaded one after the
other. A live update is timed when every mower goes on to the next home: from its report to each page that changes.

``MOWTHOS_BENCH_HOMES`` opens that many instead of 2,000.
"""

import asyncio
import os
import re
import statistics
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

import httpx
from playwright.async_api import CDPSession, Page, async_playwright
from websockets.asyncio.client import ClientConnection, connect

from dashboard.gate import COOKIE
from tests.bench.rows import BenchRow
from tests.browsers import BASIC_FLAGS, chromium_path, served

ALONE = True
"""Opening 2,000 pages takes minutes."""
PAGES = int(os.environ.get("MOWTHOS_BENCH_HOMES", "2000"))
AT_ONCE, LOADS, STEPS, CPU_S, WAIT_S = 4, 60, 8, 10.0, 4.0
AIM_COLD_KB, AIM_WARM_KB, AIM_PAINT_S = 1_500.0, 60.0, 1.5
AIM_LOAD_S, AIM_UPDATE_S, AIM_CPU, AIM_PAGE_KB = 1.0, 2.0, 60.0, 500.0
CLIENT = re.compile(r"client_id[\"']?: ?[\"']([0-9a-f-]{36})")


@dataclass
class OpenPage:
    """One page that stands open."""

    url: str
    token: str
    heard: list[float] = field(default_factory=list)
    socket: ClientConnection | None = None
    listening: asyncio.Task[None] | None = None
    html_bytes: int = 0

    async def open(self, client: httpx.AsyncClient) -> float:
        """Load it and connect; the seconds until the page was there."""
        began = time.perf_counter()
        answer = await client.get("/home", headers={"cookie": f"{COOKIE}={self.token}", "accept": "text/html"})
        took = time.perf_counter() - began
        assert answer.status_code == 200, answer.status_code
        self.html_bytes = len(answer.content)
        told = CLIENT.search(answer.text)
        assert told is not None
        query = (
            f"client_id={told[1]}&next_message_id=0&implicit_handshake=true&document_id={uuid4()}&tab_id={uuid4()}"
            "&EIO=4&transport=websocket"
        )
        address = f"{self.url.replace('http', 'ws')}/_nicegui_ws/socket.io/?{query}"
        headers = {"cookie": f"{COOKIE}={self.token}", "origin": self.url}
        self.socket = await connect(
            address, additional_headers=headers, compression=None, max_size=None, ping_interval=None, open_timeout=60
        )
        await self.socket.recv()
        await self.socket.send("40")
        assert str(await self.socket.recv()).startswith("40")
        self.listening = asyncio.create_task(self._listen())
        return took

    async def _listen(self) -> None:
        assert self.socket is not None
        with suppress(Exception):  # closed
            async for message in self.socket:
                if message == "2":
                    await self.socket.send("3")
                elif str(message).startswith('42["update"'):
                    self.heard.append(time.time())

    async def close(self) -> None:
        if self.listening is not None:
            self.listening.cancel()
        if self.socket is not None:
            await self.socket.close()


def bench() -> list[BenchRow]:
    """About five minutes."""
    with TemporaryDirectory() as folder, served("tests.bench.home_server", Path(folder)) as url:
        return asyncio.run(_measured(url))


async def _measured(url: str) -> list[BenchRow]:
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=httpx.Limits(max_connections=8)) as client:
        (token,) = (await client.get("/test/enter?count=1")).json()
        rows = await _weighed(url, token)
        return rows + await _crowd(url, client)


async def _weighed(url: str, token: str) -> list[BenchRow]:
    async with async_playwright() as playwright:
        path = chromium_path("chromium-headless-shell")
        chromium = await playwright.chromium.launch(executable_path=path, args=[*BASIC_FLAGS, "--disable-gpu"])
        context = await chromium.new_context(viewport={"width": 390, "height": 844})
        await context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
        page = await context.new_page()
        carried: list[float] = []
        wire: CDPSession = await context.new_cdp_session(page)
        await wire.send("Network.enable")
        wire.on("Network.loadingFinished", lambda told: carried.append(told["encodedDataLength"]))
        await _first_load(page, url)  # what the server does once
        await wire.send("Network.clearBrowserCache")
        rows = []
        for word, aim in (("cold", AIM_COLD_KB), ("warm", AIM_WARM_KB)):
            carried.clear()
            paint = await _first_load(page, url)
            rows.append(BenchRow(f"home page, {word}: bytes carried", sum(carried) / 1_000, "kB", None, None, aim))
            rows.append(BenchRow(f"home page, {word}: requests", float(len(carried)), ""))
            rows.append(BenchRow(f"home page, {word}: first contentful paint", paint, "s", None, None, AIM_PAINT_S))
        await chromium.close()
    return rows


async def _first_load(page: Page, url: str) -> float:
    await page.goto("about:blank")
    await page.goto(f"{url}/home", wait_until="load")
    await page.locator("h1").wait_for()
    await page.wait_for_timeout(1_000)
    told = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    return float(await page.evaluate(told)) / 1_000


async def _crowd(url: str, client: httpx.AsyncClient) -> list[BenchRow]:
    tokens = (await client.get(f"/test/enter?count={PAGES + 40 + LOADS}")).json()
    async with AsyncExitStack() as stack:
        await _opened(stack, client, url, tokens[:40])
        before = (await client.get("/test/used")).json()
        opened = await _opened(stack, client, url, tokens[40 : 40 + PAGES])
        full = (await client.get("/test/used")).json()
        memory = (full["resident"] - before["resident"]) / PAGES / 1_000
        opening = (full["cpu_s"] - before["cpu_s"]) / PAGES * 1_000
        size = statistics.median(page.html_bytes for page in opened) / 1_000
        lags = await _updates(client, opened)
        await client.get("/test/drive/true")
        await asyncio.sleep(3)
        cpu = await _cpu(client)
        loads = [await OpenPageOnce(url, token).load(client) for token in tokens[-LOADS:]]
        await client.get("/test/drive/false")
        heard = sum(bool(page.heard) for page in opened) / PAGES
    name = f"{PAGES:,} open home pages"
    return [
        BenchRow("home page: HTML before compression", size, "kB"),
        BenchRow("CPU to build and open a page", opening, "ms"),
        BenchRow(f"{name}: server memory a page, resident", memory, "kB", 180, "recorded", AIM_PAGE_KB),
        BenchRow(f"{name}: pages that heard of their mower", 100 * heard, "%", None, None, 100),
        BenchRow(f"{name}: report to socket, median", statistics.median(lags), "s"),
        BenchRow(f"{name}: report to socket, p95", _p95(lags), "s", None, None, AIM_UPDATE_S),
        BenchRow(f"{name}, every mower reports each second: CPU of one core", cpu, "%", None, None, AIM_CPU),
        BenchRow(f"{name}, the same: a further page, median", statistics.median(loads), "s"),
        BenchRow(f"{name}, the same: a further page, p95", _p95(loads), "s", None, None, AIM_LOAD_S),
    ]


@dataclass
class OpenPageOnce:
    """A page that is loaded and left."""

    url: str
    token: str

    async def load(self, client: httpx.AsyncClient) -> float:
        page = OpenPage(self.url, self.token)
        took = await page.open(client)
        await page.close()
        return took


async def _opened(stack: AsyncExitStack, client: httpx.AsyncClient, url: str, tokens: list[str]) -> list[OpenPage]:
    pages = [OpenPage(url, token) for token in tokens]
    room = asyncio.Semaphore(AT_ONCE)

    async def open_one(page: OpenPage) -> None:
        async with room:
            await page.open(client)
        stack.push_async_callback(page.close)

    await asyncio.gather(*(open_one(page) for page in pages))
    await asyncio.sleep(3)
    return pages


async def _updates(client: httpx.AsyncClient, opened: list[OpenPage]) -> list[float]:
    """Seconds from a mower's report to each page that something changed on."""
    lags: list[float] = []
    for _step in range(STEPS):
        at = float((await client.get("/test/step")).json())
        await asyncio.sleep(WAIT_S)
        first: list[Any] = [next((heard for heard in page.heard if heard >= at), None) for page in opened]
        lags += [heard - at for heard in first if heard is not None]
    return lags


async def _cpu(client: httpx.AsyncClient) -> float:
    before = (await client.get("/test/used")).json()
    await asyncio.sleep(CPU_S)
    after = (await client.get("/test/used")).json()
    return 100 * float((after["cpu_s"] - before["cpu_s"]) / (after["at"] - before["at"]))


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]
