"""Backups of both databases: made while others write, restored to prove it, brought back whole or not at all."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func
from sqlmodel import select

from core.accounts import HashCost, Passwords, People, Role
from core.accounts.tables import Person
from core.backups import BackupDesk, Contents, read_header
from core.clock import MovableClock
from core.db import Database, open_database
from core.db.migrate import migrate
from core.errors import Conflict, Invalid, NeedsHuman, NotFound
from external.backups import dumper_for
from external.backups import postgres as postgres_module
from external.backups.sqlite import SqliteDumper

KEY = "the passphrase of the backups, long enough"
type DeskOf = Callable[..., BackupDesk]


@pytest.fixture
def desk(database: Database, clock: MovableClock, tmp_path: Path) -> BackupDesk:
    return desk_of(database, clock, tmp_path)


def desk_of(database: Database, clock: MovableClock, folder: Path, *, keep_days: int = 30) -> BackupDesk:
    address = database.engine.url.render_as_string(hide_password=False)
    plain = address.replace("sqlite+aiosqlite", "sqlite").replace("postgresql+psycopg", "postgresql")
    return BackupDesk(
        dumper=dumper_for(plain), clock=clock, folder=folder / "backups", passphrase=KEY, keep_days=keep_days, cost=4
    )


async def people_join(database: Database, clock: MovableClock, *names: str) -> None:
    people = People(database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    for name in names:
        await people.create_person(
            email=f"{name}@elm.example", role=Role.ADMIN, password="a long enough one", name=name
        )


async def persons(database: Database) -> int:
    async with database.session() as session:
        return int((await session.exec(select(func.count()).select_from(Person))).one())


async def test_a_backup_is_restored_well_before_it_has_its_name(
    database: Database, clock: MovableClock, desk: BackupDesk, tmp_path: Path
) -> None:
    await people_join(database, clock, "ada", "dana")
    made = await desk.make()
    assert made.path.name == f"mowthos-20260601T120000Z-{database.dialect}.mbk"
    assert read_header(made.path).contents.rows["person"] == 2
    assert {path.name for path in (tmp_path / "backups").iterdir()} == {made.path.name}
    assert b"elm.example" not in made.path.read_bytes()


async def test_what_was_lost_after_the_backup_comes_back(
    database: Database, clock: MovableClock, desk: BackupDesk
) -> None:
    await people_join(database, clock, "ada", "dana")
    made = await desk.make()
    async with database.connection() as connection:
        await connection.exec_driver_sql("DELETE FROM person WHERE email = 'dana@elm.example'")
    assert await persons(database) == 1
    with pytest.raises(Conflict, match="--replace"):
        await desk.restore(made.path)
    await desk.restore(made.path, replace=True)
    assert await persons(database) == 2


async def test_a_backup_comes_into_an_empty_database_without_further_words(
    sqlite_database: Database, clock: MovableClock, tmp_path: Path
) -> None:
    await people_join(sqlite_database, clock, "ada")
    made = await desk_of(sqlite_database, clock, tmp_path).make()
    other = open_database(f"sqlite:///{tmp_path / 'other' / 'new.sqlite3'}")
    desk = desk_of(other, clock, tmp_path)
    await desk.restore(made.path)
    assert await persons(other) == 1
    await migrate(other)
    await other.close()


class Lossy(SqliteDumper):
    """Its rehearsals come back with a person less, as if the dump had been cut."""

    def rehearse(self, dump: Path) -> Contents:
        told = super().rehearse(dump)
        return Contents(told.schema, {**told.rows, "person": told.rows["person"] - 1})


async def test_a_backup_that_comes_back_otherwise_is_no_backup(
    sqlite_database: Database, clock: MovableClock, tmp_path: Path
) -> None:
    await people_join(sqlite_database, clock, "ada")
    database_file = str(sqlite_database.engine.url.database)
    desk = BackupDesk(
        dumper=Lossy(database_file), clock=clock, folder=tmp_path / "backups", passphrase=KEY, keep_days=30, cost=4
    )
    with pytest.raises(Invalid, match="person: 0 rows, expected 1"):
        await desk.make()
    assert desk.all() == []
    assert [path.suffix for path in (tmp_path / "backups").iterdir()] == [".bad"]


async def test_verifying_says_what_a_damaged_file_is(
    sqlite_database: Database, clock: MovableClock, tmp_path: Path
) -> None:
    desk = desk_of(sqlite_database, clock, tmp_path)
    made = await desk.make()
    made.path.write_bytes(made.path.read_bytes()[:-40])
    with pytest.raises(Invalid, match="damaged or incomplete"):
        await desk.verify(made.path)


async def test_a_damaged_backup_is_refused_before_anything_is_replaced(
    sqlite_database: Database, clock: MovableClock, tmp_path: Path
) -> None:
    desk, database = desk_of(sqlite_database, clock, tmp_path), sqlite_database
    made = await desk.make()
    await people_join(database, clock, "ada")
    made.path.write_bytes(made.path.read_bytes()[:-40])
    with pytest.raises(Invalid):
        await desk.restore(made.path, replace=True)
    assert await persons(database) == 1


async def test_a_run_makes_one_and_forgets_what_is_too_old(
    sqlite_database: Database, clock: MovableClock, tmp_path: Path
) -> None:
    desk = desk_of(sqlite_database, clock, tmp_path, keep_days=2)
    for _ in range(16):
        told = await desk.run()
        clock.move(timedelta(hours=6).total_seconds())
    assert "restored well" in told
    assert 8 <= len(desk.all()) <= 10
    assert desk.all()[0].created_at > clock.now() - timedelta(hours=7)


async def test_a_backup_of_the_other_kind_of_database_is_refused(
    sqlite_database: Database, postgres_database: Database, clock: MovableClock, tmp_path: Path
) -> None:
    made = await desk_of(sqlite_database, clock, tmp_path).make()
    with pytest.raises(Conflict, match="of sqlite"):
        await desk_of(postgres_database, clock, tmp_path).restore(made.path, replace=True)


async def test_no_database_is_told_as_such(clock: MovableClock, tmp_path: Path) -> None:
    desk = BackupDesk(
        dumper=SqliteDumper(tmp_path / "none.sqlite3"),
        clock=clock,
        folder=tmp_path,
        passphrase=KEY,
        keep_days=3,
        cost=4,
    )
    with pytest.raises(NotFound):
        await desk.make()


async def test_rehearsals_leave_no_database_behind(
    postgres_database: Database, clock: MovableClock, tmp_path: Path
) -> None:
    await desk_of(postgres_database, clock, tmp_path).make()
    address = postgres_database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        found = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'mowthos_rehearsal%'").fetchall()
    assert found == []


async def test_missing_tools_are_named(
    postgres_database: Database, clock: MovableClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert postgres_module.shutil.which("pg_dump") is None
    with pytest.raises(NeedsHuman, match="pg_dump is not installed"):
        await desk_of(postgres_database, clock, tmp_path).make()
