"""500 browsers on the live map of one process, 10,000 mowers that all move each second, as `live_map` emulates them.

CPU is that of the server process in a round of a second above what it takes without a browser; lag is from a report's
taking in to each socket that hears of its change. Emulated browsers ask for what the page asks for and hold its socket.
"""

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.live_map import Emulated, _cpu_ms, asked, told
from tests.bench.rows import BenchRow
from tests.dashboard.components.test_live_map_browser import LiveApp, app_of

ALONE = True
"""Opening 500 pages takes a minute or two."""
MOWERS, BROWSERS, REPORTS = 10_000, 500, 6
STATE_AT = 40 + 14 * MOWERS
"""Where a frame tells the first mower's state, which the server's reports change."""


@dataclass
class Listening(Emulated):
    """Notes when it hears of the first mower's other state."""

    heard: list[float] = field(default_factory=list)
    state: int = -1
    frames: int = 0

    async def _read(self) -> None:
        async for message in self._socket:
            if isinstance(message, bytes) and len(message) > STATE_AT:
                self.frames += 1
                if message[STATE_AT] != self.state:
                    self.state = message[STATE_AT]
                    self.heard.append(time.time())


def bench() -> list[BenchRow]:
    """About four minutes."""
    with TemporaryDirectory() as folder:
        app = app_of(Path(folder), MOWERS, module="tests.bench.live_map_server")
        try:
            return asyncio.run(_measured(app))
        finally:
            app.stop()


async def _measured(app: LiveApp) -> list[BenchRow]:
    await asyncio.sleep(2)
    alone = statistics.median(await _cpu_ms(app))
    before = asked(app, "/memory")["resident"]
    async with AsyncExitStack() as stack:
        began = time.perf_counter()
        crowd = [await stack.enter_async_context(Listening(app)) for _ in range(BROWSERS)]
        opening = (time.perf_counter() - began) / BROWSERS
        await asyncio.sleep(3)
        frames = sum(one.frames for one in crowd)
        cpu = statistics.median(await _cpu_ms(app))
        memory = (asked(app, "/memory")["resident"] - before) / BROWSERS / 1_000
        lags = await _lags(app, crowd)
        frames = sum(one.frames for one in crowd) - frames
    name = f"{MOWERS:,} mowers, {BROWSERS} browsers"
    return [
        BenchRow(f"{name}: server CPU a round", cpu - alone, "ms", alone, "measured", 500),
        BenchRow(f"{name}: report to socket, median", 1_000 * statistics.median(lags), "ms"),
        BenchRow(f"{name}: report to socket, p95", 1_000 * sorted(lags)[int(0.95 * (len(lags) - 1))], "ms", aim=1_000),
        BenchRow(f"{name}: frames heard of {REPORTS} reports", frames / BROWSERS, "a browser"),
        BenchRow(f"{name}: server memory a browser", memory, "kB", 160, "recorded", 60),
        BenchRow("a further page with all it asks for", 1_000 * opening, "ms"),
    ]


async def _lags(app: LiveApp, crowd: list[Listening]) -> list[float]:
    """Seconds from each report, one a second, to every socket that hears of it before the next."""
    began = len((await asyncio.to_thread(told, app, report=True))["accepted"])
    await asyncio.sleep(REPORTS + 0.5)
    reports = (await asyncio.to_thread(told, app))["accepted"][began:]
    found = [moment - at for at in reports for one in crowd for moment in one.heard if at <= moment < at + 1]
    return found + [1.0] * (len(reports) * len(crowd) - len(found))  # who heard nothing in time heard too late
