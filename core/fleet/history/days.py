"""A mower's past, worked through day by day from a mark that is kept: what retention does comes round and goes on."""

from collections.abc import Awaitable, Callable

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db import Database
from core.fleet.sessions import store
from core.fleet.sessions.minutes import MINUTE_MS
from core.fleet.tables import Telemetry

DAY_MS = 86_400_000
MOST_DAYS = 500
"""Days of single mowers in one run."""

_raw = Telemetry.__table__  # type: ignore[attr-defined]

type Work = Callable[[AsyncConnection, int, int, int], Awaitable[int]]
"""On one connection, of one mower's number, since and until (milliseconds since 1970): how many rows it changed."""


class DayByDay:
    """One run: at most ``MOST_DAYS`` days of all its mowers, each in a transaction with its mark ``mark``."""

    def __init__(self, database: Database, mark: str, work: Work) -> None:
        self._database, self._mark, self._work = database, mark, work
        self._days = 0

    async def through(self, number: int, mark_ms: int, limit_ms: int) -> int:
        """Go on from ``mark_ms`` (0: the first reading) to ``limit_ms``. Returns the number of rows changed."""
        changed, at_ms = 0, mark_ms or await self._first(number, limit_ms)
        while at_ms < limit_ms and self._days < MOST_DAYS:
            until_ms = min(limit_ms, at_ms + DAY_MS)
            async with self._database.connection() as connection:
                changed += await self._work(connection, number, at_ms, until_ms)
                await store.put_marks(connection, self._mark, {number: until_ms})
            at_ms, self._days = until_ms, self._days + 1
        return changed

    async def _first(self, number: int, limit_ms: int) -> int:
        query = select(func.min(_raw.c.device_time_ms)).where(_raw.c.mower == number)
        async with self._database.connection() as connection:
            first = (await connection.execute(query)).scalar_one()
        return limit_ms if first is None else int(first) // MINUTE_MS * MINUTE_MS
