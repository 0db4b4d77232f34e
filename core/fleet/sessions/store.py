"""Sessions in the database: plain statements, because whole stretches are replaced at once."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db.pages import Page, paged
from core.fleet.sessions.model import EndReason, MowingSession
from core.fleet.sessions.sample import Sample
from core.fleet.sessions.tables import HistoryMark, MowingSessionRow
from core.fleet.tables import Telemetry

READ_ROWS = 20_000
"""Samples read at once: an hour or two of work for the rule, a few megabytes."""

_telemetry = Telemetry.__table__  # type: ignore[attr-defined]
_sessions = MowingSessionRow.__table__  # type: ignore[attr-defined]
_marks = HistoryMark.__table__  # type: ignore[attr-defined]
_SAMPLE = [_telemetry.c[name] for name in Sample._fields]


async def samples_of(
    connection: AsyncConnection, number: int, *, after: tuple[int, int], until_ms: int
) -> Sequence[Sample]:
    """The next samples of a mower in key order: at most ``READ_ROWS``, keys above ``after``, up to ``until_ms``."""
    time, sequence = _telemetry.c.device_time_ms, _telemetry.c.sequence
    query = (
        select(*_SAMPLE)
        .where(_telemetry.c.mower == number, time >= after[0], time <= until_ms)
        .where((time > after[0]) | (sequence > after[1]))
        .order_by(time, sequence)
        .limit(READ_ROWS)
    )
    return [Sample(*row) for row in (await connection.execute(query)).all()]


async def put_sessions(connection: AsyncConnection, sessions: Sequence[MowingSession]) -> None:
    """Write sessions over whatever stands at their keys."""
    if sessions:
        await _upsert(connection, _sessions, [_row(one) for one in sessions], ("number", "started_ms"))


async def drop_sessions(connection: AsyncConnection, number: int, *, since_ms: int) -> None:
    """Take away a mower's sessions that start at or after ``since_ms``: they are about to be made anew."""
    await connection.execute(delete(_sessions).where(_sessions.c.number == number, _sessions.c.started_ms >= since_ms))


async def put_marks(connection: AsyncConnection, column: str, marks: dict[int, int]) -> None:
    """Move one mark of several mowers."""
    if not marks:
        return
    known = set((await connection.execute(select(_marks.c.number).where(_marks.c.number.in_(marks)))).scalars())
    new = [
        {"number": number, "sessions_ms": 0, "minutes_ms": 0, "thinned_ms": 0, "places_ms": 0, column: at}
        for number, at in marks.items()
        if number not in known
    ]
    if new:
        await connection.execute(_marks.insert(), new)
    for number in known:
        await connection.execute(update(_marks).where(_marks.c.number == number).values({column: marks[number]}))


async def marks_of(connection: AsyncConnection, column: str) -> dict[int, int]:
    """One mark of every mower that has marks."""
    return {row[0]: row[1] for row in (await connection.execute(select(_marks.c.number, _marks.c[column]))).all()}


async def sessions_between(
    connection: AsyncConnection, number: int, since_ms: int, until_ms: int
) -> list[MowingSession]:
    """A mower's sessions that touch [since, until), oldest first."""
    return await _read(
        connection, _sessions.c.number == number, _sessions.c.ended_ms >= since_ms, _sessions.c.started_ms < until_ms
    )


async def sessions_page(
    connection: AsyncConnection, number: int, since_ms: int, until_ms: int, page: Page
) -> list[MowingSession]:
    """A page of those and one more, newest first."""
    query = select(_sessions).where(
        _sessions.c.number == number, _sessions.c.ended_ms >= since_ms, _sessions.c.started_ms < until_ms
    )
    rows = (await connection.execute(paged(query, (_sessions.c.started_ms,), page))).all()
    return [_session(row) for row in rows]


async def sessions_of_task(connection: AsyncConnection, number: int, task_ms: int) -> list[MowingSession]:
    return await _read(connection, _sessions.c.number == number, _sessions.c.task_ms == task_ms)


async def session_before(connection: AsyncConnection, number: int, before_ms: int) -> MowingSession | None:
    """The newest session that started before ``before_ms``."""
    query = (
        select(_sessions)
        .where(_sessions.c.number == number, _sessions.c.started_ms < before_ms)
        .order_by(_sessions.c.started_ms.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    return None if row is None else _session(row)


async def _read(connection: AsyncConnection, *where: Any) -> list[MowingSession]:
    query = select(_sessions).where(*where).order_by(_sessions.c.started_ms)
    return [_session(row) for row in (await connection.execute(query)).all()]


async def _upsert(connection: AsyncConnection, table: Any, rows: list[dict[str, Any]], keys: Iterable[str]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    await connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed), rows)


def _row(one: MowingSession) -> dict[str, Any]:
    return {
        "number": one.number,
        "started_ms": one.started_ms,
        "ended_ms": one.ended_ms,
        "end_reason": None if one.end_reason is None else one.end_reason.value,
        "mowing_s": one.mowing_s,
        "paused_s": one.paused_s,
        "fault_s": one.fault_s,
        "pauses": one.pauses,
        "faults": list(one.faults),
        "distance_m": one.distance_m,
        "battery_used": one.battery_used,
        "area_m2": one.area_m2,
        "progress_start": one.progress_start,
        "progress_end": one.progress_end,
        "zones": [[str(zone), seconds] for zone, seconds in one.zones],
        "task_ms": one.task_ms,
    }


def _session(row: Any) -> MowingSession:
    return MowingSession(
        number=row.number,
        started_ms=row.started_ms,
        ended_ms=row.ended_ms,
        end_reason=None if row.end_reason is None else EndReason(row.end_reason),
        mowing_s=row.mowing_s,
        paused_s=row.paused_s,
        fault_s=row.fault_s,
        pauses=row.pauses,
        faults=tuple(row.faults),
        distance_m=row.distance_m,
        battery_used=row.battery_used,
        area_m2=row.area_m2,
        progress_start=row.progress_start,
        progress_end=row.progress_end,
        zones=tuple((int(zone), seconds) for zone, seconds in row.zones),
        task_ms=row.task_ms,
    )
