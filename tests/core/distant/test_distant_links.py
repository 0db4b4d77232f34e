"""A page asks for plans, hours and maps of a mower whose account another process owns."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest
from sqlmodel import select

from core.clock import MovableClock
from core.db import Database
from core.distant import Answering, DistantLink, DistantLinks
from core.distant.tables import LinkRequest
from core.errors import Conflict, NotFound, Unavailable
from core.fleet import FleetService
from core.fleet.model import DailyHours, DeviceMap, MapZone
from core.geo import Point
from core.plans import DevicePlan, PlanDraft
from tests.core.fleet.cast import LUBA
from tests.core.fleet.conftest import ELM_STREET, cloud
from tests.core.fleet.fakes import FakeCloud
from tests.core.fleet.test_sharing import part, stands_still

__all__ = ["cloud"]
DANA = "dana@elm.example"
BIG = 2**63 - 25
"""Zones are named by 64 bits."""
FRONT = DevicePlan(plan_id="7", name="Front", enabled=True, zone_hashes=(BIG,), start_time="09:00", weekdays=(1, 3))


@dataclass
class Device:
    """What a mower holds; ``errors`` are raised first."""

    plans: list[DevicePlan] = field(default_factory=lambda: [FRONT])
    hours: DailyHours | None = None
    calls: list[tuple[object, ...]] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    async def read(self, device_name: str) -> Sequence[DevicePlan]:
        self._called("read", device_name)
        return tuple(self.plans)

    async def create(self, device_name: str, draft: PlanDraft) -> str:
        self._called("create", device_name, draft)
        return "8"

    async def copy(self, device_name: str, plan_id: str, name: str) -> str:
        self._called("copy", device_name, plan_id, name)
        return "9"

    async def rename(self, device_name: str, plan_id: str, name: str) -> None:
        self._called("rename", device_name, plan_id, name)

    async def enable(self, device_name: str, plan_id: str, enabled: bool) -> None:
        self._called("enable", device_name, plan_id, enabled)

    async def delete(self, device_name: str, plan_id: str) -> None:
        self._called("delete", device_name, plan_id)

    def _called(self, *call: object) -> None:
        self.calls.append(call)
        if self.errors:
            raise self.errors.pop(0)


@dataclass
class Hours:
    """The hours that a mower holds."""

    held: DailyHours | None = None

    async def read(self, device_name: str) -> DailyHours | None:
        return self.held

    async def write(self, device_name: str, hours: DailyHours | None) -> None:
        self.held = hours


@pytest.fixture
async def owner(database: Database, clock: MovableClock, cloud: FakeCloud) -> AsyncIterator[FleetService]:
    service = part(database, clock, cloud, "worker")
    await service.accounts.hold()
    await service.accounts.start()
    await service.accounts.link(ELM_STREET, "right password", by=DANA)
    cloud.link.plans, cloud.link.hours = Device(), Hours()
    yield service
    await service.accounts.stop()


@pytest.fixture
async def page(database: Database, clock: MovableClock, owner: FleetService) -> DistantLinks:
    service = part(database, clock, None, "web")
    await service.accounts.load()
    await service.accounts.look()
    return DistantLinks(database, clock, service.accounts, others=True)


@pytest.fixture
async def answering(
    database: Database, clock: MovableClock, owner: FleetService, page: DistantLinks
) -> AsyncIterator[Answering]:
    """The owner's side, each hurried by the other's events as the bus does."""
    found = Answering(database, clock, owner.accounts)
    page.asked.subscribe(lambda _id: found.wake())
    found.answered.subscribe(lambda _id: page.wake())
    found.start()
    yield found
    await found.stop()


def link(page: DistantLinks) -> DistantLink:
    found = page.link_of(LUBA)
    assert isinstance(found, DistantLink)
    return found


async def test_plans_and_hours_go_through_the_owner_and_come_back_whole(
    page: DistantLinks, answering: Answering, cloud: FakeCloud
) -> None:
    plans, hours, device = link(page).plans, link(page).hours, cloud.link.plans
    assert tuple(await plans.read(LUBA)) == (FRONT,)
    draft = PlanDraft(name="Back", zone_hashes=(BIG, 5), weekdays=(2,))
    assert await plans.create(LUBA, draft) == "8"
    assert await plans.copy(LUBA, "7", "Front 2") == "9"
    await plans.rename(LUBA, "7", "Street")
    await plans.enable(LUBA, "7", False)
    await plans.delete(LUBA, "7")
    assert device.calls == [
        ("read", LUBA), ("create", LUBA, draft), ("copy", LUBA, "7", "Front 2"), ("rename", LUBA, "7", "Street"),
        ("enable", LUBA, "7", False), ("delete", LUBA, "7"),
    ]  # fmt: skip
    assert await hours.read(LUBA) is None
    await hours.write(LUBA, DailyHours(1_200, 420))
    assert await hours.read(LUBA) == DailyHours(1_200, 420)


async def test_a_map_comes_back_as_the_owner_fetched_it(
    page: DistantLinks, answering: Answering, cloud: FakeCloud, clock: MovableClock
) -> None:
    zone = MapZone(BIG, "Front <b>", ((-92.5, 44.0), (-92.4, 44.0), (-92.4, 44.1)))
    cloud.link.maps[LUBA] = lawn = DeviceMap(
        device_name=LUBA, synced_at=clock.now(), areas=(zone,), dock=Point(-92.5, 44.0)
    )
    assert await link(page).sync_map(LUBA) == lawn


async def test_what_the_device_refuses_is_raised_where_it_was_asked(
    page: DistantLinks, answering: Answering, cloud: FakeCloud
) -> None:
    for error, kind in (
        (Conflict("the mower is mowing"), Conflict),
        (NotFound("no such plan"), NotFound),
        (ZeroDivisionError(), Unavailable),
    ):
        cloud.link.plans.errors = [error]
        with pytest.raises(kind, match=str(error) or "unexpected ZeroDivisionError"):
            await link(page).plans.delete(LUBA, "7")


async def test_what_nobody_took_up_in_time_is_never_called(
    page: DistantLinks, owner: FleetService, database: Database, clock: MovableClock, cloud: FakeCloud
) -> None:
    asking = asyncio.create_task(link(page).plans.delete(LUBA, "7"))
    while not await rows(database):
        await asyncio.sleep(0.01)
    clock.move(25)
    page.wake()
    with pytest.raises(Unavailable, match="no process that owns"):
        await asking
    late = Answering(database, clock, owner.accounts)
    assert await late.look() == 0
    assert cloud.link.plans.calls == []


async def test_two_that_look_at_once_call_once_and_an_old_owner_does_not(
    page: DistantLinks, owner: FleetService, database: Database, clock: MovableClock, cloud: FakeCloud
) -> None:
    asking = asyncio.create_task(link(page).plans.enable(LUBA, "7", True))
    while not await rows(database):
        await asyncio.sleep(0.01)
    one, other = (Answering(database, clock, owner.accounts) for _side in range(2))
    assert sorted(await asyncio.gather(one.look(), other.look())) == [0, 1]
    await asyncio.gather(one.settled(), other.settled())
    await asking
    assert len(cloud.link.plans.calls) == 1

    await stands_still(owner)
    clock.move(12)  # its lease has run out
    asking = asyncio.create_task(link(page).plans.enable(LUBA, "7", False))
    while len(await rows(database)) < 2:
        await asyncio.sleep(0.01)
    assert await one.look() == 0
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert len(cloud.link.plans.calls) == 1


async def test_a_stopped_owner_says_so_and_alone_there_is_no_way_around(
    page: DistantLinks, answering: Answering, owner: FleetService, database: Database, clock: MovableClock,
    cloud: FakeCloud,
) -> None:  # fmt: skip
    cloud.link.map_gate = asyncio.Event()
    asking = asyncio.create_task(link(page).sync_map(LUBA))
    while not [row for row in await rows(database) if row.state == "taken"]:
        await asyncio.sleep(0.01)
    await answering.stop()
    with pytest.raises(Unavailable, match="was stopped"):
        await asking
    alone = DistantLinks(database, clock, owner.accounts, others=False)
    assert alone.link_of(LUBA) is cloud.link
    assert alone.link_of("nobody's") is None


async def rows(database: Database) -> Sequence[LinkRequest]:
    async with database.session() as session:
        return (await session.exec(select(LinkRequest))).all()
