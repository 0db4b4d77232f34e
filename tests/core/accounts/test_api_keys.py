"""API keys: part of somebody's rights, until a day, revocable, and never stored as they were shown."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from core.accounts import ApiKeys, People, Right, Role, Viewer
from core.accounts.people import PersonView
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.core.accounts.conftest import PASSWORD


@pytest.fixture
def keys(database: Database, clock: MovableClock, people: People) -> ApiKeys:
    return ApiKeys(database, clock, people)


async def signed_in(people: People, person: PersonView) -> Viewer:
    return (await people.sign_in(person.email, PASSWORD)).viewer


async def test_a_key_carries_its_scopes_and_no_other_right_of_its_owner(
    keys: ApiKeys, people: People, dana: PersonView
) -> None:
    made = await keys.make(name="Dashboard on the wall", scopes=[Right.SEE_FLEET], by=await signed_in(people, dana))
    viewer = await keys.viewer(made.secret)
    assert viewer is not None and viewer.person_id == dana.id
    assert [right for right in Right if viewer.may(right)] == [Right.SEE_FLEET]


async def test_a_scope_that_the_owner_does_not_hold_is_refused_and_one_lost_later_opens_nothing(
    keys: ApiKeys, people: People, dana: PersonView, ada: PersonView
) -> None:
    by, admin = await signed_in(people, dana), await signed_in(people, ada)
    with pytest.raises(Invalid, match="manage_people"):
        await keys.make(name="Too much", scopes=[Right.SEE_FLEET, Right.MANAGE_PEOPLE], by=by)
    made = await keys.make(name="Fleet", scopes=[Right.SEE_FLEET], by=by)
    await people.change_person(dana.id, by=admin, role=Role.HOMEOWNER)
    viewer = await keys.viewer(made.secret)
    assert viewer is not None and not viewer.may(Right.SEE_FLEET)
    await people.change_person(dana.id, by=admin, active=False)
    assert await keys.viewer(made.secret) is None


async def test_a_key_ends_on_its_day_and_when_it_is_revoked(
    keys: ApiKeys, people: People, dana: PersonView, clock: MovableClock
) -> None:
    by = await signed_in(people, dana)
    week, ever = [
        await keys.make(name=name, scopes=[Right.SEE_FLEET], by=by, days=days) for name, days in (("w", 7), ("e", None))
    ]
    clock.move(7 * 86_400)
    assert await keys.viewer(week.secret) is None
    assert await keys.viewer(ever.secret) is not None
    await keys.revoke(ever.view.id, by=by)
    assert await keys.viewer(ever.secret) is None
    with pytest.raises(Conflict):
        await keys.revoke(ever.view.id, by=by)


async def test_when_a_key_was_last_used_is_told_to_the_minute(
    keys: ApiKeys, people: People, dana: PersonView, clock: MovableClock
) -> None:
    by = await signed_in(people, dana)
    made = await keys.make(name="Fleet", scopes=[Right.SEE_FLEET], by=by)
    began = clock.now()
    for _call in range(3):
        await keys.viewer(made.secret)
        clock.move(25)
    (view,) = await keys.keys(by=by)
    assert view.last_used_at == began
    await keys.viewer(made.secret)
    (view,) = await keys.keys(by=by)
    assert view.last_used_at == began + timedelta(seconds=75)


async def test_keys_of_others_are_for_those_who_manage_people(
    keys: ApiKeys, people: People, dana: PersonView, ada: PersonView
) -> None:
    by, admin = await signed_in(people, dana), await signed_in(people, ada)
    made = await keys.make(name="For Dana", scopes=[Right.SEE_FLEET], by=admin, owner_id=dana.id)
    assert [view.name for view in await keys.keys(by=by)] == ["For Dana"]
    assert await keys.keys(by=admin) == []
    assert [view.owner for view in await keys.keys(by=admin, everyone=True)] == [dana.email]
    with pytest.raises(NotAllowed):
        await keys.keys(by=by, everyone=True)
    with pytest.raises(NotAllowed):
        await keys.make(name="For Ada", scopes=[Right.SEE_FLEET], by=by, owner_id=ada.id)
    mine = await keys.make(name="Ada's", scopes=[Right.SEE_FLEET], by=admin)
    with pytest.raises(NotFound):
        await keys.revoke(mine.view.id, by=by)
    await keys.revoke(made.view.id, by=admin)
    assert [line.action for line in await people.audit.lines(action="api_key")] == [
        "api_key.revoke", "api_key.make", "api_key.make",
    ]  # fmt: skip


async def test_a_key_makes_no_keys(keys: ApiKeys, people: People, ada: PersonView) -> None:
    made = await keys.make(name="All", scopes=list(Right), by=await signed_in(people, ada))
    viewer = await keys.viewer(made.secret)
    assert viewer is not None
    with pytest.raises(NotAllowed, match="a key cannot make keys"):
        await keys.make(name="More", scopes=[Right.SEE_FLEET], by=viewer)


async def test_the_secret_is_not_in_the_database(
    keys: ApiKeys, people: People, dana: PersonView, database: Database
) -> None:
    made = await keys.make(name="Fleet", scopes=[Right.SEE_FLEET], by=await signed_in(people, dana))
    async with database.connection() as connection:
        rows = (await connection.execute(text("SELECT * FROM api_key"))).all()
    assert made.secret not in str(rows) and made.secret.startswith(made.view.start)
