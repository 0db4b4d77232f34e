"""Migrations go up and down on both databases, and the models say what the migrations build."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest
from sqlalchemy import inspect, text

from core.db import Database, UtcDateTime, open_database
from core.db.migrate import drift, migrate
from core.errors import Conflict, Invalid


@pytest.fixture
async def own_postgres(postgres_address: str) -> AsyncIterator[Database]:
    """A migrated PostgreSQL database that no other test has: what happens to its schema stays here."""
    opened = open_database(postgres_address)
    await migrate(opened)
    yield opened
    await opened.close()


@pytest.fixture(params=["sqlite_database", "own_postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    opened: Database = request.getfixturevalue(request.param)
    return opened


async def test_the_migrated_database_has_no_drift_from_the_models(database: Database) -> None:
    assert await drift(database) == []


async def test_migrations_go_down_to_nothing_and_up_again(database: Database) -> None:
    await migrate(database, "base")
    async with database.engine.connect() as connection:
        tables = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
    assert set(tables) <= {"alembic_version"}
    await migrate(database)
    assert await drift(database) == []


async def test_a_step_that_rebuilds_a_table_keeps_the_rows_that_point_to_it(database: Database) -> None:
    await migrate(database, "0003")
    lot = "INSERT INTO lot (id, address, city, longitude, latitude, lawns, source, time_zone) VALUES "
    here = "('01890000000070008000000000000001', '1 ELM ST', 'BYRON', 1, 2, '[]', 'drawn', 'UTC')"
    tree = "(1, '01890000000070008000000000000001', 'tree', '', '{}')"
    count = text("SELECT COUNT(*) FROM town_feature")
    async with database.connection() as connection:
        await connection.exec_driver_sql(lot + here)
        await connection.exec_driver_sql(f"INSERT INTO town_feature (id, lot_id, kind, name, geometry) VALUES {tree}")
    for version in ("0004", "0003"):
        await migrate(database, version)
        async with database.connection() as connection:
            assert (await connection.execute(count)).scalar_one() == 1, version


async def test_a_named_version_is_reached_from_above_as_from_below(database: Database) -> None:
    assert await migrate(database, "0001") == "0001"
    assert await migrate(database, "0002") == "0002"
    assert await migrate(database, "base") == "base"


async def test_a_version_there_is_none_of_is_refused_with_those_there_are(sqlite_database: Database) -> None:
    with pytest.raises(Invalid, match="no schema version '0099': expected head, base, 0001"):
        await migrate(sqlite_database, "0099")


async def test_a_database_of_a_newer_program_is_left_alone(database: Database) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '7001'"))
    with pytest.raises(Conflict, match="'7001', which this program does not know"):
        await migrate(database)


async def test_sqlite_runs_in_wal_with_foreign_keys_and_a_busy_timeout(sqlite_database: Database) -> None:
    async with sqlite_database.connection() as connection:
        pragmas = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 10_000}


def test_a_naive_datetime_is_refused_by_the_column(sqlite_database: Database) -> None:
    with pytest.raises(ValueError, match="naive datetime refused"):
        UtcDateTime().process_bind_param(datetime(2026, 6, 1), sqlite_database.engine.dialect)
