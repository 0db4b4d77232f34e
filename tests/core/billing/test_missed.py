"""Webhooks that stay away: their events are fetched, each once, and people hear of it (G6, X16)."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import select

from core.accounts import People, Role
from core.billing import MissedEvents
from core.errors import Unavailable
from core.notices.tables import NoticeOutbox
from tests.core.billing.conftest import House
from tests.core.billing.test_provider import Desk

PASSWORD = "correct horse battery"


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


@pytest.fixture
async def ada(house: House) -> UUID:
    """Manages billing."""
    people = People(house.database, house.clock)
    return (await people.create_person(email="ada@elm.example", role=Role.ADMIN, password=PASSWORD, name="Ada")).id


@pytest.fixture
def missed(desk: Desk, ada: UUID) -> MissedEvents:
    async def managers() -> list[UUID]:
        return [ada]

    house = desk.house
    return MissedEvents(
        database=house.database, clock=house.clock, provider=desk.stripe, inbox=desk.inbox, managers=managers
    )  # type: ignore[arg-type]


def happens(desk: Desk, event_id: str, at: datetime | None = None) -> None:
    event: dict[str, Any] = {
        "id": event_id, "type": "customer.created", "kind": "customer", "object": "cus_9",
        "at": (at or desk.house.clock.now()).timestamp(),
    }  # fmt: skip
    desk.stripe.events.insert(0, event)


async def told(desk: Desk) -> list[str]:
    async with desk.house.database.session() as session:
        return [row.link for row in (await session.exec(select(NoticeOutbox))).all()]


async def test_an_event_that_no_webhook_brought_is_fetched_once_processed_and_told(
    desk: Desk, missed: MissedEvents
) -> None:
    happens(desk, "evt_1")
    assert (await missed.run(), await missed.away()) == (0, None)  # it may still be on its way
    desk.house.clock.move(61)
    assert [await missed.run(), await missed.run()] == [1, 0]
    await desk.inbox.run()
    (row,) = await desk.inbox.events()
    assert (row.event_id, row.deliveries, row.state) == ("evt_1", 0, "kept")
    away = await missed.away()
    assert away is not None and (away.count, away.since) == (1, row.created)
    happens(desk, "evt_2")
    desk.house.clock.move(61)
    assert await missed.run() == 1
    assert await told(desk) == ["/billing/webhooks"]  # one outage, one notice


async def test_a_webhook_that_comes_after_all_is_a_delivery_and_ends_the_outage(
    desk: Desk, missed: MissedEvents
) -> None:
    await missed.run()
    happens(desk, "evt_1")
    desk.house.clock.move(61)
    await missed.run()
    await desk.hear("customer.created", "cus_9", "evt_1", "customer")
    assert await missed.away() is None
    assert [(row.event_id, row.deliveries) for row in await desk.inbox.events()] == [("evt_1", 1)]


async def test_what_came_by_webhook_and_what_is_older_than_all_we_know_is_not_missed(
    desk: Desk, missed: MissedEvents
) -> None:
    happens(desk, "evt_old", desk.house.clock.now() - timedelta(hours=2))
    await desk.hear("customer.created", "cus_9", "evt_1", "customer")
    happens(desk, "evt_1")
    desk.house.clock.move(61)
    assert await missed.run() == 0
    assert await told(desk) == []


async def test_a_provider_that_does_not_answer_leaves_the_next_look_as_much_to_do(
    desk: Desk, missed: MissedEvents
) -> None:
    await missed.run()
    happens(desk, "evt_1")
    desk.house.clock.move(3_600)
    desk.stripe.down = True
    with pytest.raises(Unavailable):
        await missed.run()
    desk.stripe.down = False
    assert await missed.run() == 1
