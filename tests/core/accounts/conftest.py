"""Accounts on a real database, with a hash cheap enough for tests."""

import pytest

from core.accounts import HashCost, Passwords, People, Role, SignInRules
from core.accounts.people import PersonView
from core.clock import MovableClock
from core.db import Database

PASSWORD = "correct horse battery"
CHEAP = HashCost(time_cost=1, memory_kib=8, parallelism=1)


@pytest.fixture
def people(database: Database, clock: MovableClock) -> People:
    """Five tries, fifteen minutes of lock, twelve hours of session."""
    return People(database, clock, rules=SignInRules(), passwords=Passwords(CHEAP))


@pytest.fixture
async def dana(people: People) -> PersonView:
    """A dispatcher."""
    return await people.create_person(email="dana@elm.example", role=Role.DISPATCHER, password=PASSWORD, name="Dana")


@pytest.fixture
async def ada(people: People) -> PersonView:
    """An admin."""
    return await people.create_person(email="ada@elm.example", role=Role.ADMIN, password=PASSWORD, name="Ada")
