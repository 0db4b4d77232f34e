"""Notices are stored once, delivered at least once, tried again, counted, grouped and marked read."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest

from core.accounts import HashCost, Passwords, People, Role
from core.clock import MovableClock
from core.db import Database
from core.errors import Unavailable
from core.notices import Channel, InApp, Notice, NoticeDesk, NoticeView, Outbox, Weight, put_notices
from core.texts import Text


@dataclass
class Post:
    """A channel that fails as often as the test says."""

    failures: int = 0
    delivered: list[str] = field(default_factory=list)

    async def deliver(self, _person_id: UUID, notice: NoticeView) -> None:
        if self.failures:
            self.failures -= 1
            raise Unavailable("the post office is closed")
        self.delivered.append(notice.title)


@pytest.fixture
async def dana(sqlite_database: Database, clock: MovableClock) -> UUID:
    people = People(sqlite_database, clock, passwords=Passwords(HashCost(1, 8, 1)))
    made = await people.create_person(email="dana@elm.example", role=Role.DISPATCHER, password="correct horse battery")
    return made.id


def notice(person_id: UUID, key: str, **fields: object) -> Notice:
    given = {"kind": "alarm.raised", "title": Text("{name} was lifted", name=key), "group": "alarm:lifted"} | fields
    return Notice(key=key, person_id=person_id, **given)  # type: ignore[arg-type]


async def put(database: Database, clock: MovableClock, *notices: Notice) -> int:
    async with database.session() as session:
        return await put_notices(session, notices, clock)


async def test_the_same_key_is_never_stored_twice(sqlite_database: Database, clock: MovableClock, dana: UUID) -> None:
    assert await put(sqlite_database, clock, notice(dana, "a"), notice(dana, "a"), notice(dana, "b")) == 2
    assert await put(sqlite_database, clock, notice(dana, "a"), notice(dana, "c")) == 1


async def test_what_a_transaction_takes_back_is_told_to_nobody(
    sqlite_database: Database, clock: MovableClock, dana: UUID
) -> None:
    post = Post()
    with pytest.raises(ZeroDivisionError):
        async with sqlite_database.session() as session:
            await put_notices(session, [notice(dana, "a")], clock)
            raise ZeroDivisionError
    assert await Outbox(sqlite_database, clock, {Channel.IN_APP: post}).flush() == 0
    assert post.delivered == []


async def test_a_channel_that_fails_is_asked_again_and_the_wait_doubles(
    sqlite_database: Database, clock: MovableClock, dana: UUID
) -> None:
    post = Post(failures=2)
    outbox = Outbox(sqlite_database, clock, {Channel.IN_APP: post})
    await put(sqlite_database, clock, notice(dana, "a"))
    assert await outbox.flush() == 0
    clock.move(9)
    assert await outbox.flush() == 0
    assert post.failures == 1
    clock.move(1)
    assert await outbox.flush() == 0
    clock.move(19)
    assert (await outbox.flush(), post.delivered) == (0, [])
    clock.move(1)
    assert (await outbox.flush(), post.delivered) == (1, ["a was lifted"])
    assert await outbox.flush() == 0


async def test_what_was_pending_at_a_stop_is_delivered_after_it(
    sqlite_database: Database, clock: MovableClock, dana: UUID
) -> None:
    await put(sqlite_database, clock, notice(dana, "a"))
    post = Post()
    assert await Outbox(sqlite_database, clock, {Channel.IN_APP: post}).flush() == 1
    assert post.delivered == ["a was lifted"]


async def test_the_bell_counts_groups_and_forgets_what_was_read(
    sqlite_database: Database, clock: MovableClock, dana: UUID
) -> None:
    in_app = InApp()
    desk, outbox = NoticeDesk(sqlite_database, clock, in_app), Outbox(sqlite_database, clock, {Channel.IN_APP: in_app})
    rung: list[UUID] = []
    desk.changed.subscribe(rung.append)
    for key in ("a", "b"):
        await put(sqlite_database, clock, notice(dana, key, link=f"/alarms?alarm={key}"))
        clock.move(1)
    await put(sqlite_database, clock, notice(dana, "c", group="alarm:fault", weight=Weight.CRITICAL))
    await outbox.flush()
    assert len(rung) == 3
    assert await desk.unread(dana) == 3
    bell = await desk.bell(dana)
    assert [[one.title for one in group] for group in bell.groups] == [
        ["c was lifted"],
        ["b was lifted", "a was lifted"],
    ]
    assert await desk.mark_read(dana, link="/alarms?alarm=a") == 1
    assert await desk.unread(dana) == 2
    assert await desk.mark_read(dana) == 2
    assert (await desk.unread(dana), await desk.notices(dana, unread_only=True)) == (0, [])
    assert len(await desk.notices(dana)) == 3
