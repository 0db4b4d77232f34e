"""A process of its own for `test_killed_writer`: takes readings and says what it accepted, until it is killed."""

import asyncio
import sys
from datetime import datetime

from core.clock import SystemClock
from core.db import open_database
from core.fleet.live import LiveFleet
from core.fleet.model import MowerSnapshot, MowerState, Reading
from core.fleet.pipeline import FleetPipeline
from core.fleet.telemetry import TelemetryStore

MOWERS = 50
STEP_S = 0.05


async def main(address: str) -> None:
    clock = SystemClock()
    live = LiveFleet()
    live.set_roster(MowerSnapshot(number=number, device_name=f"mower-{number}") for number in range(MOWERS))
    telemetry = TelemetryStore(open_database(address), clock)
    pipeline = FleetPipeline(live, telemetry, clock)
    await telemetry.start()
    live.changed.subscribe(lambda change: say(change.after.number, change.after.device_time))
    running = asyncio.create_task(pipeline.run())
    while not running.done():
        now = clock.now()
        now = now.replace(microsecond=now.microsecond // 1000 * 1000)
        pipeline.enqueue(
            [
                Reading(device_name=f"mower-{number}", device_time=now, received_at=now, mode=MowerState.IDLE)
                for number in range(MOWERS)
            ]
        )
        await clock.sleep(STEP_S)


def say(number: int, at: datetime | None) -> None:
    assert at is not None
    sys.stdout.write(f"{number} {round(at.timestamp() * 1000)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
