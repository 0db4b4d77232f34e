"""The audit: every act leaves a line, and the database itself refuses to change one."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from structlog.contextvars import bound_contextvars

from core.accounts import AuditFilter, People, Role, SignInRefused
from core.accounts.people import PersonView
from core.clock import MovableClock
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


async def test_a_line_keeps_the_request_it_came_with_and_is_found_by_it(people: People) -> None:
    await people.audit.record(actor="job", action="data.import", object_type="file", object_id="a", source="job")
    with bound_contextvars(request_id="0197c0ffee42"):
        for name in ("b", "c"):
            await people.audit.record(actor="ada@elm.example", action="data.import", object_type="file", object_id=name)
    found = await people.audit.find(AuditFilter(request_id="0197c0ffee42"))
    assert [line.object_id for line in found] == ["c", "b"]
    assert [line.request_id for line in await people.audit.find()] == ["0197c0ffee42", "0197c0ffee42", ""]


async def test_lines_are_found_by_person_kind_object_and_time(people: People, clock: MovableClock) -> None:
    began = clock.now()
    for actor, kind, what in (
        ("ada@elm.example", "lot", "elm-1"),
        ("dana@elm.example", "lot", "elm-2"),
        ("ada@elm.example", "person", "elm-1"),
        ("ada_b@elm.example", "lot", "elm-10"),
    ):
        await people.audit.record(actor=actor, action=f"{kind}.change", object_type=kind, object_id=what)
        clock.move(3600)

    async def found(wanted: AuditFilter) -> list[tuple[str, str]]:
        return [(line.actor.split("@")[0], line.object_id) for line in await people.audit.find(wanted)]

    assert await found(AuditFilter(actor="ADA@")) == [("ada", "elm-1"), ("ada", "elm-1")]
    assert await found(AuditFilter(actor="ada_")) == [("ada_b", "elm-10")]  # no wildcard
    assert await found(AuditFilter(object="elm-1")) == [("ada_b", "elm-10"), ("ada", "elm-1"), ("ada", "elm-1")]
    assert await found(AuditFilter(object_id="elm-1")) == [("ada", "elm-1"), ("ada", "elm-1")]
    assert await found(AuditFilter(object="person")) == [("ada", "elm-1")]
    assert await found(AuditFilter(action="lot.", actor="dana")) == [("dana", "elm-2")]
    hour = timedelta(hours=1)
    assert await found(AuditFilter(since=began + hour, until=began + 3 * hour)) == [("ada", "elm-1"), ("dana", "elm-2")]
    assert await people.audit.actions() == ["lot.change", "person.change"]


async def test_every_line_is_read_across_pages_and_no_more_than_asked(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.accounts.audit.PAGE", 3)
    for number in range(7):
        await people.audit.record(actor="job", action="data.import", object_type="file", object_id=f"{number}")
    every = [line.object_id for line in await people.audit.every(most=100)]
    assert every == ["6", "5", "4", "3", "2", "1", "0"]
    assert [line.object_id for line in await people.audit.every(most=4)] == every[:4]
