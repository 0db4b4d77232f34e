"""The process under test of the endurance proof: readings into pipeline and store at a steady rate, in real time."""

import asyncio
import json
import math
import sys
from datetime import timedelta

import psutil

from core.clock import SystemClock
from core.db import open_database
from core.db.migrate import migrate
from core.fleet import FleetPipeline, LiveFleet, TelemetryStore
from core.fleet.model import MowerSnapshot, MowerState, Reading
from core.geo import Point

MOWERS = 2_000
SLICE_S = 0.1


async def main(address: str, rate_per_s: int, minutes: float) -> None:
    """Feed for ``minutes``; one JSON line a minute with the memory, one at the end with what became of the readings."""
    clock, database = SystemClock(), open_database(address)
    await migrate(database)
    live, store = LiveFleet(), TelemetryStore(database, clock)
    live.set_roster(MowerSnapshot(number=n + 1, device_name=f"Luba-{n:05d}") for n in range(MOWERS))
    pipeline = FleetPipeline(live, store, clock)
    await store.start()
    running = asyncio.create_task(pipeline.run())
    began, fed, told, total = clock.monotonic(), 0, 0, round(rate_per_s * minutes * 60)
    while fed < total:
        due = min(total, int((clock.monotonic() - began) * rate_per_s))
        now = clock.now()
        pipeline.enqueue([reading(fed + k, now) for k in range(due - fed)])
        fed = due
        if clock.monotonic() - began >= 60 * (told + 1):
            told += 1
            print(json.dumps({"minute": told, "rss_mb": psutil.Process().memory_info().rss / 1e6}), flush=True)
        await clock.sleep(SLICE_S)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await database.close()
    print(
        json.dumps({"fed": fed, "accepted": pipeline.counts.accepted, "refused": pipeline.counts.refused}), flush=True
    )


def reading(number: int, now: object) -> Reading:
    """The next report of the mowers in turn, each on its own small circle."""
    turn, mower = divmod(number, MOWERS)
    angle = turn / 20 + mower
    return Reading(
        device_name=f"Luba-{mower:05d}",
        device_time=now - timedelta(milliseconds=20) + timedelta(microseconds=number % 1000),  # type: ignore[operator]
        received_at=now,  # type: ignore[arg-type]
        sequence=turn % 256,
        mode=MowerState.MOWING,
        work_mode_code=13,
        battery_percent=50,
        charging=False,
        blade_on=True,
        position=Point(-92.5 + mower * 1e-4 + 5e-5 * math.cos(angle), 44.0 + 5e-5 * math.sin(angle)),
        heading_deg=angle % 360,
        progress_percent=turn % 100,
        satellites=25,
        speed_m_s=0.3,
    )


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
