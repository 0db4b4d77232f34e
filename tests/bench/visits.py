"""Generation of visits ahead for 10,000 homes: the first time, and again when nothing is left to do."""

import asyncio
import os
import tempfile
import time
from datetime import UTC, date, datetime

from sqlalchemy import insert
from sqlmodel import func, select

from core.accounts import Audit, no_households
from core.clock import MovableClock
from core.db import Database, open_database
from core.db.migrate import migrate
from core.fleet.tables import Mower
from core.ids import new_id
from core.neighbourhood.tables import Lot, LotMower
from core.scheduling import plan_content
from core.scheduling.service import Scheduling
from core.scheduling.tables import ServicePlanVersion, VisitRow
from dashboard.demo_visits import plan_of
from tests.bench.rows import BenchRow

HOMES, HOMES_A_MOWER = int(os.environ.get("HOMES", "10000")), 5
"""``HOMES=200`` tries it quickly."""
START = datetime(2026, 6, 1, 12, tzinfo=UTC)


def bench() -> list[BenchRow]:
    """A plan a home, five homes a mower, 28 days ahead, on SQLite."""
    first, again, visits = asyncio.run(measured())
    return [
        BenchRow(f"visits: generation for {HOMES:,} homes, 28 days", first, "s", aim=120),
        BenchRow("visits: the same again, nothing to do", again, "s", aim=60),
        BenchRow("visits: made", visits, "visits"),
    ]


async def measured() -> tuple[float, float, int]:
    """Seconds of the first and of the second generation, and how many visits stand."""
    with tempfile.TemporaryDirectory() as folder:
        database, clock = open_database(f"sqlite:///{folder}/visits.sqlite3"), MovableClock(START)
        await migrate(database)
        await settle_in(database)
        scheduling = Scheduling(
            database=database, clock=clock, audit=Audit(database, clock), household_ids=no_households
        )
        spent = []
        for _turn in range(2):
            began = time.monotonic()
            await scheduling.generate()
            spent.append(time.monotonic() - began)
        async with database.session() as session:
            visits = (await session.exec(select(func.count()).select_from(VisitRow))).one()
        await database.close()
        return spent[0], spent[1], visits


async def settle_in(database: Database) -> None:
    """Lots, mowers and plans, row by row at once."""
    lots = [new_id() for _ in range(HOMES)]
    mowers = [new_id() for _ in range(HOMES // HOMES_A_MOWER)]
    async with database.connection() as connection:
        await connection.execute(insert(Mower), [
            {"id": key, "number": number, "device_name": f"Luba-{number:05d}", "created_at": START}
            for number, key in enumerate(mowers, 1)
        ])  # fmt: skip
        await connection.execute(insert(Lot), [
            {"id": key, "address": f"{number} ELM ST", "city": "Rochester", "longitude": -92.5, "latitude": 44.0,
             "lawns": [], "source": "drawn", "time_zone": "America/Chicago"}
            for number, key in enumerate(lots, 1)
        ])  # fmt: skip
        await connection.execute(insert(LotMower), [
            {"lot_id": key, "mower_id": mowers[number // HOMES_A_MOWER],
             "part": "neighbour" if number % HOMES_A_MOWER else "host"}
            for number, key in enumerate(lots)
        ])  # fmt: skip
        await connection.execute(insert(ServicePlanVersion), [
            {"lot_id": key, "version": 1, "valid_from": date(2026, 6, 1), "saved_by": "bench", "saved_at": START,
             "content": plan_content(plan_of(number, date(2026, 6, 1)))}
            for number, key in enumerate(lots)
        ])  # fmt: skip
