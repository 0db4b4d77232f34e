"""A process of its own for `test_told_after_a_kill`: it is gone the moment a fact is stored, before anybody hears.

``python -m tests.dashboard.killed_teller DATABASE FOLDER command|alarm``
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from core.accounts import Role, Viewer
from core.clock import SystemClock
from core.db import open_database
from core.errors import MowthosError
from core.fleet.alarms.tables import AlarmRow
from core.fleet.model import CommandKind
from core.fleet.tables import Mower
from core.ids import new_id
from core.settings import Settings
from dashboard.bootstrap import build

LUBA = "Luba-ELM2A7"


def die(_fact: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(address: str, folder: Path, fact: str) -> None:
    settings = Settings(
        secret_key="x" * 40, data_dir=folder, database_url=address, mammotion_link_accounts=False, _env_file=None
    )  # type: ignore[call-arg, arg-type]
    clock, database = SystemClock(), open_database(address)
    parts = build(settings, database, clock)
    ada = Viewer(new_id(), "ada@elm.example", "Ada", Role.ADMIN)
    await parts.programs.hooks.add("https://hooks.example.com/", ["command.changed", "alarm.changed"], by=ada)
    now = clock.now()
    if fact == "command":
        async with database.session() as session:
            session.add(Mower(number=1, device_name=LUBA, created_at=now))
        await parts.fleet.roster.load()
        parts.fleet.commands.changed.subscribe(die)
        try:
            await parts.fleet.commands.request(device_name=LUBA, kind=CommandKind.HALT, asked_by="ada", source="job")
        except MowthosError as error:
            raise SystemExit(f"nobody heard of it: {error}") from None
    row = AlarmRow(
        rule_key="stuck", kind="stuck", severity="warning", subject_kind="mower", subject=LUBA, since=now, raised_at=now
    )
    async with database.session() as session:
        session.add(row)
    alarms = parts.care.alarms
    await alarms.keeper.load()
    alarms.keeper.changed.subscribe(die)
    await alarms.desk.acknowledge(row.id, by=ada)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
