"""Thins old telemetry: every reading for ``raw_days`` days, then the last one a minute and state, except in sessions.

Minutes of mowing sessions (`core.fleet.sessions.minutes`: billed, or to be billed, with what their bounds follow from)
keep every reading for ever. Only history that was made into sessions and into minutes is thinned, so what is derived
from it is there before anything goes. Work goes on day by day from each mower's mark, a day in one transaction.
"""

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock, to_epoch_ms
from core.db import Database
from core.fleet.history.days import DayByDay
from core.fleet.sessions import store
from core.fleet.sessions.minutes import KEEP_AROUND_MS, MINUTE_MS, gaps, whole_minutes
from core.fleet.tables import Telemetry

_raw = Telemetry.__table__  # type: ignore[attr-defined]


class Thinning:
    """A job; running it again finds nothing more to do."""

    def __init__(self, database: Database, clock: Clock, *, raw_days: int = 30) -> None:
        if not 1 <= raw_days <= 3_650:
            raise ValueError(f"raw_days is {raw_days!r}: expected 1 to 3,650")
        self._database = database
        self._clock = clock
        self._raw_days = raw_days

    async def run(self) -> int:
        """Thin what has become old. Returns the number of readings taken away."""
        old_ms = to_epoch_ms(self._clock.now() - timedelta(days=self._raw_days)) // MINUTE_MS * MINUTE_MS
        async with self._database.connection() as connection:
            sessions, minutes, thinned = [
                await store.marks_of(connection, name) for name in ("sessions_ms", "minutes_ms", "thinned_ms")
            ]
        walk, gone = DayByDay(self._database, "thinned_ms", self._thin), 0
        for number, derived_ms in sessions.items():
            limit_ms = min(old_ms, derived_ms - KEEP_AROUND_MS, minutes.get(number, 0)) // MINUTE_MS * MINUTE_MS
            gone += await walk.through(number, thinned.get(number, 0), limit_ms)
        return gone

    @staticmethod
    async def _thin(connection: AsyncConnection, number: int, since_ms: int, until_ms: int) -> int:
        near = await store.sessions_between(connection, number, since_ms - KEEP_AROUND_MS, until_ms + KEEP_AROUND_MS)
        kept = whole_minutes(near, around_ms=KEEP_AROUND_MS)
        gone = 0
        for span in gaps(kept, since_ms, until_ms):
            inside = [_raw.c.mower == number]
            inside += [_raw.c.device_time_ms >= span.since_ms, _raw.c.device_time_ms < span.until_ms]
            minute = _raw.c.device_time_ms // MINUTE_MS
            last = select(func.max(_raw.c.device_time_ms)).where(*inside).group_by(minute, _raw.c.state)
            statement = delete(_raw).where(*inside, _raw.c.device_time_ms.not_in(last))
            gone += (await connection.execute(statement)).rowcount
        return gone
