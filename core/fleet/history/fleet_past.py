"""The whole fleet at a past moment: one indexed look-up a mower, aged by the rules that age the present."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Integer, Select, column, func, select, values
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import to_epoch_ms
from core.db import Database
from core.fleet.evidence import NEEDS_PROOF
from core.fleet.limits import DEFAULT_LIMITS, StateLimits
from core.fleet.live import CONFIDENCE_CODES, STATE_CODES, UNKNOWN_BYTE, FleetColumns
from core.fleet.model import Confidence, MowerState
from core.fleet.tables import Telemetry

CARRIED_MS = 86_400_000
"""How far back is looked for a place or a battery that the newest reading does not tell."""
_table = Telemetry.__table__  # type: ignore[attr-defined]
_READ = (
    "mower", "device_time_ms", "received_ms", "state", "confidence", "mode", "battery_percent", "longitude_e7",
    "latitude_e7", "heading_cdeg", "progress_percent", "position_type",
)  # fmt: skip
_STATES, _CONFIDENCES = tuple(STATE_CODES), tuple(CONFIDENCE_CODES)


class FleetPast:
    """Columns of the fleet at a moment, as `core.fleet.live.FleetColumns` holds them for the present."""

    def __init__(self, database: Database, limits: StateLimits = DEFAULT_LIMITS) -> None:
        self._database = database
        self._limits = limits

    async def columns(self, numbers: Sequence[int], at: datetime, *, as_known: bool = False) -> FleetColumns:
        """One row a mower, in the order of ``numbers``.

        As it was: by the newest reading measured by then, whenever it came. ``as_known``: by the newest of those we had
        received by then, which is what the map showed (proof may have ended up to ``evidence_s`` earlier: the moment of
        the last proof is not stored).
        """
        at_ms = to_epoch_ms(at)
        columns = FleetColumns.blank(len(numbers))
        if not numbers:
            return columns
        async with self._database.connection() as connection:
            newest = await self._newest(connection, numbers, at_ms, as_known)
            placeless = [number for number, row in newest.items() if row.longitude_e7 is None]
            unknown = [number for number, row in newest.items() if row.battery_percent is None]
            places = await self._newest(connection, placeless, at_ms, as_known, _table.c.longitude_e7.is_not(None))
            charges = await self._newest(connection, unknown, at_ms, as_known, _table.c.battery_percent.is_not(None))
        for slot, number in enumerate(numbers):
            row = newest.get(number)
            if row is not None:
                self._write(columns, slot, row, places.get(number, row), charges.get(number, row), at_ms, as_known)
        return columns

    async def span(self, numbers: Sequence[int]) -> tuple[int, int] | None:
        """Device times of the first and the last reading of these mowers, milliseconds since 1970."""
        if not numbers:
            return None
        mowers = _listed(numbers)
        time = _table.c.device_time_ms
        first = select(time).where(_table.c.mower == mowers.c.number).order_by(time).limit(1).scalar_subquery()
        last = select(time).where(_table.c.mower == mowers.c.number).order_by(time.desc()).limit(1).scalar_subquery()
        query = select(func.min(first), func.max(last)).select_from(mowers)
        async with self._database.connection() as connection:
            low, high = (await connection.execute(query)).one()
        return None if low is None else (low, high)

    async def _newest(
        self,
        connection: AsyncConnection,
        numbers: Sequence[int],
        at_ms: int,
        as_known: bool,
        *more: ColumnElement[bool],
    ) -> Mapping[int, Any]:
        """The newest reading of each mower that fits; ``more`` conditions are looked for one day back at most."""
        if not numbers:
            return {}
        mowers, time = _listed(numbers), _table.c.device_time_ms
        limit_ms = at_ms + (round(self._limits.future_s * 1000) if as_known else 0)
        inner: Select[Any] = select(time).where(_table.c.mower == mowers.c.number, time <= limit_ms, *more)
        if as_known:
            inner = inner.where(_table.c.received_ms <= at_ms)
        if more:
            inner = inner.where(time >= at_ms - CARRIED_MS)
        newest = inner.order_by(time.desc()).limit(1).correlate(mowers).scalar_subquery()
        query = (
            select(*[_table.c[name] for name in _READ])
            .select_from(mowers)
            .join(_table, (_table.c.mower == mowers.c.number) & (time == newest))
            .where(*more)
            .order_by(_table.c.sequence)
        )
        return {row.mower: row for row in (await connection.execute(query)).all()}

    def _write(
        self, columns: FleetColumns, slot: int, row: Any, place: Any, charge: Any, at_ms: int, as_known: bool
    ) -> None:
        state, last_known, confidence = self._aged(row, at_ms, as_known)
        columns.state[slot] = STATE_CODES[state]
        columns.last_known[slot] = UNKNOWN_BYTE if last_known is None else STATE_CODES[last_known]
        columns.confidence[slot] = CONFIDENCE_CODES[confidence]
        columns.received_s[slot] = (row.received_ms if as_known else row.device_time_ms) / 1000
        if place.longitude_e7 is not None:
            columns.longitude[slot], columns.latitude[slot] = place.longitude_e7 / 1e7, place.latitude_e7 / 1e7
            columns.position_type[slot] = UNKNOWN_BYTE if place.position_type is None else place.position_type
        columns.heading_deg[slot] = np.nan if place.heading_cdeg is None else place.heading_cdeg / 100
        columns.battery_percent[slot] = UNKNOWN_BYTE if charge.battery_percent is None else charge.battery_percent
        columns.progress_percent[slot] = UNKNOWN_BYTE if row.progress_percent is None else row.progress_percent

    def _aged(self, row: Any, at_ms: int, as_known: bool) -> tuple[MowerState, MowerState | None, Confidence]:
        """The stored state as it stood at the moment, when nothing newer had come."""
        state, confidence = _STATES[row.state], _CONFIDENCES[row.confidence]
        mode = None if row.mode is None else _STATES[row.mode]
        age_s = (at_ms - (row.received_ms if as_known else row.device_time_ms)) / 1000
        if state in NEEDS_PROOF and age_s >= self._limits.evidence_s:
            return MowerState.UNKNOWN, state, Confidence.STALE
        if state in (MowerState.UNKNOWN, MowerState.OFFLINE):
            return state, None if mode is state else mode, confidence
        if age_s >= self._limits.stale_after_s:
            return state, None, Confidence.STALE
        if confidence is Confidence.STALE and not as_known:
            confidence = Confidence.REPORTED  # it came late; at its own moment it was fresh
        return state, None, confidence


def _listed(numbers: Sequence[int]) -> Any:
    return values(column("number", Integer), name="mowers").data([(number,) for number in numbers]).cte("mowers")
