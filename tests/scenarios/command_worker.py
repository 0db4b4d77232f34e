"""A process of its own for `test_killed_in_a_command`: a fleet that asks one thing of a mower, or goes on after a kill.

``python -m tests.scenarios.command_worker DATABASE CLOUD MOWER COMMAND ask|follow`` says ``ready`` before it asks, and
what became of the command in the end, as ``status`` with its reasons.
"""

import asyncio
import sys
from uuid import UUID

from core.clock import SystemClock
from core.db import open_database
from core.errors import NotFound
from core.fleet import CommandLimits, FleetService
from core.fleet.model import CommandKind
from external.mammotion import MammotionCloud
from external.sealing import FernetBox

SECRET = "x" * 32


def fleet_on(address: str, cloud_url: str) -> FleetService:
    """A whole fleet service on that database and that cloud."""
    clock = SystemClock()
    return FleetService(
        database=open_database(address),
        cloud=MammotionCloud(login_url=cloud_url, api_url=cloud_url, clock=clock, request_ceiling=100_000),
        secret_box=FernetBox(SECRET),
        clock=clock,
        command_limits=CommandLimits(unseen_s=15, unproven_s=30),
    )


async def may_start(fleet: FleetService, mower: str) -> bool:
    """Whether it is known, at rest, and reached."""
    try:
        return not await fleet.commands.against(mower, CommandKind.START, person_id=None)
    except NotFound:
        return False


async def main(address: str, cloud_url: str, mower: str, command_id: UUID, part: str) -> None:
    fleet = fleet_on(address, cloud_url)
    await fleet.start()
    if part == "ask":
        while not await may_start(fleet, mower):
            await asyncio.sleep(0.05)
        say("ready")
        await fleet.commands.request(
            device_name=mower, kind=CommandKind.START, asked_by="drill", source="job", command_id=command_id
        )
    try:
        while (command := await fleet.commands.get(command_id)).is_open:
            await asyncio.sleep(0.1)
        say(f"{command.status} {' '.join(command.reasons)}")
    except NotFound:
        say("never kept")
    await fleet.stop()


def say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], UUID(sys.argv[4]), sys.argv[5]))
