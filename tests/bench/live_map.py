"""The live map under load: server CPU and bytes a round, report to browser, memory a browser, time to the first mower.

1,000, 5,000 and 10,000 mowers at 1 Hz, every one moving; 1, 5 and 20 browsers, of which one is a real Chromium and the
others are emulated by the page's own requests and its one socket (Chromium proves that there is no other). A round is a
second. CPU is the median of rounds, taken in cycles of 0, 1, 5 and 20 browsers, less that of the rounds without one.
Reports are timed in rounds of their own: each changes a state between two ticks. Memory is what 40 browsers more add
after the first 20, garbage collected; beside it what Python itself counts for 20 more, without the allocator's gaps.
"""

import asyncio
import json
import re
import statistics
import urllib.request
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, Page, async_playwright
from websockets.asyncio.client import connect

from dashboard.gate import COOKIE
from tests.bench.rows import BenchRow
from tests.browsers import CHROMIUM_FLAGS, chromium_path
from tests.dashboard.components.test_live_map_browser import READY, LiveApp, app_of

MOWERS = (1_000, 5_000, 10_000)
BROWSERS = (1, 5, 20)
ROUNDS = 4
CYCLES = {5_000: 3}
"""Where there is an aim; else one."""
WARM, MORE, TRACED = 20, 40, 20
"""Browsers before memory is read, those that are weighed by it, and those that Python counts."""
NAIVE_CPU_MS = {(5_000, 1): 8.3, (5_000, 5): 42.0, (5_000, 20): 205.0}
"""JSON rows built and compressed a client, 1 Hz: recorded."""
NAIVE_HANDLER_MS = {1_000: 6.0, 5_000: 23.0, 10_000: 45.0}
AIM_CPU_MS = {(5_000, 20): 3.0}
REST = "() => { const { map } = window.mowthosLive; map.drawn = map.invalidate; map.invalidate = () => {}; }"
GO_ON = "() => { const { map } = window.mowthosLive; map.invalidate = map.drawn; map.invalidate(); }"
"""While CPU is counted Chromium listens but does not draw: software drawing would take the same two cores."""

CONFIG = re.compile(r'id="mowthos-live">(.+?)</script>')

WATCH = """() => {
  const store = window.mowthosLive, take = store.takeFrame.bind(store);
  window.heard = [];
  let last = null;
  store.takeFrame = (buffer) => {
    const now = (performance.timeOrigin + performance.now()) / 1000;
    const n = new DataView(buffer).getUint32(12, true);
    if (n) {
      const state = new Uint8Array(buffer)[40 + 14 * n];
      if (last !== null && state !== last) window.heard.push(now);
      last = state;
    }
    take(buffer);
  };
}"""


def bench() -> list[BenchRow]:
    """About three minutes."""
    return asyncio.run(_measured())


async def _measured() -> list[BenchRow]:
    rows: list[BenchRow] = []
    async with async_playwright() as playwright:
        with TemporaryDirectory() as folder:
            chromium = await playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
            for mowers in MOWERS:
                place = Path(folder) / str(mowers)
                place.mkdir()
                app = app_of(place, mowers, module="tests.bench.live_map_server")
                try:
                    rows += await _of_fleet(app, chromium, mowers)
                finally:
                    app.stop()
            await chromium.close()
    return rows


async def _of_fleet(app: LiveApp, chromium: Browser, mowers: int) -> list[BenchRow]:
    await asyncio.sleep(1)  # what a server does once, at its start, is over
    rows: list[BenchRow] = []
    context = await chromium.new_context(viewport={"width": 1000, "height": 640}, reduced_motion="reduce")
    await context.add_cookies([{"name": COOKIE, "value": app.token, "url": app.url}])
    page = await context.new_page()
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(urlsplit(socket.url).path))
    if mowers == MOWERS[0]:
        cold, warm = await _first_mower(page, app.url), await _first_mower(page, app.url)
        rows.append(BenchRow("map page, cold, to the first mower drawn", cold, "s", 2.6, "recorded", 1.5))
        rows.append(BenchRow("map page, warm, to the first mower drawn", warm, "s", 1.5, "recorded", 0.9))
    cpu: dict[int, list[float]] = {browsers: [] for browsers in (0, *BROWSERS)}
    cycles = CYCLES.get(mowers, 1)
    for cycle in range(cycles):
        rows += await _cycle(app, page, mowers, cpu, reports=cycle == cycles - 1)
    assert set(sockets) == {"/live/ws"}, f"the page has sockets that nobody emulates: {sockets}"
    alone = statistics.median(cpu[0])
    rows.append(BenchRow(f"{mowers:,} mowers, no browser: CPU of the server and the simulation", alone, "ms"))
    for browsers in BROWSERS:
        case = (mowers, browsers)
        naive = NAIVE_CPU_MS.get(case)
        rows.append(
            BenchRow(
                f"{_name(*case)}: server CPU a round", statistics.median(cpu[browsers]) - alone, "ms",
                naive, "recorded" if naive else None, AIM_CPU_MS.get(case),
            )
        )  # fmt: skip
    await context.close()
    if mowers == MOWERS[0]:
        rows += await _memory(app)
    return rows


async def _cycle(
    app: LiveApp, page: Page, mowers: int, cpu: dict[int, list[float]], *, reports: bool
) -> list[BenchRow]:
    """Rounds without a browser, then with more and more of them; their CPU is added to ``cpu``."""
    rows: list[BenchRow] = []
    await page.goto("about:blank")
    await asyncio.sleep(1)
    cpu[0] += await _cpu_ms(app)
    await _first_mower(page, app.url)
    await page.evaluate(WATCH)
    async with AsyncExitStack() as stack:
        emulated: list[Emulated] = []
        for browsers in BROWSERS:
            while len(emulated) < browsers - 1:
                emulated.append(await stack.enter_async_context(Emulated(app)))
            await page.evaluate(REST)
            await asyncio.sleep(1)
            cpu[browsers] += await _cpu_ms(app)
            await page.evaluate(GO_ON)
            if reports and browsers in {BROWSERS[0], BROWSERS[-1]}:
                rows.append(await _reports(app, page, mowers, browsers))
        if reports:
            frame = max(client.largest for client in emulated)
            rows.append(BenchRow(f"{mowers:,} mowers: a frame to each browser", frame / 1000, "kB"))
    return rows


async def _reports(app: LiveApp, page: Page, mowers: int, browsers: int) -> BenchRow:
    await page.evaluate("window.heard = []")
    before = len(told(app, report=True)["accepted"])
    await asyncio.sleep(ROUNDS)
    lags = _lags(told(app)["accepted"][before:], await page.evaluate("window.heard"))
    naive = NAIVE_HANDLER_MS[mowers] if browsers == 1 else None
    return BenchRow(
        f"{_name(mowers, browsers)}: report accepted to handler, median", statistics.median(lags), "ms",
        naive, "recorded" if naive else None, 10.0 if (mowers, browsers) == (5_000, 1) else None,
    )  # fmt: skip


async def _memory(app: LiveApp) -> list[BenchRow]:
    async with AsyncExitStack() as stack:

        async def weighed(browsers: int, *, trace: bool = False) -> dict[str, int]:
            for _ in range(browsers):
                await stack.enter_async_context(Emulated(app))
            await asyncio.sleep(2)
            return await asyncio.to_thread(asked, app, f"/memory?trace={trace}")

        warm = await weighed(WARM)
        full = await weighed(MORE, trace=True)
        counted = await weighed(TRACED)
    resident = (full["resident"] - warm["resident"]) / MORE / 1000
    return [
        BenchRow("server memory a browser", resident, "kB", 160, "recorded", 60),
        BenchRow("the same, as Python counts it", counted["traced"] / TRACED / 1000, "kB"),
    ]


async def _cpu_ms(app: LiveApp) -> list[float]:
    """Server CPU of each of ``ROUNDS`` rounds."""
    await asyncio.sleep(ROUNDS + 0.5)
    ends = told(app)["cpu_s"][-ROUNDS - 1 :]
    return [1000 * (end - begin) for begin, end in pairwise(ends)]


def _name(mowers: int, browsers: int) -> str:
    return f"{mowers:,} mowers, {browsers} browser{'s'[: browsers > 1]}"


async def _first_mower(page: Page, url: str) -> float:
    """Seconds from the address entered to the first picture with mowers in it, by the browser's own clock."""
    await page.goto("about:blank")  # a page that still draws would hold up the one that follows,
    await asyncio.sleep(1)  # and so would pictures of it that the software renderer has yet to draw
    await page.goto(f"{url}/fleet", wait_until="commit")
    await page.wait_for_function(READY, timeout=60_000, polling=20)
    drawn = "performance.getEntriesByName('mowthos:mowers')[0]?.startTime"
    return float(await (await page.wait_for_function(drawn, timeout=60_000)).json_value()) / 1000


def _lags(accepted: list[float], heard: list[float]) -> list[float]:
    """Milliseconds from each report to the first frame heard after it, of those that were heard within the round."""
    lags = []
    for at in accepted:
        after = [1000 * (moment - at) for moment in heard if at <= moment < at + 0.9]
        lags += after[:1]
    return lags or [float("nan")]


@dataclass
class Emulated:
    """A browser without a screen: asks for what the page asks for, and reads the live socket."""

    app: LiveApp
    largest: int = 0

    async def __aenter__(self) -> "Emulated":
        headers = {"cookie": f"{COOKIE}={self.app.token}"}

        def load() -> str:
            page, *_ = [self._asked(path, headers) for path in ("/fleet", "/live/roster", "/live/spec", "/live/trails")]
            return str(json.loads(CONFIG.search(page)[1])["urls"]["ws"])  # type: ignore[index]

        address = f"{self.app.url}{await asyncio.to_thread(load)}".replace("http", "ws", 1)
        self._socket = await connect(address, additional_headers=headers, max_size=None, compression=None)
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: Any) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        with suppress(OSError):
            await self._socket.close()

    def _asked(self, path: str, headers: dict[str, str]) -> str:
        with urllib.request.urlopen(urllib.request.Request(self.app.url + path, headers=headers), timeout=30) as answer:
            return str(answer.read().decode())

    async def _read(self) -> None:
        async for message in self._socket:
            self.largest = max(self.largest, len(message))


def told(app: LiveApp, *, report: bool = False) -> dict[str, Any]:
    """What the server says of itself; ``report`` switches its reports on."""
    return asked(app, f"/told?report={report}")


def asked(app: LiveApp, path: str) -> dict[str, Any]:
    with urllib.request.urlopen(app.url + path, timeout=30) as answer:
        return dict(json.loads(answer.read()))
