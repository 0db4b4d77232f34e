"""A place that became free is held for the first in line until a stated time, then for the next; each is told."""

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import col, select

from core.accounts import Role
from core.accounts.tables import Person
from core.household.places import PlaceNotices
from core.neighbourhood import add_person
from core.neighbourhood.clusters import ClusterRules, Clusters, ClusterView
from core.neighbourhood.clusters.tables import ClusterWaiting
from core.notices.tables import NoticeOutbox
from core.texts import recalled
from tests.core.neighbourhood.clusters.elm_row import Office, Somebody, open_office
from tests.core.neighbourhood.clusters.test_joining import owner

HOLD = timedelta(hours=48)


@pytest.fixture
def office(database, clock) -> Office:  # type: ignore[no-untyped-def]
    """The office, whose clusters tell those who wait."""
    made = open_office(database, clock)
    return told_by(made)


def told_by(office: Office, rules: ClusterRules = ClusterRules()) -> Office:  # noqa: B008 - frozen
    """The same office after a restart, with these limits."""
    office.clusters = Clusters(
        database=office.database, clock=office.clock, reach=office.ways, books=office.books, audit=office.audit,
        rules=rules, hold=HOLD, tell_place=PlaceNotices(office.clock),
    )  # fmt: skip
    return office


async def moved_in(office: Office, number: int) -> Somebody:
    """An owner with an account, who can be told something."""
    somebody = await owner(office, number)
    async with office.database.session() as session:
        session.add(Person(
            id=somebody.person_id, email=somebody.email, name=somebody.name, role=Role.HOMEOWNER, password_hash="",
            created_at=office.clock.now(),
        ))  # fmt: skip
    (household,) = somebody.household_ids
    await add_person(office.database, household_id=household, person_id=somebody.person_id)
    return somebody


async def full(office: Office, *homes: int) -> tuple[ClusterView, list[Somebody]]:
    """A full cluster, and owners in line for it in this order."""
    cluster = await office.active(4, [1, 2, 3, 5, 6])
    line = [await moved_in(office, home) for home in homes]
    for home, somebody in zip(homes, line, strict=True):
        await office.clusters.join_near(cluster.id, home, somebody)
        office.clock.move(1)
    return cluster, line


async def told(office: Office) -> list[tuple[str, str, str]]:
    """(to whom, title, link), oldest first."""
    query = (
        select(Person.name, NoticeOutbox)
        .join(NoticeOutbox, col(NoticeOutbox.person_id) == col(Person.id))
        .where(NoticeOutbox.kind == "cluster.place")
        .order_by(col(NoticeOutbox.id))
    )
    async with office.database.session() as session:
        rows = (await session.exec(query)).all()
    return [(name, recalled(one.title), one.link) for name, one in rows]


async def test_the_first_is_told_with_a_link_and_until_when_and_the_second_is_not(office: Office) -> None:
    cluster, _line = await full(office, 7, 8)
    await office.clusters.leave(cluster.id, 1, office.ada)
    assert await told(office) == [("Owner7", "A place is free for 7 ELM ST", "/join")]
    async with office.database.session() as session:
        (notice,) = (await session.exec(select(NoticeOutbox))).all()
    until = office.clock.now() + HOLD
    held = f"It is held for you until {until:%a %d %b %Y, %H:%M} UTC."
    assert recalled(notice.body) == f"{held} Then it goes to the next in line."
    assert await office.clusters.offer_all() == 0
    assert len(await told(office)) == 1


async def test_a_place_nobody_takes_in_time_goes_to_the_next_and_both_are_told(office: Office) -> None:
    cluster, (nina, omar) = await full(office, 7, 8)
    await office.clusters.leave(cluster.id, 1, office.ada)
    office.clock.move(HOLD.total_seconds() - 1)
    assert await office.clusters.offer_all() == 0
    office.clock.move(1)
    assert await office.clusters.offer_all() == 1
    assert (await told(office))[1:] == [
        ("Owner7", "The place for 7 ELM ST went to the next in line", "/join"),
        ("Owner8", "A place is free for 8 ELM ST", "/join"),
    ]
    assert not (await office.clusters.join_near(cluster.id, 7, nina)).joined, "they wait again, behind"
    assert [one.home_id for one in await office.clusters.waiting(cluster.id)] == [8, 7]
    assert (await office.clusters.join_near(cluster.id, 8, omar)).joined
    actions = [one.action for one in await office.clusters.events(cluster.id)]
    assert (actions.count("offer"), actions.count("lapse")) == (2, 1)


async def test_who_gives_the_place_up_lets_the_next_have_it_at_once(office: Office) -> None:
    cluster, (nina, _omar) = await full(office, 7, 8)
    await office.clusters.leave(cluster.id, 1, office.ada)
    await office.clusters.leave(cluster.id, 7, nina)
    assert [name for name, _title, _link in await told(office)] == ["Owner7", "Owner8"]


async def test_more_places_by_a_new_limit_are_offered_in_order(office: Office) -> None:
    cluster, _line = await full(office, 7, 8)
    assert await office.clusters.offer_all() == 0
    told_by(office, ClusterRules(max_neighbours=6))
    assert await office.clusters.offer_all() == 1
    told_by(office, ClusterRules(max_neighbours=7))
    assert await office.clusters.offer_all() == 1
    assert [name for name, _title, _link in await told(office)] == ["Owner7", "Owner8"]
    assert (await office.clusters.get(cluster.id)).places_left == 0


async def test_a_held_place_is_nobody_elses_and_no_two_are_offered_the_same(office: Office) -> None:
    cluster, _line = await full(office, 7, 8)
    await office.clusters.leave(cluster.id, 1, office.ada)
    stranger = await moved_in(office, 9)
    await asyncio.gather(*(office.clusters.offer_places(cluster.id) for _ in range(4)))
    assert not (await office.clusters.join(cluster.id, 1, office.ada)).joined
    assert not (await office.clusters.join_near(cluster.id, 9, stranger)).joined
    async with office.database.session() as session:
        rows = (await session.exec(select(ClusterWaiting).where(col(ClusterWaiting.offered_until).is_not(None)))).all()
    assert [row.home_id for row in rows] == [7]


async def test_where_the_home_has_no_household_the_office_that_asked_is_told(office: Office) -> None:
    cluster = await office.active(4, [1, 2, 3, 5, 6])
    async with office.database.session() as session:
        session.add(Person(
            id=office.ada.person_id, email=office.ada.email, name="Ada", role=Role.ADMIN, password_hash="",
            created_at=office.clock.now(),
        ))  # fmt: skip
    await office.clusters.join(cluster.id, 7, office.ada)
    await office.clusters.leave(cluster.id, 1, office.ada)
    assert await told(office) == [("Ada", "A place is free for 7 ELM ST", f"/clusters/{cluster.id}")]
