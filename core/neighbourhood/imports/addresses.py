"""Take an address file into the address book: read, compare, write; one transaction, nothing half done."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.clock import Clock
from core.db import Database
from core.ids import new_id
from core.neighbourhood.imports.address_rows import AddressFile, AddressRow, identity, place, read_address_rows
from core.neighbourhood.imports.report import (
    ImportReport,
    Progress,
    RefusedRow,
    lock_for_import,
    read_text,
    silent,
    stored,
)
from core.neighbourhood.tables import AddressPoint, DataImport
from core.texts import N_

DEFAULT_STATE = "MN"
CHUNK = 5_000
FIELDS = ("address", "city", "state", "postcode", "longitude", "latitude", "import_id")


@dataclass(frozen=True, slots=True)
class Changes:
    """What a file changes in the book: rows to add, rows to update by key, and how many already stand as given."""

    add: list[AddressRow]
    update: list[tuple[int, AddressRow]]
    unchanged: int
    refused: list[RefusedRow]


async def import_addresses(
    database: Database,
    path: Path,
    clock: Clock,
    *,
    progress: Progress = silent,
    dry_run: bool = False,
    state: str = DEFAULT_STATE,
    data_date: datetime | None = None,
    attribution: str = "",
) -> ImportReport:
    """Add the file's homes and update those that changed; homes the file does not name stay.

    A home is known by address, city, state and postcode (case and spacing do not count); one whose postcode alone
    differs is updated when nothing else could be meant. The same file again changes nothing and writes nothing.
    ``state`` is for rows that name none. Raises ``Invalid`` when the file as a whole is broken.
    """
    text, digest = await asyncio.to_thread(read_text, path)
    read = await asyncio.to_thread(read_address_rows, text, name=path.name, default_state=state, progress=progress)
    async with database.connection() as connection:
        if not dry_run:
            await lock_for_import(connection, AddressPoint.__tablename__)
        changes = await asyncio.to_thread(compare, read.accepted, await _stored_rows(connection), read.lines)
        record = _record(path, digest, clock, read, changes, data_date, attribution)
        written = not dry_run and bool(changes.add or changes.update)
        if written:
            await connection.execute(insert(DataImport).values(record.model_dump()))
            await _write(connection, changes, record.id, progress)
    return ImportReport(
        kind="addresses",
        name=record.name,
        dry_run=dry_run,
        rows=record.rows,
        accepted=record.accepted,
        added=len(changes.add),
        updated=len(changes.update),
        unchanged=changes.unchanged,
        removed=0,
        duplicates=read.duplicates,
        skipped=0,
        refused=record.refused,
        refused_rows=tuple(sorted(read.refused + changes.refused, key=lambda row: row.row)),
        warnings=read.warnings,
        content_hash=digest,
        data_date=data_date,
        attribution=attribution,
        import_id=record.id if written else None,
    )


def compare(rows: Sequence[AddressRow], book: Sequence[tuple[int, AddressRow]], lines: Sequence[int]) -> Changes:
    """Which rows are new, changed or as they stand in the ``book`` of (key, row); ``lines`` says where rows end."""
    if not book:
        return Changes([row._replace(postcode=row.postcode or "") for row in rows], [], 0, [])
    by_identity = {identity(row): (key, row) for key, row in book}
    given = {identity(row) for row in rows}
    free: dict[tuple[str, str, str], list[tuple[int, AddressRow]]] = {}
    for key, row in book:
        if identity(row) not in given:
            free.setdefault(place(row), []).append((key, row))
    wanting = Counter(place(row) for row in rows if identity(row) not in by_identity)
    changes = Changes([], [], 0, [])
    unchanged = 0
    for line, row in zip(lines, rows, strict=True):
        match = by_identity.get(identity(row))
        if match is None:
            candidates = free.get(place(row), [])
            if len(candidates) > 1 and row.postcode is None:
                changes.refused.append(_several(line, row, candidates))
                continue
            alone = len(candidates) == 1 and wanting[place(row)] == 1
            match = candidates[0] if alone else None
        if match is None:
            changes.add.append(row._replace(postcode=row.postcode or ""))
            continue
        key, known = match
        wanted = row if row.postcode is not None else row._replace(postcode=known.postcode)
        if wanted == known:
            unchanged += 1
        else:
            changes.update.append((key, wanted))
    return Changes(changes.add, changes.update, unchanged, changes.refused)


def _several(line: int, row: AddressRow, candidates: list[tuple[int, AddressRow]]) -> RefusedRow:
    known = ", ".join(sorted(stands.postcode or "-" for _, stands in candidates))
    return RefusedRow(
        line, "postcode", N_("is missing, and the address is known with several"), f"{row.address}, {row.city}", known
    )


def _record(
    path: Path,
    digest: str,
    clock: Clock,
    read: AddressFile,
    changes: Changes,
    data_date: datetime | None,
    attribution: str,
) -> DataImport:
    refused = read.refused + changes.refused
    return DataImport(
        id=new_id(),
        kind="addresses",
        name=path.stem[:120],
        source=path.name[:200],
        attribution=attribution,
        data_date=data_date,
        imported_at=clock.now(),
        content_hash=digest,
        rows=read.rows,
        accepted=len(read.accepted) - len(changes.refused),
        refused=len(refused),
        report=stored(refused),
    )


async def _stored_rows(connection: AsyncConnection) -> list[tuple[int, AddressRow]]:
    columns = [col(AddressPoint.id), *(getattr(AddressPoint, field) for field in AddressRow._fields)]
    result = await connection.execute(select(*columns))
    return [(row[0], AddressRow(*row[1:])) for row in result]


async def _write(connection: AsyncConnection, changes: Changes, import_id: UUID, progress: Progress) -> None:
    total = len(changes.add) + len(changes.update)
    done = 0
    for start in range(0, len(changes.add), CHUNK):
        chunk = changes.add[start : start + CHUNK]
        await (_copy if connection.dialect.name == "postgresql" else _insert)(connection, chunk, import_id)
        done += len(chunk)
        progress("write", done, total)
    update = "UPDATE address_point SET " + ", ".join(f"{field} = ?" for field in FIELDS) + " WHERE id = ?"
    key: UUID | str = import_id
    if connection.dialect.name == "postgresql":
        update = update.replace("?", "%s")
    else:
        key = import_id.hex
    for start in range(0, len(changes.update), CHUNK):
        some = changes.update[start : start + CHUNK]
        await connection.exec_driver_sql(update, [(*row, key, number) for number, row in some])
        done += len(some)
        progress("write", done, total)


async def _insert(connection: AsyncConnection, rows: list[AddressRow], import_id: UUID) -> None:
    """SQLite: one prepared statement, no ORM object a row."""
    marks = ", ".join("?" * len(FIELDS))
    statement = f"INSERT INTO address_point ({', '.join(FIELDS)}) VALUES ({marks})"
    await connection.exec_driver_sql(statement, [(*row, import_id.hex) for row in rows])


async def _copy(connection: AsyncConnection, rows: list[AddressRow], import_id: UUID) -> None:
    """PostgreSQL: COPY, within the same transaction."""
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    async with driver.cursor() as cursor, cursor.copy(f"COPY address_point ({', '.join(FIELDS)}) FROM STDIN") as copy:
        for row in rows:
            await copy.write_row((*row, import_id))
