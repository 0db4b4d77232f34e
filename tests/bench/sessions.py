"""Detection of mowing sessions at 2,000 reports a second: CPU of the keeper and of its rule, stores and all."""

import asyncio
import tempfile
import time
from datetime import UTC, datetime, timedelta

from core.clock import MovableClock
from core.db import open_database
from core.db.migrate import migrate
from core.fleet import SessionKeeper, TelemetryStore
from core.fleet.live import STATE_CODES
from core.fleet.model import Confidence, MowerState
from core.fleet.sessions import Sample, sample_of_row
from core.fleet.telemetry_codec import encode
from tests.bench.rows import BenchRow
from tests.core.fleet.cast import mowing

MOWERS, SECONDS = 2_000, 120
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def bench() -> list[BenchRow]:
    """Two thousand mowers at one report a second for two minutes of their time."""
    spent, waiting = asyncio.run(measured())
    reports = MOWERS * SECONDS
    return [
        BenchRow("sessions: CPU a report", spent / reports * 1e6, "us"),
        BenchRow("sessions: share of a core at 2,000 reports a second", spent / SECONDS * 100, "%", aim=10),
        BenchRow("sessions: reports left waiting at the end", waiting, "reports", aim=MOWERS * 6),
    ]


async def measured() -> tuple[float, int]:
    """CPU seconds of hearing and of the turns, and what still waits."""
    with tempfile.TemporaryDirectory() as folder:
        clock = MovableClock(START)
        database = open_database(f"sqlite:///{folder}/sessions.sqlite3")
        await migrate(database)
        store = TelemetryStore(database, clock)
        keeper = SessionKeeper(database, store, clock)
        rows = [encode(1, mowing(second, north=second * 0.4), MowerState.MOWING, Confidence.PROVEN, None)
                for second in range(SECONDS)]  # fmt: skip
        assert sample_of_row(rows[0]).state == STATE_CODES[MowerState.MOWING]
        assert len(rows[0]) >= len(Sample._fields)
        for number in range(1, MOWERS + 1):  # every mower is known: trackers made at a start are another figure
            store.appended.emit((number, *rows[0][1:]))
        while keeper.waiting:
            clock.move(10)
            await keeper.turn(hold_s=0)
        offset = int((clock.now() - START) / timedelta(milliseconds=1)) + 1_000
        spent = 0.0
        for second in range(SECONDS):
            clock.move(1)
            row = (rows[second][0], int(str(rows[second][1])) + offset, *rows[second][2:])
            began = time.process_time()
            for number in range(1, MOWERS + 1):
                store.appended.emit((number, *row[1:]))
            if second % 2:
                await keeper.turn()
            spent += time.process_time() - began
        waiting = keeper.waiting
        await database.close()
        return spent, waiting
