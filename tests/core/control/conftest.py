"""The street of `tests.core.control.cast` on both databases."""

from collections.abc import AsyncIterator

import pytest

from core.clock import MovableClock
from core.db import Database
from tests.core.control.cast import Dispatcher, Street, elm_street, square
from tests.core.fleet.cast import LUBA, YUKA, docked
from tests.core.fleet.conftest import ELM_STREET
from tests.core.fleet.fakes import FakeCloud, device

ana, ben = Dispatcher("ana@mowthos.example", "Ana Ruiz"), Dispatcher("ben@mowthos.example", "Ben Okafor")


@pytest.fixture
def dispatchers() -> tuple[Dispatcher, Dispatcher]:
    return ana, ben


@pytest.fixture
async def street(database: Database, clock: MovableClock) -> AsyncIterator[Street]:
    """A Luba charged at its dock on 12 Elm St, whose lot is drawn; a Yuka without any lot."""
    cloud = FakeCloud(clock, {ELM_STREET: [device(LUBA), device(YUKA, "Yuka")]})
    async with elm_street(database, clock, cloud) as opened:
        await opened.lot("12 Elm St", "host", square(-10))
        await opened.control.fences.refresh()
        await opened.hears(docked(0))
        yield opened
