"""Counts telemetry into days, a piece at a time: days and how far they are counted change in one transaction.

A killed process repeats nothing and leaves nothing out. `recount` throws a mower's days away and counts them again: the
same, and readings that came very late are in it.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlmodel import col

from core.clock import Clock, to_epoch_ms
from core.db import Database
from core.fleet.live import STATE_CODES
from core.fleet.maintenance.model import Counters, Days
from core.fleet.maintenance.odometer import Carry, Sample, fold
from core.fleet.maintenance.tables import MowerDay, MowerOdometer
from core.fleet.model import PositionType
from core.fleet.roster import MowerIdentity
from core.fleet.tables import Telemetry

PIECE = 20_000
"""Readings a transaction."""
SETTLED = timedelta(minutes=6)
"""Readings younger than this wait: late ones (up to `StateLimits.lag_s`) may still come between."""

_table = Telemetry.__table__  # type: ignore[attr-defined]
_STATES, _FIXES = list(STATE_CODES), list(PositionType)
_COLUMNS = (
    "device_time_ms", "state", "battery_percent", "flags", "longitude_e7", "latitude_e7", "position_type", "fault_code"
)  # fmt: skip
_ADDING = (
    "observed_s", "available_s", "work_s", "blade_s", "distance_m", "charged_percent", "faults", "repairs", "repair_s"
)  # fmt: skip


class Counting:
    """Derived days of every mower."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def count(self, mowers: Sequence[MowerIdentity]) -> int:
        """Count what came since the last time. Returns the number of readings counted."""
        return sum([await self._catch_up(mower.number) for mower in mowers])

    async def recount(self, number: int) -> int:
        """Forget a mower's days and derive them again from all of its telemetry."""
        async with self._database.session() as session:
            await session.exec(delete(MowerDay).where(col(MowerDay.mower) == number))
            await session.exec(delete(MowerOdometer).where(col(MowerOdometer.mower) == number))
        return await self._catch_up(number)

    async def counters(self, numbers: Sequence[int]) -> dict[int, Counters]:
        """What each of these mowers has done since we know it."""
        query = (
            select(
                col(MowerDay.mower),
                func.sum(col(MowerDay.blade_s)),
                func.sum(col(MowerDay.distance_m)),
                func.sum(col(MowerDay.charged_percent)),
            )
            .where(col(MowerDay.mower).in_(numbers))
            .group_by(col(MowerDay.mower))
        )
        async with self._database.connection() as connection:
            rows = (await connection.execute(query)).all()
        return {
            number: Counters(blade_hours=blade / 3_600, distance_km=metres / 1_000, charge_cycles=percent / 100)
            for number, blade, metres, percent in rows
        }

    async def _catch_up(self, number: int) -> int:
        counted = 0
        while (piece := await self._piece(number)) > 0:
            counted += piece
            if piece < PIECE:
                break
        return counted

    async def _piece(self, number: int) -> int:
        async with self._database.session() as session:
            odometer = await session.get(MowerOdometer, number)
            since = -1 if odometer is None else odometer.until_ms
            query = (
                select(*[_table.c[name] for name in _COLUMNS])
                .where(_table.c.mower == number, _table.c.device_time_ms > since)
                .where(_table.c.device_time_ms < to_epoch_ms(self._clock.now() - SETTLED))
                .order_by(_table.c.device_time_ms, _table.c.sequence)
                .limit(PIECE)
            )
            rows = (await session.exec(query)).all()  # type: ignore[call-overload]
            if not rows:
                return 0
            carry = Carry() if odometer is None else Carry.of(odometer.carry)
            after, days = await asyncio.to_thread(_folded, carry, rows)
            odometer = odometer or MowerOdometer(mower=number, until_ms=0)
            odometer.until_ms, odometer.carry = rows[-1].device_time_ms, after.to_store()
            session.add(odometer)
            await _add(session, number, days)
        return len(rows)


def _folded(carry: Carry, rows: Sequence[Any]) -> tuple[Carry, Days]:
    return fold(carry, (sample_of(row) for row in rows))


def sample_of(row: Any) -> Sample:
    """A stored row as what is counted of it."""
    return Sample(
        row.device_time_ms,
        _STATES[row.state],
        row.battery_percent,
        bool(row.flags & 2) if row.flags & 1 else None,
        bool(row.flags & 8) if row.flags & 4 else None,
        None if row.longitude_e7 is None else row.longitude_e7 / 1e7,
        None if row.latitude_e7 is None else row.latitude_e7 / 1e7,
        None if row.position_type is None else _FIXES[row.position_type],
        row.fault_code,
    )


async def _add(session: Any, number: int, days: Days) -> None:
    for day, totals in days.items():
        row = await session.get(MowerDay, (number, day)) or MowerDay(mower=number, day=day)
        for name in _ADDING:
            setattr(row, name, getattr(row, name) + getattr(totals, name))
        codes = dict(row.codes)
        for code, times in totals.codes.items():
            codes[code] = codes.get(code, 0) + times
        row.codes = codes
        session.add(row)
