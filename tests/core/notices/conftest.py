"""Elm Street at noon of a summer's day, on one database or on both."""

import pytest

from core.clock import MovableClock
from core.db import Database
from tests.core.notices.cast import Street, make_street


@pytest.fixture
async def street(sqlite_database: Database, clock: MovableClock) -> Street:
    return await make_street(sqlite_database, clock)


@pytest.fixture
async def street_on_both(database: Database, clock: MovableClock) -> Street:
    return await make_street(database, clock)
