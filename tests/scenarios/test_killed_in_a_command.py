"""The server is killed without warning in the middle of a command: it is never lost, and never given twice."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from core.db import open_database
from core.db.migrate import migrate
from core.ids import new_id
from external.mammotion.simulator import SimulatorOptions, SimulatorServer
from external.mammotion.simulator.default_sites import default_sites
from external.mammotion.simulator.mower import Activity
from tests.browsers import ROOT
from tests.proofs import cases, record
from tests.scenarios.command_worker import fleet_on

KILLS_S = (0.15, 0.6, 0.0, 0.03, 0.01, 0.3, 0.06, 0.1, 0.2, 0.45, 0.8, 1.2)
"""Seconds from the question to the kill: before it is kept, while it is handed over, while it is followed."""
BEGINS = "nav.todev_taskctrl"
OVER = ("done", "failed", "expired")


@dataclass
class Stage:
    address: str
    cloud: SimulatorServer

    async def plays(self, part: str, mower: str, command: UUID) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.scenarios.command_worker", self.address, self.cloud.http_url, mower,
            str(command), part, cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip

    def orders(self, mower: str) -> list[str]:
        """What was told to this mower, by name."""
        frames = self.cloud.journal.latest(device_name=mower, limit=4000)
        return [str(frame["leaf"]) for frame in frames if frame["direction"] == "to_device"]


@asynccontextmanager
async def a_linked_account(folder: Path, mowers: int) -> AsyncIterator[Stage]:
    address = f"sqlite:///{folder / 'killed.sqlite3'}"
    database = open_database(address)
    await migrate(database)
    await database.close()
    sites = default_sites(mowers=mowers, accounts=1, seed=5)
    cloud = SimulatorServer(SimulatorOptions(sites=sites, seed=7, owners=False, reply_delay_s=0.1, docked_period_s=2))
    await cloud.start()
    try:
        fleet = fleet_on(address, cloud.http_url)
        await fleet.start()
        for account, password in cloud.accounts:
            await fleet.accounts.link(account, password, by="drill")
        await fleet.stop()
        yield Stage(address, cloud)
    finally:
        await cloud.stop()


@pytest.mark.prove
@pytest.mark.timeout(1500)
async def test_a_kill_in_the_middle_of_a_command_neither_loses_nor_doubles_it(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    kills = KILLS_S[: cases(sample=2, full=len(KILLS_S))]
    told: list[str] = []
    async with a_linked_account(tmp_path, len(kills)) as stage:
        for mower, after_s in zip(stage.cloud.fleet.devices, kills, strict=True):
            command = new_id()
            first = await stage.plays("ask", mower, command)
            assert first.stdout is not None
            said = [await first.stdout.readline()]
            while said[-1] not in {b"ready\n", b""}:  # what it logs comes the same way
                said.append(await first.stdout.readline())
            assert said[-1] == b"ready\n", said
            await asyncio.sleep(after_s)
            first.send_signal(signal.SIGKILL)
            await first.wait()
            before = stage.orders(mower).count(BEGINS)

            second = await stage.plays("follow", mower, command)
            words = (await second.communicate())[0].decode().splitlines()[-1]
            assert second.returncode == 0
            print(after_s, words, stage.orders(mower))
            given = stage.orders(mower).count(BEGINS)
            assert given <= 1, f"given {given} times after a kill at {after_s} s"
            truly = stage.cloud.fleet.devices[mower].mower.activity in (Activity.TRAVELLING, Activity.MOWING)
            assert words.startswith(OVER) or (words == "never kept" and given == before == 0), words
            assert words.startswith("done") == truly, (after_s, words)
            told.append(words.split()[0])
    record(request, f"{len(told)} kills: {', '.join(f'{told.count(one)} {one}' for one in sorted(set(told)))}")
