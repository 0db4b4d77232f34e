"""Reads of sessions: lists, the minutes that are or may be billed, last cuts, and coverage of the lawn."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import select

from core.clock import from_epoch_ms, to_epoch_ms
from core.db import Database
from core.db.pages import Page
from core.errors import NotFound
from core.fleet.coverage import Coverage, Strokes, covered
from core.fleet.live import STATE_CODES
from core.fleet.model import DeviceMap, MowerState
from core.fleet.sessions import store
from core.fleet.sessions.minutes import Span, whole_minutes
from core.fleet.sessions.model import MowingSession
from core.fleet.tables import Telemetry
from core.texts import Text

DRIVE_THROUGH_S = 60.0
"""Less time in a zone than this is no cut: the mower only passed."""
_table = Telemetry.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class ZoneCut:
    """When a zone was last mowed, not only driven through; ``zone_hash`` as the vendor names it (unsigned)."""

    zone_hash: int
    at: datetime | None
    seconds: float = 0.0


class SessionDesk:
    """What screens, REST, billing and retention ask."""

    def __init__(self, database: Database, *, cell_m: float = 0.25) -> None:
        self._database = database
        self._cell_m = cell_m

    async def sessions(self, number: int, since: datetime, until: datetime) -> list[MowingSession]:
        """A mower's sessions that touch [since, until), newest first; one under way is the first."""
        async with self._database.connection() as connection:
            found = await store.sessions_between(connection, number, to_epoch_ms(since), to_epoch_ms(until))
        return found[::-1]

    async def page(self, number: int, since: datetime, until: datetime, page: Page) -> Sequence[MowingSession]:
        """Those of a page of `sessions` and one more, by when they started."""
        async with self._database.connection() as connection:
            return await store.sessions_page(connection, number, to_epoch_ms(since), to_epoch_ms(until), page)

    async def session(self, number: int, started_ms: int) -> MowingSession:
        """``NotFound`` when none started at that very moment."""
        async with self._database.connection() as connection:
            found = await store.session_before(connection, number, started_ms + 1)
        if found is None or found.started_ms != started_ms:
            raise NotFound(Text("no mowing session of this mower started then"))
        return found

    async def billable(self, number: int, since_ms: int, until_ms: int) -> Sequence[Span]:
        """The whole minutes of sessions that touch the span: `minutes.BillableMinutes`."""
        async with self._database.connection() as connection:
            return whole_minutes(await store.sessions_between(connection, number, since_ms, until_ms))

    async def last_cuts(self, number: int, device_map: DeviceMap, until: datetime) -> list[ZoneCut]:
        """Each area of the lawn map with its last cut, the longest uncut first (``None``: never, as far as known)."""
        found = await self.sessions(number, from_epoch_ms(0), until)
        cuts: dict[int, ZoneCut] = {}
        for session in found:
            for zone, seconds in session.zones:
                if seconds >= DRIVE_THROUGH_S:
                    cuts.setdefault(zone & (1 << 64) - 1, ZoneCut(zone & (1 << 64) - 1, session.ended_at, seconds))
        rows = [cuts.get(area.hash, ZoneCut(area.hash, None)) for area in device_map.areas]
        return sorted(rows, key=lambda cut: 0.0 if cut.at is None else cut.at.timestamp())

    async def coverage(self, session: MowingSession, device_map: DeviceMap, *, width_m: float) -> Coverage:
        """What the session's whole task has covered of the lawn so far, up to this session's end."""
        async with self._database.connection() as connection:
            task = await store.sessions_of_task(connection, session.number, session.task_ms)
        until = [one for one in task if one.started_ms <= session.started_ms]
        strokes = [await self._strokes(one) for one in until]
        return await asyncio.to_thread(covered, device_map, strokes, width_m=width_m, cell_m=self._cell_m)

    async def _strokes(self, session: MowingSession) -> Strokes:
        query = (
            select(_table.c.longitude_e7, _table.c.latitude_e7, _table.c.state, _table.c.device_time_ms)
            .where(_table.c.mower == session.number, _table.c.longitude_e7.is_not(None))
            .where(_table.c.device_time_ms >= session.started_ms, _table.c.device_time_ms <= session.ended_ms)
            .order_by(_table.c.device_time_ms, _table.c.sequence)
        )
        async with self._database.connection() as connection:
            rows = (await connection.execute(query)).all()
        values = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 4)
        return Strokes(
            longitude=values[:, 0] / 1e7,
            latitude=values[:, 1] / 1e7,
            time_ms=values[:, 3],
            cuts=values[:, 2] == STATE_CODES[MowerState.MOWING],
        )
