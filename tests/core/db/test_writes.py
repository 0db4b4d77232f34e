"""Counts of writes by table: they grow after the commit, for every statement that changes something."""

import pytest
from sqlalchemy import text

from core.clock import MovableClock
from core.db import Database
from core.db.writes import written
from core.fleet.holding.tables import AccountLease

HOW = {
    "SELECT person.id FROM person": None,
    "INSERT INTO person (id, name) VALUES (?, ?)": "person",
    '\n  INSERT INTO "person" (id) SELECT id FROM lot': "person",
    "UPDATE person SET name=? WHERE person.id = ?": "person",
    "UPDATE sign_in_session SET seen_at=?, expires_at=? WHERE sign_in_session.id = ?": None,
    "UPDATE sign_in_session SET seen_at=?, revoked_at=? WHERE sign_in_session.id = ?": "sign_in_session",
    "UPDATE api_key SET last_used_at=%(last_used_at)s WHERE api_key.id = %(api_key_id)s": None,
    "UPDATE person SET active=0": "person",
    "DELETE FROM household_person WHERE person_id = ?": "household_person",
    "delete from household_person": "household_person",
    "BEGIN": None,
}


@pytest.mark.parametrize("statement", HOW)
def test_a_statement_names_what_it_changes(statement: str) -> None:
    assert written(statement) == HOW[statement]


async def test_a_count_grows_once_the_writer_is_done_and_not_before(database: Database, clock: MovableClock) -> None:
    def count() -> int:
        return database.writes.of(["account_lease"])[0]

    begun = count()
    async with database.session() as session:
        session.add(AccountLease(account="elm@mowthos.example", owner="anna", token=1, until=clock.now()))
        await session.flush()
        assert count() == begun
    assert count() == begun + 1
    async with database.connection() as connection:
        await connection.execute(text("DELETE FROM account_lease"))
    assert count() == begun + 2
    async with database.session() as session:
        await session.execute(text("SELECT account FROM account_lease"))
    assert count() == begun + 2
    assert database.writes.of(["person", "account_lease"]) == (database.writes.of(["person"])[0], begun + 2)
