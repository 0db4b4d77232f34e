"""The ledger of mowed minutes: append-only; each minute of a mower is held by one entry at most, by the database.

`settle` brings a stretch of a mower's time to what attribution says now: what is wrong is taken back by an entry of the
opposite sign, what is new is added, what stands is left alone. Saying the same again does nothing, so a process killed
at any point, and late telemetry, need no special case. What a person has assigned by hand stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, exists, insert
from sqlalchemy import select as columns
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from core.billing.attribution import LotRef, Mowed, joined_up
from core.billing.periods import Period
from core.billing.usage_tables import PowerEntry, UsageEntry, UsageMinute
from core.billing.usage_view import PowerPiece, UsagePiece, UsageView
from core.clock import Clock, from_epoch_ms, to_epoch_ms
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.texts import N_, Text

TRIES = 3
BATCH = 500


@dataclass(frozen=True, slots=True)
class Settled:
    """What `settle` wrote, in minutes."""

    added: int
    taken_back: int


class UsageLedger:
    """Writes and reads minutes."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def settle(self, mower: int, first: int, end: int, mowed: Sequence[Mowed]) -> Settled:
        """Make the entries that begin in minutes [first, end) say ``mowed``. ``Conflict`` when a minute is held by an
        entry that begins outside: settle a longer stretch then."""
        for _ in range(TRIES):
            try:
                async with self._database.session() as session:
                    return await self._settle(session, mower, first, end, mowed)
            except IntegrityError:  # somebody else wrote the same minutes in between: look again
                continue
        raise Conflict(Text("minutes of mower {mower} are held by other entries", mower=mower))

    async def assign(self, entry_id: int, lot: LotRef, *, by: str, reason: str) -> UsageEntry:
        """A person says whose ground the minutes of an entry were mowed on. ``Conflict`` when it was taken back."""
        if not reason.strip():
            raise Invalid(N_("say why these minutes belong to this lot"))
        async with self._database.session() as session:
            old = await session.get(UsageEntry, entry_id)
            if old is None or old.sign < 0:
                raise NotFound(Text("there is no entry {entry} of mowed minutes", entry=entry_id))
            taken = await session.exec(select(col(UsageEntry.id)).where(col(UsageEntry.reverses) == entry_id))
            if taken.first() is not None:
                raise Conflict(N_("this entry was taken back in the meantime"))
            await self._take_back(session, [old], by=by, reason=reason)
            mowed = Mowed(old.start_minute, old.minutes, old.session_ms, lot, old.zone)
            return (await self._add(session, old.mower, [mowed], by=by, reason=reason))[0]

    async def views(self, lot_ids: Iterable[UUID], *, since: int = 0, until: int = 1 << 40) -> Mapping[UUID, UsageView]:
        """The minutes of lots and the power drawn there, every entry of them, for rating."""
        pieces: dict[UUID, list[UsagePiece]] = {}
        power: dict[UUID, list[PowerPiece]] = {}
        wanted = list(lot_ids)
        table = UsageEntry.__table__  # type: ignore[attr-defined]
        async with self._database.connection() as connection:
            for at in range(0, len(wanted), BATCH):
                query = columns(
                    table.c.lot_id, table.c.start_minute, table.c.minutes, table.c.sign, table.c.recorded_at, table.c.id
                ).where(table.c.lot_id.in_(wanted[at : at + BATCH]))
                if since:
                    query = query.where(table.c.start_minute >= since)
                if until < 1 << 40:
                    query = query.where(table.c.start_minute < until)
                for lot_id, start, minutes, sign, recorded_at, entry_id in await connection.execute(query):
                    pieces.setdefault(lot_id, []).append(UsagePiece(start, minutes, sign, recorded_at, entry_id))
                for lot_id, piece in await self._power(connection, wanted[at : at + BATCH]):
                    power.setdefault(lot_id, []).append(piece)
        return {lot_id: UsageView(pieces.get(lot_id, ()), power.get(lot_id, ())) for lot_id in wanted}

    @staticmethod
    async def _power(connection: AsyncConnection, lot_ids: Sequence[UUID]) -> list[tuple[UUID, PowerPiece]]:
        table = PowerEntry.__table__  # type: ignore[attr-defined]
        query = columns(table.c.lot_id, table.c.session_ms, table.c.watt_hours, table.c.recorded_at, table.c.id)
        return [
            (lot_id, PowerPiece(from_epoch_ms(start_ms), drawn, recorded_at, entry_id))
            for lot_id, start_ms, drawn, recorded_at, entry_id in await connection.execute(
                query.where(table.c.lot_id.in_(lot_ids))
            )
        ]

    async def visits(self, lot_id: UUID, span: Period, known_by: datetime) -> list[PowerEntry]:
        """The host's entries of power whose sessions begin within the span, oldest first."""
        query = select(PowerEntry).where(
            col(PowerEntry.lot_id) == lot_id,
            col(PowerEntry.session_ms) >= to_epoch_ms(span.start),
            col(PowerEntry.session_ms) < to_epoch_ms(span.end),
            col(PowerEntry.recorded_at) <= known_by,
        )
        async with self._database.session() as session:
            return list((await session.exec(query.order_by(col(PowerEntry.session_ms)))).all())

    async def view(self, lot_id: UUID) -> UsageView:
        return (await self.views([lot_id]))[lot_id]

    async def entries(self, lot_id: UUID, first: int, end: int, known_by: datetime | None = None) -> list[UsageEntry]:
        """A lot's entries that touch minutes [first, end), oldest first; with those that were taken back."""
        query = (
            select(UsageEntry)
            .where(col(UsageEntry.lot_id) == lot_id, col(UsageEntry.start_minute) < end)
            .where(col(UsageEntry.start_minute) + col(UsageEntry.minutes) > first)
            .order_by(col(UsageEntry.start_minute), col(UsageEntry.id))
        )
        if known_by is not None:
            query = query.where(col(UsageEntry.recorded_at) <= known_by)
        async with self._database.session() as session:
            return list((await session.exec(query)).all())

    async def unattributed(self, *, mowers: Iterable[int] | None = None, until: int | None = None) -> list[UsageEntry]:
        """Standing entries that no lot was found for, oldest first."""
        query = _standing().where(col(UsageEntry.lot_id).is_(None))
        if mowers is not None:
            query = query.where(col(UsageEntry.mower).in_(list(mowers)))
        if until is not None:
            query = query.where(col(UsageEntry.start_minute) < until)
        async with self._database.session() as session:
            return list((await session.exec(query.order_by(col(UsageEntry.start_minute)))).all())

    async def _settle(self, session: AsyncSession, mower: int, first: int, end: int, mowed: Sequence[Mowed]) -> Settled:
        query = _standing().where(
            col(UsageEntry.mower) == mower,
            col(UsageEntry.start_minute) >= first,
            col(UsageEntry.start_minute) < end,
        )
        standing = list((await session.exec(query)).all())
        wanted = {minute: one for one in mowed for minute in range(one.start, one.start + one.minutes)}
        by_hand = [entry for entry in standing if entry.by and _minutes(entry) <= wanted.keys()]
        for entry in by_hand:
            for minute in _minutes(entry):
                del wanted[minute]
        goal = {
            piece
            for piece in joined_up(
                (minute, one.session_ms, (one.lot, one.zone)) for minute, one in sorted(wanted.items())
            )
        }
        have = {_mowed(entry): entry for entry in standing if entry not in by_hand}
        wrong = [entry for piece, entry in have.items() if piece not in goal]
        new = sorted(goal - have.keys(), key=lambda piece: piece.start)
        if wrong:
            await self._take_back(session, wrong, by="", reason="corrected by later telemetry")
        if new:
            await self._add(session, mower, new, by="", reason="")
        return Settled(sum(piece.minutes for piece in new), sum(entry.minutes for entry in wrong))

    async def _take_back(self, session: AsyncSession, entries: Sequence[UsageEntry], *, by: str, reason: str) -> None:
        now = self._clock.now()
        ids = [entry.id for entry in entries]
        await session.exec(delete(UsageMinute).where(col(UsageMinute.entry_id).in_(ids)))
        for entry in entries:
            kept = entry.model_dump(
                include={"mower", "session_ms", "start_minute", "minutes", "lot_id", "household_id", "zone"}
            )
            session.add(UsageEntry(**kept, sign=-1, reverses=entry.id, reason=reason, by=by, recorded_at=now))
        await session.flush()

    async def _add(
        self, session: AsyncSession, mower: int, mowed: Sequence[Mowed], *, by: str, reason: str
    ) -> list[UsageEntry]:
        now = self._clock.now()
        entries = [
            UsageEntry(
                mower=mower,
                session_ms=piece.session_ms,
                start_minute=piece.start,
                minutes=piece.minutes,
                sign=1,
                lot_id=piece.lot.lot_id if piece.lot else None,
                household_id=piece.lot.household_id if piece.lot else None,
                zone=piece.zone,
                reason=reason,
                by=by,
                recorded_at=now,
            )
            for piece in mowed
        ]
        session.add_all(entries)
        await session.flush()
        held = [
            {"mower": mower, "minute": minute, "entry_id": entry.id}
            for entry in entries
            for minute in range(entry.start_minute, entry.start_minute + entry.minutes)
        ]
        await session.exec(insert(UsageMinute), params=held)
        return entries


def _standing() -> SelectOfScalar[UsageEntry]:
    """Entries that nobody has taken back."""
    later = aliased(UsageEntry)
    gone = exists().where(col(later.reverses) == col(UsageEntry.id))
    return select(UsageEntry).where(col(UsageEntry.sign) == 1, ~gone)


def _minutes(entry: UsageEntry) -> set[int]:
    return set(range(entry.start_minute, entry.start_minute + entry.minutes))


def _mowed(entry: UsageEntry) -> Mowed:
    lot = LotRef(entry.lot_id, entry.household_id) if entry.lot_id else None
    return Mowed(entry.start_minute, entry.minutes, entry.session_ms, lot, entry.zone)
