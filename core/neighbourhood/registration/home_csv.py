"""Homes and customers from a CSV file: tried first, taken in row by row, and taken back as a whole."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, func, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, MowthosError, NotFound
from core.ids import new_id
from core.neighbourhood.answers import Home
from core.neighbourhood.book import Book
from core.neighbourhood.imports.report import lock_for_import
from core.neighbourhood.land_events import LandChange, LandChanged, LandEvent
from core.neighbourhood.lawns import LawnRules
from core.neighbourhood.lots.near_roads import grown
from core.neighbourhood.lots.ports import AuditTrail, Books, By
from core.neighbourhood.lots.tables import Parcel
from core.neighbourhood.registration.customers import WrongField
from core.neighbourhood.registration.desk import LOT_BOX_M, box_of
from core.neighbourhood.registration.home_matching import homes_of, known_row, refused
from core.neighbourhood.registration.home_rows import ReadHome, read_home_rows
from core.neighbourhood.registration.known import KnownHomes, known_homes
from core.neighbourhood.registration.model import (
    HomeImportReport,
    HomeRegistered,
    HomeRequest,
    HomeRow,
    RowOutcome,
    UndoReport,
)
from core.neighbourhood.registration.registering import register_in
from core.neighbourhood.registration.tables import HomeImport, HomeImportRow
from core.neighbourhood.registration.uses import uses_of
from core.neighbourhood.tables import Household, Lot
from core.texts import N_, Text, joined, kept, recalled

CHUNK = 500
MOST_BYTES = 20_000_000


class _OnlyTried(Exception):
    """Rolls a dry run back."""


class HomeCsv:
    """Imports of homes."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        books: Books,
        audit: AuditTrail,
        rules: LawnRules | None = None,
        changed: LandEvent | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._books = books
        self._audit = audit
        self._rules = rules or LawnRules()
        self._changed = changed

    async def dry_run(self, text: str, *, name: str, by: By) -> HomeImportReport:
        """Exactly what `apply` would do, row by row; nothing is written."""
        return await self._run(text, name, by, dry_run=True)

    async def apply(self, text: str, *, name: str, by: By, source: str = "web") -> HomeImportReport:
        """Register every sound row in one transaction; the others are kept with field, reason and what was expected.

        The same file again registers nothing: its rows are unchanged. ``Invalid`` when the file as a whole is broken.
        """
        return await self._run(text, name, by, dry_run=False, source=source)

    async def _run(self, text: str, name: str, by: By, *, dry_run: bool, source: str = "web") -> HomeImportReport:
        if len(text) > MOST_BYTES:
            raise Invalid(Text("{name}: larger than {n:,} bytes; split the file", name=name, n=MOST_BYTES))
        read = await asyncio.to_thread(read_home_rows, text, name=name)
        book = await self._books.book()
        found = await asyncio.to_thread(homes_of, book, read)
        record = HomeImport(
            id=new_id(), name=name[:200], at=self._clock.now(), person_id=by.person_id, by=by.email[:254],
            content_hash=sha256(text.encode()).hexdigest(), rows=len(read), registered=0, unchanged=0, refused=0,
        )  # fmt: skip
        lines: list[HomeRow] = []
        done: list[HomeRegistered] = []
        try:
            async with self._database.session() as session:
                lines = await self._take(session, book, read, found, done)
                for outcome in ("registered", "unchanged", "refused"):
                    setattr(record, outcome, sum(line.outcome == outcome for line in lines))
                if dry_run:
                    raise _OnlyTried
                await self._write(session, record, lines, done, by, source)
        except _OnlyTried:
            lines = [replace(line, lot_id=None) for line in lines]
        if done and not dry_run and self._changed is not None:
            lot_ids = tuple(one.lot_id for one in done)
            self._changed.emit(LandChanged(box_of(done), LandChange.HOMES_REGISTERED, lot_ids))
        return _report(record, lines, dry_run=dry_run)

    async def _take(
        self,
        session: AsyncSession,
        book: Book,
        read: Sequence[ReadHome],
        found: Sequence[Home | WrongField],
        done: list[HomeRegistered],
    ) -> list[HomeRow]:
        connection = await session.connection()
        await lock_for_import(connection, Lot.__tablename__)
        known = await known_homes(connection)
        parcels = (await session.exec(select(func.count()).select_from(Parcel))).one() > 0
        lines = []
        for row, home in zip(read, found, strict=True):
            if isinstance(home, WrongField):
                lines.append(refused(row, home.field, home.reason, home.expected))
                continue
            held = known.of(home)
            if held is not None:
                lines.append(await known_row(session, row, home, held))
                continue
            try:
                one = await self._register(session, book, row, home, known, parcels)
            except WrongField as wrong:
                lines.append(refused(row, wrong.field, wrong.reason, wrong.expected))
            except MowthosError as error:
                reason = joined([error.message, *error.reasons], ": ")
                lines.append(refused(row, "dock", reason, N_("a dock on the home's own lot")))
            else:
                done.append(one)
                lines.append(HomeRow(row.line, row.raw, RowOutcome.REGISTERED, lot_id=one.lot_id))
        return lines

    async def _register(
        self, session: AsyncSession, book: Book, row: ReadHome, home: Home, known: KnownHomes, parcels: bool
    ) -> HomeRegistered:
        request = HomeRequest(part=row.part, customer=row.customer, home_id=home.id, dock=row.dock)
        return await register_in(
            session, book=book, home=home, request=request, known=known, rules=self._rules, now=self._clock.now(),
            parcels=parcels,
        )  # fmt: skip

    async def _write(
        self,
        session: AsyncSession,
        record: HomeImport,
        lines: Sequence[HomeRow],
        done: Sequence[HomeRegistered],
        by: By,
        source: str,
    ) -> None:
        households = {one.lot_id: one.household_id for one in done}
        session.add(record)
        await session.flush()
        rows = [
            {
                "import_id": record.id, "line": line.line, "raw": line.raw, "outcome": line.outcome.value,
                "field": line.field, "reason": kept(line.reason, most=2000), "value": line.value[:200],
                "expected": kept(line.expected, most=2000), "lot_id": line.lot_id,
                "household_id": None if line.lot_id is None else households[line.lot_id],
            }
            for line in lines
        ]  # fmt: skip
        connection = await session.connection()
        for start in range(0, len(rows), CHUNK):
            await connection.execute(insert(HomeImportRow), rows[start : start + CHUNK])
        counts = {"rows": record.rows, "registered": record.registered, "refused": record.refused}
        await self._audit.record(
            actor=by.email, action="homes.import", object_type="home_import", object_id=str(record.id),
            person_id=by.person_id, after={"name": record.name} | counts, source=source, session=session,
        )  # fmt: skip

    async def imports(self, *, limit: int = 50) -> tuple[HomeImportReport, ...]:
        """The last imports, newest first, without their rows."""
        query = select(HomeImport).order_by(col(HomeImport.id).desc()).limit(limit)
        async with self._database.session() as session:
            return tuple(_report(record, ()) for record in await session.exec(query))

    async def get(self, import_id: UUID) -> HomeImportReport:
        """One import with every row as it was given. ``NotFound``."""
        async with self._database.session() as session:
            record = await _record(session, import_id)
            rows = await session.exec(
                select(HomeImportRow).where(HomeImportRow.import_id == import_id).order_by(col(HomeImportRow.line))
            )
            return _report(record, [_line(row) for row in rows])

    async def undo(self, import_id: UUID, *, by: By, source: str = "web") -> UndoReport:
        """Take a whole import back: its lots, and the households that hold nothing else.

        ``Conflict`` lists every row that has been used since, and why, or says that it was undone before; then nothing
        is taken back. ``NotFound``.
        """
        async with self._database.session() as session:
            connection = await session.connection()
            await lock_for_import(connection, Lot.__tablename__)
            record = await _record(session, import_id)
            if record.undone_at is not None:
                raise Conflict(Text("this import was undone by {who} already", who=record.undone_by))
            mine = select(HomeImportRow).where(
                HomeImportRow.import_id == import_id, col(HomeImportRow.lot_id).is_not(None)
            )
            rows = list(await session.exec(mine.order_by(col(HomeImportRow.line))))
            lots = {row.lot_id: row.household_id for row in rows if row.lot_id is not None}
            uses = await uses_of(connection, lots)
            if uses:
                raise Conflict(
                    Text("{n} homes of this import have been used since; nothing was undone", n=len(uses)),
                    reasons=[_why(row, uses[row.lot_id]) for row in rows if row.lot_id in uses],
                )
            places = await _remove(session, lots)
            for row in rows:
                row.outcome = RowOutcome.UNDONE.value
                session.add(row)
            record.undone_at, record.undone_by = self._clock.now(), by.email[:254]
            session.add(record)
            await self._audit.record(
                actor=by.email, action="homes.undo", object_type="home_import", object_id=str(import_id),
                person_id=by.person_id, before={"homes": len(lots)}, after={"homes": 0}, source=source, session=session,
            )  # fmt: skip
            report = UndoReport(import_id, len(places), record.rows)
        if places and self._changed is not None:
            longitudes, latitudes = zip(*places, strict=True)
            box = grown((min(longitudes), min(latitudes), max(longitudes), max(latitudes)), LOT_BOX_M)
            self._changed.emit(LandChanged(box, LandChange.REGISTRATION_UNDONE, tuple(lots)))
        return report


async def _record(session: AsyncSession, import_id: UUID) -> HomeImport:
    record = await session.get(HomeImport, import_id)
    if record is None:
        raise NotFound(Text("there is no import {id}", id=import_id))
    return record


def _why(row: HomeImportRow, uses: Sequence[str]) -> str:
    where = row.raw.get("address") or next(iter(row.raw.values()), "")
    return Text("line {line}, {address}: {uses}", line=row.line, address=where, uses=joined(uses, "; "))


async def _remove(session: AsyncSession, lots: dict[UUID, UUID | None]) -> list[tuple[float, float]]:
    """Delete the lots and the households that hold no other lot; where the lots stood."""
    places: list[tuple[float, float]] = []
    ids = list(lots)
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        stood = await session.exec(select(Lot.longitude, Lot.latitude).where(col(Lot.id).in_(some)))
        places += [(longitude, latitude) for longitude, latitude in stood]
        await session.exec(delete(Lot).where(col(Lot.id).in_(some)))
        households = [lots[lot] for lot in some if lots[lot] is not None]
        held = select(col(Lot.household_id)).where(col(Lot.household_id).in_(households))
        left = col(Household.id).in_(households) & col(Household.id).not_in(held)
        await session.exec(delete(Household).where(left))
    return places


def _line(row: HomeImportRow) -> HomeRow:
    return HomeRow(
        row.line, row.raw, RowOutcome(row.outcome), row.field, recalled(row.reason), row.value,
        recalled(row.expected), row.lot_id,
    )  # fmt: skip


def _report(record: HomeImport, lines: Sequence[HomeRow], *, dry_run: bool = False) -> HomeImportReport:
    return HomeImportReport(
        id=None if dry_run else record.id, name=record.name, dry_run=dry_run, rows=record.rows,
        registered=record.registered, unchanged=record.unchanged, refused=record.refused, lines=tuple(lines),
        content_hash=record.content_hash, at=None if dry_run else record.at, by=record.by,
        undone_at=record.undone_at, undone_by=record.undone_by,
    )  # fmt: skip
