"""Areas and their people on a real database: who sees what, from when on, and what is refused."""

from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from core.accounts import HashCost, Passwords, People, Role, Viewer
from core.areas import AreaDesk, Sights
from core.clock import MovableClock
from core.db import Database
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from core.geo import Point
from core.sight import ALL, MowerPlace, Places

PASSWORD = "correct horse battery"
NORTH: dict[str, Any] = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
SOUTH: dict[str, Any] = {"type": "Polygon", "coordinates": [[[0, -1], [1, -1], [1, 0], [0, 0], [0, -1]]]}
NOTHING = np.array([], dtype=np.float64)


class Office:
    """An admin, a dispatcher, a homeowner, and two mowers: one at home in the north, one in the south."""

    def __init__(self, database: Database, clock: MovableClock) -> None:
        self.clock = clock
        self.asked = 0
        self.homes = {"Luba-NORTH": Point(0.5, 0.5), "Luba-SOUTH": Point(0.5, -0.5)}
        self.sights = Sights(database, clock, self.places)
        cheap = Passwords(HashCost(time_cost=1, memory_kib=8, parallelism=1))
        self.people = People(database, clock, passwords=cheap, sight_of=self.sights)
        self.desk = AreaDesk(database, clock, self.people.audit, self.people)

    async def places(self) -> Places:
        self.asked += 1
        mowers = tuple(MowerPlace(device_name=name, home=home, lots=frozenset()) for name, home in self.homes.items())
        return Places(mowers=mowers, clusters=(), lot_ids=(), longitude=NOTHING, latitude=NOTHING)

    async def person(self, role: Role, name: str) -> Viewer:
        made = await self.people.create_person(email=f"{name}@elm.example", name=name, role=role, password=PASSWORD)
        return await self.now(made.id)

    async def now(self, person_id: Any) -> Viewer:
        viewer = await self.people.viewer_of(person_id)
        assert viewer is not None
        return viewer


@pytest.fixture
def office(database: Database, clock: MovableClock) -> Office:
    return Office(database, clock)


@pytest.fixture
async def ada(office: Office) -> Viewer:
    return await office.person(Role.ADMIN, "ada")


@pytest.fixture
async def dana(office: Office) -> Viewer:
    return await office.person(Role.DISPATCHER, "dana")


async def test_who_is_in_no_area_sees_everything_and_who_is_in_one_only_that(
    office: Office, ada: Viewer, dana: Viewer
) -> None:
    assert dana.sight is ALL
    north = await office.desk.add("North", NORTH, by=ada)
    south = await office.desk.add("South", SOUTH, by=ada)
    await office.desk.assign(dana.person_id, [north.id], by=ada)
    now = await office.now(dana.person_id)
    assert now.area_ids == {north.id}
    assert now.sight.mowers == {"Luba-NORTH"}
    await office.desk.assign(dana.person_id, [north.id, south.id], by=ada)
    assert (await office.now(dana.person_id)).sight.mowers == {"Luba-NORTH", "Luba-SOUTH"}
    await office.desk.assign(dana.person_id, [], by=ada)
    assert (await office.now(dana.person_id)).sight is ALL
    assert (await office.now(ada.person_id)).sight is ALL
    actions = [line.action for line in await office.people.audit.lines(action="area")]
    assert actions == ["area.assign", "area.assign", "area.assign", "area.add", "area.add"]


async def test_other_areas_end_the_sessions_and_another_name_does_not(
    office: Office, ada: Viewer, dana: Viewer
) -> None:
    north = await office.desk.add("North", NORTH, by=ada)
    await office.desk.assign(dana.person_id, [north.id], by=ada)
    secret = (await office.people.sign_in("dana@elm.example", PASSWORD)).token
    named = await office.desk.change(north.id, north.version, by=ada, name="Upper town")
    assert await office.people.viewer_for_token(secret) is not None
    moved = await office.desk.change(north.id, named.version, by=ada, shape=SOUTH)
    assert await office.people.viewer_for_token(secret) is None
    now = await office.now(dana.person_id)
    assert now.sight.mowers == {"Luba-SOUTH"}
    assert now.sight.since == moved.changed_at
    with pytest.raises(Conflict, match="changed it since you opened it"):
        await office.desk.change(north.id, 1, by=ada, name="North again")


async def test_an_area_with_people_is_not_deleted_for_they_would_see_everything(
    office: Office, ada: Viewer, dana: Viewer
) -> None:
    north = await office.desk.add("North", NORTH, by=ada)
    await office.desk.assign(dana.person_id, [north.id], by=ada)
    with pytest.raises(Conflict, match="1 people work"):
        await office.desk.remove(north.id, by=ada)
    assert [(one.name, [person.name for person in one.people]) for one in await office.desk.all()] == [
        ("North", ["dana"])
    ]
    await office.desk.assign(dana.person_id, [], by=ada)
    await office.desk.remove(north.id, by=ada)
    assert await office.desk.all() == []
    with pytest.raises(NotFound):
        await office.desk.get(north.id)


async def test_what_is_refused_says_why(office: Office, ada: Viewer, dana: Viewer) -> None:
    north = await office.desk.add("North", NORTH, by=ada)
    homer = await office.person(Role.HOMEOWNER, "homer")
    with pytest.raises(NotAllowed):
        await office.desk.add("South", SOUTH, by=dana)
    with pytest.raises(NotAllowed):
        await office.desk.assign(dana.person_id, [], by=dana)
    with pytest.raises(Conflict, match="named North"):
        await office.desk.add(" north ", SOUTH, by=ada)
    with pytest.raises(Invalid, match="1 to 80"):
        await office.desk.add("  ", SOUTH, by=ada)
    with pytest.raises(Invalid, match="only people of the office"):
        await office.desk.assign(homer.person_id, [north.id], by=ada)
    with pytest.raises(NotFound, match="no such area"):
        await office.desk.assign(dana.person_id, [uuid4()], by=ada)
    with pytest.raises(NotFound, match="no such person"):
        await office.desk.assign(uuid4(), [north.id], by=ada)


async def test_where_things_are_at_home_is_asked_for_again_after_a_while(
    office: Office, clock: MovableClock, ada: Viewer, dana: Viewer
) -> None:
    north = await office.desk.add("North", NORTH, by=ada)
    await office.desk.assign(dana.person_id, [north.id], by=ada)
    for _ in range(3):
        assert (await office.now(dana.person_id)).sight.mowers == {"Luba-NORTH"}
    assert office.asked == 1
    office.homes["Luba-NORTH"] = Point(0.5, -0.7)
    clock.move(11)
    assert (await office.now(dana.person_id)).sight.mowers == frozenset()
