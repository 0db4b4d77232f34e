"""Replay of the fleet: one frame of 500 mowers at a random moment of a stored day, on SQLite and on PostgreSQL."""

import asyncio
import tempfile
from datetime import timedelta
from random import Random

from core.clock import SystemClock
from core.db import Database
from core.fleet.history import FleetPast
from dashboard.live.frame import encode_fleet
from tests.bench.rows import BenchRow
from tests.bench.stored import DAY_MS, START, fill, scratch

MOWERS, EVERY_S, FRAMES = 500, 20, 200


def bench() -> list[BenchRow]:
    """2.16 million readings: 500 mowers, a day, one in twenty seconds."""
    return asyncio.run(measured())


async def measured() -> list[BenchRow]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("sqlite", "postgresql"):
            async with scratch(kind, folder) as database:
                await fill(database, mowers=MOWERS, every_ms=EVERY_S * 1000, days=1)
                for as_known in (False, True):
                    times = await frames(database, as_known=as_known)
                    word = "as it was known" if as_known else "as it was"
                    rows.append(
                        BenchRow(f"{kind}: a frame of {MOWERS} mowers, {word}, median", times[len(times) // 2], "ms")
                    )
                    p95 = times[int(len(times) * 0.95)]
                    rows.append(BenchRow(f"{kind}: the same, p95", p95, "ms", aim=300))
    return rows


async def frames(database: Database, *, as_known: bool) -> list[float]:
    """Milliseconds a frame took, from the question to its bytes, sorted."""
    past, clock, dice = FleetPast(database), SystemClock(), Random(1)
    numbers, times = list(range(1, MOWERS + 1)), []
    for _ in range(FRAMES):
        at = START + timedelta(milliseconds=dice.randrange(DAY_MS))
        began = clock.monotonic()
        columns = await past.columns(numbers, at, as_known=as_known)
        encode_fleet(columns, sequence=0, epoch=1, now_s=at.timestamp())
        times.append((clock.monotonic() - began) * 1000)
    return sorted(times)
