"""Looking through a homeowner's eyes: a session that reads, and that nothing and nobody else can use."""

import asyncio

import pytest
from sqlalchemy import text

from core.accounts import People, Right, Role, SessionKind, ViewAs, Viewer
from core.accounts.people import PersonView
from core.accounts.retention import forget_old_sessions
from core.clock import MovableClock
from core.db import Database
from core.db.reading import READS, need_to_write, only_read, reading
from core.errors import Conflict, NotAllowed, NotFound
from core.ids import new_id
from tests.core.accounts.conftest import PASSWORD
from tests.test_architecture import source_files


@pytest.fixture
async def nora(people: People) -> PersonView:
    return await people.create_person(email="nora@elm.example", role=Role.HOMEOWNER, password=PASSWORD, name="Nora")


@pytest.fixture
async def admin(people: People, ada: PersonView) -> Viewer:
    return (await people.sign_in(ada.email, PASSWORD)).viewer


@pytest.fixture
def view_as(people: People, database: Database, clock: MovableClock) -> ViewAs:
    return ViewAs(database, clock, people)


async def test_an_admin_sees_what_the_homeowner_may_see_and_it_is_audited(
    people: People, view_as: ViewAs, admin: Viewer, nora: PersonView
) -> None:
    seen = (await view_as.start(nora.id, by=admin)).viewer
    assert (seen.person_id, seen.role, seen.watcher) == (nora.id, Role.HOMEOWNER, admin.email)
    assert {right for right in Right if seen.may(right)} == {Right.SEE_OWN_LOT, Right.SEE_OWN_BILL}
    (line,) = await people.audit.lines(action="person.view_as")
    assert (line.actor, line.object_id) == (admin.email, str(nora.id))
    await view_as.end(seen)
    assert [line.action for line in await people.audit.lines(object_id=str(nora.id), limit=1)] == ["person.view_as_end"]


async def test_the_secret_is_worth_nothing_to_anybody_else_nor_alone(
    people: People, view_as: ViewAs, admin: Viewer, nora: PersonView
) -> None:
    other = await people.create_person(email="otto@elm.example", role=Role.ADMIN, password=PASSWORD)
    secret = (await view_as.start(nora.id, by=admin)).token
    assert await people.viewer_for_token(secret) is None
    assert await view_as.viewer(secret, (await people.sign_in(other.email, PASSWORD)).viewer) is None
    assert await view_as.viewer("nothing", admin) is None
    theirs = await people.sign_in(nora.email, PASSWORD)
    assert await view_as.viewer(theirs.token, admin) is None  # an ordinary session is no look


async def test_a_look_ends_by_itself_and_does_not_slide(
    view_as: ViewAs, admin: Viewer, nora: PersonView, clock: MovableClock
) -> None:
    secret = (await view_as.start(nora.id, by=admin)).token
    for _minute in range(14):
        clock.move(60)
        assert await view_as.viewer(secret, admin) is not None
    clock.move(60)
    assert await view_as.viewer(secret, admin) is None


async def test_a_look_ends_with_the_account_the_right_and_the_next_look(
    people: People, view_as: ViewAs, admin: Viewer, nora: PersonView
) -> None:
    ended: list[object] = []
    people.session_ended.subscribe(ended.append)
    first = await view_as.start(nora.id, by=admin)
    second = await view_as.start(nora.id, by=admin)
    assert ended == [first.viewer.session_id]
    assert await view_as.viewer(first.token, admin) is None
    lesser = Viewer(person_id=admin.person_id, email=admin.email, name=admin.name, role=Role.TECHNICIAN)
    assert await view_as.viewer(second.token, lesser) is None
    await people.change_person(nora.id, by=admin, active=False)
    assert await view_as.viewer(second.token, admin) is None


async def test_only_homeowners_are_looked_at_and_only_by_whom_the_table_lets(
    people: People, view_as: ViewAs, admin: Viewer, nora: PersonView, dana: PersonView
) -> None:
    with pytest.raises(Conflict):
        await view_as.start(dana.id, by=admin)
    with pytest.raises(NotFound):
        await view_as.start(new_id(), by=admin)
    with pytest.raises(NotAllowed):
        await view_as.start(nora.id, by=(await people.sign_in(dana.email, PASSWORD)).viewer)
    seen = (await view_as.start(nora.id, by=admin)).viewer
    with pytest.raises(NotAllowed):
        await view_as.start(nora.id, by=seen)


async def test_a_look_is_listed_for_its_person_and_is_no_visit_of_theirs(
    people: People, view_as: ViewAs, admin: Viewer, nora: PersonView, clock: MovableClock, database: Database
) -> None:
    await view_as.start(nora.id, by=admin)
    (listed,) = await people.sessions(nora.id)
    assert (listed.kind, listed.user_agent) == (SessionKind.VIEW, admin.email)
    told = next(one for one in await people.people() if one.id == nora.id)
    assert (told.sessions, told.last_seen_at) == (0, None)
    clock.move(40 * 86_400)
    assert await forget_old_sessions(database, clock) >= 1
    assert await people.sessions(nora.id) == []


async def test_while_only_reading_the_database_itself_refuses_every_write(
    people: People, admin: Viewer, database: Database
) -> None:
    with reading():
        assert await people.people()
        with pytest.raises(NotAllowed, match="nothing can be changed"):
            await people.set_language(admin, "de")
        for statement in ("DELETE FROM person", "UPDATE person SET name = ''", "INSERT INTO erasure_pass VALUES (2)"):
            with pytest.raises(NotAllowed):
                async with database.connection() as connection:
                    await connection.execute(text(statement))
    assert next(one for one in await people.people() if one.email == admin.email).language == "en"
    await people.set_language(admin, "de")


def test_what_changes_something_outside_asks_as_well() -> None:
    need_to_write()
    with reading(), pytest.raises(NotAllowed):
        need_to_write()


async def test_what_a_reader_starts_only_reads_as_well(people: People, admin: Viewer) -> None:
    async def page() -> None:
        only_read(True)
        await asyncio.create_task(people.set_language(admin, "de"))

    with pytest.raises(NotAllowed):
        await asyncio.create_task(page())
    await people.set_language(admin, "de")  # and nobody else is held back


def test_no_statement_of_ours_writes_behind_a_with() -> None:
    assert "WITH" in READS
    writers = [path for path in source_files("core", "dashboard") if ".add_cte(" in path.read_text()]
    assert writers == []
