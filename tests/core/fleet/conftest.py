"""A fleet on fakes of our ports and a clock moved by hand; its loops do not run: the test takes the steps."""

from collections.abc import AsyncIterator

import pytest

from core.clock import MovableClock
from core.db import Database
from core.fleet.service import FleetService
from tests.core.fleet.cast import LUBA, YUKA
from tests.core.fleet.fakes import FakeCloud, ReversingBox, device

ELM_STREET = "elm.street@mowthos.example"


@pytest.fixture
def cloud(clock: MovableClock) -> FakeCloud:
    return FakeCloud(clock, {ELM_STREET: [device(LUBA), device(YUKA, "Yuka")]})


@pytest.fixture
async def fleet(database: Database, cloud: FakeCloud, clock: MovableClock) -> AsyncIterator[FleetService]:
    """Started with its account loops, on both databases."""
    service = service_on(database, cloud, clock)
    await service.accounts.start()
    yield service
    await service.accounts.stop()
    await service.commands.stop()


@pytest.fixture
async def linked(fleet: FleetService) -> FleetService:
    """With one linked account of two mowers."""
    await fleet.accounts.link(ELM_STREET, "right password", by="admin@mowthos.example")
    await fleet.commands.resume()
    return fleet


def service_on(database: Database, cloud: FakeCloud | None, clock: MovableClock) -> FleetService:
    return FleetService(database=database, cloud=cloud, secret_box=ReversingBox(), clock=clock)
