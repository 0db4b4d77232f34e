"""Scratch databases full of telemetry, made by the database itself with one statement: for benches of reads."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
from sqlalchemy import text

from core.clock import to_epoch_ms
from core.db import Database, open_database
from core.db.migrate import migrate

POSTGRES_URL = os.environ.get("MOWTHOS_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
START = datetime(2026, 6, 1, tzinfo=UTC)
DAY_MS = 86_400_000
_SERIES = {
    "sqlite": "WITH RECURSIVE {name}(n) AS (SELECT {low} UNION ALL SELECT n + 1 FROM {name} WHERE n < {high})",
    "postgresql": "WITH {name}(n) AS (SELECT generate_series({low}, {high}))",
}


@asynccontextmanager
async def scratch(kind: str, folder: str) -> AsyncIterator[Database]:
    """An empty, migrated database of this kind, gone afterwards."""
    name = f"mowthos_bench_{uuid4().hex[:10]}"
    address = f"sqlite:///{folder}/{name}.sqlite3"
    if kind == "postgresql":
        with psycopg.connect(POSTGRES_URL, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}"')
        address = POSTGRES_URL.rsplit("/", 1)[0] + f"/{name}"
    database = open_database(address)
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()
        if kind == "postgresql":
            with psycopg.connect(POSTGRES_URL, autocommit=True) as admin:
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        else:
            os.unlink(f"{folder}/{name}.sqlite3")


async def fill(database: Database, *, mowers: int, every_ms: int, days: int) -> int:
    """Mowers 1 to ``mowers``, a reading every ``every_ms`` for ``days``: half of each hour mowing. Returns the rows."""
    steps = days * DAY_MS // every_ms
    began = to_epoch_ms(START)
    for number in range(1, mowers + 1):
        async with database.connection() as connection:
            await connection.execute(text(_insert(database.dialect, number, began, every_ms, steps)))
    async with database.connection() as connection:
        await connection.execute(text("ANALYZE telemetry"))
    return mowers * steps


def _insert(dialect: str, number: int, began: int, every_ms: int, steps: int) -> str:
    at = f"{began} + n * {every_ms} + {number * 37 % every_ms}"
    mowing = f"(({at}) / 1800000) % 2 = 0"
    series = _SERIES[dialect].format(name="steps", low=0, high=steps - 1)
    return (
        "INSERT INTO telemetry (mower, device_time_ms, sequence, received_ms, state, confidence, source, mode, "
        "battery_percent, flags, longitude_e7, latitude_e7, heading_cdeg, position_type, progress_percent, zone_hash, "
        f"speed_cm_s) {series} SELECT {number}, {at}, 0, {at} + 300, CASE WHEN {mowing} THEN 0 ELSE 3 END, 0, 0, "
        f"CASE WHEN {mowing} THEN 0 ELSE 3 END, 20 + n % 80, 3, -925000000 + {number} * 3000 + n % 2000, "
        f"440100000 + n % 1777, n % 36000, 0, n / 60 % 100, 7, CASE WHEN {mowing} THEN 40 ELSE 0 END FROM steps"
    )
