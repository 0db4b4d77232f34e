"""The power a host's dock draws for the visits of its mower, counted once a session, credited on the host's bill (X19).

The vendor tells no watt hours: a session carries how far the battery fell, in percent of a charge, and the installation
says what a full charge draws from the wall. A session is counted an hour after its end, when late readings are in; the
database holds one entry a session, and none may overlap another of the same mower.
"""

from collections.abc import Sequence
from datetime import timedelta
from fractions import Fraction
from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from core.billing.feed import REACH_MS
from core.billing.usage_tables import PowerEntry
from core.clock import Clock, to_epoch_ms
from core.db import Database
from core.money import rounded

BACK = timedelta(days=35)
"""Sessions that ended longer ago than this are not looked for any more."""


class Drain(NamedTuple):
    """One ended session: milliseconds since 1970, percent of a charge used, the lot that keeps the mower's dock."""

    mower: int
    started_ms: int
    ended_ms: int
    battery_used: int
    host_lot: UUID


class Drains(Protocol):
    """Ended sessions that used battery, of mowers with a host; `core.db.reads.mowing.MowingReads` is one."""

    async def drains(self, since_ms: int, until_ms: int) -> Sequence[Drain]: ...


def watt_hours(battery_used: int, full_charge_wh: int) -> int:
    """What ``battery_used`` percent of a charge drew from the wall."""
    return rounded(Fraction(battery_used * full_charge_wh, 100))


def uncounted(drains: Sequence[Drain], counted: Sequence[tuple[int, int, int]]) -> list[Drain]:
    """Those that overlap none of ``counted`` (mower, started_ms, ended_ms), nor each other; the earliest stays."""
    held: dict[int, list[tuple[int, int]]] = {}
    for mower, start, end in counted:
        held.setdefault(mower, []).append((start, end))
    found = []
    for one in sorted(drains, key=lambda drain: (drain.mower, drain.started_ms)):
        spans = held.setdefault(one.mower, [])
        if all(one.started_ms >= end or one.ended_ms <= start for start, end in spans):
            spans.append((one.started_ms, one.ended_ms))
            found.append(one)
    return found


class PowerFeed:
    """Fills the ledger of power. ``full_charge_wh`` 0: nobody has said what a charge draws, and nothing is counted."""

    def __init__(self, database: Database, clock: Clock, sessions: Drains, *, full_charge_wh: int) -> None:
        self._database, self._clock, self._sessions = database, clock, sessions
        self._full_charge_wh = full_charge_wh

    async def run(self) -> int:
        """Count what has ended; how many sessions were new."""
        now = self._clock.now()
        since_ms, until_ms = to_epoch_ms(now - BACK), to_epoch_ms(now) - REACH_MS
        if not self._full_charge_wh:
            return 0
        drains = await self._sessions.drains(since_ms, until_ms)
        query = select(PowerEntry.mower, PowerEntry.session_ms, PowerEntry.ended_ms)
        async with self._database.session() as session:
            counted = (await session.exec(query.where(col(PowerEntry.ended_ms) >= since_ms))).all()
            rows = [
                {
                    "mower": one.mower,
                    "session_ms": one.started_ms,
                    "ended_ms": one.ended_ms,
                    "lot_id": one.host_lot,
                    "battery_used": one.battery_used,
                    "watt_hours": watt_hours(one.battery_used, self._full_charge_wh),
                    "recorded_at": now,
                }
                for one in uncounted(drains, counted)
            ]
            if rows:
                put = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
                await session.exec(put(PowerEntry).on_conflict_do_nothing(), params=rows)
        return len(rows)
