"""Forgets where mowers were: positions older than ``days`` go, within mowing sessions and maps of minutes as well.

What a bill stands on stays: the readings with their times, states and zones. Only where on a lot the mower was, and
which way it looked, can be told no more. Work goes on day by day from each mower's mark, a day in one transaction.
"""

from datetime import timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock, to_epoch_ms
from core.db import Database
from core.fleet.history.days import DayByDay
from core.fleet.sessions import store
from core.fleet.sessions.minutes import MINUTE_MS
from core.fleet.sessions.tables import TelemetryMinute
from core.fleet.tables import Telemetry

_raw = Telemetry.__table__  # type: ignore[attr-defined]
_minutes = TelemetryMinute.__table__  # type: ignore[attr-defined]


class ForgetPlaces:
    """A job; running it again finds nothing more to do."""

    def __init__(self, database: Database, clock: Clock, *, days: int) -> None:
        if not 0 <= days <= 36_500:
            raise ValueError(f"days is {days!r}: expected 0 (never) to 36,500")
        self._database, self._clock, self._days = database, clock, days

    async def run(self) -> int:
        """Forget what has become old. Returns the number of readings and minutes that have no place any more."""
        if not self._days:
            return 0
        limit_ms = to_epoch_ms(self._clock.now() - timedelta(days=self._days)) // MINUTE_MS * MINUTE_MS
        async with self._database.connection() as connection:
            numbers = (await connection.execute(select(_raw.c.mower).distinct())).scalars().all()
            marks = await store.marks_of(connection, "places_ms")
        walk = DayByDay(self._database, "places_ms", self._forget)
        return sum([await walk.through(number, marks.get(number, 0), limit_ms) for number in sorted(numbers)])

    @staticmethod
    async def _forget(connection: AsyncConnection, number: int, since_ms: int, until_ms: int) -> int:
        nowhere: dict[str, None] = {"longitude_e7": None, "latitude_e7": None}
        readings = update(_raw).where(
            _raw.c.mower == number, _raw.c.device_time_ms >= since_ms, _raw.c.device_time_ms < until_ms,
            or_(_raw.c.longitude_e7.is_not(None), _raw.c.heading_cdeg.is_not(None)),
        )  # fmt: skip
        minutes = update(_minutes).where(
            _minutes.c.mower == number, _minutes.c.minute >= since_ms // MINUTE_MS,
            _minutes.c.minute < until_ms // MINUTE_MS, _minutes.c.longitude_e7.is_not(None),
        )  # fmt: skip
        done = (await connection.execute(readings.values(nowhere | {"heading_cdeg": None}))).rowcount
        return int(done + (await connection.execute(minutes.values(nowhere))).rowcount)
