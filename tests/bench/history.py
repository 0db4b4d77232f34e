"""Charts out of 50 million stored readings, on SQLite and PostgreSQL: a day of 1 Hz, and a season.

Making the readings takes minutes and 8 GB of disk: this table comes only when asked for by name. ``MILLIONS`` in
the environment measures with fewer.
"""

import asyncio
import os
import tempfile
from datetime import timedelta

from core.clock import SystemClock, to_epoch_ms
from core.db import Database
from core.fleet.history import HistoryDesk
from core.fleet.history.minutes import DAY_MINUTES, sum_up
from dashboard.live.payload import Payload
from dashboard.past.wire import series_told
from tests.bench.rows import BenchRow
from tests.bench.stored import DAY_MS, START, fill, scratch

ALONE = True
"""Only when asked for by name."""
SEASON_DAYS = 214
TRIES = 7
PER_MOWER = 86_400
LONG_MOWER = 1


def bench() -> list[BenchRow]:
    return asyncio.run(measured(float(os.environ.get("MILLIONS", "50"))))


async def measured(millions: float) -> list[BenchRow]:
    rows = []
    mowers = max(1, round(millions * 1e6 / PER_MOWER))
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("sqlite", "postgresql"):
            async with scratch(kind, folder) as database:
                clock = SystemClock()
                began = clock.monotonic()
                stored = await fill(database, mowers=mowers, every_ms=1_000, days=1)
                rows.append(BenchRow(f"{kind}: readings stored", stored / 1e6, "millions"))
                rows.append(BenchRow(f"{kind}: to make them", clock.monotonic() - began, "s"))
                await a_season(database, LONG_MOWER)
                for word, days, aim in (
                    ("a day of 86,400 readings", 1, 1.0),
                    ("a season of 214 days", SEASON_DAYS, 2.0),
                ):
                    times = await seconds(HistoryDesk(database), days, mowers)
                    rows.append(BenchRow(f"{kind}: {word}, median of {TRIES}", times[TRIES // 2], "s", aim=aim))
                    rows.append(BenchRow(f"{kind}: the same, slowest", times[-1], "s", aim=aim))
    return rows


async def a_season(database: Database, number: int) -> None:
    """A row for each minute of seven months of one mower: its one day, told 214 times."""
    async with database.connection() as connection:
        low = to_epoch_ms(START) // 60_000
        await sum_up(connection, number, low, low + DAY_MINUTES - 1)
        names = (
            "readings, state, battery_low, battery_high, progress, speed_cm_s, satellites_low, satellites_high, "
            "signal_low, signal_high, longitude_e7, latitude_e7"
        )
        for day in range(1, SEASON_DAYS):
            await connection.exec_driver_sql(
                f"INSERT INTO telemetry_minute (mower, minute, {names}) SELECT mower, minute + {day * DAY_MINUTES}, "
                f"{names} FROM telemetry_minute WHERE mower = {number} AND minute < {low + DAY_MINUTES}"
            )


async def seconds(desk: HistoryDesk, days: int, mowers: int) -> list[float]:
    """From question to JSON, sorted; each day is of another mower, so little of it is warm."""
    clock, times = SystemClock(), []
    for turn in range(TRIES):
        number = LONG_MOWER if days > 1 else 1 + turn * mowers // TRIES
        began = clock.monotonic()
        found = await desk.series(number, START, START + timedelta(milliseconds=days * DAY_MS))
        Payload.of(series_told(found, 0.0, 1.0)).compressed  # noqa: B018 - made when first read
        times.append(clock.monotonic() - began)
        assert found.readings >= (DAY_MINUTES * days if days > 1 else PER_MOWER) - 1
    return sorted(times)
