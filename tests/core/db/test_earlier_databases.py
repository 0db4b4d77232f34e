"""A database that any earlier version left, with a row in every table, migrates to the newest and reads."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, MetaData, func, insert, select

from core.db import open_database
from core.db.migrate import MIGRATIONS, drift, migrate
from core.db.tables import metadata
from tests.proofs import cases

VERSIONS = sorted(path.name.split("_")[0] for path in (MIGRATIONS / "versions").glob("0*.py"))
EVERY = cases(sample=0, full=1)
PLAYED = VERSIONS if EVERY else [VERSIONS[len(VERSIONS) // 2], VERSIONS[-2]]
NOW = datetime(2026, 6, 1, 12)
VALUES: Sequence[tuple[str, Callable[[], Any]]] = (
    ("JSON", dict),
    ("BOOL", lambda: True),
    ("TIME", lambda: NOW),
    ("DATE", lambda: date(2026, 6, 1)),
    ("INT", lambda: 1),
    ("FLOAT", lambda: 1.0),
    ("REAL", lambda: 1.0),
    ("NUM", lambda: 1),
    ("BLOB", lambda: b"{}"),
    ("CHAR(32)", lambda: "01890000000070008000000000000001"),
    ("UUID", lambda: "01890000000070008000000000000001"),
)


EMPTY = {("usage_entry", "reverses")}
"""What must be empty beside the plain values of its row: this one is no reversal."""


def some(column: Column[Any]) -> Any:
    """A value of the column's type; one row a table, so that every key may be the same."""
    if (column.table.name, column.name) in EMPTY:
        return None
    kind = str(column.type).upper()
    return next((make() for word, make in VALUES if word in kind), "1")


def populate(connection: Connection) -> dict[str, int]:
    """One row in every table there is; how many each has then."""
    there = MetaData()
    there.reflect(connection)
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    for table in there.sorted_tables:
        if table.name != "alembic_version":
            connection.execute(insert(table).values({column.name: some(column) for column in table.columns}))
    return rows(connection)


def rows(connection: Connection) -> dict[str, int]:
    there = MetaData()
    there.reflect(connection)
    return {
        name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in there.tables.items()
        if name != "alembic_version"
    }


def read_all(connection: Connection) -> int:
    """Every row of every table as the models of today read it."""
    return sum(len(connection.execute(select(table)).all()) for table in metadata.sorted_tables)


@pytest.mark.prove
@pytest.mark.parametrize("version", PLAYED)
async def test_a_database_of_an_earlier_version_migrates_and_reads(tmp_path: Path, version: str) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    await migrate(database, version)
    async with database.engine.connect() as connection:
        before = await connection.run_sync(populate)
        await connection.commit()
    assert set(before.values()) == {1}
    await migrate(database)
    async with database.engine.connect() as connection:
        after = await connection.run_sync(rows)
        read = await connection.run_sync(read_all)
    kept = {name for name in before if name in after}
    assert {name for name in kept if after[name] < before[name]} == set()
    assert read >= len(kept)
    assert await drift(database) == []
    await database.close()
