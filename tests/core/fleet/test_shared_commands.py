"""Commands of several processes: asked for in one, handed over by the owner, never twice, never lost."""

from collections.abc import AsyncIterator

import pytest

from core.clock import MovableClock
from core.db import Database
from core.fleet import CommandRefused, FleetService
from core.fleet.model import CommandKind, CommandStatus
from tests.core.fleet.cast import LUBA
from tests.core.fleet.conftest import ELM_STREET
from tests.core.fleet.fakes import FakeCloud
from tests.core.fleet.test_sharing import part, stands_still

DANA = "dana@elm.example"
HALT = {"device_name": LUBA, "kind": CommandKind.HALT, "asked_by": DANA, "source": "web"}


@pytest.fixture
async def owner(database: Database, clock: MovableClock, cloud: FakeCloud) -> AsyncIterator[FleetService]:
    service = part(database, clock, cloud, "worker")
    await service.accounts.hold()
    await service.accounts.start()
    await service.accounts.link(ELM_STREET, "right password", by=DANA)
    await service.commands.resume()
    yield service
    await service.accounts.stop()
    await service.commands.stop()


async def page_on(database: Database, clock: MovableClock, name: str = "web") -> FleetService:
    service = part(database, clock, None, name)
    await service.accounts.load()
    await service.accounts.look()
    return service


async def test_what_a_page_asks_for_goes_out_through_the_owner_without_any_event(
    database: Database, clock: MovableClock, owner: FleetService, cloud: FakeCloud
) -> None:
    page = await page_on(database, clock)
    asked = await page.commands.request(**HALT)
    await page.commands.step()
    assert (asked.status, cloud.link.sent) == (CommandStatus.QUEUED, [])
    await owner.commands.look()
    await owner.commands.step()
    assert [(kind, key) for _, kind, _, key in cloud.link.sent] == [(CommandKind.HALT, str(asked.id))]
    await page.commands.look()
    assert (await page.commands.get(asked.id)).status is CommandStatus.SENT
    await page.commands.stop()


async def test_the_new_owner_follows_what_the_old_one_handed_over_and_never_sends_it_again(
    database: Database, clock: MovableClock, owner: FleetService, cloud: FakeCloud
) -> None:
    page = await page_on(database, clock)
    asked = await page.commands.request(**HALT)
    await owner.commands.look()
    await owner.commands.step()
    await stands_still(owner)
    clock.move(12)
    after = part(database, clock, cloud, "worker-2")
    await after.accounts.hold()
    assert after.accounts.owns(LUBA)
    assert not owner.accounts.owns(LUBA)
    await after.commands.look()
    await after.commands.step()
    assert len([one for one in cloud.links for _ in one.sent]) == 1
    assert (await after.commands.get(asked.id)).status is CommandStatus.SENT
    await after.accounts.stop()


async def test_an_owner_whose_token_is_old_hands_nothing_over(
    database: Database, clock: MovableClock, owner: FleetService, cloud: FakeCloud
) -> None:
    page = await page_on(database, clock)
    asked = await page.commands.request(**HALT)
    await owner.commands.look()  # it knows of the command, and then stands still for too long
    await stands_still(owner)
    clock.move(12)
    after = part(database, clock, cloud, "worker-2")
    await after.accounts.hold()
    await owner.commands.step()
    assert all(not link.sent for link in cloud.links)
    assert (await page.commands.get(asked.id)).sent_at is None
    await after.accounts.stop()


async def test_two_pages_never_both_give_the_same_command(
    database: Database, clock: MovableClock, owner: FleetService, cloud: FakeCloud
) -> None:
    one, other = await page_on(database, clock), await page_on(database, clock, "web-2")
    first = await one.commands.request(**HALT)
    again = await other.commands.request(**HALT, command_id=first.id)
    assert again.id == first.id
    with pytest.raises(CommandRefused):  # the other page sees what is under way
        await other.commands.request(**HALT)
    await owner.commands.look()
    await owner.commands.step()
    assert len(cloud.link.sent) == 1
