"""Sessions: revocable on the server, sliding with use, bounded in all, stored only as hashes."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from core.accounts import People, Role, SessionKind, SignInRules
from core.accounts.people import PersonView
from core.accounts.sessions import lifetime
from core.clock import MovableClock
from core.db import Database
from core.errors import NotFound
from tests.core.accounts.conftest import PASSWORD

HOUR = 3600


async def test_a_session_ends_twelve_hours_after_its_last_use(
    people: People, dana: PersonView, clock: MovableClock
) -> None:
    token, _viewer = await people.sign_in(dana.email, PASSWORD)
    clock.move(11 * HOUR)
    assert await people.viewer_for_token(token) is not None
    clock.move(12 * HOUR - 1)
    assert await people.viewer_for_token(token) is not None
    clock.move(12 * HOUR)
    assert await people.viewer_for_token(token) is None


async def test_a_session_in_constant_use_ends_after_thirty_days(
    people: People, dana: PersonView, clock: MovableClock
) -> None:
    token, _viewer = await people.sign_in(dana.email, PASSWORD)
    alive_hours = 0
    while await people.viewer_for_token(token) is not None:
        clock.move(10 * HOUR)
        alive_hours += 10
    assert alive_hours == 30 * 24


async def test_asking_whether_a_session_is_alive_does_not_use_it(
    people: People, dana: PersonView, clock: MovableClock
) -> None:
    _token, viewer = await people.sign_in(dana.email, PASSWORD)
    assert viewer.session_id is not None
    for _look in range(11):
        clock.move(HOUR)
        assert await people.session_alive(viewer.session_id)
    clock.move(HOUR)
    assert not await people.session_alive(viewer.session_id)
    assert await people.over([viewer.session_id]) == {viewer.session_id}


async def test_signing_out_ends_that_session_alone_and_tells_who_listens(people: People, dana: PersonView) -> None:
    heard: list[UUID] = []
    people.session_ended.subscribe(heard.append)
    first, viewer = await people.sign_in(dana.email, PASSWORD)
    second, _viewer = await people.sign_in(dana.email, PASSWORD)
    await people.sign_out(viewer)
    assert heard == [viewer.session_id]
    assert await people.viewer_for_token(first) is None
    assert await people.viewer_for_token(second) is not None


async def test_an_admin_ends_every_session_and_token_of_a_person(
    people: People, dana: PersonView, ada: PersonView
) -> None:
    _token, admin = await people.sign_in(ada.email, PASSWORD)
    cookie, _viewer = await people.sign_in(dana.email, PASSWORD)
    bearer, _viewer = await people.sign_in(dana.email, PASSWORD, kind=SessionKind.TOKEN)
    assert await people.revoke(dana.id, by=admin) == 2
    assert [await people.viewer_for_token(token) for token in (cookie, bearer)] == [None, None]


async def test_one_session_can_be_ended_and_only_once(people: People, dana: PersonView, ada: PersonView) -> None:
    _token, admin = await people.sign_in(ada.email, PASSWORD)
    _token, viewer = await people.sign_in(dana.email, PASSWORD)
    assert viewer.session_id is not None
    await people.revoke_session(viewer.session_id, by=admin)
    with pytest.raises(NotFound, match="over already"):
        await people.revoke_session(viewer.session_id, by=admin)


@pytest.mark.parametrize("change", [{"role": Role.TECHNICIAN}, {"active": False}])
async def test_another_role_or_a_closed_account_ends_the_sessions_of_the_old_one(
    people: People, dana: PersonView, ada: PersonView, change: dict[str, object]
) -> None:
    _token, admin = await people.sign_in(ada.email, PASSWORD)
    token, _viewer = await people.sign_in(dana.email, PASSWORD)
    await people.change_person(dana.id, by=admin, **change)  # type: ignore[arg-type]
    assert await people.viewer_for_token(token) is None


async def test_the_database_holds_no_token_and_no_password(
    people: People, dana: PersonView, database: Database
) -> None:
    token, _viewer = await people.sign_in(dana.email, PASSWORD)
    async with database.connection() as connection:
        rows = [
            str(tuple(row))
            for table in ("person", "sign_in_session", "sign_in_attempts", "audit_entry")
            for row in (await connection.execute(text(f"SELECT * FROM {table}"))).all()
        ]
    assert rows
    assert not any(token in row or PASSWORD in row for row in rows)


async def test_a_made_up_token_is_nobody(people: People, dana: PersonView) -> None:
    for token in ("", "x", "0" * 43, "ä" * 2000):
        assert await people.viewer_for_token(token) is None


moments = st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@given(created=moments, used_s=st.integers(0, 60 * 86_400), hours=st.integers(1, 720), days=st.integers(1, 60))
def test_no_use_stretches_a_session_past_its_bounds(created: datetime, used_s: int, hours: int, days: int) -> None:
    rules = SignInRules(session_hours=hours, session_max_days=days)
    now = created + timedelta(seconds=used_s)
    ends = lifetime(SessionKind.BROWSER, created, now, rules)
    assert ends <= now + timedelta(hours=hours)
    assert ends <= created + timedelta(days=days)
    assert ends in {now + timedelta(hours=hours), created + timedelta(days=days)}


@given(created=moments, used_s=st.integers(0, 60 * 86_400), minutes=st.integers(1, 1440))
def test_use_never_moves_the_end_of_a_token(created: datetime, used_s: int, minutes: int) -> None:
    rules = SignInRules(token_minutes=minutes)
    ends = lifetime(SessionKind.TOKEN, created, created + timedelta(seconds=used_s), rules)
    assert ends == created + timedelta(minutes=minutes)
