"""Stored history of every accepted reading: one writer, bulk statements, no ORM object a reading.

`append` puts a row into memory and returns; `run` flushes every ``FLUSH_S``: rows and watermark in one transaction, a
row that exists already is left as it is. A killed process loses what was appended since its last flush; `start` of the
next run finds the watermark that was never closed and says up to when history is complete (`LossReport`).

Back-pressure: at most ``MAX_PENDING`` rows wait in memory. Beyond that `append` still takes the row of the reading
in hand, and `has_room` is false: the pipeline stops taking readings from its own bounded queue until a flush succeeds.
A failing database is retried every flush; nothing is dropped here.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from core.clock import Clock, to_epoch_ms
from core.db import Database
from core.events import Event
from core.fleet.carry import merged
from core.fleet.model import Confidence, MowerState, Reading
from core.fleet.tables import Telemetry, TelemetryWatermark
from core.fleet.telemetry_codec import COLUMNS, Extra, StoredReading, decode, encode, extra_of
from core.ids import new_id

log = structlog.get_logger(__name__)

FLUSH_S = 0.25
MAX_PENDING = 50_000
CHUNK = 2_000
"""Rows a statement: keeps one transaction short enough for readers of the same SQLite file."""
LOSS_WINDOW_S = 1.0
"""A reading appended this long before a kill is stored, as long as the database answers."""
RESTORE_ROWS = 200
"""Readings looked back at for the fields that the newest one does not carry; over 3 minutes of a working mower."""

_table = Telemetry.__table__  # type: ignore[attr-defined]
_marks = TelemetryWatermark.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class LossReport:
    """What a run that was killed may have lost."""

    run_id: UUID
    started_at: datetime
    complete_until: datetime  # every reading accepted before this is stored
    lost_at_most_until: datetime  # and none accepted after this was lost: the process was dead
    stored: int  # readings of that run in the store
    lost_estimate: int  # readings a run of its rate takes in that span


class TelemetryStore:
    """The one writer of telemetry, and its reads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.appended: Event[tuple[object, ...]] = Event("reading_appended")  # the row as it will be stored
        self._database = database
        self._clock = clock
        self._pending: list[tuple[object, ...]] = []
        self._extra: dict[int, Extra] = {}
        self._run_id: UUID | None = None
        self._flushed = 0
        self._flushing = asyncio.Lock()
        self._columns = [_table.c[name] for name in COLUMNS]
        names = ", ".join(COLUMNS)
        mark = "?" if database.dialect == "sqlite" else "%s"
        self._insert = (
            f"INSERT INTO telemetry ({names}) VALUES ({', '.join([mark] * len(COLUMNS))}) ON CONFLICT DO NOTHING"
        )

    @property
    def pending(self) -> int:
        """Rows in memory, not yet stored."""
        return len(self._pending)

    @property
    def flushed(self) -> int:
        """Readings stored by this run."""
        return self._flushed

    @property
    def has_room(self) -> bool:
        return len(self._pending) < MAX_PENDING

    def append(self, number: int, reading: Reading, state: MowerState, confidence: Confidence) -> None:
        """Take one accepted reading; it is stored by the next flush."""
        extra, known = extra_of(reading, self._extra.get(number))
        if extra is not None and known is not None:
            self._extra[number] = known
        row = encode(number, reading, state, confidence, extra)
        self._pending.append(row)
        self.appended.emit(row)

    async def start(self, *, owner: str = "", others: Collection[str] = ()) -> tuple[LossReport, ...]:
        """Begin a run: report what earlier runs lost, close their watermarks, open ours.

        ``owner`` is this process's name; runs of ``others``, which are there, go on and lost nothing."""
        now = self._clock.now()
        reports = []
        ended = (_marks.c.closed_at.is_(None), _marks.c.owner.not_in(list(others)))
        async with self._database.connection() as connection:
            for row in await connection.execute(select(_marks).where(*ended)):
                reports.append(_loss(row.run_id, row.started_at, row.flushed_at, row.flushed_readings))
            await connection.execute(update(_marks).where(*ended).values(closed_at=now))
            run_id = new_id()
            await connection.execute(
                _marks.insert().values(run_id=run_id, started_at=now, flushed_at=now, flushed_readings=0, owner=owner)
            )
        self._run_id, self._flushed = run_id, 0
        for report in reports:
            log.warning(
                "telemetry.run_was_killed",
                run_id=str(report.run_id),
                complete_until=report.complete_until.isoformat(),
                lost_at_most_until=report.lost_at_most_until.isoformat(),
                stored=report.stored,
                lost_estimate=report.lost_estimate,
            )
        return tuple(reports)

    async def run(self) -> None:
        """Flush every ``FLUSH_S`` until cancelled; the caller then drains and calls `close`."""
        while True:
            await self._clock.sleep(FLUSH_S)
            try:
                await self.flush()
            except DBAPIError as error:
                log.error("telemetry.flush_failed", pending=len(self._pending), error=str(error.orig))

    async def flush(self) -> int:
        """Store what is pending and move the watermark, in one transaction a chunk. Returns the rows taken."""
        if self._run_id is None:
            await self.start()
        taken = 0
        async with self._flushing:
            while rows := self._pending[:CHUNK]:
                complete = {"flushed_at": self._clock.now()} if len(rows) == len(self._pending) else {}
                async with self._database.connection() as connection:
                    await connection.exec_driver_sql(self._insert, rows)
                    await self._mark(connection, flushed_readings=self._flushed + len(rows), **complete)
                del self._pending[: len(rows)]
                self._flushed += len(rows)
                taken += len(rows)
        return taken

    async def close(self) -> None:
        """Flush and close the watermark: this run lost nothing."""
        await self.flush()
        async with self._database.connection() as connection:
            now = self._clock.now()
            await self._mark(connection, flushed_at=now, flushed_readings=self._flushed, closed_at=now)
        self._run_id = None

    async def _mark(self, connection: AsyncConnection, **values: object) -> None:
        await connection.execute(update(_marks).where(_marks.c.run_id == self._run_id).values(**values))

    async def history(
        self,
        number: int,
        since: datetime,
        until: datetime,
        *,
        device_name: str = "",
        known_by: datetime | None = None,
        limit: int = 100_000,
    ) -> Sequence[StoredReading]:
        """A mower's readings with device times in [since, until), oldest first: the past as it was.

        With ``known_by`` only those we had received by then: the past as it was known at that moment. More than
        ``limit`` rows are thinned evenly in time.
        """
        where: list[ColumnElement[bool]] = [_table.c.mower == number, _table.c.device_time_ms >= to_epoch_ms(since)]
        where.append(_table.c.device_time_ms < to_epoch_ms(until))
        if known_by is not None:
            where.append(_table.c.received_ms <= to_epoch_ms(known_by))
        query = select(*self._columns).where(*where)
        async with self._database.connection() as connection:
            count = (await connection.execute(select(func.count()).select_from(_table).where(*where))).scalar_one()
            if count > limit:
                query = query.where(*self._thinned(where, to_epoch_ms(until) - to_epoch_ms(since), limit))
            query = query.order_by(_table.c.device_time_ms, _table.c.sequence)
            rows = (await connection.execute(query)).all()
        return [decode(row, device_name) for row in rows]

    async def received(
        self, number: int, since: datetime, until: datetime, *, device_name: str = ""
    ) -> Sequence[StoredReading]:
        """A mower's readings received in [since, until), in the order we learned them."""
        query = (
            select(*self._columns)
            .where(_table.c.mower == number)
            .where(_table.c.received_ms >= to_epoch_ms(since), _table.c.received_ms < to_epoch_ms(until))
            .order_by(_table.c.received_ms, _table.c.device_time_ms, _table.c.sequence)
        )
        async with self._database.connection() as connection:
            return [decode(row, device_name) for row in (await connection.execute(query)).all()]

    async def latest(self, number: int, device_name: str, *, at: datetime | None = None) -> StoredReading | None:
        """The newest reading (at device time ``at`` or before), earlier readings' fields carried into it."""
        query = select(*self._columns).where(_table.c.mower == number)
        if at is not None:
            query = query.where(_table.c.device_time_ms <= to_epoch_ms(at))
        newest = query.order_by(_table.c.device_time_ms.desc(), _table.c.sequence.desc()).limit(RESTORE_ROWS)
        with_extra = query.where(_table.c.extra.is_not(None)).order_by(_table.c.device_time_ms.desc()).limit(1)
        async with self._database.connection() as connection:
            rows = (await connection.execute(newest)).all()
            extra = [] if not rows else (await connection.execute(with_extra)).all()
        if not rows:
            return None
        carried: Reading | None = None
        mode_since = None
        for row in [*extra, *reversed(rows)]:
            before, reading = carried, decode(row, device_name).reading
            carried = merged(before, reading)
            if before is None or carried.mode is not before.mode:
                mode_since = reading.received_at
        last = decode(rows[0], device_name)
        return StoredReading(
            number=number,
            reading=carried or last.reading,
            state=last.state,
            confidence=last.confidence,
            mode_since=mode_since,
        )

    def _thinned(self, where: list[ColumnElement[bool]], span_ms: int, limit: int) -> list[ColumnElement[bool]]:
        bucket = max(1, -(-span_ms // limit))
        chosen: Select[tuple[int]] = (
            select(func.max(_table.c.device_time_ms)).where(*where).group_by(_table.c.device_time_ms // bucket)
        )
        return [_table.c.device_time_ms.in_(chosen)]


def _loss(run_id: UUID, started_at: datetime, flushed_at: datetime, stored: int) -> LossReport:
    ran_s = (flushed_at - started_at).total_seconds()
    rate = stored / ran_s if ran_s > 0 else 0.0
    return LossReport(
        run_id=run_id,
        started_at=started_at,
        complete_until=flushed_at,
        lost_at_most_until=flushed_at + timedelta(seconds=LOSS_WINDOW_S),
        stored=stored,
        lost_estimate=round(rate * LOSS_WINDOW_S),
    )
