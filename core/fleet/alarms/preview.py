"""What a rule would have done in the last days, told from stored telemetry by the very rules that raise alarms.

One reading a minute of each mower is played back through `engine.next_alarms`, and the moments between readings at
which a duration ends are looked at, too. Kinds that only events or links tell cannot be played back.
"""

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select

from core.clock import Clock, from_epoch_ms, to_epoch_ms
from core.db import Database
from core.errors import Invalid
from core.fleet.alarms.engine import next_alarms
from core.fleet.alarms.kinds import KINDS
from core.fleet.alarms.model import AlarmRule, AlarmState, ChangeKind, Facts, MowerFacts
from core.fleet.live import STATE_CODES
from core.fleet.model import MowerState, PositionType
from core.fleet.roster import MowerIdentity
from core.fleet.tables import Telemetry
from core.texts import N_

DAYS = 7
BUCKET_MS = 60_000
MOST_MOWERS = 500
MOST_SHOWN = 50

_table = Telemetry.__table__  # type: ignore[attr-defined]
_STATES, _FIXES = list(STATE_CODES), list(PositionType)
_COLUMNS = (
    "device_time_ms", "received_ms", "state", "mode", "battery_percent", "flags", "position_type", "fault_code", "extra"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Firing:
    """One alarm the rule would have raised; ``cleared_at`` is empty when it would still be open."""

    mower: str
    raised_at: datetime
    cleared_at: datetime | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What the rule would have fired since ``since``. ``mowers`` of ``of_mowers`` were played back."""

    since: datetime
    until: datetime
    firings: Sequence[Firing]
    mowers: int
    of_mowers: int
    days: Sequence[int] = field(default_factory=tuple)  # firings a day, oldest first

    @property
    def shown(self) -> Sequence[Firing]:
        """The newest, few enough for a screen."""
        return self.firings[:MOST_SHOWN]


async def preview(
    rule: AlarmRule, *, database: Database, clock: Clock, mowers: Sequence[MowerIdentity], days: int = DAYS
) -> Preview:
    """Play the last ``days`` back through ``rule``. ``Invalid`` for a kind that telemetry cannot tell."""
    if not KINDS[rule.kind].replayable:
        raise Invalid(N_("stored telemetry cannot tell when this kind would have fired"))
    until = clock.now()
    since = until - timedelta(days=days)
    chosen = mowers[:: -(-len(mowers) // MOST_MOWERS)] if len(mowers) > MOST_MOWERS else mowers
    firings: list[Firing] = []
    for mower in chosen:
        rows = await _rows(database, mower.number, since, until)
        firings += await asyncio.to_thread(_all_fired, rule, mower, rows, until)
    firings.sort(key=lambda one: one.raised_at, reverse=True)
    counts = [0] * days
    for one in firings:
        counts[min(days - 1, (one.raised_at - since).days)] += 1
    return Preview(since, until, firings, len(chosen), len(mowers), counts)


def _all_fired(rule: AlarmRule, mower: MowerIdentity, rows: Sequence[Any], until: datetime) -> list[Firing]:
    return list(fired(rule, facts_of_rows(mower, rows), until))


def fired(rule: AlarmRule, series: Iterator[tuple[datetime, MowerFacts]], until: datetime) -> Iterator[Firing]:
    """The alarms one rule makes of one mower's series of (moment, facts). Pure."""
    state, opened = AlarmState(), None
    last: MowerFacts | None = None
    last_at: datetime | None = None
    for at, facts in [*series, (until, None)]:
        for moment in (*_between(rule, state, last_at, at), at):
            seen = facts if moment == at and facts is not None else last
            if seen is None:
                continue
            state, changes = next_alarms(state, Facts((seen,)), [rule], moment)
            for change in changes:
                if change.kind is ChangeKind.RAISED:
                    opened = moment
                elif change.kind is ChangeKind.CLEARED and opened is not None:
                    yield Firing(seen.name, opened, moment)
                    opened = None
        last, last_at = facts or last, at
    if opened is not None and last is not None:
        yield Firing(last.name, opened, None)


def _between(rule: AlarmRule, state: AlarmState, since: datetime | None, until: datetime) -> Iterator[datetime]:
    """Moments between two readings at which something of the rule falls due."""
    if since is None:
        return
    quiet = since + timedelta(seconds=31)
    raised = [watch.since + timedelta(seconds=rule.duration_s) for watch in state.watches.values() if not watch.open]
    over = [
        watch.well_since + timedelta(seconds=rule.clear_after_s)
        for watch in state.watches.values()
        if watch.well_since is not None
    ]
    silent = since + timedelta(seconds=max(rule.duration_s, 31))
    yield from sorted({moment for moment in (quiet, silent, *raised, *over) if since < moment < until})


def facts_of_rows(mower: MowerIdentity, rows: Sequence[Any]) -> Iterator[tuple[datetime, MowerFacts]]:
    """Stored rows, oldest first, as the facts that were known after each."""
    state, since, battery, fix, correction = None, None, None, None, None
    charging: bool | None = None
    for row in rows:
        at = from_epoch_ms(row.received_ms)
        word = _STATES[row.state]
        if word is not state:
            state, since = word, at
        battery = row.battery_percent if row.battery_percent is not None else battery
        fix = _FIXES[row.position_type] if row.position_type is not None else fix
        charging = bool(row.flags & 2) if row.flags & 1 else charging
        extra = json.loads(row.extra) if isinstance(row.extra, str) else row.extra
        correction = extra.get("correction_age_s", correction) if extra else correction
        mode = None if row.mode is None else _STATES[row.mode]
        yield (
            at,
            MowerFacts(
                mower.device_name,
                mower.account,
                word,
                mode if word in (MowerState.UNKNOWN, MowerState.OFFLINE) else None,
                word is MowerState.FAULT,
                row.fault_code,
                word is not MowerState.OFFLINE,
                since,
                at,
                None,
                battery,
                charging,
                fix,
                correction,
            ),
        )


async def _rows(database: Database, number: int, since: datetime, until: datetime) -> Sequence[Any]:
    where = [
        _table.c.mower == number,
        _table.c.device_time_ms >= to_epoch_ms(since),
        _table.c.device_time_ms < to_epoch_ms(until),
    ]
    newest = select(func.max(_table.c.device_time_ms)).where(*where).group_by(_table.c.device_time_ms // BUCKET_MS)
    query = select(*[_table.c[name] for name in _COLUMNS]).where(
        *where, or_(_table.c.device_time_ms.in_(newest), _table.c.extra.is_not(None))
    )
    async with database.connection() as connection:
        return (await connection.execute(query.order_by(_table.c.device_time_ms, _table.c.sequence))).all()
