"""Bring a database to a schema version: forward at start, and back where a person asks."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from core.db.engine import Database
from core.db.tables import metadata
from core.errors import Conflict, Invalid

MIGRATIONS = Path(__file__).parent / "migrations"


async def migrate(database: Database, revision: str = "head") -> str:
    """Move up or down to ``revision`` (``head``, ``base`` or a version name) and return the version reached.

    ``Invalid`` for a version there is none of; ``Conflict`` for a database that a newer program has moved on.
    """
    async with database.engine.connect() as connection, _tables_may_be_rebuilt(connection):
        await _one_at_a_time(connection)
        await connection.run_sync(_move, revision)
        await connection.commit()
        return await connection.run_sync(_current)


async def drift(database: Database) -> list[object]:
    """What the models say and the migrated database does not, as Alembic's list of differences."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_differences)


async def _one_at_a_time(connection: AsyncConnection) -> None:
    """Processes that start together on one PostgreSQL wait for the first; the lock ends with the transaction."""
    if connection.dialect.name == "postgresql":
        await connection.execute(text("SELECT pg_advisory_xact_lock(7030)"))


@asynccontextmanager
async def _tables_may_be_rebuilt(connection: AsyncConnection) -> AsyncIterator[None]:
    """SQLite changes a table by building it anew and dropping the old one; with foreign keys on, the drop would take
    along every row that points there (https://www.sqlite.org/lang_altertable.html, section 7)."""
    if connection.dialect.name != "sqlite":
        yield
        return
    await _pragma(connection, "foreign_keys=OFF")
    try:
        yield
        broken = await _pragma(connection, "foreign_key_check")
        if broken:
            raise Conflict(f"after the migration {len(broken)} rows point nowhere, first {tuple(broken[0])}")
    finally:
        await connection.rollback()
        await _pragma(connection, "foreign_keys=ON")


async def _pragma(connection: AsyncConnection, pragma: str) -> Sequence[Any]:
    result = await connection.exec_driver_sql(f"PRAGMA {pragma}")
    rows = result.all() if result.returns_rows else []
    await connection.commit()  # a pragma counts only outside a transaction
    return rows


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _move(connection: Connection, revision: str) -> None:
    config = _config(connection)
    script = ScriptDirectory.from_config(config)
    versions = ["base", *reversed([version.revision for version in script.walk_revisions()])]
    wanted, current = (versions[-1] if revision == "head" else revision), _current(connection)
    if wanted not in versions:
        raise Invalid(f"there is no schema version {revision!r}: expected head, {', '.join(versions)}")
    if current not in versions:
        raise Conflict(
            f"the database is at schema version {current!r}, which this program does not know (it knows up to "
            f"{versions[-1]}): run the program that wrote it, or a newer one"
        )
    if versions.index(wanted) < versions.index(current):
        command.downgrade(config, wanted)
    else:
        command.upgrade(config, wanted)


def _current(connection: Connection) -> str:
    return MigrationContext.configure(connection).get_current_revision() or "base"


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))
