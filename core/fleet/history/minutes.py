"""Minutes summed up: one row a mower and minute, made by one statement from stored telemetry, again when it changes."""

from collections import defaultdict
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, cast, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock, to_epoch_ms
from core.db import Database
from core.fleet.sessions import store
from core.fleet.sessions.tables import TelemetryMinute
from core.fleet.tables import Telemetry
from core.fleet.telemetry import TelemetryStore

MINUTE_MS = 60_000
SETTLED_MS = 90_000
"""A minute is summed up once it is this old; a reading that comes later sums it up again."""
DAY_MINUTES = 1_440
MOST_RANGES = 200
"""Stretches summed up in one turn: a backlog (first start on an old database) is worked off in several."""

_raw = Telemetry.__table__  # type: ignore[attr-defined]
_minutes = TelemetryMinute.__table__  # type: ignore[attr-defined]
_COLUMNS = [column.name for column in _minutes.columns]


class MinuteKeeper:
    """Hears of every stored reading; `turn` (a job) sums up the minutes they fell into."""

    def __init__(self, database: Database, telemetry: TelemetryStore, clock: Clock) -> None:
        self._database = database
        self._telemetry = telemetry
        self._clock = clock
        self._touched: defaultdict[int, set[int]] = defaultdict(set)
        self._caught_up: set[int] = set()
        telemetry.appended.subscribe(self._heard)

    def _heard(self, row: tuple[object, ...]) -> None:
        number, time_ms = row[0], row[1]
        self._touched[number].add(time_ms // MINUTE_MS)  # type: ignore[index,operator]

    async def turn(self) -> int:
        """Sum up what has settled. Returns the number of stretches of minutes written."""
        await self._telemetry.flush()
        settled = (to_epoch_ms(self._clock.now()) - SETTLED_MS) // MINUTE_MS
        done = 0
        for number in tuple(self._touched):
            if done >= MOST_RANGES:
                break
            if number not in self._caught_up:
                done += await self._catch_up(number, settled, MOST_RANGES - done)
                continue
            ready = sorted(minute for minute in self._touched[number] if minute <= settled)
            if not ready:
                continue
            ranges = _ranges(ready)
            async with self._database.connection() as connection:
                for low, high in ranges:
                    await sum_up(connection, number, low, high)
                await store.put_marks(connection, "minutes_ms", {number: (ready[-1] + 1) * MINUTE_MS})
            self._touched[number] -= set(ready)
            done += len(ranges)
        return done

    async def _catch_up(self, number: int, settled: int, most: int) -> int:
        """From where an earlier run ended, day by day."""
        async with self._database.connection() as connection:
            mark = (await store.marks_of(connection, "minutes_ms")).get(number, 0) // MINUTE_MS
            query = select(func.min(_raw.c.device_time_ms)).where(
                _raw.c.mower == number, _raw.c.device_time_ms >= mark * MINUTE_MS
            )
            first = (await connection.execute(query)).scalar_one()
        at, done = (settled + 1 if first is None else first // MINUTE_MS), 0
        while at <= settled and done < most:
            high = min(settled, at + DAY_MINUTES - 1)
            async with self._database.connection() as connection:
                await sum_up(connection, number, at, high)
                await store.put_marks(connection, "minutes_ms", {number: (high + 1) * MINUTE_MS})
            at, done = high + 1, done + 1
        if at > settled:
            self._caught_up.add(number)
            self._touched[number] = {minute for minute in self._touched[number] if minute > settled}
        return done


async def sum_up(connection: AsyncConnection, number: int, low: int, high: int) -> None:
    """Sum up the minutes ``low`` to ``high`` (since 1970, both included) of a mower.

    Minutes already summed up from more readings than are left keep their sums: history was thinned since.
    """
    minute = _raw.c.device_time_ms // MINUTE_MS
    satellites, signal = _raw.c.extra["satellites"].as_integer(), _raw.c.extra["signal_dbm"].as_integer()
    sums = (
        select(
            _raw.c.mower, minute.label("minute"), func.count(), func.min(_raw.c.state),
            func.min(_raw.c.battery_percent), func.max(_raw.c.battery_percent), func.max(_raw.c.progress_percent),
            _mean(_raw.c.speed_cm_s), func.min(satellites), func.max(satellites), func.min(signal), func.max(signal),
            _mean(_raw.c.longitude_e7), _mean(_raw.c.latitude_e7),
        )
        .where(_raw.c.mower == number, _raw.c.device_time_ms >= low * MINUTE_MS)
        .where(_raw.c.device_time_ms < (high + 1) * MINUTE_MS)
        .group_by(_raw.c.mower, minute)
    )  # fmt: skip
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(_minutes).from_select(_COLUMNS, sums)
    fresh = statement.excluded
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["mower", "minute"],
            set_={name: fresh[name] for name in _COLUMNS[2:]},
            where=fresh.readings >= _minutes.c.readings,
        )
    )


def _mean(column: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(func.round(func.avg(column)), BigInteger)


def _ranges(minutes: list[int]) -> list[tuple[int, int]]:
    """Runs of minutes that follow each other, at most a day long."""
    found: list[tuple[int, int]] = []
    for minute in minutes:
        if found and minute == found[-1][1] + 1 and minute - found[-1][0] < DAY_MINUTES:
            found[-1] = (found[-1][0], minute)
        else:
            found.append((minute, minute))
    return found
