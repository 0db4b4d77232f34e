"""The lawn editor's desk: open a lot, judge what is drawn, keep drafts, save as a new version."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.clock import Clock
from core.db import Database
from core.errors import Conflict, Invalid, NotFound
from core.neighbourhood.households import LotView, lot_view
from core.neighbourhood.imports.report import lock_for_import
from core.neighbourhood.land_events import Box, LandChange, LandChanged, LandEvent
from core.neighbourhood.lawns.around import extent, read_lot, surroundings_of
from core.neighbourhood.lawns.drafts import (
    draft_view,
    drawing_dict,
    drop_draft,
    keep_draft,
    leave_lot,
    seen_at_lot,
)
from core.neighbourhood.lawns.files import read_lawn_file, write_lawn_file
from core.neighbourhood.lawns.measure import lawn_area, metres_per_degree, total
from core.neighbourhood.lawns.model import (
    DraftView,
    Drawing,
    Editor,
    LawnCheck,
    LawnFile,
    LawnRules,
    LawnSheet,
    LawnVersionView,
    Level,
    Position,
    Repair,
    Surroundings,
)
from core.neighbourhood.lawns.repair import propose_repair
from core.neighbourhood.lawns.rules import check_drawing
from core.neighbourhood.lawns.shapes import plain
from core.neighbourhood.lawns.tables import LawnDraft, LawnVersion
from core.neighbourhood.lot_shapes import firm_boundary
from core.neighbourhood.lots.ports import AuditTrail, Books, By
from core.neighbourhood.lots.shelf import LotShelf
from core.neighbourhood.tables import Lot
from core.texts import N_, Text

DRAWN = "drawn"


class LawnDesk:
    """Judges and keeps what people draw on lots."""

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
        self.rules = rules or LawnRules()
        self._database = database
        self._clock = clock
        self._books = books
        self._audit = audit
        self._shelf = LotShelf(database=database, books=books)
        self._changed = changed

    async def open(self, lot_id: UUID, by: By) -> LawnSheet:
        """Everything the editor begins with; from now on others see that ``by`` has the lot open. ``NotFound``."""
        lot, around = await self._surroundings(lot_id, Drawing(()))
        saved = Drawing(tuple(lot.lawns), firm_boundary(lot.boundary, lot.source), _dock(lot))
        if around.boundary is None and around.estimate is None:
            around = replace(around, estimate=await self._shelf.estimate((lot.longitude, lot.latitude)))
        return LawnSheet(
            lot_id=lot_id,
            household_id=lot.household_id,
            address=lot.address,
            city=lot.city,
            source=lot.source,
            version=lot.version,
            saved=saved,
            surroundings=around,
            draft=await self.draft(lot_id, by),
            others=await self.seen(lot_id, by),
            check=check_drawing(saved, around, self.rules),
            rules=self.rules,
            metres_per_degree=metres_per_degree(lot.latitude),
        )

    async def get(self, lot_id: UUID) -> LotView:
        """The lot as it is saved. ``NotFound``."""
        async with self._database.session() as session:
            lot = await session.get(Lot, lot_id)
        if lot is None:
            raise NotFound(Text("there is no lot {lot}", lot=lot_id))
        return lot_view(lot)

    async def check(
        self,
        lot_id: UUID,
        lawns: tuple[dict[str, Any], ...] | list[dict[str, Any]],
        *,
        boundary: dict[str, Any] | None = None,
        dock: Position | None = None,
    ) -> LawnCheck:
        """Judge a drawing; nothing is kept. ``NotFound``."""
        drawing = Drawing(tuple(lawns), boundary, dock)
        _, around = await self._surroundings(lot_id, drawing)
        return await asyncio.to_thread(check_drawing, drawing, around, self.rules)

    async def repair(self, lot_id: UUID, drawing: Drawing) -> Repair:
        """A sound drawing near this one, with every change in words; nothing is kept. ``NotFound``."""
        _, around = await self._surroundings(lot_id, drawing)
        return await asyncio.to_thread(propose_repair, drawing, around, self.rules)

    # --- drafts and presence ---
    async def autosave(self, lot_id: UUID, drawing: Drawing, *, base_version: int, by: By) -> DraftView:
        """Keep an unfinished drawing, sound or not, for this person. ``NotFound``; ``Invalid`` when it is too large."""
        kept = drawing_dict(drawing)
        try:
            async with self._database.session() as session:
                version = (await read_lot(await session.connection(), lot_id)).version
                draft = await keep_draft(session, lot_id, by, kept, base_version, self._clock.now())
                await seen_at_lot(session, lot_id, by, self._clock.now())
        except IntegrityError as error:  # two windows of one person at the same moment
            raise Conflict(N_("this draft is being kept from another window")) from error
        return draft_view(draft, version)

    async def draft(self, lot_id: UUID, by: By) -> DraftView | None:
        """This person's draft of a lot, if there is one. ``NotFound``."""
        async with self._database.session() as session:
            version = (await read_lot(await session.connection(), lot_id)).version
            draft = await session.get(LawnDraft, (lot_id, by.person_id))
            return None if draft is None else draft_view(draft, version)

    async def discard(self, lot_id: UUID, by: By) -> None:
        """Drop this person's draft."""
        async with self._database.session() as session:
            await drop_draft(session, lot_id, by.person_id)

    async def seen(self, lot_id: UUID, by: By) -> tuple[Editor, ...]:
        """Call every twenty seconds or so while a lot is open: who else has it open, since when. ``NotFound``."""
        try:
            async with self._database.session() as session:
                return await seen_at_lot(session, lot_id, by, self._clock.now())
        except IntegrityError as error:
            if "foreign key" in str(error.orig).lower():
                raise NotFound(Text("there is no lot {lot}", lot=lot_id)) from error
            return await self.seen(lot_id, by)  # two windows of one person came at the same moment: now it is there

    async def leave(self, lot_id: UUID, by: By) -> None:
        """The editor is closed."""
        async with self._database.session() as session:
            await leave_lot(session, lot_id, by.person_id)

    # --- saving ---
    async def save(self, lot_id: UUID, drawing: Drawing, *, expected_version: int, by: By) -> LotView:
        """Make the drawing the lot's ground, as its next version; drops the person's draft.

        Judged again here, together with the neighbours as they stand at this moment: ``Invalid`` lists what is broken.
        ``Conflict`` names who saved in between, and the drawing is kept as a draft. ``NotFound``. Nothing is repaired.
        """
        drawing_dict(drawing)
        try:
            saved, box = await self._save(lot_id, drawing, expected_version, by)
        except Conflict:
            await self.autosave(lot_id, drawing, base_version=expected_version, by=by)
            raise
        if self._changed is not None:
            self._changed.emit(LandChanged(box, LandChange.LAWN_SAVED, (lot_id,)))
        return lot_view(saved)

    async def _save(self, lot_id: UUID, drawing: Drawing, expected_version: int, by: By) -> tuple[Lot, Box]:
        book = await self._books.book()
        async with self._database.session() as session:
            connection = await session.connection()
            await lock_for_import(connection, Lot.__tablename__)
            lot = await read_lot(connection, lot_id)
            if lot.version != expected_version:
                raise await _overtaken(connection, lot)
            around = await surroundings_of(connection, book, lot, drawing)
            check = check_drawing(drawing, around, self.rules)
            if not check.ok:
                broken = [problem.words for problem in check.problems if problem.level is Level.BROKEN]
                raise Invalid(Text("the lawns of {address} cannot be saved", address=lot.address), reasons=broken)
            given = _given(lot, drawing)
            now = self._clock.now()
            await _keep_first_version(connection, lot, now)
            await connection.execute(update(Lot).where(col(Lot.id) == lot_id).values(**given, version=lot.version + 1))
            await connection.execute(
                insert(LawnVersion).values(
                    lot_id=lot_id, version=lot.version + 1, at=now, person_id=by.person_id, by=by.name[:254], **given
                )
            )
            await drop_draft(session, lot_id, by.person_id)
            await self._audit.record(
                actor=by.email, action="lawn.save", object_type="lot", object_id=str(lot_id), person_id=by.person_id,
                before={"version": lot.version, "lawn_area_m2": _area(lot.lawns)},
                after={"version": lot.version + 1, "lawn_area_m2": _area(given["lawns"])}, session=session,
            )  # fmt: skip
            return await session.get_one(Lot, lot_id), extent(lot, drawing)

    async def versions(self, lot_id: UUID) -> tuple[LawnVersionView, ...]:
        """Every version kept, newest first. ``NotFound``."""
        async with self._database.connection() as connection:
            await read_lot(connection, lot_id)
            query = select(LawnVersion.__table__).where(col(LawnVersion.lot_id) == lot_id)  # type: ignore[attr-defined]
            rows = (await connection.execute(query.order_by(col(LawnVersion.version).desc()))).all()
        return tuple(
            LawnVersionView(
                lot_id,
                row.version,
                row.at,
                row.by,
                row.source,
                row.boundary,
                tuple(row.lawns),
                _dock(row),
                _area(row.lawns),
            )
            for row in rows
        )

    # --- files ---
    async def read_file(self, lot_id: UUID, content: bytes, *, name: str) -> tuple[LawnFile, LawnCheck]:
        """What a GeoJSON or KML file holds, judged for this lot; nothing is kept. ``Invalid`` when it is broken."""
        file = await asyncio.to_thread(read_lawn_file, content, name=name)
        return file, await self.check(lot_id, file.lawns, boundary=file.boundary, dock=file.dock)

    async def write_file(self, lot_id: UUID, kind: str) -> str:
        """The saved lot as ``geojson`` or ``kml``. An estimated boundary is left out."""
        lot, around = await self._surroundings(lot_id, Drawing(()))
        return write_lawn_file(
            kind, tuple(lot.lawns), around.boundary, _dock(lot), address=f"{lot.address}, {lot.city}"
        )

    async def _surroundings(self, lot_id: UUID, drawing: Drawing) -> tuple[Any, Surroundings]:
        book = await self._books.book()
        async with self._database.connection() as connection:
            lot = await read_lot(connection, lot_id)
            return lot, await surroundings_of(connection, book, lot, drawing)


def _given(lot: Any, drawing: Drawing) -> dict[str, Any]:
    """What the lot holds after the drawing is saved."""
    boundary, source = lot.boundary, lot.source
    if drawing.boundary is not None and (lot.source == "estimated" or plain(drawing.boundary) != lot.boundary):
        boundary, source = plain(drawing.boundary), DRAWN
    dock = drawing.dock or _dock(lot)
    return {
        "boundary": boundary,
        "source": source,
        "lawns": [plain(lawn) for lawn in drawing.lawns],
        "dock_longitude": None if dock is None else dock[0],
        "dock_latitude": None if dock is None else dock[1],
    }


async def _keep_first_version(connection: AsyncConnection, lot: Any, now: Any) -> None:
    """The ground as it was before anyone saved, so that every version can be looked at."""
    known = select(col(LawnVersion.version)).where(col(LawnVersion.lot_id) == lot.id)
    if (await connection.execute(known.where(col(LawnVersion.version) == lot.version))).first() is None:
        held = {name: getattr(lot, name) for name in ("boundary", "source", "lawns", "dock_longitude", "dock_latitude")}
        await connection.execute(insert(LawnVersion).values(lot_id=lot.id, version=lot.version, at=now, by="", **held))


async def _overtaken(connection: AsyncConnection, lot: Any) -> Conflict:
    query = select(col(LawnVersion.by), col(LawnVersion.at)).where(col(LawnVersion.lot_id) == lot.id)
    last = (await connection.execute(query.order_by(col(LawnVersion.version).desc()).limit(1))).one_or_none()
    who = last.by if last is not None and last.by else Text("someone else")
    words = Text(
        "{who} has saved {address} since (version {version})", who=who, address=lot.address, version=lot.version
    )
    return Conflict(words, reasons=[N_("your drawing is kept as a draft: open the lot again to compare")])


def _dock(row: Any) -> Position | None:
    if row.dock_longitude is None or row.dock_latitude is None:
        return None
    return row.dock_longitude, row.dock_latitude


def _area(lawns: list[dict[str, Any]]) -> float | None:
    return total([lawn_area(lawn) for lawn in lawns])
