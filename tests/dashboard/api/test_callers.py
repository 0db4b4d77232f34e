"""Who calls is read once in a while, and what this process changes about them counts at once."""

from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from core.accounts import ApiKeys, People, Right, Role, Tokens
from core.accounts.passwords import HashCost, Passwords
from core.areas import Sights
from core.areas.tables import AreaPerson, AreaRow
from core.clock import MovableClock
from core.db import Database, open_database
from core.neighbourhood.households import households_of_person
from core.sight import Places
from dashboard.api.callers import KNOWN_BESIDE_OTHERS_S, KNOWN_S, MADE_OF, Callers
from tests.asked import statements, tables_of
from tests.core.fleet.fakes import ReversingBox

PASSWORD = "a long enough password"
"""Of the people of these tests."""


class Door:
    """Callers of one process, with somebody who holds one token of each kind."""

    def __init__(self, database: Database, clock: MovableClock) -> None:
        self.people = people_of(database, clock)
        self.tokens, self.keys = (
            Tokens(database, clock, self.people, ReversingBox()),
            ApiKeys(database, clock, self.people),
        )
        self.callers = Callers(self.people, self.tokens, self.keys, database.writes, clock)

    async def furnish(self) -> dict[str, str]:
        person = await self.people.create_person(email="dana@elm.example", role=Role.DISPATCHER, password=PASSWORD)
        self.person_id: UUID = person.id
        signed = await self.people.sign_in("dana@elm.example", PASSWORD)
        pair = await self.tokens.login("dana@elm.example", PASSWORD)
        key = await self.keys.make(name="wall", scopes=[Right.SEE_FLEET], by=signed.viewer)
        self.key_id, self.viewer = key.view.id, signed.viewer
        return {"session": signed.token, "access": pair.access, "key": key.secret}


def people_of(database: Database, clock: MovableClock) -> People:
    async def households(person_id: UUID) -> frozenset[UUID]:
        return await households_of_person(database, person_id)

    async def nothing_anywhere() -> Places:
        nowhere = np.empty(0)
        return Places(mowers=(), clusters=(), lot_ids=(), longitude=nowhere, latitude=nowhere)

    return People(
        database,
        clock,
        passwords=Passwords(HashCost(1, 8, 1)),
        household_ids=households,
        sight_of=Sights(database, clock, nothing_anywhere),
    )


async def test_a_caller_is_asked_for_once_and_again_when_the_time_is_over(
    database: Database, clock: MovableClock
) -> None:
    door = Door(database, clock)
    given = await door.furnish()
    for token in given.values():
        first = await door.callers.viewer(token)
        with statements(database) as asked:
            assert await door.callers.viewer(token) == first is not None
            assert asked == []
            clock.move(KNOWN_S)
            assert await door.callers.viewer(token) == first
            assert asked


async def test_every_table_that_says_who_calls_is_watched(database: Database, clock: MovableClock) -> None:
    door = Door(database, clock)
    given = await door.furnish()
    with statements(database) as asked:
        for token in given.values():
            assert await door.callers.viewer(token) is not None
    read = tables_of(asked)
    assert {"person", "sign_in_session", "api_key", "household_person", "area_person"} <= read <= set(MADE_OF)


@pytest.mark.parametrize("change", ["deactivated", "demoted", "session ended", "key revoked"])
async def test_what_this_process_changes_counts_at_once(database: Database, clock: MovableClock, change: str) -> None:
    door = Door(database, clock)
    given = await door.furnish()
    before = {kind: await door.callers.viewer(token) for kind, token in given.items()}
    assert all(before.values())
    await door.people.create_person(email="ada@elm.example", role=Role.ADMIN, password=PASSWORD)
    admin = (await door.people.sign_in("ada@elm.example", PASSWORD)).viewer
    if change == "deactivated":
        await door.people.change_person(door.person_id, by=admin, active=False)
    elif change == "demoted":
        await door.people.change_person(door.person_id, by=admin, role=Role.HOMEOWNER)
    elif change == "session ended":
        await door.people.revoke_own(door.viewer, door.viewer.session_id or door.person_id)
    else:
        await door.keys.revoke(door.key_id, by=door.viewer)
    after = {kind: await door.callers.viewer(token) for kind, token in given.items()}
    gone = {kind for kind, viewer in after.items() if viewer is None}
    if change == "demoted":
        assert after["key"] is not None and after["key"].role == Role.HOMEOWNER
        assert gone == {"session", "access"}
    else:
        assert gone == {"deactivated": set(given), "session ended": {"session"}, "key revoked": {"key"}}[change]


async def test_an_area_counts_at_once(database: Database, clock: MovableClock) -> None:
    door = Door(database, clock)
    key, now = (await door.furnish())["key"], clock.now()
    before = await door.callers.viewer(key)
    assert before is not None and before.sight.everything
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
    async with database.session() as session:
        area = AreaRow(name="Elm", shape=square, created_at=now, created_by="ada", changed_at=now, changed_by="ada")
        session.add(area)
        await session.flush()
        session.add(AreaPerson(area_id=area.id, person_id=door.person_id, since=now))
    after = await door.callers.viewer(key)
    assert after is not None and after.sight.area_ids == {area.id}


async def test_what_another_process_changes_counts_a_moment_later(
    sqlite_database: Database, clock: MovableClock, tmp_path: Path
) -> None:
    door = Door(sqlite_database, clock)
    given = await door.furnish()
    hears_nothing = open_database(f"sqlite:///{tmp_path}/another.db").writes
    callers = Callers(door.people, door.tokens, door.keys, hears_nothing, clock, alone=False)
    assert await callers.viewer(given["key"]) is not None
    await door.keys.revoke(door.key_id, by=door.viewer)
    assert await callers.viewer(given["key"]) is not None
    clock.move(KNOWN_BESIDE_OTHERS_S)
    assert await callers.viewer(given["key"]) is None


async def test_an_access_token_is_not_known_longer_than_it_is_good(database: Database, clock: MovableClock) -> None:
    door = Door(database, clock)
    access = (await door.furnish())["access"]
    clock.move(3_600 - KNOWN_S / 2)
    assert await door.callers.viewer(access) is not None
    clock.move(KNOWN_S / 2)
    assert await door.callers.viewer(access) is None


async def test_nobody_is_not_remembered(database: Database, clock: MovableClock) -> None:
    door = Door(database, clock)
    assert await door.callers.viewer("unknown") is None
    assert await door.callers.viewer("x" * 3_000) is None
