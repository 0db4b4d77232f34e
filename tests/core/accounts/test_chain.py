"""The audit's chain: whoever gets past the database's own refusal is found out all the same."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from structlog.contextvars import bound_contextvars

from core.accounts import Audit, People, check_chain, seal_lines
from core.accounts.chain import FIRST, seal_of
from core.accounts.people import PersonView
from core.clock import MovableClock
from core.db import Database
from core.db.migrate import migrate


async def told(people: People, times: int = 6) -> None:
    for number in range(times):
        with bound_contextvars(request_id="0197c0ffee42" if number % 2 else ""):
            await people.audit.record(
                actor="ada@elm.example", action="person.change", object_type="person", object_id=f"p{number}",
                before={"role": "technician", "n": 0.1}, after={"role": "admin", "ö": number}, reason="because",
            )  # fmt: skip


async def by_force(database: Database, *statements: str) -> None:
    """As somebody with the file or a superuser's password would."""
    async with database.connection() as connection:
        if database.dialect == "sqlite":
            for table in ("entry", "seal"):
                for verb in ("update", "delete", "replace"):
                    await connection.execute(text(f"DROP TRIGGER IF EXISTS audit_{table}_no_{verb}"))
        else:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await connection.execute(text(statement))


async def test_a_chain_that_nobody_touched_holds(people: People, dana: PersonView, database: Database) -> None:
    await told(people)
    first = await check_chain(database)
    await told(people)
    second = await check_chain(database, noted=first.head)
    assert (first.faults, second.faults) == ((), ())
    assert second.lines == first.lines + 6
    assert second.head != first.head


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'nobody' WHERE object_id = 'p2'",
        "UPDATE audit_entry SET reason = '' WHERE object_id = 'p2'",
        "UPDATE audit_entry SET before = NULL WHERE object_id = 'p0'",
        "UPDATE audit_entry SET request_id = '' WHERE object_id = 'p5'",
        "UPDATE audit_entry SET request_id = 'x' WHERE object_id = 'p0'",
        "UPDATE audit_entry SET at = '2020-01-01' WHERE object_id = 'p5'",
        "DELETE FROM audit_entry WHERE object_id = 'p3'",
        "DELETE FROM audit_seal WHERE seq = 3",
        "UPDATE audit_seal SET hash = 'x' WHERE seq = 3",
    ],
)
async def test_any_change_and_any_removal_is_found(people: People, database: Database, statement: str) -> None:
    await told(people)
    await seal_lines(database)
    await by_force(database, statement)
    assert (await check_chain(database)).faults


def test_seals_made_before_lines_had_a_request_still_hold() -> None:
    """The first seal that a database of an earlier version holds for this line."""
    line = {
        "entry_id": 1, "at": datetime(2026, 6, 1, 12, tzinfo=UTC), "person_id": None, "actor": "job", "action": "a",
        "object_type": "o", "object_id": "1", "before": None, "after": {"ö": 1}, "reason": "", "source": "job",
    }  # fmt: skip
    old = "8c496536b89b19dfcd5ff41ef0b4ffe22dfbfcfd16bddf74c05446c10e402317"
    assert seal_of(FIRST, **line) == seal_of(FIRST, **line, request_id="") == old
    assert seal_of(FIRST, **line, request_id="0197c0ffee42") != old


async def test_two_lines_that_changed_places_are_found(people: People, database: Database) -> None:
    await told(people)
    await seal_lines(database)
    swap = "UPDATE audit_entry SET id = {to} WHERE id = {was}"
    await by_force(database, *(swap.format(was=was, to=to) for was, to in ((2, 999), (4, 2), (999, 4))))
    assert len((await check_chain(database)).faults) == 2


async def test_what_was_cut_off_the_end_is_found_by_a_head_that_was_noted(people: People, database: Database) -> None:
    await told(people)
    noted = (await check_chain(database)).head
    await by_force(database, "DELETE FROM audit_entry WHERE id > 4", "DELETE FROM audit_seal WHERE seq > 4")
    assert (await check_chain(database)).faults == ()
    assert "cut off" in (await check_chain(database, noted=noted)).faults[0]


async def test_many_writers_and_sealers_at_once_leave_one_chain(database: Database, clock: MovableClock) -> None:
    audit = Audit(database, clock)

    async def write(number: int) -> None:
        await audit.record(actor="job", action="a", object_type="o", object_id=str(number), source="job")

    await asyncio.gather(*(write(n) for n in range(20)), *(seal_lines(database) for _n in range(4)))
    report = await check_chain(database)
    assert (report.lines, report.faults) == (20, ())


async def test_the_database_refuses_to_change_a_seal(people: People, database: Database) -> None:
    from sqlalchemy.exc import DBAPIError

    await told(people)
    await seal_lines(database)
    for statement in ("UPDATE audit_seal SET hash = 'x'", "DELETE FROM audit_seal"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.connection() as connection:
                await connection.execute(text(statement))


async def test_lines_from_before_the_chain_are_sealed_by_the_migration(
    sqlite_database: Database, clock: MovableClock
) -> None:
    people = People(sqlite_database, clock)
    await told(people)
    await migrate(sqlite_database, "0022")
    await migrate(sqlite_database)
    async with sqlite_database.connection() as connection:
        assert (await connection.execute(text("SELECT COUNT(*) FROM audit_seal"))).scalar_one() == 6
    assert (await check_chain(sqlite_database)).faults == ()


async def test_one_objects_story_is_read_by_itself(people: People, database: Database) -> None:
    await told(people)
    assert [line.object_id for line in await people.audit.lines(object_id="p3")] == ["p3"]
