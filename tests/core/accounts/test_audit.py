"""The audit: every act leaves a line, and the database itself refuses to change one."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.accounts import People, Role, SignInRefused
from core.accounts.people import PersonView
from core.db import Database
from tests.core.accounts.conftest import PASSWORD


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET actor = 'nobody'", "DELETE FROM audit_entry", "UPDATE audit_entry SET id = 9"]
)
async def test_the_database_refuses_to_change_or_remove_a_line(
    people: People, dana: PersonView, database: Database, statement: str
) -> None:
    before = await people.audit.lines()
    with pytest.raises(DBAPIError, match="append-only"):
        async with database.connection() as connection:
            await connection.execute(text(statement))
    assert await people.audit.lines() == before


async def test_sqlite_refuses_to_replace_a_line(sqlite_database: Database) -> None:
    insert = (
        "INSERT {} INTO audit_entry (id, at, actor, action, object_type, object_id, reason, source)"
        " VALUES (1, '2026-06-01', 'a', 'b', 'c', 'd', '', 'job')"
    )
    async with sqlite_database.connection() as connection:
        await connection.execute(text(insert.format("")))
    with pytest.raises(DBAPIError, match="append-only"):
        async with sqlite_database.connection() as connection:
            await connection.execute(text(insert.format("OR REPLACE")))


async def test_postgresql_refuses_to_empty_the_table(postgres_database: Database) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        async with postgres_database.connection() as connection:
            await connection.execute(text("TRUNCATE audit_entry"))


async def test_signing_in_and_out_and_failing_each_leave_a_line(people: People, dana: PersonView) -> None:
    with pytest.raises(SignInRefused):
        await people.sign_in(dana.email, "not the one")
    _token, viewer = await people.sign_in(dana.email, PASSWORD)
    await people.sign_out(viewer)
    lines = await people.audit.lines()
    assert [(line.action, line.actor) for line in lines] == [
        ("session.sign_out", "dana@elm.example"),
        ("session.sign_in", "dana@elm.example"),
        ("session.refused", "dana@elm.example"),
        ("person.create", "web"),
    ]


async def test_a_change_of_role_tells_before_and_after(people: People, dana: PersonView, ada: PersonView) -> None:
    _token, admin = await people.sign_in(ada.email, PASSWORD)
    await people.change_person(dana.id, by=admin, role=Role.TECHNICIAN)
    line = (await people.audit.lines(action="person.change"))[0]
    assert (line.actor, line.object_id) == ("ada@elm.example", str(dana.id))
    assert (line.before, line.after) == (
        {"role": "dispatcher", "active": True},
        {"role": "technician", "active": True},
    )


async def test_an_act_that_fails_leaves_no_line_of_having_happened(people: People, dana: PersonView) -> None:
    with pytest.raises(RuntimeError):
        async with people.audit._database.session() as session:
            await people.audit.record(
                actor="x", action="person.change", object_type="person", object_id="1", session=session
            )
            raise RuntimeError("the act itself failed")
    assert await people.audit.lines(action="person.change") == []


async def test_lines_are_found_by_text_and_paged_by_number(people: People, dana: PersonView) -> None:
    for number in range(5):
        await people.audit.record(actor="job", action="data.import", object_type="file", object_id=f"100%_{number}")
    assert [line.object_id for line in await people.audit.lines(search="100%_3")] == ["100%_3"]
    first = await people.audit.lines(action="data.", limit=2)
    then = await people.audit.lines(action="data.", limit=2, before_id=first[-1].id)
    assert [line.object_id for line in (*first, *then)] == ["100%_4", "100%_3", "100%_2", "100%_1"]
