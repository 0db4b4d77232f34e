"""Take a file of parcels in as a named layer: read, compare, write, hand boundaries to lots; one transaction."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.clock import Clock
from core.db import Database
from core.errors import Invalid
from core.ids import new_id
from core.neighbourhood.book import Book
from core.neighbourhood.imports.report import ImportReport, Progress, lock_for_import, read_text, silent, stored
from core.neighbourhood.land_events import Box, LandChange, LandChanged, LandEvent
from core.neighbourhood.lots.handing import Handed, hand_to_lots
from core.neighbourhood.lots.parcels import ParcelFile, ParcelShape, homes_on, read_parcels
from core.neighbourhood.lots.ports import Books
from core.neighbourhood.lots.tables import Parcel
from core.neighbourhood.tables import DataImport
from core.texts import N_, Text

CHUNK = 1_000


@dataclass(slots=True)
class Changes:
    """What a file changes in its layer."""

    add: list[int] = field(default_factory=list)
    """Positions in the file's parcels."""
    update: list[tuple[int, int]] = field(default_factory=list)
    """(key of the record, position)."""
    remove: list[int] = field(default_factory=list)
    unchanged: int = 0


class LotImport:
    """Imports parcels."""

    def __init__(self, *, database: Database, clock: Clock, books: Books, changed: LandEvent | None = None) -> None:
        self._database = database
        self._clock = clock
        self._books = books
        self._changed = changed

    async def run(
        self,
        path: Path,
        *,
        name: str | None = None,
        dry_run: bool = False,
        progress: Progress = silent,
        data_date: datetime | None = None,
        attribution: str = "",
    ) -> ImportReport:
        """`run_text` with a file's text; the layer is called as the file unless ``name`` says otherwise."""
        text, digest = await asyncio.to_thread(read_text, path)
        return await self.run_text(
            text, digest=digest, source=path.name, name=path.stem if name is None else name, dry_run=dry_run,
            progress=progress, data_date=data_date, attribution=attribution,
        )  # fmt: skip

    async def run_text(
        self,
        text: str,
        *,
        source: str,
        name: str,
        digest: str | None = None,
        dry_run: bool = False,
        progress: Progress = silent,
        data_date: datetime | None = None,
        attribution: str = "",
    ) -> ImportReport:
        """Make layer ``name`` hold the file's parcels and no others; the same file again changes nothing.

        Registered lots without a drawn boundary take the parcel their address point stands on. ``Invalid`` when the
        file as a whole is broken; a broken feature is refused by itself, with its index and field.
        """
        layer = name.strip()
        if not layer or len(layer) > 80 or not layer.isprintable():
            raise Invalid(Text("layer name {layer!r}: expected 1 to 80 printable characters", layer=layer[:100]))
        book = await self._books.book()
        read, homes = await asyncio.to_thread(_read, text, source, book)
        progress("read", read.features, read.features)
        record = DataImport(
            id=new_id(), kind="lots", name=layer, source=source[:200], attribution=attribution[:200],
            data_date=data_date, imported_at=self._clock.now(),
            content_hash=digest or sha256(text.encode()).hexdigest(), rows=read.features,
            accepted=len(read.parcels), refused=len(read.refused), report=stored(read.refused),
        )  # fmt: skip
        async with self._database.connection() as connection:
            if not dry_run:
                await lock_for_import(connection, Parcel.__tablename__)
            changes = _compare(read.parcels, homes, await _stored(connection, layer))
            written = not dry_run and bool(changes.add or changes.update or changes.remove)
            handed = Handed()
            if written:
                await connection.execute(insert(DataImport).values(record.model_dump()))
                await _write(connection, changes, read.parcels, homes, record, progress)
                handed = await hand_to_lots(connection, layer, self._clock.now(), source)
        if written and self._changed is not None:
            self._changed.emit(LandChanged(_box(read.parcels), LandChange.LOTS_IMPORTED, handed.lot_ids))
        return _report(record, read, homes, changes, handed, dry_run=dry_run, import_id=record.id if written else None)


def _read(text: str, source: str, book: Book) -> tuple[ParcelFile, list[list[int]]]:
    read = read_parcels(text, name=source)
    return read, homes_on(read.parcels, book.homes)


async def _stored(connection: AsyncConnection, layer: str) -> dict[str, tuple[int, str]]:
    """By the parcel's number: the record's key, and what it says."""
    columns = (col(Parcel.id), col(Parcel.key), col(Parcel.address), col(Parcel.boundary), col(Parcel.home_ids))
    rows = (await connection.execute(select(*columns).where(col(Parcel.layer) == layer))).all()
    return {key: (id_, _said(address, boundary, homes)) for id_, key, address, boundary, homes in rows}


def _said(address: str, boundary: dict[str, Any], homes: Sequence[int]) -> str:
    return json.dumps([address, boundary["coordinates"], list(homes)])


def _compare(
    parcels: Sequence[ParcelShape], homes: Sequence[Sequence[int]], known: dict[str, tuple[int, str]]
) -> Changes:
    changes = Changes()
    left = dict(known)
    for position, (parcel, own) in enumerate(zip(parcels, homes, strict=True)):
        record = left.pop(parcel.key, None)
        if record is None:
            changes.add.append(position)
        elif record[1] == _said(parcel.address, parcel.boundary, own):
            changes.unchanged += 1
        else:
            changes.update.append((record[0], position))
    changes.remove = [id_ for id_, _ in left.values()]
    return changes


async def _write(
    connection: AsyncConnection,
    changes: Changes,
    parcels: Sequence[ParcelShape],
    homes: Sequence[list[int]],
    record: DataImport,
    progress: Progress,
) -> None:
    def values(position: int) -> dict[str, Any]:
        parcel = parcels[position]
        west, south, east, north = parcel.polygon.bounds
        return {
            "layer": record.name, "key": parcel.key, "address": parcel.address, "boundary": parcel.boundary,
            "west": west, "south": south, "east": east, "north": north,
            "home_ids": homes[position], "import_id": record.id,
        }  # fmt: skip

    for start in range(0, len(changes.remove), CHUNK):
        await connection.execute(delete(Parcel).where(col(Parcel.id).in_(changes.remove[start : start + CHUNK])))
    for id_, position in changes.update:
        await connection.execute(update(Parcel).where(col(Parcel.id) == id_).values(values(position)))
    for start in range(0, len(changes.add), CHUNK):
        some = changes.add[start : start + CHUNK]
        await connection.execute(insert(Parcel), [values(position) for position in some])
        progress("write", start + len(some), len(changes.add))


def _box(parcels: Sequence[ParcelShape]) -> Box:
    bounds = [parcel.polygon.bounds for parcel in parcels]
    west, south, east, north = (
        side(places) for side, places in zip((min, min, max, max), zip(*bounds, strict=True), strict=True)
    )
    return west, south, east, north


def _report(
    record: DataImport,
    read: ParcelFile,
    homes: Sequence[Sequence[int]],
    changes: Changes,
    handed: Handed,
    *,
    dry_run: bool,
    import_id: UUID | None,
) -> ImportReport:
    warnings = list(handed.warnings)
    if empty := sum(not own for own in homes):
        warnings.append(Text("{n} parcels have no address point of the address book on them", n=empty))
    if several := sum(len(own) > 1 for own in homes):
        warnings.append(Text("{n} parcels carry several homes", n=several))
    if read.split:
        warnings.append(Text("{n} parcels of several parts were taken as one lot a part", n=read.split))
    if read.unnamed:
        warnings.append(Text("{n} parcels have no number and are known by their shape alone", n=read.unnamed))
    if not any(homes):
        warnings.append(N_("no parcel could be matched to a home: is the address book imported?"))
    return ImportReport(
        kind="lots", name=record.name, dry_run=dry_run, rows=record.rows, accepted=record.accepted,
        added=len(changes.add), updated=len(changes.update), unchanged=changes.unchanged,
        removed=len(changes.remove), duplicates=read.duplicates, skipped=0, refused=record.refused,
        refused_rows=tuple(read.refused), warnings=tuple(warnings), content_hash=record.content_hash,
        data_date=record.data_date, attribution=record.attribution, import_id=import_id,
    )  # fmt: skip
