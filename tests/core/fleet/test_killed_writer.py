"""A writer killed without warning loses at most its last second, and the next start says so."""

import asyncio
import signal
import sys
from pathlib import Path

from sqlalchemy import text

from core.clock import SystemClock, from_epoch_ms
from core.db import open_database
from core.db.migrate import migrate
from core.fleet.telemetry import LOSS_WINDOW_S, TelemetryStore

ROOT = Path(__file__).parents[3]


async def test_a_killed_writer_loses_at_most_its_last_second_and_the_next_start_reports_it(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'killed.sqlite3'}"
    database = open_database(address)
    await migrate(database)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.core.fleet.killed_writer", address, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    accepted: list[tuple[int, int]] = []
    while len(accepted) < 2_500:
        number, at_ms = (await process.stdout.readline()).split()
        accepted.append((int(number), int(at_ms)))
    process.send_signal(signal.SIGKILL)
    rest = (await process.stdout.read()).decode().split("\n")
    await process.wait()
    accepted += [(int(number), int(at_ms)) for number, at_ms in (line.split() for line in rest[:-1])]

    (loss,) = await TelemetryStore(database, SystemClock()).start()
    async with database.connection() as connection:
        rows = await connection.execute(text("SELECT mower, device_time_ms FROM telemetry"))
        stored = {(row.mower, row.device_time_ms) for row in rows}
    await database.close()

    lost = [entry for entry in accepted if entry not in stored]
    assert len(stored) == loss.stored
    assert stored <= set(accepted)
    died_at = from_epoch_ms(max(at_ms for _, at_ms in accepted))
    assert all((died_at - from_epoch_ms(at_ms)).total_seconds() <= LOSS_WINDOW_S for _, at_ms in lost)
    assert loss.complete_until <= died_at
