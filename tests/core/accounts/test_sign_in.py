"""Signing in: the right password opens a session, everything else says the same and costs the same."""

import asyncio
from uuid import UUID

import pytest
from sqlmodel import select

from core.accounts import HashCost, Passwords, People, Role, SessionKind, SignInRefused, SignInRules
from core.accounts.people import PersonView
from core.accounts.tables import Person
from core.clock import MovableClock
from core.db import Database
from core.ids import new_id
from tests.core.accounts.conftest import CHEAP, PASSWORD


async def refusal(people: People, email: str, password: str) -> SignInRefused:
    with pytest.raises(SignInRefused) as caught:
        await people.sign_in(email, password)
    return caught.value


async def test_the_right_password_opens_a_session_for_its_person(people: People, dana: PersonView) -> None:
    token, viewer = await people.sign_in(" Dana@Elm.example ", PASSWORD, "Firefox")
    assert (viewer.person_id, viewer.role, viewer.name) == (dana.id, Role.DISPATCHER, "Dana")
    assert await people.viewer_for_token(token) == viewer
    assert [session.user_agent for session in await people.sessions(dana.id)] == ["Firefox"]


async def test_a_wrong_password_and_an_unknown_account_say_the_same(people: People, dana: PersonView) -> None:
    wrong = await refusal(people, "dana@elm.example", "not the one")
    unknown = await refusal(people, "nobody@elm.example", "not the one")
    assert (wrong.message, wrong.retry_at) == (unknown.message, unknown.retry_at)


async def test_a_closed_account_says_what_a_wrong_password_says(
    people: People, dana: PersonView, ada: PersonView
) -> None:
    _token, admin = await people.sign_in("ada@elm.example", PASSWORD)
    await people.change_person(dana.id, by=admin, active=False)
    closed = await refusal(people, "dana@elm.example", PASSWORD)
    assert closed.message == (await refusal(people, "nobody@elm.example", PASSWORD)).message


class CountingPasswords(Passwords):
    """Counts how often a hash is really computed."""

    def __init__(self) -> None:
        super().__init__(CHEAP)
        self.computed = 0

    def _matches(self, stored: str, password: str) -> bool:
        self.computed += 1
        return super()._matches(stored, password)


async def test_an_unknown_account_costs_as_many_hashes_as_a_wrong_password(
    sqlite_database: Database, clock: MovableClock
) -> None:
    passwords = CountingPasswords()
    people = People(sqlite_database, clock, passwords=passwords)
    await people.create_person(email="dana@elm.example", role=Role.DISPATCHER, password=PASSWORD)
    costs = []
    for email in ("dana@elm.example", "nobody@elm.example"):
        before = passwords.computed
        await refusal(people, email, "not the one")
        costs.append(passwords.computed - before)
    assert costs == [1, 1]


async def test_five_failures_lock_the_account_and_the_words_say_for_how_long(people: People, dana: PersonView) -> None:
    for _try in range(5):
        assert (await refusal(people, "dana@elm.example", "not the one")).retry_at is None
    locked = await refusal(people, "dana@elm.example", PASSWORD)
    assert locked.retry_at is not None
    assert "15 min" in locked.message


async def test_an_address_without_an_account_locks_in_the_same_way(people: People) -> None:
    for _try in range(5):
        await refusal(people, "nobody@elm.example", "not the one")
    assert "15 min" in (await refusal(people, "nobody@elm.example", "not the one")).message


async def test_a_lock_ends_by_itself_and_tries_meanwhile_do_not_lengthen_it(
    people: People, dana: PersonView, clock: MovableClock
) -> None:
    for _try in range(5):
        await refusal(people, "dana@elm.example", "not the one")
    clock.move(14 * 60)
    assert "1 min" in (await refusal(people, "dana@elm.example", PASSWORD)).message
    clock.move(60)
    await people.sign_in("dana@elm.example", PASSWORD)


async def test_a_success_forgets_the_failures_before_it(people: People, dana: PersonView) -> None:
    for _round in range(3):
        for _try in range(4):
            await refusal(people, "dana@elm.example", "not the one")
        await people.sign_in("dana@elm.example", PASSWORD)


async def test_many_guesses_at_once_get_no_more_tries_than_one_after_another(people: People, dana: PersonView) -> None:
    tries = await asyncio.gather(
        *(people.sign_in("dana@elm.example", f"guess {number}") for number in range(12)), return_exceptions=True
    )
    looked_at = [error for error in tries if isinstance(error, SignInRefused) and error.retry_at is None]
    assert len(looked_at) == people.rules.attempts


async def test_a_bearer_token_lives_as_long_as_promised_and_a_browser_session_slides(
    people: People, dana: PersonView, clock: MovableClock
) -> None:
    token, _viewer = await people.sign_in("dana@elm.example", PASSWORD, kind=SessionKind.TOKEN)
    cookie, _viewer = await people.sign_in("dana@elm.example", PASSWORD)
    for _hour in range(15):
        clock.move(3600)
        assert await people.viewer_for_token(cookie) is not None
    assert await people.viewer_for_token(token) is None


async def test_the_households_of_a_person_come_through_the_port(sqlite_database: Database, clock: MovableClock) -> None:
    elm, asked = new_id(), []

    async def households(person_id: UUID) -> frozenset[UUID]:
        asked.append(person_id)
        return frozenset({elm})

    people = People(sqlite_database, clock, passwords=Passwords(CHEAP), household_ids=households)
    hugo = await people.create_person(email="hugo@elm.example", role=Role.HOMEOWNER, password=PASSWORD)
    _token, viewer = await people.sign_in("hugo@elm.example", PASSWORD)
    assert viewer.household_ids == {elm}
    assert asked == [hugo.id]


async def test_a_hash_of_an_older_cost_is_made_anew_at_sign_in(sqlite_database: Database, clock: MovableClock) -> None:
    old = People(sqlite_database, clock, passwords=Passwords(CHEAP))
    await old.create_person(email="dana@elm.example", role=Role.DISPATCHER, password=PASSWORD)
    dearer = Passwords(HashCost(time_cost=2, memory_kib=16, parallelism=1))
    new = People(sqlite_database, clock, passwords=dearer)
    await new.sign_in("dana@elm.example", PASSWORD)
    async with sqlite_database.session() as session:
        stored = (await session.exec(select(Person.password_hash))).one()
    assert not dearer.outdated(stored)


@pytest.mark.parametrize("field", ["session_hours", "session_max_days", "token_minutes", "attempts", "lockout_minutes"])
def test_rules_that_make_no_sense_fail_at_once(field: str) -> None:
    with pytest.raises(ValueError, match=f"{field} is 0"):
        SignInRules(**{field: 0})
